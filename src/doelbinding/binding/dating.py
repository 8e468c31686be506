"""What tells how long values may be there: it is kept with them while they are restricted.

A restriction of values keeps the columns it names. Their end is told by others: dates, states,
conditions, what leads the row to people. Were these to go at their own end, nothing could tell the
end of the values once the restriction is lifted: they would be undated, and kept for ever. So what
a restriction is of is followed through the policy, and what is found is kept as long, of rows that
lead to the same people. It follows from the policy alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from doelbinding.binding.circumstances import Restriction, phase_name
from doelbinding.binding.paths import Link, Place, Telling, places
from doelbinding.policy.activity import Activity, Phase, Term
from doelbinding.policy.condition import Condition
from doelbinding.policy.model import Policy
from doelbinding.policy.once import once_per_policy
from doelbinding.policy.retention import After
from doelbinding.policy.stores import Binding, ControllerColumn, Dataset, EventSource

Keeping = Callable[[Restriction], bool]
"""Tells whether a restriction keeps what is asked about."""


@dataclass(frozen=True, slots=True)
class _Read:
    """A column that is read; `apart` in rows that the value's own row does not keep."""

    place: Place
    column: str
    apart: bool = False

    @property
    def name(self) -> str:
        return f"{self.place.ref}.{self.column}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """The columns that tell how long values may be there, and datasets whose rows have to stay.

    `datasets` are those of the values and of these columns.
    """

    columns: frozenset[str]
    rows: frozenset[str]
    datasets: frozenset[str]


class Dating:
    """What tells how long the values of a policy's columns may be there."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._places = {here.ref: here for here in places(policy)}
        self._reads: dict[str, Sequence[_Read]] = {}
        self._told: dict[tuple[frozenset[str], frozenset[str]], _Told] = {}

    def of_values(self, here: Place, column: str) -> Keeping:
        """Give what tells whether a restriction keeps values of a column."""
        name = f"{here.ref}.{column}"
        return lambda one: one.is_of(name) or self.is_for(one, name)

    def of_rows(self, here: Place) -> Keeping:
        """Give what tells whether a restriction keeps rows, whatever values they hold.

        Those by which the person's restricted values are theirs: they share this row, or it would
        let go of them. And those that tell by what is no value of a person.
        """
        sharing = here.sharing

        def keeps(one: Restriction) -> bool:
            if one.of_everything:
                return True
            told = self._of(one)
            return here.ref in told.rows or not sharing.isdisjoint(told.datasets)

        return keeps

    def is_for(self, restriction: Restriction, column: str) -> bool:
        """Tell whether a column tells how long values that are restricted may be there."""
        return not restriction.of_everything and column in self._of(restriction).columns

    def is_for_phase(self, phase: str, column: str) -> bool:
        """Tell whether a column tells how long values may be there that a phase binds."""
        return column in self._following(frozenset(), frozenset({phase})).columns

    def columns_for(self, columns: Iterable[str]) -> frozenset[str]:
        """Give the columns that tell how long values of other columns may be there."""
        named = frozenset(columns)
        return self._following(named, frozenset()).columns - named

    def restricting(
        self, restrictions: Sequence[Restriction], here: Place, column: str
    ) -> tuple[tuple[int, bool], ...]:
        """Give the numbers of restrictions that keep a column's values, and not just any.

        With each, whether it is of these values themselves.
        """
        name = f"{here.ref}.{column}"
        return tuple(
            (n, one.is_of(name))
            for n, one in enumerate(restrictions)
            if not one.of_everything and (one.is_of(name) or self.is_for(one, name))
        )

    def _of(self, restriction: Restriction) -> _Told:
        return self._following(restriction.columns, restriction.phases)

    def _following(self, columns: frozenset[str], phases: frozenset[str]) -> _Told:
        mark = columns, phases
        if mark not in self._told:
            self._told[mark] = self._follow(columns | self._bound_by(phases), columns)
        return self._told[mark]

    def _follow(self, values: frozenset[str], restricted: frozenset[str]) -> _Told:
        """Follow what is read for values, and for what is read, to its end.

        A row goes once each of its values certainly may, also one that is empty by now: so what
        tells the end of the others stays too. Rows of values that phases bind and justify stay by
        themselves: only `restricted` ones are what others have to stay for.
        """
        told: set[str] = set()
        rows: set[str] = set()
        asked, seen = sorted(values), set(values)
        while asked:
            column = asked.pop()
            reads = self._read_for(column)
            told.update(read.name for read in reads)
            rows.update(read.place.ref for read in reads if read.apart)
            further = {*(read.name for read in reads), *self._beside(column)} - seen
            seen |= further
            asked += sorted(further)
        datasets = {name.rpartition(".")[0] for name in (*restricted, *told)}
        return _Told(columns=frozenset(told), rows=frozenset(rows), datasets=frozenset(datasets))

    def _beside(self, column: str) -> Iterator[str]:
        """Yield the columns whose values decide with one of a column whether a row goes."""
        here = self._places.get(column.rpartition(".")[0])
        if here is not None and here.dataset.goes_when_unjustified:
            yield from (f"{here.ref}.{one.name}" for one in here.dataset.personal_columns)

    def _bound_by(self, phases: frozenset[str]) -> frozenset[str]:
        """Give the columns that phases bind."""
        return frozenset(
            f"{here.ref}.{column}"
            for here in (self._places.values() if phases else ())
            for binding in here.dataset.bindings
            if any(phase_name(a.id, p.id) in phases for a, p in self._phases(binding))
            for column in binding.columns
        )

    def _read_for(self, column: str) -> Sequence[_Read]:
        """Give what is read to tell how long values of a column may be there."""
        if column not in self._reads:
            ref, _, name = column.rpartition(".")
            here = self._places.get(ref)
            self._reads[column] = () if here is None else tuple(self._reading(here, name))
        return self._reads[column]

    def _reading(self, here: Place, name: str) -> Iterator[_Read]:
        yield from _on_the_way(here)
        for prohibition in here.dataset.prohibitions:
            if name in prohibition.columns:
                yield from _tested(here, prohibition.when)
        for binding in here.dataset.bindings:
            if name in binding.columns:
                yield from _tested(here, binding.when)
                for activity, phase in self._phases(binding):
                    for term in self._terms(activity, phase):
                        yield from _waited_for(here, term, binding.through)

    def _phases(self, binding: Binding) -> Iterator[tuple[Activity, Phase]]:
        activity = self._policy.activity_by_id[binding.activity]
        for phase in activity.phases:
            if not binding.phases or phase.id in binding.phases:
                yield activity, phase

    def _terms(self, activity: Activity, phase: Phase) -> Iterator[Term]:
        for controller in self._policy.controllers:
            if self._policy.performs(controller, activity):
                yield from self._policy.terms_of(controller, activity, phase)


dating_of = once_per_policy(Dating)
"""Gives what tells how long the values of a policy's columns may be there."""


def _tested(here: Place, condition: Condition | None) -> Iterator[_Read]:
    if condition is not None:
        yield from (_Read(here, name) for name in condition.columns())


def _on_the_way(here: Place) -> Iterator[_Read]:
    """Yield what tells whose a row is, at which controller, and since when it is there."""
    for level in _towards_people(here):
        owner = level.dataset.controller
        if isinstance(owner, ControllerColumn):
            yield _Read(level, owner.column)
        if level.dataset.collected is not None:
            yield _Read(level, level.dataset.collected)
        for path in level.dataset.paths:
            yield from _tested(level, path.when)
        if level.parent is not None:
            yield from _linked(level, level.upward, level.parent)
        for lead in level.leads:
            yield from _linked(level, lead.link, lead.place)


def _linked(here: Place, link: Link, there: Place, *, apart: bool = False) -> Iterator[_Read]:
    for mine, theirs in link.pairs:
        yield _Read(here, mine)
        yield _Read(there, theirs, apart)


def _towards_people(here: Place) -> Iterator[Place]:
    """Yield a dataset and all those that its rows may lead to, each once."""
    ahead, seen = [here], {here.ref}
    while ahead:
        level = ahead.pop()
        yield level
        onward = [lead.place for lead in level.leads]
        for there in onward if level.parent is None else [level.parent]:
            if there.ref not in seen:
                seen.add(there.ref)
                ahead.append(there)


def _nearest(
    here: Place, through: tuple[str, ...], names: Callable[[Dataset], bool]
) -> Iterator[Place]:
    """Yield the datasets that are asked what they name: on the row's way up, else its people's."""
    for start in (here, *_people(here, through)):
        found = next((level for level in start.ways_up() if names(level.dataset)), None)
        if found is not None:
            yield found
            if start is here:
                return


def _people(here: Place, through: tuple[str, ...] = ()) -> Iterator[Place]:
    """Yield the datasets, each of one person a row, to which shared rows lead in the end."""
    for lead in here.top.leads:
        if through and lead.place.dataset.id not in through:
            continue
        if lead.place.top.shared:
            yield from _people(lead.place)
        else:
            yield lead.place


def _waited_for(here: Place, term: Term, through: tuple[str, ...]) -> Iterator[_Read]:
    """Yield what a term reads, of people to whom rows lead by some datasets; none: by any."""
    rule = term.parsed
    for category in term.persons:
        for level in _towards_people(here):
            yield from _tested(level, level.dataset.persons.get(category))
    if isinstance(rule, After):
        for level in _nearest(here, through, lambda dataset: rule.event in dataset.events):
            event = level.dataset.events[rule.event]
            if event.column is not None:
                yield _Read(level, event.column)
            for source in event.latest_of:
                yield from _dated_by(level, source)
        return
    state = rule.state
    for level in _nearest(here, through, lambda one: state in {*one.states, *one.row_states}):
        yield from _tested(level, level.dataset.states.get(state))
        if state not in level.dataset.states:
            yield from _told_by_rows(level, state)


def _dated_by(here: Place, source: EventSource) -> Iterator[_Read]:
    away = here.elsewhere(source)
    if away is not None:
        there, theirs, mine = away
        yield _Read(here, mine)
        yield _Read(there, theirs, apart=True)
        yield _Read(there, source.column, apart=True)
        return
    ways = here.dating(source)
    yield from _told_along(here, ways)
    there = here.neighbour(ways[0].link.dataset) if ways else here
    yield _Read(there, source.column, apart=bool(ways))


def _told_along(here: Place, ways: tuple[Telling, ...]) -> Iterator[_Read]:
    for one in ways:
        there = here.neighbour(one.link.dataset)
        yield from _linked(here, one.link, there, apart=True)
        for read in _tested(there, one.when):
            yield _Read(there, read.column, apart=True)


def _told_by_rows(here: Place, state: str) -> Iterator[_Read]:
    wanted = here.dataset.row_states[state]
    there = here.neighbour(wanted.dataset)
    yield from _told_along(here, here.paired(wanted.dataset, wanted.on))
    for condition in (wanted.any_, wanted.every):
        for read in _tested(there, condition):
            yield _Read(there, read.column, apart=True)
