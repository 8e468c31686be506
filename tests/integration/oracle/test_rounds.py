"""However deep conditions are: asked in rounds, they leave what the oracle leaves (ADR 0035).

Here everything that is asked about other rows is asked so, also what is not deep.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pytest
import sqlalchemy as sa
from hypothesis import given

from doelbinding.binding.circumstances import Key
from doelbinding.conformance.holding import hold_equal, hold_equal_for_one, thorough
from doelbinding.conformance.world import World
from doelbinding.conformance.worlds import worlds
from doelbinding.plan.model import KeySets, Plan
from doelbinding.plan.ports import Store
from doelbinding.plan.survey import surveyed
from doelbinding.retention.planner import Planner
from doelbinding.stores.sql import apart, lists, rounds, shallow
from doelbinding.stores.sql.rounds import InQuestion, Rounds, unanswered
from tests.integration.oracle.database import build
from tests.integration.oracle.mutants import Patch, insist_it_is_told, plain_worlds, replaced
from tests.integration.oracle.test_oracle import CASES, POPULATIONS, mariadb, postgresql, sqlite

__all__ = ["mariadb", "postgresql", "sqlite"]


@pytest.fixture(autouse=True)
def everything_is_deep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shallow, "MOST_WRITTEN_OUT", 0)
    monkeypatch.setattr(apart, "MOST_TOGETHER", -1)


@pytest.fixture
def few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "MOST_ASKED", 3)
    monkeypatch.setattr(rounds, "MOST_LED", 1)
    monkeypatch.setattr(lists, "_FEW", 0)


@thorough(max(CASES // 10, 1))
@given(world=worlds(populations=POPULATIONS))
def test_on_sqlite(world: World, sqlite: sa.Engine) -> None:
    hold_equal(world, build(sqlite, world))
    hold_equal_for_one(world, build(sqlite, world))


@thorough(max(CASES // 10, 1))
@given(world=worlds(junk=False, populations=POPULATIONS))
def test_on_postgresql(world: World, postgresql: sa.Engine) -> None:
    hold_equal(world, build(postgresql, world))
    hold_equal_for_one(world, build(postgresql, world))


@thorough(max(CASES // 20, 1))
@given(world=worlds(junk=False, populations=POPULATIONS))
def test_on_mariadb(world: World, mariadb: sa.Engine) -> None:
    hold_equal(world, build(mariadb, world))
    hold_equal_for_one(world, build(mariadb, world))


@pytest.mark.usefixtures("few_at_a_time")
@thorough(max(CASES // 20, 1))
@given(world=worlds(populations=POPULATIONS))
def test_few_rows_at_a_time(world: World, sqlite: sa.Engine) -> None:
    hold_equal(world, build(sqlite, world))
    hold_equal_for_one(world, build(sqlite, world))


@thorough(max(CASES // 20, 1))
@given(world=worlds(populations=POPULATIONS))
def test_a_plan_says_of_rows_and_their_earliest_start_what_it_says_written_out(
    world: World, sqlite: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = _planned(world, build(sqlite, world))
    with monkeypatch.context() as written_out:
        written_out.setattr(shallow, "MOST_WRITTEN_OUT", 10_000)
        plain = _planned(world, build(sqlite, world))
    assert [(one.id, one.expected, one.oldest) for one in deep.steps] == [
        (one.id, one.expected, one.oldest) for one in plain.steps
    ]
    assert deep.doubts == plain.doubts


def _planned(world: World, stores: Mapping[str, Store]) -> Plan:
    planner = Planner(policy=world.policy, at=world.at, circumstances=world.circumstances)
    return surveyed(planner.retention("0" * 64), stores, planner.stopped.key_sets, b"secret")


def _sure(monkeypatch: pytest.MonkeyPatch) -> None:
    real = rounds._Led.sets

    def mutant(
        self: rounds._Led, beyond: apart.Beyond, answers: rounds.Answers, among: Iterable[Key]
    ) -> Mapping[str, object]:
        found = real(self, beyond, answers, among)
        return dict.fromkeys(found, found[beyond.certainly])

    monkeypatch.setattr(rounds._Led, "sets", mutant)


def _careless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Believe of all rows that refer, where there are many, that one of them stays."""
    monkeypatch.setattr(rounds, "MOST_LED", 0)
    monkeypatch.setattr(rounds._Asking, "_anyway", lambda _self, _of, _one, keys: set(keys))


def _unasked(_self: Rounds, asked: Sequence[InQuestion], keys: KeySets) -> KeySets:
    return {**unanswered(one for each in asked for one in each.beyond), **keys}


MUTANTS: dict[str, Patch] = {
    "nothing is known beyond the next rows": replaced(rounds._Asking, "_back", lambda *_: None),
    "what is not asked is so": replaced(rounds._Led, "concerned", lambda *_: set()),
    "what may be so is not": _sure,
    "what many rows refer to stays": _careless,
    "nothing is asked": replaced(Rounds, "answers", _unasked),
}


@pytest.mark.parametrize("name", sorted(MUTANTS))
def test_the_oracle_tells(name: str, sqlite: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    MUTANTS[name](monkeypatch)
    insist_it_is_told(name, plain_worlds(), sqlite)
