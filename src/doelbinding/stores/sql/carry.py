"""What a database says of people to other stores, per identifier."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa

from doelbinding.binding.expression import Branch
from doelbinding.binding.kleene import Truth
from doelbinding.stores.sql.compile import Compiler
from doelbinding.stores.sql.tables import Here
from doelbinding.stores.sql.texts import FOLDING, as_bytes

_YES, _UNKNOWN, _NO = 2, 1, 0
_TRUTH: dict[int, Truth] = {_YES: True, _UNKNOWN: None, _NO: False}


def values_of(here: Here, column: str, dialect: str) -> sa.Select[Any]:
    """Ask for each value of a column, once."""
    held = here.column(column)
    return sa.select(held).where(held.is_not(None)).group_by(*_apart(held, dialect))


def _apart(held: sa.ColumnElement[Any], dialect: str) -> list[sa.ColumnElement[Any]]:
    """Give what tells values apart where the column's own collation may not."""
    return [held, as_bytes(held)] if dialect in FOLDING else [held]


def answers_of(here: Here, column: str, branch: Branch, compiler: Compiler) -> sa.Select[Any]:
    """Ask, per value of a column, for the strongest answer of the rows that count."""
    held = here.column(column)
    said = sa.case(
        (compiler.certainly(branch.part, here, wanted=True), sa.literal_column(str(_YES))),
        (compiler.certainly(branch.part, here, wanted=False), sa.literal_column(str(_NO))),
        else_=sa.literal_column(str(_UNKNOWN)),
    )
    asked = sa.select(held, sa.func.max(said)).where(held.is_not(None))
    asked = asked.group_by(*_apart(held, compiler.dialect))
    if branch.among is not None:
        asked = asked.where(compiler.certainly(branch.among, here, wanted=True))
    return asked


def read_answers(rows: Iterable[Any]) -> Iterator[tuple[str | int, Truth]]:
    """Yield each value with its answer."""
    for value, said in rows:
        yield value, _TRUTH[int(said)]
