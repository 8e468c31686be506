"""DB201-DB206: an end for everyone (GDPR Art. 5(1)(e), 6(1)(c); R-II.10, R-VI)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from doelbinding.law.finding import Definition, Finding, Severity, listed
from doelbinding.law.language.terms import has_words
from doelbinding.law.language.wording import wording
from doelbinding.law.reach import Path
from doelbinding.policy.activity import Activity, Phase, Term
from doelbinding.policy.model import Policy
from doelbinding.policy.organisation import Controller
from doelbinding.policy.retention import After, Period
from doelbinding.policy.vocabulary import LawfulBasis

NO_TERM = Definition(
    id="DB201",
    title="Phase without an end",
    severity=Severity.ERROR,
    article="GDPR 5(1)(e)",
    why="Every bound value has an end that can be computed. Without a term there is none, so the "
    "phase justifies nothing, and what only it should keep would go at once.",
    mend="give the phase `terms`, such as `after relation.ended keep P5Y`",
)
NOT_COVERED = Definition(
    id="DB202",
    title="Person or country that no term covers",
    severity=Severity.ERROR,
    article="GDPR 5(1)(e)",
    why="A term can be limited to some persons or countries. For those left over the activity has "
    "no end, so it justifies nothing of theirs.",
    mend="add a term for them, or leave out `persons` or `countries` in one",
)
PARTLY_COVERED = Definition(
    id="DB203",
    title="Phase that never begins for some",
    severity=Severity.NOTE,
    article="GDPR 5(1)(e)",
    why="Another phase covers these persons, this one does not: for them it justifies nothing. "
    "That may be meant.",
    mend="add a term for them where the phase should hold for them too",
)
ZERO_LENGTH = Definition(
    id="DB204",
    title="Term of no length",
    severity=Severity.WARNING,
    article="GDPR 5(1)(e), 13(2)(a)",
    why="A period of zero days ends on the very day of the event; people expect a period, or a "
    "state that ends.",
    mend="write the period, or `until STATE` when the event itself is the end",
)
SURPLUS = Definition(
    id="DB205",
    title="Term under a legal obligation without its statute",
    severity=Severity.ERROR,
    article="GDPR 6(1)(c), 6(3), 17(3)(b)",
    why="A legal obligation keeps data exactly as long as the law demands. A term of one's own "
    "beside or beyond it is a surplus that needs a basis of its own.",
    mend="name the law that sets the term in its `statute`, or move the surplus to a phase with "
    "its own basis",
)

UNWORDED = Definition(
    id="DB206",
    title="Deviating term without words",
    severity=Severity.WARNING,
    article="GDPR 12(1), 13(2)(a)",
    why="A phase's `criteria` are about the group's terms. Where a controller has other terms, its "
    "pages and letters do not say them, and an event that has no words is shown by its name.",
    mend="say in the term's own `criteria`, for people, how long the data are kept there",
)


def _phases(policy: Policy) -> Iterator[tuple[Path, str, Activity, Phase]]:
    for a, activity in enumerate(policy.activities):
        for p, phase in enumerate(activity.phases):
            subject = f"activity {activity.id}, phase {phase.id}"
            yield ("activities", a, "phases", p), subject, activity, phase


def ends(policy: Policy, _on: date) -> Iterator[Finding]:
    """Find phases that have no term at all."""
    for path, subject, _, phase in _phases(policy):
        if not phase.terms:
            yield NO_TERM.at(path, subject, "has no retention term")


def _covers(terms: list[Term], person: str) -> bool:
    return any(not term.persons or person in term.persons for term in terms)


def _uncovered(
    policy: Policy, controller: Controller, activity: Activity, phases: tuple[Phase, ...]
) -> set[str]:
    """Give the persons of the activity whom no term of these phases covers at this controller."""
    terms = [t for phase in phases for t in policy.terms_of(controller, activity, phase)]
    return {person for person in activity.persons if not _covers(terms, person)}


def coverage(policy: Policy, _on: date) -> Iterator[Finding]:
    """Find persons and countries for whom an activity, or one phase of it, has no end."""
    for index, activity in enumerate(policy.activities):
        if not any(phase.terms for phase in activity.phases):
            continue
        for controller in policy.controllers:
            if policy.performs(controller, activity):
                yield from _coverage_at(policy, controller, activity, index)


def _coverage_at(
    policy: Policy, controller: Controller, activity: Activity, index: int
) -> Iterator[Finding]:
    path: Path = ("activities", index)
    nowhere = _uncovered(policy, controller, activity, activity.phases)
    whom = f"at {controller.id} ({controller.country})"
    if nowhere:
        message = f"has no term for {listed(sorted(nowhere))} {whom}"
        yield NOT_COVERED.at((*path, "phases"), f"activity {activity.id}", message)
    for number, phase in enumerate(activity.phases):
        here = _uncovered(policy, controller, activity, (phase,)) - nowhere
        if phase.terms and here:
            subject = f"activity {activity.id}, phase {phase.id}"
            message = f"has no term for {listed(sorted(here))} {whom}"
            yield PARTLY_COVERED.at((*path, "phases", number), subject, message)


def _terms(policy: Policy) -> Iterator[tuple[Path, str, Phase, Term]]:
    """Yield every term, of the group and of each deviation."""
    for path, subject, _, phase in _phases(policy):
        for number, term in enumerate(phase.terms):
            yield (*path, "terms", number), subject, phase, term
    for c, controller in enumerate(policy.controllers):
        for d, deviation in enumerate(controller.deviations):
            activity = policy.activity_by_id.get(deviation.activity)
            for phase in activity.phases if activity else ():
                for number, term in enumerate(deviation.terms.get(phase.id, ())):
                    place = ("controllers", c, "deviations", d, "terms", phase.id, number)
                    subject = f"controller {controller.id}, {deviation.activity}, {phase.id}"
                    yield place, subject, phase, term


def terms(policy: Policy, _on: date) -> Iterator[Finding]:
    """Find terms of no length, and terms under a legal obligation that no law sets."""
    for path, subject, phase, term in _terms(policy):
        rule = term.parsed
        if isinstance(rule, After) and rule.keep == Period() and not rule.end_of_financial_year:
            yield ZERO_LENGTH.at(path, subject, f"`{term.rule}` ends on the day of the event")
        if phase.basis.kind is LawfulBasis.LEGAL_OBLIGATION and not term.statute:
            yield SURPLUS.at(path, subject, f"`{term.rule}` names no law that demands it")


def words(policy: Policy, _on: date) -> Iterator[Finding]:
    """Find terms of controllers that deviate, which nothing says in words."""
    known = wording("en")  # each language has words for the same names
    for path, subject, _, term in _terms(policy):
        worded = term.criteria or has_words(term.parsed, known)
        if path[0] == "controllers" and not worded:
            yield UNWORDED.at(path, subject, f"`{term.rule}` has no words")


DEFINITIONS = (NO_TERM, NOT_COVERED, PARTLY_COVERED, ZERO_LENGTH, SURPLUS, UNWORDED)
CHECKS = (ends, coverage, terms, words)
