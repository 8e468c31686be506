"""The plain reading of the rules: one row, one instant, no compiling and no cutoffs.

Slow and obviously right. It explains (`why`, an access report), it is the interpreter behind
`stores.memory`, and the compiled reading (`needs`) is held equal to it by property tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from doelbinding.binding.circumstances import (
    Circumstances,
    Hold,
    Restriction,
    Stop,
    phase_name,
)
from doelbinding.binding.cutoff import last_kept_day, local_day
from doelbinding.binding.dating import Dating, Keeping, dating_of
from doelbinding.binding.justification import Justification, PhaseState, Row, TermState
from doelbinding.binding.kleene import Truth, both, either, negate
from doelbinding.binding.leads import collected_by, told_by
from doelbinding.binding.paths import Place, Telling
from doelbinding.binding.rows import Rows
from doelbinding.binding.times import day_of, moment_of
from doelbinding.policy.activity import Activity, Phase, Term
from doelbinding.policy.organisation import Controller
from doelbinding.policy.retention import After, Until
from doelbinding.policy.stores import Binding, EventSource

_At = tuple[Place, Row]
"""A row, and the dataset it is of."""


@dataclass(frozen=True, kw_only=True)
class Interpreter(Rows):
    """Answers for rows of one policy at one instant."""

    at: datetime
    circumstances: Circumstances

    def justify(self, here: Place, row: Row, column: str) -> Justification:
        """Give the justification of one value."""
        barred = [p for p in here.dataset.prohibitions if column in p.columns]
        answers = [(p, True if p.when is None else self.test(p.when, here, row)) for p in barred]
        phases = [
            state
            for binding in here.dataset.bindings
            if column in binding.columns
            for state in self._phases(here, row, binding)
        ]
        kept_by, tells_for = self.kept_value(here, row, column)
        return Justification(
            phases=tuple(phases),
            kept_by=kept_by,
            tells_for=tells_for,
            perhaps_kept=self.perhaps_kept(here, row, self._tells.of_values(here, column)),
            prohibited=either(answer for _, answer in answers),
            prohibitions=tuple(p for p, answer in answers if answer is not False),
        )

    def stays(self, here: Place, row: Row) -> Truth:
        """Tell whether a row stays: for a justified value, or because another needs it."""
        if not here.dataset.goes_when_unjustified:
            return True
        if not here.top.shared and self.controllers(here, row) is None:
            return None
        needed = [self.stays(place, other) for place, other in self.needing(here, row)]
        return either((self.own_truth(here, row), any(one is not False for one in needed)))

    def own_truth(self, here: Place, row: Row) -> Truth:
        """Tell whether anything of a row itself is justified, or holds keep it."""
        own = [self.justify(here, row, c.name).truth for c in here.dataset.personal_columns]
        return either((*own, self.kept_row(here, row)))

    def kept_row(self, here: Place, row: Row) -> Truth:
        """Tell whether a hold or restriction keeps a row, whatever values it holds."""
        keeping = self._tells.of_rows(here)
        if any(self.kept_by(here, row, keeping)):
            return True
        return None if self.perhaps_kept(here, row, keeping) else False

    @cached_property
    def _tells(self) -> Dating:
        return dating_of(self.policy)

    def kept_value(
        self, here: Place, row: Row, column: str
    ) -> tuple[tuple[Hold | Restriction, ...], tuple[Restriction, ...]]:
        """Give the holds and restrictions of a value, and the restrictions of what it dates."""
        kept: list[Hold | Restriction] = []
        tells: list[Restriction] = []
        for one in self.kept_by(here, row, self._tells.of_values(here, column)):
            if isinstance(one, Hold) or one.is_of(f"{here.ref}.{column}"):
                kept.append(one)
            else:
                tells.append(one)
        return tuple(kept), tuple(tells)

    def kept_by(self, here: Place, row: Row, keeping: Keeping) -> Iterator[Hold | Restriction]:
        """Yield the holds and restrictions that keep a row, or values of it, of who it leads to."""
        for controllers, ref, key in self.people(here, row):
            for controller in controllers:
                for keep in self.circumstances.keeps_of(controller.id, ref, keeping):
                    if key in keep.subjects[ref]:
                        yield keep

    def perhaps_kept(self, here: Place, row: Row, keeping: Keeping) -> bool:
        """Tell whether somebody it leads to is covered, at a controller that cannot be told."""
        return any(
            key in keep.subjects[ref]
            for controllers, ref, key in self.people(here, row)
            if not controllers
            for one in self.policy.controllers
            for keep in self.circumstances.keeps_of(one.id, ref, keeping)
        )

    def _phases(self, here: Place, row: Row, binding: Binding) -> Iterator[PhaseState]:
        activity = self.policy.activity_by_id[binding.activity]
        when = True if binding.when is None else self.test(binding.when, here, row)
        for phase in activity.phases:
            if not binding.phases or phase.id in binding.phases:
                if here.top.shared and not any(self.persons_of(here, row)):
                    yield unowned(
                        activity, phase, when, self.lives_alone(here, row, activity, phase)
                    )
                for theirs in self._bound_for(here, row, binding):
                    yield from self._phase_state((here, row), theirs, activity, phase, when)

    def lives_alone(self, here: Place, row: Row, activity: Activity, phase: Phase) -> Truth:
        """Tell whether a phase lives on a row that leads to nobody: never certainly.

        It does not where the row itself tells that it ended, whosever it was.
        """
        alive = either(
            self._alive(here, row, term, controller)[0] if told_by(here, term) else None
            for controller in self.policy.controllers
            if self.policy.performs(controller, activity)
            for term in self.policy.terms_of(controller, activity, phase)
        )
        return False if alive is False else None

    def _bound_for(self, here: Place, row: Row, binding: Binding) -> Iterator[_At]:
        """Yield the rows of those for whom a binding holds: the row's own, or whoever shares it."""
        if not here.top.shared:
            yield here, row
        else:
            yield from self.persons_of(here, row, binding.through)

    def _phase_state(
        self, own: _At, theirs: _At, activity: Activity, phase: Phase, when: Truth
    ) -> Iterator[PhaseState]:
        """Yield a phase's state for a row and one person; their own row where it leads to one."""
        here, row = theirs
        controllers = self.controllers(here, row)
        if controllers is None:
            yield unowned(activity, phase, when)
            return
        (controller,) = controllers
        if not self.policy.performs(controller, activity):
            return
        name = phase_name(activity.id, phase.id)
        terms = self.policy.terms_of(controller, activity, phase)
        yield PhaseState(
            controller=controller.id,
            activity=activity,
            phase=phase,
            when=when,
            terms=tuple(self._term(own, theirs, term, controller) for term in terms),
            stops=tuple(self._stops(own, theirs, name, controller)),
            doubts=tuple(self._doubts(own, theirs, name, controller)),
            suspended=tuple(self._suspensions(here, row, name, controller)),
        )

    def _term(self, own: _At, theirs: _At, term: Term, controller: Controller) -> TermState:
        named = either(self._person(*theirs, person) for person in term.persons)
        who = named if term.persons else True
        rule = term.parsed
        alive, start = self._alive(*(own if told_by(own[0], term) else theirs), term, controller)
        lives = both((who, alive))
        if not isinstance(rule, After):
            return TermState(term=term, lives=lives, applies=who)
        until = start and last_kept_day(rule, start, controller.financial_year_end)
        return TermState(term=term, lives=lives, applies=who, start=start, until=until)

    def _alive(
        self, here: Place, row: Row, term: Term, controller: Controller
    ) -> tuple[Truth, date | None]:
        """Tell whether a term has not ended, whoever it is for, and from which day it counts."""
        rule = term.parsed
        if isinstance(rule, After):
            return self._after(here, row, rule, controller)
        state = self._state(here, row, rule.state)
        return (negate(state) if isinstance(rule, Until) else state), None

    def _after(
        self, here: Place, row: Row, rule: After, controller: Controller
    ) -> tuple[Truth, date | None]:
        event = here.dataset.events.get(rule.event)
        if event is None:
            parent = self.up(here, row)
            if here.parent is None or parent is None:
                return None, None
            return self._after(here.parent, parent, rule, controller)
        if event.column is not None:
            if self.value(here, row, event.column) is None:
                return (True if event.ongoing_if_null else None), None
            return self._from(here, row, event.column, rule, controller)
        answers = [
            self._from(there, other, source.column, rule, controller)
            for source in event.latest_of
            for there, other in self._dating(here, row, source)
            if self.value(there, other, source.column) is not None
        ]
        if not answers:
            return None, None
        days = [start for _, start in answers if start is not None]
        return either(alive for alive, _ in answers), max(days, default=None)

    def _dating(self, here: Place, row: Row, source: EventSource) -> Iterator[tuple[Place, Row]]:
        """Yield the rows that may date an event: this one, those linked, or those elsewhere."""
        away = here.elsewhere(source)
        if away is not None:
            there, theirs, mine = away
            kind = there.dataset.column(theirs).identifier or ""
            held = self.named(here, row, mine)
            if held is not None:
                for other in self.reader.match(there.ref, theirs, kind, str(held)):
                    if self.named(there, other, theirs) is not None:
                        yield there, other
        elif not (ways := here.dating(source)):
            yield here, row
        else:
            there = here.neighbour(ways[0].link.dataset)
            yield from ((there, other) for other in self.telling(here, ways, row))

    def telling(self, here: Place, ways: tuple[Telling, ...], row: Row) -> Iterator[Row]:
        """Yield the rows of another dataset that tell an event or a state of a row here."""
        for one in ways:
            there = here.neighbour(one.link.dataset)
            for other in self.related(here, one.link, row):
                if one.when is None or self.test(one.when, there, other) is True:
                    yield other

    def _from(
        self, here: Place, row: Row, name: str, rule: After, controller: Controller
    ) -> tuple[Truth, date | None]:
        column = here.dataset.column(name)
        start = day_of(row[name], column, here.store.timezone, controller.timezone)
        if start is None:
            return None, None
        last = last_kept_day(rule, start, controller.financial_year_end)
        return local_day(self.at, controller) <= last, start

    def _person(self, here: Place, row: Row, category: str) -> Truth:
        if category in here.dataset.persons:
            return self.test(here.dataset.persons[category], here, row)
        if not any(category in place.dataset.persons for place in here.ways_up()):
            return False
        parent = self.up(here, row)
        if here.parent is None or parent is None:
            return None
        return self._person(here.parent, parent, category)

    def _state(self, here: Place, row: Row, state: str) -> Truth:
        if state in here.dataset.states:
            return self.test(here.dataset.states[state], here, row)
        if state in here.dataset.row_states:
            wanted = here.dataset.row_states[state]
            there = here.neighbour(wanted.dataset)
            others = self.telling(here, here.paired(wanted.dataset, wanted.on), row)
            if wanted.any_ is not None:
                return either(self.test(wanted.any_, there, other) for other in others)
            if wanted.every is not None:
                return both(self.test(wanted.every, there, other) for other in others)
        parent = self.up(here, row)
        if here.parent is None or parent is None:
            return None
        return self._state(here.parent, parent, state)

    def _stops(self, own: _At, theirs: _At, phase: str, controller: Controller) -> Iterator[Stop]:
        yield from self._covering(own, theirs, phase, controller, self.circumstances.stops_of)

    def _doubts(self, own: _At, theirs: _At, phase: str, controller: Controller) -> Iterator[Stop]:
        """Yield the stops that end a phase where it is undated: in rows of one person."""
        if not own[0].top.shared:
            yield from self._covering(own, theirs, phase, controller, self.circumstances.doubts_of)

    def _covering(
        self,
        own: _At,
        theirs: _At,
        phase: str,
        controller: Controller,
        said: Callable[[str, str, str], Iterator[Stop]],
    ) -> Iterator[Stop]:
        tells = own if collected_by(own[0]) else theirs
        for _, ref, key in self.people(*theirs):
            for stop in said(controller.id, phase, ref):
                covered = key in stop.subjects[ref]
                if covered and (
                    stop.covers_all or self._collected_before(*tells, stop, controller)
                ):
                    yield stop

    def _suspensions(
        self, here: Place, row: Row, phase: str, controller: Controller
    ) -> Iterator[Restriction]:
        for _, ref, key in self.people(here, row):
            for restriction in self.circumstances.suspensions_of(controller.id, phase, ref):
                if key in restriction.subjects[ref]:
                    yield restriction

    def _collected_before(self, here: Place, row: Row, stop: Stop, controller: Controller) -> bool:
        name = here.dataset.collected
        if name is None and here.parent is not None:
            parent = self.up(here, row)
            return parent is None or self._collected_before(here.parent, parent, stop, controller)
        if name is None or self.value(here, row, name) is None:
            return True
        moment = moment_of(
            row[name], here.dataset.column(name), here.store.timezone, controller.timezone
        )
        return moment is None or moment <= stop.set_at or self._ahead(here, row, moment, stop)

    def _ahead(self, here: Place, row: Row, moment: datetime, stop: Stop) -> bool:
        """Tell whether a row was there when a stop was set, and bears a later date."""
        held = stop.ahead.get(here.ref)
        if not held or here.top.shared:
            return False
        parts = [row[name] for name in here.dataset.key]
        dated = held.get(tuple([part if isinstance(part, int) else str(part) for part in parts]))
        return dated is not None and moment <= dated


def unowned(activity: Activity, phase: Phase, when: Truth, lives: Truth = None) -> PhaseState:
    """Give the state of a phase on a row that leads to nobody we can tell."""
    terms = tuple(TermState(term=term, lives=lives) for term in phase.terms)
    return PhaseState(controller="", activity=activity, phase=phase, when=when, terms=terms)
