"""What stands around the content of every page: menu, languages, formats, footer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from doelbinding.document.blocks import Line, Section
from doelbinding.document.links import mail
from doelbinding.publish.addresses import (
    HOME,
    ICON,
    STYLE,
    policy_address,
    register_address,
    relative,
    versions_address,
)
from doelbinding.publish.desk import Desk
from doelbinding.publish.page import Link, Page
from doelbinding.publish.wording import Wording, wording

_WORDS = (
    "skip",
    "main_menu",
    "languages",
    "contents",
    "all_controllers",
    "footer",
    "other_formats",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What differs from page to page.

    `address` gives the page in another language, `deep` a table of contents with the parts.
    """

    address: Callable[[str], str]
    heading: str
    kicker: str
    description: str
    lead: str
    sections: tuple[Section, ...]
    deep: bool = False
    notice: Line = Line(text="")  # noqa: RUF009 - frozen
    formats: tuple[tuple[str, str, str], ...] = ()


def dress(desk: Desk, content: Content) -> Page:
    """Put menu, languages and footer around the content of a page."""
    words, controller = desk.wording, desk.controller
    path = content.address(words.language)
    return Page(
        path=path,
        language=words.language,
        title=f"{content.heading} · {controller.name}",
        heading=content.heading,
        kicker=content.kicker,
        description=content.description,
        lead=Line(text=content.lead),
        notice=content.notice,
        sections=content.sections,
        deep=content.deep,
        site_name=controller.name,
        home=relative(HOME, path),
        style=relative(STYLE, path),
        icon=relative(ICON, path),
        menu=_menu(desk, path),
        languages=tuple(
            Link(
                label=wording(language).ui("language"),
                href=relative(content.address(language), path),
                language=language,
                current=language == words.language,
            )
            for language in controller.languages
        ),
        formats=tuple(
            Link(label=label, href=relative(address, path), media_type=media_type)
            for label, address, media_type in content.formats
        ),
        footer=_footer(desk),
        words=page_words(words),
    )


def page_words(words: Wording) -> dict[str, str]:
    """Give the words of the frame itself."""
    return {word: words.ui(f"page.{word}") for word in _WORDS}


def _menu(desk: Desk, path: str) -> tuple[Link, ...]:
    id_, language = desk.controller.id, desk.wording.language
    addresses = {
        "policy": policy_address(id_, language),
        "register": register_address(id_, language),
        "versions": versions_address(id_, language),
    }
    return tuple(
        Link(
            label=desk.wording.ui(f"page.{name}"),
            href=relative(address, path),
            current=address == path,
        )
        for name, address in addresses.items()
    )


def _footer(desk: Desk) -> tuple[Line, ...]:
    words, version, officer = desk.wording, desk.version, desk.controller.officer
    return (
        Line(
            text=words.ui(
                "page.version_line", number=version.number, effective=version.effective_on
            )
        ),
        Line(text=words.ui("page.published_line", published=version.published_on)),
        Line(
            text=f"{words.ui('contact.officer')}: {officer.name}, {officer.email}",
            href=mail(officer.email).href,
        ),
    )
