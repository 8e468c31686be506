"""The rules as expressions: for each column, what must hold for its value to be justified.

This is the compiled reading of DESIGN §1; `justify` is the plain one. Nothing here knows a
database.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from doelbinding.binding.circumstances import (
    Circumstances,
    Hold,
    Key,
    Restriction,
    Stop,
    Subjects,
    phase_name,
)
from doelbinding.binding.cutoff import first_living_start, local_day
from doelbinding.binding.expression import (
    NO,
    UNKNOWN,
    YES,
    AnyOf,
    Branch,
    Compare,
    Comparison,
    Expression,
    IsNull,
    KeyIn,
    NotAfter,
    Referred,
    Since,
    Up,
)
from doelbinding.binding.paths import PathError, Place
from doelbinding.binding.simplify import all_of, any_of, not_, stays_with
from doelbinding.policy.activity import Activity, Phase, Term
from doelbinding.policy.condition import COMPARISONS, Condition
from doelbinding.policy.model import Policy
from doelbinding.policy.organisation import Controller
from doelbinding.policy.retention import After, Until, While
from doelbinding.policy.stores import Binding, ControllerColumn, Event, Prohibition, RowsState


def tested(condition: Condition) -> Expression:
    """Give a policy's condition as an expression."""
    if condition.all_ is not None:
        return all_of(*(tested(part) for part in condition.all_))
    if condition.any_ is not None:
        return any_of(*(tested(part) for part in condition.any_))
    if condition.not_ is not None:
        return not_(tested(condition.not_))
    column = str(condition.column)
    if condition.null is not None:
        return IsNull(column=column) if condition.null else not_(IsNull(column=column))
    if condition.in_ is not None:
        equal = Comparison.EQUALS
        return any_of(*(Compare(column=column, by=equal, value=v) for v in condition.in_))
    name = next(n for n in COMPARISONS if getattr(condition, n) is not None)
    return Compare(column=column, by=Comparison(name), value=getattr(condition, name))


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnGroup:
    """Columns of a dataset that are bound alike, so that one expression serves them all."""

    columns: tuple[str, ...]
    bindings: tuple[Binding, ...]
    prohibitions: tuple[Prohibition, ...] = ()


ONLY = "only"
_PerController = Callable[[Controller], Expression]


@dataclass(frozen=True, kw_only=True)
class Needs:
    """Builds the expressions of one policy at one instant, under what has been said.

    `stops` off gives the general reading, in which nobody has said anything; the stopped rows are
    then a branch of their own, which is what lets an index serve the first. `only` are the people
    a plan is about, under the name `ONLY`.
    """

    policy: Policy
    at: datetime
    circumstances: Circumstances
    stops: bool = True
    only: Subjects | None = None

    def groups(self, here: Place) -> tuple[ColumnGroup, ...]:
        """Group the personal columns of a dataset by the bindings and prohibitions they have."""
        bindings, prohibitions = here.dataset.bindings, here.dataset.prohibitions
        alike: dict[tuple[tuple[int, ...], tuple[int, ...]], list[str]] = defaultdict(list)
        for column in here.dataset.personal_columns:
            bound = tuple(n for n, b in enumerate(bindings) if column.name in b.columns)
            barred = tuple(n for n, p in enumerate(prohibitions) if column.name in p.columns)
            alike[bound, barred].append(column.name)
        return tuple(
            ColumnGroup(
                columns=tuple(columns),
                bindings=tuple(bindings[n] for n in bound),
                prohibitions=tuple(prohibitions[n] for n in barred),
            )
            for (bound, barred), columns in alike.items()
        )

    def scope(self, here: Place, controller: Controller) -> Expression:
        """Give what must hold for a row to belong to a controller."""
        owner = here.dataset.controller
        if isinstance(owner, str):
            return YES if owner == controller.id else NO
        if isinstance(owner, ControllerColumn):
            codes = [code for code, owner_id in owner.values.items() if owner_id == controller.id]
            equal = Comparison.EQUALS
            return any_of(*(Compare(column=owner.column, by=equal, value=c) for c in codes))
        if here.parent is not None:
            inner = self.scope(here.parent, controller)
            return inner if inner in (YES, NO) else Up(link=here.upward, part=inner)
        if here.sharer is not None:
            raise PathError(f"{here.ref} is shared: it has no single controller")
        raise PathError(f"{here.ref} names no controller: give it `controller`")

    def value(self, here: Place, group: ColumnGroup, controller: Controller | None) -> Expression:
        """Give what must hold for a value of the group to be justified.

        `controller` is none for rows that lead to shared ones: each sharer's own counts there.
        """
        keeps = self._kept(here, controller)
        barred = any_of(*(YES if p.when is None else tested(p.when) for p in group.prohibitions))
        bound = any_of(*(self._bound(here, b, controller) for b in group.bindings))
        return any_of(keeps, all_of(not_(barred), bound))

    def row(self, here: Place, controller: Controller | None) -> Expression:
        """Give what must hold for a row to stay: a justified value, or a row that refers to it."""
        if not here.dataset.goes_when_unjustified:
            return YES
        own = any_of(
            *(self.value(here, group, controller) for group in self.groups(here)),
            self._kept(here, controller),
        )
        dependants = [
            Referred(link=link, stays=self._stays(place, controller))
            for place, link in here.dependants
        ]
        telling = [one for one in dependants if not stays_with(one, here.dataset.id, own)]
        return any_of(own, *telling)

    def _stays(self, here: Place, controller: Controller | None) -> Expression:
        """Give what must hold for a row of a dependant to stay, whoever it belongs to.

        Everything said counts here, since rows that go for it go first. Where the plan is about one
        person, rows of others stay whatever they hold.
        """
        row = replace(self, stops=True)._row_of_anyone(here, controller)  # noqa: SLF001
        if self.only is None:
            return row
        return any_of(row, not_(self.leads_to(here, ONLY)))

    def _row_of_anyone(self, here: Place, controller: Controller | None) -> Expression:
        if here.top.shared:
            return self.row(here, None)
        owner = here.owner
        if isinstance(owner, str):
            return self.row(here, self.policy.controller_by_id[owner])
        if here.dataset.controller is None and controller is not None:
            return self.row(here, controller)
        return self._each_controller(here, lambda one: self.row(here, one))

    def leads_to(self, here: Place, prefix: str) -> Expression:
        """Give whether a row leads to one of the people in the key sets of that prefix."""
        if not here.top.shared:
            name = set_name(prefix, here.top.ref)
            return covered_by(here, name) if self.key_sets.get(name) else NO
        towards = here.sharer or here.parent
        part = NO if towards is None else self.leads_to(towards, prefix)
        if part == NO:
            return NO
        if here.sharer is None:
            return Up(link=here.upward, part=part, missing=False)
        return AnyOf(branches=(Branch(link=here.upward, part=part),), empty=False)

    def _each_controller(self, here: Place, make: _PerController) -> Expression:
        """Give a disjunction over the controllers a row may belong to; of none is unknown."""
        scopes = [(one, self.scope(here, one)) for one in self.policy.controllers]
        scopes = [(one, scope) for one, scope in scopes if scope != NO]
        owned = [all_of(scope, make(one)) for one, scope in scopes]
        of_none = not_(any_of(*(scope for _, scope in scopes)))
        return any_of(*owned, all_of(of_none, UNKNOWN))

    def _bound(self, here: Place, binding: Binding, controller: Controller | None) -> Expression:
        activity = self.policy.activity_by_id[binding.activity]
        wanted = binding.phases or tuple(phase.id for phase in activity.phases)
        phases = [phase for phase in activity.phases if phase.id in wanted]
        when = YES if binding.when is None else tested(binding.when)
        lives = any_of(*(self._lives(here, activity, phase, controller) for phase in phases))
        return all_of(when, lives)

    def _lives(
        self, here: Place, activity: Activity, phase: Phase, controller: Controller | None
    ) -> Expression:
        if here.sharer is not None:
            sharer = here.sharer

            def per(one: Controller) -> Expression:
                return self._lives(sharer, activity, phase, one)

            part = self._each_controller(sharer, per)
            return AnyOf(branches=(Branch(link=here.upward, part=part),))
        if here.parent is not None and here.top.shared:
            return Up(link=here.upward, part=self._lives(here.parent, activity, phase, controller))
        if controller is None:
            raise PathError(f"{here.ref} has no controller")
        if not self.policy.performs(controller, activity):
            return NO
        name = phase_name(activity.id, phase.id)
        terms = self.policy.terms_of(controller, activity, phase)
        living = any_of(*(self._term(here, term, controller) for term in terms))
        stopped = any_of(*self._stopped(here, name, controller))
        suspensions = self.circumstances.suspensions_of(controller.id, name, here.top.ref)
        suspended = [covered_by(here, set_name(s.id, here.top.ref)) for s in suspensions]
        return any_of(all_of(living, not_(stopped)), *suspended)

    def _term(self, here: Place, term: Term, controller: Controller) -> Expression:
        who = any_of(*(self._person(here, person) for person in term.persons))
        rule = term.parsed
        match rule:
            case After():
                alive = self._since(here, rule, controller)
            case While():
                alive = self._state(here, rule.state)
            case Until():
                alive = not_(self._state(here, rule.state))
        return all_of(who if term.persons else YES, alive)

    def _person(self, here: Place, category: str) -> Expression:
        if category in here.dataset.persons:
            return tested(here.dataset.persons[category])
        if here.parent is None:
            return NO
        inner = self._person(here.parent, category)
        return inner if inner in (YES, NO) else Up(link=here.upward, part=inner)

    def _state(self, here: Place, state: str) -> Expression:
        if state in here.dataset.states:
            return tested(here.dataset.states[state])
        if state in here.dataset.row_states:
            return self._state_of_rows(here, here.dataset.row_states[state])
        if here.parent is None:
            return UNKNOWN
        return Up(link=here.upward, part=self._state(here.parent, state))

    def _state_of_rows(self, here: Place, state: RowsState) -> Expression:
        link = here.paired(state.dataset, state.on)
        if state.any_ is not None:
            return AnyOf(branches=(Branch(link=link, part=tested(state.any_)),), empty=False)
        every = tested(state.every) if state.every is not None else YES
        return not_(AnyOf(branches=(Branch(link=link, part=not_(every)),), empty=False))

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
        branches = []
        for source in event.latest_of:
            link = here.source_link(source)
            there = here if link is None else here.neighbour(link.dataset)
            part = self._cutoff(there, source.column, rule, controller, when_null=None)
            branches.append(Branch(link=link, present=source.column, part=part))
        return AnyOf(branches=tuple(branches))

    def _cutoff(
        self, here: Place, name: str, rule: After, controller: Controller, *, when_null: bool | None
    ) -> Since:
        column = here.dataset.column(name)
        today = local_day(self.at, controller)
        return Since(
            column=name,
            day=first_living_start(rule, today, controller.financial_year_end),
            zone=controller.timezone,
            earliest=column.earliest,
            latest=column.latest,
            when_null=when_null,
        )

    def _stopped(self, here: Place, phase: str, controller: Controller) -> Iterator[Expression]:
        if not self.stops:
            return
        for stop in self.circumstances.stops_of(controller.id, phase, here.top.ref):
            covered = covered_by(here, set_name(stop.id, here.top.ref))
            yield all_of(covered, self._collected_before(here, stop, controller))

    def _collected_before(self, here: Place, stop: Stop, controller: Controller) -> Expression:
        """Give whether a row was there when a stop was set, by its own date or its parent's.

        A row that refers to what came later came later itself: people come back, keys come again.
        """
        if stop.kind.lasts:
            return YES
        if here.dataset.collected is None:
            if here.parent is None:
                return YES
            before = self._collected_before(here.parent, stop, controller)
            return before if before == YES else Up(link=here.upward, part=before, missing=True)
        return NotAfter(column=here.dataset.collected, moment=stop.set_at, zone=controller.timezone)

    def _kept(self, here: Place, controller: Controller | None) -> Expression:
        """Give whether a hold or a restriction keeps the row; unknown if its controller is."""
        if here.top.shared:
            return self._kept_by_sharers(here)
        if controller is not None:
            return self._covers(here, controller)
        scopes = [(one, self.scope(here, one)) for one in self.policy.controllers]
        owned = [all_of(scope, self._covers(here, one)) for one, scope in scopes]
        of_none = not_(any_of(*(scope for _, scope in scopes)))
        anyone = any_of(*(self._covers(here, one) for one in self.policy.controllers))
        return any_of(*owned, all_of(of_none, anyone, UNKNOWN))

    def _covers(self, here: Place, controller: Controller) -> Expression:
        """Give whether a hold or a restriction at a controller covers the row's person."""
        keeps = self.circumstances.keeps_of(controller.id, here.top.ref)
        return any_of(*(covered_by(here, set_name(keep.id, here.top.ref)) for keep in keeps))

    def _kept_by_sharers(self, here: Place) -> Expression:
        if here.sharer is None:
            if here.parent is None:
                return NO
            inner = self._kept_by_sharers(here.parent)
            return inner if inner == NO else Up(link=here.upward, part=inner, missing=False)
        sharer = here.sharer
        kept = self._kept(sharer, None)
        if kept == NO:
            return NO
        return AnyOf(branches=(Branch(link=here.upward, part=kept),), empty=False)

    @cached_property
    def key_sets(self) -> dict[str, frozenset[Key]]:
        """The keys behind every name that these expressions use."""
        said = self.circumstances
        words: tuple[Stop | Hold | Restriction, ...] = (
            *said.stops,
            *said.holds,
            *said.restrictions,
        )
        named = [(word.id, word.subjects) for word in words]
        if self.only is not None:
            named.append((ONLY, self.only))
        return {
            set_name(name, ref): keys for name, subjects in named for ref, keys in subjects.items()
        }


def set_name(word: str, ref: str) -> str:
    """Name the set of keys of one dataset that a stop, hold or restriction covers."""
    return f"{word}:{ref}"


def covered_by(here: Place, keys: str) -> Expression:
    """Give whether a row leads to one of the people in a set of keys; never unknown.

    The last step is taken on the reference itself where that is the person's whole key.
    """
    parent = here.parent
    if parent is None:
        return KeyIn(columns=here.dataset.key, keys=keys)
    link = here.upward
    if parent.parent is None and {there for _, there in link.pairs} == set(parent.dataset.key):
        by_key = {there: mine for mine, there in link.pairs}
        return KeyIn(columns=tuple(by_key[part] for part in parent.dataset.key), keys=keys)
    return Up(link=link, part=covered_by(parent, keys), missing=False)
