"""A request for erasure is one case from receipt to answer, whatever happens (R-IX.3)."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta

from tests.acceptance.test_story import contents
from tests.integration.forked import run
from tests.integration.mill import ANNA, DAY, build

ERASE = ("subject", "erase", *ANNA, "--at", DAY, "--yes")
KEEP = ("--keep", "customers/active=a debt")
MEDDLING = """
import sqlite3, sys
from doelbinding.stores.sql.store import SqlStore
place, statement, *arguments = sys.argv[1:]
real, done = SqlStore.preflight, []
def meddle(self, steps):
    if not done:
        done.append(True)
        other = sqlite3.connect(place)
        other.execute(statement)
        other.commit()
        other.close()
    return real(self, steps)
SqlStore.preflight = meddle
from doelbinding.cli import main
sys.argv[1:] = arguments
main()
"""

DYING = """
import os, sys
from doelbinding.stores.sql.store import SqlStore
where, *arguments = sys.argv[1:]
setattr(SqlStore, where, lambda *given, **named: os._exit(137))
from doelbinding.cli import main
sys.argv[1:] = arguments
main()
"""
TODAY = datetime.now(UTC).date()
ASKED = str(TODAY - timedelta(days=20))
ENDED = TODAY - timedelta(days=10)
"""The last day of what a request of `ASKED` finds going on."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("cases") / "mill")


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "mill")
    return tmp_path / "mill"


def does(folder: Path, *command: str, status: int = 0) -> str:
    done = run(*command, folder=folder)
    assert done.returncode == status, done.stderr + done.stdout
    return done.stdout + done.stderr


def ask(folder: Path, question: str) -> list[Any]:
    with closing(sqlite3.connect(folder / ".doelbinding" / "records.sqlite3")) as records:
        return records.execute(question).fetchall()


def kinds(folder: Path) -> list[str]:
    asked = 'SELECT data FROM records_evidenceentry ORDER BY "index"'
    return [json.loads(data)["kind"] for (data,) in ask(folder, asked)]


def change(folder: Path, store: str, statement: str, *values: str) -> None:
    with closing(sqlite3.connect(folder / "stores" / f"{store}.sqlite")) as database:
        database.execute(statement, values)
        database.commit()


def meddled(folder: Path, store: str, statement: str) -> str:
    """Erase while somebody else changes a store, between the search and the run."""
    place = folder / "stores" / f"{store}.sqlite"
    done = subprocess.run(
        [sys.executable, "-c", MEDDLING, str(place), statement, "-C", str(folder), *ERASE],
        capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, timeout=120,
        env=dict(os.environ),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def dies(folder: Path, where: str, *command: str) -> None:
    """Give a command that dies where it asks something of a store."""
    done = subprocess.run(
        [sys.executable, "-c", DYING, where, "-C", str(folder), *command],
        capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, timeout=120,
        env=dict(os.environ),
    )  # fmt: skip
    assert done.returncode == 137, done.stderr + done.stdout


def ends_meanwhile(folder: Path) -> None:
    """Let what keeps customer 1 end between the request and today."""
    last = str(ENDED - relativedelta(years=2))
    change(folder, "crm", "UPDATE contact SET at = ? WHERE id = 1", last)


def customers(folder: Path) -> list[int]:
    return [row[0] for row in contents(folder)["crm.customer"] if row[0] in (1, 8)]


def letters(folder: Path) -> list[str]:
    """Give the letters of the case as texts, in the order in which they were written."""
    return [path.read_text() for path in sorted(folder.glob("answers/*/letter*.txt"), key=_number)]


def in_words(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _number(path: Path) -> tuple[int, str]:
    return len(path.name), path.name


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "answers").glob("*/*"))


def test_a_row_that_appears_while_the_person_is_searched_goes_in_a_further_pass(
    folder: Path,
) -> None:
    meddled(folder, "shop", "INSERT INTO buyer VALUES (50, 'Anna', 'anna@example.com', 'x', NULL)")
    assert [row[0] for row in contents(folder)["shop.buyer"]] == [1, 2, 3]
    assert files(folder) == ["letter-2.html", "letter-2.txt", "letter.html", "letter.txt"]
    assert kinds(folder).count("request.received") == 1
    assert kinds(folder).count("request.answered") == 1


def test_a_row_that_appears_under_the_person_stops_the_plan_and_makes_a_new_one(
    folder: Path,
) -> None:
    meddled(folder, "crm", "INSERT INTO contact VALUES (50, 1, '2026-01-02', 'x')")
    assert [row for row in contents(folder)["crm.contact"] if row[1] in (1, 8)] == []
    assert ask(folder, "SELECT count(*) FROM records_request") == [(1,)]
    assert kinds(folder).count("request.answered") == 1


def test_a_row_of_somebody_who_comes_back_meanwhile_stays(folder: Path) -> None:
    later = "INSERT INTO buyer VALUES (50, 'Anna', 'anna@example.com', 'x', '2026-11-25')"
    meddled(folder, "shop", later)
    assert [row[0] for row in contents(folder)["shop.buyer"]] == [1, 2, 3, 50]
    assert kinds(folder).count("request.answered") == 1


def test_a_case_that_is_not_verified_stays_open_and_is_resumed(folder: Path) -> None:
    change(
        folder,
        "mail",
        "CREATE TRIGGER undo AFTER DELETE ON reader BEGIN INSERT INTO reader VALUES "
        "(OLD.id, OLD.name, OLD.email, OLD.active, OLD.since); END",
    )
    said = does(folder, *ERASE, status=1)
    assert "NOT VERIFIED" in said
    assert "request.answered" not in kinds(folder)
    (case,) = ask(folder, "SELECT id FROM records_request")[0]
    change(folder, "mail", "DROP TRIGGER undo")
    assert "granted in part" in does(folder, "subject", "resume", case)
    assert [row[0] for row in contents(folder)["mail.reader"]] == [2, 3]
    assert kinds(folder).count("request.received") == 1
    assert kinds(folder).count("request.answered") == 1


@pytest.mark.parametrize("what", ["erase", "rectify"])
def test_who_carries_out_a_request_hears_of_what_may_keep_a_copy(folder: Path, what: str) -> None:
    """Nobody may have read the plan of retention, which says so too (R-II.5)."""
    change(folder, "mail", "CREATE TABLE reader_before (email TEXT)")
    event = "DELETE" if what == "erase" else "UPDATE"
    keeps = "BEGIN INSERT INTO reader_before VALUES (OLD.email); END"
    change(folder, "mail", f"CREATE TRIGGER history AFTER {event} ON reader {keeps}")
    new = ("--set", "mail.reader.email=anne@example.com", "--everywhere", "--yes")
    said = does(folder, *(ERASE if what == "erase" else ("subject", what, *ANNA, *new)))
    assert "warns: mail.reader: trigger 'history' acts on it" in said


@pytest.mark.parametrize(
    ("answer", "left"),
    [(("--established",), []), (("--refused", "a debt is open"), [1])],
    ids=["established", "refused"],
)
def test_a_claim_that_was_weighed_is_decided_on_the_same_case(
    folder: Path, answer: tuple[str, ...], left: list[int]
) -> None:
    change(folder, "crm", "UPDATE contact SET at = ? WHERE id = 1", str(TODAY))
    said = does(folder, *ERASE, "--ground", "unlawful")
    assert "a claim is still weighed" in said
    case = re.search(r"case-[0-9a-f]{8}", said)
    assert case is not None
    assert [row[0] for row in contents(folder)["crm.customer"] if row[0] in (1, 8)] == [1, 8]
    assert does(folder, *ERASE, "--ground", "unlawful").count("still weighed") == 1
    other = does(folder, *ERASE, status=2)
    assert "was decided on another claim" in other
    assert "--established or --refused" in does(folder, "subject", "answer", case[0], status=2)
    does(folder, "subject", "answer", case[0], *answer)
    customers = [row[0] for row in contents(folder)["crm.customer"] if row[0] in (1, 8)]
    assert customers == left
    assert [row[0] for row in contents(folder)["mail.reader"]] == [2, 3]
    said_so = kinds(folder)
    for kind in ("request.received", "restriction.set", "restriction.lifted", "request.answered"):
        assert said_so.count(kind) == 1, kind
    assert ask(folder, "SELECT count(*) FROM records_request") == [(1,)]


@pytest.mark.parametrize("answer", [("--established",), ("--refused", "a debt is open")])
def test_a_claim_is_decided_as_of_the_day_of_its_answer(
    folder: Path, answer: tuple[str, ...]
) -> None:
    """What went on when it was asked has ended: nothing is kept by that, nor until a day past."""
    ends_meanwhile(folder)
    asked = ("subject", "erase", *ANNA, "--at", ASKED, "--yes", "--ground", "unlawful")
    assert "a claim is still weighed" in does(folder, *asked)
    assert customers(folder) == [1, 8]
    (case,) = ask(folder, "SELECT id FROM records_request")[0]
    does(folder, "subject", "answer", case, *answer)
    assert customers(folder) == []
    _, answered = letters(folder)
    assert "Customers: 2 records" in answered
    assert in_words(ENDED) not in answered


@pytest.mark.parametrize("again", ["resume", "erase"])
@pytest.mark.parametrize(("where", "decided"), [("count_at_once", 0), ("preflight", 1)])
def test_an_erasure_of_which_nothing_was_done_is_decided_as_of_the_day_it_goes_on(
    folder: Path, where: str, decided: int, again: str
) -> None:
    ends_meanwhile(folder)
    erase = ("subject", "erase", *ANNA, "--yes", *KEEP)
    dies(folder, where, *erase, "--at", ASKED)
    assert ask(folder, "SELECT count(*) FROM records_decision") == [(decided,)]
    (case,) = ask(folder, "SELECT id FROM records_request")[0]
    does(folder, *(erase if again == "erase" else ("subject", "resume", case)))
    assert customers(folder) == []
    (letter,) = letters(folder)
    assert files(folder) == ["letter.html", "letter.txt"]
    assert "Customers: 2 records" in letter
    assert in_words(ENDED) not in letter
    assert kinds(folder).count("request.answered") == 1


def _stopped(letter: str) -> str:
    return letter[letter.index("WHAT WE STOP DOING") :].split("\n\n\n", maxsplit=1)[0]


def test_a_case_decided_anew_tells_what_it_stops_as_if_decided_once(folder: Path) -> None:
    """What it stopped was recorded before it died, and is no reason to be silent on it."""
    erase = ("subject", "erase", *ANNA, "--yes")
    other = folder.parent / "undisturbed"
    shutil.copytree(folder, other)
    does(other, *erase)
    dies(folder, "preflight", *erase, "--at", ASKED)
    stopped = "SELECT count(*) FROM records_stoprecord"
    assert ask(folder, stopped) == ask(other, stopped)
    does(folder, *erase)
    ((once,), (anew,)) = letters(other), letters(folder)
    assert _stopped(anew) == _stopped(once)
    assert "We should have erased" not in " ".join(anew.split())
    assert ask(folder, stopped) == ask(other, stopped)
    assert kinds(folder).count("stop.set") == kinds(other).count("stop.set") > 0


def test_what_was_done_before_the_ground_shifted_is_told(folder: Path) -> None:
    """The rest is told by the letter of the next decision, which a new policy asks for."""
    erase = ("subject", "erase", *ANNA, "--yes", "--at", DAY)
    dies(folder, "left_at_once", *erase)
    (policy,) = (folder / "policy").glob("policy.yaml")
    policy.write_text(policy.read_text().replace("Mill", "Mills"))
    before = contents(folder)
    does(folder, *erase)
    assert contents(folder) != before
    first, second = letters(folder)
    assert "Customers: 2 records" in first
    assert "Customers:" not in second
    assert _stopped(first)
    assert kinds(folder).count("request.answered") == 1


def test_what_was_stopped_a_moment_ago_is_not_late(folder: Path) -> None:
    """Two desks, one person: the second finds what the first has stopped and not yet erased."""
    undisturbed = folder.parent / "undisturbed"
    shutil.copytree(folder, undisturbed)
    other = ("--id", "email:anna@example.com", "--id", "name:Anna", "--controller", "mill")
    does(undisturbed, "subject", "erase", *other, "--yes")
    dies(folder, "preflight", "subject", "erase", *ANNA, "--yes")
    does(folder, "subject", "erase", *other, "--yes")
    ((first,), (second,)) = letters(undisturbed), letters(folder)
    assert "Customers: 2 records" in second
    late = r"the\s+retention\s+period\s+was"
    assert re.findall(late, second) == re.findall(late, first)


def test_an_erasure_that_was_begun_ends_as_decided_and_then_as_of_the_day_it_goes_on(
    folder: Path,
) -> None:
    ends_meanwhile(folder)
    dies(folder, "purge", "subject", "erase", *ANNA, "--yes", *KEEP, "--at", ASKED)
    assert customers(folder) == [1]
    (case,) = ask(folder, "SELECT id FROM records_request")[0]
    does(folder, "subject", "resume", case)
    assert customers(folder) == []
    first, second = letters(folder)
    assert f"up to and including {in_words(ENDED)}" in first
    assert "Customers: 1 record\n" in second
    assert in_words(ENDED) not in second
    assert kinds(folder).count("request.answered") == 1


def test_what_came_after_a_request_is_not_covered_by_an_answer_of_a_later_day(
    folder: Path,
) -> None:
    """Anna reads on: what she subscribed to since is hers to keep."""
    asked = ("subject", "erase", *ANNA, "--at", ASKED, "--yes", "--ground", "unlawful")
    does(folder, *asked)
    new = "INSERT INTO reader VALUES (50, 'Anna', 'anna@example.com', 1, ?)"
    change(folder, "mail", new, str(TODAY - timedelta(days=5)))
    (case,) = ask(folder, "SELECT id FROM records_request")[0]
    does(folder, "subject", "answer", case, "--established")
    assert [row[0] for row in contents(folder)["mail.reader"]] == [2, 3, 50]
    assert "Customers: 2 records" in letters(folder)[-1]
    assert "Readers: 1 record" not in letters(folder)[-1]


def test_under_a_policy_with_errors_a_request_is_received_and_nothing_goes(folder: Path) -> None:
    """What goes does not come back; the deadline runs all the same (Art. 12(3))."""
    before = contents(folder)
    stated = folder / "policy" / "policy.yaml"
    sound = stated.read_text()
    stated.write_text(sound.replace("data: [name, history]", "data: [name]"))
    cases = set()
    for _ in range(2):
        done = run(*ERASE, folder=folder)
        assert done.returncode == 2
        assert "the policy has an error, so nothing is done on its ground" in done.stderr
        told = re.search(r"(case-\w+) is received and due on 2026-12-23", done.stderr)
        assert told is not None, done.stderr
        cases.add(told[1])
    (case,) = cases
    resume = ("subject", "resume", case)
    assert run(*resume, folder=folder).returncode == 2
    assert contents(folder) == before
    stated.write_text(sound)
    done = run(*resume, folder=folder)
    assert done.returncode == 0, done.stderr
    assert contents(folder) != before


def test_access_asked_again_before_its_answer_is_the_same_case(folder: Path) -> None:
    does(folder, "subject", "access", *ANNA)
    does(folder, "subject", "access", *ANNA)
    assert ask(folder, "SELECT count(*) FROM records_request") == [(1,)]
    assert ask(folder, "SELECT count(*) FROM records_holdrecord") == [(1,)]
    assert kinds(folder).count("request.sealed") == 1
    (case,) = ask(folder, "SELECT id FROM records_request")[0]
    does(folder, "subject", "answer", case)
    does(folder, "subject", "access", *ANNA)
    assert ask(folder, "SELECT count(*) FROM records_request") == [(2,)]


def test_another_claim_on_a_case_that_is_not_decided_yet_counts(folder: Path) -> None:
    """A store is down: the case is received, and nothing was decided. Customer 8 is undated."""
    (folder / "stores" / "mail.sqlite").rename(folder / "stores" / "gone.sqlite")
    does(folder, *ERASE, status=2)
    (folder / "stores" / "gone.sqlite").rename(folder / "stores" / "mail.sqlite")
    does(folder, *ERASE, *KEEP)
    assert [row[0] for row in contents(folder)["crm.customer"] if row[0] in (1, 8)] == [1]
