"""What may be somebody's and leads to nobody is told, and never left out in silence (R-IX.8)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from doelbinding.plan.identifiers import parse_identifier
from doelbinding.rights.found import Astray, Found
from doelbinding.rights.locate import Locator
from doelbinding.stores.sql.store import SqlStore
from tests.integration.one_night import policy_of
from tests.integration.one_table import say

DATASETS = """\
      - id: reader
        label: {en: Readers}
        table: reader
        key: [code]
        controller: mill
        person: true
        columns:
          - {name: code}
          - {name: name, category: name, identifier: name}
          - {name: mail, category: email, identifier: email}
          - {name: status}
        states:
          subscribed: {column: status, equals: "Yes"}
        bindings: [{activity: news, columns: ['*']}]
      - id: note
        label: {en: Notes}
        table: note
        key: [id]
        subject: {to: reader, columns: [code]}
        columns:
          - {name: id, type: integer}
          - {name: code}
          - {name: mail, category: email, identifier: email}
        bindings: [{activity: news, columns: ['*']}]
"""
ANNA = "email:anna@example.com"


def found_in(engine: sa.Engine, *notes: str, wanted: str = ANNA, datasets: str = DATASETS) -> Found:
    collated = "COLLATE NOCASE" if engine.dialect.name == "sqlite" else ""
    code = f"VARCHAR(9) {collated}"
    say(
        engine,
        f"CREATE TABLE reader (code {code} PRIMARY KEY, name VARCHAR(9), mail VARCHAR(40), "
        "status VARCHAR(9))",
        f"CREATE TABLE note (id INTEGER PRIMARY KEY, code {code}, mail VARCHAR(40))",
        "INSERT INTO reader VALUES ('A', 'Anna', 'anna@example.com', 'Yes'), "
        "('B', 'Bob', 'bob@example.com', 'Yes')",
        f"INSERT INTO note VALUES {', '.join(notes)}",  # noqa: S608 - our own text
    )
    policy = policy_of(datasets)
    store = SqlStore(policy.stores[0], engine)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    (controller,) = policy.controllers
    locator = Locator(policy=policy, controller=controller, stores={"s": store}, at=at)
    found = locator.find([parse_identifier(wanted)])
    store.close()
    return found


def told(found: Found) -> dict[object, Astray]:
    return {stray.key[0]: stray.why for stray in found.strays}


def keys(found: Found) -> list[object]:
    return sorted(row.key[0] for row in found.rows if row.place.dataset.id == "note")


@pytest.mark.parametrize("name", ["sqlite", "mariadb"])
def test_a_row_that_refers_in_another_case_is_in_doubt(
    name: str, request: pytest.FixtureRequest
) -> None:
    engine = request.getfixturevalue(name)
    found = found_in(engine, "(1, 'A', NULL)", "(2, 'a', NULL)", "(3, 'b', NULL)", "(4, 'B', NULL)")
    assert keys(found) == [1]
    assert told(found) == {2: Astray.LOOSELY}
    assert found.doubtful == 1


def test_where_texts_are_compared_exactly_another_case_is_another(postgresql: sa.Engine) -> None:
    found = found_in(postgresql, "(1, 'A', NULL)", "(2, 'a', NULL)")
    assert (keys(found), told(found)) == ([1], {})


@pytest.mark.parametrize("name", ["sqlite", "postgresql", "mariadb"])
def test_a_row_that_holds_an_identifier_and_leads_to_nobody_is_in_doubt(
    name: str, request: pytest.FixtureRequest
) -> None:
    engine = request.getfixturevalue(name)
    found = found_in(
        engine,
        "(1, 'A', 'anna@example.com')",
        "(2, NULL, 'Anna@Example.com')",
        "(3, 'Z', 'anna@example.com')",
        "(4, 'Z', 'bob@example.com')",
        "(5, NULL, NULL)",
    )
    assert keys(found) == [1]
    assert told(found) == {2: Astray.NOWHERE, 3: Astray.NOWHERE}


def test_nobody_is_found_by_what_leads_to_nobody_and_it_is_told(sqlite: sa.Engine) -> None:
    note = "(1, NULL, 'guest@example.com')"
    found = found_in(sqlite, note, wanted="email:guest@example.com")
    assert found.rows == ()
    assert told(found) == {1: Astray.NOWHERE}


def test_a_person_of_whom_nothing_says_whose_they_are_is_in_doubt(sqlite: sa.Engine) -> None:
    owned = "controller: {column: name, values: {Bob: mill}}"
    datasets = DATASETS.replace("controller: mill", owned)
    found = found_in(sqlite, "(1, 'A', 'anna@example.com')", datasets=datasets)
    assert found.rows == ()
    assert told(found) == {"A": Astray.NOBODYS}
    assert found.strays[0].by == "email"
