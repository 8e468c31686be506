"""A run that died counts what it changed, and not what other steps took of what it sealed."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.integration import talks
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
"""
    + talks.TALK
    + """\
          - {activity: customers, columns: [about]}
          - {activity: orders, columns: [notes]}
"""
    + talks.MEMBER
)
TABLES = (
    "CREATE TABLE guest (id INTEGER PRIMARY KEY, name TEXT, nights INTEGER, seen TEXT)",
    *talks.TABLES,
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
