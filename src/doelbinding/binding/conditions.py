"""A policy's conditions as expressions, with what a column is said to hold for "nothing"."""

from __future__ import annotations

from doelbinding.binding.expression import (
    NO,
    UNKNOWN,
    YES,
    Compare,
    Comparison,
    Expression,
    IsNull,
)
from doelbinding.binding.nothing import digits
from doelbinding.binding.simplify import all_of, any_of, not_
from doelbinding.policy.condition import COMPARISONS, Condition, Scalar
from doelbinding.policy.stores import ZERO_DATE, Column, Dataset


def tested(condition: Condition, dataset: Dataset) -> Expression:
    """Give a policy's condition on rows of a dataset as an expression."""
    if condition.all_ is not None:
        return all_of(*(tested(part, dataset) for part in condition.all_))
    if condition.any_ is not None:
        return any_of(*(tested(part, dataset) for part in condition.any_))
    if condition.not_ is not None:
        return not_(tested(condition.not_, dataset))
    column = dataset.column(str(condition.column))
    if condition.null is not None:
        return _tested_null(column) if condition.null else not_(_tested_null(column))
    if condition.in_ is not None:
        return unless_null(
            column,
            any_of(*(_compared(column, Comparison.EQUALS, v) for v in condition.in_)),
            UNKNOWN,
        )
    name = next(n for n in COMPARISONS if getattr(condition, n) is not None)
    compared = _compared(column, Comparison(name), getattr(condition, name))
    return unless_null(column, compared, UNKNOWN)


def _compared(column: Column, by: Comparison, value: Scalar) -> Expression:
    return Compare(column=column.name, by=by, value=digits(column, value))


def is_null(column: Column) -> Expression:
    """Give whether a column is null, or holds a value that is to be read as null; never unknown."""
    return any_of(
        IsNull(column=column.name), *(_stands(column, value) for value in column.null_values)
    )


def _tested_null(column: Column) -> Expression:
    """Give what a test asks; of a zero date that the policy does not say to be null, unknown."""
    if not column.type.has_zero or ZERO_DATE in column.null_values:
        return is_null(column)
    null = IsNull(column=column.name, unsaid=True)
    return any_of(null, *(_stands(column, value) for value in column.null_values))


def names_somebody(column: Column) -> Expression:
    """Give whether an identifier is none of the values that stand for nobody; never unknown."""
    if not column.null_values and column.replace_with is None:
        return YES
    emptied = NO if column.replace_with is None else _stands(column, column.replace_with)
    return all_of(not_(is_null(column)), not_(emptied))


def _stands(column: Column, value: Scalar) -> Expression:
    """Give whether a column holds a value that stands for nothing; known also of what is junk."""
    told, by = digits(column, value), Comparison.EQUALS
    return Compare(column=column.name, by=by, value=told, for_nothing=True)


def unless_null(column: Column, said: Expression, when_null: Expression) -> Expression:
    """Give what is said of a column, or what holds where one of its null values stands."""
    if not column.null_values:
        return said
    stands = is_null(column)
    return any_of(all_of(not_(stands), said), all_of(stands, when_null))
