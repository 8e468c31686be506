"""A request ends nothing that a contract certainly justifies, whoever shares the row (Art. 17).

In a world every phase rests on a contract, so nothing is a ground to end one that lives.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import sqlalchemy as sa
from hypothesis import given

from doelbinding.binding.circumstances import Key, phase_name
from doelbinding.binding.justify import Interpreter
from doelbinding.binding.paths import places
from doelbinding.conformance.holding import MOST, read, thorough
from doelbinding.conformance.rows import APART
from doelbinding.conformance.world import World
from doelbinding.conformance.worlds import worlds
from doelbinding.plan.identifiers import Identifier
from doelbinding.plan.journal import MemoryJournal
from doelbinding.plan.ports import Store
from doelbinding.plan.run import Bound, run
from doelbinding.plan.survey import surveyed
from doelbinding.policy.organisation import Controller
from doelbinding.retention.drafts import Requested, draft_erasure
from doelbinding.rights.erasure import ErasureDecision, Undecided, decide_requests
from doelbinding.rights.found import key_of
from doelbinding.rights.inventory import Inventory, take_inventories
from doelbinding.rights.locate import Locator
from doelbinding.rights.phases import Claim
from doelbinding.rights.reading import Reading
from doelbinding.stores.memory.tables import MemoryTables
from tests.integration.oracle.database import build
from tests.integration.oracle.test_oracle import CASES, POPULATIONS, sqlite

__all__ = ["sqlite"]

BY = {"s.person": "ident", "t.call": "caller"}
Value = tuple[str, Key, str]


def told_apart(world: World) -> World:
    """Give a world in which no two populations have addresses in common."""

    def of_its_own(name: str, row: dict[str, object]) -> dict[str, object]:
        held = row[name] and f"{int(str(row['id'])) // APART}{row[name]}"
        return {**row, name: held}

    rows = {ref: [of_its_own(name, row) for row in world.tables[ref]] for ref, name in BY.items()}
    return replace(world, tables={**world.tables, **rows})


def certain_phases(inventory: Inventory) -> set[str]:
    """Name the phases that certainly justify a value that was found, or a row for nothing in it."""
    values = (reason for _, value in inventory.values() for reason in value.reasons)
    nothing = (reason for row in inventory.rows for reason in row.empty)
    return {
        phase_name(reason.activity.id, reason.phase.id)
        for reason in (*values, *nothing)
        if reason.certain
    }


def stopped(decision: ErasureDecision) -> set[str]:
    """Name the phases that a decision ends, also where they live."""
    return {name for stop in decision.stops if stop.kind.ends_what_lives for name in stop.phases}


def erased(
    world: World, stores: dict[str, Store], controller: Controller, address: str
) -> list[Value]:
    """Decide and carry out the request of whoever has an address; give what is said to go."""
    locator = Locator(policy=world.policy, controller=controller, stores=stores, at=world.at)
    found = locator.find([Identifier("email", address)])
    if not found.people:
        return []
    (inventory,) = take_inventories(
        policy=world.policy,
        controller=controller,
        found=[found],
        reading=found.reading or Reading(stores),
        circumstances=world.circumstances,
        at=world.at,
    )
    undecided = Undecided(inventory=inventory, claim=Claim(), case="case")
    (decision,), said = decide_requests([undecided], world.circumstances)
    assert not certain_phases(inventory) & stopped(decision)
    requested = Requested(subjects=found.subjects, controller=controller, case="case")
    draft = draft_erasure(world.policy, "0" * 64, world.at, said, requested, stores=stores)
    plan = surveyed(draft.plan, stores, draft.keys, b"secret")
    run(plan, stores, draft.keys, MemoryJournal(), bound=Bound(share=0.0))
    return [
        (fate.row.place.ref, fate.row.key, fate.value.column.name)
        for fate in decision.fates
        if fate.erased
    ]


def values(world: World, tables: MemoryTables) -> dict[Value, object]:
    """Give every personal value."""
    return {
        (here.ref, key_of(here, row), column.name): row[column.name]
        for here in places(world.policy)
        for row in tables.tables.get(here.ref, [])
        for column in here.dataset.personal_columns
        if row[column.name] is not None
    }


def certain(world: World, tables: MemoryTables) -> Iterator[Value]:
    """Yield the values that are certainly justified before anybody asks for anything."""
    interpreter = Interpreter(
        policy=world.policy, reader=tables, at=world.at, circumstances=world.circumstances
    )
    for here in places(world.policy):
        for row in tables.tables.get(here.ref, []):
            for column in here.dataset.personal_columns:
                why = interpreter.justify(here, row, column.name)
                if why.truth is True and row[column.name] is not None:
                    yield here.ref, key_of(here, row), column.name


def keeps_what_lives(world: World, engine: sa.Engine) -> None:
    stores = build(engine, world)
    addresses = {
        str(row["ident"]).strip().lower() for row in world.tables["s.person"] if row["ident"]
    }
    for address in sorted(addresses)[:MOST]:
        for controller in world.policy.controllers:
            before = MemoryTables(tables=read(world.policy, stores))
            held = values(world, before)
            living = {one: held[one] for one in certain(world, before)}
            said = erased(world, stores, controller, address)
            after = values(world, MemoryTables(tables=read(world.policy, stores)))
            assert living.items() <= after.items()
            assert not any(after.get(one) == held[one] for one in said)


@thorough(CASES // 8)
@given(world=worlds(endings=False, populations=POPULATIONS).map(told_apart))
def test_what_certainly_lives_outlives_a_request(world: World, sqlite: sa.Engine) -> None:
    keeps_what_lives(world, sqlite)
