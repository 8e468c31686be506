"""Requests for erasure: received, decided, carried out, searched again, answered (Art. 17; R-IX.3).

A case is a machine whose state is in the records: it may be stopped at any instant, and the same
request, or `resume`, goes on with the same case. What appears while it is carried out is found by
searching again, and decided in a further pass.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from doelbinding.binding.circumstances import Key
from doelbinding.binding.cutoff import local_day
from doelbinding.jobs.applying import apply_plan, give_up
from doelbinding.jobs.deciding import ErasureDraft, decide, draft_erasure, was_carried_out
from doelbinding.jobs.grounds import PlanStale, insist_not_to_come
from doelbinding.jobs.plans import read_plan, write_plan
from doelbinding.jobs.requests import (
    Asked,
    NoSuchCase,
    NotDecided,
    asked_in,
    find,
    open_request,
    receive,
    record_answer,
)
from doelbinding.jobs.retention import PolicyBroken, insist_on_sound_policy
from doelbinding.law.findings import is_about_what_stays
from doelbinding.plan.ends import is_gone
from doelbinding.plan.journal import Progress
from doelbinding.plan.model import Plan
from doelbinding.plan.run import Bound, Outcome, Surprise
from doelbinding.policy.vocabulary import Right
from doelbinding.records.alone import alone
from doelbinding.records.models import Decision, Request, StepRun
from doelbinding.rights.answer import write_private
from doelbinding.rights.found import Found
from doelbinding.rights.phases import Claim
from doelbinding.wiring import Workspace

__all__ = ["Erased", "ErasureDraft", "draft_erasure", "erase", "resume", "settle_claim"]

MOST_PASSES = 3


def _silent(_step: object, _rows: int) -> None:
    """Show no progress."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """A request for erasure carried out, as far as it could be.

    `plans` and `outcomes` are those of the passes made now: usually one. `still_there` are the
    columns in which searching again finds values that should be gone.
    """

    request: Request
    plans: tuple[Plan, ...]
    outcomes: tuple[Outcome, ...]
    verified: bool
    weighed: tuple[str, ...]
    files: tuple[Path, ...]
    still_there: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How a case is carried out: approved by whom, when, its letters where, progress shown how."""

    by: str
    at: datetime
    out: Path
    progress: Progress = _silent


def erase(workspace: Workspace, asked: Asked, claim: Claim, manner: Manner) -> Erased:
    """Receive a request for erasure and, under a sound policy, carry it out.

    Raises:
        PolicyBroken: the policy has errors about what stays; the case is received all the same.
        CaseDecided, WrongClock, AlreadyRunning, Stopped, StoreError: see `carry_out`.
    """
    insist_not_to_come(asked.at)
    request = receive(workspace, asked, Right.ERASURE, claim)
    _insist_on_sound_policy(workspace, request, manner.at)
    return _carry_on(workspace, request, manner)


def carry_out(workspace: Workspace, asked: Asked, claim: Claim, manner: Manner) -> Erased:
    """Receive a request for erasure, stop what it ends, run the plan, search again, answer.

    For whoever looked whether the policy is sound.

    Raises:
        CaseDecided: the same request is open and was decided on another claim.
        WrongClock: the day has not come.
        AlreadyRunning: another process carries it out.
        Stopped, StoreError: see `plan.run.run`; the same request goes on from there.
    """
    insist_not_to_come(asked.at)
    return _carry_on(workspace, receive(workspace, asked, Right.ERASURE, claim), manner)


def resume(workspace: Workspace, case_id: str, manner: Manner) -> Erased:
    """Go on with an open request for erasure.

    Raises:
        NoSuchCase: there is no open request for erasure of that id.
        PolicyBroken: the policy has errors.
    """
    request = _erasure(case_id)
    _insist_on_sound_policy(workspace, request, manner.at)
    return _carry_on(workspace, request, manner)


def settle_claim(workspace: Workspace, case_id: str, refused: str | None, manner: Manner) -> Erased:
    """Decide, on the same case, a claim that was weighed: established, or refused because of.

    Raises:
        NoSuchCase: there is no open request for erasure of that id.
        NotDecided: nothing is weighed in it.
        PolicyBroken: the policy has errors.
    """
    request = _erasure(case_id)
    _insist_on_sound_policy(workspace, request, manner.at)
    with alone(workspace.records.state, request.id):
        last = _last(request)
        asked, claim = _asked_at(workspace, request, manner.at)
        settled = _settled(claim, last, refused)
        if claim != settled:
            if last is None or not last.weighed or not last.verified:
                raise NotDecided(
                    f"{case_id} is not being weighed: carry it out first with "
                    f"`doelbinding subject resume {case_id}`"
                )
            decide(workspace, request, asked, settled, manner.by)
    return _carry_on(workspace, request, manner)


def _insist_on_sound_policy(workspace: Workspace, request: Request, at: datetime) -> None:
    """Refuse to erase by a policy that may not say what is meant: what goes does not come back.

    Raises:
        PolicyBroken: it has errors about what stays.
    """
    try:
        insist_on_sound_policy(workspace, at.date(), is_about_what_stays)
    except PolicyBroken as broken:
        raise PolicyBroken(
            f"{broken}. {request.id} is received and due on {request.due_on}: mend that, then "
            f"doelbinding subject resume {request.id}"
        ) from None


def _settled(claim: Claim, last: Decision | None, refused: str | None) -> Claim:
    if refused is None:
        return replace(claim, established=True)
    weighed = last.weighed if last is not None else []
    return replace(claim, compelling={**claim.compelling, **dict.fromkeys(weighed, refused)})


def _asked_at(workspace: Workspace, request: Request, at: datetime) -> tuple[Asked, Claim]:
    """Read back who asked what of whom, to be judged at an instant, and what was claimed."""
    asked, claim = asked_in(workspace, request)
    return replace(asked, at=max(at, asked.at)), claim


def _erasure(case_id: str) -> Request:
    request = open_request(case_id)
    if request.right != Right.ERASURE.value:
        raise NoSuchCase(f"{case_id!r} is no request for erasure")
    return request


def _last(request: Request) -> Decision | None:
    return Decision.objects.filter(request=request).order_by("-number").first()


def _carry_on(workspace: Workspace, request: Request, manner: Manner) -> Erased:
    """Take a case from where it is to where it can go.

    Raises:
        WrongClock: it came in on a day that has not come, so the clock is or was wrong.
    """
    insist_not_to_come(request.received_at)
    with alone(workspace.records.state, request.id):
        case = _Case(workspace, request, manner)
        verified = case.carry_on()
    workspace.records.checkpoint()
    last = _last(request)
    return Erased(
        request=request,
        plans=tuple(case.plans),
        outcomes=tuple(case.outcomes),
        verified=verified,
        weighed=() if last is None else tuple(last.weighed),
        files=case.files,
        still_there=case.still_there,
    )


class _Case:
    """One case being carried out by this process."""

    def __init__(self, workspace: Workspace, request: Request, manner: Manner) -> None:
        self.workspace = workspace
        self.request = request
        self.manner = manner
        self.asked, self.claim = _asked_at(workspace, request, manner.at)
        self.plans: list[Plan] = []
        self.outcomes: list[Outcome] = []
        self.files: tuple[Path, ...] = ()
        self.still_there: tuple[str, ...] = ()

    def carry_on(self) -> bool:
        """Make passes until nothing is left to do; tell whether that is shown."""
        for _ in range(MOST_PASSES):
            decision = _last(self.request)
            if decision is not None and decision.verified and self._ends(decision):
                return True
            if decision is None or decision.verified is not None:
                decision = decide(
                    self.workspace, self.request, self.asked, self.claim, self.manner.by
                )
                self.asked, self.claim = _asked_at(self.workspace, self.request, self.manner.at)
            outcome = self._run(decision)
            if outcome is not None and not self._settle(decision, outcome):
                return False
        decision = _last(self.request)
        return decision is not None and bool(decision.verified) and self._ends(decision)

    def _ends(self, decision: Decision) -> bool:
        """Answer a case whose last decision is carried out, unless more appeared since."""
        if decision.weighed or self.request.answered_at is not None:
            return True
        left = find(self.workspace, self.asked, again=True)
        if self._more(left, ()):
            return False
        with transaction.atomic():
            self._answer(decision)
        return True

    def _run(self, decision: Decision) -> Outcome | None:
        """Carry out a decision; nothing when its ground has shifted, so that it is made anew."""
        fingerprint = decision.plan.fingerprint
        plan, _ = read_plan(self.workspace, fingerprint)
        if self._of_before(plan) and not was_carried_out(decision):
            self._give_up(decision)
            return None
        write_plan(self.workspace, plan)
        try:
            outcome = apply_plan(
                self.workspace, fingerprint, bound=Bound(), progress=self.manner.progress
            )
        except (PlanStale, Surprise):
            self._give_up(decision)
            return None
        self.plans.append(plan)
        self.outcomes.append(outcome)
        return outcome

    def _of_before(self, plan: Plan) -> bool:
        """Tell whether a plan is of a day that has passed: since then more may have ended."""
        controller = self.asked.controller
        return local_day(plan.at, controller) < local_day(self.asked.at, controller)

    def _give_up(self, decision: Decision) -> None:
        """Let a decision go; what was done of it is told as what goes on."""
        if was_carried_out(decision):
            file = self.workspace.records.sealer.open("decision", decision.file_sealed or b"")
            self._write(file["letters"]["unfinished"])
        give_up(self.workspace, decision.plan.fingerprint)
        Decision.objects.filter(id=decision.id).update(verified=False, file_sealed=None)

    def _settle(self, decision: Decision, outcome: Outcome) -> bool:
        """Search again, write the letter, and close what is shown to be done."""
        file = self.workspace.records.sealer.open("decision", decision.file_sealed or b"")
        left = find(self.workspace, self.asked, again=True)
        self.still_there = tuple(sorted(_still_there(left, file)))
        verified = outcome.verified and not self.still_there
        self._write(file["letters"]["verified" if verified else "unfinished"])
        known = {(ref, tuple(key)) for ref, key in file["rows"]}
        if self._of_before(self.plans[-1]):
            known = set()
        ends = verified and not decision.weighed and not self._more(left, known)
        with transaction.atomic():
            decision.verified, decision.file_sealed = verified, None
            decision.save(update_fields=["verified", "file_sealed"])
            if ends:
                self._answer(decision)
        return verified

    def _write(self, letter: Mapping[str, str]) -> None:
        self.files += write_private(self.manner.out / self.request.id, letter)

    def _more(self, left: Found, known: Collection[tuple[str, Key]]) -> bool:
        """Tell whether rows that were not decided of, as of today, hold values that go."""
        new = {(row.place.ref, row.key) for row in left.rows} - set(known)
        if not new:
            return False
        draft = draft_erasure(
            self.workspace,
            self.asked,
            self.claim,
            request=self.request.id,
            since=self.request.received_at,
        )
        return any(
            fate.erased
            and (fate.row.place.ref, fate.row.key) in new
            and not is_gone(fate.row.place, fate.value.column, fate.value.value)
            for fate in draft.decision.fates
        )

    def _answer(self, decision: Decision) -> None:
        steps = StepRun.objects.filter(run__plan__request=self.request)
        made = Decision.objects.filter(request=self.request)
        kept = max([decision.kept, *(one.kept for one in made if not one.weighed)])
        outcome = "granted" if not kept else "partly_granted"
        found = made.filter(found__gt=0).exists()
        record_answer(
            self.workspace,
            self.request,
            outcome if found else "nothing_found",
            datetime.now(UTC),
            rows=sum(steps.values_list("rows", flat=True)),
            kept=kept,
        )


def _still_there(left: Found, file: Mapping[str, Any]) -> set[str]:
    """Give the columns in which searching again finds values that the decision said would go."""
    gone = {(ref, tuple(key), column) for ref, key, column in file["gone"]}
    return {
        f"{row.place.ref}.{column.name}"
        for row in left.rows
        for column in row.place.dataset.personal_columns
        if (row.place.ref, row.key, column.name) in gone
        and not is_gone(row.place, column, row.row[column.name])
    }
