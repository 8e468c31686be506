"""Which columns a table keeps unique, alone or together, read from the engine's own catalogue."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from doelbinding.policy.stores import Dataset
from doelbinding.stores.sql.descent import family_of
from doelbinding.stores.sql.inspecting import inspector_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Unique:
    """What no two rows may have alike.

    `columns` by name; `expressions` as the database writes them. `nulls_too`: nor may two rows be
    null in it. `partial`: of some rows only, or where rows exclude each other in another way than
    being alike. `replaces`: whoever writes what is there already removes the row that has it.
    """

    columns: frozenset[str]
    expressions: tuple[str, ...] = ()
    nulls_too: bool = False
    partial: bool = False
    replaces: bool = False

    def reads(self, column: str) -> bool:
        """Tell whether a column has part in it."""
        named = re.compile(rf"(?<!\w){re.escape(column)}(?!\w)")
        return column in self.columns or any(named.search(one) for one in self.expressions)

    def beyond(self, columns: Collection[str]) -> tuple[str, ...]:
        """Name what else tells rows apart in it, besides these columns."""
        return tuple(sorted(self.columns - set(columns)))

    def among(self, columns: Collection[str]) -> str:
        """Say with what these columns are unique, or where; nothing if they are by themselves."""
        others = self.beyond(columns)
        if self.partial:
            return "among some rows, or in part"
        if others:
            return f"together with ({', '.join(others)})"
        return "in an expression" if self.expressions else ""


def uniques(connection: sa.Connection, dataset: Dataset) -> frozenset[Unique]:
    """Give what is unique in a dataset's table: its indexes, constraints and primary key."""
    if connection.dialect.name == "sqlite":
        return frozenset(_of_sqlite(connection, dataset.table))
    if connection.dialect.name == "postgresql":
        return frozenset(_of_postgresql(connection, dataset))
    return frozenset(_reflected(connection, dataset))


_SQLITE = """
SELECT i.name, c.name, m.sql, i.partial
FROM pragma_index_list(:table) i JOIN pragma_index_xinfo(i.name) c
LEFT JOIN sqlite_master m ON m.type = 'index' AND m.name = i.name WHERE i."unique" AND c.key
"""


def _of_sqlite(connection: sa.Connection, table: str) -> Iterator[Unique]:
    """Read SQLite's own pragmas: reflection overlooks UNIQUE beside a column, and expressions."""
    found: dict[str, set[str]] = {}
    made: dict[str, str] = {}
    some: dict[str, bool] = {}
    for index, column, sql, partial in connection.execute(sa.text(_SQLITE), {"table": table}):
        own = found.setdefault(index, set())
        some[index] = bool(partial)
        if column is None:
            made[index] = str(sql).partition("(")[2]
        else:
            own.add(column)
    replacing = _replacing(connection, table)
    for index, columns in found.items():
        told = (made[index],) if index in made else ()
        own_name = {column.lower() for column in columns}
        yield Unique(
            columns=frozenset(columns),
            expressions=told,
            partial=some[index],
            replaces=own_name in replacing or (len(own_name) == 1 and set() in replacing),
        )


_REPLACING = re.compile(
    r"(?:UNIQUE|PRIMARY\s+KEY(?:\s+(?:ASC|DESC))?)\s*(?:\(([^)]*)\)\s*)?ON\s+CONFLICT\s+REPLACE",
    re.IGNORECASE,
)


def _replacing(connection: sa.Connection, table: str) -> list[set[str]]:
    """Give the columns of constraints that say ON CONFLICT REPLACE; none of one beside a column."""
    asked = sa.text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :table")
    made = str(connection.execute(asked, {"table": table}).scalar())
    return [
        {_NAME.sub("", one.split()[0]).lower() for one in (named or "").split(",") if one.strip()}
        for named in _REPLACING.findall(made)
    ]


_NAME = re.compile(r"[\"'`\[\]]")


_POSTGRESQL = """
SELECT ARRAY(SELECT attname::text FROM pg_attribute
    WHERE attrelid = i.indrelid AND attnum = ANY (i.indkey[0:i.indnkeyatts - 1])),
  ARRAY(SELECT pg_get_indexdef(i.indexrelid, n, false) FROM generate_series(1, i.indnkeyatts) n
    WHERE i.indkey[n - 1] = 0),
  coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::bool, false),
  i.indpred IS NOT NULL OR i.indisexclusion
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE (i.indisunique OR i.indisexclusion) AND NOT c.relispartition
  AND i.indrelid = ANY (CAST(:tables AS oid[]))
"""


def _of_postgresql(connection: sa.Connection, dataset: Dataset) -> Iterator[Unique]:
    """Read PostgreSQL's own catalogue: also of partitions and heirs, and what excludes rows."""
    held = {"tables": family_of(connection, dataset).held}
    for columns, expressions, nulls_too, partial in connection.execute(sa.text(_POSTGRESQL), held):
        yield Unique(
            columns=frozenset(columns),
            expressions=tuple(expressions),
            nulls_too=nulls_too,
            partial=partial,
        )


def _reflected(connection: sa.Connection, dataset: Dataset) -> Iterator[Unique]:
    inspector = inspector_of(connection)
    where: dict[str, Any] = {"table_name": dataset.table, "schema": dataset.schema_}
    key = inspector.get_pk_constraint(**where).get("constrained_columns") or []
    if key:
        yield Unique(columns=frozenset(key))
    found: list[Any] = [one for one in inspector.get_indexes(**where) if one["unique"]]
    for one in [*inspector.get_unique_constraints(**where), *found]:
        names = {name for name in one["column_names"] if name is not None}
        yield Unique(
            columns=frozenset(names),
            expressions=tuple(e for e in one.get("expressions") or () if e not in names),
        )
