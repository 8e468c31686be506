"""Conditions on moments: what a policy writes and what a database holds, in whatever form."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from doelbinding.policy.errors import PolicyErrors
from tests.integration.one_condition import left, stated
from tests.integration.one_night import policy_of

HELD = ("2024-01-31 00:00:00", "2024-01-31 09:00:00", "2024-01-31 23:59:59", "2024-02-01 00:00:00",
        "9999-12-31 00:00:00", None)  # fmt: skip
STAY = [
    ("at_most: '2024-01-31'", [1]),
    ("less_than: '2024-01-31'", []),
    ("at_least: '2024-01-31T09:00:00'", [2, 3, 4, 5]),
    ("more_than: '2024-01-31T09:00:00'", [3, 4, 5]),
    ("equals: '2024-02-01'", [4]),
    ("differs: '2024-02-01'", [1, 2, 3, 5]),
    ("in: ['2024-01-31T09:00', '2024-01-31']", [1, 2]),
]
TYPES = {
    "timestamp": {"sqlite": "TIMESTAMP", "postgresql": "TIMESTAMP", "mariadb": "DATETIME(3)"},
    "instant": {"sqlite": "TIMESTAMP", "postgresql": "TIMESTAMPTZ", "mariadb": "DATETIME"},
}


def _left(engine: sa.Engine, kind: str, condition: str, nulls: str = "") -> list[int]:
    """Hold a night to the oracle; give whose names stay, or would if nothing were unknown."""
    sql = TYPES[kind][{"mysql": "mariadb"}.get(engine.dialect.name, engine.dialect.name)]
    zone = "+00" if kind == "instant" and engine.dialect.name == "postgresql" else ""
    held = ["NULL" if at is None else f"'{at}{zone}'" for at in HELD]
    return left(engine, sql, held, stated(kind, condition, nulls))


@pytest.mark.parametrize(("condition", "stay"), STAY)
@pytest.mark.parametrize("kind", TYPES)
def test_a_moment_is_compared_with_what_is_written(
    everywhere: sa.Engine, kind: str, condition: str, stay: list[int]
) -> None:
    assert _left(everywhere, kind, condition) == stay


@pytest.mark.parametrize("kind", TYPES)
def test_a_day_stands_for_nothing_also_among_moments(everywhere: sa.Engine, kind: str) -> None:
    assert _left(everywhere, kind, "null: true", "'9999-12-31'") == [5]


@pytest.mark.parametrize(
    ("kind", "written"), [("timestamp", "2024-01-31T09:00:00+01:00"), ("instant", "yesterday")]
)
def test_what_is_no_moment_there_is_refused(kind: str, written: str) -> None:
    with pytest.raises(PolicyErrors, match="cannot stand in the column 'held'"):
        policy_of(stated(kind, f"at_most: '{written}'"))
