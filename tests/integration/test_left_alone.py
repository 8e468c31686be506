"""A row that no one shares any more goes by its own dates, whosever it was (Art. 5(1)(e))."""

from __future__ import annotations

import sqlalchemy as sa

from tests.integration.one_night import night, planned
from tests.integration.one_table import left, say

TENANCY = """\
      - id: tenant
        label: {en: Tenants}
        table: tenant
        key: [id]
        controller: mill
        person: true
        columns:
          - {name: id, type: integer}
          - {name: mail, category: email, identifier: email}
          - {name: status}
        states: {subscribed: {column: status, equals: "Yes"}}
        bindings: [{activity: news, columns: ['*']}]
      - id: membership
        label: {en: Memberships}
        table: membership
        key: [id]
        subject: {to: tenant, columns: [tenant]}
        references: [{columns: [contract], to: contract}]
        columns:
          - {name: id, type: integer}
          - {name: tenant, type: integer}
          - {name: contract, type: integer}
          - {name: note, category: history}
          - {name: until, type: date-text}
        events: {contact.last: {column: until}}
        bindings: [{activity: customers, columns: [note]}]
      - id: contract
        label: {en: Contracts}
        table: contract
        key: [id]
        subject: {shared_by: membership, columns: [contract]}
        columns:
          - {name: id, type: integer}
          - {name: words, category: history}
          - {name: ended, type: date-text}
        events: {contact.last: {column: ended}}
        bindings: [{activity: customers, columns: [words]}ALSO]
"""
ROWS = """\
      - id: clause
        label: {en: Clauses}
        table: clause
        key: [id]
        subject: {to: contract, columns: [contract]}
        columns:
          - {name: id, type: integer}
          - {name: contract, type: integer}
          - {name: words, category: history}
        bindings: [{activity: customers, columns: [words]}]
"""
TOLD = TENANCY.replace("ALSO", "") + ROWS


def filled(engine: sa.Engine) -> None:
    """Contracts 1 to 4 are nobody's, 5 and 6 are until this night, and 7 stays somebody's."""
    say(
        engine,
        "CREATE TABLE tenant (id INTEGER PRIMARY KEY, mail VARCHAR(40), status VARCHAR(9))",
        "CREATE TABLE contract (id INTEGER PRIMARY KEY, words VARCHAR(9), ended VARCHAR(10))",
        "CREATE TABLE membership (id INTEGER PRIMARY KEY, "
        "tenant INTEGER NOT NULL REFERENCES tenant (id), "
        "contract INTEGER NOT NULL REFERENCES contract (id), "
        "note VARCHAR(9), until VARCHAR(10))",
        "CREATE TABLE clause (id INTEGER PRIMARY KEY, "
        "contract INTEGER NOT NULL REFERENCES contract (id), words VARCHAR(9))",
        "INSERT INTO tenant VALUES (1, 'a@example.com', 'No'), (2, 'b@example.com', 'Yes')",
        "INSERT INTO contract VALUES (1, 'x', '2024-11-22'), (2, 'x', '2024-11-23'), "
        "(3, 'x', NULL), (4, 'x', 'soon'), (5, 'x', '2026-01-01'), (6, 'x', '2020-01-01'), "
        "(7, 'x', '2026-01-01')",
        "INSERT INTO membership VALUES (1, 1, 5, 'x', '2020-01-01'), "
        "(2, 1, 6, 'x', '2020-01-01'), (3, 2, 7, 'x', '2026-01-01')",
        "INSERT INTO clause VALUES (1, 1, 'x'), (2, 2, 'x'), (5, 5, 'x'), (6, 6, 'x')",
    )


def doubts(engine: sa.Engine, datasets: str) -> dict[str, int]:
    _, plan = planned(engine, datasets)
    return {one.dataset: one.rows for one in plan.doubts}


def contracts(engine: sa.Engine) -> list[int]:
    return [row[0] for row in left(engine, "SELECT id FROM contract ORDER BY id")]


def test_what_ended_goes_and_what_may_not_have_is_told(everywhere: sa.Engine) -> None:
    filled(everywhere)
    assert doubts(everywhere, TOLD) == {"contract": 3, "clause": 1}
    outcome = night(everywhere, TOLD)
    assert outcome.verified
    assert contracts(everywhere) == [2, 3, 4, 5, 7]
    assert left(everywhere, "SELECT id FROM clause ORDER BY id") == [(2,), (5,)]
    assert doubts(everywhere, TOLD) == {"contract": 4, "clause": 2}


def test_contract_left_by_all_goes_when_it_has_ended(everywhere: sa.Engine) -> None:
    """It was kept forever once the memberships by which it was somebody's had gone before it."""
    filled(everywhere)
    assert night(everywhere, TOLD).verified
    assert 5 in contracts(everywhere)
    say(everywhere, "UPDATE contract SET ended = '2024-01-01' WHERE id = 5")
    assert night(everywhere, TOLD).verified
    assert contracts(everywhere) == [2, 3, 4, 7]


def test_what_another_phase_asks_of_people_is_unknown_of_nobody(everywhere: sa.Engine) -> None:
    """Whoever it was may be subscribed: only a tenant could tell."""
    datasets = TENANCY.replace("ALSO", ", {activity: news, columns: [words]}") + ROWS
    filled(everywhere)
    assert night(everywhere, datasets).verified
    assert contracts(everywhere) == [1, 2, 3, 4, 5, 7]
