"""Which mapped columns a database compares more loosely than by code points, by its catalogue."""

from __future__ import annotations

import re

import sqlalchemy as sa

from doelbinding.policy.stores import Dataset, Store

_POSTGRESQL = """
WITH RECURSIVE held AS (
  SELECT attname, attcollation, atttypid AS kind FROM pg_attribute
  WHERE attrelid = to_regclass(:name) AND attnum > 0 AND NOT attisdropped
  UNION ALL
  SELECT attname, attcollation, typbasetype FROM held JOIN pg_type t ON t.oid = kind
  WHERE typtype = 'd'
)
SELECT DISTINCT attname FROM held
JOIN pg_type t ON t.oid = kind
LEFT JOIN pg_collation c ON c.oid = attcollation
WHERE t.typname = 'citext' OR c.collisdeterministic = false
"""
_SQLITE = "SELECT sql FROM sqlite_master WHERE type = 'table' AND lower(name) = lower(:name)"


def folding_columns(connection: sa.Connection, store: Store) -> frozenset[tuple[str, str]]:
    """Give dataset and column of texts whose own `=` is not exact."""
    found: set[tuple[str, str]] = set()
    for dataset in store.datasets:
        for column in _folding(connection, dataset):
            found.add((dataset.id, column))
    return frozenset(found)


def _folding(connection: sa.Connection, dataset: Dataset) -> list[str]:
    if connection.dialect.name == "postgresql":
        name = qualified(dataset.table, dataset.schema_)
        return list(connection.execute(sa.text(_POSTGRESQL), {"name": name}).scalars())
    if connection.dialect.name == "sqlite":
        made = connection.execute(sa.text(_SQLITE), {"name": dataset.table}).scalar()
        if made is not None and re.search(r"\bCOLLATE\b", str(made), re.IGNORECASE):
            return [column.name for column in dataset.own_columns]
    return []


def qualified(table: str, schema: str | None) -> str:
    """Give a table's name as PostgreSQL's `to_regclass` reads it."""
    parts = [table] if schema is None else [schema, table]
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)
