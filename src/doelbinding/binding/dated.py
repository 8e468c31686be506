"""Stops of many people at once, on rows that say when they were collected.

A stop covers what was there when it was set, and each person's was set at another moment. Asked of
a row one by one, a predicate would grow with everybody who ever asked for erasure. So it is asked
beforehand which rows were there in time (`Collected`), and the predicate asks whether a row is one
of these. A row that nobody asked about is not covered, so it stays until it is asked about; and one
that was collected after the last of these stops stays, whenever it was asked about.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from doelbinding.binding.circumstances import Key, Stop
from doelbinding.binding.conditions import is_null
from doelbinding.binding.covering import covered_by, led_to, set_name
from doelbinding.binding.expression import (
    NO,
    And,
    AnyOf,
    Compare,
    Constant,
    Expression,
    IsNull,
    KeyIn,
    NotAfter,
    Or,
    Up,
)
from doelbinding.binding.paths import PathError, Place
from doelbinding.binding.simplify import all_of, any_of

ANY_MOMENT = datetime.fromtimestamp(0, UTC)
"""Stands where a moment must, and any would do: one that every zone and database has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """A question: which rows of a dataset were there when the people they lead to set a stop.

    `part` asks it of the people in the set `people` and of a moment, each of which stands for all.
    In the set `since` are keys of people, each with a last part more: the moment, in ISO 8601 at
    UTC. The answer is the set `name`, of keys of `ref`.
    """

    name: str
    ref: str
    part: Expression
    people: str
    since: str


def dated_level(here: Place) -> Place | None:
    """Give the nearest dataset on the way up that says when its rows were collected."""
    return next((one for one in here.ways_up() if one.dataset.collected is not None), None)


def covered_in_time(here: Place, stop: Stop) -> Expression:
    """Give whether a stop of many people covers a row, which was there when its person set it.

    A row whose date stands in one that is not there any more was there.
    """
    top = here.top
    covered = covered_by(here, set_name(stop.id, top.ref))
    level = dated_level(here)
    if level is None:
        return covered
    in_time = led_to(here, level, _in_time(stop, level))
    if level.ref in stop.ahead:  # the row may lead to somebody else by now
        in_time = all_of(covered, in_time)
    if level.ref != top.ref or here.ref == top.ref:  # who is led to is there, or leads nowhere
        return in_time
    return any_of(in_time, all_of(covered, _gone(here, level)))


def covered_ahead(here: Place, stop: Stop) -> Expression:
    """Give whether a row was there when a stop was set, and bears a later date."""
    level = dated_level(here)
    if level is None or level.ref not in stop.ahead:
        return NO
    return led_to(here, level, _in_time(stop, level))


def _gone(here: Place, level: Place) -> Expression:
    """Give whether there is no row of a dataset on the way up."""
    if here.ref == level.ref or here.parent is None:
        return NO
    return Up(link=here.upward, part=_gone(here.parent, level), missing=True)


def questions(stop: Stop, level: Place, zone: str) -> Iterator[Collected]:
    """Yield the questions about a dataset that says when its rows were collected.

    Of rows that were there and bear a later date: whether it is that one still.
    """
    top = level.top.ref
    if stop.since is not None and top in stop.since:
        people = set_name(stop.id, top)
        yield Collected(
            name=_in_time(stop, level),
            ref=level.ref,
            part=all_of(covered_by(level, people), there_at_any_moment(level, zone)),
            people=people,
            since=set_name(f"{stop.id}/since", top),
        )
    if level.ref in stop.ahead:
        rows = set_name(f"{stop.id}/ahead", level.ref)
        those = KeyIn(columns=level.dataset.key, keys=rows)
        yield Collected(
            name=_in_time(stop, level),
            ref=level.ref,
            part=all_of(those, there_at_any_moment(level, zone)),
            people=rows,
            since=set_name(f"{stop.id}/ahead-since", level.ref),
        )


def there_at_any_moment(level: Place, zone: str) -> Expression:
    """Give whether a row was there at a moment that stands for all.

    Raises:
        PathError: the dataset does not say when its rows were collected.
    """
    name = level.dataset.collected
    if name is None:
        raise PathError(f"{level.ref} does not say when its rows were collected")
    before = NotAfter(column=name, moment=ANY_MOMENT, zone=zone)
    return any_of(is_null(level.dataset.column(name)), before)


def since_sets(stop: Stop) -> dict[str, frozenset[Key]]:
    """Give the sets of people with the moments at which they set a joined stop.

    And those of rows that were there and bear a later date, without and with that.
    """
    found = {set_name(f"{stop.id}/ahead", ref): frozenset(held) for ref, held in stop.ahead.items()}
    for name, told in (("since", stop.since or {}), ("ahead-since", stop.ahead)):
        for ref, held in told.items():
            dated = frozenset((*key, _said(at)) for key, at in held.items())
            found[set_name(f"{stop.id}/{name}", ref)] = dated
    return found


def moment_sets(stop: Stop) -> dict[str, frozenset[Key]]:
    """Give the people who set a joined stop, by moment: one by one, and 2, 4, 8 … together."""
    found: dict[str, frozenset[Key]] = {}
    for ref, held in (stop.since or {}).items():
        by_moment: dict[datetime, set[Key]] = defaultdict(set)
        for key, at in held.items():
            by_moment[at].add(key)
        blocks = [(one, frozenset(by_moment[one])) for one in moments_of(stop, ref)]
        size = 1
        while blocks:
            for moment, people in blocks:
                found[set_name(_block(stop, moment, size), ref)] = people
            pairs = zip(blocks[::2], blocks[1::2], strict=False)
            blocks = [(first, people | more) for (first, people), (_, more) in pairs]
            size *= 2
    return found


def moments_of(stop: Stop, ref: str) -> tuple[datetime, ...]:
    """Give the moments at which people in a dataset set a joined stop, in order."""
    return tuple(sorted(set((stop.since or {}).get(ref, {}).values())))


def since_moment(stop: Stop, moments: Sequence[datetime], at: datetime) -> Iterator[str]:
    """Name the sets that are, together, the people who set a joined stop at a moment or later.

    There are about as many as the number of moments, which are all of the stop's, has bits.
    """
    start = bisect_left(moments, at)
    while start < len(moments):
        size = start & -start or 1 << len(moments).bit_length()
        while start + size > len(moments):
            size //= 2
        yield _block(stop, moments[start], size)
        start += size


def _block(stop: Stop, first: datetime, size: int) -> str:
    """Name the people who set a stop at so many moments, of which this is the first."""
    return f"{stop.id}@{_said(first)}+{size}"


def asked_of(part: Expression, people: str, renamed: str, moment: datetime) -> Expression:
    """Give a question for some people, under another name, and the moment at which they said it.

    Raises:
        TypeError: a part of a kind that no question has.
    """
    match part:
        case KeyIn():
            return replace(part, keys=renamed) if part.keys == people else part
        case NotAfter():
            return replace(part, moment=moment)
        case Up():
            return replace(part, part=asked_of(part.part, people, renamed, moment))
        case And() | Or():
            parts = tuple(asked_of(one, people, renamed, moment) for one in part.parts)
            return replace(part, parts=parts)
        case AnyOf():
            branches = tuple(
                replace(one, part=asked_of(one.part, people, renamed, moment))
                for one in part.branches
            )
            return replace(part, branches=branches)
        case Constant() | Compare() | IsNull():
            return part
        case _:
            raise TypeError(f"no question of who was there in time has a part {part.op!r}")


def _in_time(stop: Stop, level: Place) -> str:
    return set_name(f"{stop.id}/in-time", level.ref)


def _said(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
