"""Which answers a condition can give, in Kleene's logic (R-II.10)."""

from __future__ import annotations

import pytest

from doelbinding.law.truth import EVERY_ANSWER, Truth, Value, answer, possible_answers
from doelbinding.policy.condition import Condition

PAID = Condition(column="paid", equals=True)
UNPAID = Condition(column="paid", equals=False)
EMPTY = Condition(column="end", null=True)


def both(*parts: Condition) -> Condition:
    return Condition(all_=parts)


def either(*parts: Condition) -> Condition:
    return Condition(any_=parts)


def no(part: Condition) -> Condition:
    return Condition(not_=part)


def more(number: int) -> Condition:
    return Condition(column="n", more_than=number)


def at_least(told: str | int) -> Condition:
    return Condition(column="n", at_least=told)


def at_most(told: str | int) -> Condition:
    return Condition(column="n", at_most=told)


def less(number: int) -> Condition:
    return Condition(column="n", less_than=number)


@pytest.mark.parametrize(
    ("condition", "answers"),
    [
        (PAID, {True, False, None}),
        (EMPTY, {True, False}),
        (both(PAID, UNPAID), {False, None}),
        (either(PAID, UNPAID), {True, None}),
        (both(EMPTY, no(EMPTY)), {False}),
        (either(EMPTY, no(EMPTY)), {True}),
        (both(more(3), less(4)), {True, False, None}),  # 3.5 lies between
        (both(more(4), less(4)), {False, None}),
        (either(more(3), less(4)), {True, None}),
        (both(EMPTY, Condition(column="end", equals="x")), {False, None}),
        (Condition(column="k", in_=("A", "B")), {True, False, None}),
        (both(Condition(column="k", in_=("A", "B")), Condition(column="k", equals="C")),
         {False, None}),
        (Condition(column="d", at_least="2020-01-01"), {True, False, None}),
        (both(Condition(column="d", at_least="2020"), Condition(column="d", less_than="2019")),
         {False, None}),
        (both(at_least("12.50"), at_most("100")), {True, False, None}),
        (both(at_least("100"), at_most("12.50")), {False, None}),
        (either(at_least("9"), at_most("12.50")), {True, None}),
        (both(at_least("12.5"), at_most("12.50")), {True, False, None}),
        (both(at_least("9"), no(Condition(column="n", in_=(9, "9.0"))), at_most(9)),
         {False, None}),
        (both(at_least("2024-01-31T00:00"), at_most("2024-01-31")), {True, False, None}),
        (both(at_least("2024-01-31T00:01"), at_most("2024-01-31")), {False, None}),
        (both(Condition(column="k", equals="7"), Condition(column="k", equals="007")),
         {False, None}),
    ],
)  # fmt: skip
def test_answers_a_condition_can_give(condition: Condition, answers: set[Truth]) -> None:
    assert possible_answers(condition) == answers


def test_condition_too_large_to_try_is_taken_to_change() -> None:
    many = both(*(Condition(column=f"c{n}", equals=n) for n in range(12)))
    assert possible_answers(many) == EVERY_ANSWER


@pytest.mark.parametrize(
    ("condition", "row", "expected"),
    [
        (PAID, {"paid": None}, None),
        (no(PAID), {"paid": None}, None),
        (both(PAID, more(1)), {"paid": None, "n": 0}, False),
        (either(PAID, more(1)), {"paid": None, "n": 2}, True),
        (either(PAID, more(1)), {"paid": None, "n": 0}, None),
        (Condition(column="n", at_most=3), {"n": 3}, True),
        (Condition(column="n", differs="x"), {"n": "y"}, True),
        (more(1), {"n": "text"}, None),
    ],
)
def test_unknown_is_neither_yes_nor_no(
    condition: Condition, row: dict[str, Value], expected: Truth
) -> None:
    assert answer(condition, row) is expected
