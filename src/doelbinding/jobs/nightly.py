"""The nightly run without a human: planned, approved within a bound, carried out, read back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from doelbinding.jobs.retention import (
    MadePlan,
    PlanStale,
    apply_plan,
    approve_plan,
    give_up,
    make_plan,
    read_plan,
)
from doelbinding.plan.model import Plan, PlanKind
from doelbinding.plan.ports import Obstacle
from doelbinding.plan.run import Outcome, Progress, Stopped, Surprise
from doelbinding.records.models import Run
from doelbinding.wiring import Workspace


class TooMany(Stopped):
    """More rows would go than may without a human."""

    def __init__(self, made: MadePlan, most: int) -> None:
        self.made = made
        super().__init__(
            f"{made.plan.rows} rows would go, and {most} may without a human: nothing was changed; "
            f"read the plan, and `doelbinding apply {made.fingerprint[:12]}` if it is right"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """What a night did: the runs of earlier nights that it finished, then its own."""

    plans: tuple[Plan, ...]
    outcomes: tuple[Outcome, ...]

    @property
    def verified(self) -> bool:
        """Whether reading back found nothing left."""
        return all(outcome.verified for outcome in self.outcomes)


def run_night(
    workspace: Workspace,
    at: datetime,
    *,
    most: int,
    by: str,
    progress: Progress,
    told: Callable[[Sequence[Obstacle]], None],
) -> Night:
    """Finish what was interrupted, then plan and carry out, if no more than `most` rows go.

    Where somebody said something in between, the plan is made anew, once. `told` hears what
    stands in the way of a plan, or endangers it, whatever becomes of the night.

    Raises:
        TooMany: the plan is kept, for a human to approve.
        PlanStale: somebody said something twice.
        Surprise: the rows differ from those just planned; nothing was changed, or nothing more.
        PolicyBroken, Stopped, StoreError: see `jobs.retention`.
    """
    done: list[tuple[Plan, Outcome]] = []
    for fingerprint in list(interrupted()):
        try:
            done.append(_carried_out(workspace, fingerprint, progress))
        except (PlanStale, Surprise):
            give_up(workspace, fingerprint)
    made = _approved(workspace, at, most, by, told)
    if made.plan.steps:
        try:
            done.append(_carried_out(workspace, made.fingerprint, progress))
        except PlanStale:  # before anything was done
            made = _approved(workspace, at, most, by, told)
            if made.plan.steps:
                done.append(_carried_out(workspace, made.fingerprint, progress))
    return Night(plans=tuple(p for p, _ in done), outcomes=tuple(o for _, o in done))


def _approved(
    workspace: Workspace,
    at: datetime,
    most: int,
    by: str,
    told: Callable[[Sequence[Obstacle]], None],
) -> MadePlan:
    made = make_plan(workspace, at, None)
    told(made.obstacles)
    if made.plan.rows > most:
        raise TooMany(made, most)
    if made.plan.steps:
        approve_plan(workspace, made.fingerprint, by)
    return made


def interrupted() -> Iterator[str]:
    """Yield the fingerprints of retention plans that a process died in, oldest first.

    They hold keys that no new plan would find, of rows whose owners are gone already.
    """
    running = Run.objects.filter(state=Run.State.RUNNING, plan__kind=PlanKind.RETENTION.value)
    yield from running.order_by("started_at").values_list("plan_id", flat=True)


def _carried_out(
    workspace: Workspace, fingerprint: str, progress: Progress
) -> tuple[Plan, Outcome]:
    plan, _ = read_plan(workspace, fingerprint)
    outcome = apply_plan(workspace, fingerprint, bound=workspace.bound, progress=progress)
    return plan, outcome
