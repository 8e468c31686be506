"""Requests of data subjects: received, searched, decided, answered, with everything recorded."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from doelbinding.binding.circumstances import Hold, HoldKind, Key, Restriction, Subjects
from doelbinding.evidence.commitment import commit
from doelbinding.evidence.schema import EntryKind, instant
from doelbinding.jobs.retention import (
    MadePlan,
    apply_plan,
    approve_plan,
    digest_secret,
    keep_plan,
    planner_at,
)
from doelbinding.law.clock import answer_deadline
from doelbinding.plan.identifiers import Identifier
from doelbinding.plan.run import Bound, Outcome, Progress
from doelbinding.plan.survey import surveyed
from doelbinding.policy.organisation import Controller
from doelbinding.policy.vocabulary import Right
from doelbinding.records.models import HoldRecord, Request, RestrictionRecord
from doelbinding.records.said import in_force, record_hold, record_restriction, record_stop
from doelbinding.rights.answer import (
    Case,
    write_access,
    write_erasure_letter,
    write_portability,
)
from doelbinding.rights.erasure import (
    Claim,
    ErasureDecision,
    decide_phases,
    fates_of,
    stops_for,
    with_stops,
)
from doelbinding.rights.inventory import Inventory, take_inventory
from doelbinding.rights.locate import Found, Locator
from doelbinding.wiring import Workspace

_EVIDENCE_RIGHT = {Right.HUMAN_REVIEW: "automated_decision", Right.WITHDRAW_CONSENT: "withdrawal"}


class NoSuchController(Exception):
    """The policy has no controller of that id."""


class NobodyFound(Exception):
    """Nothing was found of the person, so there is nothing to keep or restrict."""


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


def find(workspace: Workspace, asked: Asked) -> Found:
    """Search every store of a controller for a person."""
    locator = Locator(
        policy=workspace.policy,
        controller=asked.controller,
        stores=workspace.stores,
        at=asked.at,
    )
    return locator.find(asked.identifiers, asked.include)


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


def seal(workspace: Workspace, request: Request, subjects: Subjects, rows: int) -> None:
    """Keep everything that matches until the request is answered."""
    if not subjects:
        return
    records = workspace.records
    hold = Hold(
        id=f"{request.id}-seal",
        controller=request.controller,
        kind=HoldKind.SEAL,
        subjects=subjects,
        review_on=request.due_on,
    )
    record_hold(
        hold,
        reason="a request for access or portability is being answered",
        owner="doelbinding",
        set_at=request.received_at,
        request=request,
        sealer=records.sealer,
    )
    records.log.append(
        EntryKind.REQUEST_SEALED,
        {
            "case": _case(request),
            "controller": request.controller,
            "rows": rows,
            "hold": hold.id,
        },
    )


def _case(request: Request) -> str:
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


def answer_access(
    workspace: Workspace, asked: Asked, right: Right, out: Path
) -> tuple[Request, Inventory, tuple[Path, ...]]:
    """Receive a request for access or portability, seal, search and write the answer's folder.

    The seal stays until the answer is given (`close`).
    """
    request = receive(workspace, asked, right)
    found = find(workspace, asked)
    seal(workspace, request, found.subjects, len(found.rows))
    inventory = inventory_of(workspace, asked, found)
    case = case_of(request, asked.controller, asked.at.date())
    write = write_access if right is Right.ACCESS else write_portability
    files = write(out / request.id, policy=workspace.policy, case=case, inventory=inventory)
    workspace.records.checkpoint()
    return request, inventory, files


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
    _answered(workspace, request, outcome, now)
    entries: list[tuple[EntryKind, dict[str, object]]] = [
        (
            EntryKind.HOLD_LIFTED,
            {
                "hold": hold.id,
                "controller": hold.controller,
                "reason": "request_answered",
                "case": _case(request),
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
                "case": _case(request),
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


def _answered(
    workspace: Workspace, request: Request, outcome: str, now: datetime, **facts: object
) -> None:
    request.answered_at = now
    request.outcome = outcome
    request.save(update_fields=["answered_at", "outcome"])
    workspace.records.log.append(
        EntryKind.REQUEST_ANSWERED,
        {
            "case": _case(request),
            "controller": request.controller,
            "outcome": outcome,
            "right": _EVIDENCE_RIGHT.get(Right(request.right), request.right),
            **facts,
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureDraft:
    """A request for erasure decided, before anything is recorded or changed."""

    found: Found
    before: Inventory
    decision: ErasureDecision


def draft_erasure(
    workspace: Workspace,
    asked: Asked,
    claim: Claim,
    case: str = "case",
) -> ErasureDraft:
    """Decide a request for erasure; change nothing."""
    found = find(workspace, asked)
    before = inventory_of(workspace, asked, found)
    phases = decide_phases(before, claim)
    stops = tuple(stops_for(phases, asked.controller, found.subjects, case, asked.at))
    under = take_inventory(
        policy=workspace.policy,
        controller=asked.controller,
        found=found,
        stores=workspace.stores,
        circumstances=with_stops(in_force(workspace.records.sealer), stops),
        at=asked.at,
    )
    decision = ErasureDecision(
        phases=phases,
        stops=stops,
        suspended=tuple(p for p in phases if p.decision.suspends),
        fates=tuple(fates_of(under, phases)),
    )
    return ErasureDraft(found=found, before=before, decision=decision)


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """A request for erasure carried out."""

    request: Request
    plan: MadePlan
    outcome: Outcome
    left: Found
    verified: bool
    files: tuple[Path, ...]


def erase(
    workspace: Workspace,
    asked: Asked,
    claim: Claim,
    *,
    by: str,
    out: Path,
    progress: Progress = lambda _step, _rows: None,
) -> Erased:
    """Receive a request for erasure, stop what it ends, run the plan, search again, answer."""
    records = workspace.records
    request = receive(workspace, asked, Right.ERASURE)
    draft = draft_erasure(workspace, asked, claim, case=request.id)
    _record_decision(workspace, request, draft)
    planner = planner_at(workspace, asked.at)
    keys = planner.about(draft.found.subjects).key_sets
    steps = planner.of_subject(
        workspace.fingerprint, draft.found.subjects, asked.controller, request.id
    )
    plan = surveyed(steps, workspace.stores, keys, digest_secret(workspace))
    made = keep_plan(workspace, plan, keys, bytes(request.salt))
    approve_plan(workspace, made.fingerprint, by)
    outcome = apply_plan(workspace, made.fingerprint, bound=Bound(), progress=progress)
    left = find(workspace, asked)
    verified = outcome.verified and not list(_unexpected(left, draft))
    case = case_of(request, asked.controller, datetime.now(UTC).date())
    files = write_erasure_letter(
        out / request.id,
        policy=workspace.policy,
        case=case,
        inventory=draft.before,
        decision=draft.decision,
        verified=verified,
    )
    kept = sum(1 for fate in draft.decision.fates if not fate.erased)
    if verified and not draft.decision.suspended:
        rows = sum(outcome.changed.values())
        answer = (
            "nothing_found" if not draft.found.rows else "partly_granted" if kept else "granted"
        )
        _answered(workspace, request, answer, datetime.now(UTC), rows=rows, kept=kept)
    records.checkpoint()
    return Erased(
        request=request, plan=made, outcome=outcome, left=left, verified=verified, files=files
    )


def _record_decision(workspace: Workspace, request: Request, draft: ErasureDraft) -> None:
    """Record the stops, and the restriction of what is still weighed, before anything goes."""
    records = workspace.records
    person = commit(bytes(request.salt), "person")
    for stop in draft.decision.stops:
        record_stop(stop, request, records.sealer)
        records.log.append_many(
            (
                EntryKind.STOP_SET,
                {
                    "person": person,
                    "controller": stop.controller,
                    "activity": phase.partition("/")[0],
                    "phase": phase.partition("/")[2],
                    "reason": "marketing_objection" if stop.kind.lasts else "erasure",
                    "case": _case(request),
                },
            )
            for phase in sorted(stop.phases)
        )
    if draft.decision.suspended:
        restriction = Restriction(
            id=f"{request.id}-restriction",
            controller=request.controller,
            subjects=draft.found.subjects,
            phases=frozenset(phase.name for phase in draft.decision.suspended),
        )
        record_restriction(
            restriction,
            ground="objection_pending",
            set_at=request.received_at,
            request=request,
            sealer=records.sealer,
        )
        records.log.append(
            EntryKind.RESTRICTION_SET,
            {
                "person": person,
                "controller": request.controller,
                "reason": "objection_pending",
                "case": _case(request),
            },
        )


def _unexpected(left: Found, draft: ErasureDraft) -> Iterator[tuple[str, Key, str]]:
    """Yield the values that searching again still found and the decision said would go."""
    gone = {
        (fate.row.place.ref, fate.row.key, fate.value.column.name)
        for fate in draft.decision.fates
        if fate.erased
    }
    for row in left.rows:
        for column in row.place.dataset.personal_columns:
            held = row.row[column.name]
            mark = (row.place.ref, row.key, column.name)
            if mark in gone and held not in (None, "", column.replace_with):
                yield mark


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
        raise NobodyFound("nothing was found of this person, so there is nothing to hold")
    hold = Hold(
        id=f"hold-{secrets.token_hex(4)}",
        controller=asked.controller.id,
        kind=kind,
        subjects=found.subjects,
        review_on=review_on,
    )
    record_hold(
        hold, reason=reason, owner=owner, set_at=asked.at, request=None, sealer=records.sealer
    )
    review = datetime(review_on.year, review_on.month, review_on.day, tzinfo=UTC)
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
    """Lift a hold.

    Raises:
        NoSuchCase: there is no hold of that id in force.
    """
    records = workspace.records
    held = HoldRecord.objects.filter(id=hold_id, lifted_at=None).first()
    if held is None:
        raise NoSuchCase(f"there is no hold {hold_id!r} in force")
    inquiry = held.kind == HoldKind.INQUIRY
    reason = "set_in_error" if in_error else "inquiry_ended" if inquiry else "claim_ended"
    held.lifted_at = datetime.now(UTC)
    held.save(update_fields=["lifted_at"])
    records.log.append(
        EntryKind.HOLD_LIFTED,
        {"hold": hold_id, "controller": held.controller, "reason": reason},
    )
    records.checkpoint()
