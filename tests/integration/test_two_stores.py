"""One table that two stores have: what keeps a row in one would not in the other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from doelbinding.plan.journal import MemoryJournal
from doelbinding.plan.model import Deed, Plan, Step
from doelbinding.plan.run import Bound, ObstaclesFound, obstacles, run
from doelbinding.plan.survey import surveyed
from doelbinding.policy.stores import Store as Mapped
from doelbinding.stores.sql.engine import make_engine
from doelbinding.stores.sql.store import SqlStore
from tests.integration.one_table import ROWS, TABLE, left, mapped, plan, say, step

DELETES = step(Deed.DELETE)
SAME = "s.person: 't.person' is of the same table in the same database"


def _both(
    one: sa.Engine, other: sa.Engine, mine: Mapped | None = None, its: Mapped | None = None
) -> dict[str, SqlStore]:
    second = replace(its or mapped(), id="t")
    return {"s": SqlStore(mine or mapped(), one), "t": SqlStore(second, other)}


def _told(stores: dict[str, SqlStore], *steps: Step) -> str:
    made: Plan = plan(*(steps or (DELETES,)))
    return "\n".join(f"{one.ref}: {one.message}" for one in obstacles(made, stores))


def _by_another_address(engine: sa.Engine, folder: Path) -> sa.URL:
    """Give an address of the same database by another name: of a file, of a socket's folder."""
    kind = engine.dialect.name
    if kind == "sqlite":
        link = folder / "other.sqlite3"
        link.symlink_to(folder / "one.sqlite3")
        return sa.URL.create("sqlite", database=str(link))
    where = {"postgresql": "host", "mysql": "unix_socket", "mariadb": "unix_socket"}[kind]
    held = Path(str(engine.url.query[where]))
    link = folder / "l"
    link.symlink_to(held)
    return engine.url.set(query={where: str(link)})


@pytest.mark.parametrize("kind", ["sqlite", "postgresql", "mariadb"])
def test_a_table_in_two_stores_is_refused_by_whatever_name_they_are_reached(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    engine = request.getfixturevalue(kind)
    say(engine, TABLE, ROWS)
    other = make_engine(_by_another_address(engine, tmp_path))
    schema = {"sqlite": "main", "postgresql": "public", "mariadb": "world"}[kind]
    for its in (mapped(), mapped(schema=schema)):
        stores = _both(engine, other, its=its)
        assert SAME in _told(stores)
        made = surveyed(plan(DELETES), stores, {}, b"secret")
        with pytest.raises(ObstaclesFound, match="map each table in one store"):
            run(made, stores, {}, MemoryJournal(), bound=Bound())
    other.dispose()
    assert len(left(engine)) == 3


@pytest.mark.parametrize("kind", ["sqlite", "postgresql", "mariadb"])
def test_tables_of_one_name_in_two_databases_are_two(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    engine = request.getfixturevalue(kind)
    say(engine, TABLE)
    if kind == "sqlite":
        (tmp_path / "two.sqlite3").touch()
        other = make_engine(sa.URL.create("sqlite", database=str(tmp_path / "two.sqlite3")))
    else:
        outside = engine.execution_options(isolation_level="AUTOCOMMIT")
        with outside.connect() as connection:
            connection.exec_driver_sql("DROP DATABASE IF EXISTS two")
            connection.exec_driver_sql("CREATE DATABASE two")
        other = make_engine(engine.url.set(database="two"))
    say(other, TABLE)
    assert _told(_both(engine, other)) == ""
    other.dispose()


def test_a_part_of_a_table_in_another_store_is_refused(postgresql: sa.Engine) -> None:
    say(
        postgresql,
        TABLE + " PARTITION BY RANGE (id)",
        "CREATE TABLE low PARTITION OF person FOR VALUES FROM (0) TO (2)",
        "CREATE TABLE high PARTITION OF person DEFAULT",
    )
    store = mapped()
    low, high = (
        replace(store, datasets=(replace(store.datasets[0], table=name),))
        for name in ("low", "high")
    )
    assert SAME in _told(_both(postgresql, postgresql, its=low))
    assert SAME in _told(_both(postgresql, postgresql, mine=low))
    assert "same table" not in _told(_both(postgresql, postgresql, mine=low, its=high))


def test_a_store_that_is_not_reached_is_passed_over(sqlite: sa.Engine, tmp_path: Path) -> None:
    say(sqlite, TABLE)
    gone = make_engine(sa.URL.create("sqlite", database=str(tmp_path / "gone.sqlite3")))
    assert _told(_both(sqlite, gone)) == ""
