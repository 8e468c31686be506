"""Whole numbers given in an array of the column's own width.

PostgreSQL looks a row's number up in a table of hashes only if the numbers given are of the same
type as the column; else it compares it with every one of them, seventy times as long for a
thousand. Where one does not fit they go in as they are: that is slow, and right.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

BITS = {"int2": 16, "int4": 32, "int8": 64}
"""How wide the types of whole numbers are, by the names the catalogue has for them."""


def of_width(values: Sequence[object], bits: int | None) -> list[object]:
    """Give values as whole numbers of a width, if it is known and all are such.

    Args:
        values: parts of keys.
        bits: 16, 32 or 64; none: it is not known, or no database asks for it.
    """
    if bits is None or not all(_fits(value, bits) for value in values):
        return list(values)
    return list(map(_kinds()[bits], values))


def _fits(value: object, bits: int) -> bool:
    return isinstance(value, int) and -(1 << bits - 1) <= value < 1 << bits - 1


@cache
def _kinds() -> Mapping[int, Callable[[Any], object]]:
    from psycopg.types.numeric import Int2, Int4, Int8  # noqa: PLC0415 - PostgreSQL's driver alone

    return {16: Int2, 32: Int4, 64: Int8}
