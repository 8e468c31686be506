"""Reading the times that columns hold: well-formed, plausible, or undated.

What a column holds is text written as the engine writes it, a number, or a date. Anything that is
not exactly of its declared form is undated: unknown is not expired.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from doelbinding.policy.stores import Column, ColumnType

_IN_EVERY_MONTH = 28
_SECONDS, _MICRO = len("0000-00-00 00:00:00"), len(".000000")
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
    if column.type.is_day:
        day = _day(value, column.type)
    else:
        moment = _moment(value, column.type, stored)
        day = None if moment is None else _in_zone(moment, ZoneInfo(zone)).date()
    return day if day is not None and column.earliest <= day <= column.latest else None


def moment_of(value: object, column: Column, stored: str, zone: str) -> datetime | None:
    """Give the instant of a value, the start of the day for a date; none when unreadable."""
    if column.type.is_day:
        day = _day(value, column.type)
        return None if day is None else midnight(day, zone)
    return _moment(value, column.type, stored)


def is_well_formed(value: object, kind: ColumnType) -> bool:
    """Tell whether a value is exactly of its declared form, plausible or not."""
    if kind.is_day:
        return _day(value, kind) is not None
    return _moment(value, kind, "UTC") is not None


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


def _moment(value: object, kind: ColumnType, stored: str) -> datetime | None:
    if kind.is_epoch:
        if isinstance(value, bool) or not isinstance(value, int):
            return None
        per_second = 1000 if kind is ColumnType.EPOCH_MILLISECONDS else 1
        seconds, rest = divmod(value, per_second)
        try:
            return datetime.fromtimestamp(seconds, UTC) + timedelta(milliseconds=rest)
        except (OverflowError, OSError, ValueError):
            return None
    if isinstance(value, str):
        match = _TIME.fullmatch(value)
        offset = match is not None and match[6] is not None
        if match is None or (offset and kind is not ColumnType.INSTANT):
            return None
        value = _clock(match)
    if not isinstance(value, datetime):
        return None
    if value.tzinfo is None:
        value = value.replace(tzinfo=UTC if kind is ColumnType.INSTANT else ZoneInfo(stored))
    return _in_zone(value, UTC)


def _clock(match: re.Match[str]) -> datetime | None:
    """Give the time that a text tells; past a month's end, that of its last day."""
    written, fraction = match[0][:_SECONDS], match[5] or ""
    try:
        return datetime.fromisoformat(written + fraction.ljust(len(fraction) and _MICRO, "0"))
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
