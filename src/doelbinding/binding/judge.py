"""The plain reading at speed: what does not change from row to row is worked out once.

A `Judge` answers as the `Interpreter` does, and leaves to it whatever is rare: it keeps, per
dataset and controller, the phases bound, where each term's date stands, and what each date came to,
so that a row costs a look into a few dictionaries. Alike answers are one object. It lives no longer
than the rows it judges; a property test holds it equal to the interpreter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, cached_property
from typing import Protocol, runtime_checkable

from doelbinding.binding.bound import Bound, Bounds, Columns, Line, bounds_of, numbered
from doelbinding.binding.circumstances import Circumstances, Hold, Key, Restriction, Stop
from doelbinding.binding.cutoff import last_kept_days, local_day
from doelbinding.binding.justification import Justification, PhaseState, Row
from doelbinding.binding.justify import Interpreter
from doelbinding.binding.kleene import Truth, either
from doelbinding.binding.living import Ask, LivingPhase, latest
from doelbinding.binding.nothing import stands_for_nothing
from doelbinding.binding.paths import Link, Place
from doelbinding.binding.times import day_reader
from doelbinding.policy.condition import Condition
from doelbinding.policy.organisation import Controller
from doelbinding.policy.retention import After
from doelbinding.policy.stores import EventSource, Prohibition

_Dated = tuple[Truth, date | None]
_Lives = tuple[Place, Row, tuple[Controller, ...] | None]
"""A person to whom a row leads, with their controller where it can be told."""
_Lived = tuple[tuple[Condition | None, tuple[LivingPhase, ...]], ...]
"""Phases in which rows live, with what must hold of a row for them."""


@runtime_checkable
class ByKey(Protocol):
    """A reader that gives rows by the values of columns, in alphabetical order."""

    def by_key(self, ref: str, columns: tuple[str, ...], key: tuple[object, ...]) -> Sequence[Row]:
        """Give the rows; of a null, none."""
        ...


@dataclass(frozen=True, kw_only=True)
class Judge(Interpreter):
    """Answers for many rows of one policy at one instant.

    `asked`: what tells when events were; `days`: what reads the days of a column. That is the same
    whatever was said, so it is shared.
    """

    asked: dict[object, Ask] = field(default_factory=dict, repr=False, compare=False)
    days: dict[object, Callable[[object], date | None]] = field(
        default_factory=dict, repr=False, compare=False
    )

    def under(self, circumstances: Circumstances) -> Judge:
        """Give a judge of the same rows under other circumstances."""
        return replace(self, circumstances=circumstances)

    def justify(self, here: Place, row: Row, column: str) -> Justification:
        """Give the justification of one value."""
        mark = here.ref, column
        if mark not in self._bound:
            groups = (group for group in self.groups(here) if column in group.columns)
            self._bound[mark] = next(groups, None)
        group = self._bound[mark]
        if group is None:
            return super().justify(here, row, column)
        return self.judge(here, row, group)

    def judge(self, here: Place, row: Row, group: Bound) -> Justification:
        """Give the justification of a row's values in columns that are bound alike."""
        phases = tuple(self._states(here, row, group))
        if not self._anybody_kept and not group.prohibitions:
            mark: object = tuple(map(id, phases))
            found = self.known.get(mark)
            if found is None:
                found = self.known[mark] = Justification(phases=phases)
            return found
        return self._kept(here, row, group, phases)

    def _kept(
        self, here: Place, row: Row, group: Bound, phases: tuple[PhaseState, ...]
    ) -> Justification:
        """Give the justification of values that something else than phases may bear on."""
        kept: tuple[Hold | Restriction, ...] = ()
        tells: tuple[Restriction, ...] = ()
        perhaps = False
        if self._anybody_kept:
            column = group.columns[0]
            kept, tells = self.kept_value(here, row, column)
            perhaps = self.perhaps_kept(here, row, self._tells.of_values(here, column))
        prohibited, barred = self._prohibited(here, row, group) if group.prohibitions else _FREE
        mark = (
            tuple(map(id, phases)),
            tuple(map(id, kept)),
            tuple(map(id, tells)),
            perhaps,
            prohibited,
            tuple(map(id, barred)),
        )
        found = self.known.get(mark)
        if found is None:
            found = self.known[mark] = Justification(
                phases=phases,
                kept_by=kept,
                tells_for=tells,
                perhaps_kept=perhaps,
                prohibited=prohibited,
                prohibitions=barred,
            )
        return found

    def kept_row(self, here: Place, row: Row) -> Truth:
        """Tell whether a hold or restriction keeps a row, whatever values it holds."""
        return super().kept_row(here, row) if self._anybody_kept else False

    def groups(self, here: Place) -> tuple[Bound, ...]:
        """Give the personal columns of a dataset, those bound alike together."""
        said = self.circumstances
        if not said.restrictions:
            return self._bounds.groups(here)
        found = self._groups.get(here.ref)
        if found is None:
            personal = [column.name for column in here.dataset.personal_columns]
            restricted = {
                name: self._tells.restricting(said.restrictions, here, name) for name in personal
            }
            found = self._groups[here.ref] = tuple(self._bounds.grouped(here, restricted))
        return found

    def columns(self, here: Place) -> Columns:
        """Give the columns of a dataset, personal ones first, each with its number in `groups`."""
        if not self.circumstances.restrictions:
            return self._bounds.columns(here)
        return numbered(here, self.groups(here))

    def _states(self, here: Place, row: Row, group: Bound) -> list[PhaseState]:
        lived = self._lived_here(here, group)
        if lived is None:
            return self._states_of_people(here, row, group)
        states: list[PhaseState] = []
        for condition, phases in lived:
            when = True if condition is None else self.test(condition, here, row)
            states += [phase.state(when, row, row) for phase in phases]
        return states

    def _lived_here(self, here: Place, group: Bound) -> _Lived | None:
        """Give the phases of a group, where every row is one person's and one controller's."""
        mark = id(group)
        if mark not in self._lived:
            lived = None
            if isinstance(here.owner, str) and not here.top.shared:
                controller = self.policy.controller_by_id[here.owner]
                lived = tuple(
                    (lines.when, tuple(self._performed(lines.phases, here, controller)))
                    for lines in group.lines
                )
            self._lived[mark] = lived
        return self._lived[mark]

    def _performed(
        self, lines: Sequence[Line], place: Place, controller: Controller
    ) -> Iterator[LivingPhase]:
        for line in lines:
            living = self.living(line, place, controller)
            if living is not None:
                yield living

    def _states_of_people(self, here: Place, row: Row, group: Bound) -> list[PhaseState]:
        people = self._people(here, row)
        states = []
        for lines in group.lines:
            when = True if lines.when is None else self.test(lines.when, here, row)
            led = self._people(here, row, lines.through) if people and lines.through else people
            for line in lines.phases:
                if not people:
                    alone = self.lives_alone(here, row, line.activity, line.phase)
                    states.append(line.unowned(when, alone))
                for place, theirs, controllers in led:
                    if controllers is None:
                        states.append(line.unowned(when))
                        continue
                    living = self.living(line, place, controllers[0])
                    if living is not None:
                        states.append(living.state(when, row, theirs))
        return states

    def _people(self, here: Place, row: Row, through: tuple[str, ...] = ()) -> list[_Lives]:
        if here.top.shared:
            found = self.persons_of(here, row, through)
            return [(place, other, self._owners(place, other)) for place, other in found]
        return [(here, row, self._owners(here, row))]

    def _owners(self, here: Place, row: Row) -> tuple[Controller, ...] | None:
        if isinstance(here.owner, str):
            return self._owner[here.owner]
        return self.controllers(here, row)

    @cached_property
    def _owner(self) -> dict[str, tuple[Controller, ...]]:
        return {name: (one,) for name, one in self.policy.controller_by_id.items()}

    def living(self, line: Line, place: Place, controller: Controller) -> LivingPhase | None:
        """Give a phase at a controller, ready to be asked; none where they do not carry it out."""
        mark = line, place.ref, controller.id
        if mark not in self._livings:
            terms = line.terms(controller)
            self._livings[mark] = (
                None if terms is None else LivingPhase(self, line, place, controller, terms)
            )
        return self._livings[mark]

    def _prohibited(
        self, here: Place, row: Row, group: Bound
    ) -> tuple[Truth, tuple[Prohibition, ...]]:
        answers = [
            (p, True if p.when is None else self.test(p.when, here, row))
            for p in group.prohibitions
        ]
        truth = either(answer for _, answer in answers)
        return truth, tuple(p for p, answer in answers if answer is not False)

    def related(self, here: Place, link: Link, row: Row) -> Sequence[Row]:
        """Give the rows that a link leads to from a row here."""
        by_key = self._by_key
        if by_key is None:
            return super().related(here, link, row)
        mark = here.store.id, link
        way = self._ways.get(mark)
        if way is None:
            pairs = sorted(link.pairs, key=lambda pair: pair[1])
            way = self._ways[mark] = (
                f"{here.store.id}.{link.dataset}",
                tuple(mine for mine, _ in pairs),
                tuple(theirs for _, theirs in pairs),
            )
        ref, mine, theirs = way
        return by_key(ref, theirs, tuple([row[name] for name in mine]))

    @cached_property
    def _by_key(self) -> Callable[[str, tuple[str, ...], tuple[object, ...]], Sequence[Row]] | None:
        return self.reader.by_key if isinstance(self.reader, ByKey) else None

    def dating(self, here: Place, rule: After, controller: Controller) -> Ask:
        """Give what tells when a rule's event was and whether it still lives, for rows here."""
        mark = here.ref, rule, controller.id
        found = self.asked.get(mark)
        if found is None:
            found = self.asked[mark] = self._asking(here, rule, controller)
        return found

    def _asking(self, here: Place, rule: After, controller: Controller) -> Ask:
        event, above = here.dataset.events.get(rule.event), here.parent
        if event is None:
            if above is None:
                return lambda _: (None, None)
            return self._above(here, self.dating(above, rule, controller))
        if event.column is not None:
            name, dated = event.column, self._dating_by(here, event.column, rule, controller)
            nothing: _Dated = (True if event.ongoing_if_null else None), None
            return lambda row: dated(row[name]) or nothing
        if any(here.elsewhere(source) is not None for source in event.latest_of):
            return lambda row: self._after(here, row, rule, controller)
        return latest([self._dated_by(here, s, rule, controller) for s in event.latest_of])

    def _above(self, here: Place, ask: Ask) -> Ask:
        def asked(row: Row) -> tuple[Truth, date | None]:
            parent = self.up(here, row)
            return (None, None) if parent is None else ask(parent)

        return asked

    def _dated_by(
        self, here: Place, source: EventSource, rule: After, controller: Controller
    ) -> Callable[[Row], Sequence[_Dated]]:
        ways, name = here.dating(source), source.column
        there = here.neighbour(ways[0].link.dataset) if ways else here
        dated = self._dating_by(there, name, rule, controller)

        def ask(row: Row) -> Sequence[_Dated]:
            rows = self.telling(here, ways, row) if ways else (row,)
            return [found for other in rows if (found := dated(other[name])) is not None]

        return ask

    def _dating_by(
        self, here: Place, name: str, rule: After, controller: Controller
    ) -> Callable[[object], _Dated | None]:
        """Give what a value of a column says of an event; nothing of a null."""
        day = self._days(here, name, controller.timezone)
        column = here.dataset.column(name)
        today = local_day(self.at, controller)
        last = last_kept_days(rule, controller.financial_year_end)
        known: dict[object, _Dated | None] = {None: None}

        def ask(held: object) -> _Dated | None:
            if stands_for_nothing(column, held, here.store.timezone):
                return None
            start = day(held)
            if start is None:
                return None, None
            return today <= last(start), start

        def dated(held: object) -> _Dated | None:
            if held not in known:
                known[held] = ask(held)
            return known[held]

        return dated

    def _days(self, here: Place, name: str, zone: str) -> Callable[[object], date | None]:
        """Give what tells the days of a column, each value of which is read once."""
        mark = here.ref, name, zone
        found = self.days.get(mark)
        if found is None:
            column = here.dataset.column(name)
            read = day_reader(column, here.store.timezone, zone)
            found = self.days[mark] = cache(read)
        return found

    def key_of_person(self, here: Place) -> Callable[[Row], Key | None]:
        """Give what tells the key of the person a row here leads to."""
        return lambda row: self._top_key(here, row)

    def collected_before(self, here: Place, row: Row, stop: Stop, controller: Controller) -> bool:
        """Tell whether a row was there when a stop was set."""
        return self._collected_before(here, row, stop, controller)

    def is_person(self, here: Place, row: Row, category: str) -> Truth:
        """Tell whether a row is of a category of person."""
        return self._person(here, row, category)

    def state_of(self, here: Place, row: Row, state: str) -> Truth:
        """Tell whether a state holds for a row."""
        return self._state(here, row, state)

    @cached_property
    def _ways(self) -> dict[object, tuple[str, tuple[str, ...], tuple[str, ...]]]:
        return {}

    @cached_property
    def _anybody_kept(self) -> bool:
        said = self.circumstances
        return bool(said.holds or said.restrictions)

    @cached_property
    def _bounds(self) -> Bounds:
        return bounds_of(self.policy)

    @cached_property
    def _lived(self) -> dict[int, _Lived | None]:
        return {}

    @cached_property
    def _livings(self) -> dict[tuple[Line, str, str], LivingPhase | None]:
        return {}

    @cached_property
    def _groups(self) -> dict[str, tuple[Bound, ...]]:
        return {}

    @cached_property
    def _bound(self) -> dict[tuple[str, str], Bound | None]:
        return {}

    @cached_property
    def known(self) -> dict[object, Justification]:
        """Keep justifications by what they are of: alike ones are one object."""
        return {}


_FREE: tuple[Truth, tuple[Prohibition, ...]] = (False, ())
