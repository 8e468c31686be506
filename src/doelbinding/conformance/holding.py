"""A store held to the oracle: what it leaves of a world is what the plain reading leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hypothesis import HealthCheck, Phase, settings

from doelbinding.binding.circumstances import Subjects
from doelbinding.binding.justification import Row
from doelbinding.binding.justify import Interpreter
from doelbinding.binding.paths import Place, place
from doelbinding.conformance.endings import TRANSFORMER
from doelbinding.conformance.rows import APART
from doelbinding.conformance.world import World
from doelbinding.plan.journal import MemoryJournal
from doelbinding.plan.ports import Store
from doelbinding.plan.run import Bound, run
from doelbinding.plan.survey import surveyed
from doelbinding.policy.model import Policy
from doelbinding.policy.organisation import Controller
from doelbinding.retention.drafts import Requested, draft_erasure
from doelbinding.retention.planner import Planner
from doelbinding.stores.memory.oracle import About, apply_rules
from doelbinding.stores.memory.tables import MemoryTables

MOST = 4
"""People who are erased of one world: the first for whom all is written, and others who use it."""


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
    planner = planner.knowing(stores)
    keys = planner.stopped.key_sets
    before = MemoryTables(tables=read(world.policy, stores))
    interpreter = _reading(world, before)
    wanted = apply_rules(interpreter, before, transformer=TRANSFORMER)
    plan = surveyed(planner.retention("0" * 64), stores, keys, b"secret")
    outcome = run(plan, stores, keys, MemoryJournal(), bound=Bound(share=0.0))
    assert read(world.policy, stores) == wanted.after.tables
    if outcome.where:
        again = _reading(world, wanted.after)
        more = apply_rules(again, wanted.after, transformer=TRANSFORMER)
        assert {one.ref for one in outcome.where} <= _changed(wanted.after, more.after)
    assert outcome.changed == {step.id: step.expected for step in plan.steps}
    undated: dict[str, int] = dict.fromkeys(wanted.undated, 0)
    for doubt in plan.doubts:
        undated[f"{doubt.store}.{doubt.dataset}"] += doubt.rows
    assert undated == wanted.undated


def _reading(world: World, tables: MemoryTables) -> Interpreter:
    return Interpreter(
        policy=world.policy, reader=tables, at=world.at, circumstances=world.circumstances
    )


def _changed(before: MemoryTables, after: MemoryTables) -> set[str]:
    """Name the datasets in which the plain reading finds more to do at once; nearly always none.

    A row that was kept since it is unknown whose it is, or when, may be left when who made it
    unknown went, whom it only refers to: reading back says so, and the next plan ends it.
    """
    return {ref for ref, rows in before.tables.items() if after.tables[ref] != rows}


def hold_equal_for_one(world: World, stores: Mapping[str, Store]) -> None:
    """Erase one person of each of some populations in turn, and by the oracle, and compare.

    What is unknown goes too, save in rows that others share too; other people's rows stay as they
    are. All are erased through the same stores by the same draft, with what these keep of it.
    """
    tables = MemoryTables(tables=read(world.policy, stores))
    people = [row["id"] for row in tables.tables["s.person"] if int(str(row["id"])) % APART == 0]
    for number in people[:MOST]:
        if tables.rows("s.person", {"id": number}):  # or it went with the person before
            tables = _erased(world, stores, tables, int(str(number)))


def _erased(
    world: World, stores: Mapping[str, Store], before: MemoryTables, number: int
) -> MemoryTables:
    """Erase a person; give the tables as they are then, which are those of the oracle."""
    (person,) = before.rows("s.person", {"id": number})
    interpreter = _reading(world, before)
    owners = interpreter.controllers(place(world.policy, "s.person"), person)
    if owners is None:
        return before
    subjects: Subjects = {"s.person": frozenset({(number,)})}
    requested = Requested(subjects=subjects, controller=owners[0], case="case-1")
    draft = draft_erasure(
        world.policy, "0" * 64, world.at, world.circumstances, requested, stores=stores
    )
    plan = surveyed(draft.plan, stores, draft.keys, b"secret")

    about, alone = _of_them(interpreter, person, owners)
    wanted = apply_rules(interpreter, before, about, unknown_goes=alone, transformer=TRANSFORMER)
    outcome = run(plan, stores, draft.keys, MemoryJournal(), bound=Bound(share=0.0))
    assert read(world.policy, stores) == wanted.after.tables
    if outcome.where:
        again = _reading(world, wanted.after)
        about, alone = _of_them(again, person, owners)
        more = apply_rules(again, wanted.after, about, unknown_goes=alone, transformer=TRANSFORMER)
        assert {one.ref for one in outcome.where} <= _changed(wanted.after, more.after)
    assert outcome.changed == {step.id: step.expected for step in plan.steps}
    return wanted.after


def _of_them(
    interpreter: Interpreter, person: Row, owners: Sequence[Controller]
) -> tuple[About, About]:
    """Give what tells rows that lead to a person of a controller, and those of nobody else."""

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

    return about, alone


def read(policy: Policy, stores: Mapping[str, Store]) -> dict[str, list[dict[str, object]]]:
    """Give the tables as the stores now read them."""
    found = {}
    for store, dataset in policy.datasets():
        ref = f"{store.id}.{dataset.id}"
        rows = [dict(row) for row in stores[store.id].rows(ref, {})]
        found[ref] = sorted(rows, key=lambda r: [r[k] for k in dataset.key])
    return found
