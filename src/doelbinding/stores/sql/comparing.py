"""How a database compares mapped columns, by its catalogue.

Texts that fold, columns that are not of texts, and how wide numbers are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa

from doelbinding.policy.stores import Dataset, Store
from doelbinding.stores.sql.pairs import pairs_of
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
_COLLATES = "SELECT 1 FROM sqlite_master WHERE sql LIKE '%COLLATE%' LIMIT 1"
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
    `under`: the collations of SQLite under which a column refers to others, its own among them; a
    foreign key compares under that of what it refers to.
    """

    folding: Columns = frozenset()
    trimmed: Columns = frozenset()
    numeric: Columns = frozenset()
    bits: Mapping[tuple[str, str], int] = field(default_factory=dict, hash=False)
    under: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict, hash=False)


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
    collated = _collated(connection, store)
    return Comparing(
        folding=frozenset(collated),
        trimmed=frozenset(column for column, name in collated.items() if name == "RTRIM"),
        numeric=frozenset(
            (dataset.id, name)
            for dataset in store.datasets
            for name in _affinities(connection, dataset, numeric=True)
        ),
        under=_under(store, collated),
    )


def _collated(connection: sa.Connection, store: Store) -> dict[tuple[str, str], str]:
    """Give the collations of columns that have one which is not exact, also of those of views."""
    if connection.exec_driver_sql(_COLLATES).scalar() is None:
        return {}
    found: dict[tuple[str, str], str] = {}
    for dataset in store.datasets:
        for column in _affinities(connection, dataset):
            collation = _collation(connection, dataset.table, column)
            if collation is not None:
                found[dataset.id, column] = collation
    return found


def _collation(connection: sa.Connection, table: str, column: str) -> str | None:
    """Give the collation of a column, by what SQLite takes for the same under it.

    A UNION compares as the column on its left (https://sqlite.org/lang_select.html); no catalogue
    tells.
    """
    quote = connection.dialect.identifier_preparer.quote
    asked = (
        f"SELECT {quote(column)} FROM {quote(table)} WHERE 0 "  # noqa: S608 - quoted
        "UNION SELECT column1 FROM (VALUES ('a'), ('A'), ('b'), ('b '))"
    )
    apart = set(connection.exec_driver_sql(asked).scalars())
    if not apart >= {"a", "A"}:
        return "NOCASE"
    return None if apart >= {"b", "b "} else "RTRIM"


def _under(
    store: Store, collated: Mapping[tuple[str, str], str]
) -> dict[tuple[str, str], tuple[str, ...]]:
    under = {column: {name} for column, name in collated.items()}
    for dataset in store.datasets:
        for one, column, other, there in pairs_of(store, dataset):
            if (other.id, there) in collated:
                under.setdefault((one.id, column), set()).add(collated[other.id, there])
    return {column: tuple(sorted(names)) for column, names in under.items()}


def _affinities(
    connection: sa.Connection, dataset: Dataset, *, numeric: bool = False
) -> Iterator[str]:
    """Yield the columns that are there; or those with another affinity than that of texts.

    See https://sqlite.org/datatype3.html.
    """
    if dataset.schema_ not in {None, "main"}:
        return
    told = connection.execute(sa.text(_AFFINITIES), {"name": dataset.table})
    kinds = {str(name).lower(): str(kind) for name, kind in told}
    for column in dataset.own_columns:
        kind = kinds.get(column.name.lower())
        if kind is None:
            continue
        if not numeric or "INT" in kind or not re.search("CHAR|CLOB|TEXT", kind):
            yield column.name
