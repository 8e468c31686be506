"""What the model says under each section of the privacy policy page (sections I to XI)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from doelbinding.publish.desk import Desk
from doelbinding.publish.facts import DataFact, RecipientFact, RightFact, Sheet
from doelbinding.publish.gather import controller_fact
from doelbinding.publish.page import Block, Cell, Line, Table, bullets, lines, paragraphs
from doelbinding.publish.sheet import (
    basis_cell,
    complaint_facts,
    controller_facts,
    officer_facts,
    period_words,
)
from doelbinding.publish.tables import head, recipients_table, transfers_table


@dataclass(frozen=True, slots=True, kw_only=True)
class Woven:
    """What sections are woven from: the desk, its sheets, and where each sheet is."""

    desk: Desk
    sheets: tuple[Sheet, ...]
    links: Mapping[str, str]

    def sheet_line(self, sheet: Sheet) -> Line:
        """Name an activity, leading to its sheet."""
        return Line(text=sheet.title, href=self.links[sheet.id])


def _contact(woven: Woven) -> Iterator[Block]:
    wording = woven.desk.wording
    yield controller_facts(controller_fact(woven.desk), wording)
    if woven.desk.controller.processes_for or [*woven.desk.processed_for_others()]:
        yield from paragraphs(wording.ui("policy.processor_lead"))


def _promises(woven: Woven) -> Iterator[Block]:
    say = woven.desk.wording.say
    yield from bullets(say(promise.label) for promise in woven.desk.policy.promises)


def _data(woven: Woven) -> Iterator[Block]:
    wording = woven.desk.wording
    used: dict[DataFact, list[Line]] = {}
    for sheet in woven.sheets:
        for data in sheet.data:
            used.setdefault(data, []).append(woven.sheet_line(sheet))
    rows = tuple(
        ((Line(text=data.label, detail=wording.joined(data.marks)),), tuple(sheets))
        for data, sheets in used.items()
    )
    yield from _table("policy.data_caption", ("category", "used_in"), rows, woven)


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


def _retention(woven: Woven) -> Iterator[Block]:
    wording = woven.desk.wording
    rows = tuple(
        (
            (woven.sheet_line(sheet),),
            lines(phase.purpose.label),
            tuple(
                Line(text=period_words(phase, term), detail=wording.joined(term.persons))
                for term in phase.terms
            )
            or lines(phase.criteria or wording.ui("sheet.no_term")),
        )
        for sheet in woven.sheets
        for phase in sheet.phases
    )
    yield from _table("policy.retention_caption", ("activity", "purpose", "period"), rows, woven)


def _recipients(woven: Woven) -> Iterator[Block]:
    found: dict[RecipientFact, None] = {
        recipient: None for sheet in woven.sheets for recipient in sheet.recipients
    }
    if found:
        wording = woven.desk.wording
        yield recipients_table(found, wording.ui("policy.recipients_caption"), wording)


def _places(woven: Woven) -> Iterator[Block]:
    wording = woven.desk.wording
    countries = sorted({country for sheet in woven.sheets for country in sheet.stored_in})
    if countries:
        stored = wording.joined(countries)
        yield from paragraphs(wording.ui("sheet.stored_in", countries=stored))
    transfers = {transfer: None for sheet in woven.sheets for transfer in sheet.transfers}
    if transfers:
        yield transfers_table(transfers, wording.ui("policy.transfers_caption"), wording)
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
    yield officer_facts(fact.officer, wording)
    yield complaint_facts(fact, wording)


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
    if not rows:
        return ()
    return (Table(caption=wording.ui(caption), head=head(wording, *columns), rows=rows),)


WEAVERS: Mapping[str, Callable[[Woven], Iterator[Block]]] = {
    "controller": _contact,
    "promises": _promises,
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
