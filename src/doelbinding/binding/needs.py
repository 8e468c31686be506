"""The rules as expressions: for each column, what must hold for its value to be justified.

This is the compiled reading of DESIGN §1; `justify` is the plain one. Nothing here knows a
database.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
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
from doelbinding.binding.conditions import is_null, tested
from doelbinding.binding.covering import covered_by, set_name
from doelbinding.binding.dated import covered_ahead, covered_in_time, moment_sets, since_sets
from doelbinding.binding.dating import Dating, Keeping, dating_of
from doelbinding.binding.expression import (
    NO,
    UNKNOWN,
    YES,
    AnyOf,
    Branch,
    Certain,
    Compare,
    Comparison,
    Expression,
    NotAfter,
    Referred,
    Up,
)
from doelbinding.binding.leads import ThroughLeads, asked_by_moment
from doelbinding.binding.paths import Lead, PathError, Place
from doelbinding.binding.simplify import all_of, any_of, not_, stays_with
from doelbinding.binding.terms import Terms
from doelbinding.policy.activity import Activity, Phase
from doelbinding.policy.condition import Condition
from doelbinding.policy.model import Policy
from doelbinding.policy.organisation import Controller
from doelbinding.policy.stores import (
    Binding,
    ControllerColumn,
    Prohibition,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnGroup:
    """Columns of a dataset that are bound alike, so that one expression serves them all."""

    columns: tuple[str, ...]
    bindings: tuple[Binding, ...]
    prohibitions: tuple[Prohibition, ...] = ()


ONLY = "only"
_Numbers = tuple[int, ...]
_PerController = Callable[[Controller], Expression]


@dataclass(frozen=True, kw_only=True)
class Needs:
    """Builds the expressions of one policy at one instant, under what has been said.

    `stops` off gives the general reading, in which nobody has said anything; the stopped rows are
    then a branch of their own, which is what lets an index serve the first. `only` are the people
    a plan is about, under the name `ONLY`, and `only_at` the controller whom they asked.
    `numbers` are how many numbers those have to whom a way leads (`binding.numbered`): one, where
    it does not say.
    """

    policy: Policy
    at: datetime
    circumstances: Circumstances
    stops: bool = True
    only: Subjects | None = None
    only_at: Controller | None = None
    numbers: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def terms(self) -> Terms:
        """What must hold for a term to run, whatever was said."""
        return Terms(at=self.at)

    def groups(self, here: Place) -> tuple[ColumnGroup, ...]:
        """Group the personal columns of a dataset by the bindings and prohibitions they have."""
        bindings, prohibitions = here.dataset.bindings, here.dataset.prohibitions
        alike: dict[tuple[_Numbers, _Numbers, object], list[str]] = defaultdict(list)
        for column in here.dataset.personal_columns:
            bound = tuple(n for n, b in enumerate(bindings) if column.name in b.columns)
            barred = tuple(n for n, p in enumerate(prohibitions) if column.name in p.columns)
            restricted = self._tells.restricting(self.circumstances.restrictions, here, column.name)
            alike[bound, barred, restricted].append(column.name)
        return tuple(
            ColumnGroup(
                columns=tuple(columns),
                bindings=tuple(bindings[n] for n in bound),
                prohibitions=tuple(prohibitions[n] for n in barred),
            )
            for (bound, barred, _), columns in alike.items()
        )

    @cached_property
    def _tells(self) -> Dating:
        return dating_of(self.policy)

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
        if here.shared:
            raise PathError(f"{here.ref} is shared: it has no single controller")
        raise PathError(f"{here.ref} names no controller: give it `controller`")

    def value(self, here: Place, group: ColumnGroup, controller: Controller | None) -> Expression:
        """Give what must hold for a value of the group to be justified.

        `controller` is none for rows that lead to shared ones: each sharer's own counts there.
        """
        keeps = self._kept(here, controller, self._tells.of_values(here, group.columns[0]))
        barred = any_of(*(self._when(here, p.when) for p in group.prohibitions))
        bound = any_of(*(self._bound(here, b, controller) for b in group.bindings))
        return any_of(keeps, all_of(not_(barred), bound))

    def row(self, here: Place, controller: Controller | None) -> Expression:
        """Give what must hold for a row to stay: a justified value, or a row that refers to it."""
        asked = here.ref, None if controller is None else controller.id
        if asked not in self._rows:
            self._rows[asked] = self._row(here, controller)
        return self._rows[asked]

    @cached_property
    def _rows(self) -> dict[tuple[str, str | None], Expression]:
        return {}

    def _row(self, here: Place, controller: Controller | None) -> Expression:
        if not here.dataset.goes_when_unjustified:
            return YES
        own = any_of(
            *(self.value(here, group, controller) for group in self.groups(here)),
            self._kept(here, controller, self._tells.of_rows(here)),
        )
        dependants = [
            Referred(
                link=one.link,
                stays=self.stays(one.place, controller),
                when=None if one.when is None else tested(one.when, one.place.dataset),
            )
            for one in here.dependants
        ]
        telling = [one for one in dependants if not stays_with(one, here.dataset.id, own)]
        return any_of(own, *telling)

    def stays(self, here: Place, controller: Controller | None = None) -> Expression:
        """Give what must hold for a row to stay, whoever it belongs to.

        Everything said counts here, since rows that go for it go first. Where the plan is about one
        person, rows of others stay whatever they hold, and what is unknown goes of theirs alone.
        """
        row = self._with_stops._row_of_anyone(here, controller)  # noqa: SLF001
        if self.only is None or row == YES:
            return row
        alone = self.of_them_only(here)
        return any_of(
            not_(self.leads_to(here, ONLY)),
            all_of(alone, Certain(part=row)),
            all_of(not_(alone), self._may_stay(here, row)),
        )

    @cached_property
    def _with_stops(self) -> Needs:
        return self if self.stops else replace(self, stops=True)

    def _may_stay(self, here: Place, row: Expression) -> Expression:
        """Give what must hold for a row to stay that is not theirs alone: their other rows do."""
        return not_(Certain(part=not_(row))) if here.top.shared else YES

    def of_them_only(self, here: Place) -> Expression:
        """Give whether a row is of the people the plan is about, at its controller, and no other's.

        Never unknown.
        """
        if self.only_at is None:
            return NO
        if not here.top.shared:
            owned = self.scope(here, self.only_at)
            return Certain(part=all_of(self.leads_to(here, ONLY), owned))
        at = self.only_at

        def of_others(lead: Lead) -> Expression:
            if lead.place.top.shared:
                return self.any_lead(lead.place, of_others, empty=False)
            return not_(all_of(self.leads_to(lead.place, ONLY), self.scope(lead.place, at)))

        others = self.any_lead(here, of_others, empty=False)
        return Certain(part=all_of(self.leads_to(here, ONLY), not_(others)))

    def _row_of_anyone(self, here: Place, controller: Controller | None) -> Expression:
        if not here.dataset.goes_when_unjustified:
            return YES
        if here.top.shared:
            return self.row(here, None)
        owner = here.owner
        if isinstance(owner, str):
            return self.row(here, self.policy.controller_by_id[owner])
        if here.dataset.controller is None and controller is not None:
            return self.row(here, controller)
        return self.each_controller(here, lambda one: self.row(here, one))

    def leads_to(self, here: Place, prefix: str) -> Expression:
        """Give whether a row leads to one of the people in the key sets of that prefix."""
        if not here.top.shared:
            name = set_name(prefix, here.top.ref)
            # of nobody too, so that the same words are asked by the same statement
            return covered_by(here, name) if name in self.key_sets else NO
        return self.any_lead(here, lambda lead: self.leads_to(lead.place, prefix), empty=False)

    def any_lead(
        self, here: Place, make: Callable[[Lead], Expression], *, empty: bool | None
    ) -> Expression:
        """Give whether anyone whom a row leads to passes; `empty` where it leads to nobody."""
        if here.parent is not None:
            inner = self.any_lead(here.parent, make, empty=empty)
            return inner if inner == NO else Up(link=here.upward, part=inner, missing=empty)
        parts = [(lead, make(lead)) for lead in here.leads]
        if empty is False:
            parts = [(lead, part) for lead, part in parts if part != NO]
        if empty is False and not parts:
            return NO
        branches = tuple(
            Branch(
                link=lead.link,
                part=part,
                when=None if lead.when is None else tested(lead.when, here.dataset),
            )
            for lead, part in parts
        )
        return AnyOf(branches=branches, empty=empty)

    def each_controller(self, here: Place, make: _PerController) -> Expression:
        """Give a disjunction over the controllers a row may belong to; of none is unknown."""
        scopes = [(one, self.scope(here, one)) for one in self.policy.controllers]
        scopes = [(one, scope) for one, scope in scopes if scope != NO]
        owned = [all_of(scope, make(one)) for one, scope in scopes]
        of_none = not_(any_of(*(scope for _, scope in scopes)))
        return any_of(*owned, all_of(of_none, UNKNOWN))

    def _when(self, here: Place, condition: Condition | None) -> Expression:
        return YES if condition is None else tested(condition, here.dataset)

    def _bound(self, here: Place, binding: Binding, controller: Controller | None) -> Expression:
        activity = self.policy.activity_by_id[binding.activity]
        wanted = binding.phases or tuple(phase.id for phase in activity.phases)
        phases = [phase for phase in activity.phases if phase.id in wanted]
        when = self._when(here, binding.when)
        if here.top.shared:
            lives = any_of(
                *(
                    ThroughLeads(
                        needs=self,
                        here=here,
                        activity=activity,
                        phase=phase,
                        through=binding.through,
                    ).lives()
                    for phase in phases
                )
            )
            return all_of(when, lives)
        parts = []
        for phase in phases:
            lives = self._lives(here, activity, phase, controller)
            doubted = self._doubted(here, phase_name(activity.id, phase.id), controller)
            told = any_of(not_(doubted), Certain(part=all_of(when, lives)))
            parts.append(all_of(lives, told))
        return all_of(when, any_of(*parts))

    def _lives(
        self, here: Place, activity: Activity, phase: Phase, controller: Controller | None
    ) -> Expression:
        if controller is None:
            raise PathError(f"{here.ref} has no controller")
        if not self.policy.performs(controller, activity):
            return NO
        terms = self.policy.terms_of(controller, activity, phase)
        living = any_of(*(self.terms.runs(here, term, controller) for term in terms))
        name = phase_name(activity.id, phase.id)
        stopped = any_of(*self.stopped(here, name, controller))
        return any_of(all_of(living, not_(stopped)), *self.suspended(here, name, controller))

    def suspended(self, here: Place, phase: str, controller: Controller) -> Iterator[Expression]:
        """Yield whether a row is covered by each restriction that suspends a phase."""
        for restriction in self.circumstances.suspensions_of(controller.id, phase, here.top.ref):
            yield covered_by(here, set_name(restriction.id, here.top.ref))

    def stopped(self, here: Place, phase: str, controller: Controller) -> Iterator[Expression]:
        """Yield whether each stop of a phase covers a row, which was there when it was set."""
        if self.stops:
            said = self.circumstances.stops_of(controller.id, phase, here.top.ref)
            yield from self._covering(here, said, controller)

    def _doubted(self, here: Place, phase: str, controller: Controller | None) -> Expression:
        """Give whether a phase ends for a row where it is undated, since its person asked that."""
        if not self.stops or controller is None:
            return NO
        said = self.circumstances.doubts_of(controller.id, phase, here.top.ref)
        return any_of(*self._covering(here, said, controller))

    def _covering(
        self, here: Place, stops: Iterable[Stop], controller: Controller
    ) -> Iterator[Expression]:
        """Yield whether each stop covers a row, which was there when it was set."""
        for stop in stops:
            # the row itself has the last word: it may be collected anew
            not_after_all = self.collected_before(here, stop.latest, controller)
            if stop.since is not None:
                yield all_of(covered_in_time(here, stop), not_after_all)
                continue
            covered = covered_by(here, set_name(stop.id, here.top.ref))
            before = self.collected_before(here, stop.set_at, controller)
            ahead = all_of(covered_ahead(here, stop), not_after_all)
            yield covered if stop.covers_all else all_of(covered, any_of(before, ahead))

    def collected_before(
        self, here: Place, instant: datetime, controller: Controller
    ) -> Expression:
        """Give whether a row was there at an instant, by its own date or its parent's.

        A row that refers to what came later came later itself: people come back, keys come again.
        """
        name = here.dataset.collected
        if name is None:
            if here.parent is None:
                return YES
            before = self.collected_before(here.parent, instant, controller)
            return before if before == YES else Up(link=here.upward, part=before, missing=True)
        before = NotAfter(column=name, moment=instant, zone=controller.timezone)
        return any_of(is_null(here.dataset.column(name)), before)

    def _kept(self, here: Place, controller: Controller | None, keeping: Keeping) -> Expression:
        """Give whether a hold or a restriction keeps the row, or values of it.

        Unknown if its controller is.
        """
        if here.top.shared:
            return self.any_lead(
                here, lambda lead: self._kept(lead.place, None, keeping), empty=False
            )
        if controller is not None:
            return self._covers(here, controller, keeping)
        scopes = [(one, self.scope(here, one)) for one in self.policy.controllers]
        owned = [all_of(scope, self._covers(here, one, keeping)) for one, scope in scopes]
        of_none = not_(any_of(*(scope for _, scope in scopes)))
        anyone = any_of(*(self._covers(here, one, keeping) for one in self.policy.controllers))
        return any_of(*owned, all_of(of_none, anyone, UNKNOWN))

    def _covers(self, here: Place, controller: Controller, keeping: Keeping) -> Expression:
        """Give whether a hold or a restriction at a controller covers the row's person."""
        keeps = self.circumstances.keeps_of(controller.id, here.top.ref, keeping)
        return any_of(*(covered_by(here, set_name(keep.id, here.top.ref)) for keep in keeps))

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
        sets = {
            set_name(name, ref): keys for name, subjects in named for ref, keys in subjects.items()
        }
        for stop in said.stops:
            sets |= since_sets(stop)
            if asked_by_moment(self.policy):
                sets |= moment_sets(stop)
        return sets
