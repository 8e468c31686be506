"""A page of the site: what it says, and what stands around it."""

from __future__ import annotations

from dataclasses import dataclass

from doelbinding.document.blocks import Line, Section


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link of the menu or of the choice of languages."""

    label: str
    href: str
    language: str = ""
    current: bool = False
    media_type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A whole page; every `href` is relative to it, `words` are those of the frame.

    `deep`: the table of contents names the parts of sections too.
    """

    path: str
    language: str
    title: str
    heading: str
    kicker: str
    description: str
    lead: Line
    notice: Line
    sections: tuple[Section, ...]
    deep: bool
    site_name: str
    home: str
    style: str
    icon: str
    menu: tuple[Link, ...]
    languages: tuple[Link, ...]
    formats: tuple[Link, ...]
    footer: tuple[Line, ...]
    words: dict[str, str]
