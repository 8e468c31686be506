"""Where one controller's people are searched for: datasets, identifying columns, rows beneath."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from doelbinding.binding.circumstances import NOTHING_SAID
from doelbinding.binding.justification import Row
from doelbinding.binding.justify import Interpreter
from doelbinding.binding.paths import Place
from doelbinding.plan.identifiers import BIRTH_DATE, NAME, NAME_AND_BIRTH
from doelbinding.plan.ports import Store
from doelbinding.policy.model import Policy
from doelbinding.policy.organisation import Controller
from doelbinding.policy.stores import Column, ControllerColumn
from doelbinding.rights.found import Astray, FoundRow, Person, Stray, key_of
from doelbinding.rights.reading import Reading
from doelbinding.rights.ways import Way, Ways, ways_of

Identifying = tuple[Place, Column, str]
"""A column that identifies people, its dataset, and the kind by which it is looked up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beneath:
    """What leads to a person: rows found, and rows of others by which some of these do.

    `untold`: rows that lead to a row found, and do not tell of which controller they are.
    """

    ways: Mapping[str, tuple[Way, ...]]
    by: tuple[str, ...]
    rows: list[FoundRow] = field(default_factory=list)
    passed: list[FoundRow] = field(default_factory=list)
    untold: list[Stray] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Scope:
    """The stores of a policy as one controller may search them, for one pass."""

    policy: Policy
    controller: Controller
    stores: Mapping[str, Store]
    at: datetime

    @property
    def country(self) -> str:
        """Where telephone numbers without a prefix are."""
        return self.controller.country

    @cached_property
    def ways(self) -> Ways:
        """From every dataset to the others, as the policy tells."""
        return ways_of(self.policy)

    @cached_property
    def reading(self) -> Reading:
        """The stores as one reader, for this pass."""
        return Reading(self.stores, self.country, self.ways.keys)

    @cached_property
    def interpreter(self) -> Interpreter:
        """Reads rows of the stores, as if nobody had said anything."""
        return Interpreter(
            policy=self.policy, reader=self.reading, at=self.at, circumstances=NOTHING_SAID
        )

    @cached_property
    def searched(self) -> tuple[Place, ...]:
        """Every dataset that may hold rows of the controller."""
        owners = self.ways.owners
        return tuple(
            here
            for ref, here in self.ways.places.items()
            if not isinstance(owners[ref], str) or owners[ref] == self.controller.id
        )

    @cached_property
    def through(self) -> Mapping[str, tuple[Way, ...]]:
        """From rows of others: the ways to rows that may be the controller's, or lead on to some.

        What several people share is its people's, so that no way leads from others to it.
        """
        below = {
            ref: [way for way in ways if not self.ways.shared[way.ref]]
            for ref, ways in self.ways.below.items()
        }
        reached = {ref for ref, here in self.ways.places.items() if self._may_say_ours(here)}
        size = -1
        while size != len(reached):
            size = len(reached)
            reached |= {ref for ref, ways in below.items() if any(w.ref in reached for w in ways)}
        return {
            ref: tuple(way for way in ways if way.ref in reached and not self.ways.shared[ref])
            for ref, ways in below.items()
        }

    def _may_say_ours(self, here: Place) -> bool:
        """Tell whether rows of a dataset may say themselves that they are the controller's."""
        owner = here.dataset.controller
        codes = owner.values.values() if isinstance(owner, ControllerColumn) else (owner,)
        return self.controller.id in codes

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The kinds of identifiers that any dataset of the policy holds."""
        found: set[str] = set()
        for here in self.ways.places.values():
            kinds = {c.identifier for c in here.dataset.columns if c.identifier is not None}
            found |= kinds | ({NAME_AND_BIRTH} if kinds >= {NAME, BIRTH_DATE} else set())
        return frozenset(found)

    @cached_property
    def _columns(self) -> Mapping[str, tuple[Identifying, ...]]:
        found: dict[str, list[Identifying]] = {}
        searched = {here.ref for here in self.searched}
        for here in self.ways.places.values():
            if here.ref not in searched and not self.through[here.top.ref]:
                continue
            kinds = {column.identifier for column in here.dataset.columns}
            for column in here.dataset.columns:
                if column.identifier is not None:
                    found.setdefault(column.identifier, []).append(
                        (here, column, column.identifier)
                    )
                if column.identifier == BIRTH_DATE and NAME in kinds:
                    found.setdefault(NAME_AND_BIRTH, []).append((here, column, BIRTH_DATE))
        return {kind: tuple(columns) for kind, columns in found.items()}

    def columns(self, kind: str) -> tuple[Identifying, ...]:
        """Give the columns that are searched for identifiers of a kind."""
        return self._columns.get(kind, ())

    def is_ours(self, here: Place, row: Row) -> bool | None:
        """Tell whether a person's row belongs to the controller; None when nothing says."""
        owners = self.interpreter.controllers(here, row)
        return self.controller in owners if owners else None

    def top(self, here: Place, row: Row) -> tuple[Place, Row | None]:
        """Give the last row on the way up from a row; none where the way breaks off."""
        found: Row | None = row
        while here.parent is not None and found is not None:
            found = self.interpreter.up(here, found)
            here = self.ways.places[here.parent.ref]
        return here, found

    def leads_to_nobody(self, here: Place, row: Row) -> bool:
        """Tell whether a row may lead to several people, and leads to none."""
        reached = (self.top(*one) for one in self.interpreter.persons_of(here, row))
        return here.shared and all(found is None for _, found in reached)

    def beneath(self, person: Person, ways: Mapping[str, tuple[Way, ...]]) -> Beneath:
        """Give a person's row and, along some ways, all that lead to it; of the controller.

        Rows of others are passed only where rows of the controller may lead to them.
        """
        found = Beneath(ways=ways, by=person.by)
        self._collect(found, person.place, person.row, ours=person.ours)
        return found

    def strays_beneath(self, found: FoundRow, *, ours: bool) -> Iterator[Stray]:
        """Yield rows that only a store takes for ones that lead to a row found, or passed."""
        ways = self.ways.below if ours else self.through
        for way in ways[found.place.ref]:
            for other in self.reading.loosely(way.ref, way.theirs, way.key(found.row)):
                meant = way.when is None or self.interpreter.test(way.when, way.there, other)
                if meant is False or not self._still_ours(way.there, other, ours=ours):
                    continue
                if not self._refers_exactly(found, way, other):
                    yield Stray(place=way.there, key=key_of(way.there, other), why=Astray.LOOSELY)

    def _refers_exactly(self, found: FoundRow, way: Way, other: Row) -> bool:
        """Tell whether the one that refers, of two rows that only a store relates, has its own."""
        if not way.refers:
            return bool(self.reading.by_key(way.ref, way.theirs, way.key(found.row)))
        named = dict(zip(way.mine, (other[name] for name in way.theirs), strict=True))
        return bool(self.reading.rows(found.place.ref, named))

    def _collect(self, found: Beneath, here: Place, row: Row, *, ours: bool) -> None:
        shared = self.ways.shared[here.ref]
        one = FoundRow(place=here, key=key_of(here, row), row=row, by=found.by, others=shared)
        (found.rows if ours else found.passed).append(one)
        for way in (found.ways if ours else self.through)[here.ref]:
            there = way.there
            for other in self.reading.by_key(way.ref, way.theirs, way.key(row)):
                if (
                    way.when is not None
                    and self.interpreter.test(way.when, there, other) is not True
                ):
                    continue
                if ours and self._is_nobodys(there, other):
                    stray = Stray(place=there, key=key_of(there, other), why=Astray.NOBODYS)
                    found.untold.append(stray)
                    continue
                self._collect(found, there, other, ours=self._still_ours(there, other, ours=ours))

    def _still_ours(self, here: Place, row: Row, *, ours: bool) -> bool:
        """Tell whether a row is the controller's: as it says itself, or as what it leads to is.

        What several people share is their controllers', whatever it says (DB409).
        """
        if here.dataset.controller is None or self.ways.shared[here.ref]:
            return ours
        return not self.is_of_others(here, row) if ours else self.is_ours(here, row) is True

    def _is_nobodys(self, here: Place, row: Row) -> bool:
        """Tell whether a row of one person should say itself whose it is, and does not."""
        says = here.dataset.controller is not None and not self.ways.shared[here.ref]
        return says and not self.interpreter.controllers(here, row)

    def is_of_others(self, here: Place, row: Row) -> bool:
        """Tell whether a row, or one on its way to a person, says that it is other controllers'."""
        owners = self.interpreter.controllers(here, row) or ()
        return bool(owners) and self.controller not in owners
