"""What refers to rows that came back with a restore lets go of them again (R-II.4)."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.integration.forked import forked, planned
from tests.integration.mill import ANNA, DAY, POLICY, World, build

TALK = """\
stores:
  - id: talk
    label: {en: Talk}
    country: IE
    backups: P35D
    datasets:
      - id: reader
        label: {en: Readers}
        table: reader
        key: [id]
        controller: mill
        person: true
        columns:
          - {name: id, type: integer}
          - {name: email, category: email, identifier: email}
          - {name: left_on, type: date-text}
        events: {contact.last: {column: left_on, ongoing_if_null: true}}
        bindings: [{activity: customers, columns: ['*']}]
      - id: post
        label: {en: Posts}
        table: post
        key: [id]
        subject: {to: reader, columns: [reader_id]}
        references: [{columns: [parent], to: post, when_gone: empty}]
        columns:
          - {name: id, type: integer}
          - {name: reader_id, type: integer}
          - {name: parent, type: integer}
          - {name: said, category: history}
          - {name: at, type: date-text}
        events: {contact.last: {column: at}}
        bindings: [{activity: customers, columns: ['*']}]
      - id: picture
        label: {en: Pictures}
        table: picture
        key: [id]
        subject: {to: post, columns: [post_id]}
        columns:
          - {name: id, type: integer}
          - {name: post_id, type: integer}
          - {name: shows, category: history}
          - {name: at, type: date-text}
        events: {contact.last: {column: at}}
        bindings: [{activity: customers, columns: ['*']}]
"""
TABLES = (
    "CREATE TABLE reader (id INTEGER PRIMARY KEY, email TEXT, left_on TEXT)",
    (
        "CREATE TABLE post (id INTEGER PRIMARY KEY, reader_id INTEGER REFERENCES reader, "
        "parent INTEGER REFERENCES post, said TEXT, at TEXT)"
    ),
    (
        "CREATE TABLE picture (id INTEGER PRIMARY KEY, post_id INTEGER REFERENCES post, "
        "shows TEXT, at TEXT)"
    ),
    "INSERT INTO reader VALUES (1, 'anna@example.com', NULL), (2, 'ben@example.com', NULL)",
    "INSERT INTO post VALUES (1, 1, NULL, 'hello', '2026-01-01'), (2, 2, NULL, 'so', '2026-01-01')",
)
WORLD = World(policy={"policy": POLICY, "talk": TALK}, tables={"talk": TABLES})


@pytest.mark.parametrize(
    "overdue",
    [
        "INSERT INTO post VALUES (3, 2, 1, 'a reply', '2020-01-01')",
        "INSERT INTO picture VALUES (1, 1, 'a mill', '2020-01-01')",
        "INSERT INTO picture VALUES (1, 1, 'a mill', NULL)",
    ],
)
def test_what_went_before_the_request_and_refers_to_its_rows_is_in_nobodys_way(
    tmp_path: Path, overdue: str
) -> None:
    folder = build(tmp_path / "mill", world=WORLD)
    store, backup = folder / "stores" / "talk.sqlite", tmp_path / "backup.sqlite"
    _say(store, overdue)
    shutil.copy(store, backup)
    if "NULL)" in overdue:
        _say(store, "DELETE FROM picture")
    _does(folder, "apply", plan := planned(folder), "--approve", plan)
    _does(folder, "subject", "erase", *ANNA, "--yes", "--at", DAY)
    assert _read(store, "SELECT id, parent FROM post") == [(2, None)]
    shutil.copy(backup, store)
    said = _does(folder, "reapply", "talk", "--yes")
    assert "verified" in said
    _does(folder, "apply", plan := said.split()[-1], "--approve", plan)
    assert _read(store, "SELECT id, parent FROM post") == [(2, None)]
    assert _read(store, "SELECT id FROM picture") == []
    assert _read(store, "SELECT id FROM reader") == [(2,)]


def _does(folder: Path, *command: str) -> str:
    done = forked(folder, *command)
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def _say(store: Path, statement: str) -> None:
    with closing(sqlite3.connect(store)) as opened, opened:
        opened.execute(statement)


def _read(store: Path, question: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(store)) as opened:
        return opened.execute(question).fetchall()
