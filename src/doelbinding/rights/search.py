"""One search for one person: what is still to be followed, who is found, who is in doubt."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

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

Mark = tuple[str, Key]
"""A row, by its dataset and key."""


def looked_up(identifier: Identifier) -> str:
    """Give what is looked up of an identifier: of a name with a date of birth, the date."""
    if identifier.kind == NAME_AND_BIRTH:
        return identifier.value.rpartition("/")[2]
    return identifier.value


class Search:
    """One search, in steps, so that many can be answered by the same statements.

    `given` are the names that whoever searches has given; a row that a human has included speaks
    for itself, but not for others. One that was found before, `theirs`, is not in doubt for the
    name that it has lost since.
    """

    def __init__(
        self,
        scope: Scope,
        given: frozenset[Words],
        include: frozenset[Mark],
        identifiers: Sequence[Identifier],
        theirs: frozenset[Mark] = frozenset(),
    ) -> None:
        self.scope = scope
        self.given = given
        self.include = include
        self.theirs = theirs
        self.people: dict[Mark, Person] = {}
        self.ambiguous: dict[Mark, Person] = {}
        self.strays: dict[Mark, Stray] = {}
        self.waiting: list[tuple[Identifier, bool]] = []
        self._new: list[tuple[Person, bool]] = []
        self._names: set[Words] = set()
        self._heard: set[Words] = set()
        self._vouched: set[Words] = set(given)
        self._seen: set[tuple[Identifier, bool]] = set()
        for identifier in identifiers:
            self._follow(identifier, loose=False)

    def asking(self) -> list[Identifier]:
        """Give the identifiers by which the next steps will ask."""
        return [identifier for identifier, _ in self.waiting]

    def step(self) -> list[Person]:
        """Follow one identifier, or all that people may share; give the people newly found."""
        followed = [(one, loose, self._found_by(one)) for one, loose in self._next()]
        for _, loose, found in followed:
            if loose:
                led = self._led_to(found)
                names = (words_of(p.place.dataset, p.row) for p in led.values())
                self._heard |= {words for words in names if words and self._may_be(words)}
        self._new = [
            (person, loose)
            for identifier, loose, found in followed
            for person in self._meant(found, identifier, loose=loose)
        ]
        return [person for person, _ in self._new]

    def take_in(self) -> None:
        """Let the identifiers of those newly found be followed too."""
        for person, loose in self._new:
            nameless = not words_of(person.place.dataset, person.row)
            for further in self._identifiers_of(person):
                self._follow(further, loose=loose and nameless)
        self._new = []

    def _follow(self, identifier: Identifier, *, loose: bool) -> None:
        one = identifier, loose or identifier.kind in SHAREABLE
        if one not in self._seen:
            self._seen.add(one)
            self.waiting.append(one)

    def _next(self) -> list[tuple[Identifier, bool]]:
        """Take what is followed next; what people may share comes last, and all at once.

        Whose name it is that others must bear may not depend on which of these is followed first.
        """
        strict = [one for one in self.waiting if not one[1]]
        taken = strict[-1:] or self.waiting
        self.waiting = [one for one in self.waiting if one not in taken]
        return taken

    def _found_by(self, identifier: Identifier) -> dict[Mark, Person]:
        """Give everybody whom an identifier finds."""
        found: dict[Mark, Person] = {}
        for identifying in self.scope.columns(identifier.kind):
            for person in self._people(identifying, identifier):
                found.setdefault((person.place.ref, person.key), person)
        return found

    def _led_to(self, found: Mapping[Mark, Person]) -> dict[Mark, Person]:
        """Give those who are the controller's, or to whom rows of the controller lead."""
        scope = self.scope
        return {
            mark: one
            for mark, one in found.items()
            if one.ours or scope.beneath(one, scope.ways.below).rows
        }

    def _meant(
        self, found: Mapping[Mark, Person], identifier: Identifier, *, loose: bool
    ) -> Iterator[Person]:
        """Yield the people an identifier newly finds; keep those it finds ambiguously."""
        if identifier.kind == NAME_AND_BIRTH:
            yield from self._by_name_and_birth(self._led_to(found), identifier)
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
            else:
                if ours or scope.through[top.ref]:
                    yield Person(
                        place=top,
                        key=key_of(top, person),
                        row=person,
                        by=(identifier.kind,),
                        ours=ours is True,
                    )
                if ours is None:
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
        self, found: Mapping[Mark, Person], identifier: Identifier
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

    def _told_apart(self, found: Mapping[Mark, Person], *, loose: bool) -> Iterator[Person]:
        """Yield the people who are meant; rows of several names by one value are in doubt.

        Another controller's row is meant only if it is among all that bear the value there.
        """
        names = {mark: words_of(p.place.dataset, p.row) for mark, p in found.items()}
        led, before = self._led_to(found), set(self._names)
        meant = self._among({mark: names[mark] for mark in led}, loose=loose)
        if len(led) < len(found):
            self._names = set(before)
            told = self._among(names, loose=loose)
            meant = {mark for mark in meant if led[mark].ours or mark in told}
            self._names = before | {names[mark] for mark in meant if names[mark]}
        for mark, person in led.items():
            if mark not in meant and mark not in self.include:
                self.ambiguous.setdefault(mark, person)
            elif mark not in self.people:
                if mark not in meant and names[mark]:
                    self._vouched.add(names[mark])
                self.people[mark] = person
                yield person

    def _among(self, names: Mapping[Mark, Words], *, loose: bool) -> set[Mark]:
        """Give those who are meant of all who share a value, and know their names from now on.

        A row without a name may be anybody's: that of somebody erased, say. So it is meant only
        where all who bear a name are.
        """
        named = {mark for mark, words in names.items() if words}
        meant = self._by_name({mark: names[mark] for mark in named}, loose=loose)
        return meant | ((names.keys() if meant == named else self.theirs & names.keys()) - named)

    def _by_name(self, names: Mapping[Mark, Words], *, loose: bool) -> set[Mark]:
        """Give the rows that are meant by their names, and know these from now on.

        Names tell apart whoever shares a value: over all datasets, when it is `loose`.
        """
        groups: dict[str, dict[Mark, Words]] = defaultdict(dict)
        for mark, words in names.items():
            groups["" if loose else mark[0]][mark] = words
        meant: set[Mark] = set()
        for group in sorted(groups.values(), key=lambda one: not all_agree(one.values())):
            alike = self._are_one(group.values(), loose=loose)
            known = {words for words in self._vouched | self._names if self._is_given(words)}
            found = {mark for mark, words in group.items() if alike or words in known}
            self._names |= {group[mark] for mark in found}
            meant |= found
        return meant

    def _are_one(self, names: Collection[Words], *, loose: bool) -> bool:
        """Tell whether names by which a value is found are one person's, who may be meant."""
        if not all_agree(names):
            return False
        if not loose:
            return all(self._is_given(words) for words in names)
        return all(self._may_be(words) for words in names) and all_agree(self._heard)

    def _is_given(self, words: Words) -> bool:
        return not self.given or any(agree(words, name) for name in self.given)

    def _may_be(self, words: Words) -> bool:
        """Tell whether a name may be that of whoever is searched for, as far as is known."""
        if not self._is_given(words):
            return False
        if self._names:
            return all(agree(words, name) for name in self._names)
        return not self._vouched or any(agree(words, name) for name in self._vouched)

    def _identifiers_of(self, person: Person) -> Iterator[Identifier]:
        """Yield the strong identifiers in a person's own row and the rows beneath it.

        What rows of other controllers hold leads nowhere: an answer may not depend on it.
        """
        ways = self.scope.ways.to_identifiers
        for found in self.scope.beneath(person, ways).rows:
            if self.scope.ways.shared[found.place.ref]:
                continue
            for column in found.place.dataset.columns:
                kind, held = column.identifier, found.row[column.name]
                if kind is not None and kind not in WEAK and held is not None:
                    value = normalise(kind, str(held), self.scope.country)
                    if leads_on(value, column, kind, self.scope.country):
                        yield Identifier(kind, value)
