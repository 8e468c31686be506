"""What a store must do so that plans can be counted, run and verified on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Protocol, runtime_checkable

from doelbinding.binding.circumstances import Key
from doelbinding.binding.expression import Branch, Elsewhere
from doelbinding.binding.justification import Row
from doelbinding.binding.kleene import Truth
from doelbinding.plan.model import Doubt, KeySets, Step


class StoreError(Exception):
    """A store cannot be reached, or refused: nothing further was changed."""


class Unreachable(StoreError):
    """The database does not answer, or not at that address."""


class Refused(StoreError):
    """The database refused a statement: a lock, a privilege, a constraint."""


class TakenOtherwise(StoreError):
    """The database holds another value than it was given: rounded, spelled its own way, changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many rows a step finds, and the earliest start among them."""

    rows: int
    oldest: date | None = None


class Gravity(StrEnum):
    """Whether an obstacle forbids the run."""

    REFUSES = "refuses"
    WARNS = "warns"


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """Something in the store that stands in the way of a step, and what to do about it."""

    gravity: Gravity
    ref: str
    message: str
    remedy: str


Announce = Callable[[Sequence[Key]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What one committed transaction changed; `keys` where somebody asked to be told them."""

    rows: int
    keys: Sequence[Key] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """Rows of a dataset by the values of some columns, many values at once; of no keys, none.

    With a `kind` the one column identifies people: `keys` are normalised, and rows whose value is
    alike are meant (`country` reads telephone numbers that have no prefix).
    """

    ref: str
    columns: tuple[str, ...]
    keys: Sequence[Key] = field(repr=False)
    kind: str | None = None
    country: str | None = None


ByKeys = Mapping[Key, Sequence[Row]]
"""Keys to the rows found by them; a key without rows may be left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What was found for each lookup, in order.

    `rows` hold the key exactly. `loosely` are rows that only the store takes for the same, as by a
    collation that knows no case: nobody's, for a human to look at. It is empty where none are.
    """

    rows: Sequence[ByKeys] = field(repr=False)
    loosely: Sequence[ByKeys] = field(default=(), repr=False)


@runtime_checkable
class Gathers(Protocol):
    """A store that answers many lookups in few statements, over one connection."""

    def gathering(self) -> AbstractContextManager[Callable[[Sequence[Lookup]], Answered]]:
        """Give what answers lookups, for as long as the context lasts."""
        ...


@runtime_checkable
class CountsAtOnce(Protocol):
    """A store that counts what many steps find in few questions."""

    def survey_at_once(
        self, steps: Sequence[Step], doubts: Sequence[Doubt], keys: KeySets
    ) -> tuple[Mapping[str, Tally], Sequence[int]]:
        """Count what steps (by id) would find now, and per doubt the rows that are unknown."""
        ...

    def remaining_at_once(self, steps: Sequence[Step], keys: KeySets) -> Mapping[str, int]:
        """Count, per step that is not sealed, what it should have left none of."""
        ...


@runtime_checkable
class NamesTables(Protocol):
    """A store that names the tables of its database that are in no dataset."""

    def left_out(self) -> Sequence[str]:
        """Give these tables, as far as the database tells of them.

        Raises:
            StoreError: it cannot be read.
        """
        ...


@runtime_checkable
class TellsPlaces(Protocol):
    """A store that tells where its tables really are, so that one that two stores have is seen."""

    def places(self) -> Mapping[str, frozenset[str]]:
        """Give, by dataset, names of the tables whose rows it has: the same in whatever store.

        Raises:
            StoreError: it cannot be reached.
        """
        ...


@runtime_checkable
class Rehearses(Protocol):
    """A store that tells whether it would take new values, before anything is recorded."""

    def rehearse(self, steps: Sequence[Step], keys: KeySets) -> None:
        """Do steps in a transaction, and undo it.

        Raises:
            Refused: the database does not take a value.
            TakenOtherwise: it holds another one than it was given.
        """
        ...

    def foresee(self, steps: Sequence[Step], keys: KeySets) -> Sequence[Obstacle]:
        """Tell why steps would be refused, as far as looking tells; nothing is done or locked."""
        ...


@runtime_checkable
class TakesAlike(Protocol):
    """A store that takes spellings of a value for the same, as of a UUID in capitals."""

    def alike(self, ref: str, where: Mapping[str, object]) -> Sequence[Row]:
        """Give the rows whose columns it takes for equal to the values, however they are written.

        None where a column's type has no such value.
        """
        ...


class Store(Protocol):
    """A place where personal data live. Keys come in named sets; times as the store holds them."""

    id: str

    def preflight(self, steps: Sequence[Step]) -> list[Obstacle]:
        """Look in the store's own catalogue for what would go wrong.

        With no steps it tells whether the store can be reached at all.

        Raises:
            StoreError: it cannot.
        """
        ...

    def survey(self, steps: Sequence[Step], keys: KeySets) -> Mapping[str, Tally]:
        """Count what each step (by id) would find now; change nothing."""
        ...

    def doubtful(self, doubt: Doubt, keys: KeySets) -> int:
        """Count the rows of which it is unknown whether they are justified."""
        ...

    def select_keys(self, step: Step, keys: KeySets) -> Iterator[list[Key]]:
        """Give the keys of the rows a step finds, in batches."""
        ...

    def execute(
        self,
        step: Step,
        keys: KeySets,
        sealed: Sequence[Key] | None,
        announce: Announce | None = None,
    ) -> Iterator[Changed]:
        """Do the step in short transactions; yield what was changed after each commit.

        Before each transaction the keys that it may change are announced. If nobody wants to be
        told, the store writes in whatever form is fastest, and need not know the keys.
        """
        ...

    def remaining(self, step: Step, keys: KeySets, sealed: Sequence[Key] | None) -> int:
        """Count what the step should have left none of."""
        ...

    def rows(self, ref: str, where: Mapping[str, object]) -> Sequence[Row]:
        """Give the rows of a dataset whose columns equal the values."""
        ...

    def match(
        self, ref: str, column: str, kind: str, values: Sequence[str], country: str | None = None
    ) -> Sequence[Row]:
        """Give the rows whose identifying column holds one of the normalised values of a kind.

        `country` is where a telephone number without a prefix is.
        """
        ...

    def values(self, ref: str, column: str) -> Iterator[str | int]:
        """Yield each value that a column of a dataset holds, once; nulls are left out."""
        ...

    def answers(self, elsewhere: Elsewhere, branch: Branch) -> Iterator[tuple[str | int, Truth]]:
        """Yield per value of an identifying column what the branch's rows with it say.

        The disjunction, by Kleene's logic, of `branch.part` over the rows that count; values
        without such rows are left out.
        """
        ...

    def close(self) -> None:
        """Let go of connections; the next use makes new ones."""
        ...
