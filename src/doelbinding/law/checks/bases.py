"""DB121-DB125: what each basis needs to be stated (GDPR Art. 6, 9, 22, 87)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from doelbinding.law.finding import Definition, Finding, Severity, listed
from doelbinding.law.reach import Path
from doelbinding.law.sheet import owes_sheet
from doelbinding.policy.activity import Activity, Phase
from doelbinding.policy.model import Policy
from doelbinding.policy.vocabulary import LawfulBasis

NO_BALANCING = Definition(
    id="DB121",
    title="Legitimate interests without a balancing",
    severity=Severity.ERROR,
    article="GDPR 6(1)(f)",
    why="An interest is a basis only when it was weighed against those of the person, and the "
    "controller can show that it was.",
    mend="record the `balancing` in the basis: outcome, date and reference",
)
NO_STATUTE = Definition(
    id="DB122",
    title="Legal obligation or public task without its statute",
    severity=Severity.ERROR,
    article="GDPR 6(3)",
    why="These grounds are laid down by Union or national law; which law decides what may be "
    "kept, and for how long.",
    mend="name the law in the basis's `statute`",
)
NO_SPECIAL_GROUND = Definition(
    id="DB123",
    title="Special category data without a ground of Article 9",
    severity=Severity.ERROR,
    article="GDPR 9(1)-(2)",
    why="Special categories are prohibited unless an exception of Article 9(2) applies, beside "
    "the basis of Article 6.",
    mend="state the exception and why it applies in the basis's `special`, or drop the data",
)
NATIONAL_NUMBER = Definition(
    id="DB124",
    title="National number without a statute",
    severity=Severity.ERROR,
    article="GDPR 87",
    why="Member States decide when a national identification number may be used; without a law "
    "that allows it, it may not.",
    mend="name the law that allows the number in a phase's `basis.statute`, or drop the data",
)
MACHINE_ALONE = Definition(
    id="DB125",
    title="Decision by machine alone, on a ground that does not allow it",
    severity=Severity.ERROR,
    article="GDPR 22(1)-(2)",
    why="A solely automated decision that matters to a person is allowed only for a contract with "
    "them, by a law, or with their explicit consent.",
    mend="have a human take the decision, or base it on contract, law or explicit consent",
)

_BY_LAW = {LawfulBasis.LEGAL_OBLIGATION, LawfulBasis.PUBLIC_TASK}
_AUTOMATABLE = {LawfulBasis.CONSENT, LawfulBasis.CONTRACT, LawfulBasis.PRE_CONTRACT, *_BY_LAW}


def _phases(policy: Policy) -> Iterator[tuple[Path, str, Activity, Phase]]:
    for a, activity in enumerate(policy.activities):
        for p, phase in enumerate(activity.phases):
            subject = f"activity {activity.id}, phase {phase.id}"
            yield ("activities", a, "phases", p, "basis"), subject, activity, phase


def arguments(policy: Policy, _on: date) -> Iterator[Finding]:
    """Find bases without what they rest on."""
    for path, subject, activity, phase in _phases(policy):
        basis = phase.basis
        if basis.kind is LawfulBasis.LEGITIMATE_INTERESTS and basis.balancing is None:
            yield NO_BALANCING.at(path, subject, "rests on legitimate interests never weighed")
        if basis.kind in _BY_LAW and not basis.statute:
            yield NO_STATUTE.at(path, subject, f"rests on {basis.kind.value}, but names no law")
        automation = activity.automation
        alone = automation is not None and automation.solely_automated
        if alone and basis.kind not in _AUTOMATABLE:
            message = f"lets a machine decide alone on {basis.kind.value}"
            yield MACHINE_ALONE.at(path, subject, message)


def protected_data(policy: Policy, _on: date) -> Iterator[Finding]:
    """Find special categories and national numbers that no phase has a ground for."""
    for index, activity in enumerate(policy.activities):
        if not activity.phases or not owes_sheet(activity):
            continue
        path, subject = ("activities", index, "data"), f"activity {activity.id}"
        known = [c for c in map(policy.data_category_by_id.get, activity.data) if c is not None]
        special = [category.id for category in known if category.special]
        if special and not any(phase.basis.special for phase in activity.phases):
            message = f"uses special categories ({listed(special)}) in no phase with a ground"
            yield NO_SPECIAL_GROUND.at(path, subject, message)
        numbers = [category.id for category in known if category.national_number]
        if numbers and not any(phase.basis.statute for phase in activity.phases):
            message = f"uses a national number ({listed(numbers)}) without a law that allows it"
            yield NATIONAL_NUMBER.at(path, subject, message)


DEFINITIONS = (NO_BALANCING, NO_STATUTE, NO_SPECIAL_GROUND, NATIONAL_NUMBER, MACHINE_ALONE)
CHECKS = (arguments, protected_data)
