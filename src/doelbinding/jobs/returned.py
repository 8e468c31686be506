"""What a store that was restored from a backup holds again of what people had erased or corrected.

What went because a person asked may have been undated, so that no rule finds it: the ledger knows
its rows by the keyed hash of their keys. They go by the same rules as then, under the stops that
are in force: a row that was collected after the request is the row of somebody who came back, and
stays.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q

from doelbinding.binding.circumstances import Circumstances, Key, Subjects
from doelbinding.binding.expression import NO, Expression, KeyIn, Up
from doelbinding.binding.paths import place
from doelbinding.binding.simplify import all_of, any_of
from doelbinding.jobs import correct_again
from doelbinding.jobs.correct_again import CorrectedAgain
from doelbinding.jobs.plans import digest_secret
from doelbinding.jobs.retention import planner_at
from doelbinding.plan.model import AGAIN, Deed, KeySets, Plan, PlanKind, Step
from doelbinding.plan.survey import surveyed
from doelbinding.policy.organisation import Controller
from doelbinding.records.models import LedgerEntry, StopRecord
from doelbinding.records.said import in_force, stop_in
from doelbinding.wiring import Workspace

_EVERY_ROW = Step(id="every", store="", dataset="", controller=None, deed=Deed.DELETE, needed=NO)


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """What a restored store holds again: rows by dataset, and a plan per controller to end them."""

    rows: Mapping[str, frozenset[Key]]
    plans: tuple[tuple[Plan, KeySets], ...]
    said: Circumstances
    corrected: CorrectedAgain

    @property
    def count(self) -> int:
        """How many rows there are that had been erased or emptied."""
        return sum(len(keys) for keys in self.rows.values())


def look_again(workspace: Workspace, store: str, at: datetime) -> Returned:
    """Find what a restored store holds again of what people had erased; change nothing.

    Reads every key of the datasets that the ledger names, in batches.
    """
    rows = dict(_returned(workspace, store, at))
    plans = []
    for controller, subjects in _erased_people(workspace):
        plan, keys = _planned(workspace, store, at, rows, (controller, subjects))
        if plan.steps:
            plans.append((plan, keys))
    return Returned(
        rows=rows,
        plans=tuple(plans),
        said=in_force(workspace.records.sealer),
        corrected=correct_again.look(workspace, store, at),
    )


def _returned(
    workspace: Workspace, store: str, at: datetime
) -> Iterator[tuple[str, frozenset[Key]]]:
    """Yield, per dataset, the keys there that the ledger has."""
    living = Q(ends_on=None) | Q(ends_on__gte=at.date())
    ledger = LedgerEntry.objects.filter(living, store=store)
    for dataset in sorted(set(ledger.values_list("dataset", flat=True))):
        entries = ledger.filter(dataset=dataset).values_list("row_hash", flat=True)
        erased = {bytes(entry) for entry in entries.iterator()}
        every = replace(_EVERY_ROW, store=store, dataset=dataset)
        keyed_hash = workspace.records.sealer.keyed_hash
        batches = workspace.stores[store].select_keys(every, {})
        keys = frozenset(
            key for batch in batches for key in batch if keyed_hash(store, dataset, key) in erased
        )
        if keys:
            yield f"{store}.{dataset}", keys


def _erased_people(workspace: Workspace) -> Iterator[tuple[Controller, Subjects]]:
    """Yield, per controller, everybody whose request for erasure ended something."""
    people: dict[str, dict[str, set[Key]]] = defaultdict(lambda: defaultdict(set))
    for stop in StopRecord.objects.filter(lifted_at=None).exclude(request=None):
        for ref, keys in stop_in(stop, workspace.records.sealer).subjects.items():
            people[stop.controller][ref] |= keys
    for controller_id, held in sorted(people.items()):
        subjects = {ref: frozenset(keys) for ref, keys in held.items()}
        yield workspace.policy.controller_by_id[controller_id], subjects


def _planned(
    workspace: Workspace,
    store: str,
    at: datetime,
    rows: Mapping[str, frozenset[Key]],
    whose: tuple[Controller, Subjects],
) -> tuple[Plan, KeySets]:
    """Plan as for a request, but only the rows that were erased then."""
    controller, subjects = whose
    planner = planner_at(workspace, at).knowing(workspace.stores)
    draft = planner.of_subject(workspace.fingerprint, subjects, controller, "")
    steps = tuple(
        replace(step, narrow=all_of(step.narrow, _came_back(workspace, step)))
        for step in draft.steps
        if step.store == store and _about(step) in rows
    )
    keys = dict(planner.about(subjects, controller).key_sets)
    keys |= {f"{AGAIN}:{ref}": found for ref, found in rows.items()}
    plan = replace(draft, kind=PlanKind.REAPPLY, steps=steps, doubts=(), case=None)
    return surveyed(plan, workspace.stores, keys, digest_secret(workspace)), keys


def _about(step: Step) -> str:
    """Give the dataset whose rows were erased; references are emptied for those they name."""
    return step.ref if step.releases is None else f"{step.store}.{step.releases}"


def _came_back(workspace: Workspace, step: Step) -> Expression:
    about = place(workspace.policy, _about(step))
    back = KeyIn(columns=about.dataset.key, keys=f"{AGAIN}:{about.ref}")
    if step.releases is None:
        return back
    here, columns = about.neighbour(step.dataset), tuple(one.column for one in step.columns)
    links = [
        here.referred(reference)
        for reference in here.released
        if (reference.to, reference.columns) == (step.releases, columns)
    ]
    return any_of(*(Up(link=link, part=back, missing=False) for link in links))
