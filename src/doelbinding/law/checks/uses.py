"""Which terms apply to which datasets: what the checks of retention have in common."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from doelbinding.law import reach
from doelbinding.law.reach import Located
from doelbinding.policy.activity import Activity, Phase, Term
from doelbinding.policy.model import Policy
from doelbinding.policy.organisation import Controller
from doelbinding.policy.retention import After


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Use:
    """One term as it applies to one dataset bound to its phase."""

    activity: Activity
    phase: Phase
    term: Term
    located: Located

    @property
    def subject(self) -> str:
        """How people name the dataset."""
        return f"dataset {self.located.name}"

    @property
    def what(self) -> str:
        """How people name the term."""
        return f"`{self.term.rule}` of {self.activity.id} ({self.phase.id})"

    @property
    def awaited(self) -> str:
        """The event that the term counts from, or the state that it waits for."""
        rule = self.term.parsed
        return rule.event if isinstance(rule, After) else rule.state


def uses(policy: Policy) -> Iterator[Use]:
    """Yield every term with each dataset on which it can hold."""
    for activity in policy.activities:
        for phase in activity.phases:
            for located in reach.bound_to(policy, activity.id, phase.id):
                for term in _terms(policy, activity, phase, located):
                    yield Use(activity=activity, phase=phase, term=term, located=located)


def performing(policy: Policy, activity: Activity, located: Located) -> list[Controller]:
    """Give the controllers of a dataset that perform the activity."""
    ids = reach.controllers(policy, located)
    ours = [policy.controller_by_id[i] for i in ids if i in policy.controller_by_id]
    return [controller for controller in ours if policy.performs(controller, activity)]


def _terms(policy: Policy, activity: Activity, phase: Phase, located: Located) -> list[Term]:
    """Give the terms that can hold for a row of the dataset, by its controllers and persons."""
    terms: list[Term] = []
    for controller in performing(policy, activity, located):
        terms += [t for t in policy.terms_of(controller, activity, phase) if t not in terms]
    told = reach.persons(policy, located)
    return [t for t in terms if not (t.persons and told) or set(t.persons) & set(told)]
