"""How the law counts time: Regulation (EEC, Euratom) 1182/71, and the GDPR's own periods.

The day of an event does not count (Art. 3(1)). A period of years or months ends with the last hour
of the day of the same date, or of the month's last day where there is none (Art. 3(2)(c)). A
deadline that ends on a holiday, Sunday or Saturday ends with the next working day (Art. 3(4)); a
retention period is not moved. Every function here is monotone in its start, so that a retention
rule can be inverted into one cutoff.
"""

from __future__ import annotations

import calendar
import re
from datetime import UTC, date, datetime, time, timedelta

from dateutil.relativedelta import relativedelta

from doelbinding.law.holidays import is_working_day
from doelbinding.policy.retention import Period

ONE_DAY = timedelta(days=1)
ANSWER = Period(months=1)
EXTENDED_ANSWER = Period(months=3)
INFORM_INDIRECT = Period(months=1)
NOTIFICATION = timedelta(hours=72)
WORKING_DAYS_AT_LEAST = 2

_MONTH_AND_DAY = re.compile(r"(\d{2})-(\d{2})")


def last_day(start: date, period: Period) -> date:
    """Give the last day of a period that runs from an event on `start` (Art. 3(1)-(2)).

    A period that leaves the calendar ends on its last day, 9999-12-31: it never expires.
    """
    step = relativedelta(years=period.years, months=period.months, days=period.days)
    try:
        return start + step
    except (OverflowError, ValueError):
        return date.max


def due_from(start: date, period: Period) -> date:
    """Give the first day after the period: what it kept is due from then on."""
    return day_after(last_day(start, period))


def day_after(day: date) -> date:
    """Give the next day, or the same one at the end of the calendar."""
    return day if day == date.max else day + ONE_DAY


def end_of_financial_year(day: date, ends: str) -> date:
    """Give the last day of the financial year the day falls in.

    Args:
        day: any day.
        ends: the year's last day as MM-DD; 02-29 stands for the last day of February.

    Raises:
        ValueError: `ends` is not a day of the year.
    """
    match = _MONTH_AND_DAY.fullmatch(ends)
    month, last = map(int, match.groups()) if match else (0, 0)
    try:
        date(2000, month, last)
    except ValueError:
        message = f"{ends!r} is not the end of a financial year: write it as MM-DD, such as 12-31"
        raise ValueError(message) from None
    end = _in_year(day.year, month, last)
    if day <= end:
        return end
    return _in_year(day.year + 1, month, last) if day.year < date.max.year else date.max


def _in_year(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def next_working_day(day: date, country: str) -> date:
    """Give the day itself when it is a working day, else the next that is (Art. 3(4))."""
    while not is_working_day(day, country):
        day += ONE_DAY
    return day


def answer_deadline(received: date, country: str, *, extended: bool = False) -> date:
    """Give the last day to answer a request: one month, or three once extended.

    GDPR Art. 12(3) with Reg. 1182/71 Art. 3(1), (2)(c) and (4). The extension itself must be told,
    with its reasons, by the deadline that is not extended.
    """
    return next_working_day(last_day(received, EXTENDED_ANSWER if extended else ANSWER), country)


def information_deadline(obtained: date, country: str) -> date:
    """Give the last day to inform a person whose data came from elsewhere (Art. 14(3)(a)).

    The first contact or the first disclosure may come before it (Art. 14(3)(b)-(c)).
    """
    return next_working_day(last_day(obtained, INFORM_INDIRECT), country)


def notification_target(aware: datetime) -> datetime:
    """Give the instant 72 hours after becoming aware of a breach (Art. 33(1)): what to aim at.

    Raises:
        ValueError: the instant has no zone.
    """
    if aware.tzinfo is None:
        raise ValueError("the instant of becoming aware needs a time zone")
    return (aware.astimezone(UTC) + NOTIFICATION).astimezone(aware.tzinfo)


def notification_deadline(aware: datetime, country: str) -> datetime:
    """Give the last instant to notify the authority of a breach (Art. 33(1)), in the same zone.

    Reg. 1182/71: the hour of the event does not count (Art. 3(1)), weekends do (Art. 3(3)), and
    the period includes at least two working days (Art. 3(5)). A working day that has begun at its
    start counts, the cautious reading; the second one is included to its last hour.

    Raises:
        ValueError: the instant has no zone.
    """
    if aware.tzinfo is None:
        raise ValueError("the instant of becoming aware needs a time zone")
    hour = aware.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    start = (hour + timedelta(hours=1)).astimezone(aware.tzinfo)
    day = next_working_day(start.date(), country)
    for _ in range(WORKING_DAYS_AT_LEAST - 1):
        day = next_working_day(day + ONE_DAY, country)
    included = datetime.combine(day + ONE_DAY, time(), tzinfo=aware.tzinfo)
    return max(notification_target(start), included, key=lambda at: at.astimezone(UTC))
