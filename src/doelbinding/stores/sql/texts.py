"""Text compared exactly: a collation that folds case, accents or padding never decides.

Where a column's collation folds, the plain comparison stays beside the exact one, so that an index
still finds the few rows that the exact one then judges.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from doelbinding.binding.expression import Comparison
from doelbinding.stores.sql.tables import bound


class _Bytes(FunctionElement[Any]):
    """Text as what decides whether it is the same: its bytes, or its code points in order."""

    inherit_cache = True
    name = "bytes"


@compiles(_Bytes)
def _(element: _Bytes, compiler: Any, **words: Any) -> str:
    return f'(CAST({compiler.process(element.clauses, **words)} AS TEXT) COLLATE "C")'


@compiles(_Bytes, "sqlite")
def _(element: _Bytes, compiler: Any, **words: Any) -> str:
    return f"({compiler.process(element.clauses, **words)} COLLATE BINARY)"


@compiles(_Bytes, "mysql", "mariadb")
def _(element: _Bytes, compiler: Any, **words: Any) -> str:
    text = compiler.process(element.clauses, **words)
    return f"CAST(CONVERT({text} USING utf8mb4) AS BINARY)"


@compiles(_Bytes, "mssql")
def _(element: _Bytes, compiler: Any, **words: Any) -> str:
    text = compiler.process(element.clauses, **words)
    return f"CAST(CAST({text} AS nvarchar(max)) AS varbinary(max))"


@compiles(_Bytes, "oracle")
def _(element: _Bytes, compiler: Any, **words: Any) -> str:
    return f"NLSSORT({compiler.process(element.clauses, **words)}, 'NLS_SORT=BINARY')"


@compiles(_Bytes, "spark")
def _(element: _Bytes, compiler: Any, **words: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **words)} AS STRING)"  # compared by its bytes


def as_bytes(held: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """Give a text as what decides whether it is the same as another."""
    return _Bytes(held)


FOLDING = frozenset({"mysql", "mssql"})
"""Dialects whose columns fold case unless somebody saw to it."""


def compared(
    held: sa.ColumnElement[Any], by: Comparison, value: sa.ColumnElement[Any]
) -> sa.ColumnElement[bool]:
    """Compare as the database does."""
    match by:
        case Comparison.EQUALS:
            return held == value
        case Comparison.DIFFERS:
            return held != value
        case Comparison.LESS_THAN:
            return held < value
        case Comparison.AT_MOST:
            return held <= value
        case Comparison.MORE_THAN:
            return held > value
        case Comparison.AT_LEAST:
            return held >= value


def compared_exactly(
    held: sa.ColumnElement[Any], by: Comparison, value: str, *, folds: bool
) -> sa.ColumnElement[bool]:
    """Compare a text with a value by code points; `folds`: the column's own `=` is not exact."""
    ordered = by not in {Comparison.EQUALS, Comparison.DIFFERS}
    if not folds and not ordered:
        return compared(held, by, bound(value))
    exactly = compared(as_bytes(held), by, as_bytes(bound(value)))
    return sa.and_(held == bound(value), exactly) if by is Comparison.EQUALS else exactly


def same(
    one: sa.ColumnElement[Any], other: sa.ColumnElement[Any], *, folds: bool
) -> sa.ColumnElement[bool]:
    """Give whether two columns hold the same."""
    return sa.and_(one == other, as_bytes(one) == as_bytes(other)) if folds else one == other


def refers(
    held: sa.ColumnElement[Any], to: sa.ColumnElement[Any], *, trimmed: bool
) -> sa.ColumnElement[bool]:
    """Give whether what is held refers to a column, as a database takes it that keeps references.

    SQLite compares as the column that is referred to, and as the one on the left. Where that leaves
    out blanks at the end it must not hash: the Bloom filters of 3.40 hash a text's length, and
    `=` then misses what it would find. No range is hashed, and an index serves it.
    """
    return sa.and_(to >= held, to <= held) if trimmed else to == held


def folded_keys(
    columns: Sequence[sa.ColumnElement[Any]], folds: Sequence[bool]
) -> list[sa.ColumnElement[Any]]:
    """Give a key's columns as those that decide."""
    return [as_bytes(c) if fold else c for c, fold in zip(columns, folds, strict=True)]
