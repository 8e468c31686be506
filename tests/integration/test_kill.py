"""A run killed at any instant goes on to the same end, and says each thing once (DESIGN §2)."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from doelbinding.cli.demo import prepare
from tests.acceptance.test_story import COMMAND, contents
from tests.integration.forked import planned, run

DAY = date(2026, 11, 23)
KILLED = 137
SOMEBODY = ("--id", "klantnr:4712", "--controller", "stago-nl", "--reason", "x", "--review",
            "2027-05-23")  # fmt: skip

DYING = """
import importlib, os, sys
from pathlib import Path
from doelbinding.cli.reading import opened
module, owner, method, nth, when, *arguments = sys.argv[1:]
opened(Path(arguments[1]))
kind = getattr(importlib.import_module(module), owner)
real, calls = getattr(kind, method), []
def deadly(*given, **named):
    calls.append(None)
    last = len(calls) == int(nth)
    if last and when == "before":
        os._exit(137)
    done = real(*given, **named)
    if last:
        os._exit(137)
    return done
setattr(kind, method, deadly)
from doelbinding.cli.app import app
app(arguments)
"""

JOURNAL = ("doelbinding.records.journal", "RecordedJournal")
LOG = ("doelbinding.records.evidence", "RecordedEntries")
MOMENTS = [
    (*JOURNAL, "intend", "2", "after"),
    (*JOURNAL, "changed", "1", "before"),
    (*JOURNAL, "verified", "1", "after"),
    (*LOG, "append", "3", "before"),
]


def killed(folder: Path, moment: tuple[str, ...], *arguments: str, **environment: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", DYING, *moment, "-C", str(folder), *arguments],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        timeout=120,
        env={**os.environ, **environment},
    )
    assert done.returncode == KILLED, done.stderr


def entries(folder: Path) -> list[dict[str, object]]:
    with closing(sqlite3.connect(folder / ".doelbinding" / "records.sqlite3")) as records:
        asked = 'SELECT data FROM records_evidenceentry ORDER BY "index"'
        return [json.loads(bytes(data)) for (data,) in records.execute(asked)]


def facts(folder: Path) -> Counter[str]:
    """Give what evidence says, without what differs from run to run."""
    said = []
    for entry in entries(folder):
        data = {k: v for k, v in entry["data"].items() if k not in {"run", "by"}}  # type: ignore[attr-defined]
        said.append(json.dumps([entry["kind"], data], sort_keys=True))
    return Counter(said)


def ledger(folder: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder / ".doelbinding" / "records.sqlite3")) as records:
        asked = "SELECT step, store, dataset, hex(row_hash) FROM records_ledgerentry"
        return sorted(records.execute(asked).fetchall())


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder with a plan, and the plan."""
    folder = tmp_path_factory.mktemp("kill") / "demo"
    prepare(folder, people=15, seed=3, postgresql=False, at=DAY)
    return folder, planned(folder)


@pytest.fixture(scope="module")
def whole(ready: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder after a run that nothing interrupted."""
    folder = tmp_path_factory.mktemp("whole") / "demo"
    shutil.copytree(ready[0], folder)
    done = run("apply", ready[1], "--approve", ready[1], folder=folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def folder(ready: tuple[Path, str], tmp_path: Path) -> Path:
    shutil.copytree(ready[0], tmp_path / "demo")
    return tmp_path / "demo"


@pytest.mark.parametrize("moment", MOMENTS, ids=lambda m: "-".join(m[2:]))
def test_a_killed_run_ends_as_if_nothing_had_happened(
    ready: tuple[Path, str], whole: Path, folder: Path, moment: tuple[str, ...]
) -> None:
    plan = ready[1]
    killed(folder, moment, "apply", plan, "--approve", plan)
    again = run("apply", plan, "--approve", plan, folder=folder)
    assert again.returncode == 0, again.stderr
    assert "finds none left" in again.stdout
    assert contents(folder) == contents(whole)
    assert facts(folder) == facts(whole)
    assert len(ledger(folder)) == len(ledger(whole))


def test_a_plan_applied_twice_changes_and_says_nothing_more(
    ready: tuple[Path, str], whole: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "demo"
    shutil.copytree(whole, folder)
    done = run("apply", ready[1], "--approve", ready[1], folder=folder)
    assert done.returncode == 0, done.stderr
    assert contents(folder) == contents(whole)
    assert facts(folder) == facts(whole)


def test_a_plan_carried_out_is_no_licence_for_what_came_later(
    ready: tuple[Path, str], whole: Path, tmp_path: Path
) -> None:
    """Nobody approved these rows, though nothing justifies them."""
    folder = tmp_path / "demo"
    shutil.copytree(whole, folder)
    with closing(sqlite3.connect(folder / "stores" / "web.sqlite")) as web:
        web.executemany(
            "INSERT INTO nieuwsbrief VALUES (?, 'NL01', ?, NULL, 'UNSUBSCRIBED', NULL, NULL)",
            [(800_000 + n, f"{n}@late.example") for n in range(50)],
        )
        web.commit()
    before = contents(folder)
    done = run("apply", ready[1], "--approve", ready[1], folder=folder)
    assert done.returncode == 2
    assert "make a new plan" in done.stderr
    assert contents(folder) == before


def test_a_plan_from_another_folder_or_changed_does_not_run(
    ready: tuple[Path, str], folder: Path, tmp_path: Path
) -> None:
    _, plan = ready
    (file,) = (folder / "plans").glob("*.json")
    changed = json.loads(file.read_text())
    changed["steps"][0]["needed"] = {"op": "constant", "value": False}
    (tmp_path / "changed.json").write_text(json.dumps(changed))
    other = tmp_path / "other"
    prepare(other, people=15, seed=4, postgresql=False, at=DAY)
    before = contents(folder), contents(other)
    for where, named in ((folder, str(tmp_path / "changed.json")), (other, str(file))):
        done = run("apply", named, "--approve", plan, folder=where)
        assert done.returncode == 2
        assert "no plan starts with" in done.stderr
        assert "Traceback" not in done.stderr
    assert (contents(folder), contents(other)) == before


def test_a_plan_is_carried_out_by_one_process_at_a_time(
    ready: tuple[Path, str], whole: Path, folder: Path
) -> None:
    command = [str(COMMAND), "-C", str(folder), "apply", ready[1]]
    both = [
        subprocess.Popen(
            [*command, "--approve", ready[1]],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    said = [process.communicate(timeout=120)[1] for process in both]
    assert all(p.returncode == 0 or "another process" in s for p, s in zip(both, said, strict=True))
    assert 0 in [process.returncode for process in both]
    assert contents(folder) == contents(whole)
    assert facts(folder) == facts(whole)
    assert len(ledger(folder)) == len(ledger(whole))


@pytest.mark.parametrize("action", ["CASCADE", "SET NULL"])
def test_a_second_reference_that_acts_on_anothers_row_refuses_the_plan(
    folder: Path, action: str
) -> None:
    """Who was recommended by a customer must not go with them."""
    with closing(sqlite3.connect(folder / "stores" / "crm.sqlite")) as crm:
        crm.execute(
            "ALTER TABLE contactmoment ADD COLUMN via INTEGER REFERENCES klant (klantnr) "
            f"ON DELETE {action}"
        )
        crm.execute(
            "ALTER TABLE klant ADD COLUMN door INTEGER REFERENCES klant (klantnr) "
            f"ON DELETE {action}"
        )
        crm.commit()
    plan = planned(folder)
    before = contents(folder)
    done = run("apply", plan, "--approve", plan, folder=folder)
    assert done.returncode == 2
    assert "(via), which the policy does not tell" in done.stderr
    assert "(door), which the policy does not tell" in done.stderr
    assert contents(folder) == before
