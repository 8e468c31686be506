"""Whom a change touches: categories of person, and controllers."""

from __future__ import annotations

from collections.abc import Iterable

from doelbinding.policy.activity import Activity
from doelbinding.policy.diff.walk import Path
from doelbinding.policy.model import Policy
from doelbinding.policy.stores import Store

Who = tuple[tuple[str, ...], tuple[str, ...]]
"""Person categories and controllers, by id."""

_FIELD = {"person_categories": "persons", "data_categories": "data", "measures": "security"}


def touched(path: Path, policies: tuple[Policy, Policy]) -> Who:
    """Give the person categories and controllers that a difference at *path* touches."""
    persons: dict[str, None] = {}
    controllers: dict[str, None] = {}
    for policy in policies:
        only = {path[1]} if path[0] == "controllers" and len(path) > 1 else None
        for activity in _activities(path, policy):
            performing = [c.id for c in policy.controllers if policy.performs(c, activity)]
            performing = [c for c in performing if only is None or c in only]
            if performing:
                persons |= dict.fromkeys(activity.persons)
                controllers |= dict.fromkeys(performing)
        controllers |= dict.fromkeys(only or ())
    if path[0] == "person_categories":
        persons = {path[1]: None}
    return tuple(persons), tuple(controllers)


def _activities(path: Path, policy: Policy) -> Iterable[Activity]:
    """Give the activities that a place of the policy bears on; all, where it is nobody's own."""
    match path:
        case ("activities", named, *_) | ("controllers", _, "deviations", named, *_):
            return [a for a in policy.activities if a.id == named]
        case ("person_categories" | "data_categories" | "measures" as kind, named, *_):
            return [a for a in policy.activities if named in getattr(a, _FIELD[kind])]
        case ("recipients", named, *_):
            return _using(policy, {named})
        case ("transfers", named, *_):
            users = {r.id for r in policy.recipients if r.transfer == named}
            stores = [store for store in policy.stores if store.transfer == named]
            return [*_using(policy, users), *_bound(policy, stores, None)]
        case ("stores", named, *rest):
            dataset = rest[1] if rest[:1] == ["datasets"] and len(rest) > 1 else None
            return _bound(policy, [s for s in policy.stores if s.id == named], dataset)
    return policy.activities


def _using(policy: Policy, recipients: set[str]) -> list[Activity]:
    return [a for a in policy.activities if recipients.intersection(a.recipients)]


def _bound(policy: Policy, stores: Iterable[Store], dataset: str | None) -> list[Activity]:
    bound = {
        binding.activity
        for store in stores
        for d in store.datasets
        if dataset in {None, d.id}
        for binding in d.bindings
    }
    return [a for a in policy.activities if a.id in bound]
