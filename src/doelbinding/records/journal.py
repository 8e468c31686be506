"""A run's journal in the records and the evidence log: fulfils `plan.run.Journal`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from django.db import transaction

from doelbinding.binding.circumstances import Key
from doelbinding.evidence.log import Log
from doelbinding.evidence.schema import EntryKind
from doelbinding.plan.model import Plan, Step
from doelbinding.records.envelope import Sealer
from doelbinding.records.models import LedgerEntry, Run, StepRun


class Clock(Protocol):
    """Gives the present instant."""

    def __call__(self) -> datetime:
        """Give the present instant, aware."""
        ...


class RecordedJournal:
    """Intent before, outcome after, each with its entry of evidence."""

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
        self._log = log
        self._sealer = sealer
        self._clock = clock
        self._ledger_ends = ledger_ends

    def _record(self, step: str) -> StepRun:
        return StepRun.objects.get(run=self._run, step=step)

    def sealed_keys(self, step: str) -> list[Key] | None:
        """Give the keys sealed for a step, if they were."""
        envelope = self._record(step).keys_sealed
        if envelope is None:
            return None
        return [tuple(key) for key in self._sealer.open("sealed keys", envelope)]

    def seal(self, step: str, keys: Sequence[Key]) -> None:
        """Keep a step's keys, encrypted, until the run is verified."""
        envelope = self._sealer.seal("sealed keys", [list(key) for key in keys])
        StepRun.objects.filter(run=self._run, step=step).update(keys_sealed=envelope)

    def done_rows(self, step: str) -> int | None:
        """Give how many rows a step has changed; none if it never started."""
        record = self._record(step)
        return None if record.state == StepRun.State.WAITING else record.rows

    def intend(self, step: str) -> None:
        """Record that a step starts, once."""
        waiting = StepRun.objects.filter(run=self._run, step=step, state=StepRun.State.WAITING)
        if not waiting.update(state=StepRun.State.INTENDED):
            return
        number, planned = self._steps[step]
        self._log.append(
            EntryKind.STEP_INTENDED,
            {
                "run": self._run.id,
                "step": number,
                "store": planned.store,
                "dataset": planned.dataset,
                "action": planned.deed.value,
                "rows": planned.expected,
                "activities": sorted({reason.activity for reason in planned.reasons}),
            },
        )

    def changed(self, step: Step, keys: Sequence[Key]) -> None:
        """Record the rows that a committed batch changed, with their entries in the ledger."""
        with transaction.atomic():
            record = self._record(step.id)
            record.rows += len(keys)
            record.save(update_fields=["rows"])
            LedgerEntry.objects.bulk_create(
                LedgerEntry(
                    run=self._run,
                    step=step.id,
                    store=step.store,
                    dataset=step.dataset,
                    row_hash=self._sealer.keyed_hash(step.store, step.dataset, key),
                    ends_on=self._ledger_ends.get(step.store),
                )
                for key in keys
            )

    def finished(self, step: str) -> None:
        """Record that a step found no more rows, once."""
        record = self._record(step)
        if record.state == StepRun.State.FINISHED:
            return
        record.state = StepRun.State.FINISHED
        record.save(update_fields=["state"])
        number, _ = self._steps[step]
        self._log.append(
            EntryKind.STEP_DONE, {"run": self._run.id, "step": number, "rows": record.rows}
        )

    def interrupted(self, step: str) -> None:
        """Record that it is unknown whether the last batch of a step was committed."""
        record = self._record(step)
        record.state = StepRun.State.UNKNOWN
        record.save(update_fields=["state"])
        number, _ = self._steps[step]
        self._log.append(
            EntryKind.STEP_UNKNOWN,
            {"run": self._run.id, "step": number, "reason": "connection_lost", "rows": record.rows},
        )

    def verified(self, left: Mapping[str, int]) -> None:
        """Record what reading back found; at nothing left, sealed keys are destroyed."""
        remaining = sum(left.values())
        with transaction.atomic():
            for step, rows in left.items():
                StepRun.objects.filter(run=self._run, step=step).update(left=rows)
            self._run.state = Run.State.NOT_VERIFIED if remaining else Run.State.VERIFIED
            self._run.ended_at = self._clock()
            self._run.save(update_fields=["state", "ended_at"])
            if not remaining:
                StepRun.objects.filter(run=self._run).update(keys_sealed=None)
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
            {"run": self._run.id, "rows": rows, "stores": stores, "grade": "deleted"},
        )
