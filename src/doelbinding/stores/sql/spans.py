"""Spans of a column that meet, asked as one.

What a rule lets go and what is too early to be believed lie side by side: `c < a OR c >= a AND
c < b` is `c < b`, which is half to compare where neither is true.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import BinaryExpression, BooleanClauseList, Grouping

from doelbinding.stores.sql.tables import bound

_ORDERED = (int, date)
"""What Python orders as databases do; the order of texts is a collation's.

SQLite compares numbers as texts with a column that is declared as one, and keeps dates as texts.
"""


@dataclass(frozen=True, slots=True)
class _Span:
    """The values of a column from `first` on and before `beyond`; none where it has no such end."""

    column: sa.ColumnElement[Any]
    first: Any = None
    beyond: Any = None

    @property
    def kind(self) -> type:
        """The type of its ends; a moment may be compared with a number too, and has no order."""
        return type(self.beyond if self.first is None else self.first)

    def meets(self, other: _Span) -> bool:
        """Tell whether nothing lies between two spans of one column."""
        return _reaches(self.beyond, other.first) and _reaches(other.beyond, self.first)

    def with_(self, other: _Span) -> _Span:
        """Give what two spans that meet are together."""
        firsts, beyonds = (self.first, other.first), (self.beyond, other.beyond)
        return _Span(
            self.column,
            None if None in firsts else min(firsts),
            None if None in beyonds else max(beyonds),
        )

    def condition(self) -> sa.ColumnElement[bool]:
        """Give the span as a condition; whatever is not null lies in one without ends."""
        parts = []
        if self.first is not None:
            parts.append(self.column >= bound(self.first))
        if self.beyond is not None:
            parts.append(self.column < bound(self.beyond))
        return sa.and_(*parts) if parts else self.column.is_not(None)


def any_of_spans(conditions: Iterable[sa.ColumnElement[bool]]) -> sa.ColumnElement[bool]:
    """Give whether any condition is true, with spans of one column joined where they meet."""
    spans: dict[tuple[int, type], list[_Span]] = {}
    others: list[sa.ColumnElement[bool]] = []
    for one in _alternatives(conditions):
        span = _span(one)
        if span is None:
            others.append(one)
        else:
            mine = spans.setdefault((id(span.column), span.kind), [])
            mine[:] = _joined(span, mine)
    found = (span.condition() for mine in spans.values() for span in mine)
    return sa.or_(sa.false(), *found, *others)


def _joined(span: _Span, others: Iterable[_Span]) -> Iterator[_Span]:
    """Yield spans with one more, joined with those that it meets."""
    for other in others:
        if span.meets(other):
            span = span.with_(other)
        else:
            yield other
    yield span


def _alternatives(conditions: Iterable[sa.ColumnElement[bool]]) -> Iterator[Any]:
    for one in conditions:
        bare = _bare(one)
        if isinstance(bare, BooleanClauseList) and bare.operator is operators.or_:
            yield from _alternatives(bare.clauses)
        else:
            yield one


def _bare(condition: object) -> object:
    return condition.element if isinstance(condition, Grouping) else condition


def _span(condition: object) -> _Span | None:
    """Read a condition as a span, if it is one."""
    match _bare(condition):
        case BooleanClauseList(operator=operators.and_, clauses=[one, other]):
            return _between(_span(one), _span(other))
        case BinaryExpression(left=column, operator=by, right=sa.BindParameter(value=value)):
            if isinstance(value, _ORDERED) and by is operators.ge:
                return _Span(column, first=value)
            if isinstance(value, _ORDERED) and by is operators.lt:
                return _Span(column, beyond=value)
    return None


def _between(one: _Span | None, other: _Span | None) -> _Span | None:
    """Give from where on and before where a value is, if one says the one and one the other."""
    if one is None or other is None or one.column is not other.column:
        return None
    if one.beyond is not None or other.first is not None:
        return None
    return _Span(one.column, one.first, other.beyond)


def _reaches(beyond: Any, first: Any) -> bool:
    return beyond is None or first is None or bool(first <= beyond)
