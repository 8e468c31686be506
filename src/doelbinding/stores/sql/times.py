"""Boundaries in a column's own representation, and what counts as a well-formed time.

The findings behind this: a plain date against timestamptz deletes too early; SQLite keeps dates as
text, where junk compares too; so every comparison is half-open, bound in the column's own form,
and guarded by form and plausible range. What is not well-formed is undated.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from doelbinding.binding.times import midnight
from doelbinding.policy.stores import Column, ColumnType
from doelbinding.stores.sql.tables import bound

_GLOB_DAY = "[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]"
_GLOB_TIME = _GLOB_DAY + " [0-2][0-9]:[0-5][0-9]:[0-5][0-9]"
_REGEX_DAY = r"^(?!0000)\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$"
_MONTHS = tuple(f"{n:02d}" for n in range(1, 13))
_DAYS = tuple(f"{n:02d}" for n in range(1, 32))
_HOURS = tuple(f"{n:02d}" for n in range(24))


def start_of(day: date, zone: str, column: Column, stored: str, dialect: str) -> Any:
    """Give the start of a calendar day in `zone` as the column would hold it."""
    if column.type in {ColumnType.DATE, ColumnType.DATE_TEXT}:
        return _as_day(day, column, dialect)
    return _as_moment(midnight(day, zone), column, stored, dialect)


def moment_in(moment: datetime, zone: str, column: Column, stored: str, dialect: str) -> Any:
    """Give an instant as the column would hold it: for a date, the day it falls on in `zone`."""
    if column.type in {ColumnType.DATE, ColumnType.DATE_TEXT}:
        return _as_day(moment.astimezone(ZoneInfo(zone)).date(), column, dialect)
    return _as_moment(moment, column, stored, dialect)


def _as_day(day: date, column: Column, dialect: str) -> Any:
    text = column.type is ColumnType.DATE_TEXT or dialect == "sqlite"
    return day.isoformat() if text else day


def _as_moment(moment: datetime, column: Column, stored: str, dialect: str) -> Any:
    match column.type:
        case ColumnType.EPOCH_SECONDS:
            whole = int(moment.timestamp())
            return whole + 1 if moment.microsecond else whole
        case ColumnType.INSTANT if dialect != "sqlite":
            return moment
        case ColumnType.INSTANT:
            naive = moment.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)
        case _:
            naive = moment.astimezone(ZoneInfo(stored)).replace(tzinfo=None)
    return naive.isoformat(" ") if dialect == "sqlite" else naive


def well_formed(
    held: sa.ColumnElement[Any], column: Column, dialect: str
) -> sa.ColumnElement[bool] | None:
    """Give what tells a time from junk; none where the column's own type does."""
    if column.type is ColumnType.EPOCH_SECONDS:
        return sa.func.typeof(held) == "integer" if dialect == "sqlite" else None
    if dialect == "sqlite":
        return _glob(held, column.type)
    if column.type is ColumnType.DATE_TEXT:
        return held.op("~", is_comparison=True)(bound(_REGEX_DAY))
    return None


def _glob(held: sa.ColumnElement[Any], kind: ColumnType) -> sa.ColumnElement[bool]:
    day_only = kind in {ColumnType.DATE, ColumnType.DATE_TEXT}
    pattern = _GLOB_DAY if day_only else _GLOB_TIME + "*"
    parts = [
        sa.func.typeof(held) == "text",
        held.op("GLOB", is_comparison=True)(bound(pattern)),
        sa.func.substr(held, 1, 4) != "0000",
        sa.func.substr(held, 6, 2).in_(_MONTHS),
        sa.func.substr(held, 9, 2).in_(_DAYS),
    ]
    if not day_only:
        rest = sa.func.substr(held, 20)
        endings = [rest == "", _fraction(rest)]
        if kind is ColumnType.INSTANT:
            endings += [rest.in_(("+00", "+00:00")), _fraction_and_offset(rest)]
        parts += [sa.func.substr(held, 12, 2).in_(_HOURS), sa.or_(*endings)]
    return sa.and_(*parts)


def _fraction(rest: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    return sa.and_(
        rest.op("GLOB", is_comparison=True)(bound(".[0-9]*")),
        sa.func.length(rest) <= 7,  # noqa: PLR2004 - a point and microseconds
        sa.not_(sa.func.substr(rest, 2).op("GLOB", is_comparison=True)(bound("*[^0-9]*"))),
    )


def _fraction_and_offset(rest: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    return sa.or_(
        *(
            sa.and_(
                rest.op("GLOB", is_comparison=True)(bound(f"*{offset}")),
                _fraction(sa.func.substr(rest, 1, sa.func.length(rest) - len(offset))),
            )
            for offset in ("+00", "+00:00")
        )
    )


def day_after(day: date) -> date:
    """Give the next day."""
    return day + timedelta(days=1)
