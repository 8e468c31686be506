"""Holds: what stays whatever else ends, with its reason, owner and review date."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, date, datetime

from django.db import transaction

from doelbinding.binding.circumstances import Hold, HoldKind
from doelbinding.binding.cutoff import local_day
from doelbinding.evidence.commitment import commit
from doelbinding.evidence.schema import EntryKind, instant
from doelbinding.jobs.requests import Asked, NoSuchCase, find
from doelbinding.policy.model import Policy
from doelbinding.records.models import HoldRecord
from doelbinding.records.said import record_hold
from doelbinding.rights.found import Found
from doelbinding.wiring import Workspace


class NobodyFound(Exception):
    """Nothing was found of the person, so there is nothing to keep or restrict."""


def nobody(found: Found, deed: str) -> str:
    """Say that nothing was found to hold, correct or restrict; and whether anything is in doubt."""
    said = f"nothing was found of this person, so there is nothing to {deed}"
    if not found.doubtful:
        return said
    return f"{said}; rows in doubt: {found.doubtful}, which `subject find` tells"


def set_hold(
    workspace: Workspace, asked: Asked, *, kind: HoldKind, reason: str, owner: str, review_on: date
) -> Hold:
    """Keep a person's rows at one controller whatever else ends.

    Raises:
        NobodyFound: there is nothing to keep.
    """
    records = workspace.records
    found = find(workspace, asked)
    if not found.rows:
        raise NobodyFound(nobody(found, "hold"))
    hold = Hold(
        id=f"hold-{secrets.token_hex(4)}",
        controller=asked.controller.id,
        kind=kind,
        subjects=found.subjects,
        review_on=review_on,
    )
    review = datetime(review_on.year, review_on.month, review_on.day, tzinfo=UTC)
    with transaction.atomic():
        record_hold(
            hold, reason=reason, owner=owner, set_at=asked.at, request=None, sealer=records.sealer
        )
        records.log.append(
            EntryKind.HOLD_SET,
            {
                "hold": hold.id,
                "controller": hold.controller,
                "reason": kind.value.replace("-", "_"),
                "owner": commit(records.sealer.keyed_hash("actor"), owner),
                "review": instant(review),
                "rows": len(found.rows),
            },
        )
    records.checkpoint()
    return hold


def lift_hold(workspace: Workspace, hold_id: str, *, in_error: bool) -> None:
    """Lift a hold; once only, whoever gives the same command again.

    Raises:
        NoSuchCase: there is no hold of that id.
    """
    records = workspace.records
    if HoldRecord.objects.filter(id=hold_id).exclude(lifted_at=None).exists():
        records.checkpoint()
        return
    with transaction.atomic():
        in_force = HoldRecord.objects.filter(id=hold_id, lifted_at=None)
        held = in_force.first()
        if held is None or not in_force.update(lifted_at=datetime.now(UTC)):
            raise NoSuchCase(f"there is no hold or restriction {hold_id!r}")
        inquiry = held.kind == HoldKind.INQUIRY
        reason = "set_in_error" if in_error else "inquiry_ended" if inquiry else "claim_ended"
        records.log.append(
            EntryKind.HOLD_LIFTED,
            {"hold": hold_id, "controller": held.controller, "reason": reason},
        )
    records.checkpoint()


def holds() -> Sequence[HoldRecord]:
    """Give the holds that somebody set and nobody lifted, those to be reviewed first in front."""
    set_by_hand = HoldRecord.objects.filter(lifted_at=None).exclude(kind=HoldKind.SEAL.value)
    return tuple(set_by_hand.order_by("review_on", "id"))


def to_review(policy: Policy, at: datetime) -> Sequence[HoldRecord]:
    """Give those whose day of review has come, where their controller is."""
    today = {one.id: local_day(at, one) for one in policy.controllers}
    return tuple(one for one in holds() if one.review_on <= today.get(one.controller, at.date()))
