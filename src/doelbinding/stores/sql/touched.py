"""Columns that MariaDB and MySQL change by themselves whenever a row is (`ON UPDATE`).

Emptying a value would date its row anew, and so keep the others. So a statement writes such a
column too, as it is, which leaves it as it is; columns that are not in the policy date nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from doelbinding.policy.stores import Dataset, Store

_ASKED = """
SELECT table_schema = database(), table_schema, table_name, column_name
FROM information_schema.columns
WHERE extra LIKE '%on update%' AND (table_schema = database() OR table_schema IN :others)
"""
ENGINES = frozenset({"mysql", "mariadb"})


def touched_columns(connection: sa.Connection, store: Store) -> Mapping[str, tuple[str, ...]]:
    """Give, by dataset, its mapped columns that a change of another column would change."""
    if connection.dialect.name not in ENGINES:
        return {}
    others = {one.schema_ for one in store.datasets if one.schema_} or {""}
    asked = sa.text(_ASKED).bindparams(sa.bindparam("others", sorted(others), expanding=True))
    found: set[tuple[str | None, str, str]] = set()
    for usual, schema, table, column in connection.execute(asked):
        found.add((schema, table, column))
        if usual:
            found.add((None, table, column))
    return {dataset.id: _of(dataset, found) for dataset in store.datasets}


def _of(dataset: Dataset, found: set[tuple[str | None, str, str]]) -> tuple[str, ...]:
    return tuple(
        column.name
        for column in dataset.own_columns
        if (dataset.schema_, dataset.table, column.name) in found
    )
