"""What a letter says of copies in which erased data may still stand: older versions, backups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from math import ceil

from doelbinding.document.blocks import Block, Section, bullets, paragraphs, section
from doelbinding.law.clock import last_day
from doelbinding.law.language.wording import Wording
from doelbinding.policy.retention import parse_period
from doelbinding.rights.answer.settled import Settled

Versions = Mapping[str, timedelta | None]
"""Per store how long its tables can be read as they were; none where nobody knows."""


def copies(settled: Settled, versions: Versions) -> Iterator[Section]:
    """Say until when copies may still exist, in older versions of tables and in backups of these.

    From the day of this letter: a store without either has none.
    """
    words = settled.words
    dated, undated, unknown = [], [], []
    for store in settled.stores():
        kept = versions.get(store.id, timedelta())
        label = words.say(store.label)
        if kept is None:
            unknown.append(label)
        elif store.backups is None:
            undated.append(label)
        else:
            last = _last_copy(settled.case.answered_on, kept, store.backups)
            dated += [] if last is None else [(last, label)]
    blocks = list(_dated(dated, words, versioned=any(versions.values())))
    if unknown:
        blocks += paragraphs(words.ui("letter.versions_unsaid", stores=words.joined(unknown)))
    if dated or unknown:
        blocks += paragraphs(words.ui("letter.backups_restored"))
    if undated:
        blocks += paragraphs(words.ui("letter.backups_unsaid", stores=words.joined(undated)))
    if blocks:
        yield section("backups", words.ui("letter.backups"), tuple(blocks))


def _dated(
    dated: Sequence[tuple[date, str]], words: Wording, *, versioned: bool
) -> Iterator[Block]:
    """Say a day once where it is the same everywhere."""
    lead, until = "letter.backups_lead", "letter.backups_until"
    if versioned:
        lead, until = "letter.copies_lead", "letter.copies_until"
    days = {day for day, _ in dated}
    if len(days) == 1:
        yield from paragraphs(words.ui(until, day=words.date(days.pop())))
    elif dated:
        yield from paragraphs(words.ui(lead))
        yield from bullets(
            words.ui("letter.backups_each", label=label, day=words.date(day))
            for day, label in sorted(dated)
        )


def _last_copy(answered: date, kept: timedelta, backups: str) -> date | None:
    """Give the last day on which a copy may exist; none where there is no copy."""
    period = parse_period(backups)
    if not kept and not (period.years or period.months or period.days):
        return None
    return last_day(answered + timedelta(days=ceil(kept / timedelta(days=1))), period)
