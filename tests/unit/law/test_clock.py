"""How the law counts time (Reg. 1182/71; R-IX.10, R-VI, R-XI.3)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doelbinding.law import clock
from doelbinding.law.holidays import CALENDARS, is_working_day
from doelbinding.policy.retention import Period, parse_period

DAYS = st.dates(min_value=date(1900, 1, 1), max_value=date(2300, 12, 31))
PERIODS = st.builds(
    Period,
    years=st.integers(0, 200),
    months=st.integers(0, 240),
    days=st.integers(0, 1000),
)
ENDS = st.dates(min_value=date(2000, 1, 1), max_value=date(2000, 12, 31)).map(
    lambda day: f"{day:%m-%d}"
)
COUNTRIES = st.sampled_from([*CALENDARS, "XX"])
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@pytest.mark.parametrize(
    ("start", "period", "end"),
    [
        (date(2020, 3, 5), "P1M", date(2020, 4, 5)),
        (date(2023, 8, 31), "P1M", date(2023, 9, 30)),
        (date(2023, 1, 31), "P1M", date(2023, 2, 28)),
        (date(2024, 2, 29), "P1Y", date(2025, 2, 28)),
        (date(2024, 2, 29), "P4Y", date(2028, 2, 29)),
        (date(2023, 11, 29), "P5Y", date(2028, 11, 29)),
        (date(2024, 1, 31), "P1M1D", date(2024, 3, 1)),
        (date(2024, 2, 28), "P2D", date(2024, 3, 1)),
        (date(2024, 2, 28), "P1W", date(2024, 3, 6)),
        (date(2024, 2, 28), "P0D", date(2024, 2, 28)),
    ],
)
def test_period_ends_with_the_day_of_the_same_date_or_the_months_last(
    start: date, period: str, end: date
) -> None:
    assert clock.last_day(start, parse_period(period)) == end
    assert clock.due_from(start, parse_period(period)) == end + timedelta(days=1)


def test_period_that_leaves_the_calendar_never_expires() -> None:
    assert clock.last_day(date(9998, 5, 1), Period(years=5)) == date.max
    assert clock.due_from(date(9998, 5, 1), Period(days=73_000)) == date.max


@given(DAYS, DAYS, PERIODS)
def test_retention_ends_are_monotone_in_their_start(a: date, b: date, period: Period) -> None:
    first, later = sorted((a, b))
    assert clock.last_day(first, period) <= clock.last_day(later, period)
    assert first <= clock.last_day(first, period) < clock.due_from(first, period)


@pytest.mark.parametrize(
    ("day", "ends", "end"),
    [
        (date(2024, 5, 1), "12-31", date(2024, 12, 31)),
        (date(2024, 12, 31), "12-31", date(2024, 12, 31)),
        (date(2024, 3, 31), "03-31", date(2024, 3, 31)),
        (date(2024, 4, 1), "03-31", date(2025, 3, 31)),
        (date(2023, 3, 1), "02-29", date(2024, 2, 29)),
        (date(2024, 3, 1), "02-29", date(2025, 2, 28)),
        (date(2023, 2, 28), "02-29", date(2023, 2, 28)),
        (date(2024, 2, 29), "02-28", date(2025, 2, 28)),
        (date(9999, 7, 1), "06-30", date.max),
    ],
)
def test_financial_year_is_the_one_the_day_falls_in(day: date, ends: str, end: date) -> None:
    assert clock.end_of_financial_year(day, ends) == end


@pytest.mark.parametrize("ends", ["13-01", "02-30", "1231", "12-31-2024", "", "00-00"])
def test_financial_year_that_is_no_day_is_refused_with_what_to_write(ends: str) -> None:
    with pytest.raises(ValueError, match="MM-DD"):
        clock.end_of_financial_year(date(2024, 1, 1), ends)


@given(DAYS, DAYS, ENDS)
def test_financial_year_ends_are_monotone(a: date, b: date, ends: str) -> None:
    first, later = sorted((a, b))
    end = clock.end_of_financial_year(first, ends)
    assert end <= clock.end_of_financial_year(later, ends)
    assert timedelta(0) <= end - first <= timedelta(days=366)


@pytest.mark.parametrize(
    ("received", "country", "extended", "deadline"),
    [
        (date(2024, 1, 10), "NL", False, date(2024, 2, 12)),  # Saturday 10 February
        (date(2024, 2, 29), "NL", False, date(2024, 4, 2)),  # Good Friday, Easter Monday
        (date(2024, 2, 29), "BE", False, date(2024, 3, 29)),  # Good Friday is a working day
        (date(2024, 4, 14), "FR", False, date(2024, 5, 14)),
        (date(2024, 6, 14), "FR", False, date(2024, 7, 15)),  # 14 July, a Sunday too
        (date(2024, 1, 31), "DE", True, date(2024, 4, 30)),
        (date(2024, 10, 25), "XX", False, date(2024, 11, 25)),
        (date(2024, 11, 25), "XX", False, date(2024, 12, 25)),  # no table: weekends only
        (date(2024, 11, 25), "LU", False, date(2024, 12, 27)),
    ],
)
def test_answer_is_due_within_a_month_or_three_by_the_next_working_day(
    received: date, country: str, deadline: date, *, extended: bool
) -> None:
    assert clock.answer_deadline(received, country, extended=extended) == deadline


@given(a=DAYS, b=DAYS, country=COUNTRIES, extended=st.booleans())
def test_answer_deadlines_are_monotone_working_days(
    a: date, b: date, country: str, *, extended: bool
) -> None:
    first, later = sorted((a, b))
    deadline = clock.answer_deadline(first, country, extended=extended)
    assert is_working_day(deadline, country)
    assert deadline <= clock.answer_deadline(later, country, extended=extended)
    assert deadline >= clock.answer_deadline(first, country)


def test_indirectly_collected_data_are_told_within_a_month() -> None:
    assert clock.information_deadline(date(2024, 1, 10), "NL") == date(2024, 2, 12)


def _at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=AMSTERDAM)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("aware", "deadline"),
    [
        (_at(2024, 6, 3, 14, 20), _at(2024, 6, 6, 15)),  # Monday: the hour does not count
        (_at(2024, 6, 7, 14, 20), _at(2024, 6, 11)),  # Friday and Monday
        (_at(2024, 3, 28, 17, 20), _at(2024, 4, 3)),  # Thursday before Easter, and Tuesday
        (_at(2024, 3, 30, 10), _at(2024, 4, 4)),  # Easter Saturday: Tuesday and Wednesday
    ],
)
def test_breach_is_notified_within_72_hours_with_two_working_days(
    aware: datetime, deadline: datetime
) -> None:
    assert clock.notification_deadline(aware, "NL") == deadline


def test_hours_are_hours_when_the_clock_changes() -> None:
    target = clock.notification_target(_at(2024, 3, 29, 10))
    assert target.astimezone(UTC) == datetime(2024, 4, 1, 9, tzinfo=UTC)
    assert target == _at(2024, 4, 1, 11)


INSTANTS = st.datetimes(
    min_value=datetime(2015, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(2040, 1, 1),  # noqa: DTZ001
    timezones=st.just(AMSTERDAM),
)


@given(INSTANTS, INSTANTS, COUNTRIES)
def test_breach_deadlines_are_monotone(a: datetime, b: datetime, country: str) -> None:
    first, later = sorted((a, b), key=lambda at: at.astimezone(UTC))
    deadline = clock.notification_deadline(first, country).astimezone(UTC)
    assert clock.notification_target(first).astimezone(UTC) <= deadline
    assert deadline <= clock.notification_deadline(later, country).astimezone(UTC)


def test_instant_without_zone_is_refused() -> None:
    naive = datetime(2024, 1, 1)  # noqa: DTZ001
    with pytest.raises(ValueError, match="time zone"):
        clock.notification_deadline(naive, "NL")
    with pytest.raises(ValueError, match="time zone"):
        clock.notification_target(naive)
