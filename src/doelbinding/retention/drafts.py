"""Drafts of erasures, kept: who asks the same of a controller on a day gets the same steps.

A draft depends on the policy, the controller, the day, and what kind of things were said, not on
who said them: keys stay outside it, in named sets. So what was said alike is joined under one name,
and the steps drafted once serve everybody, with the statements that were written for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from doelbinding.binding.circumstances import Circumstances, Subjects
from doelbinding.binding.cutoff import local_day
from doelbinding.plan.model import KeySets, Plan
from doelbinding.plan.ports import Store
from doelbinding.policy.model import Policy
from doelbinding.policy.organisation import Controller
from doelbinding.retention.planner import Planner

_KNOWN: dict[object, tuple[Policy, Plan]] = {}
_MOST = 64
NONE_AT_HAND: Mapping[str, Store] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """A plan whose counts are still zero, and the key sets its predicates refer to."""

    plan: Plan
    keys: KeySets


@dataclass(frozen=True, slots=True, kw_only=True)
class Requested:
    """Whose erasure is drafted: the people, the controller asked, and the case."""

    subjects: Subjects
    controller: Controller
    case: str


def draft_erasure(
    policy: Policy,
    fingerprint: str,
    at: datetime,
    said: Circumstances,
    requested: Requested,
    *,
    stores: Mapping[str, Store] = NONE_AT_HAND,
) -> Drafted:
    """Draft the plan that ends what is not justified of some people, at their request.

    Args:
        policy: of the version in force.
        fingerprint: of that version.
        at: the instant of the run.
        said: everything in force, the stops of this request included.
        requested: whose, and of whom.
        stores: those at hand, which tell how many share what rows lead to them by; else one.

    Raises:
        StoreError: a store cannot be read.
    """
    planner = _planner(policy, at, said, requested.controller.id).knowing(stores)
    subjects = {ref: keys for ref, keys in requested.subjects.items() if keys}
    keys = planner.about(subjects, requested.controller).key_sets
    mark = (
        id(policy),
        requested.controller.id,
        tuple(local_day(at, one) for one in policy.controllers),
        frozenset(keys),
        tuple(sorted(planner.numbers.items())),
        tuple(stop.set_at for stop in planner.said.stops if stop.since is not None),
        tuple(stop.of_now for stop in planner.said.stops),
    )
    known = _KNOWN.get(mark)
    if known is None or known[0] is not policy:
        if len(_KNOWN) >= _MOST:
            _KNOWN.clear()
        plan = planner.of_subject(fingerprint, subjects, requested.controller, requested.case)
        known = _KNOWN[mark] = policy, plan
    plan = replace(known[1], policy=fingerprint, at=at, case=requested.case)
    return Drafted(plan=plan, keys=keys)


def said_in(policy: Policy, at: datetime, said: Circumstances, controller: str) -> KeySets:
    """Give the key sets of what was said, by the names that they have in plans at a controller."""
    return _planner(policy, at, said, controller).stopped.key_sets


def _planner(policy: Policy, at: datetime, said: Circumstances, controller: str) -> Planner:
    return Planner(policy=policy, at=at, circumstances=said.asked_of(controller))
