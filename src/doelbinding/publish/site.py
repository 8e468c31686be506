"""Publishes a policy as a static site: pages, sheets, registers, versions, and their data.

    /index.html                                     choose a company and a language
    /policy.json, /versions/<number>/policy.json    the public part of the policy
    /<controller>/<language>/index.html             the privacy policy
    /<controller>/<language>/sheets/<activity>.*    information sheets: html, pdf, json
    /<controller>/<language>/register.*             the register: html, json
    /<controller>/<language>/versions.html          versions and their fingerprints
    /published.json                                 every file with its SHA-256

The same policy published on the same day gives the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from doelbinding.document.blocks import Line
from doelbinding.policy.model import Policy
from doelbinding.publish import addresses
from doelbinding.publish.chooser import front_page
from doelbinding.publish.chrome import Content, dress
from doelbinding.publish.complete import refuse_incomplete
from doelbinding.publish.desk import Desk
from doelbinding.publish.editions import Edition, edition_of, public_document
from doelbinding.publish.facts import Sheet, VersionFact
from doelbinding.publish.gather import gather_sheet
from doelbinding.publish.html import TEMPLATES, chooser_html, page_html, site_style
from doelbinding.publish.output import File, write_site
from doelbinding.publish.page import Page
from doelbinding.publish.pdf import Printer
from doelbinding.publish.policy_page import policy_sections
from doelbinding.publish.register import gather_register, register_sections
from doelbinding.publish.sheet import sheet_sections
from doelbinding.publish.versions import version_sections
from doelbinding.publish.wording import Wording, wording

Entry = tuple[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What a publication wrote: where, which edition, and every file with its SHA-256."""

    out: Path
    edition: Edition
    files: tuple[File, ...]


def publish_site(
    policy: Policy, out: Path, *, published_on: date, earlier: tuple[Edition, ...] = ()
) -> Published:
    """Write the site of a policy into a folder that is empty or holds an earlier publication.

    Args:
        policy: what is published; its `stores` are internal and are left out.
        out: the folder; files of the last publication that are gone are removed from it.
        published_on: the day that pages and PDFs name.
        earlier: editions published before, newest first, for the page of versions.

    Raises:
        IncompleteError: a sheet would leave out what people are owed.
        NoWordsError: a controller's language has no words in `publish/locale`.
        FolderError: the folder holds something else, or an id cannot be part of an address.
    """
    refuse_incomplete(policy)
    public = public_document(policy)
    edition = edition_of(policy, public, published_on)
    editions = (edition, *(e for e in earlier if e.number != edition.number))
    content = [*_site(policy, public, editions)]
    return Published(out=out, edition=edition, files=write_site(content, out))


def _site(policy: Policy, public: bytes, editions: tuple[Edition, ...]) -> Iterator[Entry]:
    edition = editions[0]
    printer = Printer(edition.published_on)
    yield addresses.HOME, chooser_html(front_page(policy))
    yield addresses.PUBLIC_DOCUMENT, public
    yield addresses.document_address(edition.number), public
    yield addresses.STYLE, site_style()
    yield addresses.ICON, (TEMPLATES / "icon.svg").read_bytes()
    for controller in policy.controllers:
        for language in controller.languages:
            words = wording(language, policy.languages)
            version = _version(edition, words)
            desk = Desk(policy=policy, controller=controller, wording=words, version=version)
            yield from _affiliate(desk, editions, printer)


def _affiliate(desk: Desk, editions: tuple[Edition, ...], printer: Printer) -> Iterator[Entry]:
    sheets = tuple(gather_sheet(desk, activity) for activity in desk.activities())
    yield _html(_policy_page(desk, sheets))
    yield from _register(desk, sheets)
    yield _html(_versions_page(desk, editions))
    for sheet in sheets:
        page = _sheet_page(desk, sheet)
        yield _html(page)
        yield page.path.removesuffix("html") + "json", _json(asdict(sheet))
        yield page.path.removesuffix("html") + "pdf", printer.pdf(page, desk.wording)


def _policy_page(desk: Desk, sheets: tuple[Sheet, ...]) -> Page:
    ui, name = desk.wording.ui, desk.controller.name
    lead = ui("policy.lead", controller=name)
    return dress(
        desk,
        Content(
            address=partial(addresses.policy_address, desk.controller.id),
            heading=ui("policy.title"),
            kicker=name,
            description=lead,
            lead=lead,
            notice=Line(text=_notice(desk), href="#version"),
            sections=policy_sections(desk, sheets),
            formats=(_as_json(desk, addresses.PUBLIC_DOCUMENT),),
        ),
    )


def _notice(desk: Desk) -> str:
    version = desk.version
    return desk.wording.ui(
        "policy.notice", number=version.number, effective=version.effective_on, why=version.reason
    )


def _sheet_page(desk: Desk, sheet: Sheet) -> Page:
    ui, controller = desk.wording.ui, desk.controller
    address = partial(addresses.sheet_address, controller.id, desk.wording.language, sheet.id)
    return dress(
        desk,
        Content(
            address=lambda language: addresses.sheet_address(controller.id, language, sheet.id),
            heading=sheet.title,
            kicker=ui("sheet.kind"),
            description=ui("sheet.description", controller=controller.name, activity=sheet.title),
            lead=sheet.summary,
            sections=sheet_sections(sheet, desk.wording),
            formats=(
                (ui("page.pdf"), address("pdf"), "application/pdf"),
                _as_json(desk, address("json")),
            ),
        ),
    )


def _register(desk: Desk, sheets: tuple[Sheet, ...]) -> Iterator[Entry]:
    ui, controller, language = desk.wording.ui, desk.controller, desk.wording.language
    register = gather_register(desk, sheets)
    lead = ui("register.lead", controller=controller.name)
    data = addresses.register_address(controller.id, language, "json")
    yield data, _json(asdict(register))
    yield _html(
        dress(
            desk,
            Content(
                address=partial(addresses.register_address, controller.id),
                heading=ui("register.title"),
                kicker=controller.name,
                description=lead,
                lead=lead,
                sections=register_sections(register, desk.wording),
                deep=True,
                formats=(_as_json(desk, data),),
            ),
        )
    )


def _versions_page(desk: Desk, editions: tuple[Edition, ...]) -> Page:
    ui = desk.wording.ui
    return dress(
        desk,
        Content(
            address=partial(addresses.versions_address, desk.controller.id),
            heading=ui("versions.title"),
            kicker=desk.controller.name,
            description=ui("versions.lead"),
            lead=ui("versions.lead"),
            sections=version_sections(desk, editions),
            formats=(_as_json(desk, addresses.PUBLIC_DOCUMENT),),
        ),
    )


def _version(edition: Edition, words: Wording) -> VersionFact:
    return VersionFact(
        number=edition.number,
        effective_on=words.date(edition.effective_on),
        published_on=words.date(edition.published_on),
        reason=words.ui(f"reason.{edition.reason.value}"),
        note=words.say(edition.note),
        fingerprint=edition.fingerprint,
    )


def _as_json(desk: Desk, address: str) -> tuple[str, str, str]:
    return desk.wording.ui("page.json"), address, "application/json"


def _html(page: Page) -> Entry:
    return page.path, page_html(page)


def _json(data: dict[str, Any]) -> bytes:
    return (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode()
