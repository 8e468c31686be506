"""A list of people: decided for all in one pass, a case and a letter for each (R-IX.3)."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from doelbinding.jobs.many import BadList, read_list
from tests.integration.deaths import EVERY, Killed
from tests.integration.forked import run
from tests.integration.mill import DAY, build

LIST = "email,name\nanna@example.com,\ncas@example.com,\nnobody@example.com,Nobody\n"
ERASE = ("subject", "erase-many", "list.csv", "--controller", "mill", "--at", DAY)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("many") / "mill")


@pytest.fixture
def folder(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(made, tmp_path / "mill")
    (tmp_path / "list.csv").write_text(LIST, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "mill"


def held(folder: Path) -> dict[str, list[str]]:
    found = {}
    for file in sorted((folder / "stores").glob("*.sqlite")):
        with closing(sqlite3.connect(file)) as store:
            found[file.name] = list(store.iterdump())
    assert found
    return found


def test_everybody_on_a_list_is_erased_as_if_alone(folder: Path, tmp_path: Path) -> None:
    apart = tmp_path / "apart"
    shutil.copytree(folder, apart)
    done = run(*ERASE, "--yes", folder=folder)
    assert done.returncode == 0, done.stderr + done.stdout
    assert "nothing was found: 1" in done.stdout
    assert len(list((folder / "answers").iterdir())) == 3
    assert "@" not in done.stdout + done.stderr
    for who in ("anna", "cas", "nobody"):
        one = run(
            "subject", "erase", "--id", f"email:{who}@example.com", "--controller", "mill",
            "--at", DAY, "--yes", folder=apart,
        )  # fmt: skip
        assert one.returncode == 0, one.stderr + one.stdout
    assert held(folder) == held(apart)


def test_under_a_policy_with_errors_nobody_of_a_list_is_dealt_with(folder: Path) -> None:
    before = held(folder)
    stated = folder / "policy" / "policy.yaml"
    sound = stated.read_text()
    stated.write_text(sound.replace("data: [name, history]", "data: [name]"))
    done = run(*ERASE, "--yes", folder=folder)
    assert done.returncode == 2
    assert "the policy has an error, so nothing is done on its ground" in done.stderr
    assert held(folder) == before
    assert not (folder / "answers").exists()
    stated.write_text(sound)
    done = run(*ERASE, "--yes", folder=folder)
    assert done.returncode == 0, done.stderr
    assert held(folder) != before


def test_the_same_list_given_again_opens_no_second_case(folder: Path) -> None:
    assert run(*ERASE, "--yes", folder=folder).returncode == 0
    before = held(folder)
    again = run(*ERASE, "--yes", folder=folder)
    assert again.returncode == 0, again.stderr + again.stdout
    assert "granted in part (before): 1, granted in part (before)" not in again.stdout
    assert again.stdout.count("(before)") == 3 + 3 - 1, again.stdout
    assert len(list((folder / "answers").iterdir())) == 3
    assert cases(folder) == 3
    assert held(folder) == before


def test_a_list_that_was_dealt_with_is_a_new_one_from_the_next_day_on(folder: Path) -> None:
    *same, _ = ERASE
    for day, count in (("2026-11-22", 3), ("2026-11-23", 6), ("2026-11-23", 6)):
        assert run(*same, day, "--yes", folder=folder).returncode == 0
        assert cases(folder) == count


def cases(folder: Path) -> int:
    with closing(sqlite3.connect(folder / ".doelbinding" / "records.sqlite3")) as records:
        ((count,),) = records.execute("SELECT count(*) FROM records_request")
    return int(count)


def test_a_list_killed_anywhere_goes_on_with_each_case_once(made: Path, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(LIST, encoding="utf-8")
    ready = tmp_path / "ready"
    shutil.copytree(made, ready)
    assert run("plan", "--at", DAY, folder=ready).returncode == 0  # the records exist
    killed = Killed(
        ready=ready, least=100, sample=4, options=("--cases", "3"), halves=2 if EVERY else 1
    )
    killed.holds(
        tmp_path, "subject", "erase-many", str(tmp_path / "list.csv"), "--controller", "mill",
        "--at", DAY, "--yes",
    )  # fmt: skip


def test_a_list_is_shown_first_and_nothing_is_changed(folder: Path) -> None:
    before = held(folder)
    done = run(*ERASE, folder=folder)
    assert done.returncode == 0, done.stderr + done.stdout
    assert "3 requests" in done.stdout
    assert "nothing was changed" in done.stdout
    assert held(folder) == before
    assert not (folder / "answers").exists()


def test_what_goes_wrong_with_one_stops_no_other(folder: Path) -> None:
    """Anna's case is open, and weighed on a claim that the list does not make."""
    claimed = run(
        "subject", "erase", "--id", "email:anna@example.com", "--controller", "mill",
        "--at", DAY, "--ground", "unlawful", "--yes", folder=folder,
    )  # fmt: skip
    assert claimed.returncode == 0, claimed.stderr + claimed.stdout
    done = run(*ERASE, "--yes", folder=folder)
    assert done.returncode == 1, done.stderr + done.stdout
    assert "line 2: stopped" in done.stdout
    assert "decided on another claim" in done.stdout
    assert "granted in part: 1, nothing was found: 1, stopped: 1" in done.stdout


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("", "line 1 must name kinds"),
        ("anna@example.com\n", "line 1 must name kinds"),
        ("email\n", "names nobody"),
        ("email\n" + "a" * 200_000 + "\n", "line 2 is no line of a CSV"),
        ("email,name\na@example.com\n", "line 2 has 1 columns, and line 1 has 2"),
    ],
)
def test_a_list_that_cannot_be_read_says_which_line(written: str, told: str) -> None:
    with pytest.raises(BadList, match=told) as refused:
        read_list(written, "NL")
    assert "@" not in str(refused.value)


def test_whoever_is_named_twice_is_one_request() -> None:
    (one,) = read_list("email\na@example.com\n\nA@example.com\n", "NL")
    assert (one.line, one.again) == (2, (4,))


def test_a_list_of_a_spreadsheet_has_semicolons() -> None:
    (one,) = read_list("email;name\na@example.com;Jansen, A.\n", "NL")
    assert [identifier.kind for identifier in one.identifiers] == ["email", "name"]


def test_a_kind_that_nobody_is_found_by_is_said_before_anything_is_done(
    folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "list.csv").write_text("emial\nanna@example.com\n", encoding="utf-8")
    before = held(folder)
    done = run(*ERASE, "--yes", folder=folder)
    assert done.returncode != 0
    assert "people are found by" in done.stderr
    assert held(folder) == before
    assert not (folder / "answers").exists()
