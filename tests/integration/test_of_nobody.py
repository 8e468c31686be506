"""What leads to a row that is nobody's, and to one of somebody who is not there (ADR 0039)."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from doelbinding.binding.circumstances import NOTHING_SAID
from doelbinding.binding.justify import Interpreter
from doelbinding.binding.paths import place
from doelbinding.stores.sql.store import SqlStore
from tests.integration.one_night import AT, night, policy_of
from tests.integration.one_table import left, say

DATASETS = """\
      - id: child
        label: {en: Children}
        table: child
        key: [id]
        controller: mill
        person: true
        columns:
          - {name: id, type: integer}
          - {name: name, category: name, identifier: name}
          - {name: last, type: date-text}
        events: {contact.last: {column: last}}
        bindings: [{activity: customers, columns: ['*']}]
      - id: party
        label: {en: Parties}
        table: party
        key: [id]
        PATH
        columns:
          - {name: id, type: integer}
          - {name: incident_id, type: integer}
          - {name: kind}
          - {name: child_id, type: integer}
          - {name: role, category: history}
        bindings: [{activity: customers, columns: ['*']}]
      - id: incident
        label: {en: Incidents}
        table: incident
        key: [id]
        subject: {shared_by: party, columns: [incident_id]}
        columns:
          - {name: id, type: integer}
          - {name: ended, type: date-text}
          - {name: injury, category: history}
        events: EVENTS
        bindings: [{activity: customers, columns: ['*']}]
      - id: line
        label: {en: Lines}
        table: line
        key: [id]
        subject: {to: incident, columns: [incident_id]}
        columns:
          - {name: id, type: integer}
          - {name: incident_id, type: integer}
          - {name: words, category: history}
        bindings: [{activity: customers, columns: ['*']}]
"""
ONE = "subject: {to: child, columns: [child_id]}"
SEVERAL = "subjects: [{to: child, columns: [child_id], when: {column: kind, equals: child}}]"
ENDED = "{contact.last: {column: ended}}"
TABLES = (
    "CREATE TABLE child (id INTEGER PRIMARY KEY, name VARCHAR(9), last VARCHAR(10))",
    (
        "CREATE TABLE party (id INTEGER PRIMARY KEY, incident_id INTEGER, kind VARCHAR(9), "
        "child_id INTEGER, role VARCHAR(9))"
    ),
    "CREATE TABLE incident (id INTEGER PRIMARY KEY, ended VARCHAR(10), injury VARCHAR(9))",
    "CREATE TABLE line (id INTEGER PRIMARY KEY, incident_id INTEGER, words VARCHAR(9))",
    "INSERT INTO child VALUES (1, 'x', '2010-01-01')",
    "INSERT INTO incident VALUES (1, '2010-01-01', 'x'), (2, '2010-01-01', 'x')",
    "INSERT INTO party VALUES (1, 1, 'child', 1, 'x'), (2, 1, 'other', 9, 'x')",
    "INSERT INTO party VALUES (3, 2, 'other', 9, 'x')",
    "INSERT INTO line VALUES (1, 1, 'x'), (2, 2, 'x'), (3, 9, 'x')",
)


@pytest.mark.parametrize(
    ("path", "events", "injuries", "words"),
    [
        (ONE, "{}", [1, 2], [1, 2, 3]),
        (ONE, ENDED, [], [3]),
        (SEVERAL, "{}", [2], [2, 3]),
        (SEVERAL, ENDED, [], [3]),
    ],
)
def test_what_leads_to_nobody_ends_by_what_it_tells(
    path: str, events: str, injuries: list[int], words: list[int], sqlite: sa.Engine
) -> None:
    """A party of another type is nobody; one whose child is not there is somebody, not known who.

    Both readings say so.
    """
    say(sqlite, *TABLES)
    datasets = DATASETS.replace("PATH", path).replace("EVENTS", events)
    policy = policy_of(datasets)
    store = SqlStore(policy.stores[0], sqlite)
    read = Interpreter(policy=policy, reader=store, at=AT, circumstances=NOTHING_SAID)
    asked = (("incident", "injury", injuries), ("line", "words", words))
    for name, column, kept in asked:
        here = place(policy, f"s.{name}")
        rows = store.rows(here.ref, {})
        stays = [row["id"] for row in rows if read.justify(here, row, column).truth is not False]
        assert stays == kept
    night(sqlite, datasets)
    for name, column, kept in asked:
        there = f"SELECT id FROM {name} WHERE {column} IS NOT NULL ORDER BY id"  # noqa: S608
        assert left(sqlite, there) == [(number,) for number in kept]
