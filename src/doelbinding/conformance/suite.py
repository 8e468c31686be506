"""What every store promises, as tests: the oracle's random worlds, and what worlds cannot show.

A subclass says how a world's tables become stores. `ORACLE_CASES` in the environment is the number
of worlds for each of the two random tests.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doelbinding.binding.circumstances import Circumstances, Key
from doelbinding.binding.expression import NO, YES, Compare, Comparison, Constant
from doelbinding.conformance.holding import hold_equal, hold_equal_for_one, read, thorough
from doelbinding.conformance.world import World, controller
from doelbinding.conformance.worlds import worlds
from doelbinding.plan.grades import Erased, Purges
from doelbinding.plan.journal import MemoryJournal
from doelbinding.plan.model import Deed, Doubt, Emptied, Plan, PlanKind, Step
from doelbinding.plan.ports import Gravity, Store
from doelbinding.plan.run import Bound, Surprise, run
from doelbinding.policy.model import Policy, Version
from doelbinding.policy.stores import Column, ColumnType, Dataset
from doelbinding.policy.stores import Store as Mapped
from doelbinding.policy.vocabulary import ChangeReason

CASES = int(os.environ.get("ORACLE_CASES", "100"))
AT = datetime(2026, 11, 23, tzinfo=UTC)
HOSTILE = ["O'Brien", '"; DROP TABLE people; --', "back\\slash", "%s :x ?", "é漢\U0001f600", " a "]
PEOPLE = Dataset(
    id="people",
    table="people",
    key=("no", "part"),
    label={},
    person=True,
    controller="nl",
    columns=(
        Column(name="no", type=ColumnType.INTEGER),
        Column(name="part"),
        Column(name="mail", category="c", identifier="email"),
        Column(name="name", category="c", replace_with="-"),
    ),
)
ROWS: list[dict[str, object]] = [
    {"no": n, "part": part, "mail": f"Person{n}@Example.org ", "name": part}
    for n, part in enumerate(HOSTILE)
] + [{"no": 0, "part": "other", "mail": None, "name": None}]


POLICY = Policy(
    id="c",
    group="c",
    title={},
    version=Version(number="1", effective_on=AT.date(), reason=ChangeReason.LAW, note={}),
    languages=("en",),
    controllers=(controller("nl", "NL", "12-31", "Europe/Amsterdam"),),
    person_categories=(),
    data_categories=(),
    activities=(),
    stores=(Mapped(id="c", label={}, country="NL", datasets=(PEOPLE,)),),
)
PLAIN = World(policy=POLICY, tables={"c.people": ROWS}, circumstances=Circumstances(), at=AT)
"""A world without chance: one table, a key of two parts, and text that asks for trouble."""


def _step(deed: Deed = Deed.DELETE, **what: object) -> Step:
    narrow = Compare(column="name", by=Comparison.EQUALS, value=HOSTILE[0])
    columns = (Emptied(column="mail"), Emptied(column="name", replacement="-"))
    step = Step(
        id="one",
        store="c",
        dataset="people",
        controller="nl",
        deed=deed,
        needed=NO,
        narrow=narrow,
        columns=columns if deed is Deed.EMPTY else (),
        expected=1,
    )
    return replace(step, **what)  # type: ignore[arg-type]


def _by_key(row: Mapping[str, object]) -> tuple[int, str]:
    return int(str(row["no"])), str(row["part"])


class StoreConformance(ABC):
    """Subclass it in a test module, with a name that pytest collects, and make stores of worlds.

    `junk`: whether the store can hold what is no date in a column of dates. `endings`: whether it
    does steps that transform values, and reads values inside documents.
    """

    cases: ClassVar[int] = CASES
    junk: ClassVar[bool] = False
    endings: ClassVar[bool] = False

    @abstractmethod
    def stores(self, world: World) -> Mapping[str, Store]:
        """Make the stores of a world's policy, by id, with its tables filled anew.

        Times are told as SQLite would hold them: text, whole numbers for seconds of an epoch.
        """

    def _worlds(self) -> st.SearchStrategy[World]:
        return worlds(junk=self.junk, endings=self.endings)

    @pytest.fixture
    def people(self) -> Store:
        """The one store of a small world without chance."""
        return self.stores(PLAIN)["c"]

    # -- random worlds ---------------------------------------------------------------------------

    def test_retention_leaves_what_the_oracle_leaves(self) -> None:
        @thorough(self.cases)
        @given(world=self._worlds())
        def holds(world: World) -> None:
            hold_equal(world, self.stores(world))

        holds()

    def test_erasure_of_one_person_leaves_what_the_oracle_leaves(self) -> None:
        @thorough(self.cases)
        @given(world=self._worlds())
        def holds(world: World) -> None:
            hold_equal_for_one(world, self.stores(world))

        holds()

    # -- what a store reads ----------------------------------------------------------------------

    def test_rows_come_back_as_they_are(self, people: Store) -> None:
        found = read(POLICY, {"c": people})["c.people"]
        assert found == sorted(ROWS, key=_by_key)

    def test_rows_are_found_by_values_compared_exactly(self, people: Store) -> None:
        for row in ROWS[:-1]:
            assert list(people.rows("c.people", {"part": row["part"]})) == [row]
        assert list(people.rows("c.people", {"part": "O'BRIEN"})) == []
        assert list(people.rows("c.people", {"no": 1, "part": "nobody"})) == []

    def test_people_are_found_by_identifiers_that_are_alike(self, people: Store) -> None:
        found = people.match("c.people", "mail", "email", ["person3@example.org"])
        assert [row["no"] for row in found] == [3]
        assert list(people.match("c.people", "mail", "email", ["person@example.org"])) == []

    def test_each_value_is_given_once(self, people: Store) -> None:
        assert sorted(people.values("c.people", "no")) == list(range(len(HOSTILE)))
        assert len(list(people.values("c.people", "mail"))) == len(HOSTILE)

    # -- what a store counts and changes ---------------------------------------------------------

    def test_counting_changes_nothing(self, people: Store) -> None:
        before = read(POLICY, {"c": people})
        assert people.survey([_step()], {})["one"].rows == 1
        keys = [key for batch in people.select_keys(_step(), {}) for key in batch]
        assert keys == [(0, HOSTILE[0])]
        assert read(POLICY, {"c": people}) == before

    def test_what_is_unknown_is_counted_apart_and_kept(self, people: Store) -> None:
        unknown = _step(needed=Constant(value=None), narrow=YES)
        assert people.survey([unknown], {})["one"].rows == 0
        doubt = Doubt(
            store="c",
            dataset="people",
            controller="nl",
            scope=YES,
            values=(Compare(column="name", by=Comparison.EQUALS, value="x"),),
        )
        assert people.doubtful(doubt, {}) == 1, "the row whose name is null"

    @pytest.mark.parametrize("deed", [Deed.DELETE, Deed.EMPTY])
    def test_keys_are_announced_before_and_told_after(self, deed: Deed, people: Store) -> None:
        told: list[Key] = []
        states: list[int] = []

        def announce(keys: Sequence[Key]) -> None:
            told.extend(keys)
            states.append(people.survey([_step(deed)], {})["one"].rows)

        changed = list(people.execute(_step(deed), {}, None, announce))
        assert told == [(0, HOSTILE[0])]
        assert states == [1], "announced before anything was changed"
        assert sum(one.rows for one in changed) == 1
        assert [key for one in changed for key in one.keys or ()] == told
        assert people.remaining(_step(deed), {}, None) == 0

    def test_only_what_is_meant_changes(self, people: Store) -> None:
        list(people.execute(_step(Deed.EMPTY), {}, None))
        found = read(POLICY, {"c": people})["c.people"]
        meant = {"no": 0, "part": HOSTILE[0], "mail": None, "name": "-"}
        others = [row for row in ROWS if row["part"] != HOSTILE[0]]
        wanted = sorted([meant, *others], key=_by_key)
        assert found == wanted

    def test_what_is_done_is_not_done_again(self, people: Store) -> None:
        list(people.execute(_step(), {}, None))
        assert sum(one.rows for one in people.execute(_step(), {}, None)) == 0

    def test_sealed_keys_narrow_a_step_and_never_justify_it(self, people: Store) -> None:
        needed = Compare(column="name", by=Comparison.EQUALS, value=HOSTILE[1])
        sealed: list[Key] = [(0, HOSTILE[0]), (1, HOSTILE[1])]
        step = _step(needed=needed, narrow=NO, sealed=True)
        assert sum(one.rows for one in people.execute(step, {}, sealed)) == 1
        assert len(people.rows("c.people", {"part": HOSTILE[1]})) == 1, "it is still needed"
        assert people.remaining(step, {}, sealed) == 0

    def test_many_keys_are_no_obstacle(self, people: Store) -> None:
        keys: list[Key] = [*((n, "nobody") for n in range(3_000)), (0, HOSTILE[0])]
        assert sum(one.rows for one in people.execute(_step(sealed=True), {}, keys)) == 1

    # -- runs ------------------------------------------------------------------------------------

    def test_a_surprise_changes_nothing(self, people: Store) -> None:
        plan = Plan(
            kind=PlanKind.RETENTION,
            policy="0" * 64,
            at=AT,
            steps=(_step(expected=100, narrow=YES),),
        )
        with pytest.raises(Surprise):
            run(plan, {"c": people}, {}, MemoryJournal(), bound=Bound())
        assert len(people.rows("c.people", {})) == len(ROWS)

    def test_a_run_says_how_far_gone_things_are(self, people: Store) -> None:
        plan = Plan(kind=PlanKind.RETENTION, policy="0" * 64, at=AT, steps=(_step(),))
        outcome = run(plan, {"c": people}, {}, MemoryJournal(), bound=Bound())
        assert outcome.verified
        assert isinstance(outcome.erased["c"], Erased)
        if isinstance(people, Purges):
            assert isinstance(people.purge(["people"]), Erased)

    def test_a_table_that_is_sound_is_not_refused(self, people: Store) -> None:
        found = people.preflight([_step()])
        assert [one.message for one in found if one.gravity is Gravity.REFUSES] == []

    def test_after_closing_a_store_goes_on(self, people: Store) -> None:
        people.close()
        assert len(people.rows("c.people", {})) == len(ROWS)
        people.close()
