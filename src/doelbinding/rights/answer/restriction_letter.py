"""The letters about a restriction: that it is set, and before it is lifted (Art. 18; R-IX.4)."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from doelbinding.binding.dating import dating_of
from doelbinding.document.blocks import Block, Section, bullets, paragraphs, section
from doelbinding.law.language.wording import Wording
from doelbinding.policy.model import Policy
from doelbinding.rights.answer.case import Case
from doelbinding.rights.answer.letters import (
    files_of,
    left_in_doubt,
    letter,
    named_columns,
    recipients_of,
    told,
)
from doelbinding.rights.answer.parts import contact
from doelbinding.rights.answer.words import label_of, words_for
from doelbinding.rights.found import InDoubt
from doelbinding.rights.inventory import Inventory

_USES = ("consent", "claims", "others", "public")


def restriction_letter(
    *,
    policy: Policy,
    case: Case,
    ground: str,
    columns: Collection[str],
    inventory: Inventory,
    doubt: InDoubt,
) -> dict[str, str]:
    """Give the letter that says that values are restricted: `letter.html` and `letter.txt`.

    Args:
        policy: what was promised.
        case: the request.
        ground: of Art. 18(1), as the evidence has it: `accuracy_contested`.
        columns: `store.dataset.column` of the values; none: everything.
        inventory: what is there of the person.
        doubt: what may be the person's and is not restricted.
    """
    words = words_for(case)
    got = recipients_of(policy, inventory, columns)
    everything = words.ui(
        "restriction.everything_sure" if doubt else "restriction.everything",
        controller=case.controller.name,
    )
    opening = (
        *paragraphs(words.ui("restriction.received", day=words.date(case.received_on))),
        *paragraphs(words.ui("restriction.done")),
        *left_in_doubt(doubt, words, "restriction"),
    )
    sections = (
        section(
            "restricted",
            words.ui("restriction.what"),
            _covered(policy, columns, words, everything),
            paragraphs(_chosen("restriction.because", ground, words)),
            _telling(policy, columns, inventory, words),
        ),
        _uses(words),
        *told(got, words, words.ui("restriction.recipients")),
        contact(case, words),
    )
    written = letter(
        case, words, subject=words.ui("restriction.subject"), opening=opening, sections=sections
    )
    return files_of(written, "letter")


def lifting_letter(
    *, policy: Policy, case: Case, ground: str, columns: Collection[str], reason: str | None
) -> dict[str, str]:
    """Give the letter that says that a restriction is going to be lifted (Art. 18(3)).

    Args:
        policy: what was promised.
        case: the request by which it was set.
        ground: of Art. 18(1), as the evidence has it.
        columns: `store.dataset.column` of the values; none: everything.
        reason: what the controller adds, in the person's language.
    """
    words = words_for(case)
    day = words.date(case.received_on)
    covered = _covered(policy, columns, words, words.ui("lifting.everything"))
    sections = (
        section("lifting", words.ui("lifting.what"), covered),
        section("why", words.ui("lifting.why"), tuple(_reasons(ground, reason, words))),
        section("then", words.ui("lifting.then"), paragraphs(words.ui("lifting.uses"))),
        contact(case, words),
    )
    written = letter(
        case,
        words,
        subject=words.ui("lifting.subject"),
        opening=paragraphs(words.ui("lifting.lead", day=day)),
        sections=sections,
    )
    return files_of(written, "lifting")


def _covered(
    policy: Policy, columns: Collection[str], words: Wording, everything: str
) -> tuple[Block, ...]:
    if not columns:
        return paragraphs(everything)
    fields: dict[str, list[str]] = {}
    for _, dataset, column in named_columns(policy, columns):
        fields.setdefault(words.say(dataset.label), []).append(label_of(column, words))
    return bullets(
        words.ui("letter.fields", label=label, fields=words.joined(names))
        for label, names in fields.items()
    )


def _telling(
    policy: Policy, columns: Collection[str], inventory: Inventory, words: Wording
) -> tuple[Block, ...]:
    """Say which of what was found stays too, since it tells how long the values may be there."""
    found = {f"{row.place.ref}.{value.column.name}" for row, value in inventory.values()}
    telling = [
        f"{store.id}.{dataset.id}.{column.name}"
        for store, dataset, column in named_columns(
            policy, found & dating_of(policy).columns_for(columns)
        )
        if column.personal
    ]
    if not telling:
        return ()
    said = paragraphs(words.ui("restriction.telling"))
    return (*said, *_covered(policy, telling, words, ""))


def _chosen(group: str, which: str, words: Wording) -> str:
    return words.ui(f"{group}.{which}")


def _uses(words: Wording) -> Section:
    return section(
        "uses",
        words.ui("restriction.means"),
        paragraphs(words.ui("restriction.stored")),
        bullets(_chosen("restriction.uses", use, words) for use in _USES),
        paragraphs(words.ui("restriction.before")),
    )


def _reasons(ground: str, reason: str | None, words: Wording) -> Iterator[Block]:
    yield from paragraphs(_chosen("lifting.because", ground, words))
    if reason:
        yield from paragraphs(reason)
