"""Random policies: two controllers, three activities, two stores."""

from __future__ import annotations

from datetime import date
from random import Random

from doelbinding.conformance.activities import ACTIVITIES, activity
from doelbinding.conformance.datasets import calls, datasets
from doelbinding.conformance.world import controller
from doelbinding.policy.activity import PersonCategory, Term
from doelbinding.policy.model import Policy, Version
from doelbinding.policy.organisation import Deviation
from doelbinding.policy.stores import Store
from doelbinding.policy.vocabulary import ChangeReason


def policies(chance: Random) -> Policy:
    deviates = chance.random() < 1 / 2
    activities = tuple(activity(chance, name) for name in ACTIVITIES)
    rules = [t.rule for a in activities for phase in a.phases for t in phase.terms]
    changed = (
        Deviation(activity="a1", reason={}, terms={"p0": (Term(rule="after rel.ended keep P3M"),)}),
        Deviation(activity="a2", reason={}, performed=(chance.random() < 1 / 2)),
    )
    return Policy(
        id="w",
        group="w",
        title={},
        version=Version(
            number="1", effective_on=date(2020, 1, 1), reason=ChangeReason.LAW, note={}
        ),
        languages=("en",),
        controllers=(
            controller("nl", "NL", "12-31", "Europe/Amsterdam"),
            controller("jp", "JP", "06-30", "Asia/Tokyo", changed if deviates else ()),
        ),
        person_categories=(
            PersonCategory(id="customer", label={}, dpv=""),
            PersonCategory(id="prospect", label={}, dpv=""),
        ),
        data_categories=(),
        activities=activities,
        stores=(
            Store(
                id="s",
                label={},
                country="NL",
                datasets=datasets(chance, notes_stay="until settled" in rules),
                timezone=chance.choice(["UTC", "Europe/Amsterdam", "America/New_York"]),
            ),
            Store(id="t", label={}, country="NL", datasets=(calls(chance),)),
        ),
    )
