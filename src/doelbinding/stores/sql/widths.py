"""Whole numbers given in an array of the column's own width.

PostgreSQL looks a row's number up in a table of hashes only if the numbers given are of the same
type as the column; else it compares it with every one of them, seventy times as long for a
thousand. Where one does not fit they go in as they are: that is slow, and right.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

BITS = {"int2": 16, "int4": 32, "int8": 64}
"""How wide the types of whole numbers are, by the names the catalogue has for them."""


class Numbers(list[int]):
    """Whole numbers of a width, which goes in as an array of that type."""


class Numbers16(Numbers):
    """Of two bytes."""


class Numbers32(Numbers):
    """Of four bytes."""


class Numbers64(Numbers):
    """Of eight bytes."""


_KINDS: dict[int, tuple[str, type[Numbers]]] = {
    16: ("int2", Numbers16),
    32: ("int4", Numbers32),
    64: ("int8", Numbers64),
}


def of_width(values: Sequence[object], bits: int | None) -> list[Any]:
    """Give values as whole numbers of a width, if it is known and all are such.

    Args:
        values: parts of keys.
        bits: 16, 32 or 64; none: it is not known, or no database asks for it.
    """
    numbers = [value for value in values if type(value) is int]
    if bits is None or not numbers or len(numbers) < len(values):
        return list(values)
    if min(numbers) < -(1 << bits - 1) or max(numbers) >= 1 << bits - 1:
        return list(values)
    kind: type[Numbers] = _KINDS[bits][1]
    return kind(numbers)


def teach_arrays(adapters: Any) -> None:
    """Let a connection of psycopg write whole numbers of a width at once.

    It would ask of each by itself how it is to be written, which takes longer than looking it up.
    """
    from psycopg.adapt import Buffer, Dumper  # noqa: PLC0415 - there only with the extra

    class Whole(Dumper):
        """Writes an array of numbers."""

        def dump(self, obj: Numbers) -> Buffer:
            return f"{{{','.join(map(str, obj))}}}".encode()

    for name, kind in _KINDS.values():
        oid = adapters.types[name].array_oid
        adapters.register_dumper(kind, type(f"Whole{name}", (Whole,), {"oid": oid}))
