"""The privacy policy of one controller: the group's sections, its own data woven in (R-0.1).

The text of a section comes from the policy; under it stands what the model says for this
controller. A section the policy lacks is made from the model alone, so that nothing owed to people
is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from doelbinding.document.blocks import Block, Line, Section, facts, lines, paragraphs
from doelbinding.policy.model import Section as Passage
from doelbinding.publish.addresses import policy_address, relative, sheet_address
from doelbinding.publish.desk import Desk
from doelbinding.publish.facts import Sheet
from doelbinding.publish.prose import prose
from doelbinding.publish.weaving import WEAVERS, Woven, number_of, promised
from doelbinding.publish.wording import Said


def policy_sections(desk: Desk, sheets: tuple[Sheet, ...]) -> tuple[Section, ...]:
    """Lay out the policy page: the numbered sections, then what is this controller's own."""
    here = policy_address(desk.controller.id, desk.wording.language)
    links = {
        s.id: relative(sheet_address(desk.controller.id, s.language, s.id), here) for s in sheets
    }
    woven = Woven(desk=desk, sheets=sheets, links=links)
    return (*_passages(desk, woven), *_own(desk))


def _passages(desk: Desk, woven: Woven) -> Iterator[Section]:
    """Yield each passage with what belongs under it, then what no passage has introduced."""
    told_of = set()
    for passage in desk.policy.sections:
        kind = _kind(passage)
        told_of.add(kind)
        weaver = WEAVERS.get(kind)
        blocks = tuple(weaver(woven)) if weaver else ()
        yield _section(desk, passage, kind, blocks, promised(kind, woven))
    for kind, weaver in WEAVERS.items():
        blocks, parts = tuple(weaver(woven)), promised(kind, woven)
        if kind not in told_of and (blocks or parts):
            yield Section(
                id=kind,
                title=desk.wording.ui(f"policy_sections.{kind}"),
                number=number_of(kind),
                blocks=blocks,
                parts=parts,
            )


def _kind(passage: Passage) -> str:
    """Tell which section a passage is: by its id, or by the Roman number its id begins with."""
    numbered = {number_of(kind).lower(): kind for kind in WEAVERS}
    return passage.id if passage.id in WEAVERS else numbered.get(passage.id.split("-")[0], "")


def _section(
    desk: Desk, passage: Passage, kind: str, blocks: tuple[Block, ...], parts: tuple[Section, ...]
) -> Section:
    title = _named(desk, desk.wording.say(passage.title))
    number = number_of(kind)
    return Section(
        id=passage.id,
        title=Said(re.sub(rf"^{number}[.:]?\s+", "", title) if number else title, title.foreign),
        number=number,
        blocks=(*prose(_named(desk, desk.wording.say(passage.body))), *blocks),
        parts=parts,
    )


def _named(desk: Desk, said: Said) -> Said:
    return Said(said.replace("{controller}", desk.controller.name), said.foreign)


def _own(desk: Desk) -> Iterator[Section]:
    if deviations := tuple(_deviations(desk)):
        title = desk.wording.ui("policy.deviations", controller=desk.controller.name)
        yield Section(id="deviations", title=title, blocks=facts(*deviations))
    if desk.policy.choices:
        yield _choices(desk)
    yield _version(desk)


def _deviations(desk: Desk) -> Iterator[tuple[str, tuple[Line, ...]]]:
    wording = desk.wording
    for deviation in desk.controller.deviations:
        name = wording.say(desk.policy.activity_by_id[deviation.activity].name)
        key = "policy.other_terms" if deviation.performed else "policy.not_performed"
        yield name, lines(wording.ui(key), wording.say(deviation.reason))


def _choices(desk: Desk) -> Section:
    wording = desk.wording
    choices = (
        (
            wording.say(choice.about),
            (
                Line(text=wording.say(choice.decision)),
                Line(
                    text=wording.say(choice.reason),
                    detail=wording.ui("policy.decided_on", date=wording.date(choice.decided_on)),
                ),
            ),
        )
        for choice in desk.policy.choices
    )
    return Section(
        id="choices",
        title=wording.ui("policy.choices"),
        blocks=(*paragraphs(wording.ui("policy.choices_lead")), *facts(*choices)),
    )


def _version(desk: Desk) -> Section:
    wording, version = desk.wording, desk.version
    return Section(
        id="version",
        title=wording.ui("policy.about_version"),
        blocks=facts(
            (wording.ui("column.version"), lines(version.number)),
            (wording.ui("column.effective"), lines(version.effective_on)),
            (wording.ui("column.published"), lines(version.published_on)),
            (wording.ui("column.reason"), lines(version.reason)),
            (wording.ui("versions.change"), lines(version.note)),
        ),
    )
