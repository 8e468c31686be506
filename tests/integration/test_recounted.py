"""A run that died counts what it changed, and not what other steps took of what it sealed."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.integration.forked import planned, run
from tests.integration.mill import GUEST_HOUSE, POLICY, World, build
from tests.integration.test_kill import JOURNAL, facts, killed

TALKS = (
    GUEST_HOUSE
    + """\
        columns:
          - {name: id, type: integer}
          - {name: name, category: name}
          - {name: nights, type: integer, category: history, ends_as: {band: 10}}
          - {name: seen, type: date-text}
        events: {contact.last: {column: seen}}
        bindings: [{activity: customers, columns: ['*']}]
      - id: talk
        label: {en: Conversations}
        table: talk
        key: [id]
        subject: {shared_by: member, columns: [talk_id]}
        columns:
          - {name: id, type: integer}
          - {name: about, category: history}
          - {name: notes, category: history}
        bindings:
          - {activity: customers, columns: [about]}
          - {activity: orders, columns: [notes]}
      - id: member
        label: {en: Who takes part}
        table: member
        key: [id]
        subject: {to: guest, columns: [guest_id]}
        columns:
          - {name: id, type: integer}
          - {name: talk_id, type: integer}
          - {name: guest_id, type: integer}
          - {name: alias, category: history}
          - {name: since, type: date-text}
        events: {order.placed: {column: since}}
        bindings: [{activity: orders, columns: ['*']}]
"""
)
TABLES = (
    "CREATE TABLE guest (id INTEGER PRIMARY KEY, name TEXT, nights INTEGER, seen TEXT)",
    "CREATE TABLE talk (id INTEGER PRIMARY KEY, about TEXT, notes TEXT)",
    (
        "CREATE TABLE member (id INTEGER PRIMARY KEY, talk_id INT, guest_id INT, "
        "alias TEXT, since TEXT)"
    ),
    "INSERT INTO guest VALUES (1, 'Ann', 12, '2010-01-01'), (2, 'Bo', 13, '2010-01-01')",
    "INSERT INTO talk VALUES (1, 'tea', 'x'), (2, 'jam', 'y'), (3, 'oil', 'z')",
    "INSERT INTO member VALUES (1, 1, 1, 'a', '2010-01-01'), (2, 2, 2, 'b', '2026-01-01')",
    "INSERT INTO member VALUES (3, 3, 1, 'a', '2010-01-01')",
)


def test_what_was_changed_is_counted_once_wherever_it_dies(tmp_path: Path) -> None:
    world = World(policy={"policy": POLICY, "house": TALKS}, tables={"house": TABLES})
    ready = build(tmp_path / "ready", world=world)
    plan = planned(ready)
    command = ("apply", plan, "--approve", plan)
    whole = shutil.copytree(ready, tmp_path / "whole")
    assert run(*command, folder=whole).returncode == 0
    for step in (2, 5, 6):
        folder = shutil.copytree(ready, tmp_path / f"died-in-{step}")
        killed(folder, (*JOURNAL, "changed", str(step), "before"), *command)
        assert run(*command, folder=folder).returncode == 0
        assert facts(folder) == facts(whole)
