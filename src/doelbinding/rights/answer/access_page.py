"""The access answer as a page: everything Article 15(1) and (2) asks, for people to read."""

from __future__ import annotations

from collections.abc import Iterator

from doelbinding.document.blocks import (
    Block,
    Line,
    Section,
    bullets,
    notice,
    paragraphs,
    section,
    table,
)
from doelbinding.rights.answer.access_parts import (
    about,
    automation,
    purposes,
    recipients,
    rights,
    transfers,
)
from doelbinding.rights.answer.access_records import dataset_section
from doelbinding.rights.answer.gather import Gathered
from doelbinding.rights.answer.pages import Page
from doelbinding.rights.answer.parts import (
    case_facts,
    contact,
    in_doubt,
)
from doelbinding.rights.answer.why import Footing

_TO_TELL = (
    Footing.OVERDUE,
    Footing.STOPPED,
    Footing.UNBOUND,
    Footing.PSEUDONYM,
    Footing.LESSENED,
    Footing.UNDATED,
    Footing.HELD,
    Footing.RESTRICTED,
    Footing.TELLING,
    Footing.OTHERS,
)


def access_page(found: Gathered) -> Page:
    """Lay the answer out."""
    words, case = found.words, found.case
    name = case.controller.name
    return Page(
        language=words.language,
        title=words.ui("access.title", controller=name),
        sender=name,
        kicker=words.ui("access.kicker"),
        heading=words.ui("access.heading"),
        lead=(
            *paragraphs(
                words.ui("access.asked", controller=name, day=words.date(case.received_on))
            ),
            *paragraphs(words.ui("access.lead") if found.datasets else ""),
            *case_facts(case, words),
        ),
        sections=tuple(_sections(found)),
        labels={key: words.ui(f"page.{key}") for key in ("skip", "contents", "footer")},
    )


def _sections(found: Gathered) -> Iterator[Section]:
    yield _summary(found)
    yield from (_store(found, store.id) for store in found.stores)
    if found.datasets:
        yield purposes(found)
        yield recipients(found)
        yield transfers(found)
        yield automation(found)
    yield rights(found)
    yield about(found)
    yield contact(found.case, found.words)


def _summary(found: Gathered) -> Section:
    words = found.words
    if not found.datasets:
        nothing = "nothing_sure" if found.inventory.found.doubtful else "nothing"
        told = paragraphs(words.ui(f"access.{nothing}", controller=found.case.controller.name))
    else:
        told = paragraphs(
            words.ui(
                "access.found",
                values=words.plural("access.values", sum(1 for _ in found.values)),
                records=words.plural("access.records", sum(len(d.records) for d in found.datasets)),
                stores=words.plural("access.stores", len(found.stores)),
            )
        )
    return section(
        "summary",
        words.ui("access.summary"),
        told,
        _kinds(found),
        _to_tell(found),
        _ambiguous(found),
        _empty(found),
    )


def _kinds(found: Gathered) -> tuple[Block, ...]:
    words = found.words
    return table(
        words.ui("access.kinds"),
        tuple(words.ui(f"access.{key}") for key in ("kind", "store", "count")),
        (
            (
                (Line(text=dataset.label, href=f"#{section_id(dataset.id)}"),),
                (Line(text=words.say(dataset.store.label)),),
                (Line(text=words.plural("access.records", len(dataset.records))),),
            )
            for dataset in found.datasets
        ),
    )


def _to_tell(found: Gathered) -> tuple[Block, ...]:
    """Say what is not as it should be, or not as people expect, before anything else."""
    words, counted = found.words, found.footings
    return tuple(
        block
        for footing in _TO_TELL
        if counted[footing]
        for block in notice(
            f"{words.plural(f'tell.{footing.value}', counted[footing])} "
            f"{words.ui(f'meaning.{footing.value}')}"
        )
    )


def _ambiguous(found: Gathered) -> tuple[Block, ...]:
    told = in_doubt(found.inventory.found.in_doubt(), found.words, "access")
    return tuple(block for said in told for block in notice(said))


def _empty(found: Gathered) -> tuple[Block, ...]:
    empty = [*found.empty()]
    if not empty:
        return ()
    say = found.words.say
    return (
        *paragraphs(found.words.ui("access.empty" if found.datasets else "access.searched")),
        *bullets(Line(text=label, detail=say(store.label)) for store, label in empty),
    )


def _store(found: Gathered, store_id: str) -> Section:
    words = found.words
    store = found.policy.store_by_id[store_id]
    keeper = found.policy.recipient_by_id.get(store.kept_by or "")
    country = words.country(store.country)
    where = words.ui("access.stored", country=country)
    if keeper is not None:
        where = words.ui("access.stored_by", country=country, keeper=words.say(keeper.name))
    return section(
        section_id(store_id),
        words.say(store.label),
        paragraphs(where),
        parts=(
            dataset_section(section_id(dataset.id), dataset, words)
            for dataset in found.datasets
            if dataset.store.id == store_id
        ),
    )


def section_id(ref: str) -> str:
    """Give the anchor of a store or dataset."""
    return f"in-{ref.replace('.', '-')}"
