"""The register of a controller: Art. 30(1), and Art. 30(2) for what it does for clients.

Each entry is taken from the same facts as the sheet, in the order of Article 30. It is laid out as
a list of facts per activity: a table of eight columns is one that nobody can read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from doelbinding.document.blocks import (
    Block,
    Cell,
    Line,
    Section,
    bullets,
    facts,
    lines,
    paragraphs,
)
from doelbinding.policy.activity import Activity
from doelbinding.policy.organisation import ClientProcessing
from doelbinding.publish.addresses import register_address, relative, sheet_address
from doelbinding.publish.contact import controller_facts
from doelbinding.publish.desk import Desk
from doelbinding.publish.facts import (
    ControllerFact,
    Named,
    PhaseFact,
    Sheet,
    TransferFact,
    VersionFact,
)
from doelbinding.publish.gather import controller_fact, measures, transfers_of
from doelbinding.publish.sheet import basis_cell, period_beside, period_words, set_by
from doelbinding.publish.wording import Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientFact:
    """What a controller does as processor for one client (Art. 30(2))."""

    id: str
    client: str
    country: str
    country_code: str
    contact: str
    subject: str
    categories: tuple[str, ...]
    agreement: str
    transfers: tuple[TransferFact, ...]
    security: tuple[Named, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """The whole register of one controller in one language."""

    language: str
    controller: ControllerFact
    version: VersionFact
    activities: tuple[Sheet, ...]
    for_clients: tuple[ClientFact, ...]
    activities_for_clients: tuple[Named, ...]


def gather_register(desk: Desk, sheets: tuple[Sheet, ...]) -> Register:
    """Gather the register from the sheets and from what is done for clients."""
    return Register(
        language=desk.wording.language,
        controller=controller_fact(desk),
        version=desk.version,
        activities=sheets,
        for_clients=tuple(_client(desk, client) for client in desk.controller.processes_for),
        activities_for_clients=tuple(
            Named(id=activity.id, label=_labelled(desk, activity))
            for activity in desk.processed_for_others()
        ),
    )


def register_sections(register: Register, wording: Wording) -> tuple[Section, ...]:
    """Lay the register out: who keeps it, as controller, as processor."""
    return (
        Section(
            id="kept-by",
            title=wording.ui("register.kept_by"),
            blocks=controller_facts(register.controller, wording),
        ),
        Section(
            id="as-controller",
            title=wording.ui("register.part1"),
            blocks=paragraphs(_under("GDPR 30(1)", wording)),
            parts=tuple(_entry(sheet, wording) for sheet in register.activities),
        ),
        Section(
            id="as-processor",
            title=wording.ui("register.part2"),
            blocks=tuple(_for_clients(register, wording)),
            parts=tuple(_client_entry(client, wording) for client in register.for_clients),
        ),
    )


def _for_clients(register: Register, wording: Wording) -> Iterator[Block]:
    yield from paragraphs(_under("GDPR 30(2)", wording))
    yield from bullets(activity.label for activity in register.activities_for_clients)
    if not register.for_clients and not register.activities_for_clients:
        yield from paragraphs(wording.ui("register.none2", controller=register.controller.name))


def _under(citation: str, wording: Wording) -> str:
    return wording.ui("register.under", article=wording.article(citation))


def _entry(sheet: Sheet, wording: Wording) -> Section:
    here = register_address(sheet.controller.id, sheet.language)
    link = relative(sheet_address(sheet.controller.id, sheet.language, sheet.id), here)
    said: dict[str, Cell] = {
        "register.role": lines(sheet.role_label, sheet.joint_arrangement),
        "column.purposes": tuple(_purpose(phase) for phase in sheet.phases),
        "register.persons": lines(*(person.label for person in sheet.persons)),
        "register.data": tuple(
            Line(text=data.label, detail=wording.joined(data.marks)) for data in sheet.data
        ),
        "register.recipients": _recipients(sheet, wording),
        "register.transfers": _transfers(sheet.transfers, wording),
        "register.retention": tuple(_retention(sheet, wording)),
        "register.security": lines(*(measure.label for measure in sheet.security)),
        "register.sheet": (Line(text=sheet.title, href=link),),
    }
    return Section(
        id=f"activity-{sheet.id}",
        title=sheet.title,
        blocks=facts(*((wording.ui(key), cell) for key, cell in said.items())),
    )


def _purpose(phase: PhaseFact) -> Line:
    (basis,) = basis_cell(phase.basis)
    return Line(text=phase.purpose.label, detail=f"{basis.text} ({basis.detail})")


def _recipients(sheet: Sheet, wording: Wording) -> Cell:
    named = tuple(
        Line(text=r.name, detail=f"{r.kind_label}; {r.country}") for r in sheet.recipients
    )
    return named or lines(wording.ui("page.none") if sheet.no_recipients else "")


def _transfers(transfers: tuple[TransferFact, ...], wording: Wording) -> Cell:
    named = tuple(
        Line(text=f"{t.country}: {t.safeguard}", detail=f"{t.ground_label} ({t.article})")
        for t in transfers
    )
    return named or lines(wording.ui("page.none"))


def _retention(sheet: Sheet, wording: Wording) -> Iterator[Line]:
    for phase in sheet.phases:
        for term in phase.terms:
            whom = ", ".join((*term.persons, set_by(term, wording)))
            parts = (phase.purpose.label, period_beside(phase, term), whom)
            detail = "; ".join(part for part in parts if part)
            yield Line(text=period_words(phase, term), detail=detail)


def _client(desk: Desk, client: ClientProcessing) -> ClientFact:
    wording = desk.wording
    signed = wording.date(client.agreement.signed_on)
    return ClientFact(
        id=client.id,
        client=client.client,
        country=wording.country(client.country),
        country_code=client.country,
        contact=client.contact,
        subject=wording.say(client.subject),
        categories=_categories(desk, client.categories),
        agreement=wording.ui(
            "register.agreement_line", reference=client.agreement.reference, date=signed
        ),
        transfers=transfers_of(desk, client.transfers),
        security=measures(desk, client.security),
    )


def _categories(desk: Desk, ids: tuple[str, ...]) -> tuple[str, ...]:
    """Name categories of processing: ids of data categories or activities, or plain words."""
    known = {**desk.policy.data_category_by_id}
    activities = desk.policy.activity_by_id
    say = desk.wording.say
    return tuple(
        say(known[id_].label)
        if id_ in known
        else say(activities[id_].name)
        if id_ in activities
        else id_
        for id_ in ids
    )


def _client_entry(client: ClientFact, wording: Wording) -> Section:
    said: dict[str, Cell] = {
        "register.client": lines(client.client, client.country),
        "register.client_contact": lines(client.contact),
        "register.subject": lines(client.subject),
        "register.categories": lines(*client.categories),
        "register.transfers": _transfers(client.transfers, wording),
        "register.security": lines(*(measure.label for measure in client.security)),
        "register.agreement": lines(client.agreement),
    }
    return Section(
        id=f"client-{client.id}",
        title=client.client,
        blocks=facts(*((wording.ui(key), cell) for key, cell in said.items())),
    )


def _labelled(desk: Desk, activity: Activity) -> str:
    say = desk.wording.say
    return f"{say(activity.name)}: {say(activity.summary)}"
