"""Rows found of a person at a controller are those that are judged as theirs there (R-IX.1)."""

from __future__ import annotations

from typing import Any, cast

from hypothesis import HealthCheck, given, settings

from doelbinding.conformance.world import World
from doelbinding.conformance.worlds import worlds
from doelbinding.policy.organisation import Controller
from doelbinding.rights.found import FoundRow, Person, key_of
from doelbinding.rights.scope import Scope
from doelbinding.stores.memory.tables import MemoryTables


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(worlds(endings=False, populations=2))
def test_what_is_found_beneath_a_person_is_what_is_judged_as_theirs(world: World) -> None:
    """Whoever has the person's own row, or a row on the way; save what nothing says whose it is."""
    tables = MemoryTables(tables=cast("Any", world.tables))
    for controller in world.policy.controllers:
        scope = Scope(
            policy=world.policy,
            controller=controller,
            stores=cast("Any", {"s": tables}),
            at=world.at,
        )
        here = scope.ways.places["s.person"]
        for row in tables.rows(here.ref, {}):
            ours = scope.is_ours(here, row) is True
            person = Person(place=here, key=key_of(here, row), row=row, ours=ours)
            found = scope.beneath(person, scope.ways.below).rows
            wanted = _theirs(scope, controller, tables, person)
            marks = {(one.place.ref, one.key) for one in found}
            assert wanted <= marks
            assert all(_may_be_ours(scope, one) for one in found)


def _theirs(
    scope: Scope, controller: Controller, tables: MemoryTables, person: Person
) -> set[tuple[str, tuple[str | int, ...]]]:
    """Give all rows that are judged as the person's at the controller."""
    return {
        (here.ref, key_of(here, row))
        for here in scope.ways.places.values()
        for row in tables.rows(here.ref, {})
        for owners, ref, key in scope.interpreter.people(here, row)
        if (ref, key) == (person.place.ref, person.key) and controller in owners
    }


def _may_be_ours(scope: Scope, found: FoundRow) -> bool:
    return found.others or not scope.is_of_others(found.place, found.row)
