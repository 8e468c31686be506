"""DB101-DB110: activities, their purposes and phases (GDPR Art. 5, 6(4), 26, 30)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from doelbinding.law.finding import Definition, Finding, Severity, listed
from doelbinding.policy.activity import Activity
from doelbinding.policy.model import Policy
from doelbinding.policy.vocabulary import Role

NO_PHASE = Definition(
    id="DB101",
    title="Activity without a basis",
    severity=Severity.ERROR,
    article="GDPR 6(1), 13(1)(c), 13(2)(b)",
    why="Processing is lawful only on a ground of Article 6(1). The ground, the end and the "
    "rights that follow from it stand in the activity's phases, and it has none.",
    mend="give the activity at least one phase, with its purpose, basis and terms",
)
NO_PURPOSE = Definition(
    id="DB102",
    title="Activity without a purpose",
    severity=Severity.ERROR,
    article="GDPR 5(1)(b)",
    why="Data are collected for specified, explicit purposes only; without one nothing can be "
    "necessary, compatible or ended.",
    mend="declare the activity's `purposes`",
)
UNUSED_PURPOSE = Definition(
    id="DB103",
    title="Purpose that no phase serves",
    severity=Severity.WARNING,
    article="GDPR 5(1)(b), 6(1)",
    why="A purpose that people are told of but that no phase serves has no basis and no end: "
    "either the sheet says too much, or a phase is missing.",
    mend="give the purpose a phase of its own, name it in a phase's `uses`, or drop it",
)
USES_OUTSIDE = Definition(
    id="DB104",
    title="Use for a purpose the activity does not declare",
    severity=Severity.ERROR,
    article="GDPR 5(1)(b), 6(4)",
    why="A use for another purpose than those told needs a compatibility assessment and new "
    "information first; a phase cannot allow it in passing.",
    mend="declare the purpose under the activity's `purposes`, or take it out of `uses`",
)
ARCHIVE_USES_EARLIER = Definition(
    id="DB105",
    title="Archive that allows an earlier phase's use",
    severity=Severity.WARNING,
    article="GDPR 5(1)(b), 5(1)(e)",
    why="Being stored is not being usable. When a later phase allows the purpose of an earlier "
    "one, that earlier phase never ends in fact, and its basis is swapped for another.",
    mend="name in the later phase's `uses` only what it is kept for",
)
NO_PERSONS = Definition(
    id="DB106",
    title="Activity without persons",
    severity=Severity.ERROR,
    article="GDPR 30(1)(c)",
    why="The register names the categories of people concerned, and retention may differ by them.",
    mend="list the categories under the activity's `persons`",
)
NO_DATA = Definition(
    id="DB107",
    title="Activity without data",
    severity=Severity.ERROR,
    article="GDPR 30(1)(c), 5(1)(c)",
    why="The register names the categories of data, and a stored value can only be held against "
    "what was declared.",
    mend="list the categories under the activity's `data`",
)
NO_SECURITY = Definition(
    id="DB108",
    title="Activity without security measures",
    severity=Severity.WARNING,
    article="GDPR 30(1)(g), 32(1)",
    why="The register describes the technical and organisational measures where possible.",
    mend="list the measures under the activity's `security`",
)
NOT_PERFORMED = Definition(
    id="DB109",
    title="Activity that no controller performs",
    severity=Severity.WARNING,
    article="GDPR 5(2), 30(1)(a)",
    why="Nobody is responsible for it: every controller is left out or deviates from it.",
    mend="name a controller that performs it, or remove the activity",
)
JOINT_WITHOUT_ARRANGEMENT = Definition(
    id="DB110",
    title="Joint control without an arrangement",
    severity=Severity.ERROR,
    article="GDPR 26(1)-(2)",
    why="Joint controllers settle in an arrangement who does what, above all for people's rights, "
    "and make its essence available.",
    mend="describe the arrangement in `joint_arrangement`",
)


def _place(index: int, activity: Activity) -> tuple[tuple[str | int, ...], str]:
    return ("activities", index), f"activity {activity.id}"


def stated(policy: Policy, _on: date) -> Iterator[Finding]:
    """Find what an activity leaves unsaid."""
    for index, activity in enumerate(policy.activities):
        for definition, given, what in (
            (NO_PHASE, activity.phases, "has no phase, so no basis and no end"),
            (NO_PURPOSE, activity.purposes, "declares no purpose"),
            (NO_PERSONS, activity.persons, "does not say whose data it uses"),
            (NO_DATA, activity.data, "does not say which data it uses"),
            (NO_SECURITY, activity.security, "names no security measure"),
        ):
            if not given:
                yield definition.at(*_place(index, activity), what)


def performed(policy: Policy, _on: date) -> Iterator[Finding]:
    """Find activities without anyone responsible, and joint control without an arrangement."""
    for index, activity in enumerate(policy.activities):
        if not any(policy.performs(controller, activity) for controller in policy.controllers):
            yield NOT_PERFORMED.at(*_place(index, activity), "is performed by no controller")
        if activity.role is Role.JOINT_CONTROLLER and not activity.joint_arrangement:
            message = "is under joint control, without an arrangement"
            yield JOINT_WITHOUT_ARRANGEMENT.at(*_place(index, activity), message)


def purposes(policy: Policy, _on: date) -> Iterator[Finding]:
    """Find purposes that nothing serves and uses that nobody was told of."""
    for index, activity in enumerate(policy.activities):
        path, subject = _place(index, activity)
        served = {use for phase in activity.phases for use in (phase.purpose, *phase.uses)}
        for number, purpose in enumerate(activity.purposes):
            if activity.phases and purpose.id not in served:
                message = f"declares purpose {purpose.id!r}, which no phase serves"
                yield UNUSED_PURPOSE.at((*path, "purposes", number), subject, message)
        declared = {purpose.id for purpose in activity.purposes}
        for number, phase in enumerate(activity.phases):
            outside = [use for use in phase.uses if use not in declared]
            if outside:
                message = f"phase {phase.id!r} allows {listed(outside)}, not declared as a purpose"
                yield USES_OUTSIDE.at((*path, "phases", number, "uses"), subject, message)


def archives(policy: Policy, _on: date) -> Iterator[Finding]:
    """Find later phases that prolong an earlier one's use."""
    for index, activity in enumerate(policy.activities):
        path, subject = _place(index, activity)
        earlier: set[str] = set()
        for number, phase in enumerate(activity.phases):
            again = [u for u in phase.allowed_uses if u in earlier and u != phase.purpose]
            if again:
                message = f"phase {phase.id!r} still allows {listed(again)} of an earlier phase"
                yield ARCHIVE_USES_EARLIER.at((*path, "phases", number, "uses"), subject, message)
            earlier.add(phase.purpose)


DEFINITIONS = (
    NO_PHASE,
    NO_PURPOSE,
    UNUSED_PURPOSE,
    USES_OUTSIDE,
    ARCHIVE_USES_EARLIER,
    NO_PERSONS,
    NO_DATA,
    NO_SECURITY,
    NOT_PERFORMED,
    JOINT_WITHOUT_ARRANGEMENT,
)
CHECKS = (stated, performed, purposes, archives)
