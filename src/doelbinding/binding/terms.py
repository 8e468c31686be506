"""The rules' terms as expressions: for whom one is, and what must hold for it not to have ended.

What was said does not matter here. What a row does not tell itself, those it refers to are asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from doelbinding.binding.conditions import is_null, names_somebody, tested, unless_null
from doelbinding.binding.cutoff import first_living_start, local_day
from doelbinding.binding.expression import (
    NO,
    UNKNOWN,
    YES,
    AnyOf,
    Branch,
    Constant,
    Elsewhere,
    Expression,
    Since,
    Up,
)
from doelbinding.binding.paths import Place, Telling
from doelbinding.binding.simplify import all_of, any_of, not_
from doelbinding.policy.activity import Term
from doelbinding.policy.organisation import Controller
from doelbinding.policy.retention import After, Until, While
from doelbinding.policy.stores import Dataset, Event, EventSource, RowsState


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Builds what must hold for terms to run at one instant."""

    at: datetime

    def runs(self, here: Place, term: Term, controller: Controller) -> Expression:
        """Give whether a term is for this kind of person, and has not ended."""
        return all_of(self.who(here, term), self.alive(here, term, controller))

    def who(self, here: Place, term: Term) -> Expression:
        """Give whether a term is for this kind of person."""
        named = any_of(*(self._person(here, person) for person in term.persons))
        return named if term.persons else YES

    def alive(self, here: Place, term: Term, controller: Controller) -> Expression:
        """Give whether a term has not ended, whoever it is for."""
        rule = term.parsed
        match rule:
            case After():
                return self._since(here, rule, controller)
            case While():
                return self._state(here, rule.state)
            case Until():
                return not_(self._state(here, rule.state))

    def _person(self, here: Place, category: str) -> Expression:
        if category in here.dataset.persons:
            return tested(here.dataset.persons[category], here.dataset)
        if here.parent is None:
            return NO
        inner = self._person(here.parent, category)
        return inner if inner in (YES, NO) else Up(link=here.upward, part=inner)

    def _state(self, here: Place, state: str) -> Expression:
        if state in here.dataset.states:
            return tested(here.dataset.states[state], here.dataset)
        if state in here.dataset.row_states:
            return self._state_of_rows(here, here.dataset.row_states[state])
        if here.parent is None:
            return UNKNOWN
        return Up(link=here.upward, part=self._state(here.parent, state))

    def _state_of_rows(self, here: Place, state: RowsState) -> Expression:
        there = here.neighbour(state.dataset).dataset

        def some(part: Expression) -> Expression:
            branches = (
                Branch(link=one.link, among=_meant(one, there), part=part)
                for one in here.paired(state.dataset, state.on)
            )
            return AnyOf(branches=tuple(branches), empty=False)

        if state.any_ is not None:
            return some(tested(state.any_, there))
        return not_(some(not_(tested(state.every, there) if state.every is not None else YES)))

    def _since(self, here: Place, rule: After, controller: Controller) -> Expression:
        event = here.dataset.events.get(rule.event)
        if event is not None:
            return self._event(here, event, rule, controller)
        if here.parent is None:
            return UNKNOWN
        return Up(link=here.upward, part=self._since(here.parent, rule, controller))

    def _event(self, here: Place, event: Event, rule: After, controller: Controller) -> Expression:
        if event.column is not None:
            ongoing = True if event.ongoing_if_null else None
            return self._cutoff(here, event.column, rule, controller, when_null=ongoing)
        return AnyOf(
            branches=tuple(
                branch
                for source in event.latest_of
                for branch in self._dated_by(here, source, rule, controller)
            )
        )

    def _dated_by(
        self, here: Place, source: EventSource, rule: After, controller: Controller
    ) -> Iterator[Branch]:
        """Yield the rows of a source in which its date is not null, and whether that is recent."""
        away = here.elsewhere(source)
        if away is not None:
            yield self._dated_elsewhere(here, away, source.column, rule, controller)
            return
        ways = here.dating(source)
        there = here.neighbour(ways[0].link.dataset) if ways else here
        dated = not_(is_null(there.dataset.column(source.column)))
        part = self._cutoff(there, source.column, rule, controller, when_null=None)
        if not ways:
            yield Branch(among=dated, part=part)
        for one in ways:
            among = all_of(dated, _meant(one, there.dataset) or YES)
            yield Branch(link=one.link, among=among, part=part)

    def _dated_elsewhere(
        self,
        here: Place,
        away: tuple[Place, str, str],
        name: str,
        rule: After,
        controller: Controller,
    ) -> Branch:
        there, theirs, own = away
        mine = names_somebody(here.dataset.column(own))
        dated = not_(is_null(there.dataset.column(name)))
        return Branch(
            elsewhere=_elsewhere(here, *away),
            among=all_of(dated, names_somebody(there.dataset.column(theirs))),
            when=None if mine == YES else mine,
            part=self._cutoff(there, name, rule, controller, when_null=None),
        )

    def _cutoff(
        self, here: Place, name: str, rule: After, controller: Controller, *, when_null: bool | None
    ) -> Expression:
        column = here.dataset.column(name)
        today = local_day(self.at, controller)
        since = Since(
            column=name,
            day=first_living_start(rule, today, controller.financial_year_end),
            zone=controller.timezone,
            earliest=column.earliest,
            latest=column.latest,
            when_null=when_null,
        )
        return unless_null(column, since, Constant(value=when_null))


def _meant(one: Telling, there: Dataset) -> Expression | None:
    """Say which of the rows at the other end of a link are told of here; none: all."""
    return None if one.when is None else tested(one.when, there)


def _elsewhere(here: Place, there: Place, column: str, own: str) -> Elsewhere:
    """Say which rows of another store are found by an identifier of a row here."""
    kind = there.dataset.column(column).identifier or ""
    return Elsewhere(ref=there.ref, column=column, own_ref=here.ref, own=own, kind=kind)
