"""Whether the data can answer the retention rules of every phase that is bound to them.

A rule names an event or a state. It is looked for on the dataset, then on each that its rows lead
to.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

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
    way = way_of(store, dataset, binding.through)
    if way is None:
        return
    activity = policy.activity_by_id[binding.activity]
    told: set[str] = set()
    for phase in activity.phases:
        if not binding.phases or phase.id in binding.phases:
            for term in _terms(policy, way, activity, phase):
                yield from _unanswered(way, f"{activity.id} ({phase.id})", term, path, told)
                yield from _for_whom(way, f"{activity.id} ({phase.id})", term, path)


def way_of(store: Store, dataset: Dataset, through: tuple[str, ...] = ()) -> list[Dataset] | None:
    """Give the datasets that answer for rows of this one, nearest first; None: the way is broken.

    What breaks it is reported where it stands. `through`: the first on the way; empty: any.
    """
    by_id = {other.id: other for other in reversed(store.datasets)}
    ends = [path.other for path in dataset.paths]
    if not set(through) <= set(ends):
        return None
    way, waiting = [dataset], [list(through) or ends]
    while waiting:
        for end in waiting.pop(0):
            after = by_id.get(end)
            if after is None:
                return None
            if after not in way:
                way.append(after)
                waiting.append([path.other for path in after.paths])
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
    named = [d.controller for d in way if d.controller is not None]
    if not any(len(dataset.paths) > 1 for dataset in way):
        named = named[:1]
    ids = {one for owner in named for one in _ids(owner)}
    return tuple(c for c in policy.controllers if c.id in ids) if named else policy.controllers


def _ids(owner: str | ControllerColumn) -> Iterable[str]:
    return (owner,) if isinstance(owner, str) else owner.values.values()


def _unanswered(
    way: list[Dataset], phase: str, term: Term, path: ModelPath, told: set[str]
) -> Iterator[Problem]:
    rule = term.parsed
    if isinstance(rule, After):
        kind, wanted, known = "event", rule.event, {n for d in way for n in d.events}
    else:
        kind, wanted = "state", rule.state
        known = {name for d in way for name in (*d.states, *d.row_states)}
    if wanted in known or wanted in told:
        return
    told.add(wanted)
    near = suggestion(wanted, sorted(known))
    yield Problem(
        (*path, "activity"),
        f"the rule `{term.rule}` of {phase} needs the {kind} {wanted!r}, which is not on"
        f" {_said(way)}",
        f"{near} If not, add it to their `{kind}s`"
        if near.endswith("?")
        else f"Add it to the `{kind}s` there, or bind other phases",
    )


def _for_whom(way: list[Dataset], phase: str, term: Term, path: ModelPath) -> Iterator[Problem]:
    if term.persons and not any(dataset.persons for dataset in way):
        yield Problem(
            (*path, "activity"),
            f"the rule `{term.rule}` of {phase} is for {', '.join(term.persons)} only, and nothing"
            f" on {_said(way)} says which rows those are",
            "Add `persons` there, with a condition for each category",
        )


def _said(way: list[Dataset]) -> str:
    return " → ".join(dataset.id for dataset in way)
