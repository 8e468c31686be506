"""Finding a person's rows in every store of one controller (R-IX.1, R-IX.8).

Identifiers are compared as their kind demands and followed to a fixpoint over stores. A value that
rows of different names share (a household's or a company's mailbox) never pulls another person in,
be it within a dataset or from one store to the next: such rows are *ambiguous*, for a human to
include or not. A row without a name is taken as found, unless others share the value under several
names, or another than the person's; what it leads to must bear the name.
Many people are searched for in one pass, each as if alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from doelbinding.binding.circumstances import Key
from doelbinding.binding.justification import Row
from doelbinding.binding.paths import Place
from doelbinding.plan.collector import collector_paused
from doelbinding.plan.identifiers import NAME, NEVER_ENOUGH, Identifier, NotAnIdentifier
from doelbinding.plan.ports import Store
from doelbinding.policy.model import Policy
from doelbinding.policy.organisation import Controller
from doelbinding.rights.found import Found, FoundRow, Person, Stray
from doelbinding.rights.names import words_in
from doelbinding.rights.scope import Beneath, Scope
from doelbinding.rights.search import Search, looked_up
from doelbinding.rights.ways import foresee, lead_through, lead_up, nearest


class NotIncluded(Exception):
    """A row that a human said is the person's is not among those that might be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Somebody to be searched for: what is known of them, and ambiguous rows said to be theirs.

    `theirs` are rows that were found to be theirs before, and may have lost their names since.
    """

    identifiers: Sequence[Identifier]
    include: Sequence[tuple[str, Key]] = ()
    theirs: Sequence[tuple[str, Key]] = ()


@dataclass(frozen=True, kw_only=True)
class Locator:
    """Searches the stores of a policy for one controller's rows of people."""

    policy: Policy
    controller: Controller
    stores: Mapping[str, Store]
    at: datetime

    def find(
        self,
        identifiers: Sequence[Identifier],
        include: Sequence[tuple[str, Key]] = (),
        theirs: Sequence[tuple[str, Key]] = (),
        *,
        again: bool = False,
    ) -> Found:
        """Search by identifiers until nothing new turns up.

        Args:
            identifiers: what is known of the person, already normalised.
            include: ambiguous rows that a human has said are this person's.
            theirs: rows that were found to be this person's before.
            again: rows to include may be gone, since this searches once more after an erasure.

        Raises:
            NotAnIdentifier: no store is searched by such a kind, so that nothing found means
                nothing.
            NotIncluded: a row to include is not one that the search came upon.
        """
        wanted = Wanted(identifiers=identifiers, include=include, theirs=theirs)
        return self.find_many([wanted], again=again)[0]

    def find_many(self, wanted: Sequence[Wanted], *, again: bool = False) -> list[Found]:
        """Search for many people in one pass; each is found as if searched for alone.

        Raises:
            NotAnIdentifier, NotIncluded: as `find` does.
        """
        scope = Scope(
            policy=self.policy, controller=self.controller, stores=self.stores, at=self.at
        )
        with collector_paused(), scope.reading.session():
            searches = [_search(scope, one) for one in wanted]
            _follow(scope, searches)
            if not again:
                for search in searches:
                    _insist_included(search)
            everyone = [p for search in searches for p in search.people.values()]
            foresee(scope.reading, scope.ways, list(_theirs(scope, everyone)))
            return [_found(scope, search) for search in searches]


def _search(scope: Scope, wanted: Wanted) -> Search:
    strong = [i for i in wanted.identifiers if i.kind not in NEVER_ENOUGH]
    if not strong or any(i.kind not in scope.kinds for i in strong):
        kinds = ", ".join(sorted(scope.kinds - NEVER_ENOUGH))
        raise NotAnIdentifier(
            f"people are found by {kinds}: give one of these; a name only tells apart those "
            "who are found"
        )
    names = frozenset(words_in(i.value) for i in wanted.identifiers if i.kind == NAME)
    include = frozenset((ref, _key(scope, ref, key)) for ref, key in wanted.include)
    return Search(scope, names, include, strong, frozenset(wanted.theirs))


def _key(scope: Scope, ref: str, key: Key) -> Key:
    """Give a key as its dataset holds it: whole numbers where it says so, text else.

    Raises:
        NotIncluded: there is no such dataset, or no key of that form in it.
    """
    here = scope.ways.places.get(ref)
    if here is None:
        raise NotIncluded(f"there is no dataset {ref!r} from which a row could be included")
    columns = here.dataset.key
    if len(key) != len(columns):
        raise NotIncluded(f"a key of {ref} is written {','.join(columns)}: nothing was included")
    parts: list[str | int] = []
    for name, part in zip(columns, key, strict=True):
        whole = here.dataset.column(name).type.is_whole
        try:
            parts.append(int(part) if whole else str(part))
        except ValueError:
            raise NotIncluded(f"{name} of {ref} is a whole number: nothing was included") from None
    return tuple(parts)


def _insist_included(search: Search) -> None:
    """Refuse what a human included and the search did not come upon: a slip would pass unseen."""
    missed = sorted({ref for ref, _ in search.include - search.people.keys()})
    if missed:
        raise NotIncluded(
            f"a row to include of {', '.join(missed)} is not among those that may be the "
            "person's: look which are with `doelbinding subject find`, and include one of those"
        )


def _follow(scope: Scope, searches: Sequence[Search]) -> None:
    """Let every search take its steps, all of a round answered by the same statements."""
    waiting = list(searches)
    new: list[tuple[Place, Row]] = []
    while waiting:
        asked: dict[tuple[str, str, str], dict[str, None]] = {}
        for search in waiting:
            for identifier in search.asking():
                for here, column, kind in scope.columns(identifier.kind):
                    values = asked.setdefault((here.ref, column.name, kind), {})
                    values[looked_up(identifier)] = None
        scope.reading.prime(nearest(scope.ways, new), asked)
        lead_up(scope.reading, scope.ways, scope.reading.found_by(asked))
        lead_through(scope.reading, scope.through, _met(scope, asked))
        stepped = [person for search in waiting for person in search.step()]
        new = list(_theirs(scope, stepped))
        if any(scope.ways.to_identifiers[here.ref] for here, _ in new):
            foresee(scope.reading, scope.ways, new, all_rows=False)
        for search in waiting:
            search.take_in()
        waiting = [search for search in waiting if search.waiting]


def _met(
    scope: Scope, asked: Mapping[tuple[str, str, str], Iterable[str]]
) -> Iterator[tuple[str, Row]]:
    """Yield the last rows on the ways up from those found that are not the controller's."""
    for ref, row in scope.reading.found_by(asked) if any(scope.through.values()) else ():
        top, person = scope.top(scope.ways.places[ref], row)
        if person is not None and scope.through[top.ref] and not scope.is_ours(top, person):
            yield top.ref, person


def _theirs(scope: Scope, people: Sequence[Person]) -> Iterator[tuple[Place, Row]]:
    """Yield the rows of the controller from which all that is found of people leads on."""
    for person in people:
        if person.ours:
            yield person.place, person.row
        else:
            found = scope.beneath(person, scope.through).rows
            yield from ((one.place, one.row) for one in found)


def _found(scope: Scope, search: Search) -> Found:
    people = tuple(search.people.values())
    reached = [scope.beneath(person, scope.ways.below) for person in people]
    rows = tuple(_rows(scope, people, reached))
    return Found(
        people=people,
        rows=rows,
        ambiguous=tuple(
            person for mark, person in search.ambiguous.items() if mark not in search.people
        ),
        searched=tuple(here.ref for here in scope.searched),
        strays=_strays(scope, search, rows, reached),
        reading=scope.reading,
    )


def _strays(
    scope: Scope, search: Search, rows: Sequence[FoundRow], reached: Sequence[Beneath]
) -> tuple[Stray, ...]:
    """Give the rows that may be the person's and lead to nobody, each once and not told already."""
    strays = dict(search.strays)
    for stray in (one for way in reached for one in way.untold):
        strays.setdefault((stray.place.ref, stray.key), stray)
    passed = [one for way in reached for one in way.passed]
    for some, ours in ((rows, True), (passed, False)) if scope.reading.any_loosely else ():
        for found in some:
            for stray in scope.strays_beneath(found, ours=ours):
                strays.setdefault((stray.place.ref, stray.key), stray)
    for mark in (*search.ambiguous, *((found.place.ref, found.key) for found in rows)):
        strays.pop(mark, None)
    return tuple(strays.values())


def _rows(scope: Scope, people: Sequence[Person], reached: Sequence[Beneath]) -> Iterator[FoundRow]:
    """Yield every row of the controller that leads to the people, each once."""
    seen: set[tuple[str, Key]] = set()
    mine = {(person.place.ref, person.key) for person in people}
    for one in reached:
        for found in one.rows:
            mark = found.place.ref, found.key
            if mark not in seen:
                seen.add(mark)
                yield _if_shared(scope, found, mine) if found.others else found


def _if_shared(scope: Scope, found: FoundRow, mine: set[tuple[str, Key]]) -> FoundRow:
    """Say whether a row is somebody else's too: a row of nobody to which it leads may be.

    The person is somebody else at another controller.
    """
    tops = scope.interpreter.people(found.place, found.row)
    return replace(
        found,
        others=any(
            (ref, key) not in mine or scope.controller not in controllers
            for controllers, ref, key in tops
        ),
    )
