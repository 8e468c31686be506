"""Carrying out an approved plan, with everything recorded; given up where its ground shifted."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, date, datetime

from django.db import Error, transaction

from doelbinding.evidence.schema import EntryKind
from doelbinding.jobs.grounds import PlanStale, insist_still_holds
from doelbinding.jobs.plans import read_plan
from doelbinding.law.clock import last_day
from doelbinding.plan.model import Deed, Plan, PlanKind
from doelbinding.plan.run import Bound, Outcome, Progress, Surprise, finish_sealed, run
from doelbinding.policy.retention import parse_period
from doelbinding.records.alone import alone
from doelbinding.records.journal import RecordedJournal
from doelbinding.records.models import LedgerEntry, Rectification, Run, StepRun
from doelbinding.records.plans import find_plan, start_run
from doelbinding.wiring import Workspace


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
