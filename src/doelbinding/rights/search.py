"""One search for one person: what is still to be followed, who is found, who is in doubt."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from doelbinding.binding.circumstances import Key
from doelbinding.binding.justification import Row
from doelbinding.binding.paths import Place
from doelbinding.plan.identifiers import (
    NAME_AND_BIRTH,
    SHAREABLE,
    WEAK,
    Identifier,
    leads_on,
    names_nobody,
    normalise,
)
from doelbinding.rights.found import Astray, Person, Stray, key_of
from doelbinding.rights.names import Words, agree, all_agree, words_in, words_of
from doelbinding.rights.scope import Identifying, Scope


def looked_up(identifier: Identifier) -> str:
    """Give what is looked up of an identifier: of a name with a date of birth, the date."""
    if identifier.kind == NAME_AND_BIRTH:
        return identifier.value.rpartition("/")[2]
    return identifier.value


class Search:
    """One search, in steps, so that many can be answered by the same statements.

    `given` are the names that whoever searches has given; a row that a human has included speaks
    for itself, but not for others.
    """

    def __init__(
        self,
        scope: Scope,
        given: frozenset[Words],
        include: frozenset[tuple[str, Key]],
        identifiers: Sequence[Identifier],
    ) -> None:
        self.scope = scope
        self.given = given
        self.include = include
        self.people: dict[tuple[str, Key], Person] = {}
        self.ambiguous: dict[tuple[str, Key], Person] = {}
        self.strays: dict[tuple[str, Key], Stray] = {}
        self.waiting = [(identifier, False) for identifier in identifiers]
        self._new: list[tuple[Person, bool]] = []
        self._names: set[Words] = set()
        self._vouched: set[Words] = set(given)
        self._seen: set[tuple[Identifier, bool]] = set()

    def asking(self) -> list[Identifier]:
        """Give the identifiers by which the next steps will ask."""
        return [identifier for identifier, _ in self.waiting]

    def step(self) -> list[Person]:
        """Follow one identifier; give the people it newly finds."""
        while self.waiting:
            identifier, loose = self.waiting.pop()
            if (identifier, loose) not in self._seen:
                self._seen.add((identifier, loose))
                loose = loose or identifier.kind in SHAREABLE
                found = list(self._matches(identifier, loose=loose))
                self._new = [(person, loose) for person in found]
                return found
        return []

    def take_in(self) -> None:
        """Let the identifiers of those newly found be followed too."""
        for person, loose in self._new:
            nameless = not words_of(person.place.dataset, person.row)
            found = self._identifiers_of(person)
            self.waiting += [(further, loose and nameless) for further in found]
        self._new = []

    def _matches(self, identifier: Identifier, *, loose: bool) -> Iterator[Person]:
        """Yield the people an identifier newly finds; keep those it finds ambiguously.

        Names tell apart whoever shares the identifier: over all datasets, when it is `loose`.
        """
        groups: dict[str, dict[tuple[str, Key], Person]] = defaultdict(dict)
        for identifying in self.scope.columns(identifier.kind):
            for person in self._people(identifying, identifier):
                group = groups["" if loose else person.place.ref]
                group.setdefault((person.place.ref, person.key), person)
        for found in groups.values():
            if identifier.kind == NAME_AND_BIRTH:
                yield from self._by_name_and_birth(found, identifier)
            else:
                yield from self._told_apart(found, loose=loose)

    def _people(self, identifying: Identifying, identifier: Identifier) -> Iterator[Person]:
        here, column, kind = identifying
        value = looked_up(identifier)
        if names_nobody(value, column, kind, self.scope.country):
            return
        scope = self.scope
        for row in scope.reading.alike(here.ref, column.name, kind, value):
            top, person = scope.top(here, row)
            ours = None if person is None else scope.is_ours(top, person)
            if person is None or (ours is None and scope.leads_to_nobody(top, person)):
                self._astray(here, row, identifier, Astray.NOWHERE)
            elif ours:
                yield Person(place=top, key=key_of(top, person), row=person, by=(identifier.kind,))
            elif ours is None:
                self._astray(top, person, identifier, Astray.NOBODYS)

    def _astray(self, here: Place, row: Row, identifier: Identifier, why: Astray) -> None:
        if self._may_be_theirs(here, row, identifier):
            stray = Stray(place=here, key=key_of(here, row), why=why, by=identifier.kind)
            self.strays.setdefault((here.ref, stray.key), stray)

    def _may_be_theirs(self, here: Place, row: Row, identifier: Identifier) -> bool:
        """Tell whether a row that is nobody's bears the identifier, and is not another's."""
        if identifier.kind == NAME_AND_BIRTH:
            name = words_in(identifier.value.rpartition("/")[0])
            words = words_of(here.dataset, row)
            if not words or not agree(words, name):
                return False
        return not self.scope.is_of_others(here, row)

    def _by_name_and_birth(
        self, found: Mapping[tuple[str, Key], Person], identifier: Identifier
    ) -> Iterator[Person]:
        """Yield those whom a human has said are meant: two people may share a name and a day."""
        name = words_in(identifier.value.rpartition("/")[0])
        for mark, person in found.items():
            words = words_of(person.place.dataset, person.row)
            if not words or not agree(words, name) or mark in self.people:
                continue
            if mark in self.include:
                self._vouched.add(words)
                self.people[mark] = person
                yield person
            else:
                self.ambiguous.setdefault(mark, person)

    def _told_apart(
        self, found: Mapping[tuple[str, Key], Person], *, loose: bool
    ) -> Iterator[Person]:
        """Yield the people who are meant; rows of several names by one value are in doubt.

        Among these a row without a name may be anybody's: that of somebody erased, say.
        """
        names = {mark: words_of(p.place.dataset, p.row) for mark, p in found.items()}
        one_name = all_agree([words for words in names.values() if words])
        mixed = _under_several_names(names)
        meant = {
            mark
            for mark, words in names.items()
            if (
                self._is_meant(words, one_name=one_name, loose=loose)
                if words
                else mark[0] not in mixed
            )
        }
        for mark, person in found.items():
            if mark not in meant and mark not in self.include:
                self.ambiguous.setdefault(mark, person)
            elif mark not in self.people:
                if names[mark]:
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
        ways = self.scope.ways.to_identifiers
        for found in self.scope.beneath(person.place, person.row, (), ways):
            if self.scope.ways.shared[found.place.ref]:
                continue
            for column in found.place.dataset.columns:
                kind, held = column.identifier, found.row[column.name]
                if kind is not None and kind not in WEAK and held is not None:
                    value = normalise(kind, str(held), self.scope.country)
                    if leads_on(value, column, kind, self.scope.country):
                        yield Identifier(kind, value)


def _under_several_names(names: Mapping[tuple[str, Key], Words]) -> set[str]:
    """Give the datasets in which the rows found are under names that disagree."""
    by_dataset: dict[str, list[Words]] = defaultdict(list)
    for (ref, _), words in names.items():
        if words:
            by_dataset[ref].append(words)
    return {ref for ref, there in by_dataset.items() if not all_agree(there)}
