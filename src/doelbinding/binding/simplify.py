"""Joining expressions without saying a thing twice.

Policies bind a value to several activities whose rules differ only in their length; joined naively,
statements grow to a hundred kilobytes. Rules are monotone, so one cutoff absorbs another, and that
carries through conjunctions, links and quantifiers: `implies` is the order false < unknown < true.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

from doelbinding.binding.expression import (
    NO,
    YES,
    And,
    AnyOf,
    Branch,
    Certain,
    Constant,
    Expression,
    Not,
    Or,
    Referred,
    Since,
    Up,
)
from doelbinding.binding.paths import Link

_Order = Callable[[Expression, Expression], bool]


def all_of(*parts: Expression) -> Expression:
    """Give a conjunction, without constants and parts that another part implies."""
    kept = _distinct(parts, And, YES)
    if NO in kept:
        return NO
    kept = _absorbed(kept, lambda one, other: implies(other, one))
    return kept[0] if len(kept) == 1 else And(parts=tuple(kept)) if kept else YES


def any_of(*parts: Expression) -> Expression:
    """Give a disjunction, without constants and parts that imply another part."""
    kept = _distinct(parts, Or, NO)
    if YES in kept:
        return YES
    kept = _absorbed(kept, implies)
    return kept[0] if len(kept) == 1 else Or(parts=tuple(kept)) if kept else NO


def not_(part: Expression) -> Expression:
    """Give the negation, simplified on constants."""
    if isinstance(part, Constant):
        return Constant(value=None if part.value is None else not part.value)
    return part.part if isinstance(part, Not) else Not(part=part)


def _distinct(
    parts: tuple[Expression, ...], kind: type[And | Or], neutral: Constant
) -> list[Expression]:
    found: dict[Expression, None] = {}
    for part in parts:
        inner = part.parts if isinstance(part, kind) else (part,)
        found.update(dict.fromkeys(one for one in inner if one != neutral))
    return list(found)


def _absorbed(parts: list[Expression], absorbs: _Order) -> list[Expression]:
    """Leave out each part that another makes superfluous; of two alike the first stays."""
    kept: list[Expression] = []
    for part in parts:
        if any(absorbs(part, other) for other in kept):
            continue
        kept = [other for other in kept if not absorbs(other, part)]
        kept.append(part)
    return kept


def implies(one: Expression, other: Expression) -> bool:
    """Tell whether, by form alone, `one` is never truer than `other`; false when in doubt."""
    if one is other or one == NO or other == YES:
        return True
    return _implies(one, other)


@lru_cache(maxsize=8_192)
def _implies(one: Expression, other: Expression) -> bool:
    if one == other:
        return True
    if isinstance(one, Or):
        return all(implies(part, other) for part in one.parts)
    if isinstance(other, And):
        return all(implies(one, part) for part in other.parts)
    if isinstance(one, And) and any(implies(part, other) for part in one.parts):
        return True
    if isinstance(other, Or) and any(implies(one, part) for part in other.parts):
        return True
    return _implies_alike(one, other)


def _implies_alike(one: Expression, other: Expression) -> bool:
    match one, other:
        case Since(), Since():
            alike = _signature(one) == _signature(other)
            return alike and other.day <= one.day
        case Not(), Not():
            return implies(other.part, one.part)
        case Certain(), Certain():
            return implies(one.part, other.part)
        case Certain(), _:
            return implies(one.part, other)
        case Up(), Up():
            alike = one.link == other.link and one.missing == other.missing
            return alike and implies(one.part, other.part)
        case AnyOf(), AnyOf():
            alike = one.empty == other.empty and len(one.branches) == len(other.branches)
            pairs = zip(one.branches, other.branches, strict=False)
            return alike and all(_implies_branch(a, b) for a, b in pairs)
        case Referred(), Referred():
            alike = one.link == other.link and one.when == other.when
            return alike and implies(one.stays, other.stays)
        case _:
            return False


def _signature(since: Since) -> tuple[object, ...]:
    return since.column, since.zone, since.earliest, since.latest, since.when_null


def _implies_branch(one: Branch, other: Branch) -> bool:
    return replace(one, part=other.part) == other and implies(one.part, other.part)


def stays_with(referred: Referred, here: str, own: Expression) -> bool:
    """Tell whether rows that refer here stay only while `own`, said of this row, is not false.

    Then the reference says nothing new. `here` is the id of this row's dataset.
    """
    back = Link(dataset=here, pairs=tuple((there, mine) for mine, there in referred.link.pairs))
    return _within(referred.stays, Up(link=back, part=own), referred.link.dataset)


def _within(said: Expression, own: Up, here: str) -> bool:
    """Tell whether what is said of a referring row is never truer than `own` said of it."""
    if isinstance(said, Or):
        return all(_within(part, own, here) for part in said.parts)
    if isinstance(said, And):
        return any(_within(part, own, here) for part in said.parts)
    if isinstance(said, Certain):
        return _within(said.part, own, here)
    if isinstance(said, Up):
        return said.link == own.link and not said.missing and implies(said.part, own.part)
    if isinstance(said, Referred):
        return stays_with(said, here, own)
    return implies(said, own)
