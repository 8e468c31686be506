"""Places where a command runs, is killed and runs again: made anew each time, and looked into.

Always at the same place, since the records are opened by place.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa

_VARYING = ("case", "person", "plan", "run", "by", "hold", "owner", "informed")
_SAID = ("records_stoprecord", "records_holdrecord", "records_restrictionrecord")
_GONE_SECONDS = 30


class Place:
    """A working folder, with stores and records in files of SQLite.

    Args:
        folder: where the command runs.
        ready: what the folder is made from.
        cases: how many requests the command is about, or how many entries say that it is done.
        ended: the kind of entry that says that the command is done; none: it is about requests.
    """

    def __init__(self, folder: Path, ready: Path, cases: int = 1, ended: str | None = None) -> None:
        self.folder = folder.resolve()
        self.ready = ready.resolve()
        self._cases = cases
        self._ended = ended
        self._before: int | None = None

    def restore(self) -> None:
        """Make everything anew."""
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(self.ready, self.folder)
        self._anew()
        if self._before is None:
            self._before = self._times_ended()

    def _anew(self) -> None:
        """Make anew what is not in the folder."""

    def settle(self) -> None:
        """Wait until nothing goes on any more that a process started before it died."""

    def ask(self, question: str) -> list[Any]:
        """Ask the records something."""
        with closing(sqlite3.connect(self.folder / ".doelbinding" / "records.sqlite3")) as records:
            return [list(row) for row in records.execute(question)]

    def rows(self) -> dict[str, str]:
        """Give a digest of the rows of each table of each store."""
        found = {}
        for file in sorted((self.folder / "stores").glob("*.sqlite")):
            with closing(sqlite3.connect(file)) as store:
                asked = store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
                for (name,) in asked.fetchall():
                    rows = store.execute(f"SELECT * FROM {name}").fetchall()  # noqa: S608
                    found[f"{file.stem}.{name}"] = _digest(rows)
        return found

    def held(self) -> dict[str, Any]:
        """Give what is to be the same at the end: rows, files they name, evidence, letters."""
        return {
            "rows": self.rows(),
            "kept": self.kept(),
            "facts": self._facts(),
            "ledger": self.ask("SELECT store, dataset, count(*) FROM records_ledgerentry "
                               "GROUP BY store, dataset ORDER BY store, dataset"),
            "open": self.ask("SELECT count(*) FROM records_request WHERE answered_at IS NULL"),
            "sealed": self.ask("SELECT count(*) FROM records_steprun "
                               "WHERE keys_sealed IS NOT NULL"),
            "values": self.ask("SELECT count(*) FROM records_rectification "
                               "WHERE value_sealed IS NOT NULL"),
            "words": [self.ask(f"SELECT count(*) FROM {table} WHERE lifted_at IS NULL")  # noqa: S608
                      for table in _SAID],
            "letters": sorted(path.name for path in (self.folder / "answers").glob("*/*")),
        }  # fmt: skip

    def kept(self) -> list[str]:
        """Give the files that rows may name."""
        root = self.folder / "files"
        return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())

    def done(self) -> bool:
        """Tell whether the records say that a run was verified, or every case answered."""
        if self._cases > 1 or self._ended is not None:
            return self.answered()
        asked = "SELECT count(*) FROM records_run WHERE state = 'verified'"
        return bool(self.ask(asked)[0][0]) or self.answered()

    def answered(self) -> bool:
        """Tell whether every case was answered, so that the same request would be a new one."""
        if self._ended is not None:
            return self._times_ended() - (self._before or 0) >= self._cases
        ((closed,),) = self.ask("SELECT count(answered_at) FROM records_request")
        return bool(closed == self._cases)

    def verified(self) -> set[str]:
        """Give the stores of which evidence says since that all that is to go is gone."""
        entries = [entry for entry in self._entries() if entry["kind"] == "run.verified"]
        since = entries[self._before or 0 :] if self._ended == "run.verified" else []
        return {store for entry in since for store in entry["data"]["stores"]}

    def _times_ended(self) -> int:
        return sum(entry["kind"] == self._ended for entry in self._entries())

    def _facts(self) -> list[tuple[str, int]]:
        """Give each fact that evidence states and how often, less what differs from run to run."""
        said: Counter[str] = Counter()
        for entry in self._entries():
            told = {k: v for k, v in entry["data"].items() if k not in _VARYING}
            said[json.dumps([entry["kind"], told], sort_keys=True)] += 1
        return sorted(said.items())

    def _entries(self) -> Iterator[Any]:
        asked = 'SELECT data FROM records_evidenceentry WHERE "index" >= 0 ORDER BY "index"'
        for (data,) in self.ask(asked):
            yield json.loads(bytes(data) if isinstance(data, memoryview) else data)


class OnPostgreSQL(Place):
    """A working folder whose stores and records are databases of a PostgreSQL server.

    Args:
        folder: where the command runs.
        ready: what the folder is made from.
        server: the address of any database of the server.
        templates: how the databases begin from which these are made: `ready_crm`, `ready_records`.
        prefix: how these begin.
        cases: how many requests the command is about.
        ended: the kind of entry that says that the command is done.
    """

    def __init__(
        self,
        folder: Path,
        ready: Path,
        cases: int,
        ended: str | None,
        *,
        server: str,
        templates: str,
        prefix: str,
    ) -> None:
        super().__init__(folder, ready, cases, ended)
        self._server, self._prefix = sa.make_url(server), prefix
        with self._connected() as connection:
            asked = "SELECT datname FROM pg_database WHERE datname LIKE %s || '\\_%%'"
            found = [name for (name,) in connection.execute(asked, [templates])]
        self._templates = {name.removeprefix(f"{templates}_"): name for name in sorted(found)}
        self._saved: dict[str, _Saved] = {}
        self.reach_by(self.socket)

    @property
    def socket(self) -> Path:
        """The folder of the server's socket."""
        return Path(str(self._server.query["host"]))

    def reach_by(self, socket: Path) -> None:
        """Let commands reach every database by the socket in a folder."""
        for name in self._templates:
            variable = "DATABASE" if name == "records" else f"STORE_{name.upper()}"
            driver = "postgresql" if name == "records" else "postgresql+psycopg"
            url = self._server.set(
                drivername=driver, database=self._name(name), query={"host": str(socket)}
            )
            os.environ[f"DOELBINDING_{variable}_URL"] = url.render_as_string(hide_password=False)

    @contextmanager
    def connected_to(self, name: str) -> Iterator[psycopg.Connection[Any]]:
        """Give a connection to one of the databases: `crm`, `records`."""
        with self._connected(self._name(name)) as connection:
            yield connection

    def _anew(self) -> None:
        """Make the databases anew; after the first time, their rows."""
        if self._saved:
            for name, saved in self._saved.items():
                with self.connected_to(name) as connection:
                    saved.restore(connection)
            return
        self.copy()
        for name in self._templates:
            with self.connected_to(name) as connection:
                self._saved[name] = _Saved.of(connection)

    def copy(self) -> None:
        """Make the databases anew, page by page as they were."""
        with self._connected() as connection:
            for name, template in self._templates.items():
                connection.execute(f"DROP DATABASE IF EXISTS {self._name(name)} WITH (FORCE)")
                connection.execute(
                    f"CREATE DATABASE {self._name(name)} TEMPLATE {template} STRATEGY file_copy"
                )

    def settle(self) -> None:
        """Wait until the sessions of a dead process are over: locks and transactions end then."""
        asked = (
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = ANY(%s) AND application_name <> 'reader'"
        )
        names = [self._name(name) for name in self._templates]
        until = time.monotonic() + _GONE_SECONDS
        with self._connected() as connection:
            while connection.execute(asked, [names]).fetchone() != (0,):
                if time.monotonic() > until:
                    raise TimeoutError("sessions of a dead process do not end")
                time.sleep(0.002)

    def ask(self, question: str) -> list[Any]:
        """Ask the records something."""
        with self._connected(self._name("records")) as connection:
            return [list(row) for row in connection.execute(question.encode())]

    def rows(self) -> dict[str, str]:
        """Give a digest of the rows of each table of each store."""
        found = {}
        for store in self._templates.keys() - {"records"}:
            with self._connected(self._name(store)) as connection:
                asked = connection.execute(
                    "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
                )
                for (name,) in asked.fetchall():
                    rows = connection.execute(f"SELECT * FROM {name}").fetchall()  # noqa: S608
                    found[f"{store}.{name}"] = _digest(rows)
        return dict(sorted(found.items()))

    def _name(self, database: str) -> str:
        return f"{self._prefix}_{database}"

    @contextmanager
    def _connected(self, database: str = "postgres") -> Iterator[psycopg.Connection[Any]]:
        url = self._server.set(drivername="postgresql", database=database)
        with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as found:
            yield found


@dataclass(frozen=True, kw_only=True)
class _Saved:
    """The rows of a database, and where its sequences stand: making it anew takes far longer."""

    rows: Mapping[str, bytes]
    sequences: Mapping[str, int | None]

    @classmethod
    def of(cls, connection: psycopg.Connection[Any]) -> _Saved:
        tables = connection.execute(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables "
            "WHERE schemaname !~ '^pg_|^information_schema$'"
        ).fetchall()
        rows = {}
        for (table,) in tables:
            with connection.cursor().copy(f"COPY {table} TO STDOUT".encode()) as copied:
                rows[table] = b"".join(map(bytes, copied))
        asked = "SELECT format('%I.%I', schemaname, sequencename), last_value FROM pg_sequences"
        return cls(rows=rows, sequences=dict(connection.execute(asked).fetchall()))

    def restore(self, connection: psycopg.Connection[Any]) -> None:
        with connection.transaction():
            connection.execute("SET LOCAL session_replication_role = replica")  # no foreign keys
            connection.execute(f"TRUNCATE {', '.join(self.rows)} RESTART IDENTITY".encode())
            for table, rows in self.rows.items():
                with connection.cursor().copy(f"COPY {table} FROM STDIN".encode()) as copied:
                    copied.write(rows)
            for name, value in self.sequences.items():
                if value is not None:
                    connection.execute("SELECT setval(%s, %s)", [name, value])


def _digest(rows: Sequence[Sequence[object]]) -> str:
    return hashlib.sha256(repr(sorted(rows, key=repr)).encode()).hexdigest()


def made_from(told: Mapping[str, Any]) -> Place:
    """Give the place that the arguments of the program tell of."""
    if told["server"] is None:
        return Place(told["folder"], told["ready"], told["cases"], told["ended"])
    names = {name: told[name] for name in ("server", "templates", "prefix")}
    return OnPostgreSQL(told["folder"], told["ready"], told["cases"], told["ended"], **names)
