"""The story of the demonstration, as its users would check it (R-II.5, R-II.7, R-IX.1, R-IX.3)."""

from __future__ import annotations

import json
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import jsonschema
import pytest
from tests.integration.forked import run

COMMAND = Path(sys.executable).with_name("doelbinding")
DAY = "2026-11-23"
SANNE = "email:sanne.devries@example.com"


def make(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Make the demonstration as a user would, without a terminal."""
    told = ("--dir", folder, "--people", "300", "--at", DAY, "--no-serve", *options)
    return subprocess.run(
        [COMMAND, "demo", *told], stdin=subprocess.DEVNULL, capture_output=True, text=True,
        check=False, timeout=300,
    )  # fmt: skip


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder that the demonstration leaves, and what it printed."""
    folder = tmp_path_factory.mktemp("story") / "demo"
    done = make(folder)
    assert done.returncode == 0, done.stderr
    return folder, done.stdout


@pytest.fixture
def copy(told: tuple[Path, str], tmp_path: Path) -> Path:
    """A copy of the folder, to break."""
    shutil.copytree(told[0], tmp_path / "demo")
    return tmp_path / "demo"


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working folder in which nothing has been applied yet."""
    from datetime import date

    from doelbinding.cli.demo import prepare

    folder = tmp_path_factory.mktemp("fresh") / "demo"
    prepare(folder, people=200, seed=3, postgresql=False, at=date.fromisoformat(DAY))
    return folder


@pytest.fixture
def fresh(untouched: Path, tmp_path: Path) -> Path:
    shutil.copytree(untouched, tmp_path / "fresh")
    return tmp_path / "fresh"


@pytest.fixture(scope="module")
def approvable(untouched: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A working folder in which a plan was made, and its fingerprint."""
    folder = tmp_path_factory.mktemp("planned") / "demo"
    shutil.copytree(untouched, folder)
    return folder, planned(folder)


@pytest.fixture
def ready(approvable: tuple[Path, str], tmp_path: Path) -> tuple[Path, str]:
    folder, plan = approvable
    shutil.copytree(folder, tmp_path / "ready")
    return tmp_path / "ready", plan


def contents(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """Give every row of every store."""
    found = {}
    for file in sorted((folder / "stores").glob("*.sqlite")):
        with closing(sqlite3.connect(file)) as store:
            tables = store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            for (name,) in tables.fetchall():
                rows = store.execute(f"SELECT * FROM {name}").fetchall()  # noqa: S608
                found[f"{file.stem}.{name}"] = sorted(rows, key=repr)
    return found


def planned(folder: Path) -> str:
    done = run("plan", "--at", DAY, folder=folder)
    assert done.returncode == 0, done.stderr
    return re.search(r"^plan ([0-9a-f]{64})$", done.stdout, re.MULTILINE)[1]  # type: ignore[index]


def test_the_story_shows_each_step_verified(told: tuple[Path, str]) -> None:
    _, printed = told
    assert "verified: reading back through new connections finds none left" in printed
    assert "0 rows in 0 steps" in printed
    assert "granted in part" in printed
    assert printed.rstrip().splitlines()[-1].startswith("The folder")


def test_the_evidence_says_how_far_gone_what_was_deleted_is(told: tuple[Path, str]) -> None:
    folder, printed = told
    with zipfile.ZipFile(folder / "evidence.zip") as bundle:
        proof = b"".join(bundle.read(name) for name in bundle.namelist())
    assert "crm: vacuumed" in printed
    assert b'"grade":"vacuumed"' in proof.replace(b"\\", b"")


def test_the_story_can_be_told_twice(copy: Path) -> None:
    again = make(copy)
    assert again.returncode == 0, again.stderr


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    done = make(tmp_path)
    assert done.returncode == 2
    assert "holds something else" in done.stderr
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_no_personal_data_in_evidence_nor_in_what_is_printed(told: tuple[Path, str]) -> None:
    folder, printed = told
    with zipfile.ZipFile(folder / "evidence.zip") as bundle:
        proof = b"".join(bundle.read(name) for name in bundle.namelist()).lower()
    for personal in (b"sanne.devries@", b"de vries", b"devries"):
        assert personal not in proof
    shown = [line for line in printed.splitlines() if not line.startswith(("$", "Sanne"))]
    for personal in ("devries@", "de vries", "@example.org"):
        assert personal not in "\n".join(shown).lower()


@pytest.mark.parametrize("how", ["changed", "removed", "swapped", "cut"])
def test_a_bundle_that_was_touched_is_found_out(
    told: tuple[Path, str], tmp_path: Path, how: str
) -> None:
    folder, _ = told
    touched = tmp_path / "touched.zip"
    with zipfile.ZipFile(folder / "evidence.zip") as old, zipfile.ZipFile(touched, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "entries.jsonl":
                data = _touch(data, how)
            new.writestr(name, data)
    done = run("verify", str(touched))
    assert done.returncode == 1
    assert "NOT verified" in done.stdout
    assert run("verify", str(folder / "evidence.zip")).returncode == 0


def _touch(data: bytes, how: str) -> bytes:
    lines = data.splitlines(keepends=True)
    match how:
        case "changed":
            lines[2] = re.sub(rb'"rows":\d+', b'"rows":1', lines[2], count=1) + b""
            if lines[2] == data.splitlines(keepends=True)[2]:
                lines[2] = lines[2].replace(b"2026", b"2025", 1)
        case "removed":
            del lines[1]
        case "swapped":
            lines[1], lines[2] = lines[2], lines[1]
        case _:
            del lines[-1]
    return b"".join(lines)


def test_access_names_everything_and_validates(told: tuple[Path, str]) -> None:
    folder, _ = told
    (answer,) = (folder / "answers").glob("*/access.json")
    report = json.loads(answer.read_text())
    schema = json.loads((answer.parent / "access.schema.json").read_text())
    jsonschema.validate(report, schema)
    told_her = answer.read_text()
    for hers in ("Sanne.deVries@Example.com", "s.de.vries@example.org", "F-SANNE-5"):
        assert hers in told_her
    assert "pieter.devries@example.com" not in told_her
    assert '"deelnemer_id": 47112' not in told_her, "what FR01 holds is FR01 to tell"
    assert "erp.leverancier" in told_her or "leverancier" in told_her.lower()
    page = (answer.parent / "index.html").read_text()
    assert page.startswith("<!DOCTYPE html>")
    assert 'lang="nl"' in page
    assert answer.stat().st_mode & 0o077 == 0


def test_erasure_keeps_what_a_legal_duty_still_needs(told: tuple[Path, str]) -> None:
    folder, _ = told
    rows = contents(folder)
    sanne = [row for row in rows["crm.klant"] if row[0] == 4711]
    assert sanne == []
    invoices = [row for row in rows["erp.factuur"] if str(row[0]).startswith("F-SANNE")]
    assert len(invoices) >= 2, "invoices under seven years old stay"
    assert [row for row in rows["crm.klant"] if row[0] == 4712], "the other at the address stays"
    assert [row for row in rows["crm.adres"] if row[0] == 471], "the shared address stays"


def test_another_affiliates_rows_are_not_touched(told: tuple[Path, str]) -> None:
    folder, _ = told
    rows = contents(folder)["events.deelnemer"]
    assert [row for row in rows if row[0] == 47112], "Sanne at FR01 asked nothing of FR01"
    assert not [row for row in rows if row[0] == 47111]


def test_nothing_runs_without_the_approval_of_its_hash(ready: tuple[Path, str]) -> None:
    folder, plan = ready
    before = contents(folder)
    for wrong in ((), ("--approve", "00000000"), ("--approve", plan[:4])):
        done = run("apply", plan[:12], *wrong, folder=folder)
        assert done.returncode == 2
    assert contents(folder) == before


def test_a_plan_does_not_run_after_the_policy_changed(ready: tuple[Path, str]) -> None:
    folder, plan = ready
    policy = folder / "policy" / "policy.yaml"
    policy.write_text(policy.read_text().replace("2023-11-29", "2023-11-30"))
    before = contents(folder)
    done = run("apply", plan, "--approve", plan, folder=folder)
    assert done.returncode == 2
    assert "policy has changed" in done.stderr
    assert contents(folder) == before


def test_a_plan_does_not_run_after_somebody_was_put_on_hold(ready: tuple[Path, str]) -> None:
    folder, plan = ready
    held = run(
        "subject", "hold", "--id", SANNE, "--controller", "stago-nl", "--reason", "a claim",
        "--review", "2027-05-23", folder=folder,
    )  # fmt: skip
    assert held.returncode == 0, held.stderr
    done = run("apply", plan, "--approve", plan, folder=folder)
    assert done.returncode == 2
    assert "make a new plan" in done.stderr


def test_a_hold_keeps_a_person_and_lifting_it_lets_go(fresh: Path) -> None:
    gerrit = ("--include", "crm.klant:4730")
    find = run("subject", "find", "--id", "klantnr:4730", "--controller", "stago-nl", folder=fresh)
    assert "crm.klant" in find.stdout, find.stderr + str(gerrit)
    held = run(
        "subject", "hold", "--id", "klantnr:4730", "--controller", "stago-nl", "--reason",
        "a claim", "--review", "2027-05-23", folder=fresh,
    )  # fmt: skip
    hold = held.stdout.split(":")[0]
    plan = planned(fresh)
    assert run("apply", plan, "--approve", plan, folder=fresh).returncode == 0
    row = next(row for row in contents(fresh)["crm.klant"] if row[0] == 4730)
    assert row[6] is not None, "the telephone number is held"
    assert run("subject", "lift", hold, folder=fresh).returncode == 0
    plan = planned(fresh)
    assert run("apply", plan, "--approve", plan, folder=fresh).returncode == 0
    row = next(row for row in contents(fresh)["crm.klant"] if row[0] == 4730)
    assert row[6] is None


def test_rows_that_differ_from_the_plan_stop_it(ready: tuple[Path, str]) -> None:
    folder, plan = ready
    with closing(sqlite3.connect(folder / "stores" / "web.sqlite")) as store:
        store.execute("UPDATE nieuwsbrief SET status = 'UNSUBSCRIBED'")
        store.commit()
    before = contents(folder)
    done = run("apply", plan, "--approve", plan, folder=folder)
    assert done.returncode == 2
    assert "make a new plan" in done.stderr
    assert contents(folder) == before


def test_a_broken_policy_is_said_with_file_and_line_and_changes_nothing(fresh: Path) -> None:
    policy = fresh / "policy" / "policy.yaml"
    policy.write_text(policy.read_text() + "\nunknown_key: 1\n")
    before = contents(fresh)
    done = run("plan", folder=fresh)
    assert done.returncode == 2
    assert re.search(r"policy\.yaml:\d+: .*unknown_key", done.stderr), done.stderr
    assert contents(fresh) == before


def test_an_unreachable_store_is_said_and_nothing_is_made_in_its_place(fresh: Path) -> None:
    (fresh / "stores" / "hr.sqlite").rename(fresh / "stores" / "elsewhere.sqlite")
    done = run("plan", folder=fresh)
    assert done.returncode == 2
    assert "store 'hr' cannot be reached" in done.stderr
    assert not (fresh / "stores" / "hr.sqlite").exists()


def test_a_locked_store_is_said_and_the_run_can_go_on_later(ready: tuple[Path, str]) -> None:
    folder, plan = ready
    with closing(sqlite3.connect(folder / "stores" / "erp.sqlite")) as other:
        other.execute("BEGIN EXCLUSIVE")
        done = run("apply", plan, "--approve", plan, folder=folder)
        assert done.returncode == 2
        assert "locked" in done.stderr
        assert "Traceback" not in done.stderr
    done = run("apply", plan, "--approve", plan, folder=folder)
    assert done.returncode == 0, done.stderr
    assert "finds none left" in done.stdout


def test_a_trigger_that_puts_values_back_leaves_the_run_unverified(fresh: Path) -> None:
    with closing(sqlite3.connect(fresh / "stores" / "events.sqlite")) as store:
        store.execute(
            "CREATE TRIGGER undo AFTER UPDATE OF dieetwens ON inschrijving WHEN NEW.dieetwens IS "
            "NULL BEGIN UPDATE inschrijving SET dieetwens = OLD.dieetwens WHERE event_id = "
            "NEW.event_id AND deelnemer_id = NEW.deelnemer_id; END"
        )
        store.commit()
    plan = planned(fresh)
    done = run("apply", plan, "--approve", plan, folder=fresh)
    assert done.returncode == 1
    assert "NOT VERIFIED: events.inschrijving" in done.stdout


def test_a_table_that_refers_and_is_not_mapped_refuses_the_plan(fresh: Path) -> None:
    with closing(sqlite3.connect(fresh / "stores" / "web.sqlite")) as store:
        store.execute(
            "CREATE TABLE extra (id INTEGER PRIMARY KEY, brief_id INTEGER REFERENCES nieuwsbrief "
            "ON DELETE CASCADE)"
        )
        store.commit()
    plan = planned(fresh)
    before = contents(fresh)
    done = run("apply", plan, "--approve", plan, folder=fresh)
    assert done.returncode == 2
    assert "'extra' refers to it and is not in the policy" in done.stderr
    assert contents(fresh) == before


@pytest.fixture
def busy() -> Iterator[int]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken.getsockname()[1]


def test_the_site_is_served_on_another_port_when_the_first_is_busy(
    told: tuple[Path, str], busy: int
) -> None:
    from doelbinding.cli.serving import listening

    with listening(told[0] / "site", busy) as server:
        assert server.server_address[0] == "127.0.0.1"
        assert server.server_port != busy


def test_nothing_is_done_as_of_a_day_to_come(fresh: Path) -> None:
    before = contents(fresh)
    plan = run("plan", "--at", "2027-06-01", folder=fresh)
    fingerprint = re.search(r"^plan ([0-9a-f]{64})$", plan.stdout, re.MULTILINE)[1]  # type: ignore[index]
    done = run("apply", fingerprint, "--approve", fingerprint, folder=fresh)
    assert done.returncode == 2
    assert "has not come yet" in done.stderr
    who = ("--id", SANNE, "--controller", "stago-nl", "--yes", "--at", "2027-06-01")
    erased = run("subject", "erase", *who, folder=fresh)
    assert erased.returncode == 2
    assert "has not come yet" in erased.stderr
    assert contents(fresh) == before


def test_a_phase_to_keep_that_the_policy_lacks_is_refused(fresh: Path) -> None:
    who = ("--id", SANNE, "--controller", "stago-nl", "--yes", "--at", DAY)
    done = run("subject", "erase", *who, "--keep", "customer-relations/activ=why", folder=fresh)
    assert done.returncode == 2
    assert "no such phase" in done.stderr


def test_a_letter_names_those_who_got_the_value_and_no_authority_that_heard_nothing(
    fresh: Path,
) -> None:
    """Art. 19; the policy binds addresses to anti-money-laundering, which Pieter is no part of."""
    who = ("--id", "email:pieter.devries@example.com", "--controller", "stago-nl")
    told = ("--set", "crm.adres.plaats=Utrecht", "--row", "crm.adres:471", "--language", "nl")
    done = run("subject", "rectify", *who, *told, "--yes", folder=fresh)
    assert done.returncode == 0, done.stderr
    (letter,) = fresh.glob("answers/*/letter.txt")
    written = letter.read_text(encoding="utf-8")
    assert "Werkbank Systeembeheer" in written
    assert "FIU" not in written
