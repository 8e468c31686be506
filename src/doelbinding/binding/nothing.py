"""What a column holds for nothing: what its policy says stands for it, and the zero date.

MySQL and MariaDB hold `0000-00-00` where an application had no date, and where it gave one that
they could not read. Which of the two it is only the policy can say: as one of `null_values` it is
null; left unsaid it is unknown to every test.
"""

from __future__ import annotations

from doelbinding.policy.stores import ZERO_DATE, Column

_YEAR = "0000-"


def is_zero(column: Column, held: object) -> bool:
    """Tell whether a value is a zero date, or another of the year 0, which is in no calendar."""
    return isinstance(held, str) and held.startswith(_YEAR) and column.type.has_zero


def stands_for_nothing(column: Column, held: object) -> bool:
    """Tell whether a value is one of those that the policy says stand for nothing."""
    nothing = column.null_values
    if not nothing:
        return False
    return str(held) in map(str, nothing) or (ZERO_DATE in nothing and is_zero(column, held))
