"""A phase of a row that may lead to several people: it lives while it does for one of them.

Each of them brings their own controller, terms, stops and restrictions. What the row itself tells,
such as when a message was sent, is asked of the row; all else of the person it leads to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from doelbinding.binding.circumstances import Stop, phase_name
from doelbinding.binding.covering import covered_by, set_name
from doelbinding.binding.dated import moments_of, since_moment
from doelbinding.binding.expression import NO, UNKNOWN, YES, Expression, Up
from doelbinding.binding.led_in_time import (
    covers_other,
    covers_row,
    told_by_number,
    told_by_way,
)
from doelbinding.binding.numbered import (
    Numbering,
    covers_by_number,
    numbering,
    of_number,
)
from doelbinding.binding.paths import Lead, Place, Way, places
from doelbinding.binding.simplify import all_of, any_of, not_
from doelbinding.policy.activity import Activity, Phase, Term
from doelbinding.policy.model import Policy
from doelbinding.policy.once import once_per_policy
from doelbinding.policy.organisation import Controller
from doelbinding.policy.retention import After

if TYPE_CHECKING:
    from doelbinding.binding.needs import Needs

_Covering = Callable[[Place], Expression]


def told_by(here: Place, term: Term) -> bool:
    """Tell whether a row or one it refers to tells what a term waits for, before people do."""
    rule = term.parsed
    for level in here.ways_up():
        dataset = level.dataset
        if isinstance(rule, After):
            if rule.event in dataset.events:
                return True
        elif rule.state in dataset.states or rule.state in dataset.row_states:
            return True
    return False


def collected_by(here: Place) -> bool:
    """Tell whether a row or one it refers to says when it was collected, before people do."""
    return any(level.dataset.collected is not None for level in here.ways_up())


def _asked_by_moment(policy: Policy) -> tuple[Place, ...]:
    return tuple(
        here
        for here in places(policy)
        if here.top.shared and collected_by(here) and not told_by_way(here)
    )


asked_by_moment = once_per_policy(_asked_by_moment)
"""Gives the datasets of whose rows stops are asked moment by moment."""


def _moments(stop: Stop) -> Iterator[datetime]:
    """Yield when a stop was set, or those that were joined in it; or none that covers all."""
    if stop.covers_all:
        return
    if stop.since is None:
        yield stop.set_at
        return
    for held in stop.since.values():
        yield from held.values()


@dataclass(frozen=True, kw_only=True)
class ThroughLeads:
    """Builds what must hold for a phase of such a row to live.

    `through`: the datasets by which it binds the row to people; empty: any. For whoever the row
    leads to by others it does not live. Of nobody at all it is unknown, unless the row itself tells
    that it ended, whosever it was.
    """

    needs: Needs
    here: Place
    activity: Activity
    phase: Phase
    through: tuple[str, ...] = ()

    @property
    def _name(self) -> str:
        return phase_name(self.activity.id, self.phase.id)

    def lives(self) -> Expression:
        """Give whether the phase lives for anyone whom the row leads to."""
        performing = [
            c for c in self.needs.policy.controllers if self.needs.policy.performs(c, self.activity)
        ]
        told = any(told_by(self.here, t) for c in performing for t in self._terms(c))
        alone = any_of(*(self._alone(t, c) for c in performing for t in self._terms(c)))
        if not told and not collected_by(self.here):
            return self._anyone(
                lambda place: self.needs.each_controller(place, lambda c: self._of_one(place, c)),
                alone,
            )
        unowned = self._anyone(lambda place: self.needs.each_controller(place, lambda _: NO), alone)
        return any_of(unowned, *(part for c in performing for part in self._parts(c)))

    def _alone(self, term: Term, controller: Controller) -> Expression:
        """Give whether a term has not ended by what the row itself tells, whosever it was."""
        told = told_by(self.here, term)
        return self.needs.terms.alive(self.here, term, controller) if told else YES

    def _terms(self, controller: Controller) -> Sequence[Term]:
        return self.needs.policy.terms_of(controller, self.activity, self.phase)

    def _of_one(self, place: Place, controller: Controller) -> Expression:
        """Give whether the phase lives for a person at a controller, all told by the person."""
        if not self.needs.policy.performs(controller, self.activity):
            return NO
        living = any_of(
            *(self.needs.terms.runs(place, term, controller) for term in self._terms(controller))
        )
        stopped = any_of(*self.needs.stopped(place, self._name, controller))
        suspended = self.needs.suspended(place, self._name, controller)
        return any_of(all_of(living, not_(stopped)), *suspended)

    def _parts(self, controller: Controller) -> Iterator[Expression]:
        """Yield the ways in which the phase lives for somebody at one controller."""
        if any(self._name in one.phases for one in self.needs.circumstances.restrictions):
            yield self._somebody(
                controller,
                lambda place: any_of(*self.needs.suspended(place, self._name, controller)),
            )
        yield self._by_terms(controller)

    def _by_terms(self, controller: Controller) -> Expression:
        """Give whether it lives by a term: by when the row was collected, if that is told."""
        if not collected_by(self.here):
            return self._covered(
                controller,
                lambda place: any_of(*self.needs.stopped(place, self._name, controller)),
            )
        instants = sorted({at for stop in self._stops() for at in _moments(stop)})
        return self._between(controller, [*instants, None])

    def _between(self, controller: Controller, instants: Sequence[datetime | None]) -> Expression:
        """Halve the times at which the row may have been collected, up to each of these instants.

        The later it was, the fewer stops cover it. Side by side, one part for each time would be
        more than databases parse.
        """
        if len(instants) == 1:
            return self._covered(controller, self._covering(controller, instants[0]))
        middle = (len(instants) + 1) // 2
        last = instants[middle - 1]
        if last is None:
            raise ValueError("only the last of the instants is open")
        until = self.needs.collected_before(self.here, last, controller)
        return any_of(
            all_of(until, self._between(controller, instants[:middle])),
            all_of(not_(until), self._between(controller, instants[middle:])),
        )

    def _covered(self, controller: Controller, covering: _Covering) -> Expression:
        """Give whether it lives by a term where these stops cover the row."""
        terms = self._terms(controller)
        return any_of(*(self._by_term(term, controller, covering) for term in terms))

    def _by_term(self, term: Term, controller: Controller, covering: _Covering) -> Expression:
        own = told_by(self.here, term)
        alive = self.needs.terms.alive(self.here, term, controller) if own else YES

        def theirs(place: Place) -> Expression:
            told = YES if own else self.needs.terms.alive(place, term, controller)
            return all_of(self.needs.terms.who(place, term), told, not_(covering(place)))

        if not self._by_way:
            return all_of(alive, self._somebody(controller, theirs))
        ways = (self._by(way, controller, theirs) for way in self.here.top.ways)
        return all_of(alive, any_of(*ways))

    @property
    def _by_way(self) -> bool:
        """Whether there are stops that were joined, and are asked of each way to people."""
        said = self.needs.circumstances.stops if self.needs.stops else ()
        joined = any(stop.since is not None and self._ends(stop) for stop in said)
        return joined and told_by_way(self.here)

    def _by(self, way: Way, controller: Controller, part: _Covering) -> Expression:
        """Give whether somebody to whom the row leads by one way passes, and no stop covers it."""
        if not self._goes_by(way.leads[0]):
            return NO
        said = self.needs.circumstances
        found = said.stops_of(controller.id, self._name, way.end.top.ref)
        stops = [stop for stop in found if stop.since is not None]

        def theirs(place: Place) -> Expression:
            return all_of(self.needs.scope(place, controller), part(place))

        if told_by_number(self.here, way):
            return self._by_number(way, controller, theirs, stops)
        (lead,) = way.leads

        def passes(place: Place) -> Expression:
            covers = (self._covers(lead, stop, controller) for stop in stops)
            return all_of(theirs(place), not_(any_of(*covers)))

        covered = (
            all_of(
                covers_row(self.here, lead, stop),
                self.needs.collected_before(self.here, stop.set_at, controller),
            )
            for stop in stops
        )
        return all_of(self._led(way, passes), not_(any_of(*covered)))

    def _by_number(
        self, way: Way, controller: Controller, theirs: _Covering, stops: Sequence[Stop]
    ) -> Expression:
        """Give the same where several of those whom it leads to may have stopped something.

        Of each number it leads to one of them at most; besides, to whoever has none.
        """
        told = numbering(way, (), self.needs.numbers.get(way.name, 1))
        every = [
            any_of(*(of_number(told, stop, number) for stop in stops))
            for number in range(told.numbers)
        ]

        def led(those: Expression) -> Expression:
            return self._led(way, lambda place: all_of(those, theirs(place)))

        living = (
            all_of(led(mine), not_(self._covered_by_number(told, stops, number, controller)))
            for number, mine in enumerate(every)
        )
        return any_of(led(not_(any_of(*every))), *living)

    def _covered_by_number(
        self, told: Numbering, stops: Sequence[Stop], number: int, controller: Controller
    ) -> Expression:
        """Give whether a row was there when the one of a number whom it leads to set a stop."""
        return any_of(
            *(
                all_of(
                    covers_by_number(self.here, told, stop, number),
                    self.needs.collected_before(self.here, stop.set_at, controller),
                )
                for stop in stops
            )
        )

    def _led(self, way: Way, part: _Covering) -> Expression:
        """Give whether a row to which this one leads by a way passes."""

        def along(here: Place, leads: Sequence[Lead]) -> Expression:
            next_, *further = leads

            def passes(lead: Lead) -> Expression:
                if lead is not next_:
                    return NO
                return along(lead.place, further) if further else part(lead.place)

            return self.needs.any_lead(here, passes, empty=False)

        return along(self.here, way.leads)

    def _covers(self, lead: Lead, stop: Stop, controller: Controller) -> Expression:
        """Give whether a joined stop covers what leads to a row at the other end of a way."""
        top = self.here.top
        covered = covers_other(top, lead, stop)
        if covered == NO:
            return NO
        before = self.needs.collected_before(top, stop.set_at, controller)
        back = lead.link.back(top.dataset.id)
        return all_of(covered, Up(link=back, part=before, missing=False))

    def _stops(self) -> tuple[Stop, ...]:
        stops = self.needs.circumstances.stops if self.needs.stops else ()
        return tuple(stop for stop in stops if self._ends(stop) and self._timed(stop))

    def _ends(self, stop: Stop) -> bool:
        return stop.kind.ends_what_lives and self._name in stop.phases

    def _timed(self, stop: Stop) -> bool:
        """Tell whether a stop is asked with the time at which the row may have been collected."""
        return stop.since is None or not self._by_way

    def _covering(self, controller: Controller, since: datetime | None) -> _Covering:
        """Give what tells whether a person is covered by a lasting stop, or one set since then."""

        def covered(place: Place) -> Expression:
            if not self.needs.stops:
                return NO
            ref = place.top.ref
            found = self.needs.circumstances.stops_of(controller.id, self._name, ref)
            timed = filter(self._timed, found)
            names = (name for stop in timed for name in self._set_since(stop, ref, since))
            return any_of(*(covered_by(place, set_name(name, ref)) for name in names))

        return covered

    def _set_since(self, stop: Stop, ref: str, since: datetime | None) -> Iterator[str]:
        """Yield the names of the sets of people who set a stop at that moment or later."""
        if stop.covers_all:
            yield stop.id
        elif since is None:
            return
        elif stop.since is None:
            if stop.set_at >= since:
                yield stop.id
        else:
            known = self._moments_of(stop, ref)
            yield from since_moment(stop, known, since)

    def _moments_of(self, stop: Stop, ref: str) -> Sequence[datetime]:
        if (stop.id, ref) not in self._known:
            self._known[stop.id, ref] = moments_of(stop, ref)
        return self._known[stop.id, ref]

    @cached_property
    def _known(self) -> dict[tuple[str, str], Sequence[datetime]]:
        return {}

    def _somebody(self, controller: Controller, part: _Covering) -> Expression:
        """Give whether somebody at a controller passes."""
        return self._anyone(
            lambda place: all_of(self.needs.scope(place, controller), part(place)), NO
        )

    def _anyone(self, part: _Covering, alone: Expression) -> Expression:
        """Give whether anyone to whom the row leads in the end passes.

        Of nobody it is unknown, where `alone` may hold.
        """
        further = any(lead.place.top.shared for lead in self.here.top.leads)
        empty = None if alone == YES and not further else False

        def passes(lead: Lead) -> Expression:
            if lead.place.top.shared:
                return self.needs.any_lead(lead.place, passes, empty=False)
            return part(lead.place)

        def bound(lead: Lead) -> Expression:
            return passes(lead) if self._goes_by(lead) else NO

        found = self.needs.any_lead(self.here, bound, empty=empty)
        if empty is None:
            return found
        return any_of(found, all_of(not_(self._leads(self.here)), alone, UNKNOWN))

    def _leads(self, here: Place) -> Expression:
        """Give whether a row leads to anybody in the end: what it leads to may lead to nobody."""

        def leads(lead: Lead) -> Expression:
            return self._leads(lead.place) if lead.place.top.shared else YES

        return self.needs.any_lead(here, leads, empty=False)

    def _goes_by(self, lead: Lead) -> bool:
        """Tell whether the phase binds the row to whom it leads by this way."""
        return not self.through or lead.place.dataset.id in self.through
