"""Values as a driver gives them, made plain: keys are text or whole numbers, whatever holds them.

A key may be a `uuid`, or a `numeric` without decimals where a schema came from elsewhere. Keys are
compared, sealed, sent back and kept as JSON, so they come as text and as whole numbers.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any


def number(written: str) -> int | Decimal:
    """Read a number without decimals as a whole number, any other exactly."""
    return int(written) if written.lstrip("+-").isdigit() else Decimal(written)


def teach_postgresql(connection: Any, _: Any) -> None:
    """Let a connection of psycopg give plain values."""
    from psycopg.adapt import Loader  # noqa: PLC0415 - there only with the extra
    from psycopg.types.string import TextLoader  # noqa: PLC0415

    class NumberLoader(Loader):
        """Reads `numeric`."""

        def load(self, data: Any) -> int | Decimal:
            return number(bytes(data).decode())

    connection.adapters.register_loader("uuid", TextLoader)
    connection.adapters.register_loader("numeric", NumberLoader)


def teach_mysql(connection: Any, _: Any) -> None:
    """Let a connection of PyMySQL give plain values; other drivers give what they give."""
    decoders = getattr(connection, "decoders", None)
    if decoders is not None:
        plain = {**dict.fromkeys(_DECIMALS, number), _BIT: _bits}
        connection.decoders = {**decoders, **plain}


def _bits(written: bytes) -> int:
    """Read bits as the number that statements compare them with."""
    return int.from_bytes(written, "big")


_DECIMALS = (0, 246)
"""MySQL's field types DECIMAL and NEWDECIMAL."""
_BIT = 16
"""MySQL's field type BIT."""
