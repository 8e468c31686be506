"""Stops of many people at once, on dated rows that may lead to several of them.

Whether a stop covers such a row depends on the row and the person together. But by one way a row
leads to one person, as a message does to its sender; or each row at the other end leads back to
one, as a participant does to a conversation. So which were there in time is asked beforehand per
way (`Collected`), and told by the key of that one row. Where a way is neither, stops are asked
moment by moment.
"""

from __future__ import annotations

from collections.abc import Iterator

from doelbinding.binding.circumstances import Stop
from doelbinding.binding.covering import covered_by, led_to, set_name
from doelbinding.binding.dated import Collected, dated_level, there_at_any_moment
from doelbinding.binding.expression import NO, AnyOf, Branch, Expression, KeyIn, Up
from doelbinding.binding.paths import Lead, Place
from doelbinding.binding.simplify import all_of


def told_by_way(here: Place) -> bool:
    """Tell whether each way to people from a dated row that has several is one row's."""
    level, top = dated_level(here), here.top
    if level is None or not top.shared:
        return False
    return all(
        not lead.place.top.shared
        and (_leads_to_one(lead) or (level.ref == top.ref and _leads_back_to_one(top, lead)))
        for lead in top.leads
    )


def covers_row(here: Place, lead: Lead, stop: Stop) -> Expression:
    """Give whether a row was there when whoever it leads to by one way set a stop.

    Of ways that are told by the rows at their other end: no.
    """
    level = dated_level(here)
    if level is None or not _leads_to_one(lead):
        return NO
    return led_to(here, level, _in_time(level, here.top, lead, stop))


def covers_other(top: Place, lead: Lead, stop: Stop) -> Expression:
    """Give, of a row at the other end of a way, whether what leads to it was there in time.

    Of ways that are told by the row itself: no.
    """
    if _leads_to_one(lead):
        return NO
    other = lead.place
    return KeyIn(columns=other.dataset.key, keys=_in_time(other, top, lead, stop))


def questions_by_way(stop: Stop, level: Place, zone: str) -> Iterator[Collected]:
    """Yield the questions about a dataset that says when its rows were collected, one per way."""
    since, top = stop.since, level.top
    if since is None or not told_by_way(level):
        return
    in_time = there_at_any_moment(level, zone)
    for lead in top.leads:
        ref = lead.place.top.ref
        if ref not in since:
            continue
        people = set_name(stop.id, ref)
        if _leads_to_one(lead):
            asked, part = level, all_of(_led_by(level, lead, people), in_time)
        else:
            back = Up(link=lead.link.back(top.dataset.id), part=in_time, missing=False)
            asked, part = lead.place, all_of(covered_by(lead.place, people), back)
        yield Collected(
            name=_in_time(asked, top, lead, stop),
            ref=asked.ref,
            part=part,
            people=people,
            since=set_name(f"{stop.id}/since", ref),
        )


def _leads_to_one(lead: Lead) -> bool:
    """Tell whether a row leads to one row at most."""
    return lead.place.dataset.is_told_by(there for _, there in lead.link.pairs)


def _leads_back_to_one(top: Place, lead: Lead) -> bool:
    """Tell whether a row at the other end leads back to one row at most."""
    return top.dataset.is_told_by(here for here, _ in lead.link.pairs)


def _led_by(here: Place, lead: Lead, people: str) -> Expression:
    """Give whether a row leads to one of the people by that way; never unknown."""
    if here.parent is not None:
        part = _led_by(here.parent, lead, people)
        return Up(link=here.upward, part=part, missing=False)
    other, by_key = lead.place, {there: mine for mine, there in lead.link.pairs}
    if other.parent is None and set(by_key) == set(other.dataset.key):
        return KeyIn(columns=tuple(by_key[part] for part in other.dataset.key), keys=people)
    branch = Branch(link=lead.link, part=covered_by(other, people))
    return AnyOf(branches=(branch,), empty=False)


def _in_time(asked: Place, top: Place, lead: Lead, stop: Stop) -> str:
    number = next(n for n, one in enumerate(top.leads) if one is lead)
    return set_name(f"{stop.id}/in-time-by-{top.dataset.id}-{number}", asked.ref)
