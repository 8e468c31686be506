"""Restrictions: values are kept and otherwise not used, until the person is told (Art. 18; R-IX.4).

A case is recorded with its restriction at once, the letter is written, and then the case is
answered: whoever dies in between gives the same command again and goes on with the same case.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum
from pathlib import Path

from django.db import transaction

from doelbinding.binding.circumstances import Restriction, Subjects
from doelbinding.binding.paths import place
from doelbinding.evidence.commitment import commit
from doelbinding.evidence.entry import Entry
from doelbinding.evidence.schema import EntryKind, instant
from doelbinding.jobs.holds import NobodyFound, nobody
from doelbinding.jobs.requests import (
    Asked,
    NoSuchCase,
    NotDecided,
    asked_in,
    case_commitment,
    case_of,
    controller_of,
    find,
    inventory_of,
    open_request,
    receive,
    record_answer,
    wanted_in,
)
from doelbinding.policy.model import Policy
from doelbinding.policy.vocabulary import Right
from doelbinding.records.alone import alone
from doelbinding.records.models import HoldRecord, Request, RestrictionRecord
from doelbinding.records.said import record_restriction, subjects_in
from doelbinding.rights.answer import lifting_letter, restriction_letter, write_private
from doelbinding.rights.found import Found, InDoubt
from doelbinding.wiring import Workspace


class RestrictionGround(StrEnum):
    """The grounds of Art. 18(1)(a) to (d), as evidence has them."""

    ACCURACY_CONTESTED = "accuracy_contested"
    UNLAWFUL_PROCESSING = "unlawful_processing"
    NEEDED_FOR_CLAIMS = "needed_for_claims"
    OBJECTION_PENDING = "objection_pending"


class NotRestrictable(Exception):
    """A column that is named holds no personal data, or nothing of the person."""


class NotLifted(Exception):
    """A restriction cannot be lifted in this way, or not yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restricted:
    """A restriction that was set: its case, its id, how many rows it covers, its letter.

    `left_out` are the rows that may be the person's, and are not restricted.
    """

    request: Request
    id: str
    rows: int
    left_out: int
    files: tuple[Path, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifted:
    """A restriction that is lifted: on which day, and on which its person was told.

    `before`: it was lifted before, so that nothing was changed now.
    """

    on: date
    told_on: date
    before: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A hold or restriction that covers somebody: its id, why, since when, of which columns."""

    id: str
    why: str
    since: datetime
    columns: tuple[str, ...] = ()
    restricts: bool = False


def restrict(
    workspace: Workspace,
    asked: Asked,
    *,
    ground: RestrictionGround,
    columns: Collection[str],
    out: Path,
) -> Restricted:
    """Restrict a person's values at one controller: all, or those of some columns.

    Args:
        workspace: the policy, its stores and records.
        asked: who asks, and of whom.
        ground: of Art. 18(1).
        columns: `store.dataset.column`; none: whatever leads to the person.
        out: where the case's folder is made.

    Raises:
        NotRestrictable: a column is not there, holds no personal data, or nothing of the person;
            or the same restriction is in force.
        NobodyFound: there is nothing to restrict.
    """
    found = find(workspace, asked)
    _insist(workspace.policy, found, columns)
    wants = {"ground": ground.value, "columns": sorted(columns)}
    for one in _restrictions_of(workspace, asked.controller.id, found.subjects):
        open_ = one.request is not None and one.request.answered_at is None
        if not open_ and {"ground": one.ground, "columns": one.columns} == wants:
            raise NotRestrictable(f"these values are restricted already, by {one.id}")
    with transaction.atomic():
        request = receive(workspace, asked, Right.RESTRICTION, wants=wants)
        _record(workspace, request, found)
    return _finish(workspace, request, out)


def resume(workspace: Workspace, case_id: str, out: Path) -> Restricted:
    """Go on with a request for restriction that was interrupted before it was answered.

    Raises:
        NoSuchCase: there is no open request for restriction of that id.
    """
    request = open_request(case_id)
    if request.right != Right.RESTRICTION.value:
        raise NoSuchCase(f"{case_id!r} is no request for restriction")
    return _finish(workspace, request, out)


def _insist(policy: Policy, found: Found, columns: Collection[str]) -> None:
    if not found.rows:
        raise NobodyFound(nobody(found, "restrict"))
    held = _columns_of(found)
    for named in columns:
        ref, _, name = named.rpartition(".")
        if "." not in ref:
            raise NotRestrictable(f"{named!r} names no column: write store.dataset.column")
        here = place(policy, ref)
        known = [column.name for column in here.dataset.personal_columns]
        if name not in known:
            raise NotRestrictable(
                f"{ref} has no column {name!r} with personal data; it has: {', '.join(known)}"
            )
        if named not in held:
            raise NotRestrictable(f"nothing of this person was found in {ref}")


def _columns_of(found: Found) -> list[str]:
    """Give the personal columns of the datasets in which anything was found."""
    places = {row.place.ref: row.place for row in found.rows}
    return [
        f"{ref}.{column.name}"
        for ref, here in places.items()
        for column in here.dataset.personal_columns
    ]


def _record(workspace: Workspace, request: Request, found: Found) -> None:
    """Record the restriction of a request, once; the caller holds the transaction."""
    records, wants = workspace.records, wanted_in(workspace, request)
    restriction = Restriction(
        id=f"{request.id}-restriction",
        controller=request.controller,
        subjects=found.subjects,
        columns=frozenset(wants["columns"]),
    )
    if RestrictionRecord.objects.filter(id=restriction.id).exists():
        return
    record_restriction(
        restriction,
        ground=wants["ground"],
        set_at=request.received_at,
        request=request,
        sealer=records.sealer,
    )
    records.log.append(
        EntryKind.RESTRICTION_SET,
        {**_about(request), "reason": wants["ground"], "rows": _covered(restriction, found)},
    )


def _left_in_doubt(found: Found, columns: Collection[str]) -> InDoubt:
    """Count what may be the person's, of the datasets that a restriction is about."""
    refs = {column.rpartition(".")[0] for column in columns}
    return found.in_doubt(lambda here: not refs or here.ref in refs)


def _covered(restriction: Restriction, found: Found) -> int:
    if not restriction.columns:
        return len(found.rows)
    refs = {column.rpartition(".")[0] for column in restriction.columns}
    return sum(1 for row in found.rows if row.place.ref in refs)


def _about(request: Request) -> dict[str, object]:
    return {
        "person": commit(bytes(request.salt), "person"),
        "controller": request.controller,
        "case": case_commitment(request),
    }


def _finish(workspace: Workspace, request: Request, out: Path) -> Restricted:
    """Write the letter, then record the answer."""
    asked, _ = asked_in(workspace, request)
    found, wants = find(workspace, asked, again=True), wanted_in(workspace, request)
    doubt, now = _left_in_doubt(found, wants["columns"]), datetime.now(UTC)
    record = RestrictionRecord.objects.get(id=f"{request.id}-restriction")
    letter = restriction_letter(
        policy=workspace.policy,
        case=case_of(request, asked.controller, now.date()),
        ground=wants["ground"],
        columns=wants["columns"],
        inventory=inventory_of(workspace, asked, found),
        doubt=doubt,
    )
    files = write_private(out / request.id, letter)
    with alone(workspace.records.state, request.id), transaction.atomic():
        if Request.objects.filter(id=request.id, answered_at=None).exists():
            record_answer(workspace, request, "granted", now, rows=len(found.rows))
    workspace.records.checkpoint()
    return Restricted(
        request=request,
        id=record.id,
        rows=len(found.rows),
        left_out=doubt.rows,
        files=files,
    )


def is_restriction(restriction_id: str) -> bool:
    """Tell whether an id is that of a restriction."""
    return RestrictionRecord.objects.filter(id=restriction_id).exists()


def announce_lifting(
    workspace: Workspace, restriction_id: str, reason: str | None, out: Path
) -> tuple[Path, ...]:
    """Write the letter that tells the person, before anything is lifted (Art. 18(3)).

    Raises:
        NotLifted: it is not in force, or ends with the decision of its case.
    """
    record, request = _liftable(restriction_id)
    letter = lifting_letter(
        policy=workspace.policy,
        case=case_of(
            request, controller_of(workspace, record.controller), datetime.now(UTC).date()
        ),
        ground=record.ground,
        columns=record.columns,
        reason=reason,
    )
    return write_private(out / request.id, letter)


def lift_restriction(workspace: Workspace, restriction_id: str, told_on: date) -> Lifted:
    """Lift a restriction of which the person was told on a day (Art. 18(3)); once only.

    Whoever died right after gives the same command again, and nothing is changed by it.

    Raises:
        NotLifted: it is not in force, ends with its case, the day cannot be right, or it was lifted
            before with another day.
    """
    before = _lifted_before(workspace, restriction_id)
    if before is not None:
        if before.told_on != told_on:
            raise NotLifted(
                f"{restriction_id} was lifted on {before.on}, and on record its person was told on "
                f"{before.told_on}: another day is not recorded"
            )
        workspace.records.checkpoint()
        return before
    record, request = _liftable(restriction_id)
    now = datetime.now(UTC)
    if not record.set_at.date() <= told_on <= now.date():
        raise NotLifted(
            f"the person cannot have been told on {told_on}: that is before the restriction was "
            "set, or still to come"
        )
    with transaction.atomic():
        if not RestrictionRecord.objects.filter(id=record.id, lifted_at=None).update(lifted_at=now):
            raise NotLifted(f"{restriction_id} was lifted meanwhile")
        informed = datetime.combine(told_on, time(), tzinfo=UTC)
        entry = {**_about(request), "informed": instant(informed)}
        workspace.records.log.append(EntryKind.RESTRICTION_LIFTED, entry)
    workspace.records.checkpoint()
    return Lifted(on=now.date(), told_on=told_on, before=False)


def _lifted_before(workspace: Workspace, restriction_id: str) -> Lifted | None:
    """Give what is on record of a restriction that was lifted after its person was told."""
    lifted = RestrictionRecord.objects.filter(id=restriction_id).exclude(lifted_at=None)
    record = lifted.select_related("request").first()
    if record is None or record.lifted_at is None or record.request is None or record.phases:
        return None
    case, log = case_commitment(record.request), workspace.records.log.store
    for leaf in log.leaves(0, log.size()):
        entry = Entry.from_leaf(leaf) if case.encode() in leaf else None
        if entry is not None and entry.kind is EntryKind.RESTRICTION_LIFTED:
            told_on = date.fromisoformat(str(entry.data["informed"])[:10])
            return Lifted(on=record.lifted_at.date(), told_on=told_on, before=True)
    return None


def _liftable(restriction_id: str) -> tuple[RestrictionRecord, Request]:
    record = RestrictionRecord.objects.filter(id=restriction_id).first()
    if record is None or record.request is None:
        raise NotLifted(f"there is no restriction {restriction_id!r}")
    if record.lifted_at is not None:
        how = ", when its claim was decided" if record.phases else ""
        raise NotLifted(f"{restriction_id} was lifted on {record.lifted_at.date()}{how}")
    if record.phases:
        raise NotDecided(
            f"{restriction_id} lasts while a claim is weighed: it ends when that is decided, with "
            f"`doelbinding subject answer {record.request_id}`"
        )
    return record, record.request


def kept_of(workspace: Workspace, controller: str, subjects: Subjects) -> Sequence[Kept]:
    """Give the holds and restrictions at a controller that cover somebody."""
    sealer = workspace.records.sealer
    holds = HoldRecord.objects.filter(controller=controller, lifted_at=None).order_by("set_at")
    return [
        *(
            Kept(id=hold.id, why=hold.kind, since=hold.set_at)
            for hold in holds
            if _meet(subjects_in(hold, sealer), subjects)
        ),
        *(
            Kept(
                id=one.id,
                why=one.ground,
                since=one.set_at,
                columns=tuple(one.columns or one.phases),
                restricts=True,
            )
            for one in _restrictions_of(workspace, controller, subjects)
        ),
    ]


def _restrictions_of(
    workspace: Workspace, controller: str, subjects: Subjects
) -> Iterator[RestrictionRecord]:
    in_force = RestrictionRecord.objects.filter(controller=controller, lifted_at=None)
    for one in in_force.order_by("set_at"):
        if _meet(subjects_in(one, workspace.records.sealer), subjects):
            yield one


def _meet(one: Subjects, other: Subjects) -> bool:
    return any(keys & other.get(ref, frozenset()) for ref, keys in one.items())
