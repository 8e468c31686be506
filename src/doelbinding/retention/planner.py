"""The steps by which every unjustified value goes, and no other.

Per dataset and controller: rows in which nothing is justified are deleted, children before those
they refer to; then, per group of columns bound alike, unjustified values are emptied. Rows of
people about whom something was said are a branch of their own, so that an index serves the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from graphlib import TopologicalSorter

from doelbinding.binding.circumstances import Circumstances, Subjects
from doelbinding.binding.expression import (
    NO,
    UNKNOWN,
    YES,
    Expression,
    Up,
    needs_sealing,
)
from doelbinding.binding.leads import asked_by_moment
from doelbinding.binding.needs import ONLY, ColumnGroup, Needs
from doelbinding.binding.paths import Place, every_place, places
from doelbinding.binding.simplify import all_of, any_of, not_
from doelbinding.plan.ends import emptied, files_of, set_apart
from doelbinding.plan.model import Deed, Doubt, Emptied, Plan, PlanKind, Reason, Step
from doelbinding.plan.numbering import numbers_needed
from doelbinding.plan.ports import Store
from doelbinding.plan.transformation import strips
from doelbinding.policy.model import Policy
from doelbinding.policy.organisation import Controller
from doelbinding.retention.asked import Asked
from doelbinding.retention.joined import joined, tells_when_collected


@dataclass(frozen=True, kw_only=True)
class Planner:
    """Drafts the steps for one policy at one instant, under what has been said."""

    policy: Policy
    at: datetime
    circumstances: Circumstances
    stores: frozenset[str] | None = None
    numbers: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def said(self) -> Circumstances:
        """What was said, joined where it is alike."""
        dated = tells_when_collected(self.policy)
        return joined(self.circumstances, dated=dated, at=self.at)

    @cached_property
    def general(self) -> Needs:
        """The expressions as if nobody had withdrawn, objected or asked for erasure."""
        return replace(self.stopped, stops=False)

    @cached_property
    def stopped(self) -> Needs:
        """The expressions with everything that was said."""
        return Needs(policy=self.policy, at=self.at, circumstances=self.said, numbers=self.numbers)

    def knowing(self, stores: Mapping[str, Store]) -> Planner:
        """Give the planner with as many numbers as those need to whom rows lead there now.

        Raises:
            StoreError: a store cannot be read.
        """
        numbered = self.asked.numbered()
        if not numbered:
            return self
        return replace(self, numbers=numbers_needed(numbered, stores, self.stopped.key_sets))

    @property
    def by_moment(self) -> tuple[Place, ...]:
        """The datasets of which stops are asked for each moment, where somebody set one."""
        wanted = {here.ref for here in self._wanted()} if self.moments else set()
        return tuple(here for here in asked_by_moment(self.policy) if here.ref in wanted)

    @cached_property
    def moments(self) -> frozenset[datetime]:
        """When people set stops that were joined."""
        since = (stop.since for stop in self.said.stops if stop.since is not None)
        return frozenset(at for by_ref in since for held in by_ref.values() for at in held.values())

    def retention(self, fingerprint: str) -> Plan:
        """Draft the plan that ends what is no longer justified; its counts are still zero."""
        drafts: list[Step] = []
        doubts: list[Doubt] = []
        for here, controller in self._owned():
            covered = self._anyone_stopped(here, controller)
            general = self._steps(here, controller, self.general, YES)
            if covered == NO:
                drafts += general
            else:
                drafts += [self._beyond_stopped(here, controller, step) for step in general]
                steps = self._steps(here, controller, self.stopped, covered)
                drafts += [self._beyond_general(here, controller, step) for step in steps]
            doubts.append(self._doubt(here, controller))
        doubts += self._unowned()
        drafts += self._releases(self.stopped)
        return self._plan(PlanKind.RETENTION, fingerprint, drafts, doubts, None)

    def of_subject(
        self, fingerprint: str, subjects: Subjects, controller: Controller, case: str
    ) -> Plan:
        """Draft the plan that ends what is not justified of one person, at their request.

        What is unknown goes too, since an undated value never defeats a request; save in rows that
        lead to other people, or to the person at another controller.

        Args:
            fingerprint: of the policy's version.
            subjects: the person, by the keys of their rows.
            controller: the one to whom the request was made.
            case: the request's id.
        """
        drafts: list[Step] = []
        doubts: list[Doubt] = []
        needs = self.about(subjects, controller)
        for here, owner in self._owned():
            narrow = needs.leads_to(here, ONLY)
            if owner not in (controller, None) or narrow == NO:
                continue
            steps = list(self._steps(here, owner, needs, narrow))
            if not here.top.shared:
                drafts += [replace(step, unknown_goes=True) for step in steps]
                continue
            alone = needs.of_them_only(here)
            others_too = all_of(narrow, not_(alone))
            drafts += [replace(step, narrow=others_too) for step in steps]
            drafts += [replace(step, narrow=alone, unknown_goes=True) for step in steps]
            doubts.append(replace(self._doubt(here, owner), narrow=others_too))
        drafts += self._releases(needs)
        return self._plan(PlanKind.ERASURE, fingerprint, drafts, doubts, case)

    def _releases(self, needs: Needs) -> Iterator[Step]:
        """Yield the steps that empty references to rows that go, before these do."""
        for here in self._among(every_place(self.policy)):
            for reference in here.released:
                link = here.referred(reference)
                for stays, meant, unknown_goes in _going(needs, here.neighbour(reference.to)):
                    needed = Up(link=link, part=stays, missing=True)
                    narrow = meant if meant == YES else Up(link=link, part=meant, missing=False)
                    yield Step(
                        id="",
                        store=here.store.id,
                        dataset=here.dataset.id,
                        controller=None,
                        deed=Deed.EMPTY,
                        needed=needed,
                        narrow=narrow,
                        unless=needs.stays(here),
                        columns=tuple(Emptied(column=name) for name in reference.columns),
                        sealed=needs_sealing(needed) or unknown_goes is not None,
                        unknown_goes=bool(unknown_goes),
                        releases=reference.to,
                    )

    def about(self, subjects: Subjects, controller: Controller | None = None) -> Needs:
        """Give the expressions of a plan about these people only, as people of a controller."""
        return replace(self.stopped, only=subjects, only_at=controller)

    def _owned(self) -> Iterator[tuple[Place, Controller | None]]:
        """Yield each dataset with each controller whose rows it may hold, children first."""
        for here in children_first(self._wanted()):
            if not here.dataset.personal_columns:
                continue
            if here.top.shared:
                yield here, None
                continue
            for controller in self.policy.controllers:
                if self.general.scope(here, controller) != NO:
                    yield here, controller

    def _wanted(self) -> Iterator[Place]:
        return self._among(places(self.policy))

    def _among(self, found: Iterable[Place]) -> Iterator[Place]:
        return (here for here in found if self.stores is None or here.store.id in self.stores)

    def _steps(
        self, here: Place, controller: Controller | None, needs: Needs, narrow: Expression
    ) -> Iterator[Step]:
        scope = YES if controller is None else needs.scope(here, controller)
        groups = needs.groups(here)
        row = needs.row(here, controller)
        common = Step(
            id="",
            store=here.store.id,
            dataset=here.dataset.id,
            controller=None if controller is None else controller.id,
            deed=Deed.DELETE,
            needed=row,
            scope=scope,
            narrow=narrow,
        )
        deletes = here.dataset.goes_when_unjustified
        if deletes:
            reasons = tuple(dict.fromkeys(r for g in groups for r in self._reasons(g, controller)))
            yield self._finished(here, replace(common, reasons=reasons, files=files_of(here)))
        for group in groups:
            needed = needs.value(here, group, controller)
            if deletes and needed == row:  # whenever it would be emptied, its row goes
                continue
            ending = replace(
                common,
                deed=Deed.EMPTY,
                needed=needed,
                unless=row if deletes else None,
                reasons=tuple(self._reasons(group, controller)),
            )
            plain, computed = set_apart(emptied(here, name) for name in group.columns)
            if plain:
                files = files_of(here, (one.column for one in plain))
                yield self._finished(here, replace(ending, columns=plain, files=files))
            for one in computed:
                step = replace(ending, deed=Deed.TRANSFORM, columns=(one,))
                yield self._finished(here, step)

    def _finished(self, here: Place, step: Step) -> Step:
        """Mark the steps whose rows must be known before the rows they read are gone."""
        through_others = step.narrow != YES and here.top.shared
        return replace(step, sealed=needs_sealing(step.needed) or through_others)

    def _reasons(self, group: ColumnGroup, controller: Controller | None) -> Iterator[Reason]:
        for binding in group.bindings:
            activity = self.policy.activity_by_id[binding.activity]
            for phase in activity.phases:
                if binding.phases and phase.id not in binding.phases:
                    continue
                owners = self.policy.controllers if controller is None else (controller,)
                rules = dict.fromkeys(
                    term.rule
                    for one in owners
                    if self.policy.performs(one, activity)
                    for term in self.policy.terms_of(one, activity, phase)
                )
                for rule in rules:
                    yield Reason(activity=activity.id, phase=phase.id, rule=rule)

    def _anyone_stopped(self, here: Place, controller: Controller | None) -> Expression:
        """Give whether a row leads to a person who has stopped an activity."""
        stops = [
            stop
            for stop in self.said.stops
            if controller is None or stop.controller == controller.id
        ]
        return any_of(*(self.stopped.leads_to(here, stop.id) for stop in stops))

    def _beyond_stopped(self, here: Place, controller: Controller | None, step: Step) -> Step:
        """Leave out of the count of emptied values the rows that go because of stops."""
        if step.unless is None:
            return step
        return replace(step, unless=self.stopped.row(here, controller))

    def _beyond_general(self, here: Place, controller: Controller | None, step: Step) -> Step:
        """Leave out of the count what the general branch already finds."""
        needs = self.general
        if step.deed is Deed.DELETE:
            return replace(step, unless=needs.row(here, controller))
        names = {one.column for one in step.columns}
        group = next(g for g in needs.groups(here) if names <= set(g.columns))
        general = needs.value(here, group, controller)
        return replace(step, unless=all_of(*(p for p in (step.unless, general) if p is not None)))

    def _doubt(self, here: Place, controller: Controller | None) -> Doubt:
        needs = self.stopped
        return Doubt(
            store=here.store.id,
            dataset=here.dataset.id,
            controller=None if controller is None else controller.id,
            scope=YES if controller is None else needs.scope(here, controller),
            values=tuple(needs.value(here, group, controller) for group in needs.groups(here)),
        )

    def _unowned(self) -> Iterator[Doubt]:
        """Yield the question which rows belong to no controller that can be told."""
        for here in self._wanted():
            if here.dataset.personal_columns and not here.top.shared:
                scopes = [self.general.scope(here, one) for one in self.policy.controllers]
                known = any_of(*scopes, UNKNOWN)
                if known != YES:
                    yield Doubt(
                        store=here.store.id,
                        dataset=here.dataset.id,
                        controller=None,
                        scope=YES,
                        values=(known,),
                    )

    def _plan(
        self,
        kind: PlanKind,
        fingerprint: str,
        drafts: Iterable[Step],
        doubts: Iterable[Doubt],
        case: str | None,
    ) -> Plan:
        """Put deletions before emptyings, and columns that predicates read last.

        Texts are stripped before the names that are taken out of them go themselves.
        References are emptied just before the rows that they name are deleted.
        """
        drafts = list(drafts)
        ordered = sorted(
            (step for step in drafts if step.releases is None),
            key=lambda step: (
                step.deed is not Deed.DELETE,
                self._read(step),
                not _strips(step),
                self._identifies(step),
            ),
        )
        for release in (step for step in drafts if step.releases is not None):
            deletions = [n for n, step in enumerate(ordered) if _deletes(step, release)]
            if deletions:
                ordered.insert(deletions[0], _beyond_deleted(release, ordered[: deletions[0]]))
        steps = tuple(replace(step, id=f"s{n:03}") for n, step in enumerate(ordered, 1))
        return Plan(
            kind=kind,
            policy=fingerprint,
            at=self.at,
            steps=steps,
            doubts=tuple(doubts),
            case=case,
            collected=tuple(self.asked.collected()),
            numbered=self.asked.numbered(),
        )

    @cached_property
    def asked(self) -> Asked:
        """What is asked before a plan is drafted or run."""
        return Asked(
            policy=self.policy,
            about=tuple(self._wanted()),
            stops=self.said.stops,
            numbers=self.numbers,
        )

    def _identifies(self, step: Step) -> bool:
        """Tell whether a step changes what people are found by, and names taken out of texts."""
        dataset = self.policy.store_by_id[step.store].dataset(step.dataset)
        return any(dataset.column(one.column).identifier for one in step.columns)

    def _read(self, step: Step) -> bool:
        """Tell whether a step empties a column that dates or conditions another."""
        dataset = self.policy.store_by_id[step.store].dataset(step.dataset)
        read = {event.column for event in dataset.events.values()}
        read |= {source.column for e in dataset.events.values() for source in e.latest_of}
        for condition in (*dataset.states.values(), *dataset.persons.values()):
            read |= set(condition.columns())
        for binding in dataset.bindings:
            read |= set(binding.when.columns()) if binding.when else set()
        for other in self.policy.store_by_id[step.store].datasets:
            for event in other.events.values():
                read |= {s.column for s in event.latest_of if s.dataset == dataset.id}
        return any(one.column in read for one in step.columns)


def _going(needs: Needs, target: Place) -> Iterator[tuple[Expression, Expression, bool | None]]:
    """Yield what lets a row stay, which are meant, and whether what is unknown goes of these.

    Of what people share, whom a row leads to is asked once, before any reference to it is emptied:
    who lets go of it leads to it no more. Of other rows all is in what lets them stay.
    """
    if needs.only is None:
        if (stays := needs.stays(target)) != YES:
            yield stays, YES, None
    elif not target.top.shared:
        if (stays := needs.stays(target)) != YES:
            yield stays, needs.leads_to(target, ONLY), None
    elif (row := needs.row(target, None)) != YES:
        alone = needs.of_them_only(target)
        yield row, all_of(needs.leads_to(target, ONLY), not_(alone)), False
        yield row, alone, True


def _strips(step: Step) -> bool:
    return any(strips(one.transformation) for one in step.columns)


def _beyond_deleted(release: Step, before: Iterable[Step]) -> Step:
    """Leave out of the count of emptied references the rows that are deleted before."""
    deleted = any(step.ref == release.ref and step.deed is Deed.DELETE for step in before)
    return release if deleted else replace(release, unless=None)


def _deletes(step: Step, release: Step) -> bool:
    deleted = step.store == release.store and step.dataset == release.releases
    return deleted and step.deed is Deed.DELETE


def children_first(found: Iterable[Place]) -> list[Place]:
    """Order datasets so that rows that refer come before the rows they refer to."""
    by_ref = {here.ref: here for here in found}
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for here in by_ref.values():
        children = (one.place.ref for one in here.dependants)
        sorter.add(here.ref, *(ref for ref in children if ref in by_ref))
    return [by_ref[ref] for ref in sorter.static_order()]
