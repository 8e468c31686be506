"""What binds the values of datasets, as far as the policy alone tells: worked out once for it.

Who was said what, which day it is and what rows hold is not in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from doelbinding.binding.circumstances import phase_name
from doelbinding.binding.justification import PhaseState
from doelbinding.binding.justify import unowned
from doelbinding.binding.kleene import Truth
from doelbinding.binding.leads import collected_by, told_by
from doelbinding.binding.paths import Place
from doelbinding.policy.activity import Activity, Phase, Term
from doelbinding.policy.condition import Condition
from doelbinding.policy.model import Policy
from doelbinding.policy.once import once_per_policy
from doelbinding.policy.organisation import Controller
from doelbinding.policy.stores import Binding, Column, Prohibition


@dataclass(frozen=True, slots=True, kw_only=True)
class TermHere:
    """A term of a phase; `told_by_row` where a row itself tells what it waits for."""

    term: Term
    told_by_row: bool


class Line:
    """A phase that binds some columns of a dataset."""

    def __init__(self, policy: Policy, own: Place, activity: Activity, phase: Phase) -> None:
        self._policy = policy
        self.own, self.activity, self.phase = own, activity, phase
        self.name = phase_name(activity.id, phase.id)
        self.tells_collected = collected_by(own)
        self._terms: dict[str, tuple[TermHere, ...] | None] = {}
        self._unowned: dict[tuple[Truth, Truth], PhaseState] = {}

    def terms(self, controller: Controller) -> tuple[TermHere, ...] | None:
        """Give the phase's terms at a controller; none where it does not carry out the activity."""
        if controller.id not in self._terms:
            self._terms[controller.id] = self._terms_at(controller)
        return self._terms[controller.id]

    def _terms_at(self, controller: Controller) -> tuple[TermHere, ...] | None:
        if not self._policy.performs(controller, self.activity):
            return None
        terms = self._policy.terms_of(controller, self.activity, self.phase)
        return tuple(TermHere(term=term, told_by_row=told_by(self.own, term)) for term in terms)

    def unowned(self, when: Truth, lives: Truth = None) -> PhaseState:
        """Give the state of the phase on a row that leads to nobody we can tell."""
        mark = when, lives
        if mark not in self._unowned:
            self._unowned[mark] = unowned(self.activity, self.phase, *mark)
        return self._unowned[mark]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """The phases of one binding: under which condition, and by which ways to people."""

    when: Condition | None
    through: tuple[str, ...]
    phases: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """Columns of a dataset that are bound and restricted alike, with the phases that bind them."""

    columns: tuple[str, ...]
    lines: tuple[Lines, ...]
    prohibitions: tuple[Prohibition, ...]


Columns = tuple[tuple[Column, int | None], ...]
"""Columns, each with the number of the group in which it is bound; none where it is not."""


def numbered(here: Place, groups: Sequence[Bound]) -> Columns:
    """Give the columns of a dataset, personal ones first, each with the number of its group."""
    number = {name: n for n, group in enumerate(groups) for name in group.columns}
    columns = sorted(here.dataset.columns, key=lambda column: not column.personal)
    return tuple((column, number.get(column.name)) for column in columns)


class Bounds:
    """What binds the values of every dataset of a policy."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._groups: dict[str, tuple[Bound, ...]] = {}
        self._columns: dict[str, Columns] = {}
        self._lines: dict[tuple[str, int], Lines] = {}

    def groups(self, here: Place) -> tuple[Bound, ...]:
        """Give the personal columns of a dataset, those bound alike together."""
        found = self._groups.get(here.ref)
        if found is None:
            restricted = dict.fromkeys(column.name for column in here.dataset.personal_columns)
            found = self._groups[here.ref] = tuple(self.grouped(here, restricted))
        return found

    def columns(self, here: Place) -> Columns:
        """Give the columns of a dataset, personal ones first, each with its number in `groups`."""
        found = self._columns.get(here.ref)
        if found is None:
            found = self._columns[here.ref] = numbered(here, self.groups(here))
        return found

    def grouped(self, here: Place, restricted: Mapping[str, object]) -> Iterator[Bound]:
        """Yield the personal columns of a dataset, those bound and restricted alike together.

        Args:
            here: the dataset.
            restricted: what tells the restrictions that bear on each column.
        """
        dataset = here.dataset
        alike: dict[tuple[tuple[int, ...], tuple[int, ...], object], list[str]] = {}
        for name, restrictions in restricted.items():
            bound = tuple(n for n, b in enumerate(dataset.bindings) if name in b.columns)
            barred = tuple(n for n, p in enumerate(dataset.prohibitions) if name in p.columns)
            alike.setdefault((bound, barred, restrictions), []).append(name)
        for (bound, barred, _), columns in alike.items():
            yield Bound(
                columns=tuple(columns),
                lines=tuple(self._of(here, n) for n in bound),
                prohibitions=tuple(dataset.prohibitions[n] for n in barred),
            )

    def _of(self, here: Place, number: int) -> Lines:
        mark = here.ref, number
        if mark not in self._lines:
            binding = here.dataset.bindings[number]
            self._lines[mark] = Lines(
                when=binding.when,
                through=binding.through,
                phases=tuple(self._bound_by(here, binding)),
            )
        return self._lines[mark]

    def _bound_by(self, here: Place, binding: Binding) -> Iterator[Line]:
        activity = self.policy.activity_by_id[binding.activity]
        for phase in activity.phases:
            if not binding.phases or phase.id in binding.phases:
                yield Line(self.policy, here, activity, phase)


bounds_of = once_per_policy(Bounds)
"""Gives what binds the values of a policy's datasets."""
