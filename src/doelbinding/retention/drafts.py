"""Drafts of erasures, kept: who asks the same of a controller on a day gets the same steps.

A draft depends on the policy, the controller, the day, and what kind of things were said, not on
who said them: keys stay outside it, in named sets. So what was said alike is joined under one name,
and the steps drafted once serve everybody, with the statements that were written for them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from doelbinding.binding.circumstances import (
    Circumstances,
    Hold,
    Key,
    Restriction,
    Stop,
    Subjects,
)
from doelbinding.binding.cutoff import local_day
from doelbinding.plan.model import KeySets, Plan
from doelbinding.policy.model import Policy
from doelbinding.policy.organisation import Controller
from doelbinding.retention.planner import Planner

_KNOWN: dict[object, tuple[Policy, Plan]] = {}
_MOST = 64


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
    policy: Policy, fingerprint: str, at: datetime, said: Circumstances, requested: Requested
) -> Drafted:
    """Draft the plan that ends what is not justified of some people, at their request.

    Args:
        policy: of the version in force.
        fingerprint: of that version.
        at: the instant of the run.
        said: everything in force, the stops of this request included.
        requested: whose, and of whom.
    """
    planner = _planner(policy, at, said)
    subjects = {ref: keys for ref, keys in requested.subjects.items() if keys}
    keys = planner.about(subjects, requested.controller).key_sets
    mark = (
        id(policy),
        requested.controller.id,
        tuple(local_day(at, one) for one in policy.controllers),
        frozenset(keys),
    )
    known = _KNOWN.get(mark)
    if known is None or known[0] is not policy:
        if len(_KNOWN) >= _MOST:
            _KNOWN.clear()
        plan = planner.of_subject(fingerprint, subjects, requested.controller, requested.case)
        known = _KNOWN[mark] = policy, plan
    plan = replace(known[1], policy=fingerprint, at=at, case=requested.case)
    return Drafted(plan=plan, keys=keys)


def said_in(policy: Policy, at: datetime, said: Circumstances) -> KeySets:
    """Give the key sets of what was said, by the names that they have in such plans."""
    return _planner(policy, at, said).stopped.key_sets


def _planner(policy: Policy, at: datetime, said: Circumstances) -> Planner:
    dated = any(dataset.collected is not None for _, dataset in policy.datasets())
    return Planner(policy=policy, at=at, circumstances=joined(said, dated=dated))


def joined(said: Circumstances, *, dated: bool) -> Circumstances:
    """Join what was said alike, under names that follow from what was said and not from who did.

    `dated`: the instant of a stop counts, since rows tell when they were collected.
    """
    stops: dict[object, list[Stop]] = {}
    for stop in said.stops:
        counts = dated and not stop.kind.lasts
        when = stop.set_at.astimezone(UTC).isoformat() if counts else None
        for phase in sorted(stop.phases):
            of_phase = replace(stop, phases=frozenset({phase}))
            stops.setdefault((stop.controller, stop.kind, phase, when), []).append(of_phase)
    holds: dict[object, list[Hold]] = {}
    for hold in said.holds:
        holds.setdefault((hold.controller,), []).append(hold)
    restrictions: dict[object, list[Restriction]] = {}
    for one in said.restrictions:
        restrictions.setdefault(
            (one.controller, tuple(sorted(one.phases)), tuple(sorted(one.columns))), []
        ).append(one)
    return Circumstances(
        stops=tuple(
            replace(many[0], id=_name("stop", mark), subjects=_together(many))
            for mark, many in stops.items()
        ),
        holds=tuple(
            replace(many[0], id=_name("hold", mark), subjects=_together(many))
            for mark, many in holds.items()
        ),
        restrictions=tuple(
            replace(many[0], id=_name("restriction", mark), subjects=_together(many))
            for mark, many in restrictions.items()
        ),
    )


def _name(kind: str, mark: object) -> str:
    digest = hashlib.blake2b(repr(mark).encode(), digest_size=8)
    return f"{kind}-{digest.hexdigest()}"


def _together(many: Iterable[Stop | Hold | Restriction]) -> Mapping[str, frozenset[Key]]:
    found: dict[str, set[Key]] = {}
    for one in many:
        for ref, keys in one.subjects.items():
            found.setdefault(ref, set()).update(keys)
    return {ref: frozenset(keys) for ref, keys in found.items() if keys}
