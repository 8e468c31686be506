"""Requests for rectification: decided, run as a plan, read back, answered (Art. 16, 19; R-IX.2).

Plan, right values (sealed) and letter are recorded together before anything is changed: whoever
dies goes on from there with the same case. Once it is answered the right values are kept for
`reapply` only, and no longer than a backup can bring the wrong ones back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from doelbinding.binding.circumstances import Key, Subjects
from doelbinding.binding.paths import place
from doelbinding.jobs.applying import apply_plan, give_up, ledger_ends
from doelbinding.jobs.corrections import forget_values, plan_of, rehearse, was_hash
from doelbinding.jobs.grounds import PlanStale, insist_not_to_come
from doelbinding.jobs.holds import NobodyFound, nobody
from doelbinding.jobs.plans import approve_plan, enter_plan, read_plan, write_plan
from doelbinding.jobs.requests import (
    Asked,
    NoSuchCase,
    asked_in,
    case_of,
    find,
    inventory_of,
    mark_of,
    open_request,
    receive,
    record_answer,
    wanted_in,
)
from doelbinding.jobs.restrictions import Kept, kept_of
from doelbinding.plan.identifiers import Identifier
from doelbinding.plan.model import (
    KeySets,
    Plan,
)
from doelbinding.plan.run import Bound, Outcome, Surprise
from doelbinding.policy.vocabulary import Right
from doelbinding.records.alone import alone
from doelbinding.records.models import (
    Decision,
    PlanRecord,
    Rectification,
    Request,
    StepRun,
    StopRecord,
)
from doelbinding.records.said import said_of, stop_in
from doelbinding.rights import correction, rectification
from doelbinding.rights.answer import rectification_letter, write_private
from doelbinding.rights.correction import Correction
from doelbinding.rights.found import Found, FoundRow, InDoubt, Person
from doelbinding.rights.lasting import remembering
from doelbinding.rights.rectification import Correcting
from doelbinding.wiring import Workspace

MOST_PASSES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be corrected: values, in which rows, and whether wherever else they stand."""

    values: tuple[correction.Asked, ...]
    rows: tuple[tuple[str, Key], ...] = ()
    everywhere: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rectified:
    """A request for rectification carried out, as far as it could be."""

    request: Request
    plans: tuple[Plan, ...]
    outcomes: tuple[Outcome, ...]
    verified: bool
    files: tuple[Path, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A request for rectification before anything is recorded or changed."""

    found: Found
    correcting: Correcting
    plan: Plan
    keys: KeySets
    kept: Sequence[Kept]


def draft(workspace: Workspace, asked: Asked, wanted: Wanted) -> Draft:
    """Say what would be corrected; change nothing.

    Raises:
        NobodyFound: nothing was found of the person.
        NotCorrectable: what is asked cannot be.
    """
    found = find(workspace, asked)
    if not found.rows:
        raise NobodyFound(nobody(found, "correct"))
    correcting = rectification.correcting(
        workspace.policy,
        asked.controller,
        found,
        wanted.values,
        wanted.rows,
        everywhere=wanted.everywhere,
    )
    plan, keys = plan_of(workspace, correcting.corrections, asked.at, None)
    kept = kept_of(workspace, asked.controller.id, found.subjects)
    return Draft(found=found, correcting=correcting, plan=plan, keys=keys, kept=kept)


def rectify(workspace: Workspace, asked: Asked, wanted: Wanted, *, by: str, out: Path) -> Rectified:
    """Receive a request for rectification, run its plan, read back, answer.

    Raises:
        NotCorrectable: what is asked cannot be, or a database does not take a value.
        Stopped, StoreError: see `plan.run.run`; the same request goes on from there.
    """
    insist_not_to_come(asked.at)
    request = known_case(workspace, asked, wanted)
    if request is None:
        first = draft(workspace, asked, wanted)
        rehearse(workspace, first.plan, first.keys)
        request = receive(workspace, asked, Right.RECTIFICATION, wants=_as_json(wanted))
    return _carry_on(workspace, request, by, out)


def known_case(workspace: Workspace, asked: Asked, wanted: Wanted) -> Request | None:
    """Give the open case of the same request, if there is one."""
    mark = mark_of(workspace, asked, Right.RECTIFICATION, _as_json(wanted))
    return Request.objects.filter(asked_mark=mark).first()


def resume(workspace: Workspace, case_id: str, *, by: str, out: Path) -> Rectified:
    """Go on with an open request for rectification.

    Raises:
        NoSuchCase: there is no open request for rectification of that id.
    """
    request = open_request(case_id)
    if request.right != Right.RECTIFICATION.value:
        raise NoSuchCase(f"{case_id!r} is no request for rectification")
    return _carry_on(workspace, request, by, out)


def _carry_on(workspace: Workspace, request: Request, by: str, out: Path) -> Rectified:
    plans: list[Plan] = []
    outcomes: list[Outcome] = []
    files: tuple[Path, ...] = ()
    verified = False
    with alone(workspace.records.state, request.id):
        request.refresh_from_db()
        for _ in range(MOST_PASSES):
            if request.answered_at is not None:
                break
            decision = _decided(workspace, request, by)
            plan, _keys = read_plan(workspace, decision.plan.fingerprint)
            write_plan(workspace, plan)
            outcome = _run(workspace, decision)
            if outcome is None:
                continue
            plans.append(plan)
            outcomes.append(outcome)
            verified = outcome.verified
            if verified:
                files += _answer(workspace, request, decision, out)
            break
    workspace.records.checkpoint()
    return Rectified(
        request=request,
        plans=tuple(plans),
        outcomes=tuple(outcomes),
        verified=verified or request.answered_at is not None,
        files=files,
    )


def _decided(workspace: Workspace, request: Request, by: str) -> Decision:
    """Give the decision that is being carried out, or make one and record it at once."""
    last = Decision.objects.filter(request=request).order_by("-number").first()
    if last is not None and last.verified is None:
        return last
    asked, _ = asked_in(workspace, request)
    wanted = _wanted(wanted_in(workspace, request))
    if last is None:
        found = draft(workspace, asked, wanted)
        corrections, subjects = found.correcting.corrections, found.found.subjects
        people = found.found.people
        doubt = rectification.left_in_doubt(found.found, corrections)
    else:  # no search finds rows any more by an address that was corrected already
        corrections, subjects = tuple(_decided_before(workspace, request)), {}
        people = ()
        doubt = _doubt_in(workspace, last)
    number = 1 if last is None else last.number + 1
    again = request.id if number == 1 else f"{request.id}-{number}"
    plan, keys = plan_of(workspace, corrections, asked.at, again)
    case = case_of(request, asked.controller, datetime.now(UTC).date())
    letters = rectification_letter(
        policy=workspace.policy,
        case=case,
        corrections=corrections,
        inventory=inventory_of(workspace, asked, _rows_of(corrections, people)),
        doubt=doubt,
    )
    known = rectification.identifiers_after(
        wanted.values, workspace.policy, asked.controller.country
    )
    with transaction.atomic():
        record = enter_plan(workspace, plan, keys, request)
        approve_plan(workspace, record.fingerprint, by)
        if last is None:
            _remember(workspace, request, corrections)
            _follow(workspace, request.controller, subjects, list(known))
        return Decision.objects.create(
            request=request,
            number=number,
            plan=record,
            decided_at=datetime.now(UTC),
            found=sum(len(one.rows) for one in corrections),
            file_sealed=_sealed(workspace, doubt, letters=letters),
        )


def _rows_of(corrections: Iterable[Correction], people: tuple[Person, ...]) -> Found:
    rows = tuple(row for one in corrections for row in one.rows)
    return Found(people=people, rows=rows, ambiguous=(), searched=())


def _sealed(workspace: Workspace, doubt: InDoubt, **more: object) -> bytes:
    return workspace.records.sealer.seal("decision", {"in_doubt": asdict(doubt), **more})


def _doubt_in(workspace: Workspace, decision: Decision) -> InDoubt:
    """Give what was in doubt when a case was decided first, which it is told at its end."""
    if decision.file_sealed is None:
        return InDoubt()
    file = workspace.records.sealer.open("decision", decision.file_sealed)
    return InDoubt(**file.get("in_doubt", {}))


def _decided_before(workspace: Workspace, request: Request) -> Iterator[Correction]:
    """Yield what the case's first decision corrects, as far as the rows are still there."""
    for one in Rectification.objects.filter(request=request).order_by("id"):
        kept = workspace.records.sealer.open("rectification", one.value_sealed or b"")
        here, key = place(workspace.policy, f"{one.store}.{one.dataset}"), tuple(kept["key"])
        where = dict(zip(here.dataset.key, key, strict=True))
        rows = workspace.stores[one.store].rows(here.ref, where)
        yield Correction(
            place=here,
            column=here.dataset.column(one.column),
            right=tuple(kept["right"]),
            rows=tuple(FoundRow(place=here, key=key, row=row) for row in rows),
        )


def _remember(workspace: Workspace, request: Request, corrections: Sequence[Correction]) -> None:
    """Keep what the case, and later `reapply`, needs to correct these rows again."""
    sealer, now = workspace.records.sealer, datetime.now(UTC)
    ends = ledger_ends(workspace, now.date())
    for one in corrections:
        store, dataset = one.place.store.id, one.place.dataset.id
        for row in one.rows:
            was = was_hash(workspace, one, row.row[one.column.name])
            kept = {"key": list(row.key), "was": was, "right": list(one.right)}
            Rectification.objects.create(
                request=request,
                store=store,
                dataset=dataset,
                column=one.column.name,
                row_hash=sealer.keyed_hash(store, dataset, row.key),
                value_sealed=sealer.seal("rectification", kept),
                corrected_at=now,
                ends_on=ends.get(store),
            )


def _follow(
    workspace: Workspace, controller: str, subjects: Subjects, known: Sequence[Identifier]
) -> None:
    """Have an objection that lasts know its person by the right identifiers too (Art. 21(3))."""
    sealer = workspace.records.sealer
    for record in StopRecord.objects.filter(controller=controller, lifted_at=None) if known else ():
        stop = stop_in(record, sealer)
        if any(keys & stop.subjects.get(ref, frozenset()) for ref, keys in subjects.items()):
            followed = said_of(remembering(stop, known))
            record.subjects_sealed = sealer.seal("subjects", followed)
            record.save(update_fields=["subjects_sealed"])


def _run(workspace: Workspace, decision: Decision) -> Outcome | None:
    """Carry out a decision; nothing when its ground has shifted, so that it is made anew."""
    fingerprint = decision.plan.fingerprint
    try:
        return apply_plan(workspace, fingerprint, bound=Bound(), progress=lambda _s, _r: None)
    except (PlanStale, Surprise):
        give_up(workspace, fingerprint)
        doubt = _sealed(workspace, _doubt_in(workspace, decision))
        Decision.objects.filter(id=decision.id).update(verified=False, file_sealed=doubt)
        return None


def _answer(
    workspace: Workspace, request: Request, decision: Decision, out: Path
) -> tuple[Path, ...]:
    """Write the letter, close the case, and let go of the right values kept for it."""
    file = workspace.records.sealer.open("decision", decision.file_sealed or b"")
    files = write_private(out / request.id, file["letters"])
    steps = StepRun.objects.filter(run__plan__request=request)
    with transaction.atomic():
        Decision.objects.filter(id=decision.id).update(verified=True)
        Decision.objects.filter(request=request).update(file_sealed=None)
        _let_go(workspace, request)
        rows = sum(steps.values_list("rows", flat=True))
        record_answer(workspace, request, "granted", datetime.now(UTC), rows=rows)
    return files


def _let_go(workspace: Workspace, request: Request) -> None:
    sealer = workspace.records.sealer
    words = sealer.open("asked", request.asked_sealed)
    words["wants"] = {**words["wants"], "values": []}
    request.asked_sealed = sealer.seal("asked", words)
    request.save(update_fields=["asked_sealed"])
    unsaid = Rectification.objects.filter(request=request, ends_on=None)
    unsaid.update(value_sealed=None)  # nothing says how long a backup could be wrong
    for record in PlanRecord.objects.filter(request=request):
        forget_values(workspace, record)


def _as_json(wanted: Wanted) -> dict[str, Any]:
    return {
        "values": [[one.column, one.right] for one in wanted.values],
        "rows": [[ref, list(key)] for ref, key in wanted.rows],
        "everywhere": wanted.everywhere,
    }


def _wanted(written: dict[str, Any]) -> Wanted:
    return Wanted(
        values=tuple(correction.Asked(column=c, right=right) for c, right in written["values"]),
        rows=tuple((ref, tuple(key)) for ref, key in written["rows"]),
        everywhere=written["everywhere"],
    )
