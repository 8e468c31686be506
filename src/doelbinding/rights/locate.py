"""Finding a person's rows in every store of one controller (R-IX.1, R-IX.8).

Identifiers are compared as their kind demands and followed to a fixpoint over stores. A value that
rows of different names share (a household's or a company's mailbox) never pulls another person in,
be it within a dataset or from one store to the next: such rows are *ambiguous*, for a human to
include or not. A row without a name is taken as found, but what it leads to must bear the name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from doelbinding.binding.circumstances import NOTHING_SAID, Key, Subjects
from doelbinding.binding.justification import Row
from doelbinding.binding.justify import Interpreter
from doelbinding.binding.paths import Place, places
from doelbinding.plan.identifiers import (
    NAME,
    SHAREABLE,
    WEAK,
    Identifier,
    NotAnIdentifier,
    normalise,
)
from doelbinding.plan.ports import Store
from doelbinding.policy.model import Policy
from doelbinding.policy.organisation import Controller
from doelbinding.policy.stores import Column
from doelbinding.rights.names import Words, agree, all_agree, words_in, words_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A row that stands for a person, found by identifiers of these kinds."""

    place: Place
    key: Key
    row: Row = field(repr=False)
    by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRow:
    """A row that leads to the person; `others` when it leads to somebody else too."""

    place: Place
    key: Key
    row: Row = field(repr=False)
    by: tuple[str, ...] = ()
    others: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found of a person, what may be theirs, and where nothing was."""

    people: tuple[Person, ...]
    rows: tuple[FoundRow, ...]
    ambiguous: tuple[Person, ...]
    searched: tuple[str, ...]

    @property
    def subjects(self) -> Subjects:
        """The person by the keys of their rows, as stops and holds name them."""
        keys: dict[str, set[Key]] = defaultdict(set)
        for person in self.people:
            keys[person.place.ref].add(person.key)
        return {ref: frozenset(found) for ref, found in keys.items()}

    @property
    def empty(self) -> tuple[str, ...]:
        """The datasets that were searched and hold nothing of the person."""
        held = {row.place.ref for row in self.rows}
        return tuple(ref for ref in self.searched if ref not in held)


class Stores:
    """All stores as one reader, by the name before the dot.

    It remembers what it was asked, since one person's rows ask for the same others over and over;
    so it lives no longer than one search or one inventory.
    """

    def __init__(self, stores: Mapping[str, Store]) -> None:
        self._by_id = stores
        self._asked: dict[tuple[str, frozenset[tuple[str, object]]], Sequence[Row]] = {}

    def rows(self, ref: str, where: Mapping[str, object]) -> Sequence[Row]:
        """Give the rows of a dataset whose columns equal the values."""
        asked = ref, frozenset(where.items())
        if asked not in self._asked:
            self._asked[asked] = self._by_id[ref.partition(".")[0]].rows(ref, where)
        return self._asked[asked]

    def match(self, ref: str, column: str, kind: str, value: str) -> Sequence[Row]:
        """Give the rows whose column holds the identifier, as identifiers of its kind compare."""
        store = self._by_id[ref.partition(".")[0]]
        return store.match(ref, column, kind, [normalise(kind, value)])


@dataclass(frozen=True, kw_only=True)
class Locator:
    """Searches the stores of a policy for one controller's rows of a person."""

    policy: Policy
    controller: Controller
    stores: Mapping[str, Store]
    at: datetime

    def find(
        self, identifiers: Sequence[Identifier], include: Sequence[tuple[str, Key]] = ()
    ) -> Found:
        """Search by identifiers until nothing new turns up.

        Args:
            identifiers: what is known of the person, already normalised.
            include: ambiguous rows that a human has said are this person's.

        Raises:
            NotAnIdentifier: no store is searched by such a kind, so that nothing found means
                nothing.
        """
        strong = [i for i in identifiers if i.kind != NAME]
        known = {c.identifier for _, dataset in self.policy.datasets() for c in dataset.columns}
        if not strong or any(i.kind not in known for i in strong):
            kinds = ", ".join(sorted(k for k in known if k is not None and k != NAME))
            raise NotAnIdentifier(
                f"people are found by {kinds}: give one of these; a name only tells apart those "
                "who are found"
            )
        names = frozenset(words_in(i.value) for i in identifiers if i.kind == NAME)
        search = _Search(self, names, frozenset(include))
        search.follow(strong)
        people = tuple(search.people.values())
        return Found(
            people=people,
            rows=tuple(self._rows(people)),
            ambiguous=tuple(
                person for mark, person in search.ambiguous.items() if mark not in search.people
            ),
            searched=tuple(here.ref for here in self.searched()),
        )

    def searched(self) -> Iterator[Place]:
        """Yield every dataset that may hold rows of the controller."""
        for here in places(self.policy):
            owner = here.owner
            if not isinstance(owner, str) or owner == self.controller.id:
                yield here

    @cached_property
    def reader(self) -> Stores:
        """The stores as one reader, for this search."""
        return Stores(self.stores)

    @cached_property
    def interpreter(self) -> Interpreter:
        """Reads rows of the stores, as if nobody had said anything."""
        return Interpreter(
            policy=self.policy,
            reader=self.reader,
            at=self.at,
            circumstances=NOTHING_SAID,
        )

    def _rows(self, people: Sequence[Person]) -> Iterator[FoundRow]:
        """Yield every row that leads to the people, each once."""
        seen: set[tuple[str, Key]] = set()
        mine = {(person.place.ref, person.key) for person in people}
        for person in people:
            for found in self._beneath(person.place, person.row, person.by):
                if (found.place.ref, found.key) not in seen:
                    seen.add((found.place.ref, found.key))
                    yield found if not found.others else self._if_shared(found, mine)

    def _if_shared(self, found: FoundRow, mine: set[tuple[str, Key]]) -> FoundRow:
        tops = self.interpreter.people(found.place, found.row)
        others = any((ref, key) not in mine for _, ref, key in tops if key is not None)
        return FoundRow(place=found.place, key=found.key, row=found.row, by=found.by, others=others)

    def _beneath(self, here: Place, row: Row, by: tuple[str, ...]) -> Iterator[FoundRow]:
        yield FoundRow(place=here, key=key_of(here, row), row=row, by=by, others=here.top.shared)
        for there, link, when in here.beneath():
            for found in self.interpreter.related(here, link, row):
                meant = when is None or self.interpreter.test(when, there, found) is True
                if meant and not self._is_anothers(there, found):
                    yield from self._beneath(there, found, by)

    def _is_anothers(self, here: Place, row: Row) -> bool:
        """Tell whether a row says itself that it belongs to other controllers."""
        if here.dataset.controller is None:
            return False
        owners = self.interpreter.controllers(here, row)
        return bool(owners) and self.controller not in (owners or ())


class _Search:
    """One search: what is still to be followed, who is found, who is in doubt.

    `given` are the names that whoever searches has given; a row that a human has included speaks
    for itself, but not for others.
    """

    def __init__(
        self, locator: Locator, given: frozenset[Words], include: frozenset[tuple[str, Key]]
    ) -> None:
        self.locator = locator
        self.given = given
        self.include = include
        self.people: dict[tuple[str, Key], Person] = {}
        self.ambiguous: dict[tuple[str, Key], Person] = {}
        self._names: set[Words] = set()
        self._vouched: set[Words] = set(given)
        self._seen: set[tuple[Identifier, bool]] = set()

    def follow(self, identifiers: Sequence[Identifier]) -> None:
        waiting = [(identifier, False) for identifier in identifiers]
        while waiting:
            identifier, loose = waiting.pop()
            if (identifier, loose) in self._seen:
                continue
            self._seen.add((identifier, loose))
            loose = loose or identifier.kind in SHAREABLE
            for person in self._matches(identifier, loose=loose):
                nameless = not words_of(person.place.dataset, person.row)
                found = self._identifiers_of(person)
                waiting += [(further, loose and nameless) for further in found]

    def _matches(self, identifier: Identifier, *, loose: bool) -> Iterator[Person]:
        """Yield the people an identifier newly finds; keep those it finds ambiguously.

        Names tell apart whoever shares the identifier: over all datasets, when it is `loose`.
        """
        groups: dict[str, dict[tuple[str, Key], Person]] = defaultdict(dict)
        for here in self.locator.searched():
            for column in here.dataset.columns:
                if column.identifier == identifier.kind:
                    for person in self._people(here, column, identifier):
                        group = groups["" if loose else person.place.ref]
                        group.setdefault((person.place.ref, person.key), person)
        for found in groups.values():
            yield from self._told_apart(found, loose=loose)

    def _people(self, here: Place, column: Column, identifier: Identifier) -> Iterator[Person]:
        kind, stand_in = identifier.kind, column.replace_with
        if stand_in is not None and identifier.value == normalise(kind, str(stand_in)):
            return
        store = self.locator.stores[here.store.id]
        for row in store.match(here.ref, column.name, kind, [identifier.value]):
            top, person = self._top(here, row)
            if person is not None and self._is_ours(top, person):
                yield Person(place=top, key=key_of(top, person), row=person, by=(kind,))

    def _top(self, here: Place, row: Row) -> tuple[Place, Row | None]:
        found: Row | None = row
        while here.parent is not None and found is not None:
            found = self.locator.interpreter.up(here, found)
            here = here.parent
        return here, found

    def _is_ours(self, here: Place, row: Row) -> bool:
        controllers = self.locator.interpreter.controllers(here, row) or ()
        return self.locator.controller in controllers

    def _told_apart(
        self, found: Mapping[tuple[str, Key], Person], *, loose: bool
    ) -> Iterator[Person]:
        """Yield the people who are meant; rows of several names by one value are in doubt."""
        names = {mark: words_of(p.place.dataset, p.row) for mark, p in found.items()}
        one_name = all_agree([words for words in names.values() if words])
        meant = {
            mark
            for mark, words in names.items()
            if not words or self._is_meant(words, one_name=one_name, loose=loose)
        }
        for mark, person in found.items():
            if mark not in meant and mark not in self.include:
                self.ambiguous.setdefault(mark, person)
            elif mark not in self.people:
                (self._names if mark in meant else self._vouched).add(names[mark])
                self.people[mark] = person
                yield person

    def _is_meant(self, words: Words, *, one_name: bool, loose: bool) -> bool:
        known = self._names - {frozenset()}
        if self.given and not any(agree(words, name) for name in self.given):
            return False
        if words in self._vouched or not one_name:
            return words in self._vouched | known
        if not loose:
            return True
        if known:
            return all(agree(words, name) for name in known)
        return not self._vouched or any(agree(words, name) for name in self._vouched)

    def _identifiers_of(self, person: Person) -> Iterator[Identifier]:
        """Yield the strong identifiers in a person's own row and the rows beneath it."""
        for found in self.locator._beneath(person.place, person.row, ()):  # noqa: SLF001
            if found.place.top.shared:
                continue
            for column in found.place.dataset.columns:
                kind, value = column.identifier, found.row[column.name]
                if kind is not None and kind not in WEAK and value not in (None, ""):
                    yield Identifier(kind, normalise(kind, str(value)))


def key_of(here: Place, row: Row) -> Key:
    """Give the key of a row."""
    parts = []
    for name in here.dataset.key:
        value = row[name]
        parts.append(value if isinstance(value, int) else str(value))
    return tuple(parts)
