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
    """Give what tells a time from junk; none where the column's own type does.

    SQLite keeps any value in any column, so there it is a function that we teach it.
    """
    if dialect == "sqlite":
        kind: sa.ColumnElement[str] = sa.literal_column(f"'{column.type.value}'")
        return sa.func.doel_well_formed(kind, held) == sa.literal_column("1")
    if column.type is ColumnType.DATE_TEXT:
        return held.op("~", is_comparison=True)(bound(_REGEX_DAY))
    return None


def day_after(day: date) -> date:
    """Give the next day."""
    return day + timedelta(days=1)
