"""Dates of the demonstration data: terms in years, financial years, and days around their ends.

A term of years ends with the last hour of the day with the same date, or of the month's last day
where there is none; a row is expired from the next day (Regulation 1182/71, art. 3). Written here
a second time, on purpose: demonstration data computed with the code it demonstrates shows nothing.
"""

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

CONTROLLERS: Final = ("NL01", "BE01", "FR01")
FINANCIAL_YEAR_ENDS: Final = {"NL01": (12, 31), "BE01": (6, 30), "FR01": (3, 31)}
ZONE: Final = ZoneInfo("Europe/Amsterdam")  # Brussels and Paris keep the same time
IMPLAUSIBLE: Final = date(1900, 1, 1)  # what the old system wrote when a field was left empty
DAY: Final = timedelta(days=1)
SPAN: Final = timedelta(days=15 * 365)  # how far back the data goes


def add_years(day: date, years: int) -> date:
    """Return the same date some years on, or 28 February where that is no date."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def first_running(at: date, years: int) -> date:
    """Return the earliest start from which a term of years still runs on day `at`."""
    start = add_years(at, -years) - 2 * DAY
    while add_years(start, years) < at:
        start += DAY
    return start


def last_closed_year(controller: str, at: date, years: int) -> date:
    """Return the last end of a financial year after which `years` have run out before `at`."""
    end = date(at.year, *FINANCIAL_YEAR_ENDS[controller])
    while add_years(end, years) >= at:
        end = add_years(end, -1)
    return end


def wall_time(day: date, hour: int = 12, minute: int = 0, second: int = 0) -> datetime:
    """Return a local time without zone, as most applications store it."""
    return datetime.combine(day, time(hour, minute, second))


def instant(local: datetime) -> datetime:
    """Return the instant, in UTC, at which clocks in the controllers' zone show `local`."""
    return local.replace(tzinfo=ZONE).astimezone(UTC)


def epoch(local: datetime) -> int:
    """Return the seconds since 1970 at which clocks in the controllers' zone show `local`."""
    return int(instant(local).timestamp())


def draw_day(draw: Random, first: date, last: date) -> date:
    """Draw a day from `first` up to and including `last`, or `first` when they are reversed."""
    return first + draw.randint(0, max(0, (last - first).days)) * DAY


def draw_time(draw: Random, day: date) -> datetime:
    """Draw a moment in office hours."""
    return wall_time(day, draw.randint(8, 18), draw.randint(0, 59), draw.randint(0, 59))
