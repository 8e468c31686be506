"""Whether a value that is held is what stands in for one that went, in whatever form it is given.

A store gives values in the types of its columns: `1970-01-01` comes back with an hour, `{}` as a
list without members, `0` as a decimal number or as an address.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation

from doelbinding.policy.stores import Column, ColumnType

_TIMES = (ColumnType.DATE, ColumnType.TIMESTAMP, ColumnType.INSTANT)


def stands_in(column: Column, held: object) -> bool:
    """Tell whether a value is the stand-in of its column."""
    stand_in = column.replace_with
    return stand_in is not None and _plain(column.type, held) == _plain(column.type, stand_in)


def _plain(kind: ColumnType, value: object) -> object:
    """Give a value in a form that is the same however it is written; as text where none is."""
    try:
        if kind in _TIMES:
            return _moment(value)
        if kind is ColumnType.DECIMAL:
            return Decimal(str(value))
        if kind is ColumnType.JSON:
            return json.loads(value) if isinstance(value, str) else value
    except (ValueError, InvalidOperation):
        return value
    return _text(value)


def _moment(value: object) -> datetime:
    told = value if isinstance(value, date) else datetime.fromisoformat(str(value))
    if not isinstance(told, datetime):
        told = datetime.combine(told, time.min)
    return told if told.tzinfo else told.replace(tzinfo=UTC)


def _text(value: object) -> str:
    if isinstance(value, list):
        return "{" + ",".join(map(_text, value)) + "}"
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
