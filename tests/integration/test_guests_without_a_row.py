"""Orders of customers and of guests in one table are found with whoever they are of (R-IX.1)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.integration.forked import run
from tests.integration.mill import ANNA, DAY, POLICY, World, build

HOUSE = """\
stores:
  - id: house
    label: {en: Shop}
    country: IE
    backups: P35D
    datasets:
      - id: user
        label: {en: Customers}
        table: customer
        key: [id]
        controller: mill
        person: true
        columns:
          - {name: id, type: integer, identifier: customer}
          - {name: email, category: email, identifier: email}
          - {name: joined, type: date}
        events: {contact.last: {column: joined}}
        bindings: [{activity: customers, columns: ['*']}]
      - id: order
        label: {en: Orders}
        table: purchase
        key: [id]
        controller: mill
        PATH
        columns:
          - {name: id, type: integer}
          - {name: customer_id, type: integer, identifier: customer}
          - {name: email, category: email, identifier: email}
          - {name: placed, type: date}
        events: {contact.last: {column: placed}}
        bindings: [{activity: customers, columns: ['*']}]
"""
PERSON = "person: true\n        references: [{columns: [customer_id], to: user, when_gone: empty}]"
SUBJECT = "subject: {columns: [customer_id], to: user}"
TABLES = (
    "CREATE TABLE customer (id INTEGER PRIMARY KEY, email VARCHAR(80), joined DATE)",
    (
        "CREATE TABLE purchase (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customer, "
        "email VARCHAR(80), placed DATE)"
    ),
    (
        "INSERT INTO customer VALUES (7, 'anna@example.com', '2026-01-01'), "
        "(8, 'ben@example.com', '2026-01-01')"
    ),
    (
        "INSERT INTO purchase VALUES (1, 7, 'anna@work.example', '2026-01-02'), "
        "(2, NULL, 'Anna@example.com', '2026-01-03'), (3, NULL, 'cas@example.com', '2026-01-04'), "
        "(4, 8, 'ben@example.com', '2026-01-05')"
    ),
)


def world(path: str) -> World:
    told = HOUSE.replace("PATH", path)
    return World(policy={"policy": POLICY, "house": told}, tables={"house": TABLES})


@pytest.fixture(params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest) -> sa.URL | None:
    if request.param == "sqlite":
        return None
    uri = request.getfixturevalue("postgresql_uri")
    return sa.make_url(uri).set(drivername="postgresql+psycopg")


def does(folder: Path, *command: str) -> str:
    done = run(*command, folder=folder)
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def test_orders_are_found_by_their_owner_and_those_of_guests_by_their_address(
    server: sa.URL | None, tmp_path: Path
) -> None:
    folder = build(tmp_path / "mill", server, "guests", world(PERSON))
    said = does(folder, "subject", "find", *ANNA, "--at", DAY)
    found = sorted(re.findall(r"house\.(\w+) +(\d+)", said))
    assert found == [("order", "1"), ("order", "2"), ("user", "7")]
    does(folder, "subject", "erase", *ANNA, "--at", DAY, "--yes")
    ben = ("--id", "email:ben@example.com", "--controller", "mill")
    assert "2 rows" in does(folder, "subject", "find", *ben, "--at", DAY)
    assert "0 rows" in does(folder, "subject", "find", *ANNA, "--at", DAY)


def test_an_order_that_refers_to_nothing_is_told_with_how_to_map_it(
    server: sa.URL | None, tmp_path: Path
) -> None:
    folder = build(tmp_path / "mill", server, "guests", world(SUBJECT))
    said = does(folder, "subject", "find", *ANNA, "--at", DAY)
    assert "ambiguous: house.order:2 holds that email, and leads to nobody" in said
    assert "as guests, are `person: true`" in said


def test_a_row_that_is_a_person_and_leads_to_one_is_refused_with_another_way(
    tmp_path: Path,
) -> None:
    folder = build(tmp_path / "mill", None, "guests", world(f"person: true\n        {SUBJECT}"))
    done = run("check", folder=folder)
    assert done.returncode == 2
    assert "an `identifier` of one kind" in done.stderr
