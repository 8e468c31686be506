"""What a page holds, apart from how it looks: sections of paragraphs, lists, facts and tables.

Pages are written once in these terms and rendered as HTML and as PDF. `kind` tells a template
which of the blocks it has before it.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from doelbinding.publish.wording import Said


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Words, where they may lead, and a smaller detail under them."""

    text: str
    href: str = ""
    detail: str = ""
    language: str = ""
    code: bool = False


Cell = tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A paragraph of running text."""

    line: Line
    kind: Literal["paragraph"] = field(default="paragraph", init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bullets:
    """A list without order."""

    items: tuple[Line, ...]
    kind: Literal["bullets"] = field(default="bullets", init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A term and what is said of it."""

    term: str
    said: Cell


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Terms with what is said of each."""

    items: tuple[Fact, ...]
    kind: Literal["facts"] = field(default="facts", init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table whose first column heads the rows."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    kind: Literal["table"] = field(default="table", init=False)


Block = Paragraph | Bullets | Facts | Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of a page under a heading."""

    id: str
    title: str
    number: str = ""
    blocks: tuple[Block, ...] = ()
    parts: tuple[Section, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link of the menu or of the choice of languages."""

    label: str
    href: str
    language: str = ""
    current: bool = False
    media_type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """A section or part in the table of contents; `parts` are those under it."""

    id: str
    title: str
    number: str
    parts: tuple[Anchor, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A whole page, with what stands around it; every `href` is relative to the page."""

    path: str
    language: str
    title: str
    heading: str
    kicker: str
    description: str
    lead: Line
    notice: Line
    sections: tuple[Section, ...]
    site_name: str
    home: str
    style: str
    icon: str
    menu: tuple[Link, ...]
    languages: tuple[Link, ...]
    formats: tuple[Link, ...] = ()
    footer: tuple[Line, ...] = ()
    words: dict[str, str] = field(default_factory=dict)
    contents: tuple[Anchor, ...] = ()


def contents_of(sections: tuple[Section, ...], *, deep: bool = False) -> tuple[Anchor, ...]:
    """Give the table of contents; `deep`: with the parts of each section."""
    return tuple(
        Anchor(
            id=section.id,
            title=section.title,
            number=section.number,
            parts=contents_of(section.parts) if deep else (),
        )
        for section in sections
    )


def relative(to: str, page: str) -> str:
    """Give the address of one file of the site as seen from a page of it."""
    return posixpath.relpath(to, posixpath.dirname(page) or ".")


def outside(address: str) -> str:
    """Give an address that is safe to link to, or nothing: web pages only."""
    return address if address.startswith(("https://", "http://")) else ""


def mail(address: str) -> Line:
    """Give an e-mail address that can be clicked."""
    return Line(text=address, href=f"mailto:{address}" if address else "")


def phone(number: str) -> Line:
    """Give a telephone number that can be dialled."""
    digits = "".join(c for c in number if c.isdigit() or c == "+")
    return Line(text=number, href=f"tel:{digits}" if digits else "")


def site(address: str) -> Line:
    """Give a web address that can be followed."""
    shown = address.removeprefix("https://").removeprefix("http://").removesuffix("/")
    return Line(text=shown, href=outside(address))


def lines(*texts: str) -> Cell:
    """Give a cell of plain words, leaving out what is empty."""
    return tuple(Line(text=text) for text in texts if text)


def told(*pairs: tuple[str, Cell]) -> Facts:
    """Give a list of facts, leaving out those of which nothing is said."""
    return Facts(
        items=tuple(
            Fact(term=term, said=kept)
            for term, said in pairs
            if (kept := tuple(line for line in said if line.text))
        )
    )


def paragraphs(*texts: str) -> tuple[Paragraph, ...]:
    """Give each text that is not empty as a paragraph."""
    return tuple(Paragraph(line=Line(text=text)) for text in texts if text)


def bullets(texts: Iterable[str]) -> tuple[Bullets, ...]:
    """Give texts as a list, or nothing when there are none."""
    items = lines(*texts)
    return (Bullets(items=items),) if items else ()


def prose(body: Said) -> tuple[Block, ...]:
    """Read running text: a blank line ends a paragraph, lines that begin with `- ` are a list."""
    blocks: list[Block] = []
    for chunk in body.strip().split("\n\n"):
        words: list[str] = []
        items: list[str] = []
        for line in chunk.splitlines():
            if line.lstrip().startswith(("- ", "* ")):
                items.append(line.lstrip()[2:].strip())
            elif items:
                items[-1] += f" {line.strip()}"
            else:
                words.append(line.strip())
        blocks.extend(paragraphs(Said(" ".join(words), body.foreign)))
        blocks.extend(bullets(Said(item, body.foreign) for item in items))
    return tuple(blocks)
