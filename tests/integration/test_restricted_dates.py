"""What tells how long restricted values may be there stays with them (Art. 18; R-IX.4)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from doelbinding.binding.circumstances import Circumstances, Restriction
from doelbinding.plan.journal import MemoryJournal
from doelbinding.plan.run import Bound, run
from doelbinding.plan.survey import surveyed
from doelbinding.retention.planner import Planner
from doelbinding.stores.sql.store import SqlStore
from tests.integration.mill import POLICY
from tests.integration.one_night import policy_of

CUSTOMERS = """
      - id: customer
        label: {en: Customers}
        table: customer
        key: [id]
        controller: mill
        person: true
        columns:
          - {name: id, type: integer}
          - {name: email, category: email, identifier: email}
          - {name: street, category: address}
        events: {contact.last: {latest_of: [{dataset: contact, column: at}]}}
        bindings: [{activity: customers, columns: ['*']}]
      - id: contact
        label: {en: Contacts}
        table: contact
        key: [id]
        subject: {to: customer, columns: [customer_id]}
        columns:
          - {name: id, type: integer}
          - {name: customer_id, type: integer}
          - AT
          - {name: note, category: history}
        bindings: [{activity: customers, columns: ['*']}]
"""
AT = {
    "personal": "{name: at, type: date-text, category: history}",
    "a fact of the row": "{name: at, type: date-text}",
}
TABLES = (
    "CREATE TABLE customer (id INTEGER PRIMARY KEY, email VARCHAR(80), street VARCHAR(80))",
    (
        "CREATE TABLE contact (id INTEGER PRIMARY KEY, customer_id INTEGER, at VARCHAR(10), "
        "note VARCHAR(80))"
    ),
    "CREATE INDEX contact_customer ON contact (customer_id)",
    "INSERT INTO customer VALUES (1, 'anna@example.com', 'Lane 1'), (2, 'b@example.com', 'Lane 2')",
    (
        "INSERT INTO contact VALUES (1, 1, '2020-01-01', 'x'), (2, 1, '2021-05-05', 'x'), "
        "(3, 2, '2026-01-01', 'x')"
    ),
)
EMAIL = "s.customer.email"


def restricted(*columns: str) -> Circumstances:
    anna = Restriction(
        id="r",
        controller="mill",
        subjects={"s.customer": frozenset({(1,)})},
        columns=frozenset(columns),
    )
    return Circumstances(restrictions=(anna,))


class Town:
    """A database of one policy, with nights in which it is tidied."""

    def __init__(self, engine: sa.Engine, datasets: str, tables: tuple[str, ...]) -> None:
        self.engine, self.policy = engine, policy_of(datasets, POLICY)
        with engine.begin() as connection:
            for statement in tables:
                connection.exec_driver_sql(statement)

    def night(self, said: Circumstances, day: str) -> tuple[bool, int]:
        """Carry out a night; tell whether it was read back well, and how much is undated."""
        at = datetime.fromisoformat(f"{day}T02:00:00").replace(tzinfo=UTC)
        planner = Planner(policy=self.policy, at=at, circumstances=said)
        stores = {"s": SqlStore(self.policy.stores[0], self.engine, batch=2)}
        keys = planner.stopped.key_sets
        plan = surveyed(planner.retention("0" * 64), stores, keys, b"secret")
        outcome = run(plan, stores, keys, MemoryJournal(), bound=Bound(share=0.0))
        return not outcome.where, sum(doubt.rows for doubt in plan.doubts)

    def rows(self, table: str) -> list[tuple[object, ...]]:
        with self.engine.connect() as connection:
            found = connection.exec_driver_sql(f"SELECT * FROM {table} ORDER BY 1")  # noqa: S608
            return [tuple(row) for row in found]


@pytest.mark.parametrize("dated", AT)
def test_a_restricted_value_goes_once_it_is_lifted_since_what_dates_it_stayed(
    everywhere: sa.Engine, dated: str
) -> None:
    town = Town(everywhere, CUSTOMERS.replace("AT", AT[dated]), TABLES)
    assert town.night(restricted(EMAIL), "2026-11-23") == (True, 0)
    assert town.rows("customer")[0] == (1, "anna@example.com", None)
    assert town.rows("contact")[:2] == [(1, 1, "2020-01-01", None), (2, 1, "2021-05-05", None)]
    assert town.night(restricted(EMAIL), "2026-11-24") == (True, 0)
    assert town.night(Circumstances(), "2026-11-25") == (True, 0)
    assert [row[0] for row in town.rows("customer")] == [2]
    assert [row[0] for row in town.rows("contact")] == [3]
