"""DB301-DB316: one finding per fact that a sheet owes and the policy does not give (R-X).

What follows from another fact has no finding of its own: rights (R-X.8) follow from the phases
(DB101), when the sheet is due (R-X.12) from the sources (DB302), and the categories of data
(R-X.14) are the activity's own (DB107).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from doelbinding.law.finding import Definition, Finding, Severity, listed
from doelbinding.law.reach import Path
from doelbinding.law.sheet import ITEMS, Item, State, owes_sheet
from doelbinding.policy.activity import Activity
from doelbinding.policy.model import Policy
from doelbinding.policy.organisation import Controller

_IDS = {
    "controller and data protection officer": "DB301",
    "source of the data": "DB302",
    "purposes and basis": "DB303",
    "legitimate interest": "DB304",
    "recipients": "DB305",
    "transfers to third countries": "DB306",
    "retention in words": "DB307",
    "whether data must be given": "DB309",
    "automated decisions": "DB310",
    "further purposes": "DB311",
    "limit by professional secrecy": "DB313",
    "withdrawal of consent": "DB314",
    "complaint": "DB316",
}
_WHY = {
    "DB301": "People must know who is responsible for their data and how to reach the officer.",
    "DB302": "Whether data come from the person decides what is told and when; a person from whom "
    "they do not come must learn where they do.",
    "DB303": "A sheet tells every purpose with its basis; a phase serves one that is not declared.",
    "DB304": "Who relies on an interest tells which one, or people cannot object to it.",
    "DB305": "People must know who receives their data, or that nobody does.",
    "DB306": "Data that leave the European Economic Area are announced, with the safeguard and "
    "how to get a copy of it.",
    "DB307": "A rule is for machines: the sheet says in words how long data are kept, or by which "
    "criteria that is decided.",
    "DB309": "Who is asked for data must know whether the answer is required, and what follows "
    "without it.",
    "DB310": "Whether a machine decides alone is always told; where it does, with its logic, its "
    "significance and its consequences.",
    "DB311": "A further purpose is told before it begins; that there is none is a promise too.",
    "DB313": "Professional secrecy limits information only about data obtained from others, and "
    "the limit is recorded with its reason.",
    "DB314": "Consent can be withdrawn as easily as it is given, and people are told how before "
    "they give it.",
    "DB316": "Every sheet and answer names the authority to complain to, and the court.",
}


def _define(item: Item) -> Definition:
    known = _IDS[item.topic]
    return Definition(
        id=known,
        title=f"Sheet without: {item.topic} ({item.requirement})",
        severity=Severity.ERROR,
        article=item.article,
        why=_WHY[known],
        mend=item.mend,
    )


_DEFINED = {item: _define(item) for item in ITEMS if item.topic in _IDS}


def _follows(item: Item, activity: Activity) -> bool:
    """Tell whether the fact is missing only because the activity has no phase or no purpose."""
    if item.topic == "purposes and basis":
        return not (activity.phases and activity.purposes)
    return item.topic == "retention in words" and not activity.phases


def of_controllers(policy: Policy, _on: date) -> Iterator[Finding]:
    """Find what is missing on every sheet of a controller."""
    for index, controller in enumerate(policy.controllers):
        activity = next(filter(owes_sheet, policy.activities_of(controller)), None)
        for item, definition in _DEFINED.items():
            if activity is None or not item.of_controller:
                continue
            if item.judge(policy, controller, activity) is State.MISSING:
                subject = f"controller {controller.id}"
                message = f"lacks what every sheet says of: {item.topic}"
                yield definition.at(("controllers", index), subject, message)


def of_activities(policy: Policy, _on: date) -> Iterator[Finding]:
    """Find what is missing on the sheet of an activity, and at which controllers."""
    for index, activity in enumerate(policy.activities):
        performing = [c for c in policy.controllers if policy.performs(c, activity)]
        for item, definition in _DEFINED.items():
            if item.of_controller or not owes_sheet(activity) or _follows(item, activity):
                continue
            lacking = _lacking(policy, item, activity, performing)
            if lacking:
                where = "" if len(lacking) == len(performing) else f" at {listed(lacking)}"
                message = f"says nothing complete on: {item.topic}{where}"
                path: Path = ("activities", index)
                yield definition.at(path, f"activity {activity.id}", message)


def _lacking(
    policy: Policy, item: Item, activity: Activity, performing: list[Controller]
) -> list[str]:
    return [c.id for c in performing if item.judge(policy, c, activity) is State.MISSING]


DEFINITIONS = tuple(_DEFINED.values())
CHECKS: tuple[Callable[[Policy, date], Iterator[Finding]], ...] = (of_controllers, of_activities)
