"""Reading the times that columns hold: well-formed, plausible, or undated.

What a column holds is text written as the engine writes it, a number, or a date. Anything that is
not exactly of its declared form is undated: unknown is not expired.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from doelbinding.policy.stores import Column, ColumnType

_IN_EVERY_MONTH = 28
_SECONDS = len("0000-00-00 00:00:00")
_DAY = re.compile(r"(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
_DIGITS = re.compile(r"(\d{4})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])")
_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d) ([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(\.\d{1,6})?(\+00(:00)?)?"
)


def day_of(value: object, column: Column, stored: str, zone: str) -> date | None:
    """Give the calendar day a value falls on in `zone`; none when it is undated.

    Args:
        value: as the column holds it.
        column: its declared type and plausible range.
        stored: the IANA zone of the store's bare times.
        zone: the IANA zone of the controller, whose days count.
    """
    return day_reader(column, stored, zone)(value)


def day_reader(column: Column, stored: str, zone: str) -> Callable[[object], date | None]:
    """Give what reads the days that values of one column fall on, as `day_of` does."""
    earliest, latest = column.earliest, column.latest
    found = _days(column.type) if column.type.is_day else _days_of_moments(column, stored, zone)

    def read(value: object) -> date | None:
        day = found(value)
        return day if day is not None and earliest <= day <= latest else None

    return read


def _days(kind: ColumnType) -> Callable[[object], date | None]:
    return lambda value: _day(value, kind)


def _days_of_moments(column: Column, stored: str, zone: str) -> Callable[[object], date | None]:
    moments, local = _moments(column.type, stored), ZoneInfo(zone)

    def read(value: object) -> date | None:
        moment = moments(value)
        return None if moment is None else _in_zone(moment, local).date()

    return read


def moment_of(value: object, column: Column, stored: str, zone: str) -> datetime | None:
    """Give the instant of a value, the start of the day for a date; none when unreadable."""
    if column.type.is_day:
        day = _day(value, column.type)
        return None if day is None else midnight(day, zone)
    return _moments(column.type, stored)(value)


def clock_of(value: object, kind: ColumnType) -> datetime | None:
    """Give a value as what conditions compare: a bare time as if of UTC; none when unreadable."""
    return _moments(kind, "UTC")(value)


@lru_cache(maxsize=256)
def clock_written(told: str, kind: ColumnType, stored: str) -> datetime:
    """Give a moment that a policy writes as what conditions compare; of a day, its start.

    Bare, it is one of the store's zone; beside bare times that does not matter.
    """
    moment = datetime.fromisoformat(told)
    if moment.tzinfo is not None:
        return moment.astimezone(UTC)
    zone = UTC if kind is ColumnType.TIMESTAMP else ZoneInfo(stored)
    return _in_zone(moment.replace(tzinfo=zone), UTC)


def epoch_of(moment: datetime, kind: ColumnType) -> int:
    """Give an instant as a number counted from 1970, rounded up."""
    unit = timedelta(milliseconds=1 if kind is ColumnType.EPOCH_MILLISECONDS else 1000)
    return -((datetime.fromtimestamp(0, UTC) - moment) // unit)


def is_well_formed(value: object, kind: ColumnType) -> bool:
    """Tell whether a value is exactly of its declared form, plausible or not."""
    if kind.is_day:
        return _day(value, kind) is not None
    return _moments(kind, "UTC")(value) is not None


def midnight(day: date, zone: str) -> datetime:
    """Give the instant at which a calendar day starts in a zone, in UTC."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def _day(value: object, kind: ColumnType) -> date | None:
    if isinstance(value, datetime):
        return None
    if isinstance(value, date):
        return value
    form = _DIGITS if kind is ColumnType.DATE_DIGITS else _DAY
    if form is _DIGITS and type(value) is int:
        value = str(value)
    match = form.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return None
    year, month, day = (int(part) for part in match.groups())
    if year == 0:
        return None
    if day <= _IN_EVERY_MONTH:
        return date(year, month, day)
    return date(year, month, min(day, monthrange(year, month)[1]))


def _moments(kind: ColumnType, stored: str) -> Callable[[object], datetime | None]:
    """Give what reads instants, in UTC; bare times are of the zone in which they are stored."""
    if kind.is_epoch:
        return lambda value: _since_1970(value, kind)
    bare = UTC if kind is ColumnType.INSTANT else ZoneInfo(stored)

    def read(value: object) -> datetime | None:
        if isinstance(value, str):
            match = _TIME.fullmatch(value)
            offset = match is not None and match[6] is not None
            if match is None or (offset and kind is not ColumnType.INSTANT):
                return None
            value = _clock(match)
        if not isinstance(value, datetime):
            return None
        return _in_zone(value if value.tzinfo is not None else value.replace(tzinfo=bare), UTC)

    return read


def _since_1970(value: object, kind: ColumnType) -> datetime | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    per_second = 1000 if kind is ColumnType.EPOCH_MILLISECONDS else 1
    seconds, rest = divmod(value, per_second)
    try:
        return datetime.fromtimestamp(seconds, UTC) + timedelta(milliseconds=rest)
    except (OverflowError, OSError, ValueError):
        return None


def _clock(match: re.Match[str]) -> datetime | None:
    """Give the time that a text tells; past a month's end, that of its last day."""
    written, fraction = match[0][:_SECONDS], match[5] or ""
    try:
        return datetime.fromisoformat(written + fraction)
    except ValueError:
        day = _day(match[1], ColumnType.DATE_TEXT)
    if day is None:
        return None
    clock = time.fromisoformat(written[len("0000-00-00 ") :])
    return datetime.combine(day, clock.replace(microsecond=int(fraction[1:].ljust(6, "0") or 0)))


def _in_zone(moment: datetime, zone: tzinfo) -> datetime:
    """Give an instant in a zone; at either end of the calendar, its end."""
    try:
        return moment.astimezone(zone)
    except OverflowError:
        latest, earliest = datetime.max.replace(tzinfo=zone), datetime.min.replace(tzinfo=zone)
        return latest if moment.year > 1 else earliest
