"""What is left to ask of a row of which something is known.

A plan for a request asks of each row of the people whether it is still needed, and of the rows
that refer to it whose these are and when they end: mostly what was just asked of the row itself. A
database would look all of it up again. Going down to the rows that refer here and up again is
staying here, so what is known here is known there.

Every rewriting keeps the truth on rows of which the facts are certainly true, also *unknown*.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from doelbinding.binding.expression import (
    NO,
    YES,
    And,
    AnyOf,
    Branch,
    Certain,
    Constant,
    Expression,
    IsNull,
    KeyIn,
    Not,
    Or,
    Referred,
    Up,
)
from doelbinding.binding.paths import Link
from doelbinding.binding.simplify import all_of, any_of, not_, stays_with

Keyed = Callable[[Link], bool]
"""Tells whether a link leads to one row at most: to the whole key of its dataset."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """What is certainly true of a row, and of the one rows it refers to, which are there."""

    facts: frozenset[Expression] = frozenset()
    above: Mapping[Link, Known] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.facts or self.above)

    def adding(self, more: Iterable[Expression], keyed: Keyed) -> Known:
        """Give what is known once these are certainly true of the row too."""
        facts, above = set(self.facts), dict(self.above)
        for fact in _conjuncts(more):
            facts.add(fact)
            if isinstance(fact, Up) and fact.missing is not True and keyed(fact.link):
                above[fact.link] = above.get(fact.link, Known()).adding((fact.part,), keyed)
        return Known(facts=frozenset(facts), above=above)

    def of_referring(self, link: Link, here: str, keyed: Keyed) -> Known:
        """Give what is known of a row that refers to this one along a link, from this end."""
        back = link.back(here)
        if not keyed(back):
            return Known()
        theirs = dict(link.pairs)
        facts = {
            replace(fact, columns=tuple(theirs[name] for name in fact.columns))
            for fact in self.facts
            if isinstance(fact, KeyIn) and set(fact.columns) <= theirs.keys()
        }
        return Known(facts=frozenset(facts), above={back: self})


def _conjuncts(parts: Iterable[Expression]) -> Iterable[Expression]:
    for part in parts:
        if isinstance(part, And):
            yield from _conjuncts(part.parts)
        elif isinstance(part, Certain):
            yield part
            yield from _conjuncts((part.part,))
        elif part != YES:
            yield part


@dataclass(frozen=True, kw_only=True)
class Assuming:
    """Leaves out of expressions what is known.

    `keyed`: which links lead to one row. `references`: whether rows that refer here are simplified
    too; not for a statement that runs after theirs, when any that is left keeps the row.
    """

    keyed: Keyed
    references: bool = True

    def simplify(self, expression: Expression, known: Known, here: str) -> Expression:
        """Give an expression of the same truth on rows of dataset `here` of which this is known."""
        if expression in known.facts or Not(part=expression) in known.facts:
            return YES if expression in known.facts else NO
        match expression:
            case Not():
                return not_(self.simplify(expression.part, known, here))
            case Certain():
                return certainly(self.simplify(expression.part, known, here))
            case And() | Or():
                return self._joined(expression, known, here)
            case Up():
                return self._up(expression, known)
            case AnyOf():
                branches = tuple(self._branch(b, known, here) for b in expression.branches)
                return replace(expression, branches=branches)
            case Referred():
                return self._referred(expression, known, here)
            case _:
                return expression

    def _joined(self, joined: And | Or, known: Known, here: str) -> Expression:
        """Simplify part by part: of a conjunction the next may assume what is not unknown before.

        Of a disjunction it may assume the contrary.
        """
        conjunction = isinstance(joined, And)
        found: list[Expression] = []
        for part in sorted(joined.parts, key=lambda part: not _is_two_valued(part)):
            told = self.simplify(part, known, here)
            found.append(told)
            if _is_two_valued(told) and not isinstance(told, Constant):
                known = known.adding((told if conjunction else not_(told),), self.keyed)
        if conjunction:
            return all_of(*found)
        return self._without_echoes(any_of(*found), here)

    def _without_echoes(self, either: Expression, here: str) -> Expression:
        """Leave out the rows that refer here and stay only while the row does for itself."""
        if not isinstance(either, Or) or not self.references:
            return either
        own = any_of(*(part for part in either.parts if not isinstance(part, Referred)))
        return any_of(
            *(
                part
                for part in either.parts
                if not (isinstance(part, Referred) and stays_with(part, here, own))
            )
        )

    def _up(self, up: Up, known: Known) -> Expression:
        there = known.above.get(up.link)
        part = self.simplify(up.part, there or Known(), up.link.dataset)
        is_there = there is not None
        if isinstance(part, Constant) and (is_there or part.value is up.missing):
            return part
        return replace(up, part=part)

    def _branch(self, branch: Branch, known: Known, here: str) -> Branch:
        if branch.elsewhere is not None:
            return branch
        when = None if branch.when is None else self.simplify(branch.when, known, here)
        if branch.link is None:
            return replace(branch, part=self.simplify(branch.part, known, here), when=when)
        there = known.of_referring(branch.link, here, self.keyed)
        part = self.simplify(branch.part, there, branch.link.dataset)
        return replace(branch, part=part, when=when)

    def _referred(self, referred: Referred, known: Known, here: str) -> Expression:
        if not self.references:
            return referred
        there = known.of_referring(referred.link, here, self.keyed)
        stays = self.simplify(referred.stays, there, referred.link.dataset)
        return NO if stays == NO else replace(referred, stays=stays)


def certainly(part: Expression) -> Expression:
    """Give whether a part is certainly true, without asking it of what is never unknown."""
    if isinstance(part, Constant):
        return YES if part.value is True else NO
    return part if _is_two_valued(part) else Certain(part=part)


def _is_two_valued(expression: Expression) -> bool:
    """Tell whether an expression is never unknown, by its form alone."""
    match expression:
        case KeyIn() | Certain() | IsNull():
            return True
        case Constant():
            return expression.value is not None
        case Not():
            return _is_two_valued(expression.part)
        case And() | Or():
            return all(_is_two_valued(part) for part in expression.parts)
        case Up():
            return expression.missing is not None and _is_two_valued(expression.part)
        case _:
            return False


def lifted(conjunction: Expression, keyed: Keyed) -> Expression:
    """Ask of the row referred to, in one question, all that a conjunction asks of it.

    `conjunction` is asked for where it is certainly true. Parts that read that row alone join the
    part by which it is known to be there.
    """
    if not isinstance(conjunction, And):
        return conjunction
    ups = [
        part
        for part in conjunction.parts
        if isinstance(part, Up) and part.missing is False and keyed(part.link)
    ]
    if not ups:
        return conjunction
    link = ups[0].link
    above, here = [], []
    for part in conjunction.parts:
        told = _told_above(part, link)
        if told is None:
            here.append(part)
        else:
            above.append(told)
    return all_of(Up(link=link, part=lifted(all_of(*above), keyed), missing=False), *here)


def _told_above(expression: Expression, link: Link) -> Expression | None:
    """Give what an expression asks of the row that a link leads to, if it asks nothing else."""
    match expression:
        case Constant():
            return expression
        case Up():
            return expression.part if expression.link == link else None
        case Not() | Certain():
            part = _told_above(expression.part, link)
            return None if part is None else replace(expression, part=part)
        case And() | Or():
            parts = [_told_above(part, link) for part in expression.parts]
            told = tuple(part for part in parts if part is not None)
            return replace(expression, parts=told) if len(told) == len(parts) else None
        case _:
            return None
