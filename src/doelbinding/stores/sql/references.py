"""Foreign keys that point at a mapped table, from all tables in all schemas."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from doelbinding.policy.stores import Dataset
from doelbinding.stores.sql.folding import qualified


class NotAllSeen(Exception):
    """The role may not see every table that refers to this one, though deleting acts on them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Referrer:
    """A foreign key that points at a mapped table; `on_delete`: what a deletion there does here."""

    table: str
    schema: str | None
    columns: tuple[str, ...]
    on_delete: str | None

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
        return self.on_delete in {"CASCADE", "SET NULL", "SET DEFAULT"}


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
                    on_delete=key.get("options", {}).get("ondelete"),
                )


_DELETING = {"c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}
_KEYS = """
SELECT n.nspname, c.relname, k.confdeltype::text, array_agg(a.attname::text ORDER BY o.place)
FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL unnest(k.conkey) WITH ORDINALITY o(number, place)
JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = o.number
WHERE k.contype = 'f' AND k.conparentid = 0 AND k.confrelid = to_regclass(:name)
GROUP BY k.oid, n.nspname, c.relname, k.confdeltype ORDER BY k.oid
"""


def _postgresql_referrers(
    connection: sa.Connection, inspector: sa.Inspector, dataset: Dataset
) -> Iterator[Referrer]:
    name = {"name": qualified(dataset.table, dataset.schema_)}
    for schema, table, deleting, columns in connection.execute(sa.text(_KEYS), name):
        yield Referrer(
            table=table,
            schema=None if schema == inspector.default_schema_name else schema,
            columns=tuple(columns),
            on_delete=_DELETING.get(deleting),
        )


def _sqlite_referrers(
    connection: sa.Connection, table: str, dataset: Dataset
) -> Iterator[Referrer]:
    """Read SQLite's own pragma: reflection loses what inline REFERENCES say ON DELETE."""
    asked = sa.text("SELECT * FROM pragma_foreign_key_list(:table) ORDER BY id, seq")
    grouped: dict[int, list[sa.RowMapping]] = {}
    for row in connection.execute(asked, {"table": table}).mappings():
        if row["table"] == dataset.table:
            grouped.setdefault(row["id"], []).append(row)
    for rows in grouped.values():
        yield Referrer(
            table=table,
            schema=None,
            columns=tuple(row["from"] for row in rows),
            on_delete=rows[0]["on_delete"],
        )


def _innodb_referrers(connection: sa.Connection, dataset: Dataset) -> Iterator[Referrer]:
    """Read InnoDB's own list: the information schema hides keys of tables one may not read.

    Raises:
        NotAllSeen: that takes the PROCESS privilege.
    """
    names = "INNODB_SYS_FOREIGN" if _is_mariadb(connection) else "INNODB_FOREIGN"
    asked = sa.text(
        f"SELECT f.ID, f.FOR_NAME, f.TYPE, c.FOR_COL_NAME FROM information_schema.{names} f "  # noqa: S608
        f"JOIN information_schema.{names}_COLS c ON c.ID = f.ID "
        "WHERE f.REF_NAME = concat(coalesce(:home, database()), '/', :name) ORDER BY f.ID, c.POS"
    )
    home = connection.execute(sa.text("SELECT database()")).scalar()
    try:
        rows = connection.execute(asked, {"home": dataset.schema_, "name": dataset.table}).all()
    except SQLAlchemyError as error:
        raise NotAllSeen from error
    grouped: dict[tuple[str, str, int], list[str]] = {}
    for key, name, kind, column in rows:
        grouped.setdefault((key, name, kind), []).append(column)
    for (_, name, kind), columns in grouped.items():
        schema, _, table = name.partition("/")
        yield Referrer(
            table=table,
            schema=None if schema == home else schema,
            columns=tuple(columns),
            on_delete="CASCADE" if kind & 1 else "SET NULL" if kind & 2 else None,
        )


def _is_mariadb(connection: sa.Connection) -> bool:
    return bool(getattr(connection.dialect, "is_mariadb", False))
