"""The suite that we give to others, passed by our own stores and by one of a third party."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from doelbinding.conformance.suite import CASES, PEOPLE, PLAIN, StoreConformance
from doelbinding.conformance.world import World
from doelbinding.plan.ports import Store
from doelbinding.stores.lakehouse.session import Lake
from doelbinding.stores.lakehouse.store import LakehouseStore
from doelbinding.stores.lakehouse.tables import Format
from doelbinding.stores.outside import Address, connector
from doelbinding.stores.sql.engine import make_engine
from doelbinding.stores.sql.store import SqlStore
from tests.integration.conformance.jsonlines import JsonLines
from tests.integration.lakehouse import make_table, sail
from tests.integration.oracle.database import build


class TestJsonLines(StoreConformance):
    cases = max(CASES // 20, 1)
    junk = True

    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path
        self.numbers = itertools.count()

    def stores(self, world: World) -> Mapping[str, Store]:
        folder = self.folder / str(next(self.numbers))
        found: dict[str, Store] = {}
        for store in world.policy.stores:
            (folder / store.id).mkdir(parents=True)
            for dataset in store.datasets:
                rows = world.tables[f"{store.id}.{dataset.id}"]
                lines = "".join(json.dumps(row) + "\n" for row in rows)
                (folder / store.id / f"{dataset.table}.jsonl").write_text(lines, encoding="utf-8")
            found[store.id] = JsonLines(store, folder / store.id)
        return found


class TestSqlite(StoreConformance):
    cases = max(CASES // 50, 1)
    junk = True

    @pytest.fixture(autouse=True)
    def _engine(self, tmp_path: Path) -> Iterator[None]:
        path = tmp_path / "world.sqlite3"
        path.touch()
        self.engine = make_engine(sa.URL.create("sqlite", database=str(path)))
        event.listen(self.engine, "connect", lambda c, _: c.execute("PRAGMA synchronous = OFF"))
        yield
        self.engine.dispose()

    def stores(self, world: World) -> Mapping[str, Store]:
        return build(self.engine, world) if world is not PLAIN else plain(self.engine)


class TestPostgresql(StoreConformance):
    cases = max(CASES // 50, 1)

    @pytest.fixture(autouse=True)
    def _engine(self, postgresql_uri: str) -> Iterator[None]:
        self.engine = make_engine(sa.make_url(postgresql_uri).set(drivername="postgresql+psycopg"))
        event.listen(self.engine, "connect", lambda c, _: setattr(c, "prepare_threshold", None))
        yield
        self.engine.dispose()

    def stores(self, world: World) -> Mapping[str, Store]:
        return build(self.engine, world) if world is not PLAIN else plain(self.engine)


def plain(engine: sa.Engine) -> dict[str, Store]:
    """Make the table of the world without chance."""
    with engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE IF EXISTS people"))
        connection.execute(
            sa.text(
                "CREATE TABLE people (no integer, part text, mail text, name text, "
                "PRIMARY KEY (no, part))"
            )
        )
        rows = PLAIN.tables["c.people"]
        connection.execute(sa.text("INSERT INTO people VALUES (:no, :part, :mail, :name)"), rows)
    return {"c": SqlStore(PLAIN.policy.stores[0], engine)}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with sail() as url:
        yield url


class _Lakehouse(StoreConformance):
    cases = max(CASES // 50, 1)
    kind: Format

    @pytest.fixture(autouse=True)
    def _server(self, server: str, tmp_path: Path) -> Iterator[None]:
        self.url, self.folder, self.numbers = server, tmp_path, itertools.count()
        self.made: dict[str, Store] = {}
        yield
        self._close()

    def _close(self) -> None:
        for store in self.made.values():
            store.close()

    def stores(self, world: World) -> Mapping[str, Store]:
        self._close()
        folder = self.folder / f"w{next(self.numbers)}"
        self.made = {}
        for store in world.policy.stores:
            lake = Lake(store=store.id, url=self.url)
            tables = {
                one.id: make_table(
                    lake, one, self.kind, folder / one.id, world.tables[f"{store.id}.{one.id}"]
                )
                for one in store.datasets
            }
            self.made[store.id] = LakehouseStore(store, lake, tables)
        return self.made


class TestDelta(_Lakehouse):
    kind = Format.DELTA


class TestIceberg(_Lakehouse):
    kind = Format.ICEBERG


def test_a_package_offers_a_store_by_the_scheme_of_its_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = tmp_path / "site" / "jsonlines_store-1.0.dist-info"
    installed.mkdir(parents=True)
    (installed / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: jsonlines-store\nVersion: 1.0\n"
    )
    (installed / "entry_points.txt").write_text(
        "[doelbinding.stores]\njsonl = tests.integration.conformance.jsonlines:connect\n"
    )
    assert connector("jsonl:exports") is None
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    connect = connector("jsonl:exports")
    assert connect is not None
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / f"{PEOPLE.table}.jsonl").write_text("")
    mapped = PLAIN.policy.stores[0]
    store = connect(mapped, Address(url="jsonl:exports", home=tmp_path))
    assert isinstance(store, JsonLines)
    assert list(store.rows("c.people", {})) == []
