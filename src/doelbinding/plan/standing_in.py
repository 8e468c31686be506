"""Whether a value that is held is what was written, in whatever form it is given back.

A store gives values in the types of its columns: `1970-01-01` comes back with an hour, `{a,b}` as a
list, `0` as a decimal number or as an address.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from ipaddress import IPv4Address, IPv6Address, ip_interface

from doelbinding.plan.documents import told_apart
from doelbinding.policy.json_path import parse_path
from doelbinding.policy.stores import Column, ColumnType

_ONE = r'"((?:[^"\\]|\\.)*)"|([^,{}"\\\s](?:[^,{}"\\]*[^,{}"\\\s])?)'
_MEMBER, _ESCAPED = re.compile(_ONE), re.compile(r"\\(.)")
_ARRAY = re.compile(rf"\{{\s*(?:(?:{_ONE})\s*(?:,\s*(?:{_ONE})\s*)*)?\}}")
_TIMES = (ColumnType.DATE, ColumnType.TIMESTAMP, ColumnType.INSTANT)


def stands_in(column: Column, held: object) -> bool:
    """Tell whether a value is the stand-in of its column."""
    stand_in = column.replace_with
    if stand_in is None:
        return False
    return all(is_written(column.type, one, stand_in) for one in each_of(column, held))


def each_of(column: Column, held: object) -> Sequence[object]:
    """Give what a row shows of a column value by value: a path in a document may lead to many."""
    inside = column.inside
    return (held,) if inside is None else told_apart(held, parse_path(inside.path))


def is_written(kind: ColumnType, held: object, written: str | int) -> bool:
    """Tell whether what a column of a type holds is what was written to it."""
    if isinstance(held, (IPv4Address, IPv6Address)):
        return _address(written) == _address(held)
    if isinstance(held, list) and isinstance(written, str):
        return _members(written) == [None if one is None else _text(one) for one in held]
    return _plain(kind, held) == _plain(kind, written)


def _address(told: object) -> object:
    try:
        return ip_interface(str(told))
    except ValueError:
        return None


def _members(written: str) -> list[str | None]:
    """Give the members of an array as PostgreSQL writes it: `{a,"b, c",NULL}`, and no deeper."""
    if not _ARRAY.fullmatch(written):
        return [written]
    return [
        _ESCAPED.sub(r"\1", quoted) if quoted or not bare else None if bare == "NULL" else bare
        for quoted, bare in _MEMBER.findall(written)
    ]


def _plain(kind: ColumnType, value: object) -> object:
    """Give a value in a form that is the same however it is written; as text where none is."""
    try:
        if kind in _TIMES:
            return _moment(value)
        if kind is ColumnType.BOOLEAN:
            return bool(value)
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
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
