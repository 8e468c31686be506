"""What people of a world said: stops, holds, restrictions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from doelbinding.binding.circumstances import (
    Circumstances,
    Hold,
    HoldKind,
    Key,
    Restriction,
    Stop,
    StopKind,
)
from doelbinding.conformance.activities import PHASES, VALUES, some
from doelbinding.conformance.dates import DAYS, TODAY

COLUMNS = [f"s.{dataset}.{name}" for dataset, names in VALUES.items() for name in names]


def _of_what(chance: Random) -> dict[str, frozenset[str]]:
    """Give what a restriction is of: whole rows, what some phases bind, or some columns."""
    phases = frozenset(some(chance, PHASES, 2))
    return chance.choice([{}, {"phases": phases}, {"columns": frozenset(some(chance, COLUMNS, 3))}])


def said(chance: Random, people: list[dict[str, object]]) -> Circumstances:
    ids = [p["id"] for p in people]

    def someone() -> dict[str, frozenset[Key]]:
        chosen = some(chance, ids)
        return {"s.person": frozenset((int(str(n)),) for n in chosen)}

    def anyone() -> str:
        return chance.choice(["nl", "jp"])

    if chance.random() < 1 / 8:
        return Circumstances(stops=everybody_leaves(chance, ids))
    stops = tuple(
        Stop(
            id=f"stop{n}",
            controller=anyone(),
            kind=chance.choice([kind for kind in StopKind if kind.ends_what_lives]),
            phases=frozenset(some(chance, PHASES)),
            set_at=_some_time(chance),
            subjects=someone(),
        )
        for n in range(chance.choice((0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 6)))
    )
    holds = tuple(
        Hold(
            id=f"hold{n}",
            controller=anyone(),
            kind=HoldKind.LEGAL_CLAIM,
            subjects=someone(),
            review_on=TODAY,
        )
        for n in range(chance.randint(0, 1))
    )
    restrictions = tuple(
        Restriction(
            id=f"res{n}",
            controller=anyone(),
            subjects=someone(),
            **_of_what(chance),
        )
        for n in range(chance.randint(0, 1))
    )
    spoken = (*_ahead(stops), *_doubts(people))
    return Circumstances(stops=spoken, holds=holds, restrictions=restrictions)


def _ahead(stops: Sequence[Stop]) -> Iterator[Stop]:
    """Yield stops of which some know rows of their people that bear a later date.

    From a seed of their own, so that all else in a world is as without them.
    """
    told = [(stop.id, stop.set_at, sorted(stop.subjects["s.person"], key=repr)) for stop in stops]
    chance = Random(repr(told))  # noqa: S311 - so that it can be made again
    for stop, (_, _, those) in zip(stops, told, strict=True):
        people = those if chance.random() < 1 / 2 else []
        later = {key: stop.set_at + timedelta(days=chance.randint(1, 900)) for key in people}
        ahead = {"s.person": later} if later else {}
        yield stop if stop.kind.lasts else replace(stop, ahead=ahead)


def _doubts(people: Sequence[dict[str, object]]) -> Iterator[Stop]:
    """Yield what ends phases where they are undated: by people of every other world.

    From a seed of their own, so that all else in a world is as without them.
    """
    chance = Random(repr(people))  # noqa: S311 - so that it can be made again
    for number in range(chance.choice((0, 0, 1, 2))):
        yield Stop(
            id=f"doubt{number}",
            controller=chance.choice(["nl", "jp"]),
            kind=StopKind.UNDATED,
            phases=frozenset(some(chance, PHASES)),
            set_at=_some_time(chance),
            subjects={"s.person": frozenset((int(str(p["id"])),) for p in some(chance, people))},
        )


def everybody_leaves(chance: Random, ids: Sequence[object]) -> tuple[Stop, ...]:
    """Give a stop of everything by each person at each controller, each at a moment of its own."""
    stops = [
        Stop(
            id=f"left{n}-{controller}",
            controller=controller,
            kind=chance.choice([StopKind.ERASURE, StopKind.CONSENT_WITHDRAWN]),
            phases=frozenset(PHASES),
            set_at=_some_time(chance),
            subjects={"s.person": frozenset({(int(str(n)),)})},
        )
        for n in ids
        for controller in ("nl", "jp")
    ]
    return tuple(_ahead(stops))


def _some_time(chance: Random) -> datetime:
    day = chance.choice(chance.choice(DAYS))
    return datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=chance.randint(0, 23))
