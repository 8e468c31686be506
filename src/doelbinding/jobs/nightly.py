"""The nightly run without a human: planned, approved within a bound, carried out, read back.

Stores that belong together have a plan of their own, so that one that fails holds up no other: what
can be done is done, and what was not is said, with why (ADR 0028).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from doelbinding.evidence.schema import EntryKind
from doelbinding.jobs.applying import apply_plan, give_up
from doelbinding.jobs.grounds import PlanStale
from doelbinding.jobs.night import Night, Terms, TooMany, Undone, reason_of
from doelbinding.jobs.plans import MadePlan, approve_plan, read_plan
from doelbinding.jobs.purging import Purged, purge_again
from doelbinding.jobs.retention import make_plan
from doelbinding.plan.model import Plan, PlanKind
from doelbinding.plan.ports import StoreError
from doelbinding.plan.run import Outcome, OutOfTime, Stopped, Surprise
from doelbinding.plan.transform import NoKey
from doelbinding.policy.joined import joined
from doelbinding.records.alone import alone
from doelbinding.records.models import Run
from doelbinding.wiring import Workspace

_PASSES = 2
_FOLLOWING = 3
_FAILS = (Stopped, StoreError, NoKey)


def run_night(workspace: Workspace, terms: Terms) -> Night:
    """Finish what was interrupted, then plan and carry out, if no more rows go than may.

    Where somebody said something in between, or rows changed, a plan is made anew, once. A store
    that fails is left out, with those that belong to it.

    Raises:
        AlreadyRunning: another process carries out a night.
        PolicyBroken, NotConfigured: nothing was done.
    """
    with alone(workspace.records.state, "nightly"):
        return _alone(workspace, terms)


def _alone(workspace: Workspace, terms: Terms) -> Night:
    away = dict(_out_of_reach(workspace))
    night = _Night(workspace=workspace.without(away), terms=terms)
    groups = joined(workspace.policy)
    for group in groups:
        if group & away.keys():
            night.leave_out(group, *(away[store] for store in sorted(group & away.keys())))
    night.finish_earlier()
    made = night.planned(groups)
    if sum(one.plan.rows for one in made) > terms.most:
        full = [one for one in made if one.plan.steps]
        night.leave_out(_stores(one.plan for one in full), TooMany(full, terms.most))
        made = []
    night.carry_out(made)
    night.purge_again()
    night.say_left_out()
    return night.told()


def interrupted() -> Iterator[str]:
    """Yield the fingerprints of retention plans that a process died in, oldest first.

    They hold keys that no new plan would find, of rows whose owners are gone already.
    """
    running = Run.objects.filter(state=Run.State.RUNNING, plan__kind=PlanKind.RETENTION.value)
    yield from running.order_by("started_at").values_list("plan_id", flat=True)


def _out_of_reach(workspace: Workspace) -> Iterator[tuple[str, StoreError]]:
    for name, store in workspace.stores.items():
        try:
            store.preflight([])
        except StoreError as error:
            yield name, error


def _stores(plans: Iterable[Plan]) -> frozenset[str]:
    return frozenset(step.store for plan in plans for step in plan.steps)


@dataclass(kw_only=True)
class _Night:
    """A night being carried out by this process."""

    workspace: Workspace
    terms: Terms
    done: list[tuple[Plan, Outcome]] = field(default_factory=list)
    undone: list[Undone] = field(default_factory=list)
    purged: list[Purged] = field(default_factory=list)
    followed: set[int] = field(default_factory=set)
    over: bool = False

    @property
    def _left_out(self) -> frozenset[str]:
        return frozenset().union(*(one.stores for one in self.undone))

    def leave_out(self, stores: Collection[str], *why: Exception) -> None:
        self.over = self.over or any(isinstance(one, OutOfTime) for one in why)
        self.undone.append(
            Undone(
                stores=frozenset(stores),
                why="; ".join(map(str, why)),
                reason=reason_of(why[-1]),
            )
        )

    def finish_earlier(self) -> None:
        """Go on with runs that were interrupted, in those of their stores that are not left out.

        Such a store has nothing open then, and is planned anew; the run stays open for the others.
        """
        for fingerprint in list(interrupted()):
            plan, _ = read_plan(self.workspace, fingerprint)
            stores = _stores([plan])
            here = stores - self._left_out
            if self.over and here:
                self.leave_out(here, Stopped(f"a run waits for time: {_go_on(fingerprint)}"))
            if self.over or not here:
                continue
            part = here if here < stores else None
            try:
                self._carry_out(plan, fingerprint, part)
            except (PlanStale, Surprise):
                if part is None:
                    give_up(self.workspace, fingerprint)
            except _FAILS as error:
                self.leave_out(here, error)

    def planned(self, groups: Sequence[frozenset[str]]) -> list[MadePlan]:
        """Plan each group of stores that was not left out."""
        found = []
        for group in groups:
            if self.over and not group & self._left_out:
                self.leave_out(group, OutOfTime("not begun, since the time given was over"))
            if not group & self._left_out:
                try:
                    found.append(self._planned(group))
                except StoreError as error:
                    self.leave_out(group, error)
        self.terms.told([obstacle for one in found for obstacle in one.obstacles])
        return found

    def _planned(self, group: frozenset[str]) -> MadePlan:
        return make_plan(self.workspace, self.terms.at, group)

    def carry_out(self, made: Sequence[MadePlan]) -> None:
        """Carry out plans; each that has steps, and however the others end."""
        room = self.terms.most - sum(one.plan.rows for one in made)
        for one in made:
            if not one.plan.steps:
                continue
            group = one.about
            if self.over:
                self.leave_out(group, OutOfTime("not begun, since the time given was over"))
                continue
            try:
                room -= self._approved(one, room)
                room -= self._followed(group, room)
            except _FAILS as error:
                self.leave_out(group, error)

    def _approved(self, made: MadePlan, room: int) -> int:
        """Approve a plan and carry it out, made anew once; give how many rows more that took."""
        first = made.plan.rows
        for passes_left in reversed(range(_PASSES)):
            if made.plan.rows > first + room:
                raise TooMany([made], self.terms.most, done=self.terms.most - first - room)
            if not made.plan.steps:
                break
            approve_plan(self.workspace, made.fingerprint, self.terms.by)
            try:
                self._carry_out(made.plan, made.fingerprint)
            except (PlanStale, Surprise):
                give_up(self.workspace, made.fingerprint)
                if not passes_left:
                    raise
                made = self._planned(made.about)
                self.terms.told(made.obstacles)
            else:
                break
        return made.plan.rows - first

    def _followed(self, group: frozenset[str], room: int) -> int:
        """Plan anew what a run left, since it may have taken what had kept that; give how many.

        What is left again is put back by something, so that no plan would end it.
        """
        rows = 0
        for _ in range(_FOLLOWING):
            last = self.done[-1][1] if self.done else None
            if last is None or last.verified or self.over:
                break
            made = self._planned(group)
            if not made.plan.steps or made.plan.rows > room - rows:
                break
            self.terms.told(made.obstacles)
            approve_plan(self.workspace, made.fingerprint, self.terms.by)
            try:
                self._carry_out(made.plan, made.fingerprint)
            except (PlanStale, Surprise):
                give_up(self.workspace, made.fingerprint)
                break
            self.followed.add(len(self.done) - 2)
            rows += made.plan.rows
            if {one.ref for one in self.done[-1][1].where} >= {one.ref for one in last.where}:
                break
        return rows

    def _carry_out(self, plan: Plan, fingerprint: str, part: frozenset[str] | None = None) -> None:
        bound, progress = self.workspace.bound, self.terms.progress
        outcome = apply_plan(self.workspace, fingerprint, bound=bound, progress=progress, part=part)
        if part is not None:
            plan = replace(plan, steps=tuple(step for step in plan.steps if step.store in part))
        self.done.append((plan, outcome))

    def purge_again(self) -> None:
        """Take further what earlier runs deleted, also in stores in which this night does nothing.

        What it deleted itself and is to be purged again waits for another night.
        """
        if not self.over:
            self.purged += purge_again(self.workspace, self.terms.at)

    def say_left_out(self) -> None:
        """Say in evidence what was left out, so that nothing is taken to be complete."""
        for one in self.undone:
            self.workspace.records.log.append(
                EntryKind.NIGHT_LEFT_OUT, {"stores": sorted(one.stores), "reason": one.reason}
            )
        if self.undone:
            self.workspace.records.checkpoint()

    def told(self) -> Night:
        return Night(
            plans=tuple(plan for plan, _ in self.done),
            outcomes=tuple(outcome for _, outcome in self.done),
            undone=tuple(self.undone),
            purged=tuple(self.purged),
            followed=frozenset(self.followed | set(self._gone_on())),
        )

    def _gone_on(self) -> Iterator[int]:
        """Yield the runs of which a later plan of this night ended all that they had left.

        Of those that a process had died in, the night's own plan does.
        """
        for n, (_, outcome) in enumerate(self.done):
            later = [(plan, then) for plan, then in self.done[n + 1 :] if then.verified]
            ended = {step.ref for plan, _ in later for step in plan.steps}
            if outcome.where and ended >= {one.ref for one in outcome.where}:
                yield n


def _go_on(fingerprint: str) -> str:
    return f"go on with it by `doelbinding apply {fingerprint[:12]}`, or the next night does"
