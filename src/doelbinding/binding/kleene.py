"""Kleene's three-valued logic: `True`, `False`, and `None` for unknown."""

from __future__ import annotations

from collections.abc import Iterable

Truth = bool | None


def both(parts: Iterable[Truth]) -> Truth:
    """Give the conjunction: false if any part is, else unknown if any is."""
    unknown = False
    for part in parts:
        if part is False:
            return False
        unknown = unknown or part is None
    return None if unknown else True


def either(parts: Iterable[Truth]) -> Truth:
    """Give the disjunction: true if any part is, else unknown if any is."""
    unknown = False
    for part in parts:
        if part is True:
            return True
        unknown = unknown or part is None
    return None if unknown else False


def negate(part: Truth) -> Truth:
    """Give the negation; unknown stays unknown."""
    return None if part is None else not part
