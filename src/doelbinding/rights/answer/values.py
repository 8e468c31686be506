"""A value in its three forms: exact for a computer, readable, and safe in a spreadsheet."""

from __future__ import annotations

import base64
import csv
import io
import json
import math
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from doelbinding.binding.times import moment_of
from doelbinding.law.language.wording import Wording
from doelbinding.policy.stores import Column, ColumnType

Exact = str | int | float | bool

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001
_OFFSET = re.compile(r"(Z|[+-]\d\d(:?\d\d)*)$")
_BYTE_ORDER_MARK = "\ufeff"
"""Without it spreadsheets read accents wrongly."""


def exact(value: object) -> Exact:
    """Give a value as JSON holds it without loss: what JSON has no form for becomes text."""
    match value:
        case bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else str(value)
        case Decimal():
            return str(value)
        case date():
            return value.isoformat()
        case list():
            return json.dumps([None if one is None else exact(one) for one in value],
                              ensure_ascii=False)  # fmt: skip
        case bytes() | bytearray() | memoryview():
            return base64.b64encode(bytes(value)).decode("ascii")
        case _:
            return str(value)


def exact_in(column: Column, value: object) -> Exact:
    """Give a value exactly; an instant that a store gives bare, with its offset: it is in UTC."""
    held = exact(value)
    if column.type is not ColumnType.INSTANT or _OFFSET.search(str(held)):
        return held
    if str(held) in map(str, column.null_values):
        return held
    moment = moment_of(value, column, "UTC", "UTC")
    return held if moment is None else moment.isoformat()


def shown(value: object, column: Column, stored: str, zone: str, words: Wording) -> str:
    """Give a value as people read it: dates written out, yes and no, a decimal comma.

    Args:
        value: as the column holds it.
        column: its declared type.
        stored: the zone of the store's bare times.
        zone: the zone of the controller.
        words: the language.
    """
    if str(exact(value)) in map(str, column.null_values):
        return str(exact(value))
    if column.type.is_time:
        return _time(value, column, stored, zone, words) or str(exact(value))
    if column.type is ColumnType.BOOLEAN and value in (0, 1):
        return words.ui("yes" if value else "no")
    if column.type is ColumnType.DECIMAL and isinstance(value, int | float | Decimal):
        return str(value).replace(".", words.ui("decimal"))
    if isinstance(value, list):
        return ", ".join(str(exact(one)) for one in value if one is not None)
    return str(exact(value))


def _time(value: object, column: Column, stored: str, zone: str, words: Wording) -> str:
    moment = moment_of(value, column, stored, zone)
    if moment is None:
        return ""
    local: datetime = moment.astimezone(ZoneInfo(zone))
    day = words.date(local.date())
    return day if column.type.is_day else words.ui("moment", day=day, time=f"{local:%H:%M}")


def as_csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Give a table as CSV (RFC 4180) in which no text starts a formula; numbers stay as they are.

    Text that would start one gets an apostrophe in front, as spreadsheets themselves write it.
    """
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow([_cell(name) for name in head])
    writer.writerows([_cell(value) for value in row] for row in rows)
    return _BYTE_ORDER_MARK + written.getvalue()


def number(held: Exact, column: Column) -> Exact | Decimal:
    """Give an exact value as a number again, where its column holds numbers; else as it is."""
    if column.type is not ColumnType.DECIMAL or not isinstance(held, str):
        return held
    try:
        found = Decimal(held)
    except InvalidOperation:
        return held
    return found if str(found) == held and found.is_finite() else held


def _cell(value: object) -> Exact | None:
    if value is None:
        return None
    held = exact(value) if not isinstance(value, Decimal) else value
    if isinstance(held, str) and held.startswith(_FORMULA):
        return f"'{held}"
    return held if not isinstance(held, Decimal) else str(held)
