"""Conditions taken apart: what is asked of other rows becomes a question that is asked first.

A row stays while a row that refers to it stays, which stays while a third does. Written out, such a
condition says the same over and over. Taken apart it is as many short questions as there are
different ones, each about rows of one dataset, and a condition names the rows of which a question
was answered with yes, or perhaps.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import count
from weakref import WeakValueDictionary

from doelbinding.binding.expression import (
    UNKNOWN,
    And,
    AnyOf,
    Branch,
    Certain,
    Expression,
    KeyIn,
    Not,
    Or,
    Referred,
    Up,
    parts_of,
)
from doelbinding.binding.paths import Link
from doelbinding.policy.stores import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of rows of a dataset."""

    dataset: str
    part: Expression


class Name(str):
    """What a question is called as long as somebody holds this, and never again."""

    __slots__ = ("__weakref__",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Beyond:
    """A question about the rows that a link leads to, whose answer stands in a condition.

    The answer is two key sets, `certainly` and `perhaps`: of rows there; or, where rows there refer
    to rows here, of the rows here that one of them, passing `when`, answers so for.
    """

    name: Name
    link: Link
    asked: Question
    refer: bool = False
    when: Expression | None = None

    @property
    def certainly(self) -> str:
        """Names the set of rows for which it is certainly so."""
        return f"{self.name}/certainly"

    @property
    def perhaps(self) -> str:
        """Names the set of rows for which it is not certainly not so."""
        return f"{self.name}/perhaps"

    def answer(self, columns: Iterable[str]) -> Expression:
        """Give what stands in the condition: whether columns hold a key of these sets."""
        key = tuple(columns)
        perhaps = And(parts=(KeyIn(columns=key, keys=self.perhaps), UNKNOWN))
        return Or(parts=(KeyIn(columns=key, keys=self.certainly), perhaps))


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """A condition with answers in it, and the questions that these answer.

    `rises`: with more answers of yes it is never less true, so that those that it passes without
    any it passes with all.
    """

    expression: Expression
    beyond: tuple[Beyond, ...]
    rises: bool


class Parting:
    """Takes conditions on rows of one store apart; what is alike has the same name meanwhile."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._names: WeakValueDictionary[object, Name] = WeakValueDictionary()
        self._numbers = count()
        self._known: dict[Question, Apart] = {}
        self._written: dict[Expression, int] = {}

    def of(self, asked: Question) -> Apart:
        """Take a condition apart."""
        found = self._known.get(asked)
        if found is None:
            if len(self._known) > _MOST:
                self._known.clear()
            taking = _Taking(parting=self, dataset=asked.dataset)
            expression = taking.replaced(asked.part, rising=True)
            found = self._known[asked] = Apart(
                expression=expression, beyond=tuple(taking.beyond.values()), rises=taking.rises
            )
        return found

    def key(self, dataset: str) -> tuple[str, ...]:
        """Give the key of a dataset."""
        return self._store.dataset(dataset).key

    def written_out(self, expression: Expression) -> int:
        """Count the questions about other rows in a condition, each as often as it is written."""
        if len(self._written) > _MOST * 10:
            self._written.clear()
        return written_out(expression, self._written)

    def beyond(
        self, link: Link, part: Expression, here: str | None = None, when: Expression | None = None
    ) -> Beyond:
        """Give the question about the rows that a link leads to; they refer to rows `here`."""
        asked = Question(dataset=link.dataset, part=part)
        mark = asked if here is None else (here, link, when, asked)
        name = self._names.setdefault(mark, Name(f"answer {next(self._numbers)}"))
        return Beyond(name=name, link=link, asked=asked, refer=here is not None, when=when)


@dataclass(kw_only=True)
class _Taking:
    """Takes one condition apart, and notes what is asked."""

    parting: Parting
    dataset: str
    beyond: dict[tuple[str, Link], Beyond] = field(default_factory=dict)
    rises: bool = True

    def replaced(self, expression: Expression, *, rising: bool) -> Expression:
        if self.parting.written_out(expression) <= MOST_TOGETHER:
            return expression
        match expression:
            case Not() | Certain():
                rises = rising is not isinstance(expression, Not)
                return replace(expression, part=self.replaced(expression.part, rising=rises))
            case And() | Or():
                parts = (self.replaced(part, rising=rising) for part in expression.parts)
                return replace(expression, parts=tuple(parts))
            case Up():
                part = self._there(expression.link, expression.part, rising=rising)
                return replace(expression, part=part)
            case AnyOf():
                branches = (self._branch(one, rising=rising) for one in expression.branches)
                return replace(expression, branches=tuple(branches))
            case Referred():
                return self._referred(expression, rising=rising)
            case _:
                return expression

    def _branch(self, branch: Branch, *, rising: bool) -> Branch:
        if branch.elsewhere is not None:
            return branch
        if branch.link is None:
            return replace(branch, part=self.replaced(branch.part, rising=rising))
        return replace(branch, part=self._there(branch.link, branch.part, rising=rising))

    def _there(self, link: Link, part: Expression, *, rising: bool) -> Expression:
        if not self._is_apart(part):
            return part
        found = self._noted(self.parting.beyond(link, part), rising=rising)
        return found.answer(self.parting.key(link.dataset))

    def _referred(self, referred: Referred, *, rising: bool) -> Expression:
        if not self._is_apart(referred.stays):
            return referred
        beyond = self.parting.beyond(referred.link, referred.stays, self.dataset, referred.when)
        return self._noted(beyond, rising=rising).answer(self.parting.key(self.dataset))

    def _is_apart(self, part: Expression) -> bool:
        return self.parting.written_out(part) > MOST_TOGETHER

    def _noted(self, beyond: Beyond, *, rising: bool) -> Beyond:
        self.beyond[beyond.name, beyond.link] = beyond
        self.rises = self.rises and rising
        return beyond


def written_out(expression: Expression, known: dict[Expression, int]) -> int:
    """Count the questions about other rows in a condition, each as often as it is written."""
    if expression not in known:
        own = len(expression.branches) if isinstance(expression, AnyOf) else 0
        own += int(isinstance(expression, Up | Referred))
        known[expression] = own + sum(written_out(part, known) for part in parts_of(expression))
    return known[expression]


MOST_TOGETHER = 6
"""Questions about other rows that are asked of rows on the way where they stand."""

_MOST = 5_000
