"""Expressions compiled to SQL: *certainly true* and *certainly false*, each two-valued.

Negation is pushed to the leaves, so that indexes serve; rows elsewhere are asked by correlated
EXISTS, never by IN with a subquery, which a single NULL turns against us.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, assert_never

import sqlalchemy as sa

from doelbinding.binding.expression import (
    And,
    AnyOf,
    Branch,
    Certain,
    Compare,
    Constant,
    Defined,
    Elsewhere,
    Expression,
    IsNull,
    KeyIn,
    Not,
    NotAfter,
    Or,
    Referred,
    Since,
    Up,
)
from doelbinding.binding.paths import Link
from doelbinding.stores.sql.conditions import OwnConditions
from doelbinding.stores.sql.tables import Here, other_rows, table
from doelbinding.stores.sql.texts import (
    same,
)
from doelbinding.stores.sql.truth import is_not_true, is_true


@dataclass(frozen=True, kw_only=True)
class Compiler(OwnConditions):
    """Compiles whole expressions, which ask of other rows too."""

    def here(self, dataset_id: str) -> Here:
        """Give a dataset's own table, as the target of a statement."""
        found = self._targets.get(dataset_id)
        if found is None:
            dataset = self.store.dataset(dataset_id)
            found = self._targets[dataset_id] = Here(dataset=dataset, rows=table(dataset))
        return found

    @cached_property
    def _targets(self) -> dict[str, Here]:
        return {}

    @cached_property
    def _known(self) -> dict[tuple[Expression, str, bool], sa.ColumnElement[bool]]:
        return {}

    def certainly(
        self, expression: Expression, here: Here, *, wanted: bool
    ) -> sa.ColumnElement[bool]:
        """Give the condition under which the expression is certainly `wanted`.

        The condition may be NULL where SQL's comparisons are; where that matters it is asked
        `IS TRUE`. Conditions on a statement's own table are kept, since steps share most of them.
        """
        if here is not self._targets.get(here.dataset.id):
            return self._certainly(expression, here, wanted=wanted)
        asked = (expression, here.dataset.id, wanted)
        found = self._known.get(asked)
        if found is None:
            found = self._known[asked] = self._certainly(expression, here, wanted=wanted)
        return found

    def _certainly(
        self, expression: Expression, here: Here, *, wanted: bool
    ) -> sa.ColumnElement[bool]:
        match expression:
            case Constant():
                return sa.true() if expression.value is wanted else sa.false()
            case Not():
                return self.certainly(expression.part, here, wanted=not wanted)
            case Certain():
                part = self.certainly(expression.part, here, wanted=True)
                return part if wanted else is_not_true(part)
            case And() | Or():
                parts = [self.certainly(p, here, wanted=wanted) for p in expression.parts]
                joined = isinstance(expression, And) is wanted
                return sa.and_(sa.true(), *parts) if joined else sa.or_(sa.false(), *parts)
            case Up():
                return self._up(expression, here, wanted=wanted)
            case AnyOf():
                return self._any_of(expression, here, wanted=wanted)
            case Referred():
                return self._referred(expression, here, wanted=wanted)
            case Compare() | IsNull() | Since() | NotAfter() | KeyIn():
                return self.leaf(expression, here, wanted=wanted)
            case Defined():
                raise ValueError("a part of a plan's document is not asked of a database")
            case _:
                assert_never(expression)

    def unknown(self, expression: Expression, here: Here) -> sa.ColumnElement[bool]:
        """Give the condition under which an expression is neither certainly true nor false.

        Said by what is missing or implausible, so that an index finds it: reading a table in order
        to negate two conditions on each row would not need to end.
        """
        match expression:
            case Constant():
                return sa.true() if expression.value is None else sa.false()
            case Not():
                return self.unknown(expression.part, here)
            case And() | Or():
                parts = [self.unknown(part, here) for part in expression.parts]
                decided = self.certainly(expression, here, wanted=isinstance(expression, Or))
                found = sa.or_(sa.false(), *parts)
                return found if len(parts) == 1 else sa.and_(found, is_not_true(decided))
            case Since():
                return self.undated(expression, here)
            case Compare() | IsNull():
                return self.unanswered(expression, here)
            case NotAfter() | KeyIn() | Certain():
                return sa.false()
            case _:
                return sa.and_(
                    is_not_true(self.certainly(expression, here, wanted=True)),
                    is_not_true(self.certainly(expression, here, wanted=False)),
                )

    def _up(self, up: Up, here: Here, *, wanted: bool) -> sa.ColumnElement[bool]:
        there = self.there(here, up.link)
        found = self._exists(here, there, up.link, self.certainly(up.part, there, wanted=wanted))
        if up.missing is not wanted:
            return found
        other = self.there(here, up.link)
        return sa.or_(found, sa.not_(self._exists(here, other, up.link)))

    def _any_of(self, any_of: AnyOf, here: Here, *, wanted: bool) -> sa.ColumnElement[bool]:
        if wanted:
            found = [self._branch_has(b, here, wanted=True) for b in any_of.branches]
            if any_of.empty is True:
                found.append(sa.not_(self._any_rows(any_of, here)))
            return sa.or_(sa.false(), *found)
        none_left = sa.and_(
            sa.true(), *(sa.not_(self._branch_has(b, here, wanted=False)) for b in any_of.branches)
        )
        return (
            none_left if any_of.empty is False else sa.and_(self._any_rows(any_of, here), none_left)
        )

    def _branch_has(self, branch: Branch, here: Here, *, wanted: bool) -> sa.ColumnElement[bool]:
        """Give whether a row of the branch is certainly true, or else is not certainly false."""
        if branch.elsewhere is not None:
            sets = ("living",) if wanted else ("living", "unknown")
            return self._carried(branch, branch.elsewhere, here, sets)
        there = here if branch.link is None else self.there(here, branch.link)
        part = self.certainly(branch.part, there, wanted=wanted)
        return self._in_branch(branch, here, there, part if wanted else is_not_true(part))

    def _any_rows(self, any_of: AnyOf, here: Here) -> sa.ColumnElement[bool]:
        found = []
        for branch in any_of.branches:
            if branch.elsewhere is not None:
                found.append(self._carried(branch, branch.elsewhere, here, ("known",)))
                continue
            there = here if branch.link is None else self.there(here, branch.link)
            found.append(self._in_branch(branch, here, there, sa.true()))
        return sa.or_(sa.false(), *found)

    def _in_branch(
        self, branch: Branch, here: Here, there: Here, part: sa.ColumnElement[bool]
    ) -> sa.ColumnElement[bool]:
        if branch.among is not None:
            part = sa.and_(self.certainly(branch.among, there, wanted=True), part)
        found = (
            is_true(part) if branch.link is None else self._exists(here, there, branch.link, part)
        )
        if branch.when is None:
            return found
        return sa.and_(is_true(self.certainly(branch.when, here, wanted=True)), found)

    def _carried(
        self, branch: Branch, elsewhere: Elsewhere, here: Here, sets: Sequence[str]
    ) -> sa.ColumnElement[bool]:
        """Give whether a value of the row is in sets that were answered in another store."""
        named = [f"{branch.name}/{one}" for one in sets]
        found = is_true(self.in_sets([elsewhere.own], here, named))
        if branch.when is None:
            return found
        return sa.and_(is_true(self.certainly(branch.when, here, wanted=True)), found)

    def _referred(self, referred: Referred, here: Here, *, wanted: bool) -> sa.ColumnElement[bool]:
        """Ask whether a row that refers here stays; while doing, whether any is left at all.

        The rows that stay are a common table expression: databases fold it back in, and nesting
        stays within what SQLite's parser bears.
        """
        there = self.referring(here, referred.link)
        if self.doing:
            left = self._left(here, there, referred.link, *self._refer(referred, there))
            return left if wanted else sa.not_(left)
        found = self._staying(
            here, there, referred.link, self._stay(referred, there, wanted=wanted)
        )
        return found if wanted else sa.not_(found)

    def _stay(self, referred: Referred, there: Here, *, wanted: bool) -> sa.ColumnElement[bool]:
        """Say of a row that it refers and stays, certainly or, if not `wanted`, perhaps."""
        stays = self.certainly(referred.stays, there, wanted=wanted)
        return sa.and_(*self._refer(referred, there), stays if wanted else is_not_true(stays))

    def _refer(self, referred: Referred, there: Here) -> list[sa.ColumnElement[bool]]:
        """Say of a row whether it refers at all, where only some do."""
        if referred.when is None:
            return []
        return [self.certainly(referred.when, there, wanted=True)]

    def _staying(
        self, here: Here, there: Here, link: Link, stays: sa.ColumnElement[bool]
    ) -> sa.ColumnElement[bool]:
        staying: sa.CTE = sa.select(*(there.column(b) for _, b in link.pairs)).where(stays).cte()
        joined = [self.refers(staying.c[b], here, a) for a, b in link.pairs]
        asked: sa.Select[Any] = sa.select(sa.literal_column("1")).select_from(staying)
        return asked.where(*joined).correlate(here.rows).exists()

    def _left(
        self, here: Here, there: Here, link: Link, *parts: sa.ColumnElement[bool]
    ) -> sa.ColumnElement[bool]:
        """Give whether a row refers here as the database takes it: a cascade compares no closer."""
        joined = [self.refers(there.column(b), here, a) for a, b in link.pairs]
        asked: sa.Select[Any] = sa.select(sa.literal_column("1")).select_from(there.rows)
        return asked.where(*joined, *parts).correlate(here.rows).exists()

    def joined(
        self, here: Here, there: Here, link: Link, *, closely: bool
    ) -> Iterator[sa.ColumnElement[bool]]:
        """Give when a link leads from a row to another: exactly, or as the database refers."""
        if closely:
            return (self._same(here, a, there, b) for a, b in link.pairs)
        return (self.refers(there.column(b), here, a) for a, b in link.pairs)

    def _same(self, here: Here, a: str, there: Here, b: str) -> sa.ColumnElement[bool]:
        folds = self.folds(here, a) or self.folds(there, b)
        return same(there.column(b), here.column(a), folds=folds)

    def keyed(self, link: Link) -> bool:
        """Tell whether a link leads to one row at most: to the whole key of its dataset."""
        return {there for _, there in link.pairs} >= set(self.store.dataset(link.dataset).key)

    def there(self, here: Here, link: Link) -> Here:  # noqa: ARG002 - who visits needs to know
        """Give the table a link leads to from another, under a name of its own."""
        dataset = self.store.dataset(link.dataset)
        return Here(dataset=dataset, rows=other_rows(dataset))

    def referring(self, here: Here, link: Link) -> Here:
        """Give the table whose rows refer to another's, as the database takes it."""
        return self.there(here, link)

    def _exists(
        self, here: Here, there: Here, link: Link, *parts: sa.ColumnElement[bool]
    ) -> sa.ColumnElement[bool]:
        joined = [self._same(here, a, there, b) for a, b in link.pairs]
        asked: sa.Select[Any] = (
            sa.select(sa.literal_column("1")).select_from(there.rows).where(*joined, *parts)
        )
        return asked.correlate(here.rows).exists()
