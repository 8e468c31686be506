"""A plan: steps over datasets, each with a predicate, a deed, an order and an expected count."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from doelbinding.binding.circumstances import Key
from doelbinding.binding.dated import Collected
from doelbinding.binding.expression import YES, Expression
from doelbinding.binding.numbered import Numbering
from doelbinding.plan.transformation import Transformation, Within

KeySets = Mapping[str, frozenset[Key]]


AGAIN = "again"
"""What key sets of rows are named by that a restored backup brought back."""

RECTIFIED, RIGHT_VALUE = "rectified", "right-value"
"""What key sets of rows to rectify are named by, and those that hold the right values."""


class PlanKind(StrEnum):
    """What asked for the plan."""

    RETENTION = "retention"
    ERASURE = "erasure"
    REAPPLY = "reapply"
    RECTIFICATION = "rectification"


class Deed(StrEnum):
    """What a step does to the rows it finds."""

    DELETE = "delete"
    EMPTY = "empty"
    TRANSFORM = "transform"


@dataclass(frozen=True, slots=True, kw_only=True)
class Emptied:
    """A column to be emptied, and what stands in where it may not be null.

    With a `transformation` its values are changed so that they tell less, or are inside a document:
    they are computed one by one (`plan.transform`), not set by one statement. `test` names the test
    on record that shows that what is left is anonymous.
    """

    column: str
    replacement: str | int | bool | None = None
    transformation: Transformation | None = None
    test: str | None = None

    @property
    def written(self) -> str:
        """The column of the table that is written: the document, for a value inside one."""
        one = self.transformation
        return one.document if isinstance(one, Within) else self.column


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedFile:
    """A column whose values name files under a root; a file goes before the value does."""

    column: str
    root: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A phase that bound the values and does so no longer."""

    activity: str
    phase: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One deed on the rows of one dataset that belong to one controller (none: shared rows).

    A row is meant when `scope` and `narrow` are certainly true and `needed` is certainly false, or
    with `unknown_goes` when it is not certainly true. `unless` leaves out of the count the rows
    that an earlier step finds. `sealed` steps read rows that the run removes, so their keys are
    collected first. A `transform` step is about one column. `releases` is the dataset whose rows go
    next, when the columns emptied refer to them. `expected` is the number of rows when the plan was
    made, `oldest` the earliest start among them.
    """

    id: str
    store: str
    dataset: str
    controller: str | None
    deed: Deed
    needed: Expression
    scope: Expression = YES
    narrow: Expression = YES
    unless: Expression | None = None
    columns: tuple[Emptied, ...] = ()
    files: tuple[NamedFile, ...] = ()
    sealed: bool = False
    unknown_goes: bool = False
    releases: str | None = None
    reasons: tuple[Reason, ...] = ()
    expected: int = 0
    oldest: date | None = None

    @property
    def ref(self) -> str:
        """The dataset's full name: `store.dataset`."""
        return f"{self.store}.{self.dataset}"

    @property
    def row_by_row(self) -> bool:
        """Whether more than a statement over a set is needed: values computed, files removed."""
        return self.deed is Deed.TRANSFORM or bool(self.files)


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """Rows of which it is unknown whether a value is justified: kept, and reported."""

    store: str
    dataset: str
    controller: str | None
    scope: Expression
    values: tuple[Expression, ...]
    narrow: Expression = YES
    rows: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedKeys:
    """A key set that predicates refer to: how many keys, and their digest under the plan's salt."""

    name: str
    count: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What will be done, in order. `policy` is the fingerprint of the version it follows.

    `collected` are the questions to be answered first: which rows were there when a stop was set;
    and before these `numbered`, which of those to whom they lead has which number.
    `defined` is empty but in a plan that is written (`plan.sharing`).
    """

    kind: PlanKind
    policy: str
    at: datetime
    steps: tuple[Step, ...]
    doubts: tuple[Doubt, ...] = ()
    keys: tuple[NamedKeys, ...] = ()
    case: str | None = None
    collected: tuple[Collected, ...] = ()
    numbered: tuple[Numbering, ...] = ()
    defined: tuple[Expression, ...] = ()

    @property
    def rows(self) -> int:
        """How many deeds on rows are expected."""
        return sum(step.expected for step in self.steps)


def key_digest(name: str, keys: Iterable[Key], secret: bytes) -> NamedKeys:
    """Describe a key set without telling its keys: their number and a keyed digest."""
    ordered = sorted(keys, key=repr)
    mac = hashlib.blake2b(repr((name, ordered)).encode(), key=secret[:64], digest_size=32)
    return NamedKeys(name=name, count=len(ordered), digest=mac.hexdigest())
