"""Dates on and beside the boundaries that rules have, and what is no date."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random

from doelbinding.policy.stores import ColumnType

TODAY = date(2026, 11, 23)
TEXTS = {ColumnType.DATE_TEXT, ColumnType.DATE_DIGITS}
TIME_TYPES = [t for t in ColumnType if t.is_time]
JUNK = ["", "-", "01/02/2019", "0000-00-00", "2019-13-45", "2019-1-5", "x"]


_PERIODS = [0, 30, 31, 40, 365, 366, 730, 731, 1095, 1826, 1827, 2000, 4000]
_YEAR_ENDS = [(12, 31), (1, 1), (6, 30), (7, 1)]
DAYS = (
    [TODAY - timedelta(days=ago + off) for ago in _PERIODS for off in range(-2, 3)],
    [date(year, *day) for year in range(2021, 2027) for day in _YEAR_ENDS],
    [date(1900, 1, 1), date(2024, 2, 29)],
)
"""Days around every boundary that the rules have, ends of financial years, and odd ones."""
_CLOCK = ["00:00:00", "23:59:59", "12:30:00", "22:00:00", "15:00:00", "23:30:00"]


def time_value(chance: Random, kind: ColumnType, junk: bool) -> object:
    """Give a value of a time column, as the column holds it on SQLite."""
    if chance.random() < 1 / 8:
        return None
    if (junk or kind in TEXTS) and chance.random() < 1 / 10:
        return chance.choice(JUNK)
    day = chance.choice(chance.choice(DAYS))
    match kind:
        case ColumnType.DATE | ColumnType.DATE_TEXT:
            return day.isoformat()
        case ColumnType.DATE_DIGITS:
            return day.isoformat().replace("-", "")
        case ColumnType.EPOCH_SECONDS | ColumnType.EPOCH_MILLISECONDS:
            clock = chance.choice(_CLOCK)
            seconds = int(datetime.fromisoformat(f"{day}T{clock}+00:00").timestamp())
            if kind is ColumnType.EPOCH_SECONDS:
                return seconds
            return seconds * 1000 + chance.choice([-1, 0, 0, 1])
        case _:
            return f"{day} {chance.choice(_CLOCK)}"
