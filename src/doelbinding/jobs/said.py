"""What was said and is in force, for the rows that there are now."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from doelbinding.binding.circumstances import Circumstances, Key
from doelbinding.binding.needs import ONLY
from doelbinding.plan.model import KeySets
from doelbinding.policy.organisation import Controller
from doelbinding.records.said import in_force
from doelbinding.retention.joined import is_of_stop
from doelbinding.rights.bearing import Met, bearing_on, met_in
from doelbinding.rights.lasting import with_newer_rows
from doelbinding.rights.reading import Reading
from doelbinding.rights.ways import ways_of
from doelbinding.wiring import Workspace


def said_by(workspace: Workspace, at: datetime, but: Collection[str] = ()) -> Circumstances:
    """Give every stop, hold and restriction; lasting stops cover rows that came since.

    Rows of stores that are left out are not looked for: fewer rows end then, and none too many.
    `but`: stops that are left out, by their ids.
    """
    return _lasting(workspace, _all_but(workspace, but), at)


def said_about(
    workspace: Workspace, at: datetime, met: Met, but: Collection[str] = ()
) -> Circumstances:
    """Give what was said as far as it bears on whom a search met, lasting stops as `said_by`.

    Asked once more about everybody whom the answer is about, it is the same.
    """
    everything = _all_but(workspace, but)
    while True:
        bearing = bearing_on(everything, met)
        said = _lasting(workspace, bearing, at)
        more = met.with_people_of(said.stops)
        if len(bearing_on(everything, more).stops) == len(bearing.stops):
            return said
        met = more


def _all_but(workspace: Workspace, but: Collection[str]) -> Circumstances:
    said = in_force(workspace.records.sealer)
    if not but:
        return said
    return replace(said, stops=tuple(stop for stop in said.stops if stop.id not in but))


def met_by(workspace: Workspace, reading: Reading, controller: Controller) -> Met:
    """Give whom a reading for a controller has come upon by now."""
    return met_in(reading, ways_of(workspace.policy), controller.country)


def people_in(keys: KeySets) -> Met:
    """Give everybody whom a plan is about, or whose stops bear on it, by its key sets."""
    people: dict[str, frozenset[Key]] = {}
    for name, held in keys.items():
        word, _, ref = name.partition(":")
        if word == ONLY or (is_of_stop(word) and "/" not in word):
            people[ref] = people.get(ref, frozenset()) | held
    return Met(people=people)


def _lasting(workspace: Workspace, said: Circumstances, at: datetime) -> Circumstances:
    return with_newer_rows(said, workspace.policy_within_reach, workspace.stores, at)
