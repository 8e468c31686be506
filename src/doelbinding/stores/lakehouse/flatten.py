"""Each question about other rows asked once, as a column of an inner question.

A plan asks the same of related rows in many places. Engines of lakehouses plan every EXISTS anew,
and not every one takes it within an aggregate; as columns they are planned once, and anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql import visitors

from doelbinding.binding.expression import YES, Expression
from doelbinding.stores.lakehouse.compiler import LakeCompiler
from doelbinding.stores.lakehouse.dialect import SparkDialect, written
from doelbinding.stores.sql.compile import Compiler
from doelbinding.stores.sql.oldest import oldest_start
from doelbinding.stores.sql.tables import Here, beginning
from doelbinding.stores.sql.visits import Visiting, are_deep

Clause = sa.ColumnElement[Any]


def seen(
    compiler: LakeCompiler,
    dataset: str,
    expressions: Iterable[Expression],
    make: Callable[[Compiler, Here], Sequence[Clause]],
    names: Sequence[str],
) -> tuple[sa.Subquery, list[Clause]]:
    """Give an inner question about all rows of a dataset, and clauses on it, deep ones by visits.

    Args:
        compiler: of the statement.
        dataset: whose rows.
        expressions: those in the clauses.
        make: gives the clauses on a row.
        names: columns of the dataset that are wanted besides.
    """
    here = compiler.here(dataset)
    if not are_deep(expressions, compiler):
        return flattened(here, make(compiler, here), names, compiler.spark)
    visiting = Visiting.over(compiler, here, YES)
    here = visiting.here(dataset)
    own = [here.column(name).label(name) for name in names]
    named = beginning("visited_", here.dataset)
    made = [one.label(f"{named}{n}") for n, one in enumerate(make(visiting, here))]
    inner = visiting.asking(*own, *made).subquery("seen")
    return inner, [inner.c[one.name] for one in made]


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
    named = beginning("asked_", here.dataset)
    labels = {text: f"{named}{n}" for n, text in enumerate(asked)}
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


def start_in(expression: Expression, here: Here, compiler: LakeCompiler) -> Clause | None:
    """Give the first start that an expression reads, as text; none where Sail cannot be asked.

    It takes no value that is found over more than one table.
    """
    start = oldest_start(expression, here, compiler)
    if start is None:
        return None
    tables = sum(isinstance(part, sa.ScalarSelect) for part in visitors.iterate(start))
    return None if tables > 1 else sa.cast(start, sa.Text)


def _traverse(clause: Clause, replace: Callable[[Any], Any]) -> Clause:
    def one(part: Any, **_: Any) -> Any:
        return replace(part)

    traverse: Any = visitors.replacement_traverse  # its types do not know what we are given
    found: Clause = traverse(clause, {}, one)
    return found
