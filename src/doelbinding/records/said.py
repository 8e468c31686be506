"""Stops, holds and restrictions: rows of the records, and the types the rules read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TypeVar

from django.db.models import Q, QuerySet

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
_READ: dict[Sealer, dict[tuple[str, bytes], Stop]] = {}
"""The stops in force when they were read last, by id and envelope: what has both is unchanged."""
_AT_ONCE = 500
_AHEAD = "ahead:"
"""Stands before a dataset of which rows are kept; no store is named so."""


def in_force(sealer: Sealer, *, at: datetime | None = None) -> Circumstances:
    """Give everything that was said and is in force; with `at`, as it was at that instant."""
    return Circumstances(
        stops=tuple(_stops(sealer, at)),
        holds=tuple(
            Hold(
                id=record.id,
                controller=record.controller,
                kind=HoldKind(record.kind),
                subjects=subjects_in(record, sealer),
                review_on=record.review_on,
            )
            for record in _living(HoldRecord, at)
        ),
        restrictions=tuple(
            Restriction(
                id=record.id,
                controller=record.controller,
                subjects=subjects_in(record, sealer),
                phases=frozenset(record.phases),
                columns=frozenset(record.columns),
            )
            for record in _living(RestrictionRecord, at)
        ),
    )


def _living(kind: type[_Record], at: datetime | None) -> QuerySet[_Record]:
    living = Q(lifted_at=None) if at is None else Q(lifted_at=None) | Q(lifted_at__gt=at)
    return kind._default_manager.filter(living).order_by("id")  # noqa: SLF001


def _stops(sealer: Sealer, at: datetime | None) -> Iterator[Stop]:
    """Yield the stops; those that this process has read before are not read and opened again."""
    living = _living(StopRecord, at).values_list("id", "subjects_sealed")
    marks = [(name, bytes(envelope)) for name, envelope in living]
    before = _READ.get(sealer, {})
    known = _READ[sealer] = {mark: before[mark] for mark in marks if mark in before}
    fresh = [name for name, envelope in marks if (name, envelope) not in known]
    for start in range(0, len(fresh), _AT_ONCE):
        for record in StopRecord.objects.filter(id__in=fresh[start : start + _AT_ONCE]):
            known[record.id, bytes(record.subjects_sealed)] = stop_in(record, sealer)
    for name, envelope in marks:
        found = known.get((name, envelope))
        if found is None:  # it changed this instant
            found = stop_in(StopRecord.objects.get(id=name), sealer)
        yield found


def stop_in(record: StopRecord, sealer: Sealer) -> Stop:
    """Give the stop that a record keeps."""
    kept = subjects_in(record, sealer)
    return Stop(
        id=record.id,
        controller=record.controller,
        kind=StopKind(record.kind),
        phases=frozenset(record.phases),
        set_at=record.set_at,
        subjects={ref: keys for ref, keys in kept.items() if not ref.startswith(_AHEAD)},
        ahead={
            ref.removeprefix(_AHEAD): {
                key[:-1]: datetime.fromisoformat(str(key[-1])) for key in keys
            }
            for ref, keys in kept.items()
            if ref.startswith(_AHEAD)
        },
    )


def said_of(stop: Stop) -> dict[str, list[list[str | int]]]:
    """Give whom a stop is about, and which rows that bear a later date, as a record keeps it."""
    ahead = {
        f"{_AHEAD}{ref}": frozenset((*key, at.isoformat()) for key, at in held.items())
        for ref, held in stop.ahead.items()
    }
    return keys_as_json({**stop.subjects, **ahead})


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
        subjects_sealed=sealer.seal("subjects", said_of(stop)),
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
