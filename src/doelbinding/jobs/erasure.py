"""Requests for erasure: decided phase by phase, carried out, searched again (Art. 17; R-IX.3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from doelbinding.binding.circumstances import Key, Restriction
from doelbinding.evidence.commitment import commit
from doelbinding.evidence.schema import EntryKind
from doelbinding.jobs.requests import (
    Asked,
    case_commitment,
    case_of,
    find,
    inventory_of,
    receive,
    record_answer,
)
from doelbinding.jobs.retention import (
    MadePlan,
    apply_plan,
    approve_plan,
    digest_secret,
    insist_not_to_come,
    keep_plan,
    planner_at,
)
from doelbinding.plan.run import Bound, Outcome, Progress
from doelbinding.plan.survey import surveyed
from doelbinding.policy.vocabulary import Right
from doelbinding.records.models import Request
from doelbinding.records.said import in_force, record_restriction, record_stop
from doelbinding.rights.answer import (
    write_erasure_letter,
)
from doelbinding.rights.erasure import (
    Claim,
    ErasureDecision,
    decide_phases,
    fates_of,
    stops_for,
    with_stops,
)
from doelbinding.rights.found import Found
from doelbinding.rights.inventory import Inventory, take_inventory
from doelbinding.wiring import Workspace


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
    insist_not_to_come(asked.at)
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
    left = find(workspace, asked, again=True)
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
        record_answer(workspace, request, answer, datetime.now(UTC), rows=rows, kept=kept)
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
                    "case": case_commitment(request),
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
                "case": case_commitment(request),
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
