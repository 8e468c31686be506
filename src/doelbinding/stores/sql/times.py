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

_REGEX_DAY = r"^(?!0000)\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$"
_PCRE_DAY = _REGEX_DAY[:-1] + r"\z"
_ORACLE_DAY = "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
_LIKE_DAY = "[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]"
_BARE = frozenset({"sqlite", "mysql"})
"""Dialects whose instants are bound as bare times of UTC, the zone of our sessions."""
_REGEX_DAY_PLAIN = (
    r"^([1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])-(0[1-9]|1[0-2])"
    r"-(0[1-9]|[12][0-9]|3[01])\z"
)
"""Without looking ahead, which not every engine of Spark Connect can; `$` may mean a line's end."""


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
        case ColumnType.INSTANT if dialect not in _BARE:
            return moment
        case ColumnType.INSTANT:
            naive = moment.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)
        case _:
            naive = moment.astimezone(ZoneInfo(stored)).replace(tzinfo=None)
    return naive.isoformat(" ") if dialect == "sqlite" else naive


def well_formed(
    held: sa.ColumnElement[Any], column: Column, dialect: str
) -> sa.ColumnElement[bool] | None:
    """Give what tells a time from junk; none where the column's own type does.

    SQLite keeps any value in any column, so there it is a function that we teach it.
    """
    if dialect == "sqlite":
        kind: sa.ColumnElement[str] = sa.literal_column(f"'{column.type.value}'")
        return sa.func.doel_well_formed(kind, held) == sa.literal_column("1")
    if column.type is ColumnType.DATE_TEXT and dialect == "spark":
        return held.op("RLIKE", is_comparison=True)(bound(_REGEX_DAY_PLAIN))
    if column.type is ColumnType.DATE_TEXT:
        return _like_a_day(held, dialect)
    if dialect == "mysql" and column.type in {ColumnType.DATE, ColumnType.TIMESTAMP}:
        return sa.and_(sa.func.month(held) > 0, sa.func.dayofmonth(held) > 0)
    return None


def _like_a_day(held: sa.ColumnElement[Any], dialect: str) -> sa.ColumnElement[bool]:
    match dialect:
        case "mysql":
            return held.op("REGEXP", is_comparison=True)(bound(_PCRE_DAY))
        case "oracle":
            return held.regexp_match(_ORACLE_DAY)
        case "mssql":
            kind: sa.ColumnElement[Any] = sa.literal_column("date")
            style: sa.ColumnElement[Any] = sa.literal_column("23")
            day = sa.func.try_convert(kind, held, style)
            return sa.and_(held.like(_LIKE_DAY), day.is_not(None))
        case _:
            return held.op("~", is_comparison=True)(bound(_REGEX_DAY))


def day_after(day: date) -> date:
    """Give the next day."""
    return day + timedelta(days=1)
