"""What every letter has in common, and what letters about single values say alike."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from doelbinding.document.blocks import (
    Block,
    Line,
    Section,
    bullets,
    facts,
    lines,
    paragraphs,
    section,
)
from doelbinding.law.language.wording import Wording
from doelbinding.policy.model import Policy
from doelbinding.policy.organisation import Recipient
from doelbinding.policy.stores import Column, Dataset, Store
from doelbinding.rights.answer.case import Case
from doelbinding.rights.answer.pages import Letter
from doelbinding.rights.answer.parts import in_doubt, sender
from doelbinding.rights.answer.plain import letter_text
from doelbinding.rights.answer.render import letter_html
from doelbinding.rights.found import InDoubt
from doelbinding.rights.inventory import Inventory


def letter(
    case: Case,
    words: Wording,
    *,
    subject: str,
    opening: tuple[Block, ...],
    sections: Iterable[Section],
) -> Letter:
    """Give a letter of a case: from its controller, in its language, dated when it is answered."""
    return Letter(
        language=words.language,
        sender=sender(case.controller, words),
        date=words.date(case.answered_on),
        about=facts(
            (words.ui("case.id"), (Line(text=case.id),)),
            (words.ui("case.received"), (Line(text=words.date(case.received_on)),)),
        ),
        subject=subject,
        opening=(*paragraphs(words.ui("letter.salutation")), *opening),
        sections=tuple(sections),
        closing=lines(words.ui("letter.closing"), case.controller.name),
        colon=words.ui("colon"),
        semicolon=words.ui("semicolon"),
    )


def left_in_doubt(doubt: InDoubt, words: Wording, right: str) -> tuple[Block, ...]:
    """Say what may be the person's and is left as it is, each kind in a paragraph."""
    return tuple(block for said in in_doubt(doubt, words, right) for block in paragraphs(said))


def files_of(written: Letter, name: str) -> dict[str, str]:
    """Give a letter as two files by their names."""
    return {f"{name}.html": letter_html(written), f"{name}.txt": letter_text(written)}


Named = tuple[Store, Dataset, Column]
"""A column with its dataset and its store."""


def named_columns(policy: Policy, columns: Iterable[str]) -> Iterator[Named]:
    """Yield columns named `store.dataset.column`, in the order of the policy."""
    wanted = set(columns)
    for store in policy.stores:
        for dataset in store.datasets:
            for column in dataset.columns:
                if f"{store.id}.{dataset.id}.{column.name}" in wanted:
                    yield store, dataset, column


def recipients_of(
    policy: Policy, inventory: Inventory, columns: Collection[str] = ()
) -> tuple[Recipient, ...]:
    """Give who gets values that were found, by what keeps them, or keeps their store (Art. 19).

    Not whoever might get values of these columns of somebody else: an authority to which nothing
    was reported is not named.

    Args:
        policy: what was promised.
        inventory: what was found.
        columns: `store.dataset.column` of the values; none: all.
    """
    gets: set[str | None] = set()
    for found, value in inventory.values():
        wanted = not columns or f"{found.place.ref}.{value.column.name}" in columns
        if value.column.personal and wanted:
            gets |= {found.place.store.kept_by, *(one.id for one in value.recipients)}
    ours = inventory.controller.id
    return tuple(
        one
        for one in policy.recipients
        if one.id in gets and (not one.controllers or ours in one.controllers)
    )


def told(recipients: tuple[Recipient, ...], words: Wording, lead: str) -> Iterator[Section]:
    """Yield the part that names who is told, if anybody got the data."""
    if recipients:
        yield section(
            "recipients",
            words.ui("letter.recipients"),
            paragraphs(lead),
            bullets(
                Line(
                    text=f"{words.say(one.name)} ({words.country(one.country)})",
                    detail=words.say(one.service),
                )
                for one in recipients
            ),
            paragraphs(words.ui("letter.recipients_more")),
        )
