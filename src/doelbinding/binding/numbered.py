"""Stops of many people, on dated rows that lead to them by what several may have.

By an e-mail address a message leads to whoever has it. Of two of them each stopped something at
another moment, so that which rows were there in time cannot be told by the rows alone. So the rows
at the other end are numbered: no row leads to two of one number (`Numbering`), and which rows were
there is asked beforehand per number (`Collected`). Nearly everywhere one number will do. A row at
the other end that bears none, as it has come since, is taken for one of somebody who stopped
nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from doelbinding.binding.circumstances import Stop
from doelbinding.binding.covering import led_to, set_name
from doelbinding.binding.dated import Collected, dated_level, there_at_any_moment
from doelbinding.binding.expression import NO, Expression, KeyIn, Up
from doelbinding.binding.paths import Link, Place, Way
from doelbinding.binding.simplify import all_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbering:
    """Rows of `ref` that lead to people who stopped something, to be numbered from nought.

    `upward` are the links from there to the people in `person`, and `stops` what these set.
    `onward` are those that lead there in turn from rows of `first`, whose `columns` others lead to.
    There are `numbers` in the plan that asks. The answers are, per stop and number, the keys of the
    rows; the values by which others lead to them; and these with the moment (as in `Collected`).
    """

    way: str
    ref: str
    key: tuple[str, ...]
    first: str
    columns: tuple[str, ...]
    onward: tuple[Link, ...]
    upward: tuple[Link, ...]
    person: str
    person_key: tuple[str, ...]
    stops: tuple[str, ...]
    numbers: int

    def rows(self, stop: str, number: int) -> str:
        """Name the rows of a number."""
        return set_name(f"{stop}/number-{number}-by-{self.way}", self.ref)

    def values(self, stop: str, number: int) -> str:
        """Name the values by which others lead to the rows of a number."""
        return set_name(f"{stop}/value-{number}-by-{self.way}", self.first)

    def since(self, stop: str, number: int) -> str:
        """Name these values, with the moments at which their people set a stop."""
        return set_name(f"{stop}/since-{number}-by-{self.way}", self.first)

    def people(self, stop: str) -> str:
        """Name the people with the moments at which they set a stop."""
        return set_name(f"{stop}/since", self.person)


def numbering(way: Way, stops: tuple[str, ...], numbers: int) -> Numbering:
    """Give how the rows at the other end of a way are numbered."""
    end = way.end
    onward = [
        link
        for lead, further in zip(way.leads, way.leads[1:], strict=False)
        for link in (*_upward(lead.place), further.link)
    ]
    return Numbering(
        way=way.name,
        ref=end.ref,
        key=end.dataset.key,
        first=way.leads[0].place.ref,
        columns=tuple(there for _, there in way.leads[0].link.pairs),
        onward=tuple(onward),
        upward=tuple(_upward(end)),
        person=end.top.ref,
        person_key=end.top.dataset.key,
        stops=stops,
        numbers=numbers,
    )


def _upward(here: Place) -> list[Link]:
    return [one.upward for one in here.ways_up() if one.parent is not None]


def of_number(told: Numbering, stop: Stop, number: int) -> Expression:
    """Give, of a row at the other end, whether its person set a stop and it has that number."""
    return KeyIn(columns=told.key, keys=told.rows(stop.id, number))


def covers_by_number(here: Place, told: Numbering, stop: Stop, number: int) -> Expression:
    """Give whether a row was there when whoever it leads to by a number set a stop."""
    level = dated_level(here)
    return NO if level is None else led_to(here, level, _in_time(level, told, stop.id, number))


def questions_by_number(
    stop: Stop, level: Place, way: Way, told: Numbering, zone: str
) -> Iterator[Collected]:
    """Yield the questions about a dataset that says when its rows were collected, per number."""
    in_time = there_at_any_moment(level, zone)
    for number in range(told.numbers):
        values = told.values(stop.id, number)
        yield Collected(
            name=_in_time(level, told, stop.id, number),
            ref=level.ref,
            part=all_of(_led_by(level, way, values), in_time),
            people=values,
            since=told.since(stop.id, number),
        )


def _led_by(here: Place, way: Way, values: str) -> Expression:
    """Give whether a row leads on by one of some values; never unknown."""
    if here.parent is not None:
        part = _led_by(here.parent, way, values)
        return Up(link=here.upward, part=part, missing=False)
    columns = tuple(mine for mine, _ in way.leads[0].link.pairs)
    return KeyIn(columns=columns, keys=values)


def _in_time(level: Place, told: Numbering, stop: str, number: int) -> str:
    return set_name(f"{stop}/in-time-{number}-by-{told.way}", level.ref)
