"""The ways from people's rows to all others: what is theirs, and what judging it reads.

Worked out once per policy. Rows are then asked for level by level, all of a level at once, whoever
they belong to: the number of statements follows the depth of the policy, not the number of people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from operator import itemgetter

from doelbinding.binding.circumstances import Key
from doelbinding.binding.justification import Row
from doelbinding.binding.paths import Link, Place, places
from doelbinding.plan.identifiers import WEAK
from doelbinding.policy.condition import Condition
from doelbinding.policy.model import Policy
from doelbinding.policy.once import once_per_policy
from doelbinding.rights.reading import Reading


@dataclass(frozen=True, kw_only=True)
class Way:
    """From rows of one dataset to those of another: `mine` here equal `theirs` there, in order.

    Columns stand in the alphabetical order of `theirs`; rows there must pass `when`. `refers`: rows
    there refer to those here, and not these to them.
    """

    there: Place
    ref: str
    mine: tuple[str, ...]
    theirs: tuple[str, ...]
    when: Condition | None = None
    refers: bool = False

    @cached_property
    def key(self) -> Callable[[Row], Key]:
        """What gives the values by which a row leads to others; one null leads nowhere."""
        if len(self.mine) == 1:
            (name,) = self.mine
            return lambda row: (row[name],)  # type: ignore[return-value]
        return itemgetter(*self.mine)


class Ways:
    """All ways of one policy, by the dataset from which they lead."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.places = {here.ref: here for here in places(policy)}
        self.owners = {ref: here.owner for ref, here in self.places.items()}
        self.keys = {ref: tuple(sorted(here.dataset.key)) for ref, here in self.places.items()}
        self.shared = {ref: here.top.shared for ref, here in self.places.items()}
        self.below = {ref: tuple(self._below(here)) for ref, here in self.places.items()}
        self.reads = {ref: tuple(self._reads(here)) for ref, here in self.places.items()}
        self.up = {
            ref: self._way(here.upward, self.places[here.parent.ref], None)
            for ref, here in self.places.items()
            if here.parent is not None
        }
        telling = {ref for ref, here in self.places.items() if _identifies(here)}
        self.to_identifiers = {
            ref: tuple(way for way in ways if self._reaches(way.ref, telling, set()))
            for ref, ways in self.below.items()
        }

    def _below(self, here: Place) -> Iterator[Way]:
        for there, link, when in here.beneath():
            if there.ref in self.places:
                shares = any(
                    lead.sharing and lead.link.back(there.dataset.id) == link
                    for lead in there.leads
                    if lead.place.ref == here.ref
                )
                way = self._way(link, self.places[there.ref], when)
                yield replace(way, refers=not shares)

    def _reads(self, here: Place) -> Iterator[Way]:
        """Yield where judging rows here reads others: rows they lead to, events, states of rows."""
        links = [lead.link for lead in here.leads]
        if here.parent is not None:
            links.append(here.upward)
        for event in here.dataset.events.values():
            links += [
                one.link
                for source in event.latest_of
                if source.store in {None, here.store.id}
                for one in here.dating(source)
            ]
        for state in here.dataset.row_states.values():
            links += [one.link for one in here.paired(state.dataset, state.on)]
        for link in dict.fromkeys(links):
            there = self.places.get(f"{here.store.id}.{link.dataset}")
            if there is not None:
                yield self._way(link, there, None)

    def _way(self, link: Link, there: Place, when: Condition | None) -> Way:
        pairs = sorted(link.pairs, key=lambda pair: pair[1])
        return Way(
            there=there,
            ref=there.ref,
            mine=tuple(mine for mine, _ in pairs),
            theirs=tuple(theirs for _, theirs in pairs),
            when=when,
        )

    def _reaches(self, ref: str, telling: set[str], seen: set[str]) -> bool:
        if ref in telling:
            return True
        if ref in seen:
            return False
        seen.add(ref)
        return any(self._reaches(way.ref, telling, seen) for way in self.below[ref])


def _identifies(here: Place) -> bool:
    """Tell whether rows hold identifiers that are followed."""
    kinds = {column.identifier for column in here.dataset.columns} - {None}
    return not here.top.shared and bool(kinds - WEAK)


ways_of = once_per_policy(Ways)
"""Gives the ways of a policy."""


def foresee(
    reading: Reading,
    ways: Ways,
    people: Iterable[tuple[Place, Row]],
    *,
    all_rows: bool = True,
) -> None:
    """Read beforehand what is beneath people and what judging it reads.

    Args:
        reading: where it is remembered.
        ways: of the policy.
        people: their own rows.
        all_rows: if not, only what leads to further identifiers.
    """
    seen: dict[int, bool] = {}
    frontier = _unseen(((here.ref, True, row) for here, row in people), seen)
    while frontier:
        wanted = _wanted(ways, frontier, all_rows=all_rows)
        reading.prime(wanted)
        reached = (
            (ref, theirs, row)
            for (ref, columns), keys in wanted.items()
            for key, theirs in keys.items()
            for row in reading.index(ref, columns).get(key, ())
        )
        frontier = _unseen(reached, seen)


def nearest(ways: Ways, people: Iterable[tuple[Place, Row]]) -> Wanted:
    """Give by which keys to read what is next to people's own rows, and theirs or judging reads."""
    return _wanted(ways, _unseen(((here.ref, True, row) for here, row in people), {}))


def lead_up(reading: Reading, ways: Ways, found: Iterable[tuple[str, Row]]) -> None:
    """Read beforehand the people to whom rows lead, and what is on the way up.

    Args:
        reading: where it is remembered.
        ways: of the policy.
        found: rows with their datasets.
    """
    level = [(ways.up[ref], row) for ref, row in found if ref in ways.up]
    while level:
        wanted: dict[tuple[str, tuple[str, ...]], dict[Key, bool]] = {}
        for way, row in level:
            wanted.setdefault((way.ref, way.theirs), {})[way.key(row)] = False
        reading.prime(wanted)
        level = [
            (ways.up[ref], row)
            for (ref, columns), keys in wanted.items()
            if ref in ways.up
            for key in keys
            for row in reading.index(ref, columns).get(key, ())
        ]


def lead_through(
    reading: Reading, through: Mapping[str, Sequence[Way]], met: Iterable[tuple[str, Row]]
) -> None:
    """Read beforehand what leads to rows of others along some ways.

    Args:
        reading: where it is remembered.
        through: the ways, by the dataset from which they lead.
        met: the rows with their datasets.
    """
    seen: dict[int, bool] = {}
    frontier = _unseen(((ref, True, row) for ref, row in met), seen)
    while frontier:
        wanted: dict[tuple[str, tuple[str, ...]], dict[Key, bool]] = {}
        for (ref, _), rows in frontier.items():
            _want(through[ref], rows, wanted, theirs=True)
        reading.prime(wanted)
        reached = (
            (ref, True, row)
            for (ref, columns), keys in wanted.items()
            for key in keys
            for row in reading.index(ref, columns).get(key, ())
        )
        frontier = _unseen(reached, seen)


Wanted = Mapping[tuple[str, tuple[str, ...]], Mapping[Key, bool]]
"""Keys by which to read, by dataset and columns; true where the rows are the people's own."""
_Frontier = Mapping[tuple[str, bool], Sequence[Row]]


def _unseen(reached: Iterable[tuple[str, bool, Row]], seen: dict[int, bool]) -> _Frontier:
    """Give the rows that were not come upon before, or not as the people's own."""
    found: dict[tuple[str, bool], list[Row]] = {}
    for ref, theirs, row in reached:
        if theirs > seen.get(id(row), -1):
            seen[id(row)] = theirs
            found.setdefault((ref, theirs), []).append(row)
    return found


def _wanted(ways: Ways, frontier: _Frontier, *, all_rows: bool = True) -> Wanted:
    below = ways.below if all_rows else ways.to_identifiers
    wanted: dict[tuple[str, tuple[str, ...]], dict[Key, bool]] = {}
    for (ref, theirs), rows in frontier.items():
        if theirs:
            _want(below[ref], rows, wanted, theirs=True)
        if all_rows:
            _want(ways.reads[ref], rows, wanted, theirs=False)
    return wanted


def _want(
    ways: Sequence[Way],
    rows: Sequence[Row],
    wanted: dict[tuple[str, tuple[str, ...]], dict[Key, bool]],
    *,
    theirs: bool,
) -> None:
    for way in ways:
        keys = wanted.setdefault((way.ref, way.theirs), {})
        for row in rows:
            key = way.key(row)
            if theirs or key not in keys:
                keys[key] = theirs
