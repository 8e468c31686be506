"""A value in its forms: exact in JSON, readable on a page, harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doelbinding.law.language.wording import wording
from doelbinding.policy.stores import Column, ColumnType
from doelbinding.rights.answer.values import as_csv, exact, exact_in, number, shown
from doelbinding.rights.answer.words import LOCALE


def cells(content: str) -> list[list[str]]:
    return [*csv.reader(io.StringIO(content.removeprefix("\ufeff"), newline=""))]


@given(st.text(alphabet=st.characters(exclude_characters="\x00", exclude_categories=["Cs"])))
def test_no_text_starts_a_formula_and_none_is_lost(text: str) -> None:
    ((_,), (cell,)) = cells(as_csv(["head"], [[text]])) if text else (("",), ("",))
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert cell in (text, f"'{text}")


def test_numbers_stay_numbers() -> None:
    written = cells(as_csv(["a"], [[-5], [-2.5], [Decimal("-1.10")], [None]]))
    assert written[1:] == [["-5"], ["-2.5"], ["-1.10"], [""]]


@pytest.mark.parametrize(
    ("kind", "held", "cell"),
    [
        (ColumnType.DECIMAL, Decimal("-1.00"), "-1.00"),
        (ColumnType.DECIMAL, Decimal("-0E-8"), "-0E-8"),
        (ColumnType.DECIMAL, Decimal("-Infinity"), "'-Infinity"),
        (ColumnType.DECIMAL, "-1+cmd", "'-1+cmd"),
        (ColumnType.DECIMAL, "+1", "'+1"),
        (ColumnType.TEXT, "-1.00", "'-1.00"),
        (ColumnType.INTEGER, -1, "-1"),
    ],
)
def test_a_number_below_nought_is_no_formula(kind: ColumnType, held: object, cell: str) -> None:
    written = as_csv(["a"], [[number(exact(held), Column(name="a", type=kind))]])
    assert cells(written)[1:] == [[cell]]


@pytest.mark.parametrize(
    ("value", "held"),
    [
        (True, True),
        (10**20, 10**20),
        (Decimal("1.10"), "1.10"),
        (float("nan"), "nan"),
        (date(2024, 1, 2), "2024-01-02"),
        (datetime(2024, 1, 2, 3, 4), "2024-01-02T03:04:00"),  # noqa: DTZ001 - as a store holds it
        (b"\x00\xff", "AP8="),
    ],
)
def test_json_holds_every_value_without_loss(value: object, held: object) -> None:
    assert exact(value) == held
    assert json.loads(json.dumps(exact(value))) == held


@pytest.mark.parametrize(
    ("kind", "value", "held"),
    [
        (ColumnType.INSTANT, "2025-04-01 12:00:00", "2025-04-01T12:00:00+00:00"),
        (ColumnType.INSTANT, "2025-04-01 12:00:00.25", "2025-04-01T12:00:00.250000+00:00"),
        (ColumnType.INSTANT, "2025-04-01 14:00:00+02:00", "2025-04-01 14:00:00+02:00"),
        (ColumnType.INSTANT, "0001-01-01 00:00:00", "0001-01-01 00:00:00"),
        (ColumnType.INSTANT, "onbekend", "onbekend"),
        (ColumnType.INSTANT, "2025-04-01", "2025-04-01"),
        (ColumnType.TIMESTAMP, "2025-04-01 12:00:00", "2025-04-01 12:00:00"),
    ],
)
def test_an_instant_is_told_apart_from_a_local_time(
    kind: ColumnType, value: str, held: str
) -> None:
    column = Column(name="a", type=kind, null_values=("0001-01-01 00:00:00",))
    assert exact_in(column, value) == held


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        (ColumnType.TIMESTAMP, "2024-07-01 10:30:00", "1 juli 2024, 10:30 uur"),
        (ColumnType.INSTANT, "2024-07-01 22:30:00", "2 juli 2024, 00:30 uur"),
        (ColumnType.EPOCH_SECONDS, 1719823800, "1 juli 2024, 10:50 uur"),
        (ColumnType.DATE, "2024-07-01", "1 juli 2024"),
        (ColumnType.DATE, "onbekend", "onbekend"),
        (ColumnType.BOOLEAN, 0, "nee"),
        (ColumnType.BOOLEAN, "J", "J"),
        (ColumnType.DECIMAL, 12.5, "12,5"),
        (ColumnType.INTEGER, 1000, "1000"),
        (ColumnType.TEXT, "1.5", "1.5"),
    ],
)
def test_people_read_a_value_as_their_language_writes_it(
    kind: ColumnType, value: object, words: str
) -> None:
    dutch = wording("nl", own=LOCALE)
    zone = "Europe/Amsterdam"
    assert shown(value, Column(name="c", type=kind), zone, zone, dutch) == words


@pytest.mark.parametrize(
    ("value", "kind", "said"),
    [
        (0, ColumnType.EPOCH_SECONDS, "0"),
        (date(9999, 12, 31), ColumnType.DATE, "9999-12-31"),
        ("9999-12-31", ColumnType.DATE_TEXT, "9999-12-31"),
    ],
)
def test_what_stands_for_no_date_is_not_written_out_as_a_day(
    value: object, kind: ColumnType, said: str
) -> None:
    column = Column(name="c", type=kind, null_values=(0, "9999-12-31"))
    assert shown(value, column, "UTC", "UTC", wording("nl", own=LOCALE)) == said
