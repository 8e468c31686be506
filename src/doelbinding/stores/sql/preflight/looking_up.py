"""Whether people are looked up by an index, as the database itself would go about it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from doelbinding.plan.identifiers import NEVER_ENOUGH
from doelbinding.plan.ports import Gravity, Obstacle
from doelbinding.policy.stores import Column, Dataset, Store
from doelbinding.stores.sql.identify import Question, question, serving_indexes

_WAYS = ("enable_seqscan", "enable_indexscan", "enable_indexonlyscan")


def unserved_lookups(
    connection: sa.Connection, store: Store, dataset: Dataset
) -> Iterator[Obstacle]:
    """Yield a warning per identifying column by which the whole table is read, with the remedy.

    Only PostgreSQL is asked: with other ways discouraged its plan is a bitmap of an index that
    serves, or looks at all there is because there is none.
    """
    if connection.dialect.name != "postgresql":
        return
    table = _table(connection.dialect, dataset)
    for column, asked, remedies in wanted_indexes(connection.dialect, dataset):
        passes = f"{asked.plain} = '0'"
        either = passes if asked.beyond is None else f"{passes} OR {asked.beyond}"
        if _reads_all(connection, f"SELECT 1 FROM {table} WHERE {either}"):  # noqa: S608
            yield Obstacle(
                gravity=Gravity.WARNS,
                ref=f"{store.id}.{dataset.id}",
                message=f"people are looked up by {column.name!r} by reading the whole table",
                remedy="; ".join(remedies),
            )


def wanted_indexes(
    dialect: sa.Dialect, dataset: Dataset
) -> Iterator[tuple[Column, Question, list[str]]]:
    """Yield per identifying column what is asked of it, and the statements that make it quick."""
    for column in dataset.own_columns:
        kind = column.identifier
        if kind is None or kind in NEVER_ENOUGH:
            continue
        held = str(dialect.identifier_preparer.quote(column.name))
        remedies = serving_indexes(_table(dialect, dataset), held, kind, column, dialect.name)
        if remedies:
            yield column, question(held, kind, column, dialect.name), remedies


def _table(dialect: sa.Dialect, dataset: Dataset) -> str:
    named = sa.table(dataset.table, schema=dataset.schema_)
    return str(dialect.identifier_preparer.format_table(named))


def _reads_all(connection: sa.Connection, statement: str) -> bool:
    for way in _WAYS:
        connection.exec_driver_sql(f"SET LOCAL {way} = off")
    told = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}").scalar_one()
    plan: Any = json.loads(told)
    for way in _WAYS:
        connection.exec_driver_sql(f"SET LOCAL {way} = on")
    return any(_filters_all(node) for one in plan for node in _nodes(one["Plan"]))


def _nodes(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield node
    for part in node.get("Plans", ()):
        yield from _nodes(part)


def _filters_all(node: Mapping[str, Any]) -> bool:
    """Tell whether a node looks at all there is: of the table, or of an index on something else."""
    return "Filter" in node and "Index Cond" not in node and "Recheck Cond" not in node
