"""What the model says under each section of the privacy policy page (sections I to XI)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from doelbinding.document.blocks import (
    Block,
    Cell,
    Line,
    Section,
    bullets,
    lines,
    paragraphs,
    table,
)
from doelbinding.law.language.wording import Wording
from doelbinding.policy.model import Promise
from doelbinding.publish.contact import complaint_facts, controller_facts, officer_facts
from doelbinding.publish.desk import Desk
from doelbinding.publish.facts import PhaseFact, RightFact, Sheet, TermFact
from doelbinding.publish.gather import controller_fact
from doelbinding.publish.sheet import basis_cell, period_beside, period_words
from doelbinding.publish.tables import head, transfers_table

_ROMAN = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Woven:
    """What sections are woven from: the desk, its sheets, and where each sheet is."""

    desk: Desk
    sheets: tuple[Sheet, ...]
    links: Mapping[str, str]

    def sheet_line(self, sheet: Sheet) -> Line:
        """Name an activity, leading to its sheet."""
        return Line(text=sheet.title, href=self.links[sheet.id])


def number_of(kind: str) -> str:
    """Give the Roman number of a section, as the policy counts them; none for another passage."""
    return _roman([*WEAVERS].index(kind) + 1) if kind in WEAVERS else ""


def _roman(number: int) -> str:
    written = ""
    for value, letters in _ROMAN:
        count, number = divmod(number, value)
        written += letters * count
    return written


def _contact(woven: Woven) -> Iterator[Block]:
    wording = woven.desk.wording
    yield from controller_facts(controller_fact(woven.desk), wording)
    if woven.desk.controller.processes_for or [*woven.desk.processed_for_others()]:
        yield from paragraphs(wording.ui("policy.processor_lead"))


def _nothing(_woven: Woven) -> Iterator[Block]:
    """Weave nothing: a section of promises is its passage and the promises themselves."""
    yield from ()


def promised(kind: str, woven: Woven) -> tuple[Section, ...]:
    """Give the promises that belong to a section, as a part of it.

    Section II has its own, and those that belong to no other.
    """
    promises = _about(kind, woven)
    if kind == "promises":
        elsewhere = {p.id for other in WEAVERS if other != kind for p in _about(other, woven)}
        promises = tuple(p for p in woven.desk.policy.promises if p.id not in elsewhere)
    blocks = bullets(woven.desk.wording.say(promise.label) for promise in promises)
    title = woven.desk.wording.ui("policy.promised")
    return (Section(id=f"{kind}-promised", title=title, blocks=blocks),) if blocks else ()


def _about(kind: str, woven: Woven) -> tuple[Promise, ...]:
    """Find the promises whose id carries the number of the section, as `r-vi-4` does."""
    if not kind:
        return ()
    prefix = f"r-{number_of(kind).lower()}-"
    return tuple(p for p in woven.desk.policy.promises if p.id.startswith(prefix))


def _data(woven: Woven) -> Iterator[Block]:
    wording = woven.desk.wording
    used = {data: None for sheet in woven.sheets for data in sheet.data}
    yield from bullets(Line(text=data.label, detail=wording.joined(data.marks)) for data in used)


def _purposes(woven: Woven) -> Iterator[Block]:
    rows = tuple(
        ((woven.sheet_line(sheet),), lines(*(purpose.label for purpose in sheet.purposes)))
        for sheet in woven.sheets
    )
    yield from _table("policy.activities_caption", ("activity", "purposes"), rows, woven)


def _bases(woven: Woven) -> Iterator[Block]:
    rows = tuple(
        (lines(phase.purpose.label), basis_cell(phase.basis), (woven.sheet_line(sheet),))
        for sheet in woven.sheets
        for phase in sheet.phases
    )
    yield from _table("policy.bases_caption", ("purpose", "basis", "activity"), rows, woven)


def _of_term(phase: PhaseFact, term: TermFact, wording: Wording) -> str:
    """Say of a term how long it is, if its words do not, and for whom."""
    parts = (period_beside(phase, term), wording.joined(term.persons))
    return "; ".join(part for part in parts if part)


def _retention(woven: Woven) -> Iterator[Block]:
    wording = woven.desk.wording
    rows = tuple(
        (
            (woven.sheet_line(sheet),),
            lines(phase.purpose.label),
            tuple(
                Line(text=period_words(phase, term), detail=_of_term(phase, term, wording))
                for term in phase.terms
            )
            or lines(phase.criteria or wording.ui("sheet.no_term")),
        )
        for sheet in woven.sheets
        for phase in sheet.phases
    )
    yield from _table("policy.retention_caption", ("activity", "purpose", "period"), rows, woven)


def _recipients(woven: Woven) -> Iterator[Block]:
    found = {recipient.id: recipient for sheet in woven.sheets for recipient in sheet.recipients}
    rows = tuple(
        (
            (Line(text=recipient.name, detail=recipient.kind_label),),
            lines(recipient.service),
            lines(recipient.country),
        )
        for recipient in found.values()
    )
    columns = ("recipient", "service", "place")
    yield from _table("policy.recipients_caption", columns, rows, woven)


def _places(woven: Woven) -> Iterator[Block]:
    wording = woven.desk.wording
    countries = sorted({country for sheet in woven.sheets for country in sheet.stored_in})
    if countries:
        stored = wording.joined(countries)
        yield from paragraphs(wording.ui("sheet.stored_in", countries=stored))
    transfers = {transfer: None for sheet in woven.sheets for transfer in sheet.transfers}
    if transfers:
        yield from transfers_table(transfers, wording.ui("policy.transfers_caption"), wording)
    else:
        yield from paragraphs(wording.ui("policy.no_transfers"))


def _rights(woven: Woven) -> Iterator[Block]:
    wording = woven.desk.wording
    given: dict[tuple[str, str, str], dict[str, Line]] = {}
    for sheet in woven.sheets:
        for right in sheet.rights:
            key = (right.label, right.article, right.meaning)
            given.setdefault(key, {})[sheet.id] = _where(woven, sheet, right)
    always = lines(wording.ui("policy.always"))
    rows = tuple(
        (
            (Line(text=label, detail=article),),
            lines(meaning),
            always if len(sheets) == len(woven.sheets) else tuple(sheets.values()),
        )
        for (label, article, meaning), sheets in given.items()
    )
    yield from _table("policy.rights_caption", ("right", "meaning", "applies"), rows, woven)
    fact = controller_fact(woven.desk)
    yield from officer_facts(fact.officer, wording)
    yield from complaint_facts(fact, wording)


def _where(woven: Woven, sheet: Sheet, right: RightFact) -> Line:
    line = woven.sheet_line(sheet)
    return Line(text=line.text, href=line.href, detail=woven.desk.wording.joined(right.purposes))


def _information(woven: Woven) -> Iterator[Block]:
    yield from paragraphs(woven.desk.wording.ui("policy.sheets_lead"))
    rows = tuple(((woven.sheet_line(sheet),), lines(sheet.summary)) for sheet in woven.sheets)
    yield from _table("policy.sheets_caption", ("sheet", "summary"), rows, woven)


def _security(woven: Woven) -> Iterator[Block]:
    measures = {m.label: None for sheet in woven.sheets for m in sheet.security}
    yield from bullets(measures)


def _table(
    caption: str, columns: tuple[str, ...], rows: tuple[tuple[Cell, ...], ...], woven: Woven
) -> Iterable[Block]:
    wording = woven.desk.wording
    return table(wording.ui(caption), head(wording, *columns), rows)


WEAVERS: Mapping[str, Callable[[Woven], Iterator[Block]]] = {
    "controller": _contact,
    "promises": _nothing,
    "data": _data,
    "purposes": _purposes,
    "bases": _bases,
    "retention": _retention,
    "access": _recipients,
    "location": _places,
    "rights": _rights,
    "information": _information,
    "security": _security,
}
"""By the id of the section, in the order of the policy."""
