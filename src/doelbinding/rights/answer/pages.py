"""The two forms an answer takes: a page that is read on its own, and a letter."""

from __future__ import annotations

from dataclasses import dataclass

from doelbinding.document.blocks import Block, Cell, Section


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page that is read on its own; `labels` are the words of the frame."""

    language: str
    title: str
    sender: str
    kicker: str
    heading: str
    lead: tuple[Block, ...]
    sections: tuple[Section, ...]
    labels: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter: who writes, about what, what is said, and how it ends."""

    language: str
    sender: Cell
    date: str
    about: tuple[Block, ...]
    subject: str
    opening: tuple[Block, ...]
    sections: tuple[Section, ...]
    closing: Cell
    colon: str
    semicolon: str
