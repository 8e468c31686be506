"""One phase at one controller, for rows of one dataset: its terms and stops, ready to be asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, TypeVar

from doelbinding.binding.bound import Line, TermHere
from doelbinding.binding.circumstances import Key, Restriction, Stop
from doelbinding.binding.cutoff import last_kept_days
from doelbinding.binding.justification import PhaseState, Row, TermState
from doelbinding.binding.kleene import Truth, both, either, negate
from doelbinding.binding.paths import Place
from doelbinding.policy.organisation import Controller
from doelbinding.policy.retention import After, Until

if TYPE_CHECKING:
    from doelbinding.binding.judge import Judge

_Dated = tuple[Truth, date | None]
Ask = Callable[[Row], _Dated]


class LivingPhase:
    """A phase for rows of a dataset that lead to people of another, at one controller.

    A row and its person's are the same where it leads to one. Alike states are one object.
    """

    def __init__(
        self,
        judge: Judge,
        line: Line,
        theirs: Place,
        controller: Controller,
        terms: Sequence[TermHere],
    ) -> None:
        self._judge, self._line = judge, line
        self._theirs, self._controller = theirs, controller
        self._terms = tuple(_Living(judge, line.own, theirs, one, controller) for one in terms)
        said, top = judge.circumstances, theirs.top.ref
        self._stops = _by_person(said.stops_of(controller.id, line.name, top), top)
        doubts = () if line.own.top.shared else said.doubts_of(controller.id, line.name, top)
        self._doubts = _by_person(doubts, top)
        self._suspensions = _by_person(said.suspensions_of(controller.id, line.name, top), top)
        self._key = judge.key_of_person(theirs)
        self._known: dict[object, PhaseState] = {}

    def state(self, when: Truth, own: Row, theirs: Row) -> PhaseState:
        """Give what the phase says of a row and the person it leads to."""
        terms = tuple([term.state(own, theirs) for term in self._terms])
        if not (self._stops or self._doubts or self._suspensions):
            return self._alike(when, terms, (), (), ())
        key = self._key(theirs)
        stops = tuple([s for s in self._stops.get(key, ()) if self._stopped(s, own, theirs)])
        doubts = tuple([s for s in self._doubts.get(key, ()) if self._stopped(s, own, theirs)])
        return self._alike(when, terms, stops, doubts, tuple(self._suspensions.get(key, ())))

    def _alike(
        self,
        when: Truth,
        terms: tuple[TermState, ...],
        stops: tuple[Stop, ...],
        doubts: tuple[Stop, ...],
        suspended: tuple[Restriction, ...],
    ) -> PhaseState:
        mark = (when, *(tuple(map(id, said)) for said in (terms, stops, doubts, suspended)))
        found = self._known.get(mark)
        if found is None:
            found = self._known[mark] = PhaseState(
                controller=self._controller.id,
                activity=self._line.activity,
                phase=self._line.phase,
                when=when,
                terms=terms,
                stops=stops,
                doubts=doubts,
                suspended=suspended,
            )
        return found

    def _stopped(self, stop: Stop, own: Row, theirs: Row) -> bool:
        line = self._line
        tells = (line.own, own) if line.tells_collected else (self._theirs, theirs)
        return stop.covers_all or self._judge.collected_before(*tells, stop, self._controller)


_Said = TypeVar("_Said", Stop, Restriction)


def _by_person(said: Iterable[_Said], ref: str) -> Mapping[Key | None, Sequence[_Said]]:
    """Give what was said by the key of whom it is about, in a dataset."""
    found: dict[Key | None, list[_Said]] = {}
    for one in said:
        for key in one.subjects[ref]:
            found.setdefault(key, []).append(one)
    return found


class _Living:
    """A term of a phase; dates are kept by what the column holds."""

    def __init__(
        self, judge: Judge, own: Place, theirs: Place, told: TermHere, controller: Controller
    ) -> None:
        self._judge, self._term = judge, told.term
        self._theirs = theirs
        self._told_by_row = told.told_by_row
        self._place = own if told.told_by_row else theirs
        rule = told.term.parsed
        self._after: Ask | None = None
        if isinstance(rule, After):
            self._after = judge.dating(self._place, rule, controller)
            self._last = last_kept_days(rule, controller.financial_year_end)
        self._known: dict[object, TermState] = {}

    def state(self, own: Row, theirs: Row) -> TermState:
        row = own if self._told_by_row else theirs
        who = self._who(theirs) if self._term.persons else True
        if self._after is None:
            return self._waiting(who, row)
        mark = who, *self._after(row)
        found = self._known.get(mark)
        if found is None:
            found = self._known[mark] = self._dated(*mark)
        return found

    def _who(self, theirs: Row) -> Truth:
        return either(self._judge.is_person(self._theirs, theirs, p) for p in self._term.persons)

    def _waiting(self, who: Truth, row: Row) -> TermState:
        rule = self._term.parsed
        state = self._judge.state_of(self._place, row, rule.state)  # type: ignore[union-attr]
        mark = who, state
        if mark not in self._known:
            alive = negate(state) if isinstance(rule, Until) else state
            self._known[mark] = TermState(term=self._term, lives=both((who, alive)), applies=who)
        return self._known[mark]

    def _dated(self, who: Truth, alive: Truth, start: date | None) -> TermState:
        until = None if start is None else self._last(start)
        lives = both((who, alive))
        return TermState(term=self._term, lives=lives, applies=who, start=start, until=until)


def latest(sources: Sequence[Callable[[Row], Sequence[_Dated]]]) -> Ask:
    """Give what tells the latest of the events that several sources date."""

    def ask(row: Row) -> _Dated:
        answers = [answer for source in sources for answer in source(row)]
        if not answers:
            return None, None
        days = [start for _, start in answers if start is not None]
        return either(alive for alive, _ in answers), max(days, default=None)

    return ask
