"""A small plan carried out at once: one transaction per store instead of one per step and batch.

What is found is sealed, announced and recorded as intended before anything is changed, as ever;
then all steps of a store happen together. A run that was begun before goes the long way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol, TypeVar, runtime_checkable

from doelbinding.binding.circumstances import Key
from doelbinding.plan.model import Doubt, KeySets, Plan, Step
from doelbinding.plan.ports import Changed, Store, StoreError

if TYPE_CHECKING:
    from doelbinding.plan.run import Journal, Progress

SMALL = 20_000
"""Deeds on rows that may share a transaction: what a request touches, not what a night does."""

Found = Mapping[str, Sequence[Key]]
"""Per step, the keys of the rows it found."""


@runtime_checkable
class CarriesOut(Protocol):
    """A store that carries small plans out in few exchanges."""

    def can_at_once(self, steps: Sequence[Step], doubts: Sequence[Doubt]) -> bool:
        """Tell whether it can for these steps and doubts."""
        ...

    def find_at_once(
        self, steps: Sequence[Step], doubts: Sequence[Doubt], keys: KeySets
    ) -> tuple[Found, Sequence[int]]:
        """Give the keys of the rows that each step finds now, and how many rows are in doubt."""
        ...

    def do_at_once(self, steps: Sequence[Step], keys: KeySets, found: Found) -> Found:
        """Do the steps in order in one transaction, on rows found; give the keys changed."""
        ...

    def left_at_once(self, steps: Sequence[Step], keys: KeySets, found: Found) -> Mapping[str, int]:
        """Count what each step should have left none of, over connections that never write."""
        ...


def can(plan: Plan, stores: Mapping[str, Store]) -> bool:
    """Tell whether every store can carry out its steps, and count its doubts, at once."""
    doubts = by_store(plan.doubts)
    names = dict.fromkeys((*by_store(plan.steps), *doubts))
    steps = by_store(plan.steps)
    return all(_can(stores[n], steps.get(n, []), doubts.get(n, [])) for n in names)


def _can(store: Store, steps: Sequence[Step], doubts: Sequence[Doubt]) -> bool:
    return isinstance(store, CarriesOut) and store.can_at_once(steps, doubts)


_Asked = TypeVar("_Asked", Step, Doubt)


def by_store(asked: Sequence[_Asked]) -> dict[str, list[_Asked]]:
    """Give the steps or doubts of each store, in order."""
    found: dict[str, list[_Asked]] = {}
    for one in asked:
        found.setdefault(one.store, []).append(one)
    return found


def find(plan: Plan, stores: Mapping[str, Store], keys: KeySets) -> tuple[Found, Plan]:
    """Give the keys of the rows that each step finds now, and the plan with its doubts counted."""
    found: dict[str, Sequence[Key]] = {}
    counted: dict[int, int] = {}
    steps, doubts = by_store(plan.steps), by_store(plan.doubts)
    for name in dict.fromkeys((*steps, *doubts)):
        store, unsure = stores[name], doubts.get(name, [])
        if isinstance(store, CarriesOut):
            there, rows = store.find_at_once(steps.get(name, []), unsure, keys)
            found |= there
            counted |= {id(doubt): n for doubt, n in zip(unsure, rows, strict=True)}
    told = tuple(replace(d, rows=counted[id(d)]) for d in plan.doubts if counted.get(id(d)))
    return found, replace(plan, doubts=told)


def carry_out(
    plan: Plan, stores: Mapping[str, Store], keys: KeySets, found: Found, told: Told
) -> dict[str, int]:
    """Do what was found, store by store; give what is left, per step.

    Raises:
        StoreError: a store refused; it changed nothing, and stores before it are done.
    """
    for step in plan.steps:
        if step.sealed:
            told.journal.seal(step.id, found[step.id])
    left: dict[str, int] = {}
    for name, mine in by_store(plan.steps).items():
        store = stores[name]
        if isinstance(store, CarriesOut):
            _do(store, mine, keys, found, told)
            left |= store.left_at_once(mine, keys, found)
    return left


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Who is told of what happens."""

    journal: Journal
    progress: Progress


def _do(store: CarriesOut, steps: Sequence[Step], keys: KeySets, found: Found, told: Told) -> None:
    journal = told.journal
    for step in steps:
        journal.intend(step.id)
        if journal.announced and found[step.id]:
            journal.announce(step, found[step.id])
    try:
        changed = store.do_at_once(steps, keys, found)
    except StoreError:
        for step in steps:
            journal.interrupted(step.id)
        raise
    for step in steps:
        done = changed[step.id]
        if found[step.id]:
            journal.changed(step, Changed(rows=len(done), keys=done))
        journal.finished(step.id)
    for step in steps:  # once all is recorded, since being told may end the run
        if found[step.id]:
            told.progress(step, len(changed[step.id]))


def is_fresh(plan: Plan, journal: Journal) -> bool:
    """Tell whether a plan is small and nothing of it was begun."""
    return plan.rows <= SMALL and all(
        journal.done_rows(step.id) is None and journal.sealed_keys(step.id) is None
        for step in plan.steps
    )
