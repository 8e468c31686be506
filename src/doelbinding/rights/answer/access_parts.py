"""What the access page says of all the data together: Article 15(1)(a)-(h) and (2)."""

from __future__ import annotations

from collections.abc import Iterator

from doelbinding.document.blocks import (
    Block,
    Line,
    Section,
    facts,
    lines,
    paragraphs,
    section,
    table,
)
from doelbinding.law.language.terms import criteria_in_words
from doelbinding.policy.activity import Activity, Phase
from doelbinding.rights.answer.gather import Gathered
from doelbinding.rights.answer.parts import (
    abroad,
    basis_words,
    recipient_cell,
    rights_table,
    service_cell,
)


def purposes(found: Gathered) -> Section:
    """Say what the data are used for, on which ground and how long (Art. 15(1)(a), (d))."""
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
        facts(
            *((_purpose(found, p), tuple(_grounds(found, activity, p))) for p in activity.phases)
        ),
        facts((words.ui("access.sources"), sources)),
    )


def _purpose(found: Gathered, phase: Phase) -> str:
    return found.words.say(found.policy.purpose_by_id[phase.purpose].label)


def _grounds(found: Gathered, activity: Activity, phase: Phase) -> Iterator[Line]:
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
    criteria = criteria_in_words(found.policy, found.case.controller, activity, phase, words)
    if criteria:
        yield Line(text=words.ui("access.criteria", criteria=criteria))


def recipients(found: Gathered) -> Section:
    """Say who got or gets the data (Art. 15(1)(c))."""
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


def transfers(found: Gathered) -> Section:
    """Say which data leave the EEA, and under which safeguards (Art. 15(2))."""
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


def automation(found: Gathered) -> Section:
    """Say whether a machine alone decides (Art. 15(1)(h))."""
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


def rights(found: Gathered) -> Section:
    """Say which rights the person has (Art. 15(1)(e))."""
    words = found.words
    activities = found.activities or tuple(found.policy.activities_of(found.case.controller))
    return section(
        "rights",
        words.ui("rights.title"),
        paragraphs(words.ui("rights.lead")),
        rights_table(activities, words),
    )


def about(found: Gathered) -> Section:
    """Say what we keep of the request itself, and what else is in the folder."""
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
