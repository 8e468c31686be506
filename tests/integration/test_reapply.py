"""After a restore of an older backup, everything is as it was before the restore (DESIGN §2)."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.integration.forked import forked
from tests.integration.mill import ANNA, DAY, TABLES
from tests.integration.restorable import World, entries


def test_what_people_had_erased_goes_again_after_a_restore(world: World) -> None:
    """Also what is undated, which no rule finds (order 4), and the address of theirs alone."""
    world.does("subject", "erase", *ANNA, "--yes", "--at", DAY)
    before = world.contents()
    assert [row[0] for row in before["shop.buyer"]] == [1, 2, 3]
    for store in TABLES:
        world.restore(store)
    assert world.contents() != before
    shown = world.does("reapply", "crm")
    assert "nothing was changed" in shown
    assert world.contents() != before
    for store in TABLES:
        world.does("reapply", store, "--yes")
    assert world.contents() == before
    said = entries(world.folder, "store.reapplied")
    assert [entry["store"] for entry in said] == list(TABLES)
    assert [entry["returned"] for entry in said] == [6, 2, 1]


def test_reapplying_where_nothing_was_restored_changes_nothing(world: World) -> None:
    world.does("subject", "erase", *ANNA, "--yes", "--at", DAY)
    before = world.contents()
    assert "nothing is there again" in world.does("reapply", "crm", "--yes")
    assert world.contents() == before


def test_under_a_policy_with_errors_nothing_is_put_right(tmp_path: Path) -> None:
    world = World(tmp_path / "mill", None)
    world.does("subject", "erase", *ANNA, "--yes", "--at", DAY)
    world.restore("crm")
    before = world.contents()
    stated = world.folder / "policy" / "policy.yaml"
    sound = stated.read_text()
    stated.write_text(sound.replace("data: [name, history]", "data: [name]"))
    done = forked(world.folder, "reapply", "crm", "--yes")
    assert done.returncode == 2
    assert "the policy has an error, so nothing is done on its ground" in done.stderr
    assert world.contents() == before
    assert not entries(world.folder, "run.started")[1:]
    stated.write_text(sound)
    world.does("reapply", "crm", "--yes")
    assert world.contents() != before


def test_what_is_there_again_and_kept_now_is_not_told_as_gone(tmp_path: Path) -> None:
    world = World(tmp_path / "mill", None)
    world.does("subject", "erase", *ANNA, "--yes", "--at", DAY)
    world.restore("crm")
    world.does("subject", "hold", *ANNA, "--reason", "a claim", "--review", "2027-05-23")
    said = world.does("reapply", "crm", "--yes")
    assert "that people had had erased or emptied" in said
    assert "nothing is there again" not in said
    assert "the rest may stay for now" in said


def test_a_restore_is_not_said_to_be_put_right_while_something_puts_rows_back(
    tmp_path: Path,
) -> None:
    world = World(tmp_path / "mill", None)
    world.does("subject", "erase", *ANNA, "--yes", "--at", DAY)
    before = world.contents()
    world.restore("crm")
    world.change(
        "crm",
        "CREATE TRIGGER back AFTER DELETE ON contact BEGIN "
        "INSERT INTO contact VALUES (OLD.id, OLD.customer_id, OLD.at, OLD.note); END",
    )
    done = forked(world.folder, "reapply", "crm", "--yes")
    assert done.returncode == 1
    assert "not done: see who puts them back" in done.stdout
    assert not entries(world.folder, "store.reapplied")
    world.change("crm", "DROP TRIGGER back")
    world.does("reapply", "crm", "--yes")
    assert world.contents() == before
    (said,) = entries(world.folder, "store.reapplied")
    assert said["returned"] == 6, "as it was found at first"


def test_who_came_back_after_the_erasure_stays_after_a_restore(world: World) -> None:
    """The number 4 of an order is used again, for one that was placed later."""
    world.does("subject", "erase", *ANNA, "--yes", "--at", DAY)
    world.restore("shop")
    world.change("shop", "UPDATE buyer SET placed = '2026-11-27', remark = 'new' WHERE id = 4")
    world.does("reapply", "shop", "--yes")
    assert (4, "Anna", "anna@example.com", "new", "2026-11-27") in world.contents()["shop.buyer"]


def test_a_hold_set_since_keeps_what_a_restore_brought_back(world: World) -> None:
    world.does("subject", "erase", *ANNA, "--yes", "--at", DAY)
    world.restore("mail")
    held = ("--reason", "a claim", "--review", "2027-05-23")
    world.does("subject", "hold", *ANNA, *held)
    restored = world.contents()["mail.reader"]
    world.does("reapply", "mail", "--yes")
    assert world.contents()["mail.reader"] == restored


def test_the_ledger_lets_go_when_the_last_backup_is_gone(world: World) -> None:
    world.does("subject", "erase", *ANNA, "--yes", "--at", DAY)
    records = world.folder / ".doelbinding" / "records.sqlite3"
    with closing(sqlite3.connect(records)) as database_:
        (count,) = database_.execute("SELECT count(*) FROM records_ledgerentry").fetchone()
        database_.execute("UPDATE records_ledgerentry SET ends_on = '2026-01-01'")
        database_.commit()
    assert count
    plan = re.search(r"^plan ([0-9a-f]{64})$", world.does("plan", "--at", DAY), re.MULTILINE)
    assert plan is not None
    world.does("apply", plan[1], "--approve", plan[1])
    with closing(sqlite3.connect(records)) as database_:
        asked = "SELECT count(*) FROM records_ledgerentry"
        assert database_.execute(asked).fetchone() == (0,), "retention keeps no ledger"
