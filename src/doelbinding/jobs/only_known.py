"""What only a run knows that does not go on: keys that it sealed, of rows whose sources it removed.

No new plan finds these rows, since nothing dates them, or leads to them, any more. Before such a
run is given up they go, if the rules of now, under all that was said since, say so as those did
that were approved. A row that a new plan finds by itself is left to that.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from doelbinding.binding.circumstances import Subjects
from doelbinding.binding.expression import YES, Certain, Expression, Not
from doelbinding.binding.needs import ONLY
from doelbinding.binding.simplify import all_of
from doelbinding.jobs.retention import planner_at
from doelbinding.jobs.said import people_in, said_about
from doelbinding.plan.model import KeySets, Plan, PlanKind, Step
from doelbinding.policy.organisation import Controller
from doelbinding.records.models import PlanRecord
from doelbinding.retention.drafts import Requested, draft_erasure
from doelbinding.wiring import Workspace


def asked_now(
    workspace: Workspace,
    record: PlanRecord,
    plan: Plan,
    keys: KeySets,
    part: frozenset[str] | None,
) -> tuple[Plan, KeySets]:
    """Give a plan's sealed steps as they are asked now, of rows that no new plan finds.

    A step that the policy has no more is left out, and so is one in a store that is not at hand or
    not in `part`: none of its rows goes.
    """
    fresh, said = _drafted(workspace, record, plan, keys)
    at_hand = workspace.stores.keys() if part is None else workspace.stores.keys() & part
    known = {_mark(step): step for step in reversed(fresh.steps)}
    steps = (
        _only_known(step, known[_mark(step)])
        for step in plan.steps
        if step.sealed and step.store in at_hand and _mark(step) in known
    )
    return replace(fresh, steps=tuple(steps), doubts=()), said


def _mark(step: Step) -> tuple[object, ...]:
    """Give what makes two steps the same deed on the same kind of rows."""
    columns = tuple(one.column for one in step.columns)
    whose = (step.controller, step.narrow == YES, step.unknown_goes, step.releases)
    return step.ref, step.deed, columns, whose


def _only_known(approved: Step, now: Step) -> Step:
    anew = all_of(now.narrow, _gone(now))
    beyond = Not(part=Certain(part=anew))
    return replace(now, id=approved.id, sealed=True, scope=all_of(now.scope, beyond))


def _gone(step: Step) -> Expression:
    return Not(part=Certain(part=step.needed)) if step.unknown_goes else Not(part=step.needed)


def _drafted(
    workspace: Workspace, record: PlanRecord, plan: Plan, keys: KeySets
) -> tuple[Plan, KeySets]:
    """Draft a plan of the same kind as of the same instant, by the policy and the words of now."""
    if plan.kind is PlanKind.RETENTION:
        planner = planner_at(workspace, plan.at).knowing(workspace.stores)
        return planner.retention(workspace.fingerprint), planner.stopped.key_sets
    controller = next(iter(_controllers(workspace, record, plan)), None)
    if plan.kind is PlanKind.RECTIFICATION or controller is None:  # which seals nothing
        return replace(plan, steps=()), keys
    subjects = _subjects(keys)
    if plan.kind is PlanKind.ERASURE:
        drafted = draft_erasure(
            workspace.policy,
            workspace.fingerprint,
            plan.at,
            said_about(workspace, plan.at, people_in(keys)),
            Requested(subjects=subjects, controller=controller, case=plan.case or ""),
            stores=workspace.stores,
        )
        return drafted.plan, drafted.keys
    planner = planner_at(workspace, plan.at).knowing(workspace.stores)
    draft = planner.of_subject(workspace.fingerprint, subjects, controller, "")
    return draft, planner.about(subjects, controller).key_sets


def _controllers(workspace: Workspace, record: PlanRecord, plan: Plan) -> Iterator[Controller]:
    """Yield whose plan about people it is, as far as the policy still has them."""
    asked = [record.request.controller] if record.request else []
    for name in (*asked, *(step.controller for step in plan.steps)):
        if name in workspace.policy.controller_by_id:
            yield workspace.policy.controller_by_id[name]


def _subjects(keys: KeySets) -> Subjects:
    named = ((name.partition(":"), held) for name, held in keys.items())
    return {ref: held for (kind, _, ref), held in named if kind == ONLY}
