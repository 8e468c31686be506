"""Somebody is erased whose row says that it is collected later, as one enrolled for next year."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from sqlite3 import connect

from tests.integration.forked import run
from tests.integration.guests import GREG, KEY, WORLD, with_files
from tests.integration.mill import DAY, build

CAME = "- {name: came, type: date-text}\n"


def test_what_is_there_is_erased_whatever_date_it_bears(tmp_path: Path) -> None:
    """What is put in again after that, with such a date, is not (R-IX.6)."""
    house = WORLD.policy["house"].replace(
        "contact.last: {column: came}", "contact.last: {column: seen}"
    )
    house = house.replace(CAME, f"{CAME}          - {{name: seen, type: date-text}}\n")
    world = replace(WORLD, policy={**WORLD.policy, "house": house})
    folder = with_files(build(tmp_path / "guests", world=world))
    with connect(folder / "stores" / "house.sqlite") as table:
        table.execute("ALTER TABLE guest ADD COLUMN seen VARCHAR(10)")
        table.execute("UPDATE guest SET came = '2027-08-01', seen = '2026-11-01' WHERE id = 1")
    assert run("keys", "make", KEY, folder=folder).returncode == 0
    done = run("subject", "erase", *GREG, "--at", DAY, "--yes", folder=folder)
    assert (done.returncode, "granted" in done.stdout) == (0, True), done.stdout + done.stderr
    asked = "SELECT name, passport, came FROM guest WHERE id = 1"
    with connect(folder / "stores" / "house.sqlite") as table:
        assert table.execute(asked).fetchone() == (None, None, "2027-08-01")
        table.execute("UPDATE guest SET name = 'Greg', came = '2027-08-02' WHERE id = 1")
    why = run("why", "house.guest.name", "1", "--at", "2026-12-24", folder=folder)
    assert "justified; from 2028-11-02 nothing justifies it" in why.stdout


def test_what_a_law_keeps_of_it_goes_when_the_law_ends(tmp_path: Path) -> None:
    """The purpose that was stopped would keep it two years longer, on the ground of that date."""
    both = "contact.last: {column: came}\n          order.placed: {column: sold}"
    bound = "bindings: [{activity: customers, columns: ['*']}"
    house = WORLD.policy["house"].replace("contact.last: {column: came}", both)
    house = house.replace(bound, f"{bound}, {{activity: orders, columns: [name]}}", 1)
    house = house.replace(CAME, f"{CAME}          - {{name: sold, type: date-text}}\n")
    world = replace(WORLD, policy={**WORLD.policy, "house": house})
    folder = with_files(build(tmp_path / "guests", world=world))
    with connect(folder / "stores" / "house.sqlite") as table:
        table.execute("ALTER TABLE guest ADD COLUMN sold VARCHAR(10)")
        table.execute("UPDATE guest SET came = '2026-12-06', sold = '2019-12-20' WHERE id = 1")
    assert run("keys", "make", KEY, folder=folder).returncode == 0
    done = run("subject", "erase", *GREG, "--at", DAY, "--yes", folder=folder)
    assert (done.returncode, "granted" in done.stdout) == (0, True), done.stdout + done.stderr
    (letter,) = folder.rglob("letter.txt")
    assert "20 December 2026" in letter.read_text(encoding="utf-8")
    with connect(folder / "stores" / "house.sqlite") as table:
        asked = "SELECT name, email IS NULL OR email LIKE '%@%' FROM guest WHERE id = 1"
        assert table.execute(asked).fetchone() == ("Greg", 0)
    for day, there in (("2026-12-20", True), ("2026-12-21", False)):
        why = run("why", "house.guest.name", "1", "--at", day, folder=folder)
        assert ("not justified any more" not in why.stdout) is there
        plan = run("plan", "--at", day, folder=folder)
        assert ("empty name" not in plan.stdout) is there, plan.stdout + plan.stderr


def test_an_objection_reaches_what_had_ended_and_comes_to_light_later(tmp_path: Path) -> None:
    """Nothing lives for customer relations that day, and the law keeps an order (GDPR 21)."""
    folder = build(tmp_path / "mill")
    cas = ("--id", "email:cas@example.com", "--controller", "mill")
    done = run("subject", "erase", *cas, "--at", DAY, "--yes", folder=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    with connect(folder / "stores" / "shop.sqlite") as table:
        asked = "SELECT name, email FROM buyer WHERE id = 2"
        assert table.execute(asked).fetchone() == ("Cas", None)
        table.execute(
            "UPDATE buyer SET email = 'c@example.com', placed = '2026-10-01' WHERE id = 2"
        )
    why = run("why", "shop.buyer.email", "2", "--at", "2026-11-24", folder=folder)
    assert "not justified any more" in why.stdout, why.stdout
    with connect(folder / "stores" / "shop.sqlite") as table:
        table.execute("UPDATE buyer SET placed = '2026-11-24' WHERE id = 2")
    why = run("why", "shop.buyer.email", "2", "--at", "2026-11-24", folder=folder)
    assert "justified; from 2028-11-25" in why.stdout, why.stdout
