"""The tables of the records.

`*_sealed` fields are AES-GCM envelopes (`records.envelope`): people's keys and identifiers are
never in the clear here.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class PolicyVersion(models.Model):
    """A policy under its fingerprint; never changed once recorded (R-0.3)."""

    fingerprint = models.CharField(max_length=64, primary_key=True)
    number = models.CharField(max_length=80)
    effective_on = models.DateField()
    document = models.BinaryField()
    recorded_at = models.DateTimeField()


class Publication(models.Model):
    """A published site: which version, when, and the digest of each of its files."""

    policy = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT)
    published_at = models.DateTimeField()
    manifest = models.JSONField()


class Request(models.Model):
    """A data subject's request to one controller (a case).

    `salt` severs the evidence from the person when it is destroyed with the case. `asked_sealed` is
    who asks and what is claimed. `asked_mark` is a keyed hash of that while the case is open: the
    same request, made again, is the same case. `listed_mark` is one of the list that named the
    person, and of the person: the same list, given again, knows whom it has dealt with.
    """

    id = models.CharField(max_length=40, primary_key=True)
    controller = models.CharField(max_length=80)
    right = models.CharField(max_length=40)
    language = models.CharField(max_length=10)
    received_at = models.DateTimeField()
    due_on = models.DateField()
    salt = models.BinaryField()
    asked_sealed = models.BinaryField()
    asked_mark = models.BinaryField(null=True, unique=True)
    listed_mark = models.BinaryField(null=True, db_index=True)
    answered_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=40, blank=True)


class Restore(models.Model):
    """A store that was restored from a backup, being put right; open until that is verified.

    Its plans are made as of `at`, so that whoever goes on after a death makes the same ones. What
    was found when it began is kept, since little of it is there any more when it ends: `stood_at`
    is when the last correction was made that stood then, so the backup is no older.
    """

    store = models.CharField(max_length=80)
    at = models.DateTimeField()
    returned = models.PositiveBigIntegerField()
    rectified = models.PositiveBigIntegerField()
    unsure = models.PositiveBigIntegerField()
    stood_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """One at a time of a store."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["store"],
                condition=models.Q(ended_at=None),
                name="one_open_restore_per_store",
            )
        ]


class PlanRecord(models.Model):
    """A plan under its fingerprint, with the key sets its predicates refer to."""

    fingerprint = models.CharField(max_length=64, primary_key=True)
    kind = models.CharField(max_length=20)
    policy = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT)
    request = models.ForeignKey(Request, null=True, on_delete=models.PROTECT)
    restore = models.ForeignKey(Restore, null=True, on_delete=models.PROTECT)
    document = models.BinaryField()
    keys_sealed = models.BinaryField()
    made_at = models.DateTimeField()


class Approval(models.Model):
    """Somebody's approval of a plan: of its fingerprint, so of every step in it."""

    plan = models.OneToOneField(PlanRecord, on_delete=models.PROTECT)
    approved_by = models.CharField(max_length=120)
    approved_at = models.DateTimeField()


class Run(models.Model):
    """A plan being carried out; one per plan, resumed until it is verified."""

    class State(models.TextChoices):
        """How far a run has come."""

        RUNNING = "running"
        VERIFIED = "verified"
        NOT_VERIFIED = "not-verified"

    id = models.CharField(max_length=40, primary_key=True)
    plan = models.OneToOneField(PlanRecord, on_delete=models.PROTECT)
    state = models.CharField(max_length=20, choices=State.choices, default=State.RUNNING)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)


class Decision(models.Model):
    """A request for erasure decided: its plan, and what is needed to finish when a process dies.

    A case has several when rows appeared while it was carried out, or a claim was weighed.
    `file_sealed` holds the letters and what should be gone, until the decision is `verified`; of a
    rectification whose plan grew old, what its letter is still to tell.
    `weighed` are the phases (`activity/phase`) that are suspended by it.
    """

    request = models.ForeignKey(Request, on_delete=models.CASCADE)
    number = models.PositiveSmallIntegerField()
    plan = models.OneToOneField(PlanRecord, on_delete=models.PROTECT)
    decided_at = models.DateTimeField()
    weighed = models.JSONField(default=list)
    kept = models.PositiveBigIntegerField(default=0)
    found = models.PositiveBigIntegerField(default=0)
    file_sealed = models.BinaryField(null=True)
    verified = models.BooleanField(null=True)

    class Meta:
        """Decisions of a case are numbered from 1."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["request", "number"], name="one_decision_per_number")
        ]


class StepRun(models.Model):
    """How far one step of a run has come; `keys_sealed` until the run is verified.

    `found` is how many rows the step found when it started: with what it finds when it is resumed,
    it tells exactly how many were changed, whenever the process died.
    """

    class State(models.TextChoices):
        """Intent is recorded before, outcome after; unknown when a connection died."""

        WAITING = "waiting"
        INTENDED = "intended"
        FINISHED = "finished"
        UNKNOWN = "unknown"

    run = models.ForeignKey(Run, on_delete=models.CASCADE)
    step = models.CharField(max_length=20)
    state = models.CharField(max_length=20, choices=State.choices, default=State.WAITING)
    rows = models.PositiveBigIntegerField(default=0)
    found = models.PositiveBigIntegerField(null=True)
    left = models.PositiveBigIntegerField(null=True)
    keys_sealed = models.BinaryField(null=True)

    class Meta:
        """One record per step of a run."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "step"], name="one_record_per_step")
        ]


class Said(models.Model):
    """What all stops, holds and restrictions have: a controller, people, and an end."""

    id = models.CharField(max_length=60, primary_key=True)
    controller = models.CharField(max_length=80)
    subjects_sealed = models.BinaryField()
    request = models.ForeignKey(Request, null=True, on_delete=models.PROTECT)
    set_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        """A base for the three tables below, not one itself."""

        abstract = True


class StopRecord(Said):
    """A stop: phases (`activity/phase`) that ended for some people at one controller."""

    kind = models.CharField(max_length=40)
    phases = models.JSONField()


class HoldRecord(Said):
    """A hold: rows that stay whatever else ends, with its reason, owner and review date."""

    kind = models.CharField(max_length=40)
    reason = models.CharField(max_length=400)
    owner = models.CharField(max_length=120)
    review_on = models.DateField()


class RestrictionRecord(Said):
    """A restriction (Art. 18): values kept and not otherwise used, of some phases or of all.

    `columns` (`store.dataset.column`) are those whose values it is of; none: it keeps whole rows.
    """

    phases = models.JSONField(default=list)
    columns = models.JSONField(default=list)
    ground = models.CharField(max_length=40)


class Remains(models.Model):
    """What a run deleted from a store and a later purge is still to take out of its files.

    `gone_by` is when it was deleted at the latest; from `again_at` on the store may come further.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE)
    store = models.CharField(max_length=80)
    datasets = models.JSONField()
    gone_by = models.DateTimeField()
    again_at = models.DateTimeField()

    class Meta:
        """One per store of a run."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "store"], name="one_remains_per_run_and_store")
        ]


class LedgerEntry(models.Model):
    """A row that was changed, as a keyed hash, so that it can be done again after a restore.

    `ends_on` is when the last backup that could bring the value back is gone.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE)
    step = models.CharField(max_length=20)
    store = models.CharField(max_length=80)
    dataset = models.CharField(max_length=80)
    row_hash = models.BinaryField()
    ends_on = models.DateField(null=True)

    class Meta:
        """Found by the row when a backup is replayed, and by the date when entries end."""

        indexes: ClassVar = [
            models.Index(fields=["store", "dataset", "row_hash"]),
            models.Index(fields=["ends_on"]),
        ]


class Rectification(models.Model):
    """A value that was corrected, so that it can be corrected again after a restore (R-IX.2).

    `value_sealed` holds the row's key, a keyed hash of the wrong value and the right value, until
    `ends_on`, when the last backup with the wrong one is gone. Then, or where nothing says how long
    backups exist, only the keyed hash of the row is left: a human has to look.
    """

    request = models.ForeignKey(Request, on_delete=models.PROTECT)
    store = models.CharField(max_length=80)
    dataset = models.CharField(max_length=80)
    column = models.CharField(max_length=120)
    row_hash = models.BinaryField()
    value_sealed = models.BinaryField(null=True)
    corrected_at = models.DateTimeField()
    ends_on = models.DateField(null=True)

    class Meta:
        """Found by store after a restore, by row when that is erased, by date when it ends."""

        indexes: ClassVar = [
            models.Index(fields=["store", "dataset", "row_hash"]),
            models.Index(fields=["ends_on"]),
        ]


class EvidenceEntry(models.Model):
    """An entry of the evidence log, by its place; never changed, never removed."""

    index = models.PositiveBigIntegerField(primary_key=True)
    data = models.BinaryField()
    hash = models.BinaryField()


class EvidenceCheckpoint(models.Model):
    """A signed checkpoint of the log and the frontier from which the next one grows."""

    size = models.PositiveBigIntegerField(primary_key=True)
    note = models.TextField()
    peaks = models.BinaryField()
