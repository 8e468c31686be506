"""Whether a condition asks a column something that its type can answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from doelbinding.policy.condition import COMPARISONS, ORDERINGS, Condition, Scalar
from doelbinding.policy.load.names import dangling
from doelbinding.policy.load.places import ModelPath, Problem
from doelbinding.policy.stores import ZERO_DATE, Column, ColumnType, Dataset

_DAYS_AS_TEXT = {ColumnType.DATE_TEXT, ColumnType.DATE_DIGITS}
_UNORDERED = {ColumnType.TEXT, ColumnType.BOOLEAN, ColumnType.JSON}


def condition_problems(
    dataset: Dataset, condition: Condition, path: ModelPath
) -> Iterator[Problem]:
    """Yield every unknown column, and every operand that the column cannot be compared with."""
    for word, parts in (("all", condition.all_), ("any", condition.any_)):
        for number, part in enumerate(parts or ()):
            yield from condition_problems(dataset, part, (*path, word, number))
    if condition.not_ is not None:
        yield from condition_problems(dataset, condition.not_, (*path, "not"))
    if condition.column is None:
        return
    columns = {column.name: column for column in dataset.columns}
    if condition.column not in columns:
        yield from dangling(f"column of {dataset.id}", condition.column, columns, (*path, "column"))
        return
    yield from _operands(columns[condition.column], condition, path)


def _operands(column: Column, condition: Condition, path: ModelPath) -> Iterator[Problem]:
    for word in COMPARISONS:
        operand = getattr(condition, word)
        if operand is None:
            continue
        if word in ORDERINGS and column.type in _UNORDERED:
            yield Problem(
                (*path, word),
                f"the column {column.name!r} is {column.type}, which has no order here",
                "Use `equals`, `differs` or `in`",
            )
        else:
            yield from operand_problem(column, operand, (*path, word))
    for number, operand in enumerate(condition.in_ or ()):
        yield from operand_problem(column, operand, (*path, "in", number))


def operand_problem(column: Column, operand: Scalar, path: ModelPath) -> Iterator[Problem]:
    """Yield a problem when a value cannot stand in the column."""
    if not _fits(column.type, operand):
        yield Problem(
            path,
            f"{operand!r} cannot stand in the column {column.name!r}, which is {column.type}",
            _REMEDY[column.type],
        )


def null_problem(column: Column, value: Scalar, path: ModelPath) -> Iterator[Problem]:
    """Yield a problem when a value cannot stand for nothing in the column.

    Where days are texts, anything can stand that is no day: an empty text, `0000-00-00`; which is
    also what MariaDB has for no date in columns of its own dates. Where they are digits, any number
    can.
    """
    zero = value == ZERO_DATE and column.type.has_zero
    zero = zero or (type(value) is int and column.type is ColumnType.DATE_DIGITS)
    if not zero and not (isinstance(value, str) and column.type in _DAYS_AS_TEXT):
        yield from operand_problem(column, value, path)


def _fits(kind: ColumnType, operand: Scalar) -> bool:
    match kind:
        case ColumnType.BOOLEAN:
            return isinstance(operand, bool)
        case ColumnType.TEXT | ColumnType.JSON:
            return isinstance(operand, str)
        case ColumnType.INTEGER:
            return type(operand) is int
        case ColumnType.DECIMAL:
            return type(operand) is int or (isinstance(operand, str) and _is_decimal(operand))
        case ColumnType.EPOCH_SECONDS | ColumnType.EPOCH_MILLISECONDS:
            return type(operand) is int or (isinstance(operand, str) and _is_time(operand))
        case ColumnType.DATE_DIGITS:
            return isinstance(operand, str | int) and _is_digits(str(operand))
        case ColumnType.DATE | ColumnType.DATE_TEXT:
            return isinstance(operand, str) and _is_date(operand)
        case _:
            bare = kind is ColumnType.TIMESTAMP
            return (
                isinstance(operand, str) and _is_time(operand) and not (bare and _has_zone(operand))
            )


def _is_decimal(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _is_digits(text: str) -> bool:
    return len(text) == len("20240131") and _is_date(f"{text[:4]}-{text[4:6]}-{text[6:]}")


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _has_zone(text: str) -> bool:
    return datetime.fromisoformat(text).tzinfo is not None


_TIME = "Write a date such as 2024-01-31, or a moment such as 2024-01-31T09:00:00"
_REMEDY = {
    ColumnType.BOOLEAN: "Write true or false",
    ColumnType.TEXT: "Write it between quotes",
    ColumnType.JSON: "Write JSON between quotes, such as '{}'",
    ColumnType.INTEGER: "Write a whole number, without quotes",
    ColumnType.DECIMAL: "Write a number such as 12.50",
    ColumnType.DATE: "Write a date such as 2024-01-31",
    ColumnType.TIMESTAMP: _TIME,
    ColumnType.INSTANT: _TIME,
    ColumnType.DATE_TEXT: "Write a date such as 2024-01-31",
    ColumnType.DATE_DIGITS: "Write a date such as 20240131",
    ColumnType.EPOCH_SECONDS: _TIME,
    ColumnType.EPOCH_MILLISECONDS: _TIME,
}
