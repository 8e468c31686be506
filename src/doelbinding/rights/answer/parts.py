"""What several answers say alike: who answers, which rights there are, where to complain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from doelbinding.document.blocks import (
    Block,
    Cell,
    Line,
    Section,
    facts,
    paragraphs,
    section,
    table,
)
from doelbinding.document.links import mail, site
from doelbinding.law.language.wording import Wording
from doelbinding.law.rights import Standing, rights_of
from doelbinding.law.transfers import inside_eea
from doelbinding.policy.activity import Activity, Basis
from doelbinding.policy.model import Policy
from doelbinding.policy.organisation import Controller, Recipient, Transfer
from doelbinding.policy.stores import Store
from doelbinding.policy.text import Text
from doelbinding.policy.vocabulary import Right
from doelbinding.rights.answer.case import Case
from doelbinding.rights.found import InDoubt


def case_facts(case: Case, words: Wording) -> tuple[Block, ...]:
    """Say which request this answers."""
    return facts(
        (words.ui("case.id"), (Line(text=case.id),)),
        (words.ui("case.received"), (Line(text=words.date(case.received_on)),)),
        (words.ui("case.answered"), (Line(text=words.date(case.answered_on)),)),
    )


def in_doubt(doubt: InDoubt, words: Wording, right: str) -> Iterator[str]:
    """Yield how many records may be theirs, what is not done with them for it, and what follows."""
    left = words.ui(f"doubt.{right}")
    if doubt.ambiguous:
        yield f"{words.plural('doubt.ambiguous', doubt.ambiguous)} {left} {words.ui('doubt.ask')}"
    if doubt.strays:
        stray = "stray_too" if doubt.ambiguous else "stray"
        found, then = (words.plural(f"doubt.{said}", doubt.strays) for said in (stray, "look"))
        yield f"{found} {left} {then}"


def sender(controller: Controller, words: Wording) -> Cell:
    """Give the name and address of the controller."""
    country = words.country(controller.country)
    names = words.countries.get(controller.country, {}).values()
    said = any(name in controller.address for name in names)
    return (
        Line(text=controller.name),
        Line(text=controller.address),
        *(() if said else (Line(text=country),)),
        mail(controller.email),
        *((Line(text=controller.phone),) if controller.phone else ()),
    )


def officer(controller: Controller, words: Wording) -> Cell:
    """Say how to reach the data protection officer."""
    who = controller.officer
    return (
        Line(text=who.name),
        mail(who.email),
        *((Line(text=who.phone),) if who.phone else ()),
        site(who.form, words.ui("contact.form")),
    )


def contact(case: Case, words: Wording, id_: str = "contact") -> Section:
    """Say whom to ask, where to complain and which court there is (Art. 12(4), 77, 79)."""
    controller = case.controller
    authority = controller.authority
    return section(
        id_,
        words.ui("contact.title"),
        paragraphs(words.ui("contact.ask")),
        facts((words.ui("contact.officer"), officer(controller, words))),
        paragraphs(words.ui("contact.complain")),
        facts(
            (
                words.ui("contact.authority"),
                (
                    Line(text=words.say(authority.name)),
                    Line(text=authority.address),
                    site(authority.url),
                ),
            ),
            (words.ui("contact.court"), (Line(text=words.say(controller.court)),)),
        ),
    )


def basis_words(basis: Basis, words: Wording) -> str:
    """Say a ground and its article: `Legitimate interest (Art. 6(1)(f) GDPR)`."""
    label = words.ui(f"basis.{basis.kind.value}")
    return f"{label} ({words.article(basis.kind.article)})"


def rights_table(activities: Iterable[Activity], words: Wording) -> tuple[Block, ...]:
    """Say which rights the person has, by the basis of each phase (Art. 15(1)(e))."""
    based = [activity for activity in activities if activity.phases]
    head = tuple(words.ui(f"rights.{name}") for name in ("right", "meaning", "applies"))
    return table(words.ui("rights.caption"), head, _rights(based, words))


def _rights(activities: list[Activity], words: Wording) -> Iterator[tuple[Cell, ...]]:
    """Yield each right under each article, with the activities that give it."""
    given: dict[tuple[Right, str], dict[str, Standing]] = {}
    for activity in activities:
        for phase in activity.phases:
            for right, standing in rights_of(activity, phase.basis).items():
                if standing.exists:
                    names = given.setdefault((right, standing.article), {})
                    names[words.say(activity.name)] = standing
    order = {right: n for n, right in enumerate(Right)}
    for (right, article), names in sorted(given.items(), key=lambda pair: order[pair[0][0]]):
        standing = next(iter(names.values()))
        named = words.ui("semicolon").join(names)
        when = words.ui("rights.always") if len(names) == len(activities) else named
        yield (
            (Line(text=words.ui(f"right.{right.value}"), detail=words.article(article)),),
            (Line(text=words.say(standing.reason)),),
            (Line(text=when),),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Abroad:
    """Somebody or a store outside the European Economic Area, and the ground for it if stated."""

    name: Text
    country: str
    transfer: Transfer | None


def abroad(
    policy: Policy, recipients: Iterable[Recipient], stores: Iterable[Store]
) -> Iterator[Abroad]:
    """Yield which of those who get the data are outside the EEA (Art. 15(2))."""
    places = (
        *((r.name, r.country, r.transfer) for r in recipients),
        *((s.label, s.country, s.transfer) for s in stores),
    )
    for name, country, transfer in places:
        if transfer or not inside_eea(country):
            found = policy.transfer_by_id.get(transfer or "")
            yield Abroad(name=name, country=country, transfer=found)


def recipient_cell(recipient: Recipient, words: Wording) -> Cell:
    """Name a recipient, with what kind it is."""
    kind = words.ui(f"recipient.{recipient.kind.value}")
    return (Line(text=words.say(recipient.name), detail=kind),)


def service_cell(recipient: Recipient, words: Wording) -> Cell:
    """Say what a recipient does, and the law that demands it where one does."""
    law = words.say(recipient.required_by)
    detail = words.ui("recipient.required_by", law=law) if law else ""
    return (Line(text=words.say(recipient.service), detail=detail),)
