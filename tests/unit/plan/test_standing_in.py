"""What stands in for a value is known however a store gives it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from ipaddress import IPv4Address, IPv4Interface, IPv6Address

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
        (
            "text",
            '{"a b",c d, "e,f","g\\"h","NULL",NULL}',
            ["a b", "c d", "e,f", 'g"h', "NULL", None],
        ),
        ("text", "{1,2}", [1, 2]),
        ("text", "2001:DB8::0/128", IPv6Address("2001:db8::")),
        ("text", "10.0.0.0/8", IPv4Interface("10.0.0.0/8")),
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
        ("text", "{a,b}", ["a", "b", "c"]),
        ("text", "{a", ["a"]),
        ("text", "nowhere", IPv4Address("10.0.0.1")),
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
