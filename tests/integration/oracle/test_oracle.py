"""The compiled reading and the plain one leave the same rows behind (DESIGN §1, R-II.5)."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from sqlalchemy import event

from doelbinding.binding.justification import Row
from doelbinding.binding.justify import Interpreter
from doelbinding.binding.paths import Place, place
from doelbinding.plan.ports import Store
from doelbinding.plan.run import Bound, MemoryJournal, run
from doelbinding.plan.survey import surveyed
from doelbinding.retention.planner import Planner
from doelbinding.stores.memory.oracle import apply_rules
from doelbinding.stores.memory.tables import MemoryTables
from doelbinding.stores.sql.engine import make_engine
from tests.integration.oracle.database import build, read
from tests.integration.oracle.endings import TRANSFORMER
from tests.integration.oracle.worlds import World, worlds

CASES = int(os.environ.get("ORACLE_CASES", "150"))


def thorough(cases: int) -> settings:
    """Give settings under which real databases may take their time."""
    return settings(
        max_examples=cases,
        deadline=None,
        suppress_health_check=[
            HealthCheck.function_scoped_fixture,
            HealthCheck.too_slow,
            HealthCheck.large_base_example,
            HealthCheck.data_too_large,
        ],
        phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.target],
    )


def hold_equal(world: World, stores: Mapping[str, Store]) -> None:
    """Run retention in the world's stores and by the oracle, and compare all that can be seen."""
    planner = Planner(policy=world.policy, at=world.at, circumstances=world.circumstances)
    keys = planner.stopped.key_sets
    before = MemoryTables(tables=read(world.policy, stores))
    interpreter = Interpreter(
        policy=world.policy, reader=before, at=world.at, circumstances=world.circumstances
    )
    wanted = apply_rules(interpreter, before, transformer=TRANSFORMER)
    plan = surveyed(planner.retention("0" * 64), stores, keys, b"secret")
    outcome = run(plan, stores, keys, MemoryJournal(), bound=Bound(share=0.0))
    assert read(world.policy, stores) == wanted.after.tables
    assert outcome.left == dict.fromkeys(outcome.left, 0)
    assert outcome.changed == {step.id: step.expected for step in plan.steps}
    undated: dict[str, int] = dict.fromkeys(wanted.undated, 0)
    for doubt in plan.doubts:
        undated[f"{doubt.store}.{doubt.dataset}"] += doubt.rows
    assert undated == wanted.undated


def hold_equal_for_one(world: World, stores: Mapping[str, Store]) -> None:
    """Erase one person in the world's stores and by the oracle, and compare.

    What is unknown goes too, save in rows that others share too; other people's rows stay as they
    are.
    """
    before = MemoryTables(tables=read(world.policy, stores))
    person = before.tables["s.person"][0]
    planner = Planner(policy=world.policy, at=world.at, circumstances=world.circumstances)
    interpreter = Interpreter(
        policy=world.policy, reader=before, at=world.at, circumstances=world.circumstances
    )
    here = place(world.policy, "s.person")
    owners = interpreter.controllers(here, person)
    if owners is None:
        return
    subjects = {"s.person": frozenset({(person["id"],)})}
    keys = planner.about(subjects).key_sets
    draft = planner.of_subject("0" * 64, subjects, owners[0], "case-1")
    plan = surveyed(draft, stores, keys, b"secret")

    def about(at_place: Place, row: Row) -> bool:
        found = list(interpreter.people(at_place, row))
        mine = [ref == "s.person" and key == (person["id"],) for _, ref, key in found]
        owned = at_place.top.shared or interpreter.controllers(at_place, row) == owners
        return any(mine) and owned

    def alone(at_place: Place, row: Row) -> bool:
        found = list(interpreter.people(at_place, row))
        theirs = [
            (ref, key, owned) == ("s.person", (person["id"],), owners) for owned, ref, key in found
        ]
        return about(at_place, row) and all(theirs)

    wanted = apply_rules(interpreter, before, about, unknown_goes=alone, transformer=TRANSFORMER)
    outcome = run(plan, stores, keys, MemoryJournal(), bound=Bound(share=0.0))
    assert read(world.policy, stores) == wanted.after.tables
    assert outcome.left == dict.fromkeys(outcome.left, 0)
    assert outcome.changed == {step.id: step.expected for step in plan.steps}


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
def mariadb(mariadb_url: sa.URL) -> Iterator[sa.Engine]:
    engine = make_engine(mariadb_url)
    yield engine
    engine.dispose()


@thorough(CASES)
@given(world=worlds())
def test_sqlite_leaves_what_the_oracle_leaves(world: World, sqlite: sa.Engine) -> None:
    hold_equal(world, build(sqlite, world))


@thorough(CASES // 2)
@given(world=worlds(junk=False))
def test_postgresql_leaves_what_the_oracle_leaves(world: World, postgresql: sa.Engine) -> None:
    hold_equal(world, build(postgresql, world))


@thorough(CASES)
@given(world=worlds())
def test_sqlite_erases_of_one_person_what_the_oracle_erases(
    world: World, sqlite: sa.Engine
) -> None:
    hold_equal_for_one(world, build(sqlite, world))


@thorough(CASES // 2)
@given(world=worlds(junk=False))
def test_postgresql_erases_of_one_person_what_the_oracle_erases(
    world: World, postgresql: sa.Engine
) -> None:
    hold_equal_for_one(world, build(postgresql, world))


@thorough(CASES // 5)
@given(world=worlds(junk=False))
def test_mariadb_leaves_what_the_oracle_leaves(world: World, mariadb: sa.Engine) -> None:
    hold_equal(world, build(mariadb, world))


@thorough(CASES // 5)
@given(world=worlds(junk=False))
def test_mariadb_erases_of_one_person_what_the_oracle_erases(
    world: World, mariadb: sa.Engine
) -> None:
    hold_equal_for_one(world, build(mariadb, world))
