"""Finding people in a lakehouse: the engine gives at least those alike, and we judge them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa

from doelbinding.stores.lakehouse.dialect import NAME, quoted
from doelbinding.stores.sql.identify import alike, question
from doelbinding.stores.sql.tables import Here, bound


def matching(
    here: Here, column: str, kind: str, values: Sequence[str], country: str | None
) -> tuple[sa.ColumnElement[bool], Callable[[object], bool]]:
    """Give the question for at least the rows that are alike, and what judges a held value."""
    asked = question(quoted(column), kind, here.dataset.column(column), NAME)
    wanted = frozenset(values)

    def judge(held: object) -> bool:
        return alike(held, kind, wanted, country) is not None

    said: list[Any] = []
    for value in wanted:
        given = asked.said(value)
        if given is None:
            return here.column(column).is_not(None), judge
        said += given
    plain: sa.ColumnElement[Any] = sa.literal_column(asked.plain)
    found: sa.ColumnElement[bool] = plain.in_([bound(one) for one in said]) if said else sa.false()
    if asked.beyond is not None:
        found = sa.or_(found, sa.literal_column(asked.beyond))
    return found, judge
