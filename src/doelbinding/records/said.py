"""Stops, holds and restrictions: rows of the records, and the types the rules read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar

from doelbinding.binding.circumstances import (
    Circumstances,
    Hold,
    HoldKind,
    Restriction,
    Stop,
    StopKind,
    Subjects,
)
from doelbinding.records.envelope import Sealer, keys_as_json, keys_from_json
from doelbinding.records.models import HoldRecord, Request, RestrictionRecord, Said, StopRecord

_Record = TypeVar("_Record", bound=Said)


def in_force(sealer: Sealer, *, at: datetime | None = None) -> Circumstances:
    """Give everything that was said and is in force; with `at`, as it was at that instant."""
    return Circumstances(
        stops=tuple(
            Stop(
                id=record.id,
                controller=record.controller,
                kind=StopKind(record.kind),
                phases=frozenset(record.phases),
                set_at=record.set_at,
                subjects=subjects_in(record, sealer),
            )
            for record in _living(StopRecord.objects.order_by("id"), at)
        ),
        holds=tuple(
            Hold(
                id=record.id,
                controller=record.controller,
                kind=HoldKind(record.kind),
                subjects=subjects_in(record, sealer),
                review_on=record.review_on,
            )
            for record in _living(HoldRecord.objects.order_by("id"), at)
        ),
        restrictions=tuple(
            Restriction(
                id=record.id,
                controller=record.controller,
                subjects=subjects_in(record, sealer),
                phases=frozenset(record.phases),
                columns=frozenset(record.columns),
            )
            for record in _living(RestrictionRecord.objects.order_by("id"), at)
        ),
    )


def _living(records: Iterable[_Record], at: datetime | None) -> Iterable[_Record]:
    for record in records:
        if record.lifted_at is None or (at is not None and at < record.lifted_at):
            yield record


def subjects_in(record: Said, sealer: Sealer) -> Subjects:
    """Give the people a record is about, by the keys of their rows."""
    return keys_from_json(sealer.open("subjects", record.subjects_sealed))


def record_stop(stop: Stop, request: Request | None, sealer: Sealer) -> None:
    """Keep a stop."""
    StopRecord.objects.create(
        id=stop.id,
        controller=stop.controller,
        kind=stop.kind,
        phases=sorted(stop.phases),
        set_at=stop.set_at,
        subjects_sealed=sealer.seal("subjects", keys_as_json(stop.subjects)),
        request=request,
    )


def record_hold(
    hold: Hold,
    *,
    reason: str,
    owner: str,
    set_at: datetime,
    request: Request | None,
    sealer: Sealer,
) -> None:
    """Keep a hold with its reason and its owner."""
    HoldRecord.objects.create(
        id=hold.id,
        controller=hold.controller,
        kind=hold.kind,
        reason=reason,
        owner=owner,
        review_on=hold.review_on,
        set_at=set_at,
        subjects_sealed=sealer.seal("subjects", keys_as_json(hold.subjects)),
        request=request,
    )


def record_restriction(
    restriction: Restriction,
    *,
    ground: str,
    set_at: datetime,
    request: Request | None,
    sealer: Sealer,
) -> None:
    """Keep a restriction with the letter of Art. 18(1) it rests on."""
    RestrictionRecord.objects.create(
        id=restriction.id,
        controller=restriction.controller,
        phases=sorted(restriction.phases),
        columns=sorted(restriction.columns),
        ground=ground,
        set_at=set_at,
        subjects_sealed=sealer.seal("subjects", keys_as_json(restriction.subjects)),
        request=request,
    )
