"""What can keep a row: phases that use a value of it, or of a row that needs it (DESIGN §1).

A row stays while a value of it is justified, or while a row that refers to it stays. It may so
outlast some of its own columns. What a dependant is, is as in `binding.paths`. A phase that lives
for a dependant is taken to live for the row it needs: `binding` judges both by what dates them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from doelbinding.law import reach
from doelbinding.law.checks.uses import Use, uses
from doelbinding.law.reach import Located
from doelbinding.law.truth import possible_answers
from doelbinding.policy.condition import Condition
from doelbinding.policy.model import Policy
from doelbinding.policy.stores import Dataset, WhenGone


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Keeper:
    """A phase that can keep a row, or nothing but the rule that such rows are never deleted.

    `by` leads from the row to the one that is used: itself alone, or on through those that need it.
    `through`: the paths by which that one is.
    """

    by: tuple[Located, ...]
    activity: str = ""
    phase: str = ""
    when: Condition | None = None
    through: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Name it as people do."""
        if not self.activity:
            return f"{self.by[-1].name}, whose rows are never deleted"
        return f"{self.activity} ({self.phase})"

    def keeps(self, name: str) -> bool:
        """Tell whether it keeps this column of the row too, whatever other phases do."""
        dataset = self.by[0].dataset
        column = reach.column(dataset, name)
        if column is None or not column.personal:
            return True
        if any(name in prohibition.columns for prohibition in dataset.prohibitions):
            return False
        keeping = [
            binding.when
            for binding in dataset.bindings
            if name in binding.columns
            and reach.binds(binding, self.activity, self.phase)
            and _within(self._ends, binding.through)
        ]
        return _follows(self.when if len(self.by) == 1 else None, keeping)

    @property
    def _ends(self) -> tuple[str, ...]:
        """The paths by which the row is whose it keeps it for; none: perhaps any."""
        return self.through if len(self.by) == 1 else (self.by[1].dataset.id,)

    def keeps_there(self, located: Located, name: str) -> bool:
        """Tell whether it keeps a column of other rows, which it may not need at all."""
        return kept_for(located, name, self.activity, self.phase)


@dataclass(frozen=True, kw_only=True, eq=False)
class Keepers:
    """What can keep the rows of a policy."""

    policy: Policy

    @cached_property
    def uses(self) -> tuple[Use, ...]:
        """Every term that can hold, with its dataset."""
        return tuple(uses(self.policy))

    @cached_property
    def _living(self) -> frozenset[tuple[str, str, str]]:
        """The phases that can live for rows of a dataset, as (activity, phase, dataset)."""
        return frozenset((u.activity.id, u.phase.id, u.located.name) for u in self.uses)

    @cached_property
    def _awaited(self) -> frozenset[tuple[str, str, str]]:
        """The events and states that phases wait for, as (activity, phase, name)."""
        return frozenset((use.activity.id, use.phase.id, use.awaited) for use in self.uses)

    def of(self, located: Located) -> Iterator[Keeper]:
        """Yield what can keep a row of the dataset."""
        for by in _needing(self.policy, located):
            if by[-1].dataset.goes_when_unjustified:
                yield from self._phases(by)
            else:
                yield Keeper(by=by)

    def _phases(self, by: tuple[Located, ...]) -> Iterator[Keeper]:
        dataset = by[-1].dataset
        personal = {column.name for column in dataset.personal_columns}
        for binding in dataset.bindings:
            activity = self.policy.activity_by_id.get(binding.activity)
            if activity is None or personal.isdisjoint(binding.columns):
                continue
            for phase in activity.phases:
                lives = (activity.id, phase.id, by[-1].name) in self._living
                if lives and reach.binds(binding, activity.id, phase.id):
                    yield Keeper(
                        by=by,
                        activity=activity.id,
                        phase=phase.id,
                        when=binding.when,
                        through=binding.through,
                    )

    def idle(self, located: Located, name: str) -> Iterator[Keeper]:
        """Yield what can keep a row and does not itself wait for this event or state."""
        for keeper in self.of(located):
            if (keeper.activity, keeper.phase, name) not in self._awaited:
                yield keeper

    def outlasting(self, located: Located, name: str) -> list[str]:
        """Name what can keep a row after this column of it was emptied."""
        left = (str(one) for one in self.of(located) if not one.keeps(name))
        return list(dict.fromkeys(left))


def kept_for(located: Located, name: str, activity: str, phase: str) -> bool:
    """Tell whether a column stays as long as a phase needs it; not a personal one: as its row."""
    column = reach.column(located.dataset, name)
    if column is None or not column.personal:
        return column is None or row_kept_for(located, activity, phase)
    return name in _bound(located, activity, phase)


def kept_in_every_row(located: Located, name: str, activity: str, phase: str) -> bool:
    """Tell whether, where the dataset is bound to a phase, this column of the row is too.

    Each binding may be of rows of which its `when` holds.
    """
    column = reach.column(located.dataset, name)
    if column is None or not column.personal:
        return True
    bindings = [one for one in located.dataset.bindings if reach.binds(one, activity, phase)]
    keeping = [one.when for one in bindings if name in one.columns]
    return all(_follows(one.when, keeping) for one in bindings)


def _follows(given: Condition | None, conditions: Sequence[Condition | None]) -> bool:
    """Tell whether, of every row of which a condition holds, one of some others does.

    None is what holds of all rows.
    """
    told = tuple(one for one in conditions if one is not None)
    if given in conditions or len(told) < len(conditions):
        return True
    if not told:
        return False
    none = Condition(not_=Condition(any_=told))
    fails = none if given is None else Condition(all_=(given, none))
    return True not in possible_answers(fails)


def row_kept_for(located: Located, activity: str, phase: str) -> bool:
    """Tell whether a row stays as long as a phase needs it: for any personal column so bound."""
    personal = {column.name for column in located.dataset.personal_columns}
    goes = located.dataset.goes_when_unjustified
    return not goes or not personal.isdisjoint(_bound(located, activity, phase))


def _bound(located: Located, activity: str, phase: str) -> set[str]:
    """Give the columns bound to a phase, for whoever it binds the dataset to."""
    return {
        column
        for binding in located.dataset.bindings
        if reach.binds(binding, activity, phase) and _within(located.through, binding.through)
        for column in binding.columns
    }


def _within(ends: tuple[str, ...], through: tuple[str, ...]) -> bool:
    """Tell whether a binding that holds through some paths does by all of these; none: by any."""
    return not through or (bool(ends) and set(ends) <= set(through))


def _needing(policy: Policy, located: Located) -> Iterator[tuple[Located, ...]]:
    """Yield the ways from a dataset to those whose rows need its rows, itself first."""
    waiting: list[tuple[Located, ...]] = [(located,)]
    met = {located.name}
    while waiting:
        by = waiting.pop(0)
        yield by
        for other in _dependants(policy, by[-1]):
            if other.name not in met:
                met.add(other.name)
                waiting.append((*by, other))


def _dependants(policy: Policy, located: Located) -> Iterator[Located]:
    """Yield the datasets whose rows refer to rows here, share them, or date them by a pairing."""
    here = located.dataset
    sharing = {(path.shared_by, path.columns) for path in here.paths}
    paired = {
        source.dataset
        for event in here.events.values()
        for source in event.latest_of
        if source.on and source.store is None
    }
    for other in reach.locate(policy):
        if other.store.id != located.store.id or other.name == located.name:
            continue
        keeps = {columns for by, columns in sharing if by == other.dataset.id}
        shares = not keeps <= _released(other.dataset)
        if here.id in _needed(other.dataset) or shares or other.dataset.id in paired:
            yield other


def _needed(dataset: Dataset) -> set[str]:
    """Give the datasets to whose rows rows here refer, and which stay with them."""
    released = _released(dataset)
    needed = {path.to for path in dataset.paths if path.to and path.columns not in released}
    return needed | {r.to for r in dataset.references if r.columns not in released}


def _released(dataset: Dataset) -> set[tuple[str, ...]]:
    """Give the columns of the references that are emptied when the row referred to goes."""
    return {r.columns for r in dataset.references if r.when_gone is WhenGone.EMPTY}
