"""Values as a driver gives them, made plain: keys are text or whole numbers, whatever holds them.

A key may be a `uuid`, or a `numeric` without decimals where a schema came from elsewhere. Keys are
compared, sealed, sent back and kept as JSON, so they come as text and as whole numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from doelbinding.stores.sql.widths import teach_arrays


def number(written: str) -> int | Decimal:
    """Read a number without decimals as a whole number, any other exactly."""
    return int(written) if written.lstrip("+-").isdigit() else Decimal(written)


def teach_postgresql(connection: Any, _: Any) -> None:
    """Let a connection of psycopg give plain values, and take arrays of numbers at once."""
    from psycopg.adapt import Loader  # noqa: PLC0415 - there only with the extra
    from psycopg.types.string import TextLoader  # noqa: PLC0415

    class NumberLoader(Loader):
        """Reads `numeric`."""

        def load(self, data: Any) -> int | Decimal:
            return number(bytes(data).decode())

    class PaddedLoader(TextLoader):
        """Reads `char(n)` as it compares: without the blanks that fill it."""

        def load(self, data: Any) -> Any:
            read = super().load(data)
            return read.rstrip(" ") if isinstance(read, str) else read

    for kind in _AS_TEXT:
        connection.adapters.register_loader(kind, TextLoader)
    connection.adapters.register_loader("numeric", NumberLoader)
    connection.adapters.register_loader("bpchar", PaddedLoader)
    teach_arrays(connection.adapters)


@contextmanager
def documents_read(connection: Any) -> Iterator[None]:
    """Let a connection of psycopg give JSON as what it says, for questions that are not ours."""
    from psycopg.types.json import JsonLoader  # noqa: PLC0415 - there only with the extra
    from psycopg.types.string import TextLoader  # noqa: PLC0415

    connection.adapters.register_loader("json", JsonLoader)
    try:
        yield
    finally:
        connection.adapters.register_loader("json", TextLoader)


_AS_TEXT = ("uuid", "json", "jsonb",
            "date", "timestamp", "timestamptz", "time", "timetz", "interval")  # fmt: skip
"""PostgreSQL's types that are read as it writes them.

Python has no `infinity`, no year beyond 9999 or before Christ, no 24:00 and no month in a duration.
"""


def teach_mysql(connection: Any, _: Any) -> None:
    """Let a connection of PyMySQL give plain values; other drivers give what they give."""
    decoders = getattr(connection, "decoders", None)
    if decoders is not None:
        plain = {**dict.fromkeys(_DECIMALS, number), _BIT: _bits, _TIME: str}
        connection.decoders = {**decoders, **plain}


def _bits(written: bytes) -> int:
    """Read bits as the number that statements compare them with."""
    return int.from_bytes(written, "big")


_DECIMALS = (0, 246)
"""MySQL's field types DECIMAL and NEWDECIMAL."""
_BIT, _TIME = 16, 11
"""MySQL's field types BIT, and TIME, which is read as it is written: it may be of many days."""
