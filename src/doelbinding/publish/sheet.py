"""The information sheet of one activity (Art. 13, 14; R-X): its facts laid out as sections.

Every question is always asked, also where the answer is short: a person sees that nothing is left
out, and sheets of different activities compare line by line.
"""

from __future__ import annotations

from collections.abc import Iterator

from doelbinding.document.blocks import (
    Block,
    Cell,
    Line,
    Section,
    bullets,
    facts,
    lines,
    paragraphs,
    table,
)
from doelbinding.publish.contact import complaint_facts, controller_facts, officer_facts
from doelbinding.publish.facts import (
    BasisFact,
    PhaseFact,
    Sheet,
    TermFact,
)
from doelbinding.publish.tables import head, recipients_table, rights_table, transfers_table
from doelbinding.publish.wording import Wording


def sheet_sections(sheet: Sheet, wording: Wording) -> tuple[Section, ...]:
    """Lay the sheet out in the order of Article 13, each question a heading."""
    answers: dict[str, tuple[Block, ...]] = {
        "who": _who(sheet, wording),
        "why": _why(sheet, wording),
        "what": _what(sheet, wording),
        "source": bullets_of_sources(sheet),
        "recipients": tuple(_recipients(sheet, wording)),
        "transfers": _transfers(sheet, wording),
        "retention": tuple(_retention(sheet, wording)),
        "rights": _rights(sheet, wording),
        "provision": _provision(sheet, wording),
        "automated": _automation(sheet, wording),
        "further": _further(sheet, wording),
        "secrecy": paragraphs(sheet.secrecy_limit),
        "security": bullets(measure.label for measure in sheet.security),
        "complaint": _complaint(sheet, wording),
    }
    optional = {"secrecy"}
    missing = paragraphs(wording.ui("page.not_stated"))
    parts = {"why": tuple(_grounds_by_purpose(sheet, wording))}
    return tuple(
        Section(
            id=key,
            title=wording.ui(f"sheet.{key}"),
            blocks=blocks or missing,
            parts=parts.get(key, ()),
        )
        for key, blocks in answers.items()
        if blocks or key not in optional
    )


def bullets_of_sources(sheet: Sheet) -> tuple[Block, ...]:
    """Say where the data come from (R-X.2)."""
    return bullets(Line(text=source.label, detail=source.how) for source in sheet.sources)


def basis_cell(basis: BasisFact) -> Cell:
    """Say the ground and its article."""
    return (Line(text=basis.label, detail=basis.article),)


def purpose_cell(phase: PhaseFact, wording: Wording) -> Cell:
    """Say the purpose, and for what else the data may be used while the phase lasts."""
    others = [use for use in phase.uses if use != phase.purpose.label]
    detail = wording.ui("sheet.uses", purposes=wording.joined(others)) if others else ""
    return (Line(text=phase.purpose.label, detail=detail),)


def period_words(phase: PhaseFact, term: TermFact) -> str:
    """Say how long: in the term's own words, by the rule, or in the words of the phase."""
    if term.criteria:
        return term.criteria
    return phase.criteria if phase.criteria and not term.worded else term.words


def period_beside(phase: PhaseFact, term: TermFact) -> str:
    """Give the period beside a phase's criteria: these may be of several terms."""
    return term.period if period_words(phase, term) == phase.criteria else ""


def set_by(term: TermFact, wording: Wording) -> str:
    """Say whether a law sets the term or we do (the two are shown apart)."""
    if term.statute:
        return wording.ui("sheet.statutory", statute=term.statute)
    return wording.ui("sheet.own_term")


def _who(sheet: Sheet, wording: Wording) -> tuple[Block, ...]:
    return (
        *controller_facts(sheet.controller, wording),
        *facts((wording.ui("sheet.joint"), lines(sheet.joint_arrangement))),
    )


def _why(sheet: Sheet, wording: Wording) -> tuple[Block, ...]:
    return table(
        wording.ui("sheet.why_caption"),
        head(wording, "purpose", "basis"),
        ((purpose_cell(phase, wording), basis_cell(phase.basis)) for phase in sheet.phases),
    )


def _grounds_by_purpose(sheet: Sheet, wording: Wording) -> Iterator[Section]:
    purposes: dict[BasisFact, list[str]] = {}
    for phase in sheet.phases:
        purposes.setdefault(phase.basis, []).append(phase.purpose.label)
    for number, (basis, labels) in enumerate(purposes.items(), start=1):
        if blocks := tuple(_grounds(basis, wording)):
            yield Section(id=f"why-{number}", title="; ".join(labels), blocks=blocks)


def _grounds(basis: BasisFact, wording: Wording) -> Iterator[Block]:
    assessed = wording.ui("sheet.balanced_on", date=basis.balanced_on) if basis.balanced_on else ""
    ground = f"{basis.special_ground} ({basis.special_article})" if basis.special_ground else ""
    yield from facts(
        (wording.ui("sheet.interest"), lines(basis.interest)),
        (wording.ui("sheet.balancing"), (Line(text=basis.balancing, detail=assessed),)),
        (wording.ui("sheet.statute"), lines(basis.statute)),
        (wording.ui("sheet.withdrawal"), lines(basis.withdrawal)),
        (wording.ui("sheet.special"), lines(ground, basis.special_explanation)),
    )
    if basis.direct_marketing:
        yield from paragraphs(wording.ui("sheet.marketing"))


def _what(sheet: Sheet, wording: Wording) -> tuple[Block, ...]:
    data = tuple(Line(text=d.label, detail=wording.joined(d.marks)) for d in sheet.data)
    return facts(
        (wording.ui("sheet.persons"), lines(*(person.label for person in sheet.persons))),
        (wording.ui("sheet.data"), data),
    )


def _recipients(sheet: Sheet, wording: Wording) -> Iterator[Block]:
    if sheet.recipients:
        yield from recipients_table(sheet, wording)
    elif sheet.no_recipients:
        yield from paragraphs(wording.ui("sheet.no_recipients"))
    if sheet.stored_in:
        countries = wording.joined(sheet.stored_in)
        yield from paragraphs(wording.ui("sheet.stored_in", countries=countries))


def _transfers(sheet: Sheet, wording: Wording) -> tuple[Block, ...]:
    if not sheet.transfers:
        return paragraphs(wording.ui("sheet.no_transfers"))
    return transfers_table(sheet.transfers, wording.ui("sheet.transfers_caption"), wording)


def _retention(sheet: Sheet, wording: Wording) -> Iterator[Block]:
    rows = tuple(row for phase in sheet.phases for row in retention_rows(phase, wording))
    if not rows:
        return
    columns = head(wording, "purpose", "persons", "period", "set_by")
    yield from table(wording.ui("sheet.retention_caption"), columns, rows)
    yield from facts(*((p.purpose.label, lines(p.criteria)) for p in sheet.phases if _adds(p)))
    if any(len(phase.terms) > 1 for phase in sheet.phases):
        yield from paragraphs(wording.ui("sheet.longest"))
    if sheet.deviation:
        title = wording.ui("sheet.deviation", controller=sheet.controller.name)
        yield from facts((title, lines(sheet.deviation)))


def _adds(phase: PhaseFact) -> bool:
    """Tell whether the phase's criteria are not already what the table says."""
    return bool(phase.criteria) and any(term.worded for term in phase.terms)


def retention_rows(phase: PhaseFact, wording: Wording) -> Iterator[tuple[Cell, ...]]:
    """Yield a row per term of a phase: purpose, persons, period, who sets it (R-X.7)."""
    purpose = (Line(text=phase.purpose.label),)
    for term in phase.terms:
        whom = wording.joined(term.persons) if term.persons else wording.ui("sheet.all_persons")
        period = Line(text=period_words(phase, term), detail=period_beside(phase, term))
        yield purpose, lines(whom), (period,), lines(set_by(term, wording))
    if not phase.terms:
        nothing = lines(phase.criteria or wording.ui("sheet.no_term"))
        yield purpose, lines(wording.ui("sheet.all_persons")), nothing, lines("—")


def _rights(sheet: Sheet, wording: Wording) -> tuple[Block, ...]:
    if not sheet.rights:
        return ()
    return (
        *rights_table(sheet.rights, wording.ui("sheet.rights_caption"), wording),
        *paragraphs(wording.ui("sheet.rights_how")),
        *officer_facts(sheet.controller.officer, wording),
    )


def _provision(sheet: Sheet, wording: Wording) -> tuple[Block, ...]:
    if sheet.provision is None:
        return paragraphs(wording.ui("sheet.provision_indirect"))
    return paragraphs(sheet.provision.label, sheet.provision.consequence)


def _automation(sheet: Sheet, wording: Wording) -> tuple[Block, ...]:
    automation = sheet.automation
    if automation is None:
        return ()
    if not automation.solely_automated:
        return paragraphs(wording.ui("sheet.not_automated"), automation.logic)
    explained = facts(
        (wording.ui("sheet.logic"), lines(automation.logic)),
        (wording.ui("sheet.significance"), lines(automation.significance)),
        (wording.ui("sheet.consequences"), lines(automation.consequences)),
    )
    return (*paragraphs(wording.ui("sheet.is_automated")), *explained)


def _further(sheet: Sheet, wording: Wording) -> tuple[Block, ...]:
    if sheet.further_purpose:
        return paragraphs(sheet.further_purpose)
    return paragraphs(wording.ui("sheet.no_further")) if sheet.no_further_purpose else ()


def _complaint(sheet: Sheet, wording: Wording) -> tuple[Block, ...]:
    text = paragraphs(wording.ui("sheet.complaint_text"))
    return (*text, *complaint_facts(sheet.controller, wording))
