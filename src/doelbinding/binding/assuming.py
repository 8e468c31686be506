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
    """What is certainly true of a row, and of the one rows it refers to, which are there.

    Few facts, so they are compared one by one: expressions differ at once, and are long to hash.
    """

    facts: tuple[Expression, ...] = ()
    above: Mapping[Link, Known] = field(default_factory=dict)

    def says(self, expression: Expression) -> bool | None:
        """Tell whether an expression is known to be true, or known to be false."""
        for fact in self.facts:
            if fact == expression:
                return True
            if isinstance(fact, Not) and fact.part == expression:
                return False
        return None

    def adding(self, more: Iterable[Expression], keyed: Keyed) -> Known:
        """Give what is known once these are certainly true of the row too."""
        facts, above = list(self.facts), dict(self.above)
        for fact in _conjuncts(more):
            facts.append(fact)
            if isinstance(fact, Up) and fact.missing is not True and keyed(fact.link):
                above[fact.link] = above.get(fact.link, Known()).adding((fact.part,), keyed)
        return Known(facts=tuple(facts), above=above)

    def of_referring(self, link: Link, here: str, keyed: Keyed) -> Known:
        """Give what is known of a row that refers to this one along a link, from this end."""
        back = link.back(here)
        if not keyed(back):
            return Known()
        theirs = dict(link.pairs)
        facts = tuple(
            replace(fact, columns=tuple(theirs[name] for name in fact.columns))
            for fact in self.facts
            if isinstance(fact, KeyIn) and set(fact.columns) <= theirs.keys()
        )
        return Known(facts=facts, above={back: self})


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
        """Give an expression of the same truth on rows of dataset `here` of which this is known.

        What says nothing of what is known comes back as the same object.
        """
        told = known.says(expression)
        if told is not None:
            return YES if told else NO
        match expression:
            case Not() | Certain():
                part = self.simplify(expression.part, known, here)
                alike = part is expression.part
                again = not_ if isinstance(expression, Not) else certainly
                return expression if alike else again(part)
            case And() | Or():
                return self._joined(expression, known, here)
            case Up():
                return self._up(expression, known)
            case AnyOf():
                return self._any_of(expression, known, here)
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
        changed = False
        for part in sorted(joined.parts, key=lambda part: not _is_two_valued(part)):
            told = self.simplify(part, known, here)
            found.append(told)
            changed = changed or told is not part
            if _is_two_valued(told) and not isinstance(told, Constant):
                known = known.adding((told if conjunction else not_(told),), self.keyed)
        if not changed:
            return joined if conjunction else self._without_echoes(joined, here)
        return all_of(*found) if conjunction else self._without_echoes(any_of(*found), here)

    def _without_echoes(self, either: Expression, here: str) -> Expression:
        """Leave out the rows that refer here and stay only while the row does for itself."""
        if not isinstance(either, Or) or not self.references:
            return either
        referring = [part for part in either.parts if isinstance(part, Referred)]
        if not referring:
            return either
        own = any_of(*(part for part in either.parts if not isinstance(part, Referred)))
        echoes = [part for part in referring if stays_with(part, here, own)]
        if not echoes:
            return either
        return any_of(*(part for part in either.parts if not any(part is e for e in echoes)))

    def _up(self, up: Up, known: Known) -> Expression:
        there = known.above.get(up.link)
        part = self.simplify(up.part, there or Known(), up.link.dataset)
        if isinstance(part, Constant) and (there is not None or part.value is up.missing):
            return part
        return up if part is up.part else replace(up, part=part)

    def _any_of(self, any_of_: AnyOf, known: Known, here: str) -> Expression:
        branches = tuple(self._branch(b, known, here) for b in any_of_.branches)
        alike = all(a is b for a, b in zip(branches, any_of_.branches, strict=True))
        return any_of_ if alike else replace(any_of_, branches=branches)

    def _branch(self, branch: Branch, known: Known, here: str) -> Branch:
        if branch.elsewhere is not None:
            return branch
        when = None if branch.when is None else self.simplify(branch.when, known, here)
        there, ref = known, here
        if branch.link is not None:
            there, ref = known.of_referring(branch.link, here, self.keyed), branch.link.dataset
        part = self.simplify(branch.part, there, ref)
        if part is branch.part and when is branch.when:
            return branch
        return replace(branch, part=part, when=when)

    def _referred(self, referred: Referred, known: Known, here: str) -> Expression:
        if not self.references:
            return referred
        there = known.of_referring(referred.link, here, self.keyed)
        stays = self.simplify(referred.stays, there, referred.link.dataset)
        if stays == NO:
            return NO
        return referred if stays is referred.stays else replace(referred, stays=stays)


def certainly(part: Expression) -> Expression:
    """Give whether a part is certainly true, without asking it of what is never unknown."""
    if isinstance(part, Constant):
        return YES if part.value is True else NO
    return part if _is_two_valued(part) else Certain(part=part)


def _is_two_valued(expression: Expression) -> bool:
    """Tell whether an expression is never unknown, by its form alone."""
    match expression:
        case KeyIn() | Certain():
            return True
        case IsNull():
            return not expression.unsaid
        case Constant():
            return expression.value is not None
        case Not():
            return _is_two_valued(expression.part)
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
