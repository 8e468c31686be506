"""Whether the ground of a plan still holds: its policy, what people said, its age, the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from doelbinding.binding.needs import ONLY
from doelbinding.jobs.plans import digest_secret
from doelbinding.jobs.retention import planner_at
from doelbinding.jobs.said import people_in, said_about
from doelbinding.plan.model import (
    AGAIN,
    RECTIFIED,
    RIGHT_VALUE,
    KeySets,
    Plan,
    PlanKind,
    key_digest,
)
from doelbinding.plan.run import Stopped
from doelbinding.records.models import PlanRecord
from doelbinding.retention.drafts import said_in
from doelbinding.wiring import Workspace

_CLOCKS_DIFFER = timedelta(minutes=10)


class PlanStale(Stopped):
    """The plan follows a policy, an instant or words that no longer hold."""


class WrongClock(Stopped):
    """What is asked is of a time to come, so a clock is wrong or it is too early: do it later."""


def insist_still_holds(workspace: Workspace, record: PlanRecord, plan: Plan, keys: KeySets) -> None:
    """Refuse a plan whose ground has shifted since it was recorded.

    Raises:
        PlanStale: the policy changed, somebody said something since, or it is too old.
        WrongClock: it was made in the future, or is of a day to come.
    """
    insist_not_to_come(plan.at)
    if plan.policy != workspace.fingerprint:
        raise PlanStale(
            "the policy has changed since the plan was made: nothing was changed; make a new plan"
        )
    oldest = workspace.oldest_plan
    if datetime.now(UTC) - record.made_at > oldest:
        raise PlanStale(
            f"the plan is older than {oldest.days} days: nothing was changed; make a new plan"
        )
    if record.made_at - datetime.now(UTC) > _CLOCKS_DIFFER:
        raise WrongClock(
            "the plan was made in the future, so this clock or that of then is wrong: nothing was "
            "changed; set the clock right, or make a new plan"
        )
    current = _said_in(workspace, record, plan, keys)
    secret = digest_secret(workspace)
    named = [key_digest(name, current[name], secret) for name in sorted(current)]
    if named != [one for one in plan.keys if not _is_only(one.name)]:
        raise PlanStale(
            "somebody withdrew, objected, or was put on hold since the plan was made: nothing was "
            "changed; make a new plan"
        )


def _said_in(workspace: Workspace, record: PlanRecord, plan: Plan, keys: KeySets) -> KeySets:
    """Give the key sets of what was said and is in force, as a plan of that kind names them."""
    if plan.kind is PlanKind.RECTIFICATION:
        return {}  # nothing that was said stands against what is right
    if plan.kind is not PlanKind.ERASURE or record.request is None:
        return planner_at(workspace, plan.at).stopped.key_sets
    said = said_about(workspace, plan.at, people_in(keys))
    current = said_in(workspace.policy, plan.at, said, record.request.controller)
    return {name: held for name, held in current.items() if held or name in keys}


def insist_not_to_come(at: datetime) -> None:
    """Refuse to act as of a day to come: what is justified until then would go too soon.

    Raises:
        WrongClock: the day has not come anywhere on earth.
    """
    if at.date() > (datetime.now(UTC) + timedelta(hours=14)).date():
        raise WrongClock(
            f"{at.date()} has not come yet: planning ahead shows what will go, and nothing is "
            "changed before the day"
        )


def _is_only(name: str) -> bool:
    """Tell whether a key set is of the people or rows a plan is about, not of what was said."""
    return name.partition(":")[0] in {ONLY, AGAIN, RECTIFIED, RIGHT_VALUE}
