"""Whether what a policy compares a column with could ever be in it, on PostgreSQL.

It refuses to compare an ENUM with a word that this has not, or a UUID with what is none, where
other databases find no row.
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from doelbinding.plan.ports import Obstacle
from doelbinding.policy.condition import COMPARISONS, Condition
from doelbinding.policy.stores import ColumnType, ControllerColumn, Dataset, Store
from doelbinding.stores.sql.preflight.declared import conditions
from doelbinding.stores.sql.preflight.obstacles import refuses
from doelbinding.stores.sql.tables import qualified

_TYPES = """
SELECT attname, format_type(base.oid, NULL), t.typtype = 'd' AND base.typtype = 'e'
FROM pg_attribute JOIN pg_type t ON t.oid = atttypid JOIN pg_type base
  ON base.oid = coalesce(nullif(t.typbasetype, 0), t.oid)
WHERE attrelid = to_regclass(:name) AND attname = ANY (CAST(:columns AS name[]))
  AND base.typcategory NOT IN ('S', 'N', 'D', 'B')
"""
"""Types that are made of other words than texts, numbers, dates and truths, which are looked at
where they are declared."""


def impossible(connection: sa.Connection, store: Store, dataset: Dataset) -> Iterator[Obstacle]:
    """Yield the values with which a column is compared that it can never hold."""
    if connection.dialect.name != "postgresql":
        return
    compared = dict.fromkeys(_compared(store, dataset))
    name = qualified(dataset.table, dataset.schema_)
    asked = {"name": name, "columns": sorted({column for column, _ in compared})}
    ref = f"{store.id}.{dataset.id}"
    types = {}
    for column, kind, domain in connection.execute(sa.text(_TYPES), asked):
        types[column] = kind
        if domain:
            yield refuses(
                ref,
                f"a rule compares column {column!r}, a domain over the ENUM {kind}, which "
                "PostgreSQL compares with no text",
                f"let the column be {kind} itself, or a text",
            )
    for column, value in compared:
        if column in types and not _is_one(connection, value, types[column]):
            yield refuses(
                ref,
                f"a rule compares column {column!r} with {value!r}, which is no {types[column]}",
                "correct it: the database refuses the question",
            )


def _compared(store: Store, dataset: Dataset) -> Iterator[tuple[str, str]]:
    """Yield columns and the texts that they are compared with."""
    for condition in conditions(store, dataset):
        yield from _tested(condition)
    for column in dataset.own_columns:
        if column.type is ColumnType.TEXT:
            yield from ((column.name, one) for one in column.null_values if isinstance(one, str))
    if isinstance(dataset.controller, ControllerColumn):
        yield from ((dataset.controller.column, value) for value in dataset.controller.values)


def _tested(condition: Condition) -> Iterator[tuple[str, str]]:
    if condition.column is not None:
        values = [getattr(condition, name) for name in COMPARISONS]
        values += condition.in_ or ()
        yield from ((condition.column, value) for value in values if isinstance(value, str))
    for part in (*(condition.all_ or ()), *(condition.any_ or ())):
        yield from _tested(part)
    if condition.not_ is not None:
        yield from _tested(condition.not_)


def _is_one(connection: sa.Connection, value: str, kind: str) -> bool:
    cast = f"SELECT CAST(CAST(:value AS text) AS {kind.replace(':', chr(92) + ':')})"
    try:
        with connection.begin_nested():
            connection.execute(sa.text(cast), {"value": value})
    except SQLAlchemyError:
        return False
    return True
