"""Three-valued expressions over rows, as data: what a plan carries and a store compiles.

An expression is evaluated on one row of one dataset. A store answers two two-valued questions of
it, *certainly true* and *certainly false*; what is neither is unknown. Links lead to other rows of
the same store. The `op` of each class is its tag in a plan's JSON.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal, TypeVar

from pydantic import Field

from doelbinding.binding.kleene import Truth
from doelbinding.binding.paths import Link
from doelbinding.policy.condition import Scalar

_One = TypeVar("_One", bound="type[_Hashed]")


class _Hashed:
    """Keeps its hash: expressions are deep, and asked for in dictionaries over and over."""

    __slots__ = ("_hash",)

    _hash: int


def _hashed_once(cls: _One) -> _One:
    hash_of_parts = cls.__hash__

    def kept(self: _Hashed) -> int:
        try:
            return self._hash
        except AttributeError:
            found = hash_of_parts(self)
            object.__setattr__(self, "_hash", found)
            return found

    cls.__hash__ = kept  # type: ignore[method-assign, assignment]
    return cls


class Comparison(StrEnum):
    """How a column's value is compared; text compares exactly."""

    EQUALS = "equals"
    DIFFERS = "differs"
    LESS_THAN = "less_than"
    AT_MOST = "at_most"
    MORE_THAN = "more_than"
    AT_LEAST = "at_least"


@_hashed_once
@dataclass(frozen=True, slots=True, kw_only=True)
class Constant(_Hashed):
    """The same on every row."""

    value: Truth
    op: Literal["constant"] = "constant"


@_hashed_once
@dataclass(frozen=True, slots=True, kw_only=True)
class Compare(_Hashed):
    """A column against a value; unknown when the column is null, or holds what its type is not.

    `for_nothing`: the value is one that stands for nothing, which what cannot be read does not.
    """

    column: str
    by: Comparison
    value: Scalar
    for_nothing: bool = False
    op: Literal["compare"] = "compare"


@_hashed_once
@dataclass(frozen=True, slots=True, kw_only=True)
class IsNull(_Hashed):
    """Whether a column is null; unknown of a zero date, where that may be there `unsaid`."""

    column: str
    unsaid: bool = False
    op: Literal["is-null"] = "is-null"


@_hashed_once
@dataclass(frozen=True, slots=True, kw_only=True)
class Since(_Hashed):
    """Whether a column's time falls on or after the start of a day in a zone.

    Unknown when the time is unreadable, before `earliest` or after `latest`; `when_null` when null.
    """

    column: str
    day: date
    zone: str
    earliest: date
    latest: date
    when_null: Truth = None
    op: Literal["since"] = "since"


@_hashed_once
@dataclass(frozen=True, slots=True, kw_only=True)
class NotAfter(_Hashed):
    """Whether a column's time is no later than a moment; true when null or unreadable.

    A stop covers what was collected before it, and an undated value never defeats a request.
    """

    column: str
    moment: datetime
    zone: str
    op: Literal["not-after"] = "not-after"


@_hashed_once
@dataclass(frozen=True, slots=True, kw_only=True)
class KeyIn(_Hashed):
    """Whether columns hold a key of a named set; never unknown."""

    columns: tuple[str, ...]
    keys: str
    op: Literal["key-in"] = "key-in"


@_hashed_once
@dataclass(frozen=True, slots=True, kw_only=True)
class Not(_Hashed):
    """Negation."""

    part: Expression
    op: Literal["not"] = "not"


@_hashed_once
@dataclass(frozen=True, slots=True, kw_only=True)
class Certain(_Hashed):
    """Whether the part is certainly true; never unknown."""

    part: Expression
    op: Literal["certain"] = "certain"


@_hashed_once
@dataclass(frozen=True, slots=True, kw_only=True)
class And(_Hashed):
    """Conjunction; true of no parts."""

    parts: tuple[Expression, ...]
    op: Literal["and"] = "and"


@_hashed_once
@dataclass(frozen=True, slots=True, kw_only=True)
class Or(_Hashed):
    """Disjunction; false of no parts."""

    parts: tuple[Expression, ...]
    op: Literal["or"] = "or"


@_hashed_once
@dataclass(frozen=True, slots=True, kw_only=True)
class Up(_Hashed):
    """The part on the one row that this one refers to; `missing` when there is none."""

    link: Link
    part: Expression
    missing: Truth = None
    op: Literal["up"] = "up"


@_hashed_once
@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere(_Hashed):
    """Rows of another store, found by an identifier: `column` of `ref` equals `own` of `own_ref`.

    Both are `store.dataset`. Values are compared normalised, as identifiers of `kind`; databases
    are joined in no other way.
    """

    ref: str
    column: str
    own_ref: str
    own: str
    kind: str


@_hashed_once
@dataclass(frozen=True, slots=True, kw_only=True)
class Branch(_Hashed):
    """Rows to ask: those linked (or this row itself), or rows elsewhere.

    Only rows that certainly pass `among` count, and, by `when`, only if this row certainly passes
    that. What is asked of rows elsewhere is answered there first, and carried here as three sets of
    values of `own`: `name/living`, `name/unknown` and `name/known`, all that have rows there.
    """

    part: Expression
    link: Link | None = None
    among: Expression | None = None
    when: Expression | None = None
    elsewhere: Elsewhere | None = None

    @property
    def name(self) -> str:
        """What the sets carried here are named by: the same question has the same name."""
        asked = repr((self.elsewhere, self.part, self.among)).encode()
        return f"carried:{hashlib.blake2b(asked, digest_size=16).hexdigest()}"


@_hashed_once
@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf(_Hashed):
    """The disjunction of the parts over all rows of all branches; `empty` when there are none."""

    branches: tuple[Branch, ...]
    empty: Truth = None
    op: Literal["any-of"] = "any-of"


@_hashed_once
@dataclass(frozen=True, slots=True, kw_only=True)
class Referred(_Hashed):
    """Whether a row that refers to this one stays; `stays` says when such a row does.

    Only rows that certainly pass `when` refer. Once the rows that go are gone, this is whether any
    such row is left.
    """

    link: Link
    stays: Expression
    when: Expression | None = None
    op: Literal["referred"] = "referred"


@_hashed_once
@dataclass(frozen=True, slots=True, kw_only=True)
class Defined(_Hashed):
    """A part that a plan's document defines once, by its place there; nowhere else is it met."""

    at: int
    op: Literal["defined"] = "defined"


Expression = Annotated[
    Constant
    | Compare
    | IsNull
    | Since
    | NotAfter
    | KeyIn
    | Not
    | Certain
    | And
    | Or
    | Up
    | AnyOf
    | Referred
    | Defined,
    Field(discriminator="op"),
]

YES, NO, UNKNOWN = Constant(value=True), Constant(value=False), Constant(value=None)


def walk(expression: Expression) -> Iterator[Expression]:
    """Yield the expression and every part in it, each once however often it stands there."""
    seen: set[int] = set()
    waiting = [expression]
    while waiting:
        part = waiting.pop()
        if id(part) not in seen:
            seen.add(id(part))
            yield part
            waiting += reversed(parts_of(part))


def parts_of(expression: Expression) -> tuple[Expression, ...]:
    """Give the parts that an expression is made of, those of its branches too."""
    match expression:
        case And() | Or():
            return expression.parts
        case Not() | Certain() | Up():
            return (expression.part,)
        case AnyOf():
            told = (p for b in expression.branches for p in (b.part, b.among, b.when))
            return tuple(part for part in told if part is not None)
        case Referred():
            when = () if expression.when is None else (expression.when,)
            return (expression.stays, *when)
        case _:
            return ()


def with_parts(expression: Expression, make: Callable[[Expression], Expression]) -> Expression:
    """Give the expression made of other parts, those of its branches too."""
    match expression:
        case And() | Or():
            return replace(expression, parts=tuple(map(make, expression.parts)))
        case Not() | Certain() | Up():
            return replace(expression, part=make(expression.part))
        case AnyOf():
            branches = (_branch_with(branch, make) for branch in expression.branches)
            return replace(expression, branches=tuple(branches))
        case Referred():
            when = None if expression.when is None else make(expression.when)
            return replace(expression, stays=make(expression.stays), when=when)
        case _:
            return expression


def _branch_with(branch: Branch, make: Callable[[Expression], Expression]) -> Branch:
    return replace(
        branch,
        part=make(branch.part),
        among=None if branch.among is None else make(branch.among),
        when=None if branch.when is None else make(branch.when),
    )


def carried_in(expression: Expression) -> Iterator[Branch]:
    """Yield the branches whose rows are in other stores, whose answers must be carried here."""
    for part in walk(expression):
        if isinstance(part, AnyOf):
            yield from (branch for branch in part.branches if branch.elsewhere is not None)


def sealed(expression: Expression) -> Expression:
    """Give the expression for rows whose keys were sealed when they were seen to be dated.

    Their sources may be gone since, so "no row left that dates it" is no longer unknown. What a
    living row says still counts: sealed keys narrow a statement, they never justify it.
    """
    match expression:
        case And() if _tells_of_nobody(expression):
            return NO
        case And():
            return And(parts=tuple(sealed(part) for part in expression.parts))
        case Or():
            return Or(parts=tuple(sealed(part) for part in expression.parts))
        case Not():
            return Not(part=sealed(expression.part))
        case Certain():
            return Certain(part=sealed(expression.part))
        case Up():
            return replace(expression, part=sealed(expression.part))
        case AnyOf():
            branches = tuple(_sealed_branch(branch) for branch in expression.branches)
            empty = False if expression.empty is None else expression.empty
            return AnyOf(branches=branches, empty=empty)
        case _:
            return expression


def _sealed_branch(branch: Branch) -> Branch:
    """Give a branch for sealed rows; what was asked elsewhere stays the same question."""
    return branch if branch.elsewhere is not None else replace(branch, part=sealed(branch.part))


def _tells_of_nobody(expression: Expression) -> bool:
    """Tell whether an expression is unknown of rows that lead to nobody, and no otherwise."""
    if not (isinstance(expression, And) and UNKNOWN in expression.parts):
        return False
    return any(isinstance(part, AnyOf) for part in walk(expression))


def needs_sealing(expression: Expression) -> bool:
    """Tell whether the answer may become unknown once rows it reads are gone."""
    if isinstance(expression, Referred):
        return False
    if isinstance(expression, AnyOf) and expression.empty is None:
        return True
    if _tells_of_nobody(expression):
        return True
    if any(carried_in(expression)):
        return True
    return any(needs_sealing(part) for part in parts_of(expression))
