"""A small plan carried out at once: one transaction per store instead of one per step and batch.

The deeds are done, and what they changed is compared with what was approved, sealed, announced and
recorded as intended, before anything is committed. A run that was begun before goes the long way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar, runtime_checkable

from doelbinding.binding.circumstances import Key
from doelbinding.plan.collector import collector_paused
from doelbinding.plan.journal import Journal, Progress
from doelbinding.plan.model import Doubt, KeySets, Plan, Step
from doelbinding.plan.ports import Changed, Store, StoreError

SMALL = 100_000
"""Deeds on rows that may share a transaction: what requests touch, not what a night does."""

Found = Mapping[str, Sequence[Key]]
"""Per step, the keys of the rows it found or changed."""


class Pending(Protocol):
    """What a store has done and not yet committed."""

    @property
    def changed(self) -> Found:
        """The keys of the rows that each step changed."""
        ...

    def commit(self) -> None:
        """Make it last.

        Raises:
            StoreError: it is not known whether it does, or it does not.
        """
        ...

    def close(self) -> None:
        """Undo what was not committed, and let go of the connection."""
        ...


@runtime_checkable
class CarriesOut(Protocol):
    """A store that carries small plans out in few exchanges."""

    def can_at_once(self, steps: Sequence[Step]) -> bool:
        """Tell whether it can do these steps and read them back so."""
        ...

    def count_at_once(
        self, steps: Sequence[Step], doubts: Sequence[Doubt], keys: KeySets
    ) -> tuple[Sequence[int], Sequence[int]]:
        """Count the rows that each step finds now, and those of each doubt."""
        ...

    def find_at_once(self, steps: Sequence[Step], keys: KeySets) -> Found:
        """Give the keys of the rows that each step finds now."""
        ...

    def do_at_once(self, steps: Sequence[Step], keys: KeySets, sealed: Found) -> Pending:
        """Do the steps in order in one transaction, those that are sealed on the rows given."""
        ...

    def left_at_once(
        self, steps: Sequence[Step], keys: KeySets, sealed: Found
    ) -> Mapping[str, int]:
        """Count what each step should have left none of, over connections that never write."""
        ...


def can(plan: Plan, stores: Mapping[str, Store]) -> bool:
    """Tell whether every store can carry out its steps at once."""
    return all(_can(stores[name], steps) for name, steps in by_store(plan.steps).items())


def _can(store: Store, steps: Sequence[Step]) -> bool:
    return isinstance(store, CarriesOut) and store.can_at_once(steps)


_Asked = TypeVar("_Asked", Step, Doubt)


def by_store(asked: Sequence[_Asked]) -> dict[str, list[_Asked]]:
    """Give the steps or doubts of each store, in order."""
    found: dict[str, list[_Asked]] = {}
    for one in asked:
        found.setdefault(one.store, []).append(one)
    return found


def counted(plan: Plan, stores: Mapping[str, Store], keys: KeySets) -> Plan:
    """Give the plan with its steps and doubts counted, without those that find nothing."""
    rows: dict[int, int] = {}
    steps, doubts = by_store(plan.steps), by_store(plan.doubts)
    for name in dict.fromkeys((*steps, *doubts)):
        store, mine, unsure = stores[name], steps.get(name, []), doubts.get(name, [])
        found, unknown = rows_found(store, mine, unsure, keys)
        rows |= {id(step): n for step, n in zip(mine, found, strict=True)}
        rows |= {id(doubt): n for doubt, n in zip(unsure, unknown, strict=True)}
    return replace(
        plan,
        steps=tuple(replace(s, expected=rows[id(s)]) for s in plan.steps if rows.get(id(s))),
        doubts=tuple(replace(d, rows=rows[id(d)]) for d in plan.doubts if rows.get(id(d))),
    )


def rows_found(
    store: Store, steps: Sequence[Step], doubts: Sequence[Doubt], keys: KeySets
) -> tuple[Sequence[int], Sequence[int]]:
    """Count the rows that each step finds now, and those of each doubt."""
    if isinstance(store, CarriesOut):
        return store.count_at_once(steps, doubts, keys)
    tallies = store.survey(steps, keys)
    return [tallies[s.id].rows for s in steps], [store.doubtful(d, keys) for d in doubts]


def _find(steps: Sequence[Step], stores: Mapping[str, Store], keys: KeySets) -> Found:
    found: dict[str, Sequence[Key]] = {}
    for name, mine in by_store(steps).items():
        store = stores[name]
        if isinstance(store, CarriesOut):
            found |= store.find_at_once(mine, keys)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Who is told of what happens; `surprise` tells what is wrong with rows found per step."""

    journal: Journal
    progress: Progress
    surprise: Callable[[Mapping[str, int]], Exception | None]


@collector_paused()
def carry_out(
    plan: Plan, stores: Mapping[str, Store], keys: KeySets, told: Told
) -> Mapping[str, int]:
    """Do a plan, store by store; give what is left, per step.

    What is in several stores is counted in all of them before anything is done in one.

    Raises:
        StoreError: a store refused; it changed nothing, and stores before it are done.
    """
    mine = by_store(plan.steps)
    several = len(mine) > 1
    first = plan.steps if several else tuple(step for step in plan.steps if step.sealed)
    found = _find(first, stores, keys)
    if several:
        _insist_alike(found, told)
    left: dict[str, int] = {}
    for name, steps in mine.items():
        store = stores[name]
        if isinstance(store, CarriesOut):
            sealed = {step.id: found[step.id] for step in steps if step.sealed}
            _do(store, steps, keys, sealed, told)
            left |= store.left_at_once(steps, keys, sealed)
    return left


def _do(store: CarriesOut, steps: Sequence[Step], keys: KeySets, sealed: Found, told: Told) -> None:
    with ExitStack() as held:
        pending = store.do_at_once(steps, keys, sealed)
        held.callback(pending.close)
        changed = pending.changed
        found: Found = {**changed, **sealed}
        if told.surprise(_rows(found)):  # or does the database not do as it is told?
            found = store.find_at_once(steps, keys)
            _insist_alike(found, told)
        _intend(steps, changed, sealed, found, told.journal)
        try:
            pending.commit()
        except StoreError:
            for step in steps:
                told.journal.interrupted(step.id)
            raise
    for step in steps:
        done = changed[step.id]
        if done:
            told.journal.changed(step, Changed(rows=len(done), keys=done))
        told.journal.finished(step.id)
    for step in steps:  # once all is recorded, since being told may end the run
        if changed[step.id]:
            told.progress(step, len(changed[step.id]))


def _rows(found: Found) -> Mapping[str, int]:
    return {name: len(keys) for name, keys in found.items()}


def _insist_alike(found: Found, told: Told) -> None:
    surprise = told.surprise(_rows(found))
    if surprise is not None:
        raise surprise


def _intend(
    steps: Sequence[Step], changed: Found, sealed: Found, found: Found, journal: Journal
) -> None:
    """Record all that must outlive the process before the change does."""
    for step in steps:
        if step.sealed:
            journal.seal(step.id, sealed[step.id])
    for step in steps:
        journal.found(step.id, len(found[step.id]))
        journal.intend(step.id)
        if journal.announced and changed[step.id]:
            journal.announce(step, changed[step.id])


def is_fresh(plan: Plan, journal: Journal) -> bool:
    """Tell whether a plan is small and nothing of it was begun."""
    return plan.rows <= SMALL and all(
        journal.done_rows(step.id) is None and journal.sealed_keys(step.id) is None
        for step in plan.steps
    )
