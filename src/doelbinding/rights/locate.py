"""Finding a person's rows in every store of one controller (R-IX.1, R-IX.8).

Identifiers are compared as their kind demands and followed to a fixpoint over stores. A value that
rows of different names share (a household's or a company's mailbox) never pulls another person in:
such rows are *ambiguous*, for a human to include or not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from doelbinding.binding.circumstances import NOTHING_SAID, Key, Subjects
from doelbinding.binding.justify import Interpreter, Row
from doelbinding.binding.paths import Place, places
from doelbinding.plan.identifiers import NAME, WEAK, Identifier, normalise
from doelbinding.plan.ports import Store
from doelbinding.policy.model import Policy
from doelbinding.policy.organisation import Controller


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
    """All stores as one reader, by the name before the dot."""

    def __init__(self, stores: Mapping[str, Store]) -> None:
        self.by_id = stores

    def rows(self, ref: str, where: Mapping[str, object]) -> Sequence[Row]:
        """Give the rows of a dataset whose columns equal the values."""
        return self.by_id[ref.partition(".")[0]].rows(ref, where)


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
        """
        names = {i.value for i in identifiers if i.kind == NAME}
        search = _Search(self, frozenset(names), frozenset(include))
        search.follow([i for i in identifiers if i.kind != NAME])
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

    @property
    def interpreter(self) -> Interpreter:
        """Reads rows of the stores, as if nobody had said anything."""
        return Interpreter(
            policy=self.policy,
            reader=Stores(self.stores),
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
        for other in here.store.datasets:
            subject = other.subject
            if subject is None:
                continue
            there = here.neighbour(other.id)
            if subject.to == here.dataset.id and other.id != here.dataset.id:
                pairs = here.downward(other).pairs
            elif subject.shared_by == here.dataset.id:
                pairs = tuple((b, a) for a, b in there.upward.pairs)
            else:
                continue
            if any(row[mine] is None for mine, _ in pairs):
                continue
            where = {theirs: row[mine] for mine, theirs in pairs}
            for found in self.stores[here.store.id].rows(there.ref, where):
                yield from self._beneath(there, found, by)


class _Search:
    """One search: what is still to be followed, who is found, who is in doubt."""

    def __init__(
        self, locator: Locator, names: frozenset[str], include: frozenset[tuple[str, Key]]
    ) -> None:
        self.locator = locator
        self.names = names
        self.include = include
        self.people: dict[tuple[str, Key], Person] = {}
        self.ambiguous: dict[tuple[str, Key], Person] = {}
        self._seen: set[Identifier] = set()

    def follow(self, identifiers: Sequence[Identifier]) -> None:
        waiting = list(identifiers)
        while waiting:
            identifier = waiting.pop()
            if identifier in self._seen:
                continue
            self._seen.add(identifier)
            for person in self._matches(identifier):
                waiting += self._identifiers_of(person)

    def _matches(self, identifier: Identifier) -> Iterator[Person]:
        """Yield the people an identifier newly finds; keep those it finds ambiguously."""
        by_dataset: dict[str, dict[Key, Person]] = defaultdict(dict)
        for here in self.locator.searched():
            for column in here.dataset.columns:
                if column.identifier == identifier.kind:
                    for person in self._people(here, column.name, identifier):
                        by_dataset[person.place.ref].setdefault(person.key, person)
        for found in by_dataset.values():
            yield from self._told_apart(list(found.values()))

    def _people(self, here: Place, column: str, identifier: Identifier) -> Iterator[Person]:
        store = self.locator.stores[here.store.id]
        for row in store.match(here.ref, column, identifier.kind, [identifier.value]):
            top, person = self._top(here, row)
            if person is not None and self._is_ours(top, person):
                yield Person(place=top, key=key_of(top, person), row=person, by=(identifier.kind,))

    def _top(self, here: Place, row: Row) -> tuple[Place, Row | None]:
        found: Row | None = row
        while here.parent is not None and found is not None:
            found = self.locator.interpreter.up(here, found)
            here = here.parent
        return here, found

    def _is_ours(self, here: Place, row: Row) -> bool:
        controllers = self.locator.interpreter.controllers(here, row) or ()
        return self.locator.controller in controllers

    def _told_apart(self, found: Sequence[Person]) -> Iterator[Person]:
        """Yield the people who are meant; rows of several names by one value are in doubt."""
        signatures = {signature for p in found if (signature := _names(p))}
        for person in found:
            mark = (person.place.ref, person.key)
            clear = len(signatures) <= 1 or not _names(person)
            meant = clear or mark in self.include or self._is_named(person)
            if not meant:
                self.ambiguous.setdefault(mark, person)
            elif mark not in self.people:
                self.people[mark] = person
                yield person

    def _is_named(self, person: Person) -> bool:
        signature = _names(person)
        return any(set(name.split()) == set(" ".join(signature).split()) for name in self.names)

    def _identifiers_of(self, person: Person) -> Iterator[Identifier]:
        """Yield the strong identifiers in a person's own row and the rows beneath it."""
        for found in self.locator._beneath(person.place, person.row, ()):  # noqa: SLF001
            if found.place.top.shared:
                continue
            for column in found.place.dataset.columns:
                kind, value = column.identifier, found.row[column.name]
                if kind is not None and kind not in WEAK and value not in (None, ""):
                    yield Identifier(kind, normalise(kind, str(value)))


def _names(person: Person) -> tuple[str, ...]:
    columns = [c.name for c in person.place.dataset.columns if c.identifier == NAME]
    return tuple(normalise(NAME, str(person.row[name])) for name in columns if person.row[name])


def key_of(here: Place, row: Row) -> Key:
    """Give the key of a row."""
    parts = []
    for name in here.dataset.key:
        value = row[name]
        parts.append(value if isinstance(value, int) else str(value))
    return tuple(parts)
