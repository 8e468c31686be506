"""What foreign keys do behind a run's back is found before it (DESIGN §2)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from doelbinding.plan.model import Deed, Emptied
from doelbinding.plan.run import ObstaclesFound
from doelbinding.stores.sql.engine import make_engine
from doelbinding.stores.sql.store import SqlStore
from tests.integration.conftest import emptied
from tests.integration.one_night import night
from tests.integration.one_table import ENDED, TABLE, left, mapped, say, step

ALL = pytest.mark.parametrize("name", ["sqlite", "postgresql", "mariadb"])
DATASETS = """\
      - id: customer
        label: {en: Customers}
        table: customer
        key: [code]
        controller: mill
        person: true
        columns:
          - {name: code}
          - {name: name, category: name}
          - {name: email, category: email, identifier: email}
          - {name: last, type: date-text}
        events:
          contact.last: {column: last}
        bindings: [{activity: customers, columns: ['*']}]
      - id: purchase
        label: {en: Orders}
        table: purchase
        key: [id]
        subject: {to: customer, columns: [REFERS], references: [TO]}
        columns:
          - {name: id, type: integer}
          - {name: REFERS}
          - {name: name, category: name}
          - {name: placed, type: date-text}
        events:
          order.placed: {column: placed}
        bindings: [{activity: orders, columns: [name]}]
"""
BY_CODE = DATASETS.replace("REFERS", "code").replace("TO", "code")
BY_EMAIL = DATASETS.replace("REFERS", "email").replace("TO", "email")


@pytest.fixture
def dashed(mariadb_server: sa.URL) -> Iterator[sa.Engine]:
    """A database of MariaDB whose name InnoDB writes otherwise in its own list."""
    engine = make_engine(emptied(mariadb_server, "my-shop"))
    yield engine
    engine.dispose()


def refused(engine: sa.Engine, *steps: object, schema: str | None = None) -> str:
    store = SqlStore(mapped(schema=schema), engine)
    found = store.preflight(steps or [step(Deed.DELETE)])  # type: ignore[arg-type]
    return " ".join(f"{one.message}: {one.remedy}" for one in found if one.gravity == "refuses")


def visits(table: str = "visit", to: str = "person") -> str:
    return (
        f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, p INTEGER, "
        f"FOREIGN KEY (p) REFERENCES {to} (id) ON DELETE CASCADE)"
    )


def test_a_cascade_is_found_in_a_database_of_any_name(dashed: sa.Engine) -> None:
    say(dashed, TABLE, visits("`visits of café`"))
    assert "deleting here also deletes rows of 'visits of café'" in refused(dashed)


def test_a_cascade_from_another_database_is_found(dashed: sa.Engine, mariadb: sa.Engine) -> None:
    say(dashed, TABLE)
    say(mariadb, visits(to="`my-shop`.person"))
    assert "deleting here also deletes rows of 'world.visit'" in refused(dashed)


def test_a_cascade_is_found_whatever_case_sqlite_has_it_in(sqlite: sa.Engine) -> None:
    say(sqlite, TABLE, visits(to="PERSON"))
    assert "deleting here also deletes rows of 'visit'" in refused(sqlite)


def test_a_table_is_named_in_its_own_case_on_sqlite(sqlite: sa.Engine) -> None:
    say(sqlite, TABLE.replace("person", "Person"))
    assert "there is no table 'person': write `table: Person`" in refused(sqlite)


@pytest.mark.parametrize(("name", "schema"), [("postgresql", "public"), ("mariadb", "world")])
def test_the_usual_schema_may_be_named_or_left_out(
    name: str, schema: str, request: pytest.FixtureRequest
) -> None:
    engine = request.getfixturevalue(name)
    say(
        engine,
        "CREATE TABLE customer (code VARCHAR(9) PRIMARY KEY, name VARCHAR(9), email VARCHAR(9), "
        "last VARCHAR(10))",
        "CREATE TABLE purchase (id INTEGER PRIMARY KEY, code VARCHAR(9), name VARCHAR(9), "
        "placed VARCHAR(10), FOREIGN KEY (code) REFERENCES customer (code))",
        "INSERT INTO customer VALUES ('a', 'a', 'a', '2010-01-01')",
    )
    named = BY_CODE.replace("        table:", f"        schema: {schema}\n        table:")
    assert night(engine, named).verified
    assert left(engine, "SELECT count(*) FROM customer") == [(0,)]


@ALL
@pytest.mark.parametrize("action", ["CASCADE", "SET NULL"])
def test_a_justified_value_that_would_change_with_an_emptied_one_is_refused(
    name: str, action: str, request: pytest.FixtureRequest
) -> None:
    engine = request.getfixturevalue(name)
    say(
        engine,
        "CREATE TABLE customer (code VARCHAR(9) PRIMARY KEY, name VARCHAR(9), "
        "email VARCHAR(9) UNIQUE, last VARCHAR(10))",
        "CREATE TABLE purchase (id INTEGER PRIMARY KEY, email VARCHAR(9), name VARCHAR(9), "
        "placed VARCHAR(10), "
        f"FOREIGN KEY (email) REFERENCES customer (email) ON UPDATE {action})",
        "INSERT INTO customer VALUES ('a', 'a', 'a@x', '2010-01-01')",
        "INSERT INTO purchase VALUES (1, 'a@x', 'a', '2026-01-01')",
    )
    with pytest.raises(
        ObstaclesFound, match=rf"also changes purchase \(email\) \(ON UPDATE {action}"
    ):
        night(engine, BY_EMAIL)
    assert left(engine, "SELECT email FROM purchase") == [("a@x",)]


@ALL
def test_a_key_that_forbids_emptying_is_told(name: str, request: pytest.FixtureRequest) -> None:
    engine = request.getfixturevalue(name)
    say(
        engine,
        "CREATE TABLE person (id INTEGER PRIMARY KEY, name VARCHAR(40), "
        "mail VARCHAR(40) UNIQUE, ended DATE)",
        "CREATE TABLE visit (id INTEGER PRIMARY KEY, m VARCHAR(40), "
        "FOREIGN KEY (m) REFERENCES person (mail))",
    )
    store = SqlStore(mapped(), engine)
    found = store.preflight([step(Deed.EMPTY, ENDED, Emptied(column="mail"))])
    assert any("visit (m) refers to (mail)" in one.message for one in found)
    assert store.preflight([step(Deed.EMPTY, ENDED, Emptied(column="name"))]) == []


@pytest.mark.parametrize(("name", "collated"), [("sqlite", "COLLATE NOCASE"), ("mariadb", "")])
def test_a_cascade_that_folds_case_is_refused_where_it_would_take_a_row_along(
    name: str, collated: str, request: pytest.FixtureRequest
) -> None:
    engine = request.getfixturevalue(name)
    say(
        engine,
        f"CREATE TABLE customer (code VARCHAR(9) {collated} PRIMARY KEY, name VARCHAR(9), "
        "email VARCHAR(9), last VARCHAR(10))",
        f"CREATE TABLE purchase (id INTEGER PRIMARY KEY, code VARCHAR(9) {collated}, "
        "name VARCHAR(9), placed VARCHAR(10), "
        "FOREIGN KEY (code) REFERENCES customer (code) ON DELETE CASCADE)",
        "INSERT INTO customer VALUES ('A', 'a', 'a', '2010-01-01'), ('B', 'b', 'b', '2010-01-01')",
        "INSERT INTO purchase VALUES (1, 'a', 'a', '2026-01-01')",
    )
    with pytest.raises(ObstaclesFound, match="rows of 'purchase' refer to it by texts"):
        night(engine, BY_CODE)
    say(engine, "UPDATE purchase SET code = 'A'")
    assert night(engine, BY_CODE).verified
    assert left(engine, "SELECT code, name, email FROM customer") == [("A", None, None)]
    assert left(engine, "SELECT id, name FROM purchase") == [(1, "a")]
