"""The letter that says what was corrected, and who is told (Art. 16, 19; R-IX.2)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from doelbinding.document.blocks import Block, Line, bullets, paragraphs, section
from doelbinding.law.language.wording import Wording
from doelbinding.policy.model import Policy
from doelbinding.rights.answer.case import Case
from doelbinding.rights.answer.letters import files_of, left_in_doubt, letter, recipients_of, told
from doelbinding.rights.answer.parts import contact
from doelbinding.rights.answer.words import label_of, words_for
from doelbinding.rights.correction import Correction
from doelbinding.rights.found import InDoubt
from doelbinding.rights.inventory import Inventory


def rectification_letter(
    *,
    policy: Policy,
    case: Case,
    corrections: Sequence[Correction],
    inventory: Inventory,
    doubt: InDoubt,
) -> dict[str, str]:
    """Give the letter as two files by their names: `letter.html` and `letter.txt`.

    Args:
        policy: what was promised.
        case: the request.
        corrections: what is corrected.
        inventory: the rows that are corrected, as they were.
        doubt: what may be the person's and is left as it is.
    """
    words = words_for(case)
    got = recipients_of(policy, inventory, {one.name for one in corrections})
    sections = (
        section(
            "corrected",
            words.ui("rectified.what"),
            bullets(_told(one, words) for one in corrections),
        ),
        *told(got, words, words.ui("rectified.recipients")),
        section("backups", words.ui("letter.backups"), tuple(_backups(corrections, words))),
        contact(case, words),
    )
    written = letter(
        case,
        words,
        subject=words.ui("rectified.subject"),
        opening=(
            *paragraphs(words.ui("rectified.received", day=words.date(case.received_on))),
            *paragraphs(words.ui("rectified.done")),
            *left_in_doubt(doubt, words, "rectification"),
        ),
        sections=sections,
    )
    return files_of(written, "letter")


def _told(one: Correction, words: Wording) -> Line:
    label, field = words.say(one.place.dataset.label), label_of(one.column, words)
    count = words.plural("access.records", len(one.rows))
    if not one.right:
        return Line(text=words.ui("rectified.cleared", label=label, field=field, count=count))
    value = one.right[0]
    return Line(text=words.ui("rectified.set", label=label, field=field, count=count, value=value))


def _backups(corrections: Sequence[Correction], words: Wording) -> Iterator[Block]:
    yield from paragraphs(words.ui("rectified.backups"))
    if all(one.place.store.backups for one in corrections):
        yield from paragraphs(words.ui("rectified.restored"))
