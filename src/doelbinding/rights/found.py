"""What a search finds: people by their rows, the rows that lead to them, and what is in doubt."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from doelbinding.binding.circumstances import Key, Subjects
from doelbinding.binding.justification import Row
from doelbinding.binding.paths import Place
from doelbinding.rights.reading import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A row that stands for a person, found by identifiers of these kinds.

    `ours`: it is the controller's; if not, only rows of the controller that lead to it are found.
    """

    place: Place
    key: Key
    row: Row = field(repr=False)
    by: tuple[str, ...] = ()
    ours: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRow:
    """A row that leads to the person; `others` when it leads to somebody else too."""

    place: Place
    key: Key
    row: Row = field(repr=False)
    by: tuple[str, ...] = ()
    others: bool = False


class Astray(StrEnum):
    """Why nothing is done with a row that may be the person's."""

    NOWHERE = "nowhere"
    """It holds an identifier of theirs, and refers to nothing, or to what is not there."""
    NOBODYS = "nobodys"
    """It holds an identifier of theirs, or leads to them, and nothing says of which controller."""
    LOOSELY = "loosely"
    """It refers to a row of theirs by a text that only the store takes for the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stray:
    """A row that may be the person's and is left out; `by` what kind of identifier it was found."""

    place: Place
    key: Key
    why: Astray
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InDoubt:
    """How many records are left out: of one person or another, and leading to nobody."""

    ambiguous: int = 0
    strays: int = 0

    @property
    def rows(self) -> int:
        """How many in all."""
        return self.ambiguous + self.strays

    def __bool__(self) -> bool:
        """Whether there are any."""
        return self.rows > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found of a person, what may be theirs, and where nothing was.

    `reading` remembers what was read meanwhile, so that judging it right after need not ask again.
    """

    people: tuple[Person, ...]
    rows: tuple[FoundRow, ...]
    ambiguous: tuple[Person, ...]
    searched: tuple[str, ...]
    strays: tuple[Stray, ...] = ()
    reading: Reading | None = field(default=None, repr=False, compare=False)

    @property
    def subjects(self) -> Subjects:
        """The person by the keys of their rows, as stops and holds name them."""
        keys: dict[str, set[Key]] = defaultdict(set)
        for person in self.people:
            keys[person.place.ref].add(person.key)
        return {ref: frozenset(found) for ref, found in keys.items()}

    @property
    def doubtful(self) -> int:
        """How many records may be theirs, or somebody else's, and were left out."""
        return self.in_doubt().rows

    def in_doubt(self, concerned: Callable[[Place], bool] = lambda _place: True) -> InDoubt:
        """Count the records in doubt, of the datasets that a request concerns.

        Of another controller's row what leads to it is meant, of whatever dataset.
        """
        return InDoubt(
            ambiguous=sum(not one.ours or concerned(one.place) for one in self.ambiguous),
            strays=sum(concerned(stray.place) for stray in self.strays),
        )

    @property
    def empty(self) -> tuple[str, ...]:
        """The datasets that were searched and hold nothing of the person."""
        held = {row.place.ref for row in self.rows}
        return tuple(ref for ref in self.searched if ref not in held)


def key_of(here: Place, row: Row) -> Key:
    """Give the key of a row."""
    parts = []
    for name in here.dataset.key:
        value = row[name]
        parts.append(value if isinstance(value, int) else str(value))
    return tuple(parts)
