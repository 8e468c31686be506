"""Carrying out an approved plan, with everything recorded; given up where its ground shifted."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, date, datetime

from django.db import Error, transaction

from doelbinding.evidence.schema import EntryKind
from doelbinding.jobs.grounds import PlanStale, insist_still_holds
from doelbinding.jobs.only_known import asked_now
from doelbinding.jobs.plans import read_plan
from doelbinding.law.clock import last_day
from doelbinding.plan.journal import Progress
from doelbinding.plan.model import Deed, KeySets, Plan, PlanKind
from doelbinding.plan.run import Bound, Outcome, Surprise, finish_sealed, run
from doelbinding.policy.retention import parse_period
from doelbinding.records.alone import alone
from doelbinding.records.journal import RecordedJournal
from doelbinding.records.models import LedgerEntry, PlanRecord, Rectification, Run, StepRun
from doelbinding.records.plans import find_plan, start_run
from doelbinding.records.remains import keep_remains
from doelbinding.wiring import Workspace


def apply_plan(
    workspace: Workspace,
    fingerprint: str,
    *,
    bound: Bound,
    progress: Progress,
    part: frozenset[str] | None = None,
) -> Outcome:
    """Carry out an approved plan, or go on where it was interrupted.

    With `part` of its stores, what is in these; the run stays open for the others.

    Raises:
        NotApproved: nobody approved it.
        PlanStale: the policy or what people said has changed, or the plan is old. A run of it that
            was interrupted is given up, save for rows that only it knows.
        WrongClock: it is of a time to come.
        Stopped, StoreError: see `plan.run.run`; also when another process carries it out.
    """

    record = find_plan(fingerprint)
    plan, keys = read_plan(workspace, fingerprint)
    try:
        _insist_on_ground(workspace, record, plan, keys)
    except PlanStale as stale:
        rows = _end_stale(workspace, record, progress, part)
        raise PlanStale(f"{stale}{_all_the_same(rows)}") from None
    running = _started(workspace, record, plan)
    with alone(workspace.records.state, running.id):
        journal = _journal(workspace, running, plan)
        try:
            outcome = run(
                plan, workspace.stores, keys, journal, bound=bound, progress=progress, part=part
            )
        except Surprise as surprise:
            rows = 0
            if journal.started:  # nobody else knows the rows whose owners are gone already
                rows = _end_only_known(workspace, record, journal, progress, part)
            workspace.records.checkpoint()
            raise Surprise(f"{surprise}{_all_the_same(rows)}") from None
        except BaseException:
            with suppress(Error):  # what went wrong first is what is said
                workspace.records.checkpoint()
            raise
        workspace.records.checkpoint()
    if plan.kind is PlanKind.ERASURE:
        _forget_rectified(running, plan)
    end_ledger(datetime.now(UTC).date())
    return outcome


def _insist_on_ground(workspace: Workspace, record: PlanRecord, plan: Plan, keys: KeySets) -> None:
    insist_still_holds(workspace, record, plan, keys)
    if any(named.name not in keys for named in plan.keys):
        raise PlanStale(
            "the right values of this plan are not kept any more, since its request was answered: "
            "nothing was changed; rectify anew with `doelbinding subject rectify`"
        )


def _started(workspace: Workspace, record: PlanRecord, plan: Plan) -> Run:
    with transaction.atomic():
        running, new = start_run(record, plan, datetime.now(UTC))
        if new:
            workspace.records.log.append(
                EntryKind.RUN_STARTED,
                {
                    "run": running.id,
                    "plan": record.fingerprint,
                    "stores": sorted({step.store for step in plan.steps}),
                },
            )
    return running


def _journal(workspace: Workspace, running: Run, plan: Plan) -> RecordedJournal:
    return RecordedJournal(
        run=running,
        plan=plan,
        log=workspace.records.log,
        sealer=workspace.records.sealer,
        clock=lambda: datetime.now(UTC),
        ledger_ends=ledger_ends(workspace, datetime.now(UTC).date()),
    )


def _end_stale(
    workspace: Workspace, record: PlanRecord, progress: Progress, part: frozenset[str] | None
) -> int:
    """Give up a run that was interrupted and whose ground shifted since; how many rows it ends."""
    running = Run.objects.filter(plan=record, state=Run.State.RUNNING).first()
    if running is None:
        return 0
    with alone(workspace.records.state, running.id):
        plan, _ = read_plan(workspace, record.fingerprint)
        journal = _journal(workspace, running, plan)
        rows = _end_only_known(workspace, record, journal, progress, part)
    workspace.records.checkpoint()
    return rows


def _end_only_known(
    workspace: Workspace,
    record: PlanRecord,
    journal: RecordedJournal,
    progress: Progress,
    part: frozenset[str] | None,
) -> int:
    """End the rows that only a run knows, then give it up; with `part` it waits for the rest."""
    plan, keys = read_plan(workspace, record.fingerprint)
    rows = 0
    if journal.started:
        now, said = asked_now(workspace, record, plan, keys, part)
        rows = finish_sealed(plan, workspace.stores, keys, journal, progress, now=now, said=said)
    if part is None:
        give_up(workspace, record.fingerprint)
    return rows


def _all_the_same(rows: int) -> str:
    if not rows:
        return ""
    return (
        ". Only rows that no other run knows, since their owners are gone, were "
        f"done all the same: {rows}"
    )


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
            steps = StepRun.objects.filter(run_id=run_id)
            steps.update(keys_sealed=None)
            if steps.exclude(state=StepRun.State.WAITING).exists():
                plan, _ = read_plan(workspace, fingerprint)
                keep_remains(Run.objects.get(id=run_id), plan.steps)
            entry = {"run": run_id, "reason": "changed"}
            workspace.records.log.append(EntryKind.RUN_NOT_VERIFIED, entry)
        running.update(state=Run.State.NOT_VERIFIED, ended_at=datetime.now(UTC))


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
