"""Policy versions, plans, approvals and runs, to and from the records."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from django.db import transaction

from doelbinding.plan import document as plans
from doelbinding.plan.model import KeySets, Plan
from doelbinding.policy.canonical import canonical_json
from doelbinding.policy.model import Policy
from doelbinding.records.envelope import Sealer, keys_as_json, keys_from_json
from doelbinding.records.models import (
    Approval,
    PlanRecord,
    PolicyVersion,
    Request,
    Restore,
    Run,
    StepRun,
)


class NotRecorded(Exception):
    """There is no such plan, policy or run in the records."""


class NotApproved(Exception):
    """The plan was not approved, so it does not run."""


def record_policy(policy: Policy, fingerprint: str, now: datetime) -> tuple[PolicyVersion, bool]:
    """Keep a policy under its fingerprint; says whether it is new."""
    return PolicyVersion.objects.get_or_create(
        fingerprint=fingerprint,
        defaults={
            "number": policy.version.number,
            "effective_on": policy.version.effective_on,
            "document": lambda: canonical_json(policy),
            "recorded_at": now,
        },
    )


def record_plan(
    plan: Plan, keys: KeySets, why: Request | Restore | None, now: datetime, sealer: Sealer
) -> tuple[PlanRecord, bool]:
    """Keep a plan and its key sets, for a request or a restore; says whether it is new."""
    return PlanRecord.objects.get_or_create(
        fingerprint=plans.fingerprint(plan),
        defaults={
            "kind": plan.kind,
            "policy_id": plan.policy,
            "request": why if isinstance(why, Request) else None,
            "restore": why if isinstance(why, Restore) else None,
            "document": plans.written(plan),
            "keys_sealed": sealer.seal("keys", keys_as_json(keys)),
            "made_at": now,
        },
    )


def find_plan(prefix: str) -> PlanRecord:
    """Give the plan whose fingerprint starts so.

    Raises:
        NotRecorded: there is none, or several.
    """
    found = list(PlanRecord.objects.filter(fingerprint__startswith=prefix.lower())[:2])
    if len(found) != 1:
        several = "several plans start" if found else "no plan starts"
        raise NotRecorded(f"{several} with {prefix!r}; `doelbinding plan` prints the fingerprint")
    return found[0]


def read_plan(record: PlanRecord, sealer: Sealer) -> tuple[Plan, KeySets]:
    """Give a recorded plan and its key sets.

    Raises:
        NotRecorded: the document no longer has the fingerprint it was recorded under.
    """
    document = bytes(record.document)
    if hashlib.sha256(document).hexdigest() != record.fingerprint:
        raise NotRecorded(
            f"plan {record.fingerprint[:12]} was changed in the records: make a new plan"
        )
    return plans.parse(document), keys_from_json(sealer.open("keys", record.keys_sealed))


def approve(record: PlanRecord, by: str, now: datetime) -> bool:
    """Approve a plan; says whether that is new."""
    _, new = Approval.objects.get_or_create(
        plan=record, defaults={"approved_by": by, "approved_at": now}
    )
    return new


def start_run(record: PlanRecord, plan: Plan, now: datetime) -> tuple[Run, bool]:
    """Give the run of an approved plan, a new one or the one to resume.

    Raises:
        NotApproved: nobody approved the plan.
    """
    if not Approval.objects.filter(plan=record).exists():
        raise NotApproved(f"plan {record.fingerprint[:12]} was not approved, so it does not run")
    with transaction.atomic():
        run, new = Run.objects.get_or_create(
            plan=record, defaults={"id": f"run-{secrets.token_hex(4)}", "started_at": now}
        )
        if new:
            StepRun.objects.bulk_create(StepRun(run=run, step=step.id) for step in plan.steps)
    return run, new
