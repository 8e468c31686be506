"""Requests of data subjects: received, searched, closed, with everything recorded."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime

from doelbinding.binding.circumstances import Key
from doelbinding.evidence.commitment import commit
from doelbinding.evidence.schema import EntryKind, instant
from doelbinding.law.clock import answer_deadline
from doelbinding.plan.identifiers import Identifier
from doelbinding.policy.organisation import Controller
from doelbinding.policy.vocabulary import Right
from doelbinding.records.models import HoldRecord, Request, RestrictionRecord
from doelbinding.records.said import in_force
from doelbinding.rights.answer import (
    Case,
)
from doelbinding.rights.found import Found
from doelbinding.rights.inventory import Inventory, take_inventory
from doelbinding.rights.locate import Locator
from doelbinding.wiring import Workspace

_EVIDENCE_RIGHT = {Right.HUMAN_REVIEW: "automated_decision", Right.WITHDRAW_CONSENT: "withdrawal"}


class NoSuchController(Exception):
    """The policy has no controller of that id."""


class NoSuchCase(Exception):
    """The records have no such request, or it was answered already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Who asks what of whom: identifiers and what a human said of ambiguous rows."""

    controller: Controller
    identifiers: tuple[Identifier, ...]
    include: tuple[tuple[str, Key], ...] = ()
    language: str | None = None
    at: datetime


def controller_of(workspace: Workspace, controller_id: str) -> Controller:
    """Give a controller by id.

    Raises:
        NoSuchController: there is none; the message lists those there are.
    """
    try:
        return workspace.policy.controller_by_id[controller_id]
    except KeyError:
        known = ", ".join(workspace.policy.controller_by_id)
        raise NoSuchController(
            f"there is no controller {controller_id!r}; the policy has: {known}"
        ) from None


def find(workspace: Workspace, asked: Asked, *, again: bool = False) -> Found:
    """Search every store of a controller for a person; `again` after an erasure."""
    locator = Locator(
        policy=workspace.policy,
        controller=asked.controller,
        stores=workspace.stores,
        at=asked.at,
    )
    return locator.find(asked.identifiers, asked.include, again=again)


def inventory_of(workspace: Workspace, asked: Asked, found: Found) -> Inventory:
    """Say of everything found why it is there."""
    return take_inventory(
        policy=workspace.policy,
        controller=asked.controller,
        found=found,
        stores=workspace.stores,
        circumstances=in_force(workspace.records.sealer),
        at=asked.at,
    )


def receive(workspace: Workspace, asked: Asked, right: Right) -> Request:
    """Record that a request came in, with its deadline (Art. 12(3))."""
    records = workspace.records
    salt = secrets.token_bytes(32)
    case = f"case-{secrets.token_hex(4)}"
    due = answer_deadline(asked.at.date(), asked.controller.country)
    request = Request.objects.create(
        id=case,
        controller=asked.controller.id,
        right=right.value,
        language=asked.language or asked.controller.languages[0],
        received_at=asked.at,
        due_on=due,
        salt=salt,
        identifiers_sealed=records.sealer.seal(
            "identifiers", [[i.kind, i.value] for i in asked.identifiers]
        ),
    )
    records.log.append(
        EntryKind.REQUEST_RECEIVED,
        {
            "case": commit(salt, case),
            "controller": asked.controller.id,
            "right": _EVIDENCE_RIGHT.get(right, right.value),
            "due": instant(datetime(due.year, due.month, due.day, tzinfo=UTC)),
            "received": instant(asked.at),
        },
    )
    return request


def case_commitment(request: Request) -> str:
    """Give the commitment under which a request appears in evidence."""
    return commit(bytes(request.salt), request.id)


def case_of(request: Request, controller: Controller, answered_on: date) -> Case:
    """Give what an answer says of its request."""
    return Case(
        id=request.id,
        right=Right(request.right),
        controller=controller,
        language=request.language,
        received_on=request.received_at.date(),
        due_on=request.due_on,
        answered_on=answered_on,
    )


def close(workspace: Workspace, case_id: str) -> Request:
    """Record that the answer was given; its seal is lifted, and what it had weighed is weighed.

    Raises:
        NoSuchCase: there is no open request of that id.
    """
    records = workspace.records
    request = Request.objects.filter(id=case_id, answered_at=None).first()
    if request is None:
        raise NoSuchCase(f"there is no open request {case_id!r}")
    now = datetime.now(UTC)
    seals = HoldRecord.objects.filter(request=request, lifted_at=None)
    weighed = RestrictionRecord.objects.filter(request=request, lifted_at=None)
    outcome = "partly_granted" if weighed else "granted" if seals else "nothing_found"
    record_answer(workspace, request, outcome, now)
    entries: list[tuple[EntryKind, dict[str, object]]] = [
        (
            EntryKind.HOLD_LIFTED,
            {
                "hold": hold.id,
                "controller": hold.controller,
                "reason": "request_answered",
                "case": case_commitment(request),
            },
        )
        for hold in seals
    ]
    entries += [
        (
            EntryKind.RESTRICTION_LIFTED,
            {
                "person": commit(bytes(request.salt), "person"),
                "controller": restriction.controller,
                "informed": instant(now),
                "case": case_commitment(request),
            },
        )
        for restriction in weighed
    ]
    seals.update(lifted_at=now)
    weighed.update(lifted_at=now)
    if entries:
        records.log.append_many(entries)
    records.checkpoint()
    return request


def record_answer(
    workspace: Workspace, request: Request, outcome: str, now: datetime, **facts: object
) -> None:
    """Record that a request was answered, and how."""
    request.answered_at = now
    request.outcome = outcome
    request.save(update_fields=["answered_at", "outcome"])
    workspace.records.log.append(
        EntryKind.REQUEST_ANSWERED,
        {
            "case": case_commitment(request),
            "controller": request.controller,
            "outcome": outcome,
            "right": _EVIDENCE_RIGHT.get(Right(request.right), request.right),
            **facts,
        },
    )
