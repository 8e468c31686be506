"""What a column holds for nothing: what its policy says stands for it, and the zero date.

MySQL and MariaDB hold `0000-00-00` where an application had no date, and where it gave one that
they could not read. Which of the two it is only the policy can say: as one of `null_values` it is
null; left unsaid it is unknown to every test.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from doelbinding.binding.times import clock_of, clock_written, epoch_of
from doelbinding.policy.condition import Scalar
from doelbinding.policy.stores import ZERO_DATE, Column, ColumnType

_YEAR = "0000-"


def is_zero(column: Column, held: object) -> bool:
    """Tell whether a value is a zero date, or another of the year 0, which is in no calendar."""
    return isinstance(held, str) and held.startswith(_YEAR) and column.type.has_zero


def stands_for_nothing(column: Column, held: object, stored: str) -> bool:
    """Tell whether a value is one of those that the policy says stand for nothing.

    `stored` is the IANA zone of the store's bare times.
    """
    nothing = column.null_values
    if not nothing:
        return False
    if ZERO_DATE in nothing and is_zero(column, held):
        return True
    if column.type.is_clock:
        clock = clock_of(held, column.type)
        return clock is not None and any(
            clock == operand_of(column, one, stored) for one in nothing if one != ZERO_DATE
        )
    return any(equals(held, operand_of(column, one, stored)) for one in nothing)


def equals(held: object, told: object) -> bool:
    """Tell whether what is held is what a policy writes: a text exactly, a number as one."""
    if isinstance(told, str):
        return str(held) == told
    if isinstance(told, Decimal) and isinstance(held, float):
        return held == float(told)  # as the database that holds it so compares them
    return bool(held == told)


def digits(column: Column, written: Scalar) -> Scalar:
    """Give what a policy writes of a column; of a day in digits the text, which numbers match."""
    days = column.type is ColumnType.DATE_DIGITS and type(written) is int
    return str(written) if days else written


def operand_of(column: Column, written: Scalar, stored: str) -> Scalar | Decimal | datetime:
    """Give what a column is compared with: a moment or a decimal where its policy writes one."""
    kind, written = column.type, digits(column, written)
    if kind is ColumnType.DECIMAL and isinstance(written, str):
        return Decimal(written)
    if not isinstance(written, str) or not (kind.is_clock or kind.is_epoch):
        return written
    moment = clock_written(written, kind, stored)
    return moment if kind.is_clock else epoch_of(moment, kind)
