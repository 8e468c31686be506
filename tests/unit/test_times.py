"""Reading times at the ends of the calendar, where zones lead beyond it."""

from __future__ import annotations

from datetime import date

import pytest

from doelbinding.binding.times import day_of, is_well_formed, moment_of
from doelbinding.policy.stores import Column, ColumnType


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("9999-12-31", ColumnType.DATE_TEXT),
        ("9999-12-31", ColumnType.DATE),
        ("9999-12-31 23:59:59", ColumnType.TIMESTAMP),
        ("0001-01-01 00:00:00", ColumnType.TIMESTAMP),
        ("9999-12-31 23:59:59", ColumnType.INSTANT),
    ],
)
@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo", "UTC"])
def test_the_ends_of_the_calendar_are_undated_not_errors(
    value: str, kind: ColumnType, zone: str
) -> None:
    column = Column(name="c", type=kind)
    assert is_well_formed(value, kind)
    assert day_of(value, column, zone, zone) is None
    assert moment_of(value, column, zone, zone) is not None


def test_the_last_december_of_the_calendar_can_be_read() -> None:
    column = Column(name="c", type=ColumnType.DATE, latest=date.max)
    assert day_of("9999-12-31", column, "UTC", "UTC") == date.max
