"""A run that does not go on, since its ground shifted: what only it knows goes all the same.

Customers 3 and 4 are gone, and their address would be dated by them alone: no later plan finds it.
It stays where what was said since covers it, and is nobody's whom a new plan finds.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.acceptance.test_story import contents
from tests.integration.forked import BY_STEP, planned, run
from tests.integration.mill import ANNA, DAY, build
from tests.integration.restorable import entries

STUCK = "CREATE TRIGGER stuck BEFORE DELETE ON address BEGIN SELECT RAISE(ABORT, 'no'); END"
EVE = ("--id", "email:eve@example.com", "--controller", "mill")
BEN = ("--id", "email:ben@example.com", "--controller", "mill")
WITHDRAWN = ("--ground", "consent-withdrawn", "--at", "2026-11-22", "--yes")
HELD = ("--reason", "a claim", "--review", "2099-01-01")
NIGHT = ("nightly", "--approve-up-to", "100")


@contextmanager
def opened(folder: Path, store: str) -> Iterator[sqlite3.Connection]:
    (file,) = (*folder.glob(f"stores/{store}.sqlite"), *folder.glob(f"{store}.sqlite3"))
    with closing(sqlite3.connect(file)) as found:
        yield found
        found.commit()


def interrupted(folder: Path, *before: tuple[str, ...]) -> str:
    """Carry out a plan over all stores that stops at the addresses; give its fingerprint.

    Before it is made, the commands `before` are run.
    """
    build(folder)
    for command in before:
        assert run(*command, folder=folder).returncode == 0
    with opened(folder, "crm") as crm:
        crm.execute(STUCK)
    plan = planned(folder)
    assert run("apply", plan, "--approve", plan, folder=folder, **BY_STEP).returncode == 2
    with opened(folder, "crm") as crm:
        crm.execute("DROP TRIGGER stuck")
    assert addresses(folder) == [1, 2, 3, 4]
    return plan


def addresses(folder: Path) -> list[object]:
    return [row[0] for row in contents(folder)["crm.address"]]


def sealed(folder: Path) -> int:
    with opened(folder, ".doelbinding/records") as records:
        asked = "SELECT count(*) FROM records_steprun WHERE keys_sealed IS NOT NULL"
        (found,) = records.execute(asked).fetchone()
    return int(found)


@pytest.fixture
def stuck(tmp_path: Path) -> Path:
    interrupted(tmp_path / "mill")
    return tmp_path / "mill"


def test_words_said_since_do_not_leave_what_only_the_run_knows(stuck: Path) -> None:
    assert run("subject", "hold", *BEN, *HELD, folder=stuck).returncode == 0
    done = run(*NIGHT, folder=stuck)
    assert done.returncode == 0, done.stderr
    assert addresses(stuck) == [1, 4]
    assert sealed(stuck) == 0
    assert [entry["reason"] for entry in entries(stuck, "run.not_verified")] == ["changed"]


def test_whoever_applies_it_again_is_told_what_was_done_all_the_same(stuck: Path) -> None:
    """And is not told any more to go on with a run that cannot."""
    assert run("subject", "hold", *BEN, *HELD, folder=stuck).returncode == 0
    (file,) = (stuck / "plans").glob("*.json")
    done = run("apply", str(file), "--approve", file.stem.rpartition("-")[2], folder=stuck)
    assert done.returncode == 2
    assert "was put on hold since the plan was made" in done.stderr
    assert "since their owners are gone, were done all the same: 1" in done.stderr
    assert addresses(stuck) == [1, 3, 4]
    assert "a run was interrupted" not in run("plan", folder=stuck).stdout


def test_a_changed_policy_does_not_leave_what_only_the_run_knows(stuck: Path) -> None:
    policy = stuck / "policy" / "policy.yaml"
    policy.write_text(policy.read_text().replace("keep P2Y", "keep P1Y"))
    assert run(*NIGHT, folder=stuck).returncode == 0
    assert 2 not in addresses(stuck)
    assert sealed(stuck) == 0


def test_what_a_changed_policy_keeps_stays(stuck: Path) -> None:
    """A row of an address is never deleted any more, by the policy of now."""
    crm = stuck / "policy" / "crm.yaml"
    crm.write_text(crm.read_text().replace(
        "        table: address\n", "        table: address\n        when_unjustified: empty\n"
    ))  # fmt: skip
    run(*NIGHT, folder=stuck)
    assert addresses(stuck) == [1, 2, 3, 4]
    assert sealed(stuck) == 0


def test_a_row_that_somebody_on_hold_uses_since_stays(stuck: Path) -> None:
    """Ben moved in at the address of those who are gone, and is on hold."""
    with opened(stuck, "crm") as crm:
        crm.execute("UPDATE customer SET address_id = 2 WHERE id = 2")
        crm.execute("UPDATE contact SET at = '2020-01-01' WHERE customer_id = 2")
    assert run("subject", "hold", *BEN, *HELD, folder=stuck).returncode == 0
    run(*NIGHT, folder=stuck)
    rows = contents(stuck)
    assert 2 in [row[0] for row in rows["crm.customer"]]
    assert 2 in [row[0] for row in rows["crm.address"]]
    assert sealed(stuck) == 0


def test_a_row_that_a_new_plan_finds_by_itself_is_left_to_it(tmp_path: Path) -> None:
    """Customers 3 and 4, who date it, are there again; 5 is dated by nothing any more, and goes."""
    folder = build(tmp_path / "mill")
    with opened(folder, "crm") as crm:
        crm.execute(STUCK.replace("ON address", "ON customer"))
    plan = planned(folder)
    assert run("apply", plan, "--approve", plan, folder=folder, **BY_STEP).returncode == 2
    with opened(folder, "crm") as crm:
        crm.execute("DROP TRIGGER stuck")
        crm.execute("INSERT INTO contact VALUES (20, 3, '2023-01-01', 'x')")
        crm.execute("INSERT INTO contact VALUES (21, 4, '2023-01-01', 'x')")
    assert run("subject", "hold", *BEN, *HELD, folder=folder).returncode == 0
    done = run("apply", plan, "--approve", plan, folder=folder)
    assert done.returncode == 2
    assert "somebody withdrew" in done.stderr, done.stderr
    assert [row[0] for row in contents(folder)["crm.customer"]] == [1, 2, 3, 4, 6, 7, 8]
    assert 2 in addresses(folder)
    run(*NIGHT, folder=folder)
    assert 2 not in addresses(folder)


def test_a_run_is_not_given_up_because_a_clock_is_wrong(stuck: Path) -> None:
    with opened(stuck, ".doelbinding/records") as records:
        records.execute("UPDATE records_planrecord SET made_at = '2099-01-01 00:00:00'")
    done = run(*NIGHT, folder=stuck)
    assert done.returncode == 2
    assert "so this clock or that of then is wrong" in done.stderr
    assert sealed(stuck)
    with opened(stuck, ".doelbinding/records") as records:
        records.execute("UPDATE records_planrecord SET made_at = '2026-11-28 00:00:00'")
    run(*NIGHT, folder=stuck)
    assert 2 not in addresses(stuck)


def test_an_erasure_given_up_ends_the_address_of_whom_it_erased(tmp_path: Path) -> None:
    """Anna's row 8 is gone; her address 4, with nobody left at it, was undated and stays so."""
    folder = build(tmp_path / "mill")
    with opened(folder, "crm") as crm:
        crm.execute(STUCK)
    erase = ("subject", "erase", *ANNA, "--at", DAY, "--yes")
    assert run(*erase, folder=folder, **BY_STEP).returncode == 2
    assert 4 in addresses(folder)
    with opened(folder, "crm") as crm:
        crm.execute("DROP TRIGGER stuck")
    assert run("subject", "hold", *BEN, *HELD, folder=folder).returncode == 0
    done = run(*erase, folder=folder)
    assert done.returncode == 0, done.stderr + done.stdout
    assert 4 not in addresses(folder)
    assert sealed(folder) == 0


def test_what_is_reapplied_and_given_up_ends_what_only_that_run_knows(tmp_path: Path) -> None:
    """The restore brought Anna's row 8 and her address 4 back; the row is gone again already."""
    folder = build(tmp_path / "mill")
    backup = (folder / "stores" / "crm.sqlite").read_bytes()
    assert run("subject", "erase", *ANNA, "--at", DAY, "--yes", folder=folder).returncode == 0
    (folder / "stores" / "crm.sqlite").write_bytes(backup)
    with opened(folder, "crm") as crm:
        crm.execute(STUCK)
    again = ("reapply", "crm", "--yes")
    assert run(*again, folder=folder, **BY_STEP).returncode == 2
    assert 8 not in [row[0] for row in contents(folder)["crm.customer"]]
    assert 4 in addresses(folder)
    assert sealed(folder)
    with opened(folder, "crm") as crm:
        crm.execute("DROP TRIGGER stuck")
    assert run("subject", "hold", *BEN, *HELD, folder=folder).returncode == 0
    done = run(*again, folder=folder)
    assert done.returncode == 0, done.stderr + done.stdout
    assert 4 not in addresses(folder)
    assert 1 in addresses(folder)
    assert sealed(folder) == 0
    assert [entry["reason"] for entry in entries(folder, "run.not_verified")] == ["changed"]


def test_stores_of_a_run_go_on_while_one_of_its_stores_is_away(tmp_path: Path) -> None:
    """A human approved it over all three; the other two are done, and planned anew, as ever."""
    folder = tmp_path / "mill"
    interrupted(folder)
    with opened(folder, "mail") as mail:
        mail.execute("INSERT INTO reader VALUES (9, 'Zoe', 'zoe@example.com', 0, '2020-01-01')")
    file = folder / "stores" / "crm.sqlite"
    file.rename(folder / "away")
    done = run(*NIGHT, folder=folder)
    assert done.returncode == 2
    assert "not done in crm: store 'crm' cannot be reached" in done.stderr
    assert not re.search(r"not done in .*(mail|shop)", done.stderr), done.stderr
    (folder / "away").rename(file)
    assert [row[0] for row in contents(folder)["mail.reader"]] == [1, 3]
    assert addresses(folder) == [1, 2, 3, 4]
    assert sealed(folder)
    said = [entry["stores"] for entry in entries(folder, "run.verified")]
    assert ["crm"] not in said
    assert ["crm", "mail", "shop"] not in said
    done = run(*NIGHT, folder=folder)
    assert done.returncode == 0, done.stderr
    assert 2 not in addresses(folder)
    assert sealed(folder) == 0


def test_a_store_that_is_away_is_not_asked_about_what_is_undated_there(tmp_path: Path) -> None:
    """Eve asked for erasure, so that whatever is asked there asks first which rows she had then."""
    folder = tmp_path / "mill"
    interrupted(folder, ("subject", "erase", *EVE, *WITHDRAWN))
    (file,) = (one for one in (folder / "plans").glob("*.json") if '"retention"' in one.read_text())
    assert "crm" in {doubt["store"] for doubt in json.loads(file.read_text())["doubts"]}
    with opened(folder, "mail") as mail:
        mail.execute("UPDATE reader SET active = 0 WHERE id = 1")
    (folder / "stores" / "crm.sqlite").rename(folder / "away")
    done = run(*NIGHT, folder=folder)
    assert re.findall(r"not done in (.*): store", done.stderr) == ["crm"], done.stderr
    assert contents(folder)["mail.reader"] == []


def test_a_run_over_a_store_that_is_mapped_no_more_ends_what_only_it_knows(tmp_path: Path) -> None:
    """Eve, who is in that store, asked for erasure before: the run asked there when she came."""
    folder = tmp_path / "mill"
    interrupted(folder, ("subject", "erase", *EVE, *WITHDRAWN))
    (folder / "policy" / "mail.yaml").unlink()
    file = folder / "doelbinding.toml"
    file.write_text(file.read_text().partition("[stores.mail]")[0])
    done = run(*NIGHT, folder=folder)
    assert done.returncode == 0, done.stderr
    assert 2 not in addresses(folder)
    assert sealed(folder) == 0
