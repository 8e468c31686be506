"""DB501-DB509: recipients and processors (GDPR Art. 4(9), 28; R-II.11, R-II.12, R-VII)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from doelbinding.law.finding import Definition, Finding, Severity, listed
from doelbinding.law.reach import Path
from doelbinding.policy.model import Policy
from doelbinding.policy.organisation import Recipient
from doelbinding.policy.vocabulary import RecipientKind

NO_AGREEMENT = Definition(
    id="DB501",
    title="Processor without an agreement",
    severity=Severity.ERROR,
    article="GDPR 28(3)",
    why="A processor acts only under a written contract that binds it to the controller's "
    "instructions.",
    mend="record the signed `agreement`, with its reference and date",
)
NO_CONFIDENTIALITY = Definition(
    id="DB502",
    title="Processor whose people are not bound to confidentiality",
    severity=Severity.ERROR,
    article="GDPR 28(3)(b)",
    why="The agreement has to bind everybody who handles the data to confidentiality.",
    mend="agree on it, and state `confidentiality: true` in the agreement",
)
NO_ASSESSMENT = Definition(
    id="DB503",
    title="Processor without an assessment",
    severity=Severity.ERROR,
    article="GDPR 28(1)",
    why="Only processors that give sufficient guarantees may be used, and the controller shows "
    "how it knows that they do.",
    mend="record the `assessment`, with its reference, its date and when it expires",
)
EXPIRED = Definition(
    id="DB504",
    title="Processor whose assessment has expired",
    severity=Severity.ERROR,
    article="GDPR 28(1), 32(1)(d)",
    why="Guarantees are looked at again from time to time; this one has run out.",
    mend="assess the processor again and record the new `assessment`",
)
AFFILIATE = Definition(
    id="DB505",
    title="Affiliate that receives data and is no processor",
    severity=Severity.ERROR,
    article="GDPR 4(9), 6(1)",
    why="Another affiliate is a recipient like any other: there is no group privilege. The policy "
    "shares data with processors only, unless a law demands a disclosure.",
    mend="make it a `processor` with an agreement, or name in `required_by` what demands it",
)
NO_LAW = Definition(
    id="DB506",
    title="Authority that receives data under no named law",
    severity=Severity.ERROR,
    article="GDPR 6(1)(c), 6(3)",
    why="A disclosure to an authority is declared with the law that demands it.",
    mend="name the law in `required_by`",
)
SECRECY = Definition(
    id="DB507",
    title="Data under secrecy given to a processor without cover",
    severity=Severity.ERROR,
    article="GDPR 28(3)(b), 90",
    why="Using a processor must not break professional secrecy: its agreement has to extend the "
    "duty to it.",
    mend="have the agreement cover secrecy and state `covers_secrecy: true`, or withhold the data",
)
TOO_MUCH = Definition(
    id="DB508",
    title="Recipient of data that no activity needs it to have",
    severity=Severity.WARNING,
    article="GDPR 5(1)(c), 28(3)(a)",
    why="A recipient gets what its service needs and no more; here it gets a category that none of "
    "the activities naming it uses.",
    mend="drop the category from `receives`, or declare it in the activity's `data`",
)
UNUSED = Definition(
    id="DB509",
    title="Recipient that no activity names",
    severity=Severity.NOTE,
    article="GDPR 13(1)(e), 30(1)(d)",
    why="People are told of recipients on the sheets; this one is on none.",
    mend="name it in the `recipients` of the activities that use it, or remove it",
)


def _recipients(policy: Policy) -> Iterator[tuple[Path, str, Recipient]]:
    for number, recipient in enumerate(policy.recipients):
        yield ("recipients", number), f"recipient {recipient.id}", recipient


def processors(policy: Policy, on: date) -> Iterator[Finding]:
    """Find processors without what Article 28 asks of them, as of a day."""
    for path, subject, recipient in _recipients(policy):
        if recipient.kind is not RecipientKind.PROCESSOR:
            continue
        agreement, assessment = recipient.agreement, recipient.assessment
        if agreement is None or agreement.signed_on > on:
            yield NO_AGREEMENT.at(path, subject, "processes data under no signed agreement")
        elif not agreement.confidentiality:
            message = f"agreement {agreement.reference} binds nobody to confidentiality"
            yield NO_CONFIDENTIALITY.at((*path, "agreement"), subject, message)
        if assessment is None or assessment.assessed_on > on:
            yield NO_ASSESSMENT.at(path, subject, "has never been assessed")
        elif assessment.expires_on < on:
            message = f"assessment {assessment.reference} expired on {assessment.expires_on}"
            yield EXPIRED.at((*path, "assessment"), subject, message)


def others(policy: Policy, _on: date) -> Iterator[Finding]:
    """Find affiliates and authorities that receive data without a declared reason."""
    for path, subject, recipient in _recipients(policy):
        if recipient.required_by:
            continue
        if recipient.kind is RecipientKind.AFFILIATE:
            yield AFFILIATE.at(path, subject, "is an affiliate, and not its processor")
        if recipient.kind is RecipientKind.AUTHORITY:
            yield NO_LAW.at(path, subject, "is an authority, and no law is named")


def secrecy(policy: Policy, _on: date) -> Iterator[Finding]:
    """Find data under secrecy with a processor that is not bound to it."""
    for path, subject, recipient in _recipients(policy):
        if recipient.kind is not RecipientKind.PROCESSOR or recipient.covers_secrecy:
            continue
        known = [c for c in map(policy.data_category_by_id.get, recipient.receives) if c]
        secret = [category.id for category in known if category.secrecy]
        if secret:
            message = f"receives {listed(secret)}, under secrecy that does not bind it"
            yield SECRECY.at((*path, "receives"), subject, message)


def needed(policy: Policy, _on: date) -> Iterator[Finding]:
    """Find recipients that get more than their activities use, or that serve none."""
    for path, subject, recipient in _recipients(policy):
        serving = [a for a in policy.activities if recipient.id in a.recipients]
        used = {category for activity in serving for category in activity.data}
        beyond = [category for category in recipient.receives if category not in used]
        if not serving:
            yield UNUSED.at(path, subject, "is named by no activity")
        elif beyond:
            message = f"receives {listed(beyond)}, which no activity naming it uses"
            yield TOO_MUCH.at((*path, "receives"), subject, message)


DEFINITIONS = (
    NO_AGREEMENT,
    NO_CONFIDENTIALITY,
    NO_ASSESSMENT,
    EXPIRED,
    AFFILIATE,
    NO_LAW,
    SECRECY,
    TOO_MUCH,
    UNUSED,
)
CHECKS = (processors, others, secrecy, needed)
