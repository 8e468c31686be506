"""Requests against holds, seals, themselves and people who come back (R-IX.1, R-IX.3, R-IX.6)."""

from __future__ import annotations

import re
import shutil
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from doelbinding.cli.demo import prepare
from tests.acceptance.test_story import contents
from tests.integration.forked import run

DAY = date(2026, 11, 23)
SANNE = ("--id", "email:sanne.devries@example.com", "--controller", "stago-nl")
CLAIM = ("--reason", "a claim", "--review", "2027-05-23")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("requests") / "demo"
    prepare(folder, people=15, seed=3, postgresql=False, at=DAY)
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "demo")
    return tmp_path / "demo"


@pytest.fixture(scope="module")
def erased(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which Sanne was erased."""
    folder = tmp_path_factory.mktemp("erased") / "demo"
    shutil.copytree(made, folder)
    did(folder, "subject", "erase", *SANNE, "--yes", "--at", DAY.isoformat())
    return folder


def did(folder: Path, *arguments: str) -> str:
    done = run(*arguments, folder=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout


def change(folder: Path, store: str, *statements: str) -> None:
    with closing(sqlite3.connect(folder / "stores" / f"{store}.sqlite")) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()


def retain(folder: Path, at: str) -> None:
    """Plan and apply retention."""
    plan = re.search(r"^plan ([0-9a-f]{64})$", did(folder, "plan", "--at", at), re.MULTILINE)
    assert plan is not None
    did(folder, "apply", plan[1], "--approve", plan[1])


def rows_of(folder: Path, table: str, key: object) -> list[tuple[object, ...]]:
    return [row for row in contents(folder)[table] if row[0] == key]


def test_erasure_changes_nothing_of_what_is_held(folder: Path) -> None:
    did(folder, "subject", "hold", *SANNE, *CLAIM)
    before = contents(folder)
    assert "kept: held" in did(folder, "subject", "erase", *SANNE, "--yes")
    assert contents(folder) == before


def test_erasure_changes_nothing_while_an_answer_is_being_given(folder: Path) -> None:
    did(folder, "subject", "access", *SANNE)
    (case,) = (path.name for path in (folder / "answers").iterdir())
    before = contents(folder)
    did(folder, "subject", "erase", *SANNE, "--yes")
    assert contents(folder) == before
    did(folder, "subject", "answer", case)
    retain(folder, DAY.isoformat())
    assert rows_of(folder, "crm.klant", 4711) == [], "what was stopped goes once it is answered"


def test_erasure_asked_again_finds_the_same_and_changes_nothing(
    erased: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "demo"
    shutil.copytree(erased, folder)
    before = contents(folder)
    did(folder, "subject", "erase", *SANNE, "--yes")
    did(folder, "subject", "erase", "--id", "klantnr:4711", "--controller", "stago-nl", "--yes")
    assert contents(folder) == before


def test_who_comes_back_after_erasure_keeps_what_was_collected_since(
    erased: Path, tmp_path: Path
) -> None:
    """Also what has no date of its own and belongs to a row of later; and a number used again."""
    folder = tmp_path / "demo"
    shutil.copytree(erased, folder)
    change(
        folder,
        "crm",
        "INSERT INTO klant (klantnr, bv_code, soort, naam, voornaam, relatie_start) "
        "VALUES (4711, 'NL01', 'K', 'de Vries', 'Sanne', '2026-11-24')",
        "INSERT INTO klant_email VALUES (4711, 1, 'sanne.devries@example.com', 1)",
    )
    change(
        folder,
        "web",
        "INSERT INTO nieuwsbrief VALUES (4711, 'NL01', 'sanne.devries@example.com', NULL, "
        "'ACTIVE', '2026-11-24 10:00:00', NULL)",
    )
    retain(folder, DAY.isoformat())
    assert len(rows_of(folder, "crm.klant", 4711)) == 1
    assert len(rows_of(folder, "crm.klant_email", 4711)) == 1
    assert len(rows_of(folder, "web.nieuwsbrief", 4711)) == 1


def test_what_a_backup_brings_back_from_before_the_erasure_goes_again(
    made: Path, erased: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "demo"
    shutil.copytree(erased, folder)
    for store in (made / "stores").iterdir():
        shutil.copy(store, folder / "stores" / store.name)
    assert rows_of(folder, "crm.klant_email", 4711)
    retain(folder, DAY.isoformat())
    assert rows_of(folder, "crm.klant", 4711) == []
    assert rows_of(folder, "crm.klant_email", 4711) == []


def test_strange_input_is_said_in_a_sentence(folder: Path) -> None:
    before = contents(folder)
    for arguments in (
        ("apply", "x" * 5000),
        ("apply", "%"),
        ("why", "crm.klant.naam", str(10**30)),
        ("why", "crm.klant.naam", "'; DROP TABLE klant"),
        ("subject", "find", "--id", "email:caf\udce9", "--controller", "stago-nl"),
        ("subject", "lift", "x' OR 1=1"),
    ):
        done = run(*arguments, folder=folder)
        assert done.returncode == 2, arguments
        assert "Traceback" not in done.stderr
    assert contents(folder) == before
