"""The parts of the letter about erasure, each under its heading and only where there is a need."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from doelbinding.document.blocks import (
    Block,
    Cell,
    Line,
    Section,
    bullets,
    lines,
    paragraphs,
    section,
    table,
)
from doelbinding.law.language.wording import Wording
from doelbinding.law.rights import Outcome
from doelbinding.policy.vocabulary import LawfulBasis
from doelbinding.rights.answer.copies import Versions, copies
from doelbinding.rights.answer.letters import told
from doelbinding.rights.answer.parts import contact
from doelbinding.rights.answer.settled import Kind, Lot, Settled
from doelbinding.rights.answer.why import Footing
from doelbinding.rights.phases import PhaseDecision

_OWNED_UP = (Footing.OVERDUE, Footing.UNBOUND, Footing.UNDATED)

_TOGETHER = "\u00a0"
"""A space at which no line breaks."""


def letter_sections(settled: Settled, versions: Versions, *, verified: bool) -> Iterator[Section]:
    """Yield the parts that this letter needs, in the order in which people ask."""
    if settled.of(Lot.ERASED):
        yield _erased(settled, verified=verified)
    if ended := tuple(_ended(settled)):
        yield section("stops", settled.words.ui("letter.stops"), ended)
    if settled.of(Lot.KEPT, Lot.HELD):
        yield _kept(settled)
    if weighed := settled.weighed():
        yield _weighed(settled, weighed)
    if settled.of(Lot.SHARED):
        yield _shared(settled)
    lead = settled.words.ui("letter.recipients_told" if verified else "letter.recipients_later")
    yield from told(settled.recipients(), settled.words, lead)
    if settled.of(Lot.ERASED) and verified:
        yield from copies(settled, versions)
    yield contact(settled.case, settled.words)


def _erased(settled: Settled, *, verified: bool) -> Section:
    words = settled.words
    return section(
        "erased",
        words.ui("letter.erased" if verified else "letter.erasing"),
        bullets(_gone(kind, words) for kind in settled.erased()),
        tuple(_left("lessened", settled.lessened(), words)),
        tuple(_pseudonyms(settled)),
        tuple(_owned_up(settled)),
    )


def _gone(kind: Kind, words: Wording) -> Line:
    count = words.plural("access.records", kind.records)
    if kind.whole:
        return Line(text=words.ui("letter.whole", label=kind.label, count=count))
    fields = words.joined(kind.fields)
    return Line(text=words.ui("letter.partly", label=kind.label, count=count, fields=fields))


def _pseudonyms(settled: Settled) -> Iterator[Block]:
    """Say of what a pseudonym is left in rows that stay: it is still about the person."""
    yield from _left("pseudonyms", settled.pseudonymised(), settled.words)


def _left(said: str, kinds: Iterable[Kind], words: Wording) -> Iterator[Block]:
    """Say of which fields something is left, under a sentence that says what."""
    named = tuple(
        Line(text=words.ui("letter.fields", label=one.label, fields=words.joined(one.fields)))
        for one in kinds
    )
    if named:
        yield from paragraphs(words.ui(f"letter.{said}"))
        yield from bullets(named)


def _owned_up(settled: Settled) -> Iterator[Block]:
    """Say which of the erased values should not have been there any more."""
    counted = settled.footings()
    for footing in _OWNED_UP:
        if counted[footing]:
            yield from paragraphs(settled.words.plural(f"owned.{footing.value}", counted[footing]))


def _ended(settled: Settled) -> Iterator[Block]:
    """Say what we stop doing, and on what ground, in the law's own sentences."""
    words = settled.words
    purposes: dict[str, dict[str, None]] = {}
    for one in settled.decision.phases:
        if one.decision.outcome is Outcome.STOP:
            label = words.say(settled.policy.purpose_by_id[one.phase.purpose].label)
            purposes.setdefault(words.say(one.decision.reason), {})[label] = None
    for reason, labels in purposes.items():
        yield from paragraphs(f"{reason} {words.ui('letter.stopped')}")
        yield from bullets(labels)


def _kept(settled: Settled) -> Section:
    words = settled.words
    kinds = tuple(settled.kept(Lot.KEPT, Lot.HELD))
    reasons = {d.name: d for kind in kinds for d in kind.kept_by}
    head = tuple(words.ui(f"letter.{key}") for key in ("what", "why", "until"))
    use = "kept_use_shared" if any(kind.shared for kind in kinds) else "kept_use"
    return section(
        "kept",
        words.ui("letter.kept"),
        paragraphs(words.ui("letter.kept_lead")),
        table(words.ui("letter.kept_caption"), head, (_kept_row(k, words) for k in kinds)),
        paragraphs(words.ui("letter.grounds") if reasons else ""),
        bullets(_ground(settled, decision) for decision in reasons.values()),
        () if settled.of(Lot.ERASED) else tuple(_pseudonyms(settled)),
        paragraphs(f"{words.ui(f'letter.{use}')} {words.ui('letter.kept_marks')}"),
    )


def _kept_row(kind: Kind, words: Wording) -> tuple[Cell, ...]:
    count = words.plural("access.records", kind.records)
    what = Line(
        text=f"{kind.label} ({count.replace(' ', _TOGETHER)})", detail=", ".join(kind.fields)
    )
    why = tuple(_kept_for(decision, words) for decision in kind.kept_by)
    holds = lines(*(words.ui(f"hold.{hold}") for hold in kind.holds))
    if not why and not holds:
        holds = lines(words.ui("letter.telling" if kind.tells else "letter.restricted"))
    longer = lines(words.ui("letter.longer")) if kind.shared else ()
    return (what,), (*why, *holds), (*_ends(kind, words), *longer)


def _kept_for(decision: PhaseDecision, words: Wording) -> Line:
    """Name the activity, and the ground on which it keeps, with the articles."""
    ground = words.ui(f"basis.{decision.phase.basis.kind.value}")
    article = words.article(decision.decision.article)
    return Line(text=words.say(decision.activity.name), detail=f"{ground} ({article})")


def _ground(settled: Settled, decision: PhaseDecision) -> str:
    """Say for which purpose an activity goes on, and why it may: the law, or our reason."""
    words, policy, phase = settled.words, settled.policy, decision.phase
    terms = policy.terms_of(settled.case.controller, decision.activity, phase)
    laws = dict.fromkeys(words.say(term.statute) for term in terms if term.statute)
    law = words.ui("semicolon").join(laws) or words.say(phase.basis.statute)
    why: str = words.say(decision.decision.reason)
    if phase.basis.kind is LawfulBasis.LEGAL_OBLIGATION and law:
        why = words.ui("letter.law", law=law)
    return words.ui(
        "letter.for",
        activity=words.say(decision.activity.name),
        purpose=words.say(policy.purpose_by_id[phase.purpose].label),
        why=why,
    )


def _ends(kind: Kind, words: Wording) -> Cell:
    if not any(end for end, _ in kind.ends):
        held = "kept.held" if kind.holds else "kept.restricted"
        return lines(words.ui("letter.no_end" if kind.kept_by else held))
    if len(kind.ends) == 1:
        return lines(kind.ends[0][0])
    return tuple(
        Line(text=end or words.ui("letter.no_end"), detail=words.plural("access.records", count))
        for end, count in kind.ends
    )


def _weighed(settled: Settled, weighed: tuple[Kind, ...]) -> Section:
    words = settled.words
    suspended = [d.decision for d in settled.decision.phases if d.decision.suspends]
    reasons = dict.fromkeys(words.say(decision.reason) for decision in suspended)
    return section(
        "weighed",
        words.ui("letter.weighed"),
        paragraphs(*reasons),
        bullets(
            words.ui("letter.fields", label=kind.label, fields=words.joined(kind.fields))
            for kind in weighed
        ),
        paragraphs(words.ui("letter.by", due=words.date(settled.case.due_on))),
    )


def _shared(settled: Settled) -> Section:
    words = settled.words
    return section(
        "shared",
        words.ui("letter.shared"),
        paragraphs(words.ui("letter.shared_lead")),
        bullets(
            words.ui("letter.fields", label=kind.label, fields=words.joined(kind.fields))
            for kind in settled.kept(Lot.SHARED)
        ),
    )
