"""A run's journal in the records and the evidence log: fulfils `plan.run.Journal`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import Protocol

from django.db import Error, transaction
from django.db.models import F, QuerySet

from doelbinding.binding.circumstances import Key
from doelbinding.evidence.log import Log
from doelbinding.evidence.schema import EntryKind
from doelbinding.plan.grades import Erased, Grade, least
from doelbinding.plan.model import Plan, PlanKind, Step
from doelbinding.plan.ports import Changed
from doelbinding.plan.words import recorded_as
from doelbinding.records.envelope import Sealer
from doelbinding.records.models import LedgerEntry, Run, StepRun
from doelbinding.records.remains import keep_remains


class Clock(Protocol):
    """Gives the present instant."""

    def __call__(self) -> datetime:
        """Give the present instant, aware."""
        ...


class RecordedJournal:
    """Intent before, outcome after, each with its entry of evidence.

    Only of what a person asked for each row is kept, in the ledger: after a backup is restored a
    rule finds again by itself what it removed (ADR 0016).
    """

    def __init__(
        self,
        *,
        run: Run,
        plan: Plan,
        log: Log,
        sealer: Sealer,
        clock: Clock,
        ledger_ends: Mapping[str, date],
    ) -> None:
        self._run = run
        self._steps = {step.id: (number, step) for number, step in enumerate(plan.steps, 1)}
        self.announced = plan.kind in (PlanKind.ERASURE, PlanKind.REAPPLY)
        self._log = log
        self._sealer = sealer
        self._clock = clock
        self._ledger_ends = ledger_ends
        self._resumed: set[str] = set()
        self._announced: dict[str, frozenset[bytes]] = {}
        self._news = False

    @property
    def started(self) -> bool:
        """Whether something of the run was begun, so that keys it sealed may be all there is."""
        steps = StepRun.objects.filter(run=self._run)
        return steps.exclude(state=StepRun.State.WAITING).exists()

    def _record(self, step: str) -> StepRun:
        return StepRun.objects.get(run=self._run, step=step)

    def sealed_keys(self, step: str) -> list[Key] | None:
        """Give the keys sealed for a step, if they were."""
        envelope = self._record(step).keys_sealed
        if envelope is None:
            return None
        return [tuple(key) for key in self._sealer.open("sealed keys", envelope)]

    def seal(self, step: str, keys: Sequence[Key]) -> None:
        """Keep a step's keys, encrypted, until the run is verified; never in place of others."""
        envelope = self._sealer.seal("sealed keys", [list(key) for key in keys])
        unsealed = StepRun.objects.filter(run=self._run, step=step, keys_sealed=None)
        unsealed.update(keys_sealed=envelope, found=len(keys))

    def done_rows(self, step: str) -> int | None:
        """Give how many rows a step has changed; none if it never started."""
        record = self._record(step)
        return None if record.state == StepRun.State.WAITING else record.rows

    def begun(self) -> frozenset[str]:
        """Give the steps that started and did not finish: of their last batch nothing is known."""
        open_ = (StepRun.State.INTENDED, StepRun.State.UNKNOWN)
        records = StepRun.objects.filter(run=self._run, state__in=open_)
        return frozenset(records.values_list("step", flat=True))

    def found(self, step: str, rows: int) -> None:
        """Record how many rows a step finds before it starts, unless a ledger counts them."""
        if self.announced:
            return
        waiting = StepRun.objects.filter(run=self._run, step=step, state=StepRun.State.WAITING)
        waiting.update(found=rows)

    def recount(self, step: str, left: int) -> None:
        """Record what a step that was interrupted must have changed, from what it leaves.

        Keys that it sealed may be of rows that steps before it took whole: at most as planned.
        """
        record, (_, planned) = self._record(step), self._steps[step]
        if record.found is not None:
            changed = record.found - left
            most = min(changed, planned.expected) if planned.sealed else changed
            record.rows = max(record.rows, most)
            record.save(update_fields=["rows"])

    def intend(self, step: str) -> None:
        """Record that a step starts, once."""
        waiting = StepRun.objects.filter(run=self._run, step=step, state=StepRun.State.WAITING)
        number, planned = self._steps[step]
        with transaction.atomic():
            if not waiting.update(state=StepRun.State.INTENDED):
                self._resumed.add(step)
                return
            self._log.append(
                EntryKind.STEP_INTENDED,
                {
                    "run": self._run.id,
                    "step": number,
                    "store": planned.store,
                    "dataset": planned.dataset,
                    "action": recorded_as(planned),
                    "rows": planned.expected,
                    "activities": sorted({reason.activity for reason in planned.reasons}),
                },
            )

    def announce(self, step: Step, keys: Sequence[Key]) -> None:
        """Enter the rows that a batch may change in the ledger, before it does.

        So whatever instant the process dies at, no row is changed that the ledger does not have.
        """
        hashes = [self._sealer.keyed_hash(step.store, step.dataset, key) for key in keys]
        if step.id in self._resumed:
            known = self._ledger(step.id).filter(row_hash__in=hashes)
            entered = {bytes(found) for found in known.values_list("row_hash", flat=True)}
            hashes = [one for one in hashes if one not in entered]
        LedgerEntry.objects.bulk_create(
            LedgerEntry(
                run=self._run,
                step=step.id,
                store=step.store,
                dataset=step.dataset,
                row_hash=row_hash,
                ends_on=self._ledger_ends.get(step.store),
            )
            for row_hash in hashes
        )
        self._announced[step.id] = frozenset(hashes)

    def changed(self, step: Step, changed: Changed) -> None:
        """Record what a committed batch changed; the ledger lets go of the rows it spared."""
        record = StepRun.objects.filter(run=self._run, step=step.id)
        self._news = self._news or bool(changed.rows)
        if changed.keys is None:
            record.update(rows=F("rows") + changed.rows)
            return
        done = {self._sealer.keyed_hash(step.store, step.dataset, key) for key in changed.keys}
        spared = self._announced.pop(step.id, frozenset()) - done
        with transaction.atomic():
            if spared:
                self._ledger(step.id).filter(row_hash__in=spared).delete()
            record.update(rows=F("rows") + changed.rows)

    def _ledger(self, step: str) -> QuerySet[LedgerEntry]:
        return LedgerEntry.objects.filter(run=self._run, step=step)

    def finished(self, step: str) -> None:
        """Record that a step found no more rows, once; a ledger knows how many it changed."""
        record = self._record(step)
        if record.state == StepRun.State.FINISHED:
            return
        record.state = StepRun.State.FINISHED
        if self.announced:
            record.rows = self._ledger(step).count()
        number, _ = self._steps[step]
        with transaction.atomic():
            record.save(update_fields=["state", "rows"])
            self._log.append(
                EntryKind.STEP_DONE, {"run": self._run.id, "step": number, "rows": record.rows}
            )

    def interrupted(self, step: str) -> None:
        """Record that it is unknown whether the last batch of a step was committed.

        The store's failure is what counts, and is on its way up: where the records fail as well,
        the step stays as one that was begun, and is looked at again all the same.
        """
        with suppress(Error):
            self._interrupted(step)

    def _interrupted(self, step: str) -> None:
        record = self._record(step)
        record.state = StepRun.State.UNKNOWN
        number, _ = self._steps[step]
        with transaction.atomic():
            record.save(update_fields=["state"])
            self._log.append(
                EntryKind.STEP_UNKNOWN,
                {
                    "run": self._run.id,
                    "step": number,
                    "reason": "connection_lost",
                    "rows": record.rows,
                },
            )

    def verified(self, left: Mapping[str, int], erased: Mapping[str, Erased]) -> None:
        """Record what reading back found; at nothing left, sealed keys are destroyed.

        A run that was verified and has changed nothing since is not recorded again: a later purge
        tells how far gone it is by then.
        """
        remaining = sum(left.values())
        steps = [step for _, step in self._steps.values()]
        self._run.refresh_from_db(fields=["state"])
        if not remaining and not self._news and self._run.state == Run.State.VERIFIED:
            StepRun.objects.filter(run=self._run).update(keys_sealed=None)
            return
        with transaction.atomic():
            for step, rows in left.items():
                StepRun.objects.filter(run=self._run, step=step).update(left=rows)
            self._run.state = Run.State.NOT_VERIFIED if remaining else Run.State.VERIFIED
            self._run.ended_at = self._clock()
            self._run.save(update_fields=["state", "ended_at"])
            if not remaining:
                StepRun.objects.filter(run=self._run).update(keys_sealed=None)
            keep_remains(self._run, steps, erased if not remaining else None)
            self._say_verified(remaining, least(one.grade for one in erased.values()))

    def _say_verified(self, remaining: int, grade: Grade) -> None:
        stores = sorted({step.store for _, step in self._steps.values()})
        if remaining:
            self._log.append(
                EntryKind.RUN_NOT_VERIFIED,
                {
                    "run": self._run.id,
                    "reason": "rows_remain",
                    "remaining": remaining,
                    "stores": stores,
                },
            )
            return
        rows = sum(StepRun.objects.filter(run=self._run).values_list("rows", flat=True))
        self._log.append(
            EntryKind.RUN_VERIFIED,
            {"run": self._run.id, "rows": rows, "stores": stores, "grade": grade.value},
        )
