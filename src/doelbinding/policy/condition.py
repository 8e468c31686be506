"""Conditions on a row, as a policy writes them. There is no raw SQL in a policy.

Exactly one test each:

    {column: soort, equals: K}          {column: soort, in: [K, P]}
    {column: einde, null: true}         {column: bedrag, at_least: 0}
    {all: [...]}   {any: [...]}   {not: {...}}

A test on an empty column is *unknown*, save `null`, which is always answered (Kleene's logic).
Text compares exactly.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from doelbinding.policy.shape import SHAPE

Scalar = bool | int | str
ORDERINGS = ("less_than", "at_most", "more_than", "at_least")
COMPARISONS = ("equals", "differs", *ORDERINGS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One test on a row; `in`, `all`, `any` and `not` are Python words, hence the underscore."""

    __pydantic_config__ = SHAPE

    column: str | None = None
    equals: Scalar | None = None
    differs: Scalar | None = None
    less_than: int | str | None = None
    at_most: int | str | None = None
    more_than: int | str | None = None
    at_least: int | str | None = None
    in_: tuple[Scalar, ...] | None = None
    null: bool | None = None
    all_: tuple[Condition, ...] | None = None
    any_: tuple[Condition, ...] | None = None
    not_: Condition | None = None

    def __post_init__(self) -> None:
        """Refuse a test that is none or several.

        Raises:
            ValueError: not exactly one test, or a column where none belongs.
        """
        on_column = [n for n in (*COMPARISONS, "in_", "null") if getattr(self, n) is not None]
        on_tests = [n for n in ("all_", "any_", "not_") if getattr(self, n) is not None]
        if len(on_column) + len(on_tests) != 1:
            raise ValueError("a condition holds exactly one test, such as {column: c, equals: x}")
        if bool(on_column) != (self.column is not None):
            raise ValueError("`column` goes with equals, in, null and the comparisons, not alone")
        if self.in_ == () or self.all_ == () or self.any_ == ():
            raise ValueError("`in`, `all` and `any` need at least one entry")

    def columns(self) -> Iterator[str]:
        """Yield every column the condition reads."""
        if self.column is not None:
            yield self.column
        for part in (*(self.all_ or ()), *(self.any_ or ())):
            yield from part.columns()
        if self.not_ is not None:
            yield from self.not_.columns()
