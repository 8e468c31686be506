"""After a store was restored from a backup: erase and correct again what people had asked for.

What a retention rule removed, the rule finds again; the plan that follows does that. What people
had asked for is found by the records (`jobs/returned.py`, `jobs/correct_again.py`). A restore is
recorded when it is begun, and ends with its one entry of evidence once reading back found nothing
left: whoever dies in between goes on with the same one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from django.db import transaction

from doelbinding.evidence.schema import EntryKind
from doelbinding.jobs.applying import apply_plan, give_up
from doelbinding.jobs.correct_again import forget_done
from doelbinding.jobs.grounds import PlanStale
from doelbinding.jobs.plans import MadePlan, approve_plan, keep_plan, read_plan
from doelbinding.jobs.retention import insist_on_sound_policy, make_plan
from doelbinding.jobs.returned import look_again
from doelbinding.plan.journal import Progress
from doelbinding.plan.model import Plan
from doelbinding.plan.run import Bound, Outcome, Surprise
from doelbinding.records.alone import alone
from doelbinding.records.models import Restore, Run, StepRun
from doelbinding.records.said import in_force
from doelbinding.wiring import Workspace

MOST_PASSES = 3
_LONG_AGO = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reapplied:
    """What was done again, and the retention plan to approve next, once all is verified."""

    plans: tuple[Plan, ...]
    outcomes: tuple[Outcome, ...]
    retention: MadePlan | None

    @property
    def verified(self) -> bool:
        """Whether reading back found nothing left of it."""
        return all(outcome.verified for outcome in self.outcomes)


def reapply(
    workspace: Workspace, store: str, at: datetime, *, by: str, progress: Progress
) -> Reapplied:
    """Erase and correct again, read back, say so in evidence, plan retention; go on where one died.

    Where rows changed in between, or somebody said something, it is looked at again.

    Raises:
        AlreadyRunning: another process does this.
        PolicyBroken: the policy has errors; nothing was done.
        Stopped, StoreError: see `plan.run.run`; the same command goes on from there.
    """
    insist_on_sound_policy(workspace, at.date())
    with alone(workspace.records.state, f"reapply-{store}"):
        restore = _begun(workspace, store, at)
        done = list(_again(workspace, restore, by, progress))
        reapplied = Reapplied(
            plans=tuple(plan for plan, _ in done),
            outcomes=tuple(outcome for _, outcome in done),
            retention=None,
        )
        if reapplied.verified:
            reapplied = replace(reapplied, retention=_ended(workspace, restore))
    workspace.records.checkpoint()
    return reapplied


def _begun(workspace: Workspace, store: str, at: datetime) -> Restore:
    """Give the restore that was begun and not ended, or begin one with what is found now."""
    restore = Restore.objects.filter(store=store, ended_at=None).first()
    if restore is None:
        found = look_again(workspace, store, at)
        return Restore.objects.create(
            store=store,
            at=at,
            returned=found.count,
            rectified=sum(found.corrected.values.values()),
            unsure=sum(found.corrected.otherwise.values()) + sum(found.corrected.changed.values()),
            stood_at=found.corrected.stood,
        )
    left = Run.objects.filter(plan__restore=restore, state=Run.State.NOT_VERIFIED)
    if at - restore.at > _LONG_AGO or left.exists():
        _plan_anew(restore, at)
    return restore


def _plan_anew(restore: Restore, at: datetime) -> None:
    restore.at = at
    restore.save(update_fields=["at"])


def _again(
    workspace: Workspace, restore: Restore, by: str, progress: Progress
) -> Iterator[tuple[Plan, Outcome]]:
    """Yield what was carried out; once more when the ground of a plan shifted under it."""
    yield from _finish_earlier(workspace, restore, progress)
    for passes_left in reversed(range(MOST_PASSES)):
        try:
            yield from _once(workspace, restore, by, progress)
        except (PlanStale, Surprise):
            if not passes_left:
                raise
            _plan_anew(restore, datetime.now(UTC))
        else:
            return


def _once(
    workspace: Workspace, restore: Restore, by: str, progress: Progress
) -> Iterator[tuple[Plan, Outcome]]:
    found = look_again(workspace, restore.store, restore.at)
    plans = list(found.plans)
    if found.corrected.plan.steps:
        plans.append((found.corrected.plan, found.corrected.keys))
    for plan, keys in plans:
        made = keep_plan(workspace, plan, keys, restore)
        approve_plan(workspace, made.fingerprint, by)
        yield plan, _carried_out(workspace, made.fingerprint, progress)


def _carried_out(workspace: Workspace, fingerprint: str, progress: Progress) -> Outcome:
    try:
        return apply_plan(workspace, fingerprint, bound=Bound(), progress=progress)
    except (PlanStale, Surprise):
        give_up(workspace, fingerprint)
        raise


def _finish_earlier(
    workspace: Workspace, restore: Restore, progress: Progress
) -> Iterator[tuple[Plan, Outcome]]:
    """Go on with a run that a process died in: keys that it sealed are found nowhere else."""
    runs = Run.objects.filter(plan__restore=restore, state=Run.State.RUNNING)
    for fingerprint in list(runs.order_by("started_at").values_list("plan_id", flat=True)):
        with suppress(PlanStale, Surprise):
            plan, _ = read_plan(workspace, fingerprint)
            yield plan, _carried_out(workspace, fingerprint, progress)


def _ended(workspace: Workspace, restore: Restore) -> MadePlan:
    """Plan retention, and end the restore with its entry of evidence."""
    forget_done(workspace, restore)
    retention = make_plan(workspace, restore.at, frozenset({restore.store}))
    said = in_force(workspace.records.sealer)
    rows = StepRun.objects.filter(run__plan__restore=restore).values_list("rows", flat=True)
    restore.ended_at = datetime.now(UTC)
    with transaction.atomic():
        restore.save(update_fields=["ended_at"])
        workspace.records.log.append(
            EntryKind.STORE_REAPPLIED,
            {
                "store": restore.store,
                "returned": restore.returned,
                "rows": sum(rows),
                "stops": len(said.stops),
                "holds": len(said.holds),
                "restrictions": len(said.restrictions),
                "rectified": restore.rectified,
                "unsure": restore.unsure,
            },
        )
    return retention
