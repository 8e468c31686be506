"""Public holidays by law, against a second source (R-IX.10)."""

from __future__ import annotations

from datetime import date

import holidays
import pytest

from doelbinding.law.holidays import (
    CALENDARS,
    FIRST_YEAR,
    LAST_YEAR,
    is_working_day,
    public_holidays,
)

SUNDAY = 6


def second_opinion(country: str, year: int) -> set[date]:
    """The package tells holidays at large: for NL the law's set is its public and optional one.

    A day moved off a Sunday is *observed* there; only the Dutch King's Day is moved by law.
    """
    return set(
        holidays.country_holidays(
            country,
            years=year,
            observed=country == "NL",
            categories=("public", "optional") if country == "NL" else ("public",),
        )
    )


@pytest.mark.parametrize("country", CALENDARS)
@pytest.mark.parametrize("year", range(FIRST_YEAR, LAST_YEAR + 1))
def test_every_holiday_agrees_with_the_second_source(country: str, year: int) -> None:
    ours = {day for day in public_holidays(country, year) if day.weekday() != SUNDAY}
    theirs = {day for day in second_opinion(country, year) if day.weekday() != SUNDAY}
    assert ours == theirs


@pytest.mark.parametrize("calendar", CALENDARS.values(), ids=list(CALENDARS))
def test_every_table_names_its_law(calendar: object) -> None:
    assert CALENDARS[calendar.country].source  # type: ignore[attr-defined]


def test_kings_day_moves_off_a_sunday() -> None:
    assert date(2025, 4, 26) in public_holidays("NL", 2025)
    assert date(2025, 4, 27) not in public_holidays("NL", 2025)


def test_alsace_and_moselle_are_left_out() -> None:
    assert is_working_day(date(2024, 3, 29), "FR")
    assert is_working_day(date(2024, 12, 26), "FR")


def test_country_without_a_table_has_weekends_only() -> None:
    assert not public_holidays("XX", 2024)
    assert is_working_day(date(2024, 12, 25), "XX")
    assert not is_working_day(date(2024, 12, 28), "XX")
