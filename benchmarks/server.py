"""The embedded PostgreSQL, databases copied from one another, and the SQL files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg import sql

from doelbinding.stores.sql.engine import make_engine

SQL = Path(__file__).parent / "sql"
Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A PostgreSQL server on which databases are made, copied and dropped."""

    uri: str

    def connect(self, database: str) -> Connection:
        """Connect as somebody who writes SQL by hand would: each statement its own transaction."""
        url = sa.make_url(self.uri).set(database=database)
        return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)

    def engine(self, database: str) -> sa.Engine:
        """Give an engine as Doelbinding makes it."""
        url = sa.make_url(self.uri).set(drivername="postgresql+psycopg", database=database)
        return make_engine(url)

    def hurry(self) -> None:
        """Force nothing to disk: for small sizes, whose times mean nothing anyway."""
        self._say(sql.SQL("ALTER SYSTEM SET fsync = off"))
        self._say(sql.SQL("SELECT pg_reload_conf()"))

    def create(self, database: str) -> None:
        """Make an empty database, in place of one of that name."""
        self.drop(database)
        self._say(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))

    def drop(self, database: str) -> None:
        """Drop a database if it is there."""
        gone = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        self._say(gone.format(sql.Identifier(database)))

    @contextmanager
    def copy(self, seed: str, name: str = "bench_copy") -> Iterator[str]:
        """Give a copy of a database, file by file, so that every run starts from the same pages."""
        self.drop(name)
        made = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
        self._say(made.format(sql.Identifier(name), sql.Identifier(seed)))
        self._say(sql.SQL("CHECKPOINT"))
        try:
            yield name
        finally:
            self.drop(name)

    def _say(self, statement: sql.SQL | sql.Composed) -> None:
        with self.connect("postgres") as connection:
            connection.execute(statement)


def read_sql(name: str) -> str:
    """Give the text of a file in `sql/`."""
    return (SQL / f"{name}.sql").read_text(encoding="utf-8")


def statements(name: str) -> list[str]:
    """Give the statements of a file in `sql/`, which end in a semicolon at the end of a line."""
    parts = read_sql(name).split(";\n")
    return [part for part in parts if part.strip()]


def execute(
    connection: Connection, written: str, values: Mapping[str, object] | None = None
) -> psycopg.Cursor[tuple[Any, ...]]:
    """Run SQL that stands in a file of ours."""
    return connection.execute(written.encode(), values)


def analysed(server: Server, database: str) -> None:
    """Leave a database as it is after a quiet night: vacuumed, analysed, written to disk."""
    with server.connect(database) as connection:
        connection.execute("VACUUM (ANALYZE)")
        connection.execute("CHECKPOINT")
