"""Expressions compiled to SQL: *certainly true* and *certainly false*, each two-valued.

Negation is pushed to the leaves, so that indexes serve; rows elsewhere are asked by correlated
EXISTS, never by IN with a subquery, which a single NULL turns against us.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, assert_never

import sqlalchemy as sa

from doelbinding.binding.circumstances import Key
from doelbinding.binding.expression import (
    And,
    AnyOf,
    Branch,
    Certain,
    Compare,
    Comparison,
    Constant,
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
from doelbinding.plan.model import KeySets
from doelbinding.policy.stores import ColumnType, Dataset, Store
from doelbinding.stores.sql.comparing import EXACTLY, Comparing
from doelbinding.stores.sql.lists import (
    are_many_numbers,
    can_be_listed,
    in_list,
    in_numbers,
)
from doelbinding.stores.sql.tables import belongs_to, bound, column_of, other_rows, table
from doelbinding.stores.sql.texts import (
    FOLDING,
    compared,
    compared_exactly,
    folded_keys,
    refers,
    same,
)
from doelbinding.stores.sql.times import day_after, moment_in, start_of, well_formed
from doelbinding.stores.sql.truth import is_not_true, is_true
from doelbinding.stores.sql.widths import of_width

_NEGATED = {
    Comparison.EQUALS: Comparison.DIFFERS,
    Comparison.DIFFERS: Comparison.EQUALS,
    Comparison.LESS_THAN: Comparison.AT_LEAST,
    Comparison.AT_LEAST: Comparison.LESS_THAN,
    Comparison.AT_MOST: Comparison.MORE_THAN,
    Comparison.MORE_THAN: Comparison.AT_MOST,
}


_NONE_IN_MARIADB = {ColumnType.DATE, ColumnType.TIMESTAMP, ColumnType.INSTANT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """A table in a statement, under the name it has there, with the dataset it stands for."""

    dataset: Dataset
    rows: sa.FromClause
    _columns: dict[str, sa.ColumnClause[Any]] = field(
        default_factory=dict, compare=False, repr=False
    )

    def column(self, name: str) -> sa.ColumnClause[Any]:
        """Give a column of the table in the statement."""
        found = self._columns.get(name)
        if found is None:
            found = self._columns[name] = column_of(self.rows, name)
        return found

    @property
    def read(self) -> Iterable[str]:
        """The columns that were asked for so far."""
        return self._columns.keys()

    def stand_on(self, rows: sa.FromClause) -> None:
        """Make the columns that were asked for those of rows that were made for them."""
        for column in self._columns.values():
            belongs_to(rows, column)


@dataclass(frozen=True, kw_only=True)
class Compiler:
    """Compiles for one store, one dialect and the key sets at hand.

    `doing`: the statement runs in a plan's order, when rows that go before it are gone.
    `comparing`: which texts are not compared exactly by `=`, besides those of folding dialects, and
    what else of columns decides how keys go in.
    """

    store: Store
    dialect: str
    keys: KeySets
    doing: bool = False
    comparing: Comparing = EXACTLY

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
                return self._undated(expression, here)
            case Compare():
                return self._null(expression.column, here)
            case IsNull() | NotAfter() | KeyIn() | Certain():
                return sa.false()
            case _:
                return sa.and_(
                    is_not_true(self.certainly(expression, here, wanted=True)),
                    is_not_true(self.certainly(expression, here, wanted=False)),
                )

    def _undated(self, leaf: Since, here: Here) -> sa.ColumnElement[bool]:
        held, column = here.column(leaf.column), here.dataset.column(leaf.column)
        parts = [
            held < self._start(leaf, leaf.earliest, here),
            held >= self._start(leaf, day_after(leaf.latest), here),
        ]
        form = well_formed(held, column, self.dialect)
        if form is not None:
            parts.append(sa.and_(held.is_not(None), is_not_true(form)))
        return sa.or_(*parts, *([self._null(leaf.column, here)] if leaf.when_null is None else []))

    def _null(self, name: str, here: Here) -> sa.ColumnElement[bool]:
        """Give whether a column is null; MariaDB says so of 0000-00-00 too, in WHERE alone.

        An index serves the first condition, and the second tells the two apart.
        """
        held = here.column(name)
        null = held.is_(None)
        if self.dialect == "mysql" and here.dataset.column(name).type in _NONE_IN_MARIADB:
            return sa.and_(null, is_not_true(held.is_not(None)))
        return null

    def _start(self, leaf: Since, day: date, here: Here) -> sa.BindParameter[Any]:
        column = here.dataset.column(leaf.column)
        return bound(start_of(day, leaf.zone, column, self.store.timezone, self.dialect))

    def leaf(
        self,
        leaf: Compare | IsNull | Since | NotAfter | KeyIn,
        here: Here,
        *,
        wanted: bool,
    ) -> sa.ColumnElement[bool]:
        """Give the condition under which what is asked of a row itself is certainly `wanted`."""
        match leaf:
            case Compare():
                return self._compare(leaf, here, leaf.by if wanted else _NEGATED[leaf.by])
            case IsNull():
                null = self._null(leaf.column, here)
                return null if wanted else here.column(leaf.column).is_not(None)
            case Since():
                return self._since(leaf, here, wanted=wanted)
            case NotAfter():
                return self._not_after(leaf, here, wanted=wanted)
            case KeyIn():
                found = self.in_sets(leaf.columns, here, (leaf.keys,))
                return found if wanted else is_not_true(found)
            case _:
                assert_never(leaf)

    def _compare(self, leaf: Compare, here: Here, by: Comparison) -> sa.ColumnElement[bool]:
        held = here.column(leaf.column)
        if isinstance(leaf.value, str):
            return compared_exactly(held, by, leaf.value, folds=self.folds(here, leaf.column))
        return compared(held, by, bound(leaf.value))

    def folds(self, here: Here, column: str) -> bool:
        """Tell whether the database's own `=` on a column may take different texts for the same."""
        if here.dataset.column(column).type is not ColumnType.TEXT:
            return False
        return self.dialect in FOLDING or (here.dataset.id, column) in self.comparing.folding

    def _takes_numbers(self, here: Here, columns: Sequence[str]) -> list[bool]:
        """Tell of columns whether a number is compared with them as a number."""
        return [(here.dataset.id, name) in self.comparing.numeric for name in columns]

    def bits(self, here: Here, column: str) -> int | None:
        """Give how wide the whole numbers of a column are, where that matters and is known."""
        if here.dataset.column(column).type is not ColumnType.INTEGER:
            return None
        return self.comparing.bits.get((here.dataset.id, column))

    def in_sets(
        self, names: Sequence[str], here: Here, sets: Sequence[str]
    ) -> sa.ColumnElement[bool]:
        """Give whether columns hold a key of any of these sets."""
        found = frozenset[Key]().union(*(self.keys[one] for one in sets))
        return self._exact_key_in(names, here, list(found))

    def _exact_key_in(
        self, names: Sequence[str], here: Here, keys: Sequence[Key]
    ) -> sa.ColumnElement[bool]:
        columns = [here.column(name) for name in names]
        wide = self.bits(here, names[0])
        if wide is not None and len(columns) == 1 and keys:
            values = sorted({key[0] for key in keys}, key=repr)
            return columns[0] == sa.func.any(bound(of_width(values, wide)))
        folds = [self.folds(here, name) for name in names]
        if self.dialect == "sqlite" and can_be_listed(keys, self._takes_numbers(here, names)):
            return in_list(folded_keys(columns, folds), keys)
        found = self.key_in(columns, keys)
        if not keys or not any(folds):
            return found
        texts = [tuple(encoded(k, f) for k, f in zip(key, folds, strict=True)) for key in keys]
        if self.dialect == "mysql":
            return sa.and_(found, self.key_in(folded_keys(columns, folds), texts))
        return sa.and_(found, self.key_in(folded_keys(columns, folds), keys))

    def _since(self, leaf: Since, here: Here, *, wanted: bool) -> sa.ColumnElement[bool]:
        held, column = here.column(leaf.column), here.dataset.column(leaf.column)
        earliest = max(leaf.earliest, leaf.day) if wanted else leaf.earliest
        after = day_after(leaf.latest) if wanted else min(leaf.day, day_after(leaf.latest))
        parts = [
            held >= self._start(leaf, earliest, here),
            held < self._start(leaf, after, here),
        ]
        form = well_formed(held, column, self.dialect)
        found = sa.and_(*parts) if form is None else sa.and_(*parts, form)
        null = self._null(leaf.column, here)
        return sa.or_(null, found) if leaf.when_null is wanted else found

    def _not_after(self, leaf: NotAfter, here: Here, *, wanted: bool) -> sa.ColumnElement[bool]:
        held, column = here.column(leaf.column), here.dataset.column(leaf.column)
        moment = bound(moment_in(leaf.moment, leaf.zone, column, self.store.timezone, self.dialect))
        form = well_formed(held, column, self.dialect)
        later = held > moment if form is None else sa.and_(held > moment, form)
        return is_not_true(later) if wanted else later

    def key_in(
        self, columns: Sequence[sa.ColumnElement[Any]], keys: Sequence[Any]
    ) -> sa.ColumnElement[bool]:
        """Give whether columns hold one of the keys, in the form the database indexes best."""
        if not keys:
            return sa.false()
        if len(columns) > 1:
            if self.dialect == "mssql":  # which has no tuples
                return sa.or_(*(_each_equals(columns, key) for key in keys))
            return sa.tuple_(*columns).in_([tuple(key) for key in keys])
        values = sorted({key[0] for key in keys}, key=repr)
        if self.dialect == "postgresql":
            return columns[0] == sa.func.any(bound(values))
        if self.dialect == "mysql" and are_many_numbers(values):
            return in_numbers(columns[0], values)
        return columns[0].in_([bound(value) for value in values])

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
        return is_true(self.in_sets([elsewhere.own], here, named))

    def _referred(self, referred: Referred, here: Here, *, wanted: bool) -> sa.ColumnElement[bool]:
        """Ask whether a row that refers here stays; while doing, whether any is left at all.

        The rows that stay are a common table expression: databases fold it back in, and nesting
        stays within what SQLite's parser bears.
        """
        there = self.referring(here, referred.link)
        if self.doing:
            left = self._left(here, there, referred.link)
            return left if wanted else sa.not_(left)
        stays = (
            self.certainly(referred.stays, there, wanted=True)
            if wanted
            else is_not_true(self.certainly(referred.stays, there, wanted=False))
        )
        found = self._staying(here, there, referred.link, stays)
        return found if wanted else sa.not_(found)

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

    def _same(self, here: Here, a: str, there: Here, b: str) -> sa.ColumnElement[bool]:
        folds = self.folds(here, a) or self.folds(there, b)
        return same(there.column(b), here.column(a), folds=folds)

    def refers(
        self, held: sa.ColumnElement[Any], here: Here, column: str
    ) -> sa.ColumnElement[bool]:
        """Give whether what is held refers to a column here, as the database takes it."""
        trimmed = (here.dataset.id, column) in self.comparing.trimmed
        return refers(held, here.column(column), trimmed=trimmed)

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


def encoded(part: Any, folds: bool) -> Any:  # noqa: FBT001 - one of a pair
    """Give a part of a key as bytes where texts are compared so."""
    return part.encode() if folds and isinstance(part, str) else part


def _each_equals(columns: Sequence[sa.ColumnElement[Any]], key: Key) -> sa.ColumnElement[bool]:
    return sa.and_(*(c == bound(part) for c, part in zip(columns, key, strict=True)))
