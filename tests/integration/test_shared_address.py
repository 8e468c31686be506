"""Guests of one address are erased at moments of their own, by commands (ADR 0042; R-IX.6)."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from sqlite3 import connect

from tests.integration.forked import forked
from tests.integration.mill import GUEST_HOUSE, POLICY, World, build

LETTERS = (
    GUEST_HOUSE
    + """\
        columns:
          - {name: id, type: integer, identifier: guest}
          - {name: name, category: name}
          - {name: email}
          - {name: ordered, type: date-text}
          - {name: seen, type: date-text}
        events: {contact.last: {column: seen}, order.placed: {column: ordered}}
        bindings: [{activity: orders, columns: [name]}, {activity: customers, columns: [name]}]
      - id: letter
        label: {en: Letters}
        table: letter
        key: [id]
        collected: sent
        subjects: [{to: guest, columns: [address], references: [email]}]
        columns:
          - {name: id, type: integer}
          - {name: address}
          - {name: body, category: history}
          - {name: sent, type: date-text}
        bindings: [{activity: customers, columns: [body]}]
"""
)
TABLES = (
    "CREATE TABLE guest (id INTEGER PRIMARY KEY, name TEXT, email TEXT, ordered TEXT, seen TEXT)",
    "CREATE TABLE letter (id INTEGER PRIMARY KEY, address TEXT, body TEXT, sent TEXT)",
    "INSERT INTO guest VALUES (1, 'Ann', 'us@example.com', '2026-01-01', '2026-01-10')",
    "INSERT INTO guest VALUES (2, 'Bo', 'us@example.com', '2026-01-01', '2026-01-10')",
    "INSERT INTO letter VALUES (1, 'us@example.com', 'x', '2026-01-01')",
    "INSERT INTO letter VALUES (2, 'us@example.com', 'x', '2026-03-01')",
    "INSERT INTO letter VALUES (3, 'us@example.com', 'x', '2026-05-01')",
)


def test_a_letter_goes_once_both_had_asked_and_not_what_came_since(tmp_path: Path) -> None:
    world = World(policy={"policy": POLICY, "house": LETTERS}, tables={"house": TABLES})
    folder = build(tmp_path / "mill", world=world)
    left = []
    for guest, day in ((1, "2026-02-01"), (2, "2026-04-01")):
        asked = ("subject", "erase", "--id", f"guest:{guest}", "--controller", "mill", "--yes")
        done = forked(folder, *asked, "--at", day)
        assert done.returncode == 0, done.stdout + done.stderr
        left.append(_letters(folder))
    night = forked(folder, "nightly", "--approve-up-to", "9")
    assert night.returncode == 0, night.stdout + night.stderr
    assert [*left, _letters(folder)] == [[1, 2, 3], [2, 3], [2, 3]]


def _letters(folder: Path) -> list[int]:
    with closing(connect(folder / "stores" / "house.sqlite")) as house:
        return [one for (one,) in house.execute("SELECT id FROM letter ORDER BY id")]
