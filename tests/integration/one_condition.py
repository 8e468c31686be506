"""A table in which a condition on one column decides whose name stays."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from doelbinding.binding.circumstances import NOTHING_SAID
from doelbinding.conformance.holding import hold_equal, read
from doelbinding.conformance.world import World
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
          - {name: held, type: TYPE, null_values: [NULLS]}
          - {name: seen, type: date}
        events: {contact.last: {column: seen}}
        bindings:
          - {activity: customers, columns: [name], when: CONDITION}
"""


def left(engine: sa.Engine, sql: str, held: Sequence[str], policy_text: str) -> list[int]:
    """Hold a night to the oracle; give whose names stay, of the row that holds null left out."""
    say(
        engine,
        f"CREATE TABLE customer (id INT PRIMARY KEY, name VARCHAR(9), held {sql}, seen DATE)",
    )
    for number, one in enumerate(held, 1):
        say(engine, f"INSERT INTO customer VALUES ({number}, 'x', {one}, '2026-11-01')")  # noqa: S608
    policy = policy_of(policy_text)
    stores = {"s": SqlStore(policy.stores[0], engine)}
    hold_equal(World(policy=policy, at=AT, circumstances=NOTHING_SAID, tables={}), stores)
    rows = read(policy, stores)["s.customer"]
    kept = (row for row in rows if row["name"] is not None and row["held"] is not None)
    return [int(str(row["id"])) for row in kept]


def stated(kind: str, condition: str, nulls: str = "") -> str:
    told = STORE.replace("TYPE", kind).replace("NULLS", nulls)
    return told.replace("CONDITION", f"{{column: held, {condition}}}")
