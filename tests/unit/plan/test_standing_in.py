"""What stands in for a value is known however a store gives it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from ipaddress import IPv4Address

import pytest

from doelbinding.plan.standing_in import stands_in
from doelbinding.policy.stores import Column, ColumnType


@pytest.mark.parametrize(
    ("kind", "stand_in", "held"),
    [
        ("text", "-", "-"),
        ("text", "0.0.0.0", IPv4Address("0.0.0.0")),  # noqa: S104 - nothing binds to it
        ("text", "{}", []),
        ("text", "{a,b}", ["a", "b"]),
        ("text", "x", b"x"),
        ("integer", 0, 0),
        ("decimal", 0, Decimal("0.00")),
        ("decimal", "0.5", Decimal("0.50")),
        ("date", "1970-01-01", "1970-01-01"),
        ("date", "1970-01-01", date(1970, 1, 1)),
        ("timestamp", "1970-01-01", "1970-01-01 00:00:00"),
        ("timestamp", "1970-01-01T09:00", datetime(1970, 1, 1, 9)),  # noqa: DTZ001 - as held
        ("instant", "1970-01-01", "1970-01-01 00:00:00+00"),
        ("instant", "1970-01-01T02:00+02:00", datetime(1970, 1, 1, tzinfo=UTC)),
        ("json", "{}", "{ }"),
        ("json", '{"a": 1}', {"a": 1}),
        ("date-text", "never", "never"),
    ],
)
def test_a_stand_in_is_known(kind: str, stand_in: str | int, held: object) -> None:
    column = Column(name="c", type=ColumnType(kind), replace_with=stand_in)
    assert stands_in(column, held)


@pytest.mark.parametrize(
    ("kind", "stand_in", "held"),
    [
        ("text", "-", "--"),
        ("text", None, None),
        ("decimal", 0, Decimal("0.01")),
        ("decimal", 0, "nothing"),
        ("date", "1970-01-01", "1970-01-02"),
        ("date", "1970-01-01", "infinity"),
        ("timestamp", "1970-01-01", "1970-01-01 00:00:01"),
        ("json", "{}", "no document"),
    ],
)
def test_a_value_is_no_stand_in(kind: str, stand_in: str | int | None, held: object) -> None:
    column = Column(name="c", type=ColumnType(kind), replace_with=stand_in)
    assert not stands_in(column, held)
