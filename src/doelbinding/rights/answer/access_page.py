"""The access answer as a page: everything Article 15(1) and (2) asks, for people to read."""

from __future__ import annotations

from collections.abc import Iterator

from doelbinding.policy.activity import Activity, Phase
from doelbinding.rights.answer.access_records import dataset_section
from doelbinding.rights.answer.document import (
    Block,
    Line,
    Page,
    Section,
    bullets,
    facts,
    lines,
    notice,
    paragraphs,
    section,
    table,
)
from doelbinding.rights.answer.gather import Gathered
from doelbinding.rights.answer.parts import (
    abroad,
    basis_words,
    case_facts,
    contact,
    recipient_cell,
    rights_table,
    service_cell,
)
from doelbinding.rights.answer.why import Footing

_TO_TELL = (
    Footing.OVERDUE,
    Footing.UNBOUND,
    Footing.UNDATED,
    Footing.HELD,
    Footing.RESTRICTED,
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
            *paragraphs(words.ui("access.lead", controller=name, day=words.date(case.received_on))),
            *case_facts(case, words),
        ),
        sections=tuple(_sections(found)),
        labels={key: words.ui(f"page.{key}") for key in ("skip", "contents", "footer")},
    )


def _sections(found: Gathered) -> Iterator[Section]:
    yield _summary(found)
    yield from (_store(found, store.id) for store in found.stores)
    if found.datasets:
        yield _purposes(found)
        yield _recipients(found)
        yield _transfers(found)
        yield _automation(found)
    yield _rights(found)
    yield _about(found)
    yield contact(found.case, found.words)


def _summary(found: Gathered) -> Section:
    words = found.words
    if not found.datasets:
        told = paragraphs(words.ui("access.nothing", controller=found.case.controller.name))
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
    doubtful = len(found.inventory.found.ambiguous)
    if not doubtful:
        return ()
    return notice(
        f"{found.words.plural('access.ambiguous', doubtful)} {found.words.ui('access.clarify')}"
    )


def _empty(found: Gathered) -> tuple[Block, ...]:
    empty = [*found.empty()]
    if not empty:
        return ()
    say = found.words.say
    return (
        *paragraphs(found.words.ui("access.empty")),
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


def _purposes(found: Gathered) -> Section:
    words = found.words
    return section(
        "why",
        words.ui("access.why"),
        paragraphs(words.ui("access.why_lead")),
        parts=(_activity(found, activity) for activity in found.activities),
    )


def _activity(found: Gathered, activity: Activity) -> Section:
    words = found.words
    sources = tuple(
        Line(text=words.say(s.label), detail=words.ui(f"collection.{s.collection.value}"))
        for s in activity.sources
    )
    return section(
        f"why-{activity.id}",
        words.say(activity.name),
        paragraphs(words.say(activity.summary)),
        facts(*((_purpose(found, p), tuple(_grounds(found, p))) for p in activity.phases)),
        facts((words.ui("access.sources"), sources)),
    )


def _purpose(found: Gathered, phase: Phase) -> str:
    return found.words.say(found.policy.purpose_by_id[phase.purpose].label)


def _grounds(found: Gathered, phase: Phase) -> Iterator[Line]:
    words, basis = found.words, phase.basis
    yield Line(text=basis_words(basis, words))
    special = basis.special
    if special is not None:
        ground = words.ui(f"special_ground.{special.ground.value}")
        yield Line(
            text=f"{ground} ({words.article(special.ground.article)})",
            detail=words.say(special.explanation),
        )
    for text in (basis.statute, basis.interest, basis.withdrawal):
        yield Line(text=words.say(text))
    if basis.direct_marketing:
        yield Line(text=words.ui("access.marketing"))
    if criteria := words.say(phase.criteria):
        yield Line(text=words.ui("access.criteria", criteria=criteria))


def _recipients(found: Gathered) -> Section:
    words = found.words
    categories = {
        recipient.id: dict.fromkeys(
            value.category
            for value in found.values
            if value.category and recipient in value.why.recipients
        )
        for recipient in found.recipients
    }
    head = tuple(words.ui(f"recipients.{key}") for key in ("who", "service", "what", "where"))
    rows = (
        (
            recipient_cell(recipient, words),
            service_cell(recipient, words),
            lines(*categories[recipient.id]),
            lines(words.country(recipient.country)),
        )
        for recipient in found.recipients
    )
    told = table(words.ui("recipients.caption"), head, rows)
    return section(
        "recipients",
        words.ui("recipients.title"),
        paragraphs(words.ui("recipients.lead" if told else "recipients.none")),
        told,
    )


def _transfers(found: Gathered) -> Section:
    words = found.words
    places = [*abroad(found.policy, found.recipients, found.stores)]
    rows = []
    for place in places:
        ground = place.transfer
        rows.append(
            (
                (Line(text=words.say(place.name), detail=words.country(place.country)),),
                (
                    Line(
                        text=words.ui(f"transfer.{ground.ground.value}"),
                        detail=words.article(ground.ground.article),
                    ),
                )
                if ground
                else lines(words.ui("transfers.unstated")),
                lines(words.say(ground.safeguard)) if ground else (),
                lines(words.say(ground.copy)) if ground else (),
            )
        )
    head = tuple(words.ui(f"transfers.{key}") for key in ("who", "ground", "safeguard", "copy"))
    return section(
        "transfers",
        words.ui("transfers.title"),
        paragraphs("" if rows else words.ui("transfers.none")),
        table(words.ui("transfers.caption"), head, rows),
    )


def _automation(found: Gathered) -> Section:
    words = found.words
    blocks: list[Block] = []
    decided = [a for a in found.activities if a.automation and a.automation.solely_automated]
    unsaid = [words.say(a.name) for a in found.activities if a.automation is None]
    for activity in decided:
        how = activity.automation
        if how is not None:
            name = words.say(activity.name)
            blocks += paragraphs(words.ui("automation.decides", activity=name))
            blocks += facts(
                (words.ui("automation.logic"), lines(words.say(how.logic))),
                (words.ui("automation.significance"), lines(words.say(how.significance))),
                (words.ui("automation.consequences"), lines(words.say(how.consequences))),
            )
    if not decided:
        blocks += paragraphs(words.ui("automation.none"))
    if unsaid:
        blocks += paragraphs(words.ui("automation.unsaid", activities=words.joined(unsaid)))
    return section("automation", words.ui("automation.title"), tuple(blocks))


def _rights(found: Gathered) -> Section:
    words = found.words
    activities = found.activities or tuple(found.policy.activities_of(found.case.controller))
    return section(
        "rights",
        words.ui("rights.title"),
        paragraphs(words.ui("rights.lead")),
        rights_table(activities, words),
    )


def _about(found: Gathered) -> Section:
    words = found.words
    return section(
        "about",
        words.ui("about.title"),
        paragraphs(words.ui("about.request"), words.ui("about.files")),
        facts(
            ("access.json", lines(words.ui("about.json"))),
            ("access.csv", lines(words.ui("about.csv"))),
            ("access.schema.json", lines(words.ui("about.schema"))),
        ),
    )
