"""Requests of data subjects: received, searched, closed, with everything recorded."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db import transaction

from doelbinding.binding.circumstances import Key
from doelbinding.evidence.commitment import commit
from doelbinding.evidence.schema import EntryKind, instant
from doelbinding.jobs.judging import judged
from doelbinding.law.clock import answer_deadline
from doelbinding.law.rights import ErasureGround
from doelbinding.plan.identifiers import Identifier
from doelbinding.policy.organisation import Controller
from doelbinding.policy.vocabulary import Right
from doelbinding.records.models import Decision, HoldRecord, Request
from doelbinding.rights.answer import (
    Case,
)
from doelbinding.rights.found import Found
from doelbinding.rights.inventory import Inventory
from doelbinding.rights.locate import Locator
from doelbinding.rights.phases import Claim
from doelbinding.wiring import Workspace

NO_CLAIM = Claim()
_CARRIED_OUT = {Right.ERASURE.value, Right.RECTIFICATION.value, Right.RESTRICTION.value}
_EVIDENCE_RIGHT = {Right.HUMAN_REVIEW: "automated_decision", Right.WITHDRAW_CONSENT: "withdrawal"}


class NoSuchController(Exception):
    """The policy has no controller of that id."""


class NoSuchCase(Exception):
    """The records have no such request, or it was answered already."""


class CaseDecided(Exception):
    """The same request is open, decided on other words."""


class NotDecided(Exception):
    """The case is not to be answered in this way, or not yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Who asks what of whom: identifiers and what a human said of ambiguous rows.

    `listed` is by which mark a list that names the person knows the case again; `theirs` are rows
    that the case has been decided on as the person's, whose names may be gone by now.
    """

    controller: Controller
    identifiers: tuple[Identifier, ...]
    include: tuple[tuple[str, Key], ...] = ()
    language: str | None = None
    at: datetime
    listed: bytes | None = None
    theirs: tuple[tuple[str, Key], ...] = ()


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
    return locator.find(asked.identifiers, asked.include, asked.theirs, again=again)


def inventory_of(workspace: Workspace, asked: Asked, found: Found) -> Inventory:
    """Say of everything found why it is there."""
    (taken,), _ = judged(workspace, asked.controller, asked.at, [found])
    return taken


def receive(
    workspace: Workspace,
    asked: Asked,
    right: Right,
    claim: Claim = NO_CLAIM,
    *,
    wants: Mapping[str, object] | None = None,
) -> Request:
    """Give the open case of this request, or record that it came in, with its deadline.

    The same request, made again while its case is open, is the same case (Art. 12(3)). Until it is
    decided, what is claimed and which rows a human includes are as last said.

    Args:
        workspace: the policy, its stores and records.
        asked: who asks, and of whom.
        right: under which right.
        claim: of a request for erasure, what is claimed.
        wants: of another request, what exactly is wanted, as JSON: with other wants it is another
            request.

    Raises:
        CaseDecided: the case was decided on another claim or on other rows.
    """
    records = workspace.records
    case, salt = f"case-{secrets.token_hex(4)}", secrets.token_bytes(32)
    due = answer_deadline(asked.at.date(), asked.controller.country)
    words = _document(asked, claim) | ({} if wants is None else {"wants": wants})
    with transaction.atomic():
        request, new = Request.objects.get_or_create(
            asked_mark=mark_of(workspace, asked, right, wants),
            defaults={
                "id": case,
                "controller": asked.controller.id,
                "right": right.value,
                "language": asked.language or asked.controller.languages[0],
                "received_at": asked.at,
                "due_on": due,
                "salt": salt,
                "listed_mark": asked.listed,
                "asked_sealed": records.sealer.seal("asked", words),
            },
        )
        if not new:
            _say_anew(workspace, request, words)
            if asked.listed is not None:
                request.listed_mark = asked.listed
                request.save(update_fields=["listed_mark"])
            return request
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


def _say_anew(workspace: Workspace, request: Request, words: dict[str, object]) -> None:
    sealer = workspace.records.sealer
    before = sealer.open("asked", request.asked_sealed)
    if {**before, "theirs": []} == words:
        return
    if Decision.objects.filter(request=request).exists():
        raise CaseDecided(
            f"{request.id} is open for the same person and was decided on another claim or other "
            f"rows: finish it with `doelbinding subject resume {request.id}`, or decide what is "
            f"weighed with `doelbinding subject answer {request.id}`"
        )
    request.asked_sealed = sealer.seal("asked", words)
    request.save(update_fields=["asked_sealed"])


def mark_of(
    workspace: Workspace, asked: Asked, right: Right, wants: Mapping[str, object] | None
) -> bytes:
    """Give what the same request, made again, has in common: right, controller, identifiers."""
    identifiers = sorted((i.kind, i.value) for i in asked.identifiers)
    exactly = () if wants is None else (json.dumps(wants, sort_keys=True),)
    return workspace.records.sealer.keyed_hash(
        "asked", right.value, asked.controller.id, identifiers, *exactly
    )


def _document(asked: Asked, claim: Claim) -> dict[str, object]:
    return {
        "identifiers": [[i.kind, i.value] for i in asked.identifiers],
        "include": [[ref, list(key)] for ref, key in asked.include],
        "theirs": [[ref, list(key)] for ref, key in asked.theirs],
        "ground": claim.ground and claim.ground.value,
        "established": claim.established,
        "compelling": dict(claim.compelling),
    }


def asked_in(workspace: Workspace, request: Request) -> tuple[Asked, Claim]:
    """Read back who asked what of whom, and what was claimed."""
    words = workspace.records.sealer.open("asked", request.asked_sealed)
    asked = Asked(
        controller=controller_of(workspace, request.controller),
        identifiers=tuple(Identifier(kind, value) for kind, value in words["identifiers"]),
        include=tuple((ref, tuple(key)) for ref, key in words["include"]),
        theirs=tuple((ref, tuple(key)) for ref, key in words.get("theirs", ())),
        language=request.language,
        at=request.received_at,
    )
    claim = Claim(
        ground=words["ground"] and ErasureGround(words["ground"]),
        established=words["established"],
        compelling=words["compelling"],
    )
    return asked, claim


def wanted_in(workspace: Workspace, request: Request) -> dict[str, Any]:
    """Read back what exactly was wanted."""
    wants: dict[str, Any] = workspace.records.sealer.open("asked", request.asked_sealed)["wants"]
    return wants


def keep_claim(workspace: Workspace, request: Request, asked: Asked, claim: Claim) -> None:
    """Record what the controller found of a claim, and which rows are the person's."""
    request.asked_sealed = workspace.records.sealer.seal("asked", _document(asked, claim))
    request.save(update_fields=["asked_sealed"])


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


def open_request(case_id: str) -> Request:
    """Give an open request by its id.

    Raises:
        NoSuchCase: there is none.
    """
    request = Request.objects.filter(id=case_id, answered_at=None).first()
    if request is None:
        raise NoSuchCase(f"there is no open request {case_id!r}")
    return request


def close(workspace: Workspace, case_id: str) -> Request:
    """Record that the answer was given, and lift its seal, together.

    Raises:
        NoSuchCase: there is no open request of that id.
        NotDecided: it is a request that is answered by carrying it out, such as erasure.
    """
    records = workspace.records
    now = datetime.now(UTC)
    with transaction.atomic():
        request = open_request(case_id)
        if request.right in _CARRIED_OUT:
            raise NotDecided(
                f"{case_id} is a request for {request.right}: `doelbinding subject resume "
                f"{case_id}` carries it out; what is weighed in a request for erasure is decided "
                "by --established or --refused WHY"
            )
        seals = HoldRecord.objects.filter(request=request, lifted_at=None)
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
        record_answer(workspace, request, "granted" if entries else "nothing_found", now)
        seals.update(lifted_at=now)
        records.log.append_many(entries)
    records.checkpoint()
    return request


def record_answer(
    workspace: Workspace, request: Request, outcome: str, now: datetime, **facts: object
) -> None:
    """Record that a request was answered, and how; the caller holds the transaction."""
    request.answered_at = now
    request.outcome = outcome
    request.asked_mark = None
    request.save(update_fields=["answered_at", "outcome", "asked_mark"])
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
