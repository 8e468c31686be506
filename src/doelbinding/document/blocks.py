"""What a page or letter holds, apart from how it looks: paragraphs, lists, facts and tables.

A text is written once in these terms and rendered as HTML, PDF or plain text. `kind` tells a
template which of the blocks it has before it. The functions leave out what is empty, so that nobody
meets a list without items or a term of which nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Words, where they may lead, and a smaller detail under them."""

    text: str
    detail: str = ""
    href: str = ""
    code: bool = False


Cell = tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A paragraph of running text; `notice` when it must not be missed."""

    text: str
    notice: bool = False
    kind: Literal["paragraph"] = field(default="paragraph", init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bullets:
    """A list without order."""

    items: Cell
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
    """A part of a page or letter under a heading."""

    id: str
    title: str
    number: str = ""
    blocks: tuple[Block, ...] = ()
    parts: tuple[Section, ...] = ()


def lines(*texts: str) -> Cell:
    """Give a cell of plain words, leaving out what is empty."""
    return tuple(Line(text=text) for text in texts if text)


def paragraphs(*texts: str) -> tuple[Block, ...]:
    """Give each text that is not empty as a paragraph."""
    return tuple(Paragraph(text=text) for text in texts if text)


def notice(*texts: str) -> tuple[Block, ...]:
    """Give each text that is not empty as a paragraph that must not be missed."""
    return tuple(Paragraph(text=text, notice=True) for text in texts if text)


def bullets(items: Iterable[Line | str]) -> tuple[Block, ...]:
    """Give a list, or nothing when it has no items."""
    said = (item if isinstance(item, Line) else Line(text=item) for item in items)
    kept = tuple(line for line in said if line.text)
    return (Bullets(items=kept),) if kept else ()


def facts(*pairs: tuple[str, Cell]) -> tuple[Block, ...]:
    """Give a list of facts, leaving out those of which nothing is said."""
    items = tuple(
        Fact(term=term, said=kept)
        for term, said in pairs
        if (kept := tuple(line for line in said if line.text))
    )
    return (Facts(items=items),) if items else ()


def table(
    caption: str, head: tuple[str, ...], rows: Iterable[tuple[Cell, ...]]
) -> tuple[Block, ...]:
    """Give a table, or nothing when it has no rows."""
    said = tuple(rows)
    return (Table(caption=caption, head=head, rows=said),) if said else ()


def section(
    id_: str, title: str, *blocks: tuple[Block, ...], parts: Iterable[Section] = ()
) -> Section:
    """Give a section of blocks one after another."""
    return Section(
        id=id_, title=title, blocks=tuple(b for some in blocks for b in some), parts=tuple(parts)
    )
