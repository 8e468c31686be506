"""How a database compares mapped columns, by its catalogue: texts that fold, widths of numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa

from doelbinding.policy.stores import Dataset, Store
from doelbinding.stores.sql.widths import BITS

_POSTGRESQL = """
WITH RECURSIVE held AS (
  SELECT attname, attcollation, atttypid AS kind FROM pg_attribute
  WHERE attrelid = to_regclass(:name) AND attnum > 0 AND NOT attisdropped
  UNION ALL
  SELECT attname, attcollation, typbasetype FROM held JOIN pg_type t ON t.oid = kind
  WHERE typtype = 'd'
)
SELECT DISTINCT attname, t.typname FROM held
JOIN pg_type t ON t.oid = kind
LEFT JOIN pg_collation c ON c.oid = attcollation
WHERE t.typname IN ('citext', 'int2', 'int4', 'int8') OR c.collisdeterministic = false
"""
_SQLITE = "SELECT sql FROM sqlite_master WHERE type = 'table' AND lower(name) = lower(:name)"

Columns = frozenset[tuple[str, str]]
"""Datasets and columns of theirs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Folding:
    """Which columns of texts are compared more loosely than by code points.

    `columns`: those whose own `=` is not exact. `trimmed`: those that SQLite may compare without
    the blanks at the end, which it must not be let to hash. `bits`: how wide PostgreSQL's whole
    numbers are. `numeric`: those that SQLite does not compare as texts.
    """

    columns: Columns = frozenset()
    trimmed: Columns = frozenset()
    numeric: Columns = frozenset()
    bits: Mapping[tuple[str, str], int] = field(default_factory=dict, hash=False)


NONE_FOLD = Folding()


def folding_columns(connection: sa.Connection, store: Store) -> Folding:
    """Give the columns of a store that fold."""
    every = [(dataset.id, *one) for dataset in store.datasets for one in _of(connection, dataset)]
    return Folding(
        columns=frozenset((dataset, column) for dataset, column, _ in every),
        trimmed=frozenset((dataset, column) for dataset, column, trimmed in every if trimmed),
        numeric=frozenset(
            (dataset.id, column)
            for dataset in store.datasets
            for column in _told_by_sqlite(connection, dataset)
        ),
        bits={
            (dataset.id, column): BITS[kind]
            for dataset in store.datasets
            for column, kind in _told_by_postgresql(connection, dataset)
            if kind in BITS
        },
    )


def _of(connection: sa.Connection, dataset: Dataset) -> Iterator[tuple[str, bool]]:
    """Yield columns that fold, or may, and whether blanks at the end may be left out."""
    for column, kind in _told_by_postgresql(connection, dataset):
        if kind not in BITS:
            yield column, False
    if connection.dialect.name == "sqlite":
        made = str(connection.execute(sa.text(_SQLITE), {"name": dataset.table}).scalar())
        if re.search(r"\bCOLLATE\b", made, re.IGNORECASE):
            trimmed = re.search(r"\bRTRIM\b", made, re.IGNORECASE) is not None
            yield from ((column.name, trimmed) for column in dataset.own_columns)


def _told_by_postgresql(connection: sa.Connection, dataset: Dataset) -> list[tuple[str, str]]:
    """Give the columns that fold, and those of whole numbers, with their types."""
    if connection.dialect.name != "postgresql":
        return []
    name = qualified(dataset.table, dataset.schema_)
    found = connection.execute(sa.text(_POSTGRESQL), {"name": name})
    return [(str(column), str(kind)) for column, kind in found]


_AFFINITIES = "SELECT name, upper(type) FROM pragma_table_info(:name)"


def _told_by_sqlite(connection: sa.Connection, dataset: Dataset) -> Iterator[str]:
    """Yield the columns with another affinity than that of texts (https://sqlite.org/datatype3)."""
    if connection.dialect.name != "sqlite" or dataset.schema_ not in {None, "main"}:
        return
    told = connection.execute(sa.text(_AFFINITIES), {"name": dataset.table})
    kinds = {str(name).lower(): str(kind) for name, kind in told}
    for column in dataset.own_columns:
        kind = kinds.get(column.name.lower())
        if kind is not None and ("INT" in kind or not re.search("CHAR|CLOB|TEXT", kind)):
            yield column.name


def qualified(table: str, schema: str | None) -> str:
    """Give a table's name as PostgreSQL's `to_regclass` reads it."""
    parts = [table] if schema is None else [schema, table]
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)
