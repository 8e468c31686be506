"""Which mapped columns a database compares more loosely than by code points, by its catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

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

Columns = frozenset[tuple[str, str]]
"""Datasets and columns of theirs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Folding:
    """Which columns of texts are compared more loosely than by code points.

    `columns`: those whose own `=` is not exact. `trimmed`: those that SQLite may compare without
    the blanks at the end, which it must not be let to hash.
    """

    columns: Columns = frozenset()
    trimmed: Columns = frozenset()


NONE_FOLD = Folding()


def folding_columns(connection: sa.Connection, store: Store) -> Folding:
    """Give the columns of a store that fold."""
    every = [(dataset.id, *one) for dataset in store.datasets for one in _of(connection, dataset)]
    return Folding(
        columns=frozenset((dataset, column) for dataset, column, _ in every),
        trimmed=frozenset((dataset, column) for dataset, column, trimmed in every if trimmed),
    )


def _of(connection: sa.Connection, dataset: Dataset) -> Iterator[tuple[str, bool]]:
    """Yield columns that fold, or may, and whether blanks at the end may be left out."""
    if connection.dialect.name == "postgresql":
        name = qualified(dataset.table, dataset.schema_)
        for column in connection.execute(sa.text(_POSTGRESQL), {"name": name}).scalars():
            yield column, False
    if connection.dialect.name == "sqlite":
        made = str(connection.execute(sa.text(_SQLITE), {"name": dataset.table}).scalar())
        if re.search(r"\bCOLLATE\b", made, re.IGNORECASE):
            trimmed = re.search(r"\bRTRIM\b", made, re.IGNORECASE) is not None
            yield from ((column.name, trimmed) for column in dataset.own_columns)


def qualified(table: str, schema: str | None) -> str:
    """Give a table's name as PostgreSQL's `to_regclass` reads it."""
    parts = [table] if schema is None else [schema, table]
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)
