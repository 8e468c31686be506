"""A night without a human: within its bound it is carried out, above it it stops and says so."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.acceptance.test_story import COMMAND, contents
from tests.integration.forked import BY_STEP, forked
from tests.integration.mill import MILL, build
from tests.integration.restorable import entries


def run(*command: str, folder: Path, **said: str) -> subprocess.CompletedProcess[str]:
    return forked(folder, *command, **said)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("nightly") / "mill")


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "mill")
    configuration = tmp_path / "mill" / "doelbinding.toml"
    configuration.write_text(configuration.read_text().replace(str(made), str(tmp_path / "mill")))
    return tmp_path / "mill"


def test_a_night_within_its_bound_is_carried_out_and_read_back(folder: Path) -> None:
    done = run("nightly", "--approve-up-to", "100", folder=folder)
    assert done.returncode == 0, done.stderr
    assert "finds none left" in done.stdout
    assert [row[0] for row in contents(folder)["crm.customer"]] == [1, 2, 7, 8]
    again = run("nightly", "--approve-up-to", "0", folder=folder)
    assert again.returncode == 0, again.stderr
    assert "nothing is there that nothing justifies" in again.stdout


def test_a_night_above_its_bound_stops_and_leaves_the_plan_to_a_human(folder: Path) -> None:
    before = contents(folder)
    done = run("nightly", "--approve-up-to", "3", folder=folder)
    assert done.returncode == 2
    assert "and 3 may without a human: nothing was changed" in done.stderr
    assert contents(folder) == before
    plan = done.stderr.partition("doelbinding apply ")[2].split("`")[0]
    assert run("apply", plan, "--approve", plan, folder=folder).returncode == 0


@pytest.mark.parametrize(("most", "status"), [("3", 2), ("100", 0)])
def test_a_night_says_what_preflight_warns_of_whatever_becomes_of_it(
    folder: Path, most: str, status: int
) -> None:
    with closing(sqlite3.connect(folder / "stores" / "crm.sqlite")) as crm:
        crm.execute("CREATE TRIGGER looks AFTER DELETE ON contact BEGIN SELECT 1; END")
        crm.commit()
    done = run("nightly", "--approve-up-to", most, folder=folder)
    assert done.returncode == status, done.stderr
    assert "warns: crm.contact: trigger 'looks' acts on it: see that it does not" in done.stdout


INTERRUPTED = """
import subprocess, sys
from datetime import UTC, datetime
from pathlib import Path
from doelbinding.cli.reading import opened
workspace = opened(Path(sys.argv[1]))
from doelbinding.jobs.night import Terms
from doelbinding.jobs.nightly import run_night
asked = sys.argv[2:]
def meanwhile(_):
    if asked:
        subprocess.run([asked.pop(0) for _ in list(asked)], check=True, capture_output=True)
night = run_night(workspace, Terms(at=datetime.now(UTC), most=100, by="cron",
                                   progress=lambda *_: None, told=meanwhile))
print(night.verified, len(night.plans))
"""


def test_a_night_plans_anew_when_somebody_is_put_on_hold_in_between(folder: Path) -> None:
    hold = (
        "subject", "hold", "--id", "email:cas@example.com", "--controller", "mill",
        "--reason", "a claim", "--review", "2099-01-01",
    )  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, str(folder), str(COMMAND), "-C", str(folder), *hold],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout.split() == ["True", "3"], done.stderr
    assert [row[0] for row in contents(folder)["crm.customer"]] == [1, 2, 3, 7, 8]


def test_a_hold_whose_day_of_review_has_come_is_told_until_it_is_lifted(folder: Path) -> None:
    hold = ("subject", "hold", "--id", "email:cas@example.com", "--controller", "mill")
    for review in ("2020-01-01", "2099-01-01"):
        done = run(*hold, "--reason", f"claim of {review}", "--review", review, folder=folder)
        assert done.returncode == 0, done.stderr
    due, later = (line.split()[0] for line in _holds(folder))
    told = f"{due} (mill) was to be reviewed on 2020-01-01 and goes on"
    for command in (("plan",), ("nightly", "--approve-up-to", "100")):
        printed = run(*command, folder=folder).stdout
        assert told in printed
        assert later not in printed
    assert later in run("plan", "--at", "2099-01-01", folder=folder).stdout
    assert run("subject", "lift", due, folder=folder).returncode == 0
    assert "reviewed" not in run("plan", folder=folder).stdout
    assert [line.split()[0] for line in _holds(folder)] == [later]


def _holds(folder: Path) -> list[str]:
    """Give the lines of the holds that are listed."""
    printed = run("subject", "holds", folder=folder).stdout
    return [line for line in printed.splitlines() if line.strip().startswith("hold-")]


def test_a_night_plans_anew_when_rows_appear_in_between(folder: Path) -> None:
    done = _night(folder, 1)
    assert done.stdout.split() == ["True", "3"], done.stderr
    assert len(contents(folder)["mail.reader"]) == 2


def test_rows_that_keep_changing_hold_up_no_other_store_and_are_left_to_the_next_night(
    folder: Path,
) -> None:
    done = _night(folder, 2)
    assert done.stdout.split()[:2] == ["False", "2"], done.stderr
    assert "not done in mail: step s001 (mail.reader) was approved for 2 rows" in done.stdout
    rows = contents(folder)
    assert [row[0] for row in rows["crm.customer"]] == [1, 2, 7, 8]
    assert len(rows["mail.reader"]) == 5, "nothing was changed there"
    assert run("nightly", "--approve-up-to", "100", folder=folder).returncode == 0
    assert len(contents(folder)["mail.reader"]) == 2


def _night(folder: Path, times: int) -> subprocess.CompletedProcess[str]:
    """Carry out a night in which a reader who goes appears after so many plans."""
    return subprocess.run(
        [sys.executable, "-c", APPEARING, str(folder), str(times)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


APPEARING = """
import sqlite3, sys
from datetime import UTC, datetime
from pathlib import Path
from doelbinding.cli.reading import opened
folder, times = Path(sys.argv[1]), int(sys.argv[2])
workspace = opened(folder)
from doelbinding.jobs.night import NotAll, Terms
from doelbinding.jobs.nightly import run_night
numbers = iter(range(100, 100 + times))
def meanwhile(_):
    for number in numbers:
        with sqlite3.connect(folder / "stores" / "mail.sqlite") as mail:
            mail.execute("INSERT INTO reader VALUES (?, 'Zoe', NULL, 0, '2020-01-01')", [number])
        mail.close()
        return
night = run_night(workspace, Terms(at=datetime.now(UTC), most=100, by="cron",
                                   progress=lambda *_: None, told=meanwhile))
print(night.verified, len(night.plans), NotAll(night.undone))
"""


@pytest.mark.parametrize("away", ["crm", "mail"])
def test_a_store_that_cannot_be_reached_at_night_holds_up_no_other(folder: Path, away: str) -> None:
    file = folder / "stores" / f"{away}.sqlite"
    file.rename(folder / "away")
    done = run("nightly", "--approve-up-to", "100", folder=folder)
    assert done.returncode == 2
    assert f"not done in {away}: store {away!r} cannot be reached" in done.stderr
    assert "the next night takes this up" in done.stderr
    assert done.stdout.count("finds none left") == 2
    assert len(contents(folder)["shop.buyer"]) == 3
    assert [entry["stores"] for entry in entries(folder, "night.left_out")] == [[away]]
    (folder / "away").rename(file)
    done = run("nightly", "--approve-up-to", "100", folder=folder)
    assert done.returncode == 0, done.stderr
    rows = contents(folder)
    assert ([row[0] for row in rows["crm.customer"]], len(rows["mail.reader"])) == ([1, 2, 7, 8], 2)


def test_stores_whose_rows_date_each_other_are_done_together_or_not_at_all(
    tmp_path: Path,
) -> None:
    """Else an order would go that dates a customer who cannot be reached: nobody would end them."""
    source = "{dataset: contact, column: at}"
    away = "{store: shop, dataset: buyer, column: placed, on: {email: email}}"
    crm = MILL.policy["crm"].replace(source, f"{source}, {away}")
    folder = build(tmp_path / "mill", world=replace(MILL, policy={**MILL.policy, "crm": crm}))
    before = contents(folder)
    (folder / "stores" / "crm.sqlite").rename(folder / "away")
    done = run("nightly", "--approve-up-to", "100", folder=folder)
    assert done.returncode == 2
    assert "not done in crm, shop: store 'crm' cannot be reached" in done.stderr
    (folder / "away").rename(folder / "stores" / "crm.sqlite")
    rows = contents(folder)
    assert (rows["shop.buyer"], len(rows["mail.reader"])) == (before["shop.buyer"], 2)
    assert "crm.customer" in run("plan", "--store", "shop", folder=folder).stdout


def test_a_night_first_finishes_what_an_earlier_one_left(folder: Path) -> None:
    """Its sealed keys would be found by no new plan: the address of people who are gone."""
    with closing(sqlite3.connect(folder / "stores" / "crm.sqlite")) as crm:
        crm.execute(
            "CREATE TRIGGER stuck BEFORE DELETE ON address BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
        crm.commit()
    assert run("nightly", "--approve-up-to", "100", folder=folder, **BY_STEP).returncode == 2
    rows = contents(folder)
    assert len(rows["crm.customer"]) == 4
    assert len(rows["crm.address"]) == 4
    with closing(sqlite3.connect(folder / "stores" / "crm.sqlite")) as crm:
        crm.execute("DROP TRIGGER stuck")
        crm.commit()
    assert "a run was interrupted: first go on" in run("plan", folder=folder).stdout
    done = run("nightly", "--approve-up-to", "100", folder=folder)
    assert done.returncode == 0, done.stderr
    assert len(contents(folder)["crm.address"]) == 2


def test_a_run_that_does_not_go_on_still_ends_what_only_it_knows(folder: Path) -> None:
    """Its other rows differ from those approved: the next plan finds them, but no address."""
    with _opened(folder, "crm") as crm:
        crm.execute(
            "CREATE TRIGGER stuck BEFORE DELETE ON address BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
    planned = run("plan", "--at", "2026-11-23", folder=folder).stdout
    plan = next(line.split()[1] for line in planned.splitlines() if line.startswith("plan "))
    apply = ("apply", plan, "--approve", plan)
    assert run(*apply, folder=folder, **BY_STEP).returncode == 2
    with _opened(folder, "crm") as crm:
        crm.execute("DROP TRIGGER stuck")
    with _opened(folder, "mail") as mail:
        mail.execute("INSERT INTO reader VALUES (4, 'Zoe', 'zoe@example.com', 0, '2020-01-01')")
    done = run(*apply, folder=folder)
    assert done.returncode == 2
    assert "nothing more was changed; make a new plan" in done.stderr
    assert "since their owners are gone, were done all the same: 1" in done.stderr
    rows = contents(folder)
    assert [row[0] for row in rows["crm.address"]] == [1, 3, 4]
    assert len(rows["mail.reader"]) == 3, "nobody approved that one"
    assert "a run was interrupted" not in run("plan", folder=folder).stdout
    with _opened(folder, ".doelbinding/records") as records:
        asked = "SELECT count(*) FROM records_steprun WHERE keys_sealed IS NOT NULL"
        assert records.execute(asked).fetchone() == (0,)
    assert run("nightly", "--approve-up-to", "100", folder=folder).returncode == 0
    assert len(contents(folder)["mail.reader"]) == 2


@contextmanager
def _opened(folder: Path, store: str) -> Iterator[sqlite3.Connection]:
    (file,) = (*folder.glob(f"stores/{store}.sqlite"), *folder.glob(f"{store}.sqlite3"))
    with closing(sqlite3.connect(file)) as opened:
        yield opened
        opened.commit()


def test_the_bounds_are_those_of_the_configuration(folder: Path) -> None:
    configuration = folder / "doelbinding.toml"
    written = configuration.read_text()
    configuration.write_text(f"{written}\n[bounds]\nplan_days = 0\n")
    plan = next(
        line.split()[1]
        for line in run("plan", folder=folder).stdout.splitlines()
        if line.startswith("plan ")
    )
    done = run("apply", plan, "--approve", plan, folder=folder)
    assert done.returncode == 2
    assert "older than 0 days" in done.stderr
    configuration.write_text(f'{written}\n[bounds]\nplan_days = "x"\n')
    done = run("apply", plan, "--approve", plan, folder=folder)
    assert done.returncode == 2
    assert "plan_days must be a number from 0 up" in done.stderr
    configuration.write_text(f"{written}\n[bounds]\ndrift_rows = 1000\n")
    with closing(sqlite3.connect(folder / "stores" / "mail.sqlite")) as mail:
        mail.executemany(
            "INSERT INTO reader VALUES (?, 'Zed', 'z@example.com', 0, NULL)",
            [(n,) for n in range(100, 150)],
        )
        mail.commit()
    assert run("apply", plan, "--approve", plan, folder=folder).returncode == 0


def test_two_nights_at_once_are_one_night(folder: Path) -> None:
    """Who comes second changes nothing, and says so."""
    nights = [
        subprocess.Popen(
            [str(COMMAND), "-C", str(folder), "nightly", "--approve-up-to", "100"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    ended = sorted((night.wait(), night.communicate()[1]) for night in nights)
    assert ended[0][0] == 0, ended
    assert ended[1][0] in (0, 2), ended
    assert ended[1][0] == 0 or "another process is carrying this out" in ended[1][1]
    assert [row[0] for row in contents(folder)["crm.customer"]] == [1, 2, 7, 8]
    assert len(contents(folder)["mail.reader"]) == 2
    verified = [entry["stores"] for entry in entries(folder, "run.verified")]
    assert sorted(verified) == [["crm"], ["mail"], ["shop"]]
    assert not entries(folder, "run.not_verified")


def test_a_night_while_another_is_being_carried_out_changes_nothing(folder: Path) -> None:
    before = contents(folder)
    done = subprocess.run(
        [sys.executable, "-c", BESIDE, str(folder), str(COMMAND)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout.split("\n")[0] == "2", done.stderr
    assert "another process is carrying this out: nothing was changed here" in done.stdout
    assert contents(folder) == before


BESIDE = """
import subprocess, sys
from pathlib import Path
from doelbinding.cli.reading import opened
workspace = opened(Path(sys.argv[1]))
from doelbinding.records.alone import alone
with alone(workspace.records.state, "nightly"):
    done = subprocess.run([sys.argv[2], "-C", sys.argv[1], "nightly", "--approve-up-to", "100"],
                          capture_output=True, text=True)
print(done.returncode)
print(done.stderr)
"""


@pytest.mark.parametrize(
    ("last", "at", "goes"),
    [
        ("2024-10-24", "2026-10-24T22:59", False),
        ("2024-10-24", "2026-10-24T23:00", True),
        ("2024-10-24", "2026-10-25T01:30", True),
        ("2024-10-25", "2026-10-25T23:59", False),
        ("2024-10-25", "2026-10-26T00:00", True),
        ("2024-03-29", "2026-03-29T22:59", False),
        ("2024-03-29", "2026-03-29T23:00", True),
    ],
)
def test_a_night_in_which_clocks_change_ends_what_is_over_by_the_local_day(
    folder: Path, last: str, at: str, *, goes: bool
) -> None:
    """In Dublin; instants in UTC. The day of 25 hours and that of 23 are each kept to their end."""
    with _opened(folder, "crm") as crm:
        crm.execute("INSERT INTO customer VALUES (9, 'Zoe', NULL, NULL, '2020-01-01')")
        crm.execute("INSERT INTO contact VALUES (20, 9, ?, 'x')", [last])
    done = subprocess.run(
        [sys.executable, "-c", AS_OF, str(folder), at], capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == ["True"], done.stderr
    assert (9 not in [row[0] for row in contents(folder)["crm.customer"]]) is goes


AS_OF = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from doelbinding.cli.reading import opened
workspace = opened(Path(sys.argv[1]))
from doelbinding.jobs.night import Terms
from doelbinding.jobs.nightly import run_night
at = datetime.fromisoformat(sys.argv[2]).replace(tzinfo=UTC)
night = run_night(workspace, Terms(at=at, most=100, by="cron", progress=lambda *_: None,
                                   told=lambda _: None))
print(night.verified)
"""
