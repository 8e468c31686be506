"""Stops of many people at once, on dated rows that may lead to several of them.

Whether a stop covers such a row depends on the row and the person together. But by one way a row
leads to one person, as a message does to its sender; or each row at the other end leads back to
one, as a participant does to a conversation. So which were there in time is asked beforehand per
way (`Collected`), and told by the key of that one row. Where a way is neither, the rows at its
other end are numbered (`binding.numbered`). Of very many ways stops are asked moment by moment.
"""

from __future__ import annotations

from collections.abc import Iterator

from doelbinding.binding.circumstances import Stop
from doelbinding.binding.covering import covered_by, led_to, set_name
from doelbinding.binding.dated import Collected, dated_level, there_at_any_moment
from doelbinding.binding.expression import NO, Expression, KeyIn, Up
from doelbinding.binding.paths import Lead, Place, Way
from doelbinding.binding.simplify import all_of


def told_by_way(here: Place) -> bool:
    """Tell whether stops on a dated row that leads to several people are asked of each way.

    Where tables lead to each other in a web there are more ways than anybody could ask of.
    """
    level, top = dated_level(here), here.top
    return level is not None and top.shared and top.number_of_ways <= _MOST


_MOST = 20


def told_by_number(here: Place, way: Way) -> bool:
    """Tell whether a way from a dated row is no one row's alone, so that its ends are numbered."""
    level, top = dated_level(here), here.top
    (lead, *further) = way.leads
    if level is None or further:
        return level is not None
    return not _leads_to_one(lead) and (level.ref != top.ref or not _leads_back_to_one(top, lead))


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
    """Yield the questions about a dataset that says when its rows were collected, one per way.

    Those of ways whose other ends are numbered are `binding.numbered`'s.
    """
    since, top = stop.since, level.top
    if since is None or not told_by_way(level):
        return
    in_time = there_at_any_moment(level, zone)
    for way in top.ways:
        ref = way.end.top.ref
        if ref not in since or told_by_number(level, way):
            continue
        (lead,) = way.leads
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
    """Tell whether a row names the one person whom it leads to by their key."""
    other = lead.place
    return other.parent is None and {there for _, there in lead.link.pairs} == set(
        other.dataset.key
    )


def _leads_back_to_one(top: Place, lead: Lead) -> bool:
    """Tell whether a row at the other end leads back to one row at most."""
    return {here for here, _ in lead.link.pairs} >= set(top.dataset.key)


def _led_by(here: Place, lead: Lead, people: str) -> Expression:
    """Give whether a row leads to one of the people by that way; never unknown."""
    if here.parent is not None:
        part = _led_by(here.parent, lead, people)
        return Up(link=here.upward, part=part, missing=False)
    by_key = {there: mine for mine, there in lead.link.pairs}
    return KeyIn(columns=tuple(by_key[part] for part in lead.place.dataset.key), keys=people)


def _in_time(asked: Place, top: Place, lead: Lead, stop: Stop) -> str:
    number = next(n for n, one in enumerate(top.leads) if one is lead)
    return set_name(f"{stop.id}/in-time-by-{top.dataset.id}-{number}", asked.ref)
