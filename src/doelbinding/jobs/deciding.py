"""A request for erasure decided: stops, restriction, plan and approval in one transaction.

Whoever dies before it has changed nothing; whoever dies after it goes on from the records, which
hold the letters too, since what they tell of is gone by then.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction

from doelbinding.binding.circumstances import Circumstances, Restriction, Stop
from doelbinding.evidence.commitment import commit
from doelbinding.evidence.schema import EntryKind, instant
from doelbinding.jobs.judging import judged
from doelbinding.jobs.plans import approve_plan, digest_secret, enter_plan
from doelbinding.jobs.requests import (
    Asked,
    case_commitment,
    case_of,
    find,
    keep_claim,
)
from doelbinding.plan.grades import versions_kept
from doelbinding.plan.model import KeySets, Plan
from doelbinding.plan.survey import surveyed
from doelbinding.records.models import (
    Decision,
    Request,
    RestrictionRecord,
    Run,
    StepRun,
    StopRecord,
)
from doelbinding.records.said import in_force, record_restriction, record_stop, stop_in
from doelbinding.retention import drafts
from doelbinding.retention.drafts import Requested
from doelbinding.rights.answer import erasure_letter
from doelbinding.rights.erasure import ErasureDecision, Fate, Undecided, decide_requests
from doelbinding.rights.found import Found
from doelbinding.rights.inventory import Inventory
from doelbinding.rights.lasting import remembering
from doelbinding.rights.phases import Claim
from doelbinding.wiring import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureDraft:
    """A request for erasure decided, before anything is recorded or changed.

    `under` is what was said and is in force, with the stops and the restriction that follow.
    """

    found: Found
    before: Inventory
    decision: ErasureDecision
    under: Circumstances


def draft_erasure(
    workspace: Workspace,
    asked: Asked,
    claim: Claim,
    case: str = "case",
    *,
    request: str | None = None,
    since: datetime | None = None,
) -> ErasureDraft:
    """Decide a request for erasure; change nothing.

    Args:
        workspace: the policy, its stores and records.
        asked: who asks what of whom, and at which instant it is decided.
        claim: what is claimed, and what the controller says to it.
        case: by what the stops that follow are named.
        request: the case whose own restriction ends with this decision.
        since: when it was asked, if it was decided before: rows may be gone already.
    """
    found = find(workspace, asked, again=since is not None)
    untold = _untold(request) if since is not None else frozenset()
    (before,), said = judged(workspace, asked.controller, asked.at, [found], untold)
    undecided = Undecided(inventory=before, claim=claim, case=case, since=since)
    (decision,), said = decide_requests([undecided], _without_own(said, request))
    own = [one for one in in_force(workspace.records.sealer).stops if one.id in untold]
    said = replace(said, stops=(*said.stops, *own))
    restrictions = (*said.restrictions, *_restrictions(decision, found, asked, case))
    return ErasureDraft(
        found=found,
        before=before,
        decision=decision,
        under=replace(said, restrictions=restrictions),
    )


def was_carried_out(decision: Decision) -> bool:
    """Tell whether anything may have been done of a decision's plan, which a letter then tells."""
    run = Run.objects.filter(plan=decision.plan).first()
    if run is None:
        return False
    begun = StepRun.objects.filter(run=run).exclude(state=StepRun.State.WAITING)
    return run.state == Run.State.VERIFIED or begun.exists()


def _told(request_id: str | None) -> int:
    """Count the letters that decisions of a case have led to."""
    return sum(map(was_carried_out, Decision.objects.filter(request_id=request_id)))


def _untold(request_id: str | None) -> frozenset[str]:
    """Give the stops of a case, by their ids, if no letter has told of them."""
    if _told(request_id):
        return frozenset()
    return frozenset(StopRecord.objects.filter(request_id=request_id).values_list("id", flat=True))


def _without_own(said: Circumstances, request: str | None) -> Circumstances:
    """Give what is in force, less what a case restricted while its claim was weighed."""
    if request is None:
        return said
    own = set(RestrictionRecord.objects.filter(request_id=request).values_list("id", flat=True))
    kept = tuple(one for one in said.restrictions if one.id not in own)
    return replace(said, restrictions=kept)


def _restrictions(
    decision: ErasureDecision, found: Found, asked: Asked, case: str
) -> Iterator[Restriction]:
    if decision.suspended:
        yield Restriction(
            id=f"{case}-restriction",
            controller=asked.controller.id,
            subjects=found.subjects,
            phases=frozenset(phase.name for phase in decision.suspended),
        )


def decide(workspace: Workspace, request: Request, asked: Asked, claim: Claim, by: str) -> Decision:
    """Decide a case, or decide it anew, and record everything that follows at once.

    It is judged at the instant of `asked`; decided anew, it covers what was there when it came in.
    """
    number = Decision.objects.filter(request=request).count() + 1
    case = request.id if number == 1 else f"{request.id}-{number}"
    since = request.received_at if number > 1 else None
    draft = draft_erasure(workspace, asked, claim, case, request=request.id, since=since)
    plan, keys = _planned(workspace, asked, draft, case)
    file = workspace.records.sealer.seal("decision", _file(workspace, request, asked, draft))
    people = ((person.place.ref, person.key) for person in draft.found.people)
    theirs = tuple(dict.fromkeys((*asked.theirs, *people)))
    with transaction.atomic():
        keep_claim(workspace, request, replace(asked, theirs=theirs), claim)
        _end_restriction(workspace, request)
        _record_words(workspace, request, asked, draft, case)
        record = enter_plan(workspace, plan, keys, request)
        approve_plan(workspace, record.fingerprint, by)
        return Decision.objects.create(
            request=request,
            number=number,
            plan=record,
            decided_at=datetime.now(UTC),
            weighed=sorted(phase.name for phase in draft.decision.suspended),
            kept=sum(1 for fate in draft.decision.fates if not fate.ended and not fate.erased),
            found=len(draft.found.rows),
            file_sealed=file,
        )


def _planned(
    workspace: Workspace, asked: Asked, draft: ErasureDraft, case: str
) -> tuple[Plan, KeySets]:
    requested = Requested(subjects=draft.found.subjects, controller=asked.controller, case=case)
    drafted = drafts.draft_erasure(
        workspace.policy,
        workspace.fingerprint,
        asked.at,
        draft.under,
        requested,
        stores=workspace.stores,
    )
    plan = surveyed(drafted.plan, workspace.stores, drafted.keys, digest_secret(workspace))
    return plan, drafted.keys


def _file(
    workspace: Workspace, request: Request, asked: Asked, draft: ErasureDraft
) -> dict[str, Any]:
    """Give what is needed to finish: the letter in either outcome, and what should be gone."""
    number = _told(request.id) + 1
    case = case_of(request, asked.controller, datetime.now(UTC).date())
    versions = _versions(workspace, draft)
    letters = {
        outcome: erasure_letter(
            policy=workspace.policy,
            case=case,
            inventory=draft.before,
            decision=draft.decision,
            versions=versions,
            verified=verified,
            name="letter" if number == 1 else f"letter-{number}",
        )
        for outcome, verified in (("verified", True), ("unfinished", False))
    }
    return {
        "letters": letters,
        "rows": [[row.place.ref, list(row.key)] for row in draft.found.rows],
        "gone": [_mark(fate) for fate in draft.decision.fates if fate.erased],
    }


def _versions(workspace: Workspace, draft: ErasureDraft) -> dict[str, timedelta | None]:
    """Give per store how long it can show, as it was, what is to be erased."""
    datasets: dict[str, list[str]] = {}
    for store, dataset in dict.fromkeys(
        (fate.row.place.store.id, fate.row.place.dataset.id)
        for fate in draft.decision.fates
        if fate.erased
    ):
        datasets.setdefault(store, []).append(dataset)
    return {one: versions_kept(workspace.stores[one], ids) for one, ids in datasets.items()}


def _mark(fate: Fate) -> list[object]:
    return [fate.row.place.ref, list(fate.row.key), fate.value.column.name]


def _covers(one: Stop, other: Stop) -> bool:
    """Tell whether a stop that is recorded says all that another of the same case does."""
    return (
        (one.kind, one.set_at) == (other.kind, other.set_at)
        and one.phases >= other.phases
        and all(keys <= one.subjects.get(ref, frozenset()) for ref, keys in other.subjects.items())
        and all(one.ahead.get(ref) == held for ref, held in other.ahead.items())
    )


def _end_restriction(workspace: Workspace, request: Request) -> None:
    """Lift what was restricted while a claim was weighed: it is decided now."""
    now = datetime.now(UTC)
    weighed = RestrictionRecord.objects.filter(request=request, lifted_at=None)
    entry = {
        "person": commit(bytes(request.salt), "person"),
        "controller": request.controller,
        "informed": instant(now),
        "case": case_commitment(request),
    }
    workspace.records.log.append_many((EntryKind.RESTRICTION_LIFTED, entry) for _ in weighed)
    weighed.update(lifted_at=now)


def _record_words(
    workspace: Workspace, request: Request, asked: Asked, draft: ErasureDraft, case: str
) -> None:
    """Record the stops, and the restriction of what is weighed, before anything goes."""
    records = workspace.records
    about: dict[str, object] = {
        "person": commit(bytes(request.salt), "person"),
        "controller": request.controller,
        "case": case_commitment(request),
    }
    entries: list[tuple[EntryKind, dict[str, object]]] = []
    before = [stop_in(one, records.sealer) for one in StopRecord.objects.filter(request=request)]
    for stop in draft.decision.stops:
        if any(_covers(one, stop) for one in before):
            continue  # it was said by a decision that no letter told of
        record_stop(remembering(stop, asked.identifiers), request, records.sealer)
        if not stop.kind.ends_what_lives:
            continue
        reason = "marketing_objection" if stop.kind.lasts else "erasure"
        for name in sorted(stop.phases):
            activity, _, phase = name.partition("/")
            told = {**about, "activity": activity, "phase": phase, "reason": reason}
            entries.append((EntryKind.STOP_SET, told))
    for restriction in draft.under.restrictions:
        if restriction.id == f"{case}-restriction":
            record_restriction(
                restriction,
                ground="objection_pending",
                set_at=request.received_at,
                request=request,
                sealer=records.sealer,
            )
            told = {**about, "reason": "objection_pending"}
            entries.append((EntryKind.RESTRICTION_SET, told))
    records.log.append_many(entries)
