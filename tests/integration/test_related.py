"""Rows belong together by columns of one type: `1abc` is not customer 1, whatever MariaDB says."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from doelbinding.plan.model import Deed
from doelbinding.plan.ports import Refused
from doelbinding.plan.run import ObstaclesFound
from doelbinding.policy.stores import Column, ColumnType, Dataset, Subject
from doelbinding.stores.sql.store import SqlStore
from tests.integration.one_night import night
from tests.integration.one_table import COLUMNS, ENDED, TABLE, left, mapped, say, step
from tests.integration.test_preflight import JUDGED_BY_CONTACTS

ENGINES = pytest.mark.parametrize("name", ["sqlite", "postgresql", "mariadb"])
NUMBER = {
    "sqlite": "customer_id = CAST(CAST(customer_id AS INTEGER) AS TEXT) "
    "THEN CAST(customer_id AS INTEGER)",
    "postgresql": "customer_id ~ '^[1-9][0-9]{0,8}$' THEN customer_id::int",
    "mariadb": "customer_id REGEXP '^[1-9][0-9]{0,8}$' THEN CAST(customer_id AS SIGNED)",
}
ROWS = (
    "INSERT INTO customer VALUES (1, 'a'), (2, 'b'), (3, 'c')",
    (
        "INSERT INTO contact (id, customer_id, at) VALUES (1, '1', '2010-01-01'), "
        "(2, '1abc', '2026-01-01'), (3, '2', '2010-01-01'), (4, '02', '2026-01-01'), "
        "(5, '3', '2026-01-01')"
    ),
)


def _made(engine: sa.Engine, more: str = "") -> None:
    say(
        engine,
        "CREATE TABLE customer (id INTEGER PRIMARY KEY, name VARCHAR(9))",
        "CREATE TABLE contact (id INTEGER PRIMARY KEY, customer_id VARCHAR(9), at VARCHAR(10)"
        f"{more})",
        *ROWS,
    )


@ENGINES
def test_a_text_that_refers_to_a_number_is_refused(
    name: str, request: pytest.FixtureRequest
) -> None:
    engine = request.getfixturevalue(name)
    _made(engine)
    told = r"s.contact: column 'customer_id' is VARCHAR\(9\), and customer \(id\), with which it is"
    declared = JUDGED_BY_CONTACTS.replace("customer_id, type: integer", "customer_id")
    with pytest.raises((ObstaclesFound, Refused), match=told):
        night(engine, declared)
    assert len(left(engine, "SELECT id FROM customer")) == 3


@ENGINES
def test_a_number_that_is_generated_from_it_leads_to_whom_it_says(
    name: str, request: pytest.FixtureRequest
) -> None:
    engine = request.getfixturevalue(name)
    number = f"INTEGER GENERATED ALWAYS AS (CASE WHEN {NUMBER[name]} END) STORED"
    _made(engine, f", customer_no {number}")
    policy = JUDGED_BY_CONTACTS.replace("[customer_id]", "[customer_no]").replace(
        "          - {name: customer_id, type: integer}\n",
        "          - {name: customer_id}\n          - {name: customer_no, type: integer}\n",
    )
    assert night(engine, policy).verified
    found = left(engine, "SELECT id, name FROM customer ORDER BY id")
    assert found == [(1, None), (2, None), (3, "c")]


@pytest.mark.parametrize(
    ("name", "one", "other", "fits"),
    [
        ("mariadb", "COLLATE utf8mb4_general_ci", "COLLATE utf8mb4_unicode_ci", False),
        ("mariadb", "COLLATE utf8mb4_general_ci", "CHARACTER SET latin1", True),
        ("mariadb", "COLLATE utf8mb4_general_ci", "COLLATE utf8mb4_bin", True),
        ("postgresql", 'COLLATE "C"', 'COLLATE "pg_c_utf8"', False),
        ("postgresql", 'COLLATE "C"', "", True),
        ("sqlite", "COLLATE NOCASE", "", True),
    ],
)
def test_texts_under_collations_that_do_not_mix_are_refused(
    name: str, one: str, other: str, request: pytest.FixtureRequest, *, fits: bool
) -> None:
    engine = request.getfixturevalue(name)
    say(engine, f"CREATE TABLE customer (id VARCHAR(9) {one} PRIMARY KEY, name VARCHAR(9))")
    say(
        engine,
        f"CREATE TABLE contact (id INTEGER PRIMARY KEY, customer_id VARCHAR(9) {other}, "
        "at VARCHAR(10))",
        "INSERT INTO customer VALUES ('1', 'a'), ('2', 'b')",
        "INSERT INTO contact VALUES (1, '1', '2010-01-01'), (2, '2', '2026-01-01')",
    )
    policy = JUDGED_BY_CONTACTS.replace("{name: id, type: integer}", "{name: id}", 1)
    policy = policy.replace("customer_id, type: integer", "customer_id")
    if not fits:
        with pytest.raises((ObstaclesFound, Refused), match="are under two collations"):
            night(engine, policy)
        return
    assert night(engine, policy).verified
    assert left(engine, "SELECT id, name FROM customer ORDER BY id") == [("1", None), ("2", "b")]


@pytest.mark.parametrize("kinds", [("char(5)", "varchar(9)"), ("varchar(9)", "char(5)")])
def test_blanks_that_one_of_two_columns_leaves_out_are_refused(
    kinds: tuple[str, str], postgresql: sa.Engine
) -> None:
    key, refers = kinds
    say(
        postgresql,
        f"CREATE TABLE customer (id {key} PRIMARY KEY, name varchar(9))",
        f"CREATE TABLE contact (id int PRIMARY KEY, customer_id {refers}, at varchar(10))",
        "INSERT INTO customer VALUES ('a', 'a'), ('b ', 'b')",
        "INSERT INTO contact VALUES (1, 'a ', '2010-01-01'), (2, 'b', '2026-01-01')",
    )
    policy = JUDGED_BY_CONTACTS.replace("{name: id, type: integer}", "{name: id}", 1)
    policy = policy.replace("customer_id, type: integer", "customer_id")
    with pytest.raises(ObstaclesFound, match="blanks at the end in the one are not compared"):
        night(postgresql, policy)
    say(
        postgresql,
        "UPDATE customer SET id = rtrim(id)",
        "UPDATE contact SET customer_id = rtrim(customer_id)",
    )
    assert night(postgresql, policy).verified
    assert left(postgresql, "SELECT name FROM customer ORDER BY id") == [(None,), ("b",)]


@pytest.mark.parametrize(
    ("name", "key", "refers", "fits"),
    [
        ("postgresql", "uuid", "varchar(40)", False),
        ("postgresql", "uuid", "uuid", True),
        ("postgresql", "bigint", "integer", True),
        ("postgresql", "numeric(9)", "integer", True),
        ("postgresql", "varchar(9)", "text", True),
        ("mariadb", "BIGINT UNSIGNED", "INT", True),
        ("mariadb", "INT", "CHAR(9)", False),
        ("sqlite", "INTEGER", "BIGINT", True),
        ("sqlite", "INTEGER", "NUMERIC", True),
        ("sqlite", "TEXT", "INTEGER", False),
    ],
)
def test_types_that_compare_as_they_are_meant_are_not_refused(
    name: str, key: str, refers: str, request: pytest.FixtureRequest, *, fits: bool
) -> None:
    engine = request.getfixturevalue(name)
    say(engine, TABLE.replace("id INTEGER", f"id {key} NOT NULL"))
    say(engine, f"CREATE TABLE visit (id INTEGER PRIMARY KEY, p {refers})")
    columns = (COLUMNS[0], Column(name="p", type=ColumnType.INTEGER))
    path = Subject(to="person", columns=("p",))
    visit = Dataset(id="visit", table="visit", key=("id",), label={}, columns=columns, subject=path)
    store = SqlStore(mapped(COLUMNS, visit), engine)
    shared = Subject(shared_by="visit", columns=("p",))
    deletes = step(Deed.DELETE, ENDED)
    whole = mapped(COLUMNS, replace(visit, subject=None))
    person = replace(whole.datasets[0], subject=shared)
    sharer = SqlStore(replace(whole, datasets=(person, whole.datasets[1])), engine)
    for one, steps in ((store, [replace(deletes, dataset="visit")]), (sharer, [deletes])):
        found = [o.message for o in one.preflight(steps) if "with which it is matched" in o.message]
        assert len(found) == (0 if fits else 1)
