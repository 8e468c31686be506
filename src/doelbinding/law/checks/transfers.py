"""DB521-DB525: data outside the European Economic Area (GDPR Chapter V; R-VIII)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from doelbinding.law.finding import Definition, Finding, Severity
from doelbinding.law.reach import Path
from doelbinding.law.transfers import adequacy, inside_eea
from doelbinding.policy.model import Policy
from doelbinding.policy.vocabulary import TransferGround

RECIPIENT_OUTSIDE = Definition(
    id="DB521",
    title="Recipient outside the EEA without a transfer ground",
    severity=Severity.ERROR,
    article="GDPR 44",
    why="Data leave the European Economic Area only on a ground of Chapter V.",
    mend="declare the transfer with its ground and name it in the recipient's `transfer`",
)
STORE_OUTSIDE = Definition(
    id="DB522",
    title="Store outside the EEA without a transfer ground",
    severity=Severity.ERROR,
    article="GDPR 44",
    why="The policy keeps data within the European Economic Area; a store elsewhere is a transfer, "
    "and needs a ground of Chapter V.",
    mend="declare the transfer with its ground and name it in the store's `transfer`",
)
NOT_ADEQUATE = Definition(
    id="DB523",
    title="Adequacy claimed without a living decision",
    severity=Severity.ERROR,
    article="GDPR 45(1), 45(3)",
    why="The Commission decides which countries protect data adequately; on this day no decision "
    "holds for the country, or the one named is another.",
    mend="use another ground, such as standard contractual clauses, or name the decision that "
    "holds",
)
PARTLY_ADEQUATE = Definition(
    id="DB524",
    title="Adequacy decision that covers only part of a country",
    severity=Severity.NOTE,
    article="GDPR 45(1)",
    why="The decision covers some recipients or data only; whether this one is among them has to "
    "be looked at.",
    mend="check that the recipient is covered, and say so in the transfer's `safeguard`",
)
ELSEWHERE = Definition(
    id="DB525",
    title="Transfer declared for another country",
    severity=Severity.ERROR,
    article="GDPR 44, 13(1)(f)",
    why="A ground holds for the country it was given for; the data go somewhere else.",
    mend="name a transfer to the country where the recipient or store is",
)


def _places(policy: Policy) -> Iterator[tuple[Path, str, str, str | None, Definition]]:
    for number, recipient in enumerate(policy.recipients):
        path, subject = ("recipients", number), f"recipient {recipient.id}"
        yield path, subject, recipient.country, recipient.transfer, RECIPIENT_OUTSIDE
    for number, store in enumerate(policy.stores):
        path, subject = ("stores", number), f"store {store.id}"
        yield path, subject, store.country, store.transfer, STORE_OUTSIDE


def grounded(policy: Policy, _on: date) -> Iterator[Finding]:
    """Find recipients and stores outside the Area without a ground that holds there."""
    for path, subject, country, name, definition in _places(policy):
        if inside_eea(country):
            continue
        transfer = policy.transfer_by_id.get(name or "")
        if transfer is None:
            yield definition.at(path, subject, f"is in {country}, without a transfer ground")
        elif transfer.country != country:
            message = f"is in {country}, and transfer {transfer.id!r} is to {transfer.country}"
            yield ELSEWHERE.at((*path, "transfer"), subject, message)


def adequate(policy: Policy, on: date) -> Iterator[Finding]:
    """Find transfers that rest on a decision which does not hold on that day."""
    for number, transfer in enumerate(policy.transfers):
        if transfer.ground is not TransferGround.ADEQUACY:
            continue
        path, subject = ("transfers", number), f"transfer {transfer.id}"
        decision = adequacy(transfer.country, on)
        if decision is None:
            message = f"no adequacy decision holds for {transfer.country} on {on}"
            yield NOT_ADEQUATE.at(path, subject, message)
        elif transfer.decision and not decision.is_named_in(transfer.decision):
            message = f"names {transfer.decision!r}; what holds is {decision.reference}"
            yield NOT_ADEQUATE.at((*path, "decision"), subject, message)
        elif decision.scope:
            message = f"{decision.reference} covers {decision.scope}"
            yield PARTLY_ADEQUATE.at(path, subject, message)


DEFINITIONS = (RECIPIENT_OUTSIDE, STORE_OUTSIDE, NOT_ADEQUATE, PARTLY_ADEQUATE, ELSEWHERE)
CHECKS = (grounded, adequate)
