"""Which answers a condition can give at all, in Kleene's logic.

A state that can never change makes a retention rule that never ends, or never begins. The answer
is found by trying every distinguishable row: for each column the constants it is compared with,
a value on either side of each, and nothing.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from itertools import product
from math import prod
from typing import Any

from doelbinding.policy.condition import COMPARISONS, ORDERINGS, Condition

Value = bool | int | float | str | Decimal | datetime | None
Truth = bool | None

TOO_MANY_ROWS = 20_000
_LITTLE, _SOON = Decimal("1e-12"), timedelta(microseconds=1)
EVERY_ANSWER: frozenset[Truth] = frozenset({True, False, None})

_TESTS: Mapping[str, Callable[[Any, Any], bool]] = {
    "equals": operator.eq,
    "differs": operator.ne,
    "less_than": operator.lt,
    "at_most": operator.le,
    "more_than": operator.gt,
    "at_least": operator.ge,
}


def possible_answers(condition: Condition) -> frozenset[Truth]:
    """Give the answers the condition can give; all three when it is too large to try."""
    condition = _in_order(condition)
    constants = _by_column(condition)
    domains = {name: _domain(values) for name, values in constants.items()}
    if prod(len(domain) for domain in domains.values()) > TOO_MANY_ROWS:
        return EVERY_ANSWER
    rows = (dict(zip(domains, row, strict=True)) for row in product(*domains.values()))
    return frozenset(answer(condition, row) for row in rows)


def answer(condition: Condition, row: Mapping[str, Value]) -> Truth:
    """Answer the condition on a row: yes, no or unknown."""
    if condition.all_ is not None:
        return _all(answer(part, row) for part in condition.all_)
    if condition.any_ is not None:
        return _not(_all(_not(answer(part, row)) for part in condition.any_))
    if condition.not_ is not None:
        return _not(answer(condition.not_, row))
    value = row[condition.column or ""]
    if condition.null is not None:
        return (value is None) is condition.null
    if value is None:
        return None
    if condition.in_ is not None:
        return value in condition.in_
    return _compare(condition, value)


def _compare(condition: Condition, value: Value) -> Truth:
    name = next(name for name in COMPARISONS if getattr(condition, name) is not None)
    try:
        return _TESTS[name](value, getattr(condition, name))
    except TypeError:
        return None


def _not(truth: Truth) -> Truth:
    return None if truth is None else not truth


def _all(truths: Iterator[Truth]) -> Truth:
    seen = set(truths)
    if False in seen:
        return False
    return None if None in seen else True


def _in_order(condition: Condition) -> Condition:
    """Give the condition with constants of columns that it orders as what their order is of.

    Only columns of numbers and times have one, and both are written as texts: `'100'` is above
    `'12.50'`, and `2024-01-31` is the moment at which that day starts.
    """
    ordered = set(_ordered(condition))
    reading: dict[str, Mapping[Value, Value]] = {}
    for name, constants in _by_column(condition).items():
        if name in ordered and any(isinstance(one, str) for one in constants):
            reading[name] = _read(constants - {None})
    return _reread(condition, reading) if reading else condition


def _ordered(condition: Condition) -> Iterator[str]:
    for part in _parts(condition):
        yield from _ordered(part)
    if any(getattr(condition, name) is not None for name in ORDERINGS):
        yield str(condition.column)


def _read(constants: set[Value]) -> Mapping[Value, Value]:
    """Read all as numbers, or else all as moments; or else none."""
    with suppress(InvalidOperation):
        return {one: Decimal(str(one)) for one in constants}
    with suppress(ValueError):
        moments = {one: datetime.fromisoformat(str(one)) for one in constants}
        if len({one.tzinfo is None for one in moments.values()}) == 1:
            return dict(moments)
    return {}


def _reread(condition: Condition, reading: Mapping[str, Mapping[Value, Value]]) -> Condition:
    read: dict[str, Any] = {
        "all_": None if condition.all_ is None else _each(condition.all_, reading),
        "any_": None if condition.any_ is None else _each(condition.any_, reading),
        "not_": None if condition.not_ is None else _reread(condition.not_, reading),
    }
    told = reading.get(str(condition.column), {})
    for name in COMPARISONS:
        value = getattr(condition, name)
        read[name] = told.get(value, value)
    if condition.in_ is not None:
        read["in_"] = tuple(told.get(value, value) for value in condition.in_)
    return replace(condition, **read)


def _each(
    parts: tuple[Condition, ...], reading: Mapping[str, Mapping[Value, Value]]
) -> tuple[Condition, ...]:
    return tuple(_reread(part, reading) for part in parts)


def _parts(condition: Condition) -> tuple[Condition, ...]:
    denied = () if condition.not_ is None else (condition.not_,)
    return (*(condition.all_ or ()), *(condition.any_ or ()), *denied)


def _by_column(condition: Condition) -> dict[str, set[Value]]:
    constants: dict[str, set[Value]] = {}
    for name, value in _constants(condition):
        constants.setdefault(name, set()).add(value)
    return constants


def _constants(condition: Condition) -> Iterator[tuple[str, Value]]:
    """Yield each column with a constant it is compared with, or nothing."""
    if condition.column is not None:
        yield condition.column, None
        for constant in condition.in_ or ():
            yield condition.column, constant
        for name in COMPARISONS:
            if (constant := getattr(condition, name)) is not None:
                yield condition.column, constant
    for part in _parts(condition):
        yield from _constants(part)


def _domain(constants: set[Value]) -> list[Value]:
    """Give values that tell every test on these constants apart."""
    values: dict[Value, None] = {None: None}
    for constant in constants - {None}:
        match constant:
            case bool():
                values |= dict.fromkeys((True, False))
            case int():
                values |= dict.fromkeys((constant - 1, constant, constant + 0.5, constant + 1))
            case Decimal():
                values |= dict.fromkeys((constant - _LITTLE, constant, constant + _LITTLE))
            case datetime():
                values |= dict.fromkeys((constant - _SOON, constant, constant + _SOON))
            case str():
                values |= dict.fromkeys(("", constant, f"{constant}\0"))
            case _:
                values |= {constant: None}
    if len(values) == 1:
        values |= {"anything": None}
    return list(values)
