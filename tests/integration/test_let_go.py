"""Rows may let go of others: then what nothing justifies goes from among them."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.integration.one_night import night
from tests.integration.one_table import left, say

ALL = pytest.mark.parametrize("name", ["sqlite", "postgresql", "mariadb"])
DATASETS = """\
      - id: customer
        label: {en: Customers}
        table: customer
        key: [id]
        controller: mill
        person: true
        columns:
          - {name: id, type: integer}
          - {name: email, category: email, identifier: email}
          - {name: last, type: date-text}
        events: {contact.last: {column: last}}
        bindings: [{activity: customers, columns: ['*']}]
      - id: contract
        label: {en: Contracts}
        table: contract
        key: [id]
        subject: {to: customer, columns: [customer_id]}
        references: [{columns: [ean], to: connection, when_gone: GONE}]
        columns:
          - {name: id, type: integer}
          - {name: customer_id, type: integer}
          - {name: ean}
          - {name: price, category: history}
        bindings: [{activity: customers, columns: ['*']}]
      - id: connection
        label: {en: Connections}
        table: connection
        key: [ean]
        subjects:
          - {shared_by: contract, columns: [ean]}
          - {to: customer, columns: [landlord]}
        columns:
          - {name: ean}
          - {name: landlord, type: integer}
          - {name: postcode, category: address}
          - {name: read, type: date-text}
        events: {contact.last: {column: read}}
        bindings: [{activity: customers, columns: ['*']}]
"""
MILLS = """\
      - id: mill
        label: {en: Mills}
        table: mill
        key: [id]
        no_personal_data: true
        references: [{columns: [best], to: customer, when_gone: empty}]
        columns:
          - {name: id, type: integer}
          - {name: best, type: integer}
"""
TABLES = (
    "CREATE TABLE customer (id INTEGER PRIMARY KEY, email VARCHAR(80), last VARCHAR(10))",
    (
        "CREATE TABLE connection (ean VARCHAR(9) PRIMARY KEY, landlord INTEGER, "
        "postcode VARCHAR(9), read VARCHAR(10), "
        "FOREIGN KEY (landlord) REFERENCES customer (id))"
    ),
    (
        "CREATE TABLE contract (id INTEGER PRIMARY KEY, customer_id INTEGER, ean VARCHAR(9), "
        "price VARCHAR(9), FOREIGN KEY (customer_id) REFERENCES customer (id), "
        "FOREIGN KEY (ean) REFERENCES connection (ean))"
    ),
    "INSERT INTO customer VALUES (1, 'a@example.com', '2026-01-01')",
    "INSERT INTO customer VALUES (2, 'b@example.com', '2010-01-01')",
    "INSERT INTO customer VALUES (3, 'c@example.com', '2010-01-01')",
    "INSERT INTO connection VALUES ('e1', 2, 'x', '2010-01-01')",
    "INSERT INTO connection VALUES ('e2', 3, 'x', '2026-01-01')",
    "INSERT INTO contract VALUES (1, 1, 'e1', 'x'), (2, 1, 'e2', 'x'), (3, 2, 'e1', 'x')",
)


def tables(name: str) -> list[str]:
    """Give the tables; `read` is a word of MariaDB's."""
    return [one.replace("read", "`read`") if name == "mariadb" else one for one in TABLES]


@ALL
def test_what_is_shared_goes_from_among_rows_that_let_go_of_it(
    name: str, request: pytest.FixtureRequest
) -> None:
    engine: sa.Engine = request.getfixturevalue(name)
    say(engine, *tables(name))
    assert night(engine, DATASETS.replace("GONE", "empty")).verified
    assert left(engine, "SELECT id, ean FROM contract ORDER BY id") == [(1, None), (2, "e2")]
    assert left(engine, "SELECT ean FROM connection") == [("e2",)]
    assert left(engine, "SELECT id FROM customer ORDER BY id") == [(1,), (3,)]


@ALL
def test_rows_that_do_not_keep_what_they_share(name: str, request: pytest.FixtureRequest) -> None:
    engine: sa.Engine = request.getfixturevalue(name)
    say(engine, *tables(name))
    assert night(engine, DATASETS.replace("GONE", "keep")).verified
    assert left(engine, "SELECT id, ean FROM contract ORDER BY id") == [(1, "e1"), (2, "e2")]
    assert left(engine, "SELECT ean, postcode FROM connection ORDER BY ean") == [
        ("e1", None),
        ("e2", "x"),
    ]
    assert left(engine, "SELECT id FROM customer ORDER BY id") == [(1,), (2,), (3,)]


@ALL
def test_rows_of_nobody_let_go_too(name: str, request: pytest.FixtureRequest) -> None:
    engine: sa.Engine = request.getfixturevalue(name)
    say(
        engine,
        "CREATE TABLE customer (id INTEGER PRIMARY KEY, email VARCHAR(80), last VARCHAR(10))",
        "CREATE TABLE mill (id INTEGER PRIMARY KEY, best INTEGER, "
        "FOREIGN KEY (best) REFERENCES customer (id))",
        "INSERT INTO customer VALUES (1, 'a@example.com', '2026-01-01')",
        "INSERT INTO customer VALUES (2, 'b@example.com', '2010-01-01')",
        "INSERT INTO mill VALUES (1, 1), (2, 2), (3, NULL)",
    )
    customers = DATASETS.partition("      - id: contract\n")[0]
    assert night(engine, customers + MILLS).verified
    assert left(engine, "SELECT id, best FROM mill ORDER BY id") == [(1, 1), (2, None), (3, None)]
    assert left(engine, "SELECT id FROM customer") == [(1,)]
