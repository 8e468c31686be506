"""Truth in SQL: conditions that are never NULL, and counting by condition, in each dialect's words.

SQL Server and Oracle have no boolean values, so there a condition is asked by CASE, and what always
or never holds is asked as a comparison.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import AsBoolean, False_, True_
from sqlalchemy.sql.functions import FunctionElement


class _Condition(FunctionElement[bool]):
    """A condition as it stands: SQLAlchemy would ask `= 1` of it where there are no booleans."""

    inherit_cache = True
    type = sa.Boolean()

    def self_group(self, against: Any = None) -> Any:  # noqa: ARG002 - it groups itself
        """Stand among other conditions, in parentheses of its own."""
        return self


class _IsTrue(_Condition):
    inherit_cache = True
    name = "is_true"

    def _negate(self) -> Any:
        return _IsNotTrue(*self.clauses)


class _IsNotTrue(_Condition):
    inherit_cache = True
    name = "is_not_true"

    def _negate(self) -> Any:
        return _IsTrue(*self.clauses)


def is_true(part: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Give whether a condition is true, never NULL."""
    return _IsTrue(part)


def is_not_true(part: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Give whether a condition is false or NULL, never NULL itself."""
    return _IsNotTrue(part)


@compiles(_IsTrue)
def _(element: _IsTrue, compiler: Any, **words: Any) -> str:
    return f"(({compiler.process(element.clauses, **words)}) IS TRUE)"


@compiles(_IsNotTrue)
def _(element: _IsNotTrue, compiler: Any, **words: Any) -> str:
    return f"(({compiler.process(element.clauses, **words)}) IS NOT TRUE)"


@compiles(_IsTrue, "mssql", "oracle")
def _(element: _IsTrue, compiler: Any, **words: Any) -> str:
    part = compiler.process(element.clauses, **words)
    return f"(CASE WHEN {part} THEN 1 ELSE 0 END = 1)"


@compiles(_IsNotTrue, "mssql", "oracle")
def _(element: _IsNotTrue, compiler: Any, **words: Any) -> str:
    part = compiler.process(element.clauses, **words)
    return f"(CASE WHEN {part} THEN 1 ELSE 0 END = 0)"


@compiles(True_, "mssql", "oracle")
def _(element: True_, compiler: Any, **words: Any) -> str:  # noqa: ARG001 - as it is called
    return "(1 = 1)"


@compiles(False_, "mssql", "oracle")
def _(element: False_, compiler: Any, **words: Any) -> str:  # noqa: ARG001 - as it is called
    return "(1 = 0)"


@compiles(AsBoolean, "mssql", "oracle")
def _(element: AsBoolean, compiler: Any, **words: Any) -> str:
    """Write a constant as it stands, where SQLAlchemy would compare it with 1."""
    if isinstance(element.element, True_ | False_):
        return str(compiler.process(element.element, **words))
    return str(compiler.visit_unary(element, **words))


def has_booleans(dialect: str) -> bool:
    """Tell whether conditions are values that can be selected."""
    return dialect not in {"mssql", "oracle"}


_FILTERS = frozenset({"postgresql", "sqlite"})


def count_where(condition: sa.ColumnElement[bool], dialect: str) -> sa.ColumnElement[int]:
    """Count the rows that pass a condition, in a question about more rows than those."""
    if dialect in _FILTERS:
        return sa.func.count().filter(condition)
    return sa.func.count(sa.case((condition, sa.literal_column("1"))))


def least_where(
    value: sa.ColumnElement[Any], condition: sa.ColumnElement[bool], dialect: str
) -> sa.ColumnElement[Any]:
    """Give the least value among the rows that pass a condition."""
    if dialect in _FILTERS:
        return sa.func.min(value).filter(condition)
    return sa.func.min(sa.case((condition, value)))
