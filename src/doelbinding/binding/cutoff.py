"""Rules become cutoffs: the compiler never does date arithmetic per row.

Every rule is monotone in its start, so it is inverted once: the first start day that has not yet
expired. A row whose start is before that day has expired, a row on or after it lives.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from doelbinding.law.clock import end_of_financial_year, last_day
from doelbinding.policy.organisation import Controller
from doelbinding.policy.retention import After

_FIRST, _LAST = date(1, 1, 2).toordinal(), date(9000, 1, 1).toordinal()


def last_kept_day(rule: After, start: date, financial_year_end: str) -> date:
    """Give the last day on which a value that started on `start` is kept."""
    return last_kept_days(rule, financial_year_end)(start)


@lru_cache(maxsize=1_024)
def last_kept_days(rule: After, financial_year_end: str) -> Callable[[date], date]:
    """Give what tells the last day on which a value is kept by the day on which it started."""

    @lru_cache(maxsize=65_536)
    def last(start: date) -> date:
        if rule.end_of_financial_year:
            start = end_of_financial_year(start, financial_year_end)
        return last_day(start, rule.keep)

    return last


@lru_cache(maxsize=65_536)
def first_living_start(rule: After, today: date, financial_year_end: str) -> date:
    """Give the earliest start day that has not yet expired on the day `today`."""
    low, high = _FIRST, _LAST
    while low < high:
        middle = (low + high) // 2
        if last_kept_day(rule, date.fromordinal(middle), financial_year_end) >= today:
            high = middle
        else:
            low = middle + 1
    return date.fromordinal(low)


def local_day(at: datetime, controller: Controller) -> date:
    """Give the calendar day of an instant where the controller is."""
    return at.astimezone(ZoneInfo(controller.timezone)).date()
