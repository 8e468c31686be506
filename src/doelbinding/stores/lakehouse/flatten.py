"""Each question about other rows asked once, as a column of an inner question.

A plan asks the same of related rows in many places. Engines of lakehouses plan every EXISTS anew,
and not every one takes it within an aggregate; as columns they are planned once, and anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql import visitors

from doelbinding.stores.lakehouse.dialect import SparkDialect, written
from doelbinding.stores.sql.compile import Here

Clause = sa.ColumnElement[Any]


def flattened(
    here: Here, clauses: Sequence[Clause], names: Sequence[str], dialect: SparkDialect
) -> tuple[sa.Subquery, list[Clause]]:
    """Give an inner question with columns and what the clauses ask, and the clauses on it.

    Args:
        here: the target.
        clauses: conditions and values on a row of the target.
        names: columns of the target that are wanted besides.
        dialect: writes questions down, to tell which are the same.
    """
    own: dict[str, Clause] = {name: here.column(name) for name in names}
    asked: dict[str, Clause] = {}

    def collect(part: Any) -> Any:
        if isinstance(part, (sa.Exists, sa.ScalarSelect)):
            asked.setdefault(written(part, dialect), part)
            return part
        if isinstance(part, sa.ColumnClause) and part.table is here.rows:
            own.setdefault(str(part.name), part)
        return None

    for clause in clauses:
        _traverse(clause, collect)
    labels = {text: f"asked_{n}" for n, text in enumerate(asked)}
    columns = [
        *(held.label(name) for name, held in own.items()),
        *(part.label(labels[text]) for text, part in asked.items()),
    ]
    chosen = columns or [sa.literal_column("1").label("one")]
    inner = sa.select(*chosen).select_from(here.rows).subquery("seen")

    def replace(part: Any) -> Any:
        if isinstance(part, (sa.Exists, sa.ScalarSelect)):
            return inner.c[labels[written(part, dialect)]]
        if isinstance(part, sa.ColumnClause) and part.table is here.rows:
            return inner.c[str(part.name)]
        return None

    return inner, [_traverse(clause, replace) for clause in clauses]


def _traverse(clause: Clause, replace: Callable[[Any], Any]) -> Clause:
    def one(part: Any, **_: Any) -> Any:
        return replace(part)

    traverse: Any = visitors.replacement_traverse  # its types do not know what we are given
    found: Clause = traverse(clause, {}, one)
    return found
