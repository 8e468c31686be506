"""The compiled reading and the plain one leave the same rows behind (DESIGN §1, R-II.5)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace

import pytest
import sqlalchemy as sa
from hypothesis import given
from sqlalchemy import event

from doelbinding.conformance.holding import hold_equal, hold_equal_for_one, thorough
from doelbinding.conformance.world import World
from doelbinding.conformance.worlds import worlds
from doelbinding.policy.stores import Dataset, Reference, WhenGone
from doelbinding.stores.sql.engine import make_engine
from tests.integration.conftest import emptied
from tests.integration.oracle.database import build

CASES = int(os.environ.get("ORACLE_CASES", "32"))
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


def letting_go(world: World) -> World:
    """Give a world in which who lives somewhere lets go of the address when it goes, as do notes.

    Memberships do not: their reference is part of their key.
    """
    shares = {"person": "addr_id", "note": "sent_to"}

    def released(dataset: Dataset) -> Dataset:
        if dataset.id not in shares:
            return dataset
        shared = (shares[dataset.id],)
        others = tuple(one for one in dataset.references if one.columns != shared)
        empty = Reference(columns=shared, to="addr", when_gone=WhenGone.EMPTY)
        return replace(dataset, references=(*others, empty))

    stores = tuple(
        replace(store, datasets=tuple(released(one) for one in store.datasets))
        for store in world.policy.stores
    )
    return replace(world, policy=replace(world.policy, stores=stores))


@thorough(CASES // 8)
@given(world=worlds(populations=POPULATIONS).map(letting_go))
def test_what_is_shared_goes_where_sharers_let_go_of_it(world: World, sqlite: sa.Engine) -> None:
    hold_equal(world, build(sqlite, world))


@thorough(CASES // 4)
@given(world=worlds(populations=POPULATIONS).map(letting_go))
def test_what_one_person_shares_goes_where_sharers_let_go_of_it(
    world: World, sqlite: sa.Engine
) -> None:
    hold_equal_for_one(world, build(sqlite, world))
