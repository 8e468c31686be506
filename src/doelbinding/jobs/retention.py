"""Making a plan, approving it, carrying it out: with everything recorded."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from django.db import Error, transaction

from doelbinding.binding.needs import ONLY
from doelbinding.evidence.commitment import commit
from doelbinding.evidence.schema import EntryKind, instant
from doelbinding.jobs.said import said_by
from doelbinding.law.clock import last_day
from doelbinding.law.finding import Finding, Severity
from doelbinding.law.findings import check
from doelbinding.plan import model as plans
from doelbinding.plan.model import (
    AGAIN,
    RECTIFIED,
    RIGHT_VALUE,
    Deed,
    KeySets,
    NamedKeys,
    Plan,
    PlanKind,
    key_digest,
)
from doelbinding.plan.ports import Obstacle
from doelbinding.plan.run import (
    Bound,
    Outcome,
    Progress,
    Stopped,
    Surprise,
    finish_sealed,
    obstacles,
    run,
)
from doelbinding.plan.survey import surveyed
from doelbinding.policy.joined import together
from doelbinding.policy.retention import parse_period
from doelbinding.records.alone import alone
from doelbinding.records.journal import RecordedJournal
from doelbinding.records.models import (
    LedgerEntry,
    PlanRecord,
    Rectification,
    Request,
    Restore,
    Run,
    StepRun,
)
from doelbinding.records.plans import approve, find_plan, record_plan, record_policy, start_run
from doelbinding.records.plans import read_plan as read_recorded
from doelbinding.retention.drafts import said_in
from doelbinding.retention.planner import Planner
from doelbinding.wiring import Workspace

_OCCASION = {
    PlanKind.RETENTION: "retention",
    PlanKind.ERASURE: "request",
    PlanKind.REAPPLY: "reapply",
    PlanKind.RECTIFICATION: "request",
}
_CLOCKS_DIFFER = timedelta(minutes=10)


class PolicyBroken(Exception):
    """The policy has findings that forbid acting on it."""


class PlanStale(Stopped):
    """The plan follows a policy, an instant or words that no longer hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MadePlan:
    """A plan with its fingerprint and file; `about` which stores it is, if of retention."""

    plan: Plan
    fingerprint: str
    file: Path
    obstacles: tuple[Obstacle, ...] = ()
    about: frozenset[str] = frozenset()


def insist_on_sound_policy(workspace: Workspace, on: date) -> tuple[Finding, ...]:
    """Give the policy's findings.

    Raises:
        PolicyBroken: some are errors.
    """
    findings = check(workspace.policy, on=on)
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    if errors:
        raise PolicyBroken(
            f"the policy has {len(errors)} errors, so nothing is done on its ground: see "
            "`doelbinding check`"
        )
    return findings


def digest_secret(workspace: Workspace) -> bytes:
    """Give the secret under which key sets are digested in plans."""
    return workspace.records.sealer.keyed_hash("plan keys")


def planner_at(workspace: Workspace, at: datetime, stores: frozenset[str] | None = None) -> Planner:
    """Give a planner under everything that was said and is in force."""
    return Planner(
        policy=workspace.policy,
        at=at,
        circumstances=said_by(workspace, at),
        stores=stores,
    )


def make_plan(workspace: Workspace, at: datetime, stores: frozenset[str] | None) -> MadePlan:
    """Plan retention at an instant, and keep the plan; of some stores with those they belong to.

    Raises:
        PolicyBroken: the policy has errors.
        StoreError: a store cannot be read.
    """
    insist_on_sound_policy(workspace, at.date())
    policy = workspace.policy
    about = frozenset(policy.store_by_id) if stores is None else together(policy, stores)
    planner = planner_at(workspace, at, about)
    keys = planner.stopped.key_sets
    draft = planner.retention(workspace.fingerprint)
    plan = surveyed(draft, workspace.stores, keys, digest_secret(workspace))
    made = keep_plan(workspace, plan, keys, about=about)
    return replace(made, obstacles=tuple(obstacles(plan, workspace.stores)), about=about)


def keep_plan(
    workspace: Workspace,
    plan: Plan,
    keys: KeySets,
    restore: Restore | None = None,
    about: frozenset[str] | None = None,
) -> MadePlan:
    """Record a plan, write it to a file, and say so in evidence, once."""
    with transaction.atomic():
        enter_plan(workspace, plan, keys, restore, about)
    return write_plan(workspace, plan)


def enter_plan(
    workspace: Workspace,
    plan: Plan,
    keys: KeySets,
    why: Request | Restore | None,
    about: frozenset[str] | None = None,
) -> PlanRecord:
    """Record a plan and its entry of evidence, once; the caller holds the transaction.

    `about` are the stores that were asked, where that says more than the plan's steps.
    """
    now = datetime.now(UTC)
    records = workspace.records
    record_policy(workspace.policy, workspace.fingerprint, now)
    record, new = record_plan(plan, keys, why, now, records.sealer)
    if new:
        entry: dict[str, object] = {
            "plan": record.fingerprint,
            "policy": plan.policy,
            "occasion": "reapply" if _corrects_again(plan) else _OCCASION[plan.kind],
            "instant": instant(plan.at),
            "rows": plan.rows,
            "undated": sum(doubt.rows for doubt in plan.doubts),
            "steps": len(plan.steps),
            "stores": sorted(about or {step.store for step in plan.steps}),
        }
        if isinstance(why, Request):
            entry["case"] = commit(bytes(why.salt), why.id)
        records.log.append(EntryKind.PLAN_MADE, entry)
    return record


def _corrects_again(plan: Plan) -> bool:
    return plan.kind is PlanKind.RECTIFICATION and plan.case is None


def write_plan(workspace: Workspace, plan: Plan) -> MadePlan:
    """Write a recorded plan to a file of the working folder."""
    fingerprint = plans.fingerprint(plan)
    folder = workspace.home / "plans"
    folder.mkdir(exist_ok=True)
    file = folder / f"{plan.at.date()}-{plan.kind.value}-{fingerprint[:12]}.json"
    file.write_bytes(plans.written(plan))
    return MadePlan(plan=plan, fingerprint=fingerprint, file=file)


def find_fingerprint(workspace: Workspace, named: str) -> str:
    """Give the fingerprint of a plan named by its file or by the start of its fingerprint.

    Raises:
        NotAPlan: the file is not a plan.
        NotRecorded: these records do not know it.
    """

    for path in (Path(named), workspace.home / named):
        if _is_file(path):
            return find_plan(plans.fingerprint(plans.parse(path.read_bytes()))).fingerprint
    return find_plan(named).fingerprint


def _is_file(path: Path) -> bool:
    with suppress(OSError):  # a name too long for a file
        return path.is_file()
    return False


def read_plan(workspace: Workspace, fingerprint: str) -> tuple[Plan, KeySets]:
    """Give a recorded plan with its key sets."""

    return read_recorded(find_plan(fingerprint), workspace.records.sealer)


def approve_plan(workspace: Workspace, fingerprint: str, by: str) -> None:
    """Approve a plan by its fingerprint."""

    record = find_plan(fingerprint)
    plan, _ = read_plan(workspace, fingerprint)
    with transaction.atomic():
        if approve(record, by, datetime.now(UTC)):
            workspace.records.log.append(
                EntryKind.PLAN_APPROVED,
                {"plan": record.fingerprint, "by": actor(workspace, by), "rows": plan.rows},
            )


def actor(workspace: Workspace, name: str) -> str:
    """Give the commitment under which a member of staff appears in evidence."""
    return commit(workspace.records.sealer.keyed_hash("actor"), name)


def apply_plan(
    workspace: Workspace, fingerprint: str, *, bound: Bound, progress: Progress
) -> Outcome:
    """Carry out an approved plan, or go on where it was interrupted.

    Raises:
        NotApproved: nobody approved it.
        PlanStale: the policy or what people said has changed, or the plan is old.
        Stopped, StoreError: see `plan.run.run`; also when another process carries it out.
    """

    records = workspace.records
    record = find_plan(fingerprint)
    plan, keys = read_plan(workspace, fingerprint)
    insist_still_holds(workspace, plan, record.made_at)
    if any(named.name not in keys for named in plan.keys):
        raise PlanStale(
            "the right values of this plan are not kept any more, since its request was answered: "
            "nothing was changed; rectify anew with `doelbinding subject rectify`"
        )
    with transaction.atomic():
        running, new = start_run(record, plan, datetime.now(UTC))
        if new:
            records.log.append(
                EntryKind.RUN_STARTED,
                {
                    "run": running.id,
                    "plan": record.fingerprint,
                    "stores": sorted({step.store for step in plan.steps}),
                },
            )
    with alone(records.state, running.id):
        journal = RecordedJournal(
            run=running,
            plan=plan,
            log=records.log,
            sealer=records.sealer,
            clock=lambda: datetime.now(UTC),
            ledger_ends=ledger_ends(workspace, datetime.now(UTC).date()),
        )
        try:
            outcome = run(plan, workspace.stores, keys, journal, bound=bound, progress=progress)
        except Surprise as surprise:
            rows = 0
            if journal.started:  # nobody else knows the rows whose owners are gone already
                rows = finish_sealed(plan, workspace.stores, keys, journal, progress)
                give_up(workspace, fingerprint)
            records.checkpoint()
            if not rows:
                raise
            raise Surprise(
                f"{surprise}. Only rows that no other run knows, since their owners are gone, were "
                f"done all the same: {rows}"
            ) from None
        except BaseException:
            with suppress(Error):  # what went wrong first is what is said
                records.checkpoint()
            raise
        records.checkpoint()
    if plan.kind is PlanKind.ERASURE:
        _forget_rectified(running, plan)
    end_ledger(datetime.now(UTC).date())
    return outcome


def _forget_rectified(running: Run, plan: Plan) -> None:
    """Let go of right values that were erased since."""
    ledger = LedgerEntry.objects.filter(run=running)
    for step in plan.steps:
        rows = ledger.filter(step=step.id).values("row_hash")
        about = Rectification.objects.filter(store=step.store, dataset=step.dataset)
        gone = about.filter(row_hash__in=rows)
        if step.deed is not Deed.DELETE:
            gone = gone.filter(column__in=[one.column for one in step.columns])
        gone.delete()


def give_up(workspace: Workspace, fingerprint: str) -> None:
    """Record that a run whose ground has shifted does not go on; its sealed keys are destroyed."""
    with transaction.atomic():
        running = Run.objects.filter(plan_id=fingerprint, state=Run.State.RUNNING)
        for run_id in list(running.values_list("id", flat=True)):
            StepRun.objects.filter(run_id=run_id).update(keys_sealed=None)
            entry = {"run": run_id, "reason": "changed"}
            workspace.records.log.append(EntryKind.RUN_NOT_VERIFIED, entry)
        running.update(state=Run.State.NOT_VERIFIED, ended_at=datetime.now(UTC))


def insist_still_holds(workspace: Workspace, plan: Plan, made_at: datetime) -> None:
    """Refuse a plan whose ground has shifted.

    Raises:
        PlanStale: the policy changed, somebody said something since, or it is too old.
    """
    insist_not_to_come(plan.at)
    if plan.policy != workspace.fingerprint:
        raise PlanStale(
            "the policy has changed since the plan was made: nothing was changed; make a new plan"
        )
    oldest = workspace.oldest_plan
    if datetime.now(UTC) - made_at > oldest:
        raise PlanStale(
            f"the plan is older than {oldest.days} days: nothing was changed; make a new plan"
        )
    if made_at - datetime.now(UTC) > _CLOCKS_DIFFER:
        raise PlanStale(
            "the plan was made in the future, so this clock or that of then is wrong: nothing was "
            "changed; set the clock right, or make a new plan"
        )
    current = _said_in(workspace, plan)
    secret = digest_secret(workspace)
    named = [key_digest(name, current[name], secret) for name in sorted(current)]
    if named != [keys for keys in plan.keys if not _is_only(keys)]:
        raise PlanStale(
            "somebody withdrew, objected, or was put on hold since the plan was made: nothing was "
            "changed; make a new plan"
        )


def _said_in(workspace: Workspace, plan: Plan) -> KeySets:
    """Give the key sets of what was said and is in force, as a plan of that kind names them."""
    if plan.kind is PlanKind.RECTIFICATION:
        return {}  # nothing that was said stands against what is right
    if plan.kind is PlanKind.ERASURE:
        return said_in(workspace.policy, plan.at, said_by(workspace, plan.at))
    return planner_at(workspace, plan.at).stopped.key_sets


def insist_not_to_come(at: datetime) -> None:
    """Refuse to act as of a day to come: what is justified until then would go too soon.

    Raises:
        PlanStale: the day has not come anywhere on earth.
    """
    if at.date() > (datetime.now(UTC) + timedelta(hours=14)).date():
        raise PlanStale(
            f"{at.date()} has not come yet: planning ahead shows what will go, and nothing is "
            "changed before the day"
        )


def _is_only(keys: NamedKeys) -> bool:
    """Tell whether a key set is of the people or rows a plan is about, not of what was said."""
    return keys.name.partition(":")[0] in {ONLY, AGAIN, RECTIFIED, RIGHT_VALUE}


def end_ledger(today: date) -> int:
    """Let go of the entries of the ledger that no backup can bring back any more; how many."""
    ended, _ = LedgerEntry.objects.filter(ends_on__lt=today).delete()
    Rectification.objects.filter(ends_on__lt=today).update(value_sealed=None)
    return ended


def ledger_ends(workspace: Workspace, today: date) -> Mapping[str, date]:
    """Give, per store, the last day on which a backup could bring a value back."""
    return {
        store.id: last_day(today, parse_period(store.backups))
        for store in workspace.policy.stores
        if store.backups is not None
    }
