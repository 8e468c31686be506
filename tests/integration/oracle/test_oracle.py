"""The compiled reading and the plain one leave the same rows behind (DESIGN §1, R-II.5)."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from hypothesis import given
from sqlalchemy import event

from doelbinding.conformance.holding import hold_equal, hold_equal_for_one, thorough
from doelbinding.conformance.world import World
from doelbinding.conformance.worlds import worlds
from doelbinding.stores.sql.engine import make_engine
from tests.integration.conftest import emptied
from tests.integration.oracle.database import build

CASES = int(os.environ.get("ORACLE_CASES", "40"))
"""Policies that retention is held to on SQLite; the other tests take a part of it."""
POPULATIONS = 20
"""Of each policy, so that there are thousands of cases in all."""


@pytest.fixture(scope="module")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    path = tmp_path_factory.mktemp("oracle") / "world.sqlite3"
    path.touch()
    engine = make_engine(sa.URL.create("sqlite", database=str(path)))
    event.listen(engine, "connect", lambda c, _: c.execute("PRAGMA synchronous = OFF"))
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def postgresql(postgresql_uri: str) -> Iterator[sa.Engine]:
    url = sa.make_url(postgresql_uri).set(drivername="postgresql+psycopg")
    engine = make_engine(url)
    # the tables are made anew for every world, under statements prepared for the last
    event.listen(engine, "connect", lambda c, _: setattr(c, "prepare_threshold", None))
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def mariadb(mariadb_server: sa.URL) -> Iterator[sa.Engine]:
    engine = make_engine(emptied(mariadb_server, "oracle"))
    yield engine
    engine.dispose()


@thorough(CASES)
@given(world=worlds(populations=POPULATIONS))
def test_sqlite_leaves_what_the_oracle_leaves(world: World, sqlite: sa.Engine) -> None:
    hold_equal(world, build(sqlite, world))


@thorough(CASES // 2)
@given(world=worlds(populations=POPULATIONS))
def test_sqlite_erases_of_one_person_what_the_oracle_erases(
    world: World, sqlite: sa.Engine
) -> None:
    hold_equal_for_one(world, build(sqlite, world))
