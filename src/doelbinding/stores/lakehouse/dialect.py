"""Statements written out as Spark SQL, every value as a typed literal.

Spark refuses parameters in statements that change data, and engines differ in how they read quotes
and backslashes within quotes (Sail makes `OBrien` of `'O''Brien'`). So text is written as the hex
of its UTF-8, which nothing can escape from, and times with their type and offset (ADR 0017).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from math import isfinite
from typing import Any

from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.sql.compiler import GenericTypeCompiler, IdentifierPreparer, SQLCompiler

NAME = "spark"


class NoLiteral(TypeError):
    """A value of a type that we do not write into a statement; the value is not repeated."""


def literal(value: object) -> str:
    """Write a value as a typed literal.

    Raises:
        NoLiteral: there is no form for its type.
    """
    match value:
        case None:
            return "NULL"
        case bool():
            return "TRUE" if value else "FALSE"
        case int():
            return str(int(value))
        case str():
            return f"CAST(X'{value.encode().hex()}' AS STRING)"
        case float() | Decimal() if isfinite(value):
            return _number(value)
        case datetime() if value.tzinfo is None:
            return f"TIMESTAMP_NTZ '{value.isoformat(' ', 'microseconds')}'"
        case datetime():
            return f"TIMESTAMP '{value.astimezone(UTC).isoformat(' ', 'microseconds')}'"
        case date():
            return f"DATE '{value.isoformat()}'"
        case _:
            raise NoLiteral(f"a value of type {type(value).__name__} has no literal in Spark SQL")


def _number(value: float | Decimal) -> str:
    if isinstance(value, float):
        return f"CAST('{value!r}' AS DOUBLE)"
    written = format(value, "f")
    digits = len(written.lstrip("-").replace(".", ""))
    scale = len(written.partition(".")[2])
    return f"CAST('{written}' AS DECIMAL({digits}, {scale}))"


def quoted(name: str) -> str:
    """Quote an identifier."""
    return f"`{name.replace('`', '``')}`"


class _Preparer(IdentifierPreparer):
    """Quotes every identifier, with backticks."""

    def __init__(self, dialect: Any) -> None:
        super().__init__(dialect, initial_quote="`", escape_quote="`")

    def _requires_quotes(self, value: str) -> bool:
        return bool(value)


class _Types(GenericTypeCompiler):
    """The one type we cast to."""

    def visit_TEXT(self, type_: Any, **kw: Any) -> str:  # noqa: N802 - its base's name
        """Write text as Spark names it."""
        del type_, kw
        return "STRING"


class _Statements(SQLCompiler):
    """Writes literals for what is bound, and tables by their address."""

    dialect: SparkDialect

    def visit_bindparam(self, bindparam: Any, *_: Any, **__: Any) -> str:
        """Write a bound value, or several of an IN, as literals."""
        value = bindparam.effective_value
        if bindparam.expanding:
            return f"({', '.join(literal(one) for one in value)})"
        return literal(value)

    def visit_table(self, table: Any, *args: Any, **kw: Any) -> str:
        """Write a mapped table by where it is."""
        address = self.dialect.addresses.get((table.schema, table.name))
        if address is None:
            base: Any = super()
            return str(base.visit_table(table, *args, **kw))
        return address


class SparkDialect(DefaultDialect):
    """Spark SQL, as far as our questions need it. `addresses`: (schema, table) to how it is named.

    Nothing is executed by it; statements go through Spark Connect as text.
    """

    name = NAME
    paramstyle = "named"
    supports_native_boolean = True
    supports_statement_cache = False
    statement_compiler = _Statements
    type_compiler_cls = _Types
    preparer: type[IdentifierPreparer] = _Preparer

    def __init__(self, addresses: Mapping[tuple[str | None, str], str]) -> None:
        super().__init__()
        self.addresses = addresses


def written(clause: Any, dialect: SparkDialect) -> str:
    """Write a statement or a part of one as Spark SQL."""
    return str(clause.compile(dialect=dialect))
