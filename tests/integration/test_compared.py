"""Conditions compare a value as what its column is said to hold; what is none is no answer."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from doelbinding.policy.errors import PolicyErrors
from tests.integration.one_condition import left, stated
from tests.integration.one_night import policy_of

AMOUNTS = ("9", "100", "12.50", "0", "NULL")
"""In the order of texts 100 comes before 12.50 and that before 9."""
DAYS = ("'2024-01-31'", "'2010-01-01'", "''", "'01/02/2019'", "'2024-1-5'", "NULL")
DIGITS = ("20240131", "20100101", "0", "NULL")
EPOCHS = ("1706659200", "1262304000", "''", "'soon'", "NULL")
JUNK_NUMBERS = ("1", "3", "'many'", "x'03'", "NULL")


@pytest.mark.parametrize(
    ("condition", "stay"),
    [
        ("at_least: '12.50'", [2, 3]),
        ("less_than: '12.5'", [1, 4]),
        ("equals: '12.5'", [3]),
        ("differs: '12.5'", [1, 2, 4]),
        ("in: ['12.5', 9]", [1, 3]),
        ("more_than: 9", [2, 3]),
    ],
)
def test_decimals_are_compared_as_numbers(
    everywhere: sa.Engine, condition: str, stay: list[int]
) -> None:
    assert left(everywhere, "NUMERIC(9,2)", AMOUNTS, stated("decimal", condition)) == stay


def test_a_decimal_stands_for_nothing_however_it_is_written(everywhere: sa.Engine) -> None:
    told = stated("decimal", "at_most: 9", nulls="'0.00'")
    assert left(everywhere, "NUMERIC(9,2)", AMOUNTS, told) == [1, 4]


@pytest.mark.parametrize(
    ("condition", "stay"),
    [
        ("at_most: '2024-01-30'", [2, 3, 4, 5]),
        ("more_than: '2024-01-30'", [1, 3, 4, 5]),
        ("equals: '2024-01-31'", [1, 3, 4, 5]),
        ("differs: '2024-01-31'", [2, 3, 4, 5]),
        ("in: ['2024-01-31', '2024-02-01']", [1, 3, 4, 5]),
        ("null: true", []),
    ],
)
def test_a_text_that_is_no_day_is_neither_before_one_nor_after(
    everywhere: sa.Engine, condition: str, stay: list[int]
) -> None:
    """Nor is it another: `01/02/2019` may be the day that is asked for, and nothing goes for it."""
    assert left(everywhere, "VARCHAR(10)", DAYS, stated("date-text", condition)) == stay


def test_what_stands_for_no_day_is_told_from_what_cannot_be_read(everywhere: sa.Engine) -> None:
    told = stated("date-text", "null: true", nulls="'', '2010-01-01'")
    assert left(everywhere, "VARCHAR(10)", DAYS, told) == [2, 3]


@pytest.mark.parametrize(
    ("condition", "stay"),
    [("at_most: 20200101", [2, 3]), ("at_least: '20200101'", [1, 3]), ("in: [20240131]", [1, 3])],
)
@pytest.mark.parametrize("sql", ["INTEGER", "VARCHAR(8)"])
def test_digits_that_are_no_day_are_neither(
    everywhere: sa.Engine, sql: str, condition: str, stay: list[int]
) -> None:
    held = tuple(one if sql == "INTEGER" or one == "NULL" else f"'{one}'" for one in DIGITS)
    assert left(everywhere, sql, held, stated("date-digits", condition)) == stay


@pytest.mark.parametrize(
    ("kind", "held", "condition", "stay"),
    [
        ("epoch-seconds", EPOCHS, "at_most: '2020-01-01'", [2, 3, 4]),
        ("epoch-seconds", EPOCHS, "more_than: 1500000000", [1, 3, 4]),
        ("integer", JUNK_NUMBERS, "at_least: 2", [2, 3, 4]),
        ("integer", JUNK_NUMBERS, "differs: 3", [1, 3, 4]),
        ("decimal", JUNK_NUMBERS, "less_than: '2.5'", [1, 3, 4]),
        ("boolean", ("1", "0", "'maybe'", "NULL"), "equals: true", [1, 3]),
    ],
)
def test_a_text_in_a_column_of_numbers_is_no_number(
    sqlite: sa.Engine, kind: str, held: tuple[str, ...], condition: str, stay: list[int]
) -> None:
    """SQLite takes it, orders it after every number, and Python refuses to compare them."""
    assert left(sqlite, "INTEGER", held, stated(kind, condition)) == stay


def test_a_day_in_text_is_not_compared_with_a_moment() -> None:
    with pytest.raises(PolicyErrors, match="cannot stand in the column 'held'"):
        policy_of(stated("date-text", "at_most: '2024-01-31T09:00'"))
