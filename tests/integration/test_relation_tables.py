"""Tables that relate others, and those without personal data, are connected as they are."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from doelbinding.plan.model import Plan
from doelbinding.plan.ports import Gravity
from doelbinding.stores.sql.store import SqlStore
from tests.integration.one_night import night, planned
from tests.integration.one_table import left, say

ALL = pytest.mark.parametrize("name", ["sqlite", "postgresql", "mariadb"])
DATASETS = """\
      - id: customer
        label: {en: Customers}
        table: customer
        key: [id]
        controller: mill
        person: true
        references: [{columns: [branch_id], to: branch, when_gone: empty}]
        columns:
          - {name: id, type: integer}
          - {name: branch_id, type: integer}
          - {name: email, category: email, identifier: email}
          - {name: last, type: date-text}
        events: {contact.last: {column: last}}
        bindings: [{activity: customers, columns: ['*']}]
      - id: branch
        label: {en: Branches}
        table: branch
        key: [id]
        no_personal_data: true
        references: [{columns: [above_id], to: branch, when_gone: empty}]
        columns:
          - {name: id, type: integer}
          - {name: above_id, type: integer}
      - id: tag
        label: {en: Tags}
        table: tag
        key: [customer_id, word]
        subject: {to: customer, columns: [customer_id]}
        columns:
          - {name: customer_id, type: integer}
          - {name: word, category: history}
        bindings: [{activity: customers, columns: ['*']}]
"""
TABLES = (
    (
        "CREATE TABLE branch (id INTEGER PRIMARY KEY, above_id INTEGER, "
        "FOREIGN KEY (above_id) REFERENCES branch (id))"
    ),
    (
        "CREATE TABLE customer (id INTEGER PRIMARY KEY, branch_id INTEGER, email VARCHAR(80), "
        "last VARCHAR(10), FOREIGN KEY (branch_id) REFERENCES branch (id))"
    ),
    "INSERT INTO branch VALUES (1, NULL), (2, 1)",
    "INSERT INTO customer VALUES (1, 2, 'a@example.com', '2010-01-01')",
    "INSERT INTO customer VALUES (2, 2, 'b@example.com', '2026-01-01')",
)
TAG = (
    "CREATE TABLE tag (customer_id INTEGER NOT NULL, word VARCHAR(9) NULLABLE UNIQUE "
    "FOREIGN KEY (customer_id) REFERENCES customer (id))"
)
TAGS = "INSERT INTO tag VALUES (1, 'x'), (1, 'y'), (2, 'x')"
ONE_TAG = "INSERT INTO tag VALUES (1, 'x')"


@ALL
def test_what_is_unique_and_never_null_tells_rows_apart(
    name: str, request: pytest.FixtureRequest
) -> None:
    """Relations of many to many are often declared so, without a primary key."""
    engine: sa.Engine = request.getfixturevalue(name)
    unique = TAG.replace("NULLABLE", "NOT NULL,").replace("UNIQUE", "UNIQUE (word, customer_id),")
    say(engine, *TABLES, unique, TAGS)
    assert night(engine, DATASETS).verified
    assert left(engine, "SELECT customer_id, word FROM tag") == [(2, "x")]
    assert left(engine, "SELECT id, above_id FROM branch ORDER BY id") == [(1, None), (2, 1)]


@ALL
@pytest.mark.parametrize(
    ("null", "unique"),
    [("NULL,", "UNIQUE (customer_id, word),"), ("NOT NULL,", ""),
     ("NOT NULL,", "UNIQUE (customer_id),")],
)  # fmt: skip
def test_what_may_be_null_or_stand_twice_does_not(
    name: str, null: str, unique: str, request: pytest.FixtureRequest
) -> None:
    engine: sa.Engine = request.getfixturevalue(name)
    say(engine, *TABLES, TAG.replace("NULLABLE", null).replace("UNIQUE", unique), ONE_TAG)
    store, plan = planned(engine, DATASETS)
    assert "or a UNIQUE of columns that are NOT NULL" in refused(store, plan)


@pytest.mark.parametrize("name", ["sqlite", "postgresql"])
def test_what_is_unique_among_some_rows_does_not(name: str, request: pytest.FixtureRequest) -> None:
    engine: sa.Engine = request.getfixturevalue(name)
    say(engine, *TABLES, TAG.replace("NULLABLE", "NOT NULL,").replace("UNIQUE", ""), ONE_TAG)
    say(engine, "CREATE UNIQUE INDEX tags ON tag (customer_id, word) WHERE word <> 'x'")
    store, plan = planned(engine, DATASETS)
    assert "or a UNIQUE of columns that are NOT NULL" in refused(store, plan)


def refused(store: SqlStore, plan: Plan) -> str:
    found = store.preflight(plan.steps)
    return " ".join(one.remedy for one in found if one.gravity is Gravity.REFUSES)
