"""What every page of one controller in one language is written from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from doelbinding.law.sheet import owes_sheet
from doelbinding.policy.activity import Activity
from doelbinding.policy.model import Policy
from doelbinding.policy.organisation import Controller
from doelbinding.publish import facts
from doelbinding.publish.wording import Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What every page of one controller in one language is written from."""

    policy: Policy
    controller: Controller
    wording: Wording
    version: facts.VersionFact

    def activities(self) -> Iterator[Activity]:
        """Yield the activities for which the controller itself owes people a sheet."""
        for activity in self.policy.activities_of(self.controller):
            if owes_sheet(activity):
                yield activity

    def processed_for_others(self) -> Iterator[Activity]:
        """Yield the activities that the controller carries out on behalf of clients."""
        for activity in self.policy.activities_of(self.controller):
            if not owes_sheet(activity):
                yield activity
