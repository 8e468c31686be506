"""What is asked of a row itself, compiled to SQL: comparisons, dates, keys among sets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, assert_never

import sqlalchemy as sa

from doelbinding.binding.circumstances import Key
from doelbinding.binding.expression import Compare, Comparison, IsNull, KeyIn, NotAfter, Since
from doelbinding.binding.nothing import operand_of
from doelbinding.plan.model import KeySets
from doelbinding.policy.stores import ZERO_DATE, ColumnType, Store
from doelbinding.stores.sql.comparing import EXACTLY, Comparing
from doelbinding.stores.sql.lists import are_many_numbers, can_be_listed, in_list, in_numbers
from doelbinding.stores.sql.tables import Here, bound
from doelbinding.stores.sql.texts import FOLDING, compared, compared_exactly, folded_keys, refers
from doelbinding.stores.sql.times import (
    clock,
    day_after,
    moment_in,
    start_of,
    told_clock,
    well_formed,
    zero_date,
)
from doelbinding.stores.sql.truth import is_not_true
from doelbinding.stores.sql.widths import of_width

_NEGATED = {
    Comparison.EQUALS: Comparison.DIFFERS,
    Comparison.DIFFERS: Comparison.EQUALS,
    Comparison.LESS_THAN: Comparison.AT_LEAST,
    Comparison.AT_LEAST: Comparison.LESS_THAN,
    Comparison.AT_MOST: Comparison.MORE_THAN,
    Comparison.MORE_THAN: Comparison.AT_MOST,
}


_NUMBERS = ("integer", "real")
"""What SQLite calls the types of values that are numbers."""

_TEXTS = {ColumnType.TEXT, ColumnType.DATE_TEXT}


@dataclass(frozen=True, kw_only=True)
class OwnConditions:
    """Compiles what is asked of rows themselves, for one store, one dialect and some key sets.

    `doing`: the statement runs in a plan's order, when rows that go before it are gone.
    `comparing`: which texts are not compared exactly by `=`, besides those of folding dialects, and
    what else of columns decides how keys go in.
    """

    store: Store
    dialect: str
    keys: KeySets
    doing: bool = False
    comparing: Comparing = EXACTLY

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
                if wanted:
                    return self.null(leaf.column, here)
                present = here.column(leaf.column).is_not(None)
                return self._but_zero(present, leaf.column, here) if leaf.unsaid else present
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
        if _is_of_zero(leaf, here):
            equal = self.zero(leaf.column, here)
            if by is Comparison.EQUALS:
                return sa.false() if equal is None else equal
            return self._but_zero(held.is_not(None), leaf.column, here)
        if by is Comparison.EQUALS:
            return self._as_its_type(leaf, here, by)
        form = self._readable(leaf, here)
        if leaf.for_nothing and form:
            equal = self._as_its_type(leaf, here, Comparison.EQUALS)
            said = sa.and_(held.is_not(None), is_not_true(equal))
        else:
            said = sa.and_(self._as_its_type(leaf, here, by), *form)
        return self._but_zero(said, leaf.column, here)

    def _as_its_type(self, leaf: Compare, here: Here, by: Comparison) -> sa.ColumnElement[bool]:
        """Compare what a column holds as what it is said to be: a moment, a number, a text."""
        held, column = here.column(leaf.column), here.dataset.column(leaf.column)
        told = operand_of(column, leaf.value, self.store.timezone)
        if column.type.is_clock and isinstance(leaf.value, str):
            moment = told_clock(leaf.value, column, self.store.timezone, self.dialect)
            return compared(clock(held, column, self.dialect), by, bound(moment))
        if isinstance(told, str):
            may_be_number = column.type is ColumnType.DATE_DIGITS and self.dialect == "spark"
            text = sa.cast(held, sa.Text) if may_be_number else held
            return compared_exactly(text, by, told, folds=self.folds(here, leaf.column))
        if isinstance(told, Decimal) and self.dialect == "sqlite":
            return compared(held, by, bound(float(told)))  # it holds decimals so
        return compared(held, by, bound(told))

    def _readable(self, leaf: Compare, here: Here) -> list[sa.ColumnElement[bool]]:
        """Give what tells that a column holds what its type says, where it may be something else.

        A day, an hour or a number that cannot be read is neither before another nor after it.
        """
        held, column = here.column(leaf.column), here.dataset.column(leaf.column)
        if column.type.is_time:
            form = well_formed(held, column, self.dialect)
        elif column.type.is_number and self.dialect == "sqlite":
            form = sa.func.typeof(held).in_([sa.literal_column(f"'{one}'") for one in _NUMBERS])
        else:
            form = None
        return [] if form is None else [form]

    def unanswered(self, leaf: Compare | IsNull, here: Here) -> sa.ColumnElement[bool]:
        """Give whether a test of a column is neither certainly true nor certainly false."""
        zero = self.zero(leaf.column, here)
        if isinstance(leaf, IsNull):
            return sa.false() if zero is None or not leaf.unsaid else zero
        null = self.null(leaf.column, here)
        if _is_of_zero(leaf, here):
            return null
        form = [] if leaf.for_nothing else self._readable(leaf, here)
        unread = [is_not_true(one) for one in form]
        return sa.or_(null, *unread, *(() if zero is None else (zero,)))

    def zero(self, name: str, here: Here) -> sa.ColumnElement[bool] | None:
        """Give whether a column holds a zero date; none where it cannot."""
        return zero_date(here.column(name), here.dataset.column(name), self.dialect)

    def _but_zero(
        self, said: sa.ColumnElement[bool], name: str, here: Here
    ) -> sa.ColumnElement[bool]:
        zero = self.zero(name, here)
        return said if zero is None else sa.and_(said, is_not_true(zero))

    def folds(self, here: Here, column: str) -> bool:
        """Tell whether the database's own `=` on a column may take different texts for the same."""
        if here.dataset.column(column).type not in _TEXTS:
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
        null = self.null(leaf.column, here)
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

    def undated(self, leaf: Since, here: Here) -> sa.ColumnElement[bool]:
        """Give whether a date is missing or implausible."""
        held, column = here.column(leaf.column), here.dataset.column(leaf.column)
        parts = [
            held < self._start(leaf, leaf.earliest, here),
            held >= self._start(leaf, day_after(leaf.latest), here),
        ]
        form = well_formed(held, column, self.dialect)
        if form is not None:
            parts.append(sa.and_(held.is_not(None), is_not_true(form)))
        return sa.or_(*parts, *([self.null(leaf.column, here)] if leaf.when_null is None else []))

    def null(self, name: str, here: Here) -> sa.ColumnElement[bool]:
        """Give whether a column is null; MariaDB says so of 0000-00-00 too, in WHERE alone.

        An index serves the first condition, and the second tells the two apart.
        """
        held = here.column(name)
        null = held.is_(None)
        if self.dialect == "mysql" and here.dataset.column(name).type.has_zero:
            return sa.and_(null, is_not_true(held.is_not(None)))
        return null

    def _start(self, leaf: Since, day: date, here: Here) -> sa.BindParameter[Any]:
        column = here.dataset.column(leaf.column)
        return bound(start_of(day, leaf.zone, column, self.store.timezone, self.dialect))

    def refers(
        self, held: sa.ColumnElement[Any], here: Here, column: str
    ) -> sa.ColumnElement[bool]:
        """Give whether what is held refers to a column here, as the database takes it."""
        trimmed = (here.dataset.id, column) in self.comparing.trimmed
        return refers(held, here.column(column), trimmed=trimmed)


def _is_of_zero(leaf: Compare, here: Here) -> bool:
    return leaf.value == ZERO_DATE and here.dataset.column(leaf.column).type.has_zero


def encoded(part: Any, folds: bool) -> Any:  # noqa: FBT001 - one of a pair
    """Give a part of a key as bytes where texts are compared so."""
    return part.encode() if folds and isinstance(part, str) else part


def _each_equals(columns: Sequence[sa.ColumnElement[Any]], key: Key) -> sa.ColumnElement[bool]:
    return sa.and_(*(c == bound(part) for c, part in zip(columns, key, strict=True)))
