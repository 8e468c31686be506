"""How a database compares mapped columns, by its catalogue.

Texts that fold, columns that are not of texts, and how wide numbers are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa

from doelbinding.policy.stores import Dataset, Store
from doelbinding.stores.sql.tables import qualified
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
_AFFINITIES = "SELECT name, upper(type) FROM pragma_table_info(:name)"

Columns = frozenset[tuple[str, str]]
"""Datasets and columns of theirs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparing:
    """Which columns are compared otherwise than by code points, or need their numbers' width.

    `folding`: columns of texts whose own `=` is not exact.
    `trimmed`: those SQLite may compare without blanks at the end, and must not be let to hash.
    `numeric`: those that SQLite does not compare as texts.
    `bits`: how wide PostgreSQL's whole numbers are.
    """

    folding: Columns = frozenset()
    trimmed: Columns = frozenset()
    numeric: Columns = frozenset()
    bits: Mapping[tuple[str, str], int] = field(default_factory=dict, hash=False)


EXACTLY = Comparing()
"""Nothing otherwise, besides what a dialect folds of itself (`texts.FOLDING`)."""


def comparing_in(connection: sa.Connection, store: Store) -> Comparing:
    """Give how a database compares the columns of a store."""
    match connection.dialect.name:
        case "postgresql":
            return _in_postgresql(connection, store)
        case "sqlite":
            return _in_sqlite(connection, store)
        case _:
            return EXACTLY


def _in_postgresql(connection: sa.Connection, store: Store) -> Comparing:
    folding: set[tuple[str, str]] = set()
    bits: dict[tuple[str, str], int] = {}
    for dataset in store.datasets:
        name = qualified(dataset.table, dataset.schema_)
        for column, kind in connection.execute(sa.text(_POSTGRESQL), {"name": name}):
            if kind in BITS:
                bits[dataset.id, column] = BITS[kind]
            else:
                folding.add((dataset.id, column))
    return Comparing(folding=frozenset(folding), bits=bits)


def _in_sqlite(connection: sa.Connection, store: Store) -> Comparing:
    folding: set[tuple[str, str]] = set()
    trimmed: set[tuple[str, str]] = set()
    for dataset in store.datasets:
        made = str(connection.execute(sa.text(_SQLITE), {"name": dataset.table}).scalar())
        columns = {(dataset.id, column.name) for column in dataset.own_columns}
        if re.search(r"\bCOLLATE\b", made, re.IGNORECASE):
            folding |= columns
            if re.search(r"\bRTRIM\b", made, re.IGNORECASE):
                trimmed |= columns
    return Comparing(
        folding=frozenset(folding),
        trimmed=frozenset(trimmed),
        numeric=frozenset(
            (dataset.id, name)
            for dataset in store.datasets
            for name in _numeric(connection, dataset)
        ),
    )


def _numeric(connection: sa.Connection, dataset: Dataset) -> Iterator[str]:
    """Yield the columns with another affinity than that of texts (https://sqlite.org/datatype3)."""
    if dataset.schema_ not in {None, "main"}:
        return
    told = connection.execute(sa.text(_AFFINITIES), {"name": dataset.table})
    kinds = {str(name).lower(): str(kind) for name, kind in told}
    for column in dataset.own_columns:
        kind = kinds.get(column.name.lower())
        if kind is not None and ("INT" in kind or not re.search("CHAR|CLOB|TEXT", kind)):
            yield column.name
