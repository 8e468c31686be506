"""Identifying columns brought into the form in which their kind is compared.

The Python side is `plan.identifiers.normalise`; a test holds the two equal.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from doelbinding.binding.times import is_well_formed
from doelbinding.plan.identifiers import normalise
from doelbinding.policy.stores import Column, ColumnType

_WHOLE = re.compile(r"-?[0-9]{1,19}")
_BLANKS = "".join(c for c in map(chr, range(0x3001)) if c.isspace())
_LARGEST = 2**63


def comparable(held: sa.ColumnElement[Any], kind: str, dialect: str) -> sa.ColumnElement[Any]:
    """Give a column normalised as its kind demands."""
    if dialect == "sqlite":
        return held if kind not in _FOLDED else sa.func.doel_normalise(kind, held)
    match kind:
        case "email":
            return sa.func.lower(sa.func.btrim(sa.func.normalize(held), _BLANKS))
        case "iban":
            return sa.func.upper(sa.func.translate(held, _BLANKS, ""))
        case "phone":
            digits = sa.func.regexp_replace(held, "[^0-9+]", "", "g")
            return sa.func.regexp_replace(digits, "^00", "+")
        case _:
            return held


_FOLDED = frozenset({"email", "iban", "phone"})


def values_for(column: Column, values: Sequence[str]) -> list[str | int]:
    """Give the values that a column can hold at all: whole numbers for a column of those."""
    if column.type is not ColumnType.INTEGER:
        return list(values)
    numbers = (int(v) for v in values if _WHOLE.fullmatch(v))
    return [number for number in numbers if abs(number) < _LARGEST]


def teach_sqlite(connection: Any, _: object) -> None:
    """Give a new SQLite connection our normalising, and its foreign keys, which are off else."""
    connection.create_function("doel_normalise", 2, _normalised, deterministic=True)
    connection.create_function("doel_well_formed", 2, _well_formed, deterministic=True)
    connection.execute("PRAGMA foreign_keys = ON")


@lru_cache(maxsize=65_536)
def _well_formed(kind: str, value: object) -> bool:
    return is_well_formed(value, ColumnType(kind))


def _normalised(kind: str, value: object) -> str | None:
    return None if value is None else normalise(kind, str(value))
