"""What is prohibited is erased on a request, and told so: no phase keeps it, whatever binds it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.integration.forked import forked
from tests.integration.mill import DAY, POLICY, SHOP, World, build

ORA = ("--id", "email:ora@example.com", "--controller", "mill")
PROHIBITED = (
    SHOP.replace(
        "          - {name: placed,",
        "          - {name: code, category: name}\n          - {name: placed,",
    ).replace("columns: [name, placed]", "columns: [name, code, placed]")
    + """\
        prohibitions:
          - {columns: [code], reason: {en: No law allows it.}, article: GDPR 87}
"""
)
TABLE = (
    (
        "CREATE TABLE buyer (id INTEGER PRIMARY KEY, name VARCHAR(80), email VARCHAR(80), "
        "remark VARCHAR(80), code VARCHAR(80), placed VARCHAR(10))"
    ),
    "INSERT INTO buyer VALUES (1, 'Ora', 'ora@example.com', 'x', '123', '2025-01-01')",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    world = World(policy={"policy": POLICY, "s": PROHIBITED}, tables={"shop": TABLE})
    return build(tmp_path / "shop", world=world)


def does(folder: Path, *command: str) -> None:
    done = forked(folder, *command, "--at", DAY)
    assert done.returncode == 0, done.stderr


def test_the_letter_tells_that_it_is_erased_and_not_that_it_stays(folder: Path) -> None:
    does(folder, "subject", "erase", *ORA, "--yes")
    (letter,) = (folder / "answers").glob("*/letter.txt")
    erased, kept = letter.read_text().split("WHAT WE KEEP, AND WHY")
    assert "code" in erased
    assert "code" not in kept.split("BACKUPS")[0]
    assert "name" in kept


def test_an_answer_gives_no_phase_that_justifies_it(folder: Path) -> None:
    does(folder, "subject", "access", *ORA)
    (answer,) = (folder / "answers").glob("*/access.json")
    (record,) = json.loads(answer.read_text())["datasets"][0]["records"]
    told = {one["field"]: one for one in record["values"]}
    assert told["name"]["reasons"]
    assert not told["code"]["reasons"]
