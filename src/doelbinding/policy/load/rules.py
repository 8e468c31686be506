"""Whether the data can answer the retention rules of every phase that is bound to them.

A rule names an event or a state. It is looked for on the dataset, then on each that its rows refer
to; where the way ends at a row that others share, on the way of those others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from doelbinding.policy.activity import Activity, Phase, Term
from doelbinding.policy.load.places import ModelPath, Problem
from doelbinding.policy.load.validate import suggestion
from doelbinding.policy.model import Policy
from doelbinding.policy.organisation import Controller
from doelbinding.policy.retention import After
from doelbinding.policy.stores import Binding, ControllerColumn, Dataset, Store

EVENT_NAME = re.compile(r"[a-z][a-z0-9_-]*(?:\.[a-z][a-z0-9_-]*)*")


def rule_problems(
    policy: Policy, store: Store, dataset: Dataset, binding: Binding, path: ModelPath
) -> Iterator[Problem]:
    """Yield every rule of a bound phase that neither this dataset nor its way can answer."""
    way = way_of(store, dataset)
    activity = policy.activity_by_id[binding.activity]
    for phase in activity.phases:
        if not binding.phases or phase.id in binding.phases:
            for term in _terms(policy, way, activity, phase):
                yield from _unanswered(way, activity, phase, term, path)


def way_of(store: Store, dataset: Dataset) -> list[Dataset]:
    """Give the datasets that answer for rows of this one, nearest first."""
    by_id = {other.id: other for other in store.datasets}
    way, seen = [dataset], {dataset.id}
    while (subject := way[-1].subject) is not None:
        after = by_id.get(subject.to or subject.shared_by or "")
        if after is None or after.id in seen:
            break  # reported elsewhere
        seen.add(after.id)
        way = [*way, after] if subject.to else [after]
    return way


def _terms(policy: Policy, way: list[Dataset], activity: Activity, phase: Phase) -> Iterator[Term]:
    """Yield the terms that rows here may have: those of their controllers and persons."""
    persons = {name for dataset in way for name in dataset.persons}
    found: list[Term] = []
    for controller in _controllers(policy, way):
        if policy.performs(controller, activity):
            found += policy.terms_of(controller, activity, phase)
    for position, term in enumerate(found):
        applies = not term.persons or not persons or persons.intersection(term.persons)
        if applies and term not in found[:position]:
            yield term


def _controllers(policy: Policy, way: list[Dataset]) -> tuple[Controller, ...]:
    named = next((d.controller for d in way if d.controller is not None), None)
    match named:
        case str():
            ids = {named}
        case ControllerColumn():
            ids = set(named.values.values())
        case None:
            return policy.controllers
    return tuple(c for c in policy.controllers if c.id in ids)


def _unanswered(
    way: list[Dataset], activity: Activity, phase: Phase, term: Term, path: ModelPath
) -> Iterator[Problem]:
    rule = term.parsed
    if isinstance(rule, After):
        kind, wanted, known = "event", rule.event, {n for d in way for n in d.events}
    else:
        kind, wanted = "state", rule.state
        known = {name for d in way for name in (*d.states, *d.row_states)}
    datasets = " → ".join(d.id for d in way)
    of = f"of {activity.id} ({phase.id})"
    if wanted not in known:
        near = suggestion(wanted, sorted(known))
        remedy = f"Add it to the `{kind}s` of one of them"
        yield Problem(
            (*path, "activity"),
            f"the rule `{term.rule}` {of} names the {kind} {wanted!r}, which {datasets} lack",
            f"{near} If not, add it to their `{kind}s`" if near.endswith("?") else remedy,
        )
    if term.persons and not any(d.persons for d in way):
        yield Problem(
            (*path, "activity"),
            f"the term `{term.rule}` {of} is for {', '.join(term.persons)} only, and {datasets}"
            " do not say which rows those are",
            "Add `persons` with a condition for each category",
        )
