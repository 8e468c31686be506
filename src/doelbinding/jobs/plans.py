"""Plans kept: recorded, written to a file, found again, approved; each said in evidence once."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.db import transaction

from doelbinding.evidence.commitment import commit
from doelbinding.evidence.schema import EntryKind, instant
from doelbinding.plan import document as plans
from doelbinding.plan.model import KeySets, Plan, PlanKind
from doelbinding.plan.ports import Obstacle
from doelbinding.records.models import PlanRecord, Request, Restore
from doelbinding.records.plans import approve, find_plan, record_plan, record_policy
from doelbinding.records.plans import read_plan as read_recorded
from doelbinding.wiring import Workspace

_OCCASION = {
    PlanKind.RETENTION: "retention",
    PlanKind.ERASURE: "request",
    PlanKind.REAPPLY: "reapply",
    PlanKind.RECTIFICATION: "request",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MadePlan:
    """A plan with its fingerprint and file; if of retention, `about` which stores it is.

    `draft` has the steps too that would find nothing now.
    """

    plan: Plan
    fingerprint: str
    file: Path
    obstacles: tuple[Obstacle, ...] = ()
    about: frozenset[str] = frozenset()
    draft: Plan | None = None


def digest_secret(workspace: Workspace) -> bytes:
    """Give the secret under which key sets are digested in plans."""
    return workspace.records.sealer.keyed_hash("plan keys")


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
            return find_plan(plans.fingerprint_of(path.read_bytes())).fingerprint
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
