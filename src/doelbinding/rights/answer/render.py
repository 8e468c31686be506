"""Answers to HTML and to plain text: autoescape on, and an error for every name that is missing."""

from __future__ import annotations

import base64
import hashlib
import textwrap
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import assert_never

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from doelbinding.rights.answer.document import (
    Block,
    Bullets,
    Cell,
    Facts,
    Letter,
    Line,
    Page,
    Paragraph,
    Section,
    Table,
)

TEMPLATES = Path(__file__).parent / "templates"
_WIDTH = 76
_SOFT_HYPHEN = "\u00ad"


def page_html(page: Page) -> str:
    """Render a page that needs nothing but itself."""
    return _template("page.html.j2").render(page=page, **_style())


def letter_html(letter: Letter) -> str:
    """Render a letter as a page."""
    return _template("letter.html.j2").render(letter=letter, **_style())


def letter_text(letter: Letter) -> str:
    """Render a letter as plain text."""
    return "\n".join(_letter(letter)).replace(_SOFT_HYPHEN, "").rstrip() + "\n"


def _template(name: str) -> Template:
    return _environment().get_template(name)


@lru_cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


@lru_cache
def _style() -> dict[str, str]:
    """Give the style with its hash, by which the page's own security policy allows it alone."""
    css = (TEMPLATES / "answer.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode("ascii")
    return {"style": Markup(css), "style_hash": f"sha256-{digest}"}  # noqa: S704 - our own file


def _letter(letter: Letter) -> Iterator[str]:
    yield from _cell(letter.sender)
    yield from ("", letter.date, "")
    for block in letter.about:
        yield from _block(block)
    yield from ("", letter.subject, "")
    for block in letter.opening:
        yield from (*_block(block), "")
    for part in letter.sections:
        yield from _section(part)
    yield from _cell(letter.closing)


def _section(section: Section) -> Iterator[str]:
    yield from (section.title.upper(), "")
    for block in section.blocks:
        yield from (*_block(block), "")
    for part in section.parts:
        yield from _section(part)


def _block(block: Block) -> Iterator[str]:
    match block:
        case Paragraph():
            yield from _wrapped(block.text)
        case Bullets():
            for item in block.items:
                yield from _wrapped(_in_line(item), first="- ", rest="  ")
        case Facts():
            for fact in block.items:
                said = "; ".join(_in_line(line) for line in fact.said)
                yield from _wrapped(f"{fact.term}: {said}", rest="  ")
        case Table():
            yield from _table(block)
        case _:
            assert_never(block)


def _table(block: Table) -> Iterator[str]:
    for n, row in enumerate(block.rows):
        if n:
            yield ""
        for head, cell in zip(block.head, row, strict=True):
            said = "; ".join(_in_line(line) for line in cell)
            yield from _wrapped(
                f"{head}: {said}", first="- " if head is block.head[0] else "  ", rest="    "
            )


def _cell(cell: Cell) -> Iterator[str]:
    for line in cell:
        yield line.text


def _in_line(line: Line) -> str:
    said = f"{line.text} – {line.detail}" if line.detail else line.text  # noqa: RUF001
    address = line.href.startswith("http") and line.text not in line.href
    return f"{said} <{line.href}>" if address else said


def _wrapped(text: str, *, first: str = "", rest: str = "") -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
