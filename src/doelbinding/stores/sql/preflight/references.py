"""Foreign keys that point at a mapped table, from all tables in all schemas."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from doelbinding.policy.stores import Dataset
from doelbinding.stores.sql.descent import family_of


class NotAllSeen(Exception):
    """The role may not see every table that refers to this one, though deleting acts on them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Referrer:
    """A foreign key that points at a mapped table.

    `to`: the columns there, in order. `on_delete` and `on_update`: what a deletion there and a
    change of those columns does here. `part_of`: schema and name of tables in which its rows show.
    """

    table: str
    schema: str | None
    columns: tuple[str, ...]
    to: tuple[str, ...]
    on_delete: str | None
    on_update: str | None
    part_of: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """The table's name, with its schema where that is not the usual one."""
        return self.table if self.schema is None else f"{self.schema}.{self.table}"

    @property
    def cascades(self) -> bool:
        """Whether deleting the row referred to deletes the row that refers."""
        return self.on_delete == "CASCADE"

    @property
    def acts(self) -> bool:
        """Whether deleting the row referred to deletes or changes the row that refers."""
        return self.on_delete in _ACTS

    @property
    def follows(self) -> bool:
        """Whether changing the columns referred to changes those that refer."""
        return self.on_update in _ACTS


_ACTS = frozenset({"CASCADE", "SET NULL", "SET DEFAULT"})


def referrers(
    connection: sa.Connection, inspector: sa.Inspector, dataset: Dataset
) -> Iterator[Referrer]:
    """Give the foreign keys of all tables, in all schemas, that point at a dataset's table."""
    if connection.dialect.name == "sqlite":
        for table in inspector.get_table_names():
            yield from _sqlite_referrers(connection, table, dataset)
        return
    if connection.dialect.name in {"mysql", "mariadb"}:
        yield from _innodb_referrers(connection, dataset)
        return
    if connection.dialect.name == "postgresql":
        yield from _postgresql_referrers(connection, inspector, dataset)
        return
    home = dataset.schema_ or inspector.default_schema_name
    for (_, table), keys in inspector.get_multi_foreign_keys(schema=dataset.schema_).items():
        for key in keys:
            if key["referred_table"] == dataset.table and key["referred_schema"] in {None, home}:
                yield Referrer(
                    table=table,
                    schema=dataset.schema_,
                    columns=tuple(key["constrained_columns"]),
                    to=tuple(key["referred_columns"]),
                    on_delete=key.get("options", {}).get("ondelete"),
                    on_update=key.get("options", {}).get("onupdate"),
                )


_WORDS = {"c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}
_KEYS = """
SELECT n.nspname, c.relname, k.confdeltype::text, k.confupdtype::text, ARRAY(
    WITH RECURSIVE above(id) AS (
      SELECT inhparent FROM pg_inherits WHERE inhrelid = k.conrelid
      UNION SELECT inhparent FROM pg_inherits JOIN above ON inhrelid = id)
    SELECT ARRAY[pn.nspname::text, p.relname::text] FROM above JOIN pg_class p ON p.oid = id
    JOIN pg_namespace pn ON pn.oid = p.relnamespace),
  array_agg(a.attname::text ORDER BY o.place), array_agg(b.attname::text ORDER BY o.place),
  coalesce((to_jsonb(k) ->> 'conenforced')::bool, true)
FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL unnest(k.conkey, k.confkey) WITH ORDINALITY o(number, there, place)
JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = o.number
JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = o.there
WHERE k.contype = 'f' AND k.conparentid = 0 AND k.confrelid = ANY (CAST(:tables AS oid[]))
GROUP BY k.oid, k.*, n.nspname, c.relname, k.confdeltype, k.confupdtype, k.conrelid ORDER BY k.oid
"""
"""Keys as they were made: what PostgreSQL makes of one for partitions is left out.

Since PostgreSQL 18 a key may be NOT ENFORCED; then it acts on nothing.
"""


def _postgresql_referrers(
    connection: sa.Connection, inspector: sa.Inspector, dataset: Dataset
) -> Iterator[Referrer]:
    rows = connection.execute(sa.text(_KEYS), {"tables": family_of(connection, dataset).referred})
    for schema, table, deleting, changing, above, columns, there, acts in rows:
        yield Referrer(
            table=table,
            schema=None if schema == inspector.default_schema_name else schema,
            part_of=tuple((one[0], one[1]) for one in above),
            columns=tuple(columns),
            to=tuple(there),
            on_delete=_WORDS.get(deleting) if acts else None,
            on_update=_WORDS.get(changing) if acts else None,
        )


def _sqlite_referrers(
    connection: sa.Connection, table: str, dataset: Dataset
) -> Iterator[Referrer]:
    """Read SQLite's own pragma: reflection loses what inline REFERENCES say ON DELETE.

    Names in a key stand as it was written; SQLite itself takes them in any case.
    """
    asked = sa.text("SELECT * FROM pragma_foreign_key_list(:table) ORDER BY id, seq")
    grouped: dict[int, list[sa.RowMapping]] = {}
    for row in connection.execute(asked, {"table": table}).mappings():
        if row["table"].lower() == dataset.table.lower():
            grouped.setdefault(row["id"], []).append(row)
    for rows in grouped.values():
        yield Referrer(
            table=table,
            schema=None,
            columns=tuple(row["from"] for row in rows),
            to=_named_alike([row["to"] for row in rows], dataset),
            on_delete=rows[0]["on_delete"],
            on_update=rows[0]["on_update"],
        )


def _named_alike(names: Sequence[str | None], dataset: Dataset) -> tuple[str, ...]:
    """Give columns as the policy writes them; a key that names none means the primary key."""
    own = {column.name.lower(): column.name for column in dataset.own_columns}
    named = [own.get(name.lower(), name) for name in names if name is not None]
    return tuple(named) if named else dataset.key


def _innodb_referrers(connection: sa.Connection, dataset: Dataset) -> Iterator[Referrer]:
    """Read InnoDB's own list: the information schema hides keys of tables one may not read.

    The list has names as those of files, in which `my-shop` is `my@002dshop`.

    Raises:
        NotAllSeen: that takes the PROCESS privilege.
    """
    names = "INNODB_SYS_FOREIGN" if _is_mariadb(connection) else "INNODB_FOREIGN"
    home, name = (f"CAST(CONVERT({part} USING filename) AS BINARY)" for part in (_HOME, ":name"))
    asked = sa.text(
        f"SELECT f.ID, {_decoded('f.FOR_NAME', 1)}, {_decoded('f.FOR_NAME', -1)}, f.TYPE, "  # noqa: S608
        f"c.FOR_COL_NAME, c.REF_COL_NAME FROM information_schema.{names} f "
        f"JOIN information_schema.{names}_COLS c ON c.ID = f.ID "
        f"WHERE CAST(f.REF_NAME AS BINARY) = concat({home}, '/', {name}) "
        "ORDER BY f.ID, c.POS"
    )
    usual = connection.execute(sa.text("SELECT database()")).scalar()
    try:
        rows = connection.execute(asked, {"home": dataset.schema_, "name": dataset.table}).all()
    except SQLAlchemyError as error:
        raise NotAllSeen from error
    grouped: dict[tuple[str, str, str, int], list[tuple[str, str]]] = {}
    for key, schema, table, kind, column, there in rows:
        grouped.setdefault((key, schema, table, kind), []).append((column, there))
    for (_, schema, table, kind), pairs in grouped.items():
        yield Referrer(
            table=table,
            schema=None if schema == usual else schema,
            columns=tuple(column for column, _ in pairs),
            to=tuple(there for _, there in pairs),
            on_delete="CASCADE" if kind & 1 else "SET NULL" if kind & 2 else None,
            on_update="CASCADE" if kind & 4 else "SET NULL" if kind & 8 else None,
        )


_HOME = "coalesce(:home, database())"


def _decoded(name: str, part: int) -> str:
    """Give SQL for a part of InnoDB's name of a table: its database (1) or its own name (-1)."""
    one = f"CAST(SUBSTRING_INDEX({name}, '/', {part}) AS BINARY)"
    return f"CONVERT(CONVERT({one} USING filename) USING utf8mb4)"


def _is_mariadb(connection: sa.Connection) -> bool:
    return bool(getattr(connection.dialect, "is_mariadb", False))
