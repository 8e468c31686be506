"""Boundaries in a column's own representation, and what counts as a well-formed time.

The findings behind this: a plain date against timestamptz deletes too early; SQLite keeps dates as
text, where junk compares too; so every comparison is half-open, bound in the column's own form,
and guarded by form and plausible range. What is not well-formed is undated.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from doelbinding.binding.times import clock_of, clock_written, epoch_of, midnight
from doelbinding.policy.stores import ZERO_DATE, Column, ColumnType
from doelbinding.stores.sql.tables import bound
from doelbinding.stores.sql.texts import as_bytes

_BARE = frozenset({"sqlite", "mysql"})
"""Dialects whose instants are bound as bare times of UTC, the zone of our sessions."""

_YEAR = "([1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """How a text tells a day, as each engine tests it; `style`: its number on SQL Server.

    `spark` does not look ahead, which not every engine of Spark Connect can, and ends where the
    text does, since `$` may mean a line's end.
    """

    regex: str
    plain: str
    spark: str
    like: str
    style: str


def _form(dash: str, style: str) -> _Form:
    rest = f"{dash}(0[1-9]|1[0-2]){dash}(0[1-9]|[12][0-9]|3[01])$"
    return _Form(
        regex=f"^(?!0000)[0-9]{{4}}{rest}",
        plain=f"^[0-9]{{4}}{rest}",
        spark=f"^{_YEAR}{rest[:-1]}\\z",
        like=f"{'[0-9]' * 4}{dash}[0-1][0-9]{dash}[0-3][0-9]",
        style=style,
    )


_FORMS = {
    ColumnType.DATE_TEXT: _form("-", "23"),
    ColumnType.DATE_DIGITS: _form("", "112"),
}


def start_of(day: date, zone: str, column: Column, stored: str, dialect: str) -> Any:
    """Give the start of a calendar day in `zone` as the column would hold it."""
    if column.type.is_day:
        return _as_day(day, column, dialect)
    return _as_moment(midnight(day, zone), column, stored, dialect)


def moment_in(moment: datetime, zone: str, column: Column, stored: str, dialect: str) -> Any:
    """Give an instant as the column would hold it: for a date, the day it falls on in `zone`."""
    if column.type.is_day:
        return _as_day(moment.astimezone(ZoneInfo(zone)).date(), column, dialect)
    return _as_moment(moment, column, stored, dialect)


def told_clock(told: str, column: Column, stored: str, dialect: str) -> Any:
    """Give a moment that a policy writes as `clock` gives those of a column."""
    moment = clock_written(told, column.type, stored)
    if dialect == "sqlite":
        return _clock_in_text(moment)
    aware = column.type is ColumnType.INSTANT and dialect not in _BARE
    return moment if aware else moment.replace(tzinfo=None)


def clock(held: sa.ColumnElement[Any], column: Column, dialect: str) -> sa.ColumnElement[Any]:
    """Give what such a column holds as conditions compare it; on SQLite null where it is none."""
    if dialect != "sqlite":
        return held
    kind: sa.ColumnElement[str] = sa.literal_column(f"'{column.type.value}'")
    return sa.func.doel_clock(kind, held)


def clock_in_text(kind: str, held: object) -> str | None:
    """Give a time as a text that compares as it does; none when it is unreadable."""
    found = clock_of(held, ColumnType(kind))
    return None if found is None else _clock_in_text(found)


def _clock_in_text(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(" ", "microseconds")


def _as_day(day: date, column: Column, dialect: str) -> Any:
    if column.type is ColumnType.DATE_DIGITS:
        return day.isoformat().replace("-", "")
    text = column.type is ColumnType.DATE_TEXT or dialect == "sqlite"
    return day.isoformat() if text else day


def _as_moment(moment: datetime, column: Column, stored: str, dialect: str) -> Any:
    match column.type:
        case ColumnType.EPOCH_SECONDS | ColumnType.EPOCH_MILLISECONDS:
            return epoch_of(moment, column.type)
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
    if column.type in _FORMS:
        return _of_form(held, column.type, dialect)
    if dialect == "mysql" and column.type in {ColumnType.DATE, ColumnType.TIMESTAMP}:
        return sa.and_(sa.func.month(held) > 0, sa.func.dayofmonth(held) > 0)
    return None


def _of_form(held: sa.ColumnElement[Any], kind: ColumnType, dialect: str) -> sa.ColumnElement[bool]:
    form = _FORMS[kind]
    if kind is ColumnType.DATE_DIGITS and dialect == "spark":
        held = sa.cast(held, sa.Text)  # digits may be a number
    if dialect == "postgresql":  # some collations know no patterns
        held = as_bytes(held)
    match dialect:
        case "mysql":
            return held.op("REGEXP", is_comparison=True)(bound(form.regex[:-1] + r"\z"))
        case "spark":
            return held.op("RLIKE", is_comparison=True)(bound(form.spark))
        case "oracle":
            return held.regexp_match(form.plain)
        case "mssql":
            date_: sa.ColumnElement[Any] = sa.literal_column("date")
            style: sa.ColumnElement[Any] = sa.literal_column(form.style)
            day = sa.func.try_convert(date_, held, style)
            return sa.and_(held.like(form.like), day.is_not(None))
        case _:
            return held.op("~", is_comparison=True)(bound(form.regex))


def zero_date(
    held: sa.ColumnElement[Any], column: Column, dialect: str
) -> sa.ColumnElement[bool] | None:
    """Give what tells a zero date, or another of the year 0; none where there can be none."""
    if not column.type.has_zero:
        return None
    if dialect == "mysql":
        return held < bound(date(1, 1, 1))
    if dialect == "sqlite":
        text: sa.ColumnElement[bool] = sa.func.typeof(held) == sa.literal_column("'text'")
        return sa.and_(text, held.op("GLOB", is_comparison=True)(bound(f"{ZERO_DATE[:5]}*")))
    return None


def day_after(day: date) -> date:
    """Give the next day."""
    return day + timedelta(days=1)
