"""A letter as plain text, for e-mail and for whoever reads without a browser."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import assert_never

from doelbinding.document.blocks import Block, Bullets, Cell, Facts, Line, Paragraph, Section, Table
from doelbinding.rights.answer.pages import Letter

_WIDTH = 76
_SOFT_HYPHEN = "\u00ad"


def letter_text(letter: Letter) -> str:
    """Render a letter as plain text."""
    writer = _Writer(letter.colon, letter.semicolon)
    return "\n".join(writer.letter(letter)).replace(_SOFT_HYPHEN, "").rstrip() + "\n"


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes the parts of a letter, with colons and semicolons as its language has them."""

    colon: str
    semicolon: str

    def letter(self, letter: Letter) -> Iterator[str]:
        yield from (line.text for line in letter.sender)
        yield from ("", letter.date, "")
        for block in letter.about:
            yield from self.block(block)
        yield from ("", letter.subject, "")
        for block in letter.opening:
            yield from (*self.block(block), "")
        for part in letter.sections:
            yield from self.section(part)
        yield from (line.text for line in letter.closing)

    def section(self, section: Section) -> Iterator[str]:
        yield from (section.title.upper(), "")
        for block in section.blocks:
            yield from (*self.block(block), "")
        for part in section.parts:
            yield from self.section(part)

    def block(self, block: Block) -> Iterator[str]:
        match block:
            case Paragraph():
                yield from _wrapped(block.text)
            case Bullets():
                for item in block.items:
                    yield from _wrapped(_in_line(item), first="- ", rest="  ")
            case Facts():
                for fact in block.items:
                    yield from _wrapped(self._told(fact.term, fact.said), rest="  ")
            case Table():
                yield from self._table(block)
            case _:
                assert_never(block)

    def _table(self, block: Table) -> Iterator[str]:
        for n, row in enumerate(block.rows):
            if n:
                yield ""
            for column, (head, cell) in enumerate(zip(block.head, row, strict=True)):
                first = "  " if column else "- "
                yield from _wrapped(self._told(head, cell), first=first, rest="    ")

    def _told(self, term: str, said: Cell) -> str:
        return term + self.colon + self.semicolon.join(_in_line(line) for line in said)


def _in_line(line: Line) -> str:
    said: str = line.text
    if line.detail:
        said += f" {line.detail}" if said.endswith(".") else f" – {line.detail}"  # noqa: RUF001
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
