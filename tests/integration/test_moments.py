"""Conditions on moments: what a policy writes and what a database holds, in whatever form."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from doelbinding.binding.circumstances import NOTHING_SAID
from doelbinding.conformance.holding import hold_equal, read
from doelbinding.conformance.world import World
from doelbinding.policy.errors import PolicyErrors
from doelbinding.stores.sql.store import SqlStore
from tests.integration.one_night import AT, policy_of
from tests.integration.one_table import say

STORE = """\
      - id: customer
        label: {en: Customers}
        table: customer
        key: [id]
        controller: mill
        person: true
        columns:
          - {name: id, type: integer}
          - {name: name, category: name}
          - {name: at, type: TYPE, NULLS}
          - {name: seen, type: date}
        events: {contact.last: {column: seen}}
        bindings:
          - {activity: customers, columns: [name], when: CONDITION}
"""
HELD = ("2024-01-31 00:00:00", "2024-01-31 09:00:00", "2024-01-31 23:59:59", "2024-02-01 00:00:00",
        "9999-12-31 00:00:00", None)  # fmt: skip
STAY = [
    ("{column: at, at_most: '2024-01-31'}", [1]),
    ("{column: at, less_than: '2024-01-31'}", []),
    ("{column: at, at_least: '2024-01-31T09:00:00'}", [2, 3, 4, 5]),
    ("{column: at, more_than: '2024-01-31T09:00:00'}", [3, 4, 5]),
    ("{column: at, equals: '2024-02-01'}", [4]),
    ("{column: at, differs: '2024-02-01'}", [1, 2, 3, 5]),
    ("{column: at, in: ['2024-01-31T09:00', '2024-01-31']}", [1, 2]),
]
TYPES = {
    "timestamp": {"sqlite": "TIMESTAMP", "postgresql": "TIMESTAMP", "mariadb": "DATETIME(3)"},
    "instant": {"sqlite": "TIMESTAMP", "postgresql": "TIMESTAMPTZ", "mariadb": "DATETIME"},
}


def _left(
    engine: sa.Engine, kind: str, condition: str, nulls: str = "null_values: []"
) -> list[int]:
    """Hold a night to the oracle; give whose names stay, or would if nothing were unknown."""
    sql = TYPES[kind][{"mysql": "mariadb"}.get(engine.dialect.name, engine.dialect.name)]
    say(engine, f"CREATE TABLE customer (id INT PRIMARY KEY, name VARCHAR(9), at {sql}, seen DATE)")
    zone = "+00" if kind == "instant" and engine.dialect.name == "postgresql" else ""
    for number, at in enumerate(HELD, 1):
        told = "NULL" if at is None else f"'{at}{zone}'"
        say(engine, f"INSERT INTO customer VALUES ({number}, 'x', {told}, '2026-11-01')")  # noqa: S608
    stated = STORE.replace("TYPE", kind).replace("NULLS", nulls).replace("CONDITION", condition)
    policy = policy_of(stated)
    stores = {"s": SqlStore(policy.stores[0], engine)}
    hold_equal(World(policy=policy, at=AT, circumstances=NOTHING_SAID, tables={}), stores)
    rows = read(policy, stores)["s.customer"]
    return [row["id"] for row in rows if row["name"] is not None and row["at"] is not None]  # type: ignore[misc]


@pytest.mark.parametrize(("condition", "stay"), STAY)
@pytest.mark.parametrize("kind", TYPES)
def test_a_moment_is_compared_with_what_is_written(
    everywhere: sa.Engine, kind: str, condition: str, stay: list[int]
) -> None:
    assert _left(everywhere, kind, condition) == stay


@pytest.mark.parametrize("kind", TYPES)
def test_a_day_stands_for_nothing_also_among_moments(everywhere: sa.Engine, kind: str) -> None:
    nulls = "null_values: ['9999-12-31']"
    assert _left(everywhere, kind, "{column: at, null: true}", nulls) == [5]


@pytest.mark.parametrize(
    ("kind", "written"), [("timestamp", "2024-01-31T09:00:00+01:00"), ("instant", "yesterday")]
)
def test_what_is_no_moment_there_is_refused(kind: str, written: str) -> None:
    condition = f"{{column: at, at_most: '{written}'}}"
    stated = STORE.replace("TYPE", kind).replace("NULLS", "null_values: []")
    with pytest.raises(PolicyErrors, match="cannot stand in the column 'at'"):
        policy_of(stated.replace("CONDITION", condition))
