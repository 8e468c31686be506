"""A working folder whose stores can be put back as an older backup had them."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from tests.integration.forked import forked
from tests.integration.mill import TABLES, build, database


class World:
    """A working folder, with what its stores hold and a way back to an older backup."""

    def __init__(self, folder: Path, server: sa.URL | None) -> None:
        self.folder = build(folder, server)
        self._server = server
        self._copies = folder / "backup"
        for store in TABLES:
            self._back_up(store)

    def _url(self, store: str) -> sa.URL:
        if self._server is None:
            return sa.make_url(f"sqlite:///{self.folder / 'stores' / store}.sqlite")
        return self._server.set(database=f"mill_{store}")

    def _back_up(self, store: str) -> None:
        if self._server is not None:
            database(self._server, f"backup_{store}", f"mill_{store}")
            return
        self._copies.mkdir(exist_ok=True)
        file = self.folder / "stores" / f"{store}.sqlite"
        (self._copies / file.name).write_bytes(file.read_bytes())

    def restore(self, store: str) -> None:
        """Put the older backup in the store's place."""
        if self._server is not None:
            database(self._server, f"mill_{store}", f"backup_{store}")
            return
        file = self.folder / "stores" / f"{store}.sqlite"
        file.write_bytes((self._copies / file.name).read_bytes())

    def change(self, store: str, statement: str) -> None:
        """Have somebody else change a store."""
        engine = sa.create_engine(self._url(store))
        with engine.begin() as connection:
            connection.execute(sa.text(statement))
        engine.dispose()

    def contents(self) -> dict[str, list[tuple[object, ...]]]:
        """Give every row of every store."""
        found = {}
        for store in TABLES:
            engine = sa.create_engine(self._url(store))
            with engine.connect() as connection:
                for name in sa.inspect(engine).get_table_names():
                    rows = connection.execute(sa.text(f"SELECT * FROM {name}"))  # noqa: S608
                    found[f"{store}.{name}"] = sorted(map(tuple, rows), key=repr)
            engine.dispose()
        return found

    def does(self, *command: str) -> str:
        """Run a command that must go well."""
        done = forked(self.folder, *command)
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout


def entries(folder: Path, kind: str) -> list[dict[str, object]]:
    with closing(sqlite3.connect(folder / ".doelbinding" / "records.sqlite3")) as records:
        asked = 'SELECT data FROM records_evidenceentry ORDER BY "index"'
        found = [json.loads(bytes(data)) for (data,) in records.execute(asked)]
    return [entry["data"] for entry in found if entry["kind"] == kind]
