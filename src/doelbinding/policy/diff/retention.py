"""How the retention of each controller changes, and whether anything is kept longer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from doelbinding.policy.activity import Activity, Phase, Term
from doelbinding.policy.model import Policy
from doelbinding.policy.retention import After, Period, Rule

_SHORTEST_MONTH, _LONGEST_MONTH = 28, 31


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionChange:
    """The terms of a phase, before and after, for the controllers that have both."""

    activity: Activity
    phase: Phase
    before: Sequence[Term]
    after: Sequence[Term]
    controllers: tuple[str, ...]

    @property
    def longer(self) -> bool:
        """Whether anything may be kept longer than before: not provably otherwise."""
        return not all(any(_covers(old, new) for old in self.before) for new in self.after)

    @property
    def words_only(self) -> bool:
        """Whether only the wording differs, such as the name of a statute."""
        return _bare(self.before) == _bare(self.after)

    @property
    def persons(self) -> tuple[str, ...]:
        """The categories of person whose terms differ."""
        differing = [t for t in self.before if t not in self.after]
        differing += [t for t in self.after if t not in self.before]
        if not differing or any(not term.persons for term in differing):
            return self.activity.persons
        return tuple(dict.fromkeys(person for term in differing for person in term.persons))


def retention_changes(old: Policy, new: Policy) -> Iterator[RetentionChange]:
    """Yield what changes in the terms of each phase that both policies have, per controller."""
    for activity in new.activities:
        former = old.activity_by_id.get(activity.id)
        for phase in activity.phases if former else ():
            earlier = next((p for p in former.phases if p.id == phase.id), None) if former else None
            if former and earlier:
                yield from _of_phase((old, former, earlier), (new, activity, phase))


_Side = tuple[Policy, Activity, Phase]


def _of_phase(old: _Side, new: _Side) -> Iterator[RetentionChange]:
    who: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = defaultdict(list)
    terms: dict[str, tuple[list[Term], list[Term]]] = {}
    for controller in new[0].controllers:
        former = old[0].controller_by_id.get(controller.id)
        if former is None or not (
            old[0].performs(former, old[1]) and new[0].performs(controller, new[1])
        ):
            continue
        before = old[0].terms_of(former, old[1], old[2])
        after = new[0].terms_of(controller, new[1], new[2])
        if before != after:
            terms[controller.id] = (before, after)
            who[tuple(map(repr, before)), tuple(map(repr, after))].append(controller.id)
    for controllers in who.values():
        before, after = terms[controllers[0]]
        yield RetentionChange(
            activity=new[1],
            phase=new[2],
            before=before,
            after=after,
            controllers=tuple(controllers),
        )


def _covers(old: Term, new: Term) -> bool:
    """Tell whether whatever the new term keeps, the old one kept as long."""
    for_the_same = not old.persons or (new.persons and set(new.persons) <= set(old.persons))
    return bool(for_the_same) and _no_longer(old.parsed, new.parsed)


def _no_longer(old: Rule, new: Rule) -> bool:
    if isinstance(old, After) and isinstance(new, After):
        return replace(old, keep=new.keep) == new and _at_most(new.keep, old.keep)
    return old == new


def _at_most(period: Period, other: Period) -> bool:
    months, others = period.years * 12 + period.months, other.years * 12 + other.months
    if months <= others and period.days <= other.days:
        return True
    longest = months * _LONGEST_MONTH + period.days
    return longest <= others * _SHORTEST_MONTH + other.days


def _bare(terms: Sequence[Term]) -> list[Term]:
    return [replace(term, statute=None) for term in terms]
