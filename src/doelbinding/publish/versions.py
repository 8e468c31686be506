"""The page of versions: what holds now, what held before, and how to check either (R-0.3)."""

from __future__ import annotations

from doelbinding.document.blocks import Cell, Line, Section, Table, facts, lines, paragraphs
from doelbinding.publish.addresses import MANIFEST, document_address, relative, versions_address
from doelbinding.publish.desk import Desk
from doelbinding.publish.editions import Edition
from doelbinding.publish.tables import head


def version_sections(desk: Desk, editions: tuple[Edition, ...]) -> tuple[Section, ...]:
    """Lay out the current version with its fingerprints, then all versions, newest first."""
    wording = desk.wording
    here = versions_address(desk.controller.id, wording.language)
    files = Line(text=wording.ui("versions.files"), href=relative(MANIFEST, here))
    return (
        Section(
            id="current",
            title=wording.ui("versions.current"),
            blocks=(
                *facts(*_current(desk, editions[0], here)),
                *paragraphs(wording.ui("versions.public_part")),
                *facts((wording.ui("versions.check"), (files,))),
            ),
        ),
        Section(
            id="all",
            title=wording.ui("versions.all"),
            blocks=(
                Table(
                    caption=wording.ui("versions.caption"),
                    head=head(wording, "version", "effective", "reason", "fingerprint"),
                    rows=tuple(_row(desk, edition, here) for edition in editions),
                ),
            ),
        ),
    )


def _current(desk: Desk, edition: Edition, here: str) -> tuple[tuple[str, Cell], ...]:
    wording = desk.wording
    return (
        (wording.ui("column.version"), lines(edition.number)),
        (wording.ui("column.effective"), lines(wording.date(edition.effective_on))),
        (wording.ui("column.published"), lines(wording.date(edition.published_on))),
        (wording.ui("column.reason"), lines(wording.ui(f"reason.{edition.reason.value}"))),
        (wording.ui("versions.change"), lines(wording.say(edition.note))),
        (wording.ui("versions.fingerprint"), (Line(text=edition.fingerprint, code=True),)),
        (wording.ui("versions.document"), (_document(edition, here),)),
        (wording.ui("versions.document_sha"), (Line(text=edition.public_sha256, code=True),)),
    )


def _row(desk: Desk, edition: Edition, here: str) -> tuple[Cell, ...]:
    wording = desk.wording
    return (
        (Line(text=edition.number, href=_document(edition, here).href),),
        lines(wording.date(edition.effective_on)),
        (
            Line(
                text=wording.ui(f"reason.{edition.reason.value}"), detail=wording.say(edition.note)
            ),
        ),
        (Line(text=edition.fingerprint, code=True),),
    )


def _document(edition: Edition, here: str) -> Line:
    address = document_address(edition.number)
    return Line(text=address, href=relative(address, here))
