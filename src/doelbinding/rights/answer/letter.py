"""The letter that answers a request for erasure (Art. 12(3)-(4), 17, 19; R-IX.3)."""

from __future__ import annotations

from types import MappingProxyType

from doelbinding.document.blocks import Block, Line, bullets, paragraphs
from doelbinding.policy.model import Policy
from doelbinding.rights.answer.case import Case
from doelbinding.rights.answer.copies import Versions
from doelbinding.rights.answer.letter_parts import letter_sections
from doelbinding.rights.answer.letters import files_of, left_in_doubt, letter
from doelbinding.rights.answer.pages import Letter
from doelbinding.rights.answer.settled import Lot, Settled, settle
from doelbinding.rights.erasure import ErasureDecision
from doelbinding.rights.inventory import Inventory


def erasure_letter(
    *,
    policy: Policy,
    case: Case,
    inventory: Inventory,
    decision: ErasureDecision,
    verified: bool,
    versions: Versions = MappingProxyType({}),
    name: str = "letter",
) -> dict[str, str]:
    """Give the letter as two files by their names: `letter.html` and `letter.txt`.

    Args:
        policy: what was promised.
        case: the request.
        inventory: what was found before anything was erased.
        decision: what became of it.
        verified: whether a second search, after the erasure, found nothing that should be gone.
        versions: per store how long older versions of its tables show what is erased.
        name: of the files.
    """
    settled = settle(policy, case, inventory, decision)
    written = _letter(settled, versions, verified=verified)
    return files_of(written, name)


def _letter(settled: Settled, versions: Versions, *, verified: bool) -> Letter:
    words, case = settled.words, settled.case
    return letter(
        case,
        words,
        subject=words.ui("letter.subject"),
        opening=(
            *paragraphs(words.ui("letter.received", day=words.date(case.received_on))),
            *_outcome(settled, verified=verified),
            *left_in_doubt(settled.inventory.found.in_doubt(), words, "erasure"),
        ),
        sections=letter_sections(settled, versions, verified=verified),
    )


def _outcome(settled: Settled, *, verified: bool) -> tuple[Block, ...]:
    """Say in one paragraph how it ends."""
    words = settled.words
    name = settled.case.controller.name
    if not settled.fates:
        nothing = "nothing_sure" if settled.inventory.found.doubtful else "nothing"
        return (
            *paragraphs(words.ui(f"letter.{nothing}", controller=name)),
            *bullets(_searched(settled)),
            *paragraphs(words.ui("letter.nothing_more")),
        )
    if settled.of(Lot.ERASED) and not verified:
        due = words.date(settled.case.due_on)
        return paragraphs(words.ui("letter.unfinished", due=due))
    if not settled.of(Lot.ERASED):
        return paragraphs(words.ui("letter.none"))
    if len(settled.of(Lot.ERASED)) == len(settled.fates):
        if any((*settled.lessened(), *settled.pseudonymised())):
            return paragraphs(words.ui("letter.left"))
        everything = "all_sure" if settled.inventory.found.doubtful else "all"
        return paragraphs(words.ui(f"letter.{everything}", controller=name))
    return paragraphs(words.ui("letter.part"))


def _searched(settled: Settled) -> list[Line]:
    searched = {ref.partition(".")[0] for ref in settled.inventory.found.searched}
    say = settled.words.say
    return [Line(text=say(store.label)) for store in settled.policy.stores if store.id in searched]
