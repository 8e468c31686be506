"""What was said alike, joined under one name, so that a plan does not grow with who said it.

A policy has some dozens of phases, and a company some thousands of people who stopped one: a
predicate asks of a row once per phase whether it is of any of them, not once per person. Names
follow from what was said, not from who did, so that a statement written for one serves all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar

from doelbinding.binding.circumstances import (
    Circumstances,
    Hold,
    Key,
    Restriction,
    Stop,
)
from doelbinding.policy.model import Policy

_Mark = TypeVar("_Mark")
_Said = TypeVar("_Said")


def tells_when_collected(policy: Policy) -> bool:
    """Tell whether any row says when it was collected: then the instant of a stop counts."""
    return any(dataset.collected is not None for _, dataset in policy.datasets())


def joined(said: Circumstances, *, dated: bool, at: datetime) -> Circumstances:
    """Join what was said alike, under names that follow from what was said and not from who did.

    Args:
        said: everything in force.
        dated: rows tell when they were collected, so that the moment of a stop counts.
        at: the instant of the plan; what is said at that very moment is asked by it.
    """
    stops: dict[tuple[str, ...], list[Stop]] = {}
    for stop in said.stops:
        told = _told(stop, at) if dated and not stop.kind.lasts else ""
        for phase in sorted(stop.phases):
            mark = stop.controller, stop.kind.value, phase, told
            stops.setdefault(mark, []).append(replace(stop, phases=frozenset({phase})))
    holds: dict[object, list[Hold]] = {}
    for hold in said.holds:
        holds.setdefault((hold.controller,), []).append(hold)
    restrictions: dict[object, list[Restriction]] = {}
    for one in said.restrictions:
        restrictions.setdefault(
            (one.controller, tuple(sorted(one.phases)), tuple(sorted(one.columns))), []
        ).append(one)
    return Circumstances(
        stops=tuple(_stop(mark, many) for mark, many in _in_order(stops)),
        holds=tuple(
            replace(many[0], id=_name("hold", mark), subjects=_together(many))
            for mark, many in _in_order(holds)
        ),
        restrictions=tuple(
            replace(many[0], id=_name("restriction", mark), subjects=_together(many))
            for mark, many in _in_order(restrictions)
        ),
    )


_SINCE = "since"


def _told(stop: Stop, at: datetime) -> str:
    """Say how it is told when a stop was set."""
    return stop.set_at.astimezone(UTC).isoformat() if stop.set_at == at else _SINCE


def _stop(mark: tuple[str, ...], many: Sequence[Stop]) -> Stop:
    return replace(
        many[0],
        id=_name("stop", mark),
        set_at=max(stop.set_at for stop in many),
        subjects=_together(many),
        of_now=all(stop.of_now for stop in many),
        since=_latest(map(_moments, many)) if mark[-1] == _SINCE else None,
        ahead=_latest(stop.ahead for stop in many) if mark[-1] else {},
    )


_Moments = Mapping[str, Mapping[Key, datetime]]


def _moments(stop: Stop) -> _Moments:
    """Give when each person set a stop."""
    return {ref: dict.fromkeys(keys, stop.set_at) for ref, keys in stop.subjects.items()}


def _latest(many: Iterable[_Moments]) -> _Moments:
    """Give of each key the last of its moments, which covers most."""
    found: dict[str, dict[Key, datetime]] = {}
    for one in many:
        for ref, dated in one.items():
            held = found.setdefault(ref, {})
            held |= {key: max(at, held.get(key, at)) for key, at in dated.items()}
    return found


def _in_order(alike: Mapping[_Mark, list[_Said]]) -> list[tuple[_Mark, list[_Said]]]:
    """Order what was said so that the same kinds of words make the same predicate."""
    return sorted(alike.items(), key=lambda one: repr(one[0]))


def is_of_stop(word: str) -> bool:
    """Tell whether a name is one of those that joined stops have."""
    return word.startswith("stop-")


def _name(kind: str, mark: object) -> str:
    digest = hashlib.blake2b(repr(mark).encode(), digest_size=8)
    return f"{kind}-{digest.hexdigest()}"


def _together(many: Iterable[Stop | Hold | Restriction]) -> Mapping[str, frozenset[Key]]:
    found: dict[str, set[Key]] = {}
    for one in many:
        for ref, keys in one.subjects.items():
            found.setdefault(ref, set()).update(keys)
    return {ref: frozenset(found[ref]) for ref in sorted(found)}
