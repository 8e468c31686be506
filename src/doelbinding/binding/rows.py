"""Rows as the plain reading meets them: whom they lead to, and what they hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import inf
from typing import Any

from doelbinding.binding.circumstances import Key
from doelbinding.binding.justification import Reader, Row
from doelbinding.binding.kleene import Truth, both, either, negate
from doelbinding.binding.nothing import equals, is_zero, operand_of, stands_for_nothing
from doelbinding.binding.paths import Link, PathError, Place
from doelbinding.binding.times import clock_of, is_well_formed
from doelbinding.policy.condition import COMPARISONS, Condition, Scalar
from doelbinding.policy.model import Policy
from doelbinding.policy.organisation import Controller
from doelbinding.policy.stores import Column, ControllerColumn


@dataclass(frozen=True, kw_only=True)
class Rows:
    """The rows of one policy's stores, one by one."""

    policy: Policy
    reader: Reader

    def controllers(self, here: Place, row: Row) -> tuple[Controller, ...] | None:
        """Give the controllers a row belongs to: one, or several for a shared row.

        None when it cannot be told.
        """
        owner = here.dataset.controller
        if owner is None and isinstance(here.owner, str):
            owner = here.owner
        if isinstance(owner, str):
            return (self.policy.controller_by_id[owner],)
        if isinstance(owner, ControllerColumn):
            code = row[owner.column]
            name = None if code is None else owner.values.get(str(code))
            return None if name is None else (self.policy.controller_by_id[name],)
        if here.shared:
            found = [self.controllers(place, other) for place, other in self.led_to(here, row)]
            return tuple({c.id: c for many in found for c in many or ()}.values())
        parent = self.up(here, row)
        if here.parent is None or parent is None:
            return None
        return self.controllers(here.parent, parent)

    def led_to(self, here: Place, row: Row) -> Iterator[tuple[Place, Row]]:
        """Yield the rows to which a row leads that may lead to several people."""
        for lead in here.leads:
            if lead.when is None or self.test(lead.when, here, row) is True:
                for other in self.related(here, lead.link, row):
                    yield lead.place, other

    def up(self, here: Place, row: Row) -> Row | None:
        """Give the row that this one refers to."""
        if here.parent is None:
            return None
        found = self.related(here, here.upward, row)
        return found[0] if found else None

    def related(self, here: Place, link: Link, row: Row) -> Sequence[Row]:
        """Give the rows that a link leads to from a row here."""
        where = {there: row[mine] for mine, there in link.pairs}
        if any(value is None for value in where.values()):
            return ()
        return self.reader.rows(f"{here.store.id}.{link.dataset}", where)

    def people(
        self, here: Place, row: Row
    ) -> Iterator[tuple[tuple[Controller, ...], str, Key | None]]:
        """Yield whom a row leads to: its controllers, the dataset of the person, their key.

        A shared row leads to several; the key is none where the path breaks off.
        """
        if not here.top.shared:
            yield self.controllers(here, row) or (), here.top.ref, self._top_key(here, row)
        for place, other in self._beyond(here, row):
            yield from self.people(place, other)

    def _beyond(self, here: Place, row: Row) -> Iterator[tuple[Place, Row]]:
        """Yield the rows to which a row leads, or the row it refers to, where people share it."""
        if here.top.shared and here.parent is None:
            yield from self.led_to(here, row)
        elif here.top.shared and here.parent is not None:
            parent = self.up(here, row)
            if parent is not None:
                yield here.parent, parent

    def persons_of(
        self, here: Place, row: Row, through: tuple[str, ...] = ()
    ) -> Iterator[tuple[Place, Row]]:
        """Yield the rows, each of one person, to which a row leads in the end.

        `through`: the datasets by which it does; empty: any.
        """
        for place, other in self._beyond(here, row):
            if through and place.dataset.id not in through:
                continue
            if place.top.shared:
                yield from self.persons_of(place, other)
            else:
                yield place, other

    def _top_key(self, here: Place, row: Row) -> Key | None:
        """Give the key of the last row on the way up, off the reference itself where it can."""
        if here.parent is None:
            return _key(here, here.dataset.key, row)
        link = here.upward
        if here.parent.parent is None and {b for _, b in link.pairs} == set(
            here.parent.dataset.key
        ):
            mine = {there: column for column, there in link.pairs}
            return _key(here, tuple(mine[part] for part in here.parent.dataset.key), row)
        parent = self.up(here, row)
        return None if parent is None else self._top_key(here.parent, parent)

    def needing(self, here: Place, row: Row) -> Iterator[tuple[Place, Row]]:
        """Yield the rows that need a row, with their datasets."""
        for one in here.dependants:
            for other in self.related(here, one.link, row):
                if one.when is None or self.test(one.when, one.place, other) is True:
                    yield one.place, other

    def value(self, here: Place, row: Row, name: str) -> object:
        """Give what a column holds; none also for the values that are to be read as null."""
        held = row[name]
        return (
            None
            if stands_for_nothing(here.dataset.column(name), held, here.store.timezone)
            else held
        )

    def named(self, here: Place, row: Row, name: str) -> object:
        """Give what an identifying column holds; none where it stands for nobody."""
        held, emptied = self.value(here, row, name), here.dataset.column(name).replace_with
        return None if emptied is not None and str(held) == str(emptied) else held

    def test(self, condition: Condition, here: Place, row: Row) -> Truth:
        """Answer a condition on a row."""
        if condition.all_ is not None:
            return both(self.test(part, here, row) for part in condition.all_)
        if condition.any_ is not None:
            return either(self.test(part, here, row) for part in condition.any_)
        if condition.not_ is not None:
            return negate(self.test(condition.not_, here, row))
        return self._answer(condition, here, row)

    def _answer(self, condition: Condition, here: Place, row: Row) -> Truth:
        """Answer a condition on one column."""
        column = here.dataset.column(str(condition.column))
        value = self.value(here, row, column.name)
        if is_zero(column, value):
            return None
        if condition.null is not None:
            return (value is None) == condition.null
        value = _read(column, value)
        if value is None:
            return None
        told = [operand_of(column, one, here.store.timezone) for one in _operands(condition)]
        if condition.in_ is not None:
            return any(equals(value, one) for one in told)
        return _compare(value, condition, told[0])


def _read(column: Column, held: object) -> object:
    """Give a value as conditions compare it; none where it is not what its column's type says."""
    kind = column.type
    if kind.is_clock:
        return clock_of(held, kind)
    if kind.is_time:
        return held if is_well_formed(held, kind) else None
    if kind.is_number:
        return held if isinstance(held, int | float | Decimal) else None
    return held


def _operands(condition: Condition) -> Sequence[Scalar]:
    """Give what a condition compares a column with."""
    if condition.in_ is not None:
        return condition.in_
    return [one for n in COMPARISONS if (one := getattr(condition, n)) is not None]


def _compare(value: object, condition: Condition, wanted: Any) -> bool:
    name = next(n for n in COMPARISONS if getattr(condition, n) is not None)
    if isinstance(wanted, str):
        value = str(value)
    elif isinstance(value, float) and isinstance(wanted, Decimal):
        wanted = float(wanted)
    if value != value:  # noqa: PLR0124 - no number, which databases order after all others
        value = inf
    match name:
        case "equals":
            return equals(value, wanted)
        case "differs":
            return not equals(value, wanted)
        case "less_than":
            return bool(value < wanted)
        case "at_most":
            return bool(value <= wanted)
        case "more_than":
            return bool(value > wanted)
        case _:
            return bool(value >= wanted)


def _key(here: Place, columns: Sequence[str], row: Row) -> Key | None:
    parts = []
    for name in columns:
        value = row[name]
        if value is None:
            return None
        if not isinstance(value, str | int):
            raise PathError(f"{here.ref}: key column {name} holds neither text nor a whole number")
        parts.append(value)
    return tuple(parts)
