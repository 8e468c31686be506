"""Planning retention under a sound policy and everything that was said."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from doelbinding.jobs.plans import MadePlan, digest_secret, keep_plan
from doelbinding.jobs.said import said_by
from doelbinding.law.finding import Finding, Severity
from doelbinding.law.findings import check
from doelbinding.plan.ports import Gravity, NamesTables, Obstacle
from doelbinding.plan.run import obstacles
from doelbinding.plan.survey import surveyed
from doelbinding.policy.joined import together
from doelbinding.retention.planner import Planner
from doelbinding.wiring import Workspace


class PolicyBroken(Exception):
    """The policy has findings that forbid acting on it."""


def insist_on_sound_policy(
    workspace: Workspace, on: date, about: Callable[[Finding], bool] | None = None
) -> tuple[Finding, ...]:
    """Give the policy's findings, all or those about something.

    Raises:
        PolicyBroken: some are errors.
    """
    findings = tuple(filter(about, check(workspace.policy, on=on)))
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    if errors:
        many = "an error" if len(errors) == 1 else f"{len(errors)} errors"
        raise PolicyBroken(
            f"the policy has {many}, so nothing is done on its ground: see `doelbinding check`"
        )
    return findings


def planner_at(workspace: Workspace, at: datetime, stores: frozenset[str] | None = None) -> Planner:
    """Give a planner under everything that was said and is in force."""
    return Planner(
        policy=workspace.policy,
        at=at,
        circumstances=said_by(workspace, at),
        stores=stores,
    )


def make_plan(workspace: Workspace, at: datetime, stores: frozenset[str] | None) -> MadePlan:
    """Plan retention at an instant, and keep the plan; of some stores with those they belong to.

    Raises:
        PolicyBroken: the policy has errors.
        StoreError: a store cannot be read.
    """
    insist_on_sound_policy(workspace, at.date())
    policy = workspace.policy
    about = frozenset(policy.store_by_id) if stores is None else together(policy, stores)
    planner = planner_at(workspace, at, about).knowing(workspace.stores)
    keys = planner.stopped.key_sets
    draft = planner.retention(workspace.fingerprint)
    plan = surveyed(draft, workspace.stores, keys, digest_secret(workspace))
    made = keep_plan(workspace, plan, keys, about=about)
    found = (*obstacles(plan, workspace.stores), *growing(planner))
    return replace(made, obstacles=found, about=about, draft=draft)


def growing(planner: Planner) -> Iterator[Obstacle]:
    """Yield the datasets by which a plan grows with everybody who stops something (ADR 0042)."""
    if len(planner.moments) < _MANY:
        return
    for here in planner.by_moment:
        yield Obstacle(
            gravity=Gravity.WARNS,
            ref=here.ref,
            message=f"its rows lead to people by {here.top.number_of_ways} ways, so that stops are "
            f"asked for each of {len(planner.moments)} moments at which somebody set one: plans "
            "grow, and are refused in the end",
            remedy="let what says when it was collected lead to people by fewer ways",
        )


_MANY = 20
"""Moments of which a plan that asks for each is told."""


def tables_of_nobody(workspace: Workspace, made: MadePlan) -> dict[str, Sequence[str]]:
    """Give the tables that are in no dataset, per store that a plan is about.

    Raises:
        StoreError: a store cannot be read.
    """
    stores = {name: workspace.stores[name] for name in sorted(made.about)}
    found = {name: s.left_out() for name, s in stores.items() if isinstance(s, NamesTables)}
    return {name: tables for name, tables in found.items() if tables}


def obstacles_later(workspace: Workspace, made: MadePlan) -> list[Obstacle]:
    """Give what is not in the way of a plan, since nothing goes there yet, but will be of others.

    Raises:
        StoreError: a store cannot be read.
    """
    if made.draft is None:
        return []
    known = set(made.obstacles)
    return [one for one in obstacles(made.draft, workspace.stores) if one not in known]
