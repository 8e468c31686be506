"""Indexes that would spare a run from reading whole tables; said once a table is large."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from sqlalchemy.exc import SAWarning

from doelbinding.binding.expression import And, AnyOf, Certain, Expression, Not, Or, Since
from doelbinding.plan.model import Step
from doelbinding.plan.ports import Obstacle
from doelbinding.policy.stores import Dataset
from doelbinding.stores.sql.inspecting import inspector_of
from doelbinding.stores.sql.preflight.obstacles import quoting, warns
from doelbinding.stores.sql.sizes import rows_estimated
from doelbinding.stores.sql.tables import table

LARGE = 100_000
"""Rows beyond which reading a whole table every night is worth a warning."""


def create_index(dialect: sa.Dialect, schema: str | None, on: str, columns: Sequence[str]) -> str:
    """Give the statement that makes an index."""
    quote = quoting(dialect)
    named = "" if dialect.name == "postgresql" else f"{quote('_'.join([on, *columns]))} "
    place = ".".join(quote(part) for part in (schema, on) if part)
    return f"CREATE INDEX {named}ON {place} ({', '.join(quote(one) for one in columns)})"


def is_indexed(
    inspector: sa.Inspector, name: str, schema: str | None, columns: Sequence[str]
) -> bool:
    """Tell whether an index starts with these columns."""
    wanted = list(columns)
    key = inspector.get_pk_constraint(name, schema=schema)
    if list(key.get("constrained_columns") or [])[: len(wanted)] == wanted:
        return True
    with warnings.catch_warnings():  # of expressions, which SQLite's reflection leaves out
        warnings.simplefilter("ignore", SAWarning)
        # SQLite's own, of UNIQUE, serve as well
        indexes = inspector.get_indexes(name, schema=schema, include_auto_indexes=True)
    return any(list(index["column_names"])[: len(wanted)] == wanted for index in indexes)


def unserved(
    connection: sa.Connection, ref: str, dataset: Dataset, steps: Sequence[Step]
) -> Iterator[Obstacle]:
    """Yield the dates and paths by which rows are looked for without an index."""
    inspector = inspector_of(connection)
    wanted: list[tuple[str, ...]] = [(column,) for step in steps for column in _dates(step.needed)]
    wanted += [path.columns for path in dataset.paths if path.to is not None]
    missing = [
        columns
        for columns in dict.fromkeys(wanted)
        if not is_indexed(inspector, dataset.table, dataset.schema_, columns)
    ]
    if not missing or not _is_large(connection, dataset):
        return
    for columns in missing:
        yield warns(
            ref,
            f"({', '.join(columns)}) has no index, so that each run reads the whole table",
            create_index(connection.dialect, dataset.schema_, dataset.table, columns),
        )


def _is_large(connection: sa.Connection, dataset: Dataset) -> bool:
    asked = rows_estimated(dataset, connection.dialect.name)
    estimate = None if asked is None else connection.execute(asked).scalar()
    if estimate is not None and estimate >= 0:
        return bool(estimate > LARGE)
    one: sa.ColumnElement[int] = sa.literal_column("1").label("one")
    some = sa.select(one).select_from(table(dataset))
    counted = sa.select(sa.func.count()).select_from(some.limit(LARGE + 1).subquery())
    return int(connection.execute(counted).scalar_one()) > LARGE


def _dates(expression: Expression) -> Iterator[str]:
    """Yield the columns of the row itself that date it."""
    match expression:
        case Since():
            yield expression.column
        case And() | Or():
            for part in expression.parts:
                yield from _dates(part)
        case Not() | Certain():
            yield from _dates(expression.part)
        case AnyOf():
            for branch in expression.branches:
                if branch.link is None and branch.elsewhere is None:
                    yield from _dates(branch.part)
        case _:
            return
