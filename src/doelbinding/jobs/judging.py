"""Found rows judged under what was said of everybody whom judging them looks at, and of no more."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import partial

from doelbinding.binding.circumstances import Circumstances
from doelbinding.jobs.said import met_by, said_about, said_by
from doelbinding.policy.organisation import Controller
from doelbinding.rights.found import Found
from doelbinding.rights.inventory import Inventory, take_inventories
from doelbinding.rights.reading import Reading
from doelbinding.rights.ways import ways_of
from doelbinding.wiring import Workspace


def judged(
    workspace: Workspace,
    controller: Controller,
    at: datetime,
    found: Sequence[Found],
    but: Collection[str] = (),
) -> tuple[list[Inventory], Circumstances]:
    """Say of everything found why it is there, and give what was said that bears on it.

    Judging may come upon people whom finding did not: then what they said counts too, and all is
    judged once more. Of rows that no search found, nobody knows whom they may lead to, and all that
    was said counts.

    Args:
        workspace: the policy, its stores and records.
        controller: whose people they are.
        at: the instant.
        found: of people who were searched for together, or by no search.
        but: stops as if they had not been said, by their ids.
    """
    searched = next((one.reading for one in found if one.reading), None)
    keys = ways_of(workspace.policy).keys
    reading = searched or Reading(workspace.stores, controller.country, keys)
    take = partial(
        take_inventories,
        policy=workspace.policy,
        controller=controller,
        found=found,
        reading=reading,
        at=at,
    )
    if searched is None:
        said = said_by(workspace, at, but)
        return take(circumstances=said), said
    met = met_by(workspace, reading, controller)
    while True:
        said = said_about(workspace, at, met, but)
        taken = take(circumstances=said)
        known, met = met, met_by(workspace, reading, controller)
        if met == known:
            return taken, said
