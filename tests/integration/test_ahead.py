"""Somebody is erased whose row says that it is collected later, as one enrolled for next year."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from sqlite3 import connect

from tests.integration.forked import run
from tests.integration.guests import GREG, KEY, WORLD, with_files
from tests.integration.mill import DAY, build

SEEN = "contact.last: {column: born}"


def test_what_is_there_is_erased_whatever_date_it_bears(tmp_path: Path) -> None:
    """What is put in again after that, with such a date, is not (R-IX.6)."""
    house = WORLD.policy["house"].replace("contact.last: {column: came}", SEEN)
    world = replace(WORLD, policy={**WORLD.policy, "house": house})
    folder = with_files(build(tmp_path / "guests", world=world))
    with connect(folder / "stores" / "house.sqlite") as table:
        table.execute("UPDATE guest SET came = '2027-08-01', born = '2026-11-01' WHERE id = 1")
    assert run("keys", "make", KEY, folder=folder).returncode == 0
    done = run("subject", "erase", *GREG, "--at", DAY, "--yes", folder=folder)
    assert (done.returncode, "granted" in done.stdout) == (0, True), done.stdout + done.stderr
    asked = "SELECT name, passport, came FROM guest WHERE id = 1"
    with connect(folder / "stores" / "house.sqlite") as table:
        assert table.execute(asked).fetchone() == (None, None, "2027-08-01")
        table.execute("UPDATE guest SET name = 'Greg', came = '2027-08-02' WHERE id = 1")
        table.execute("UPDATE guest SET born = '2026-11-01' WHERE id = 1")
    why = run("why", "house.guest.name", "1", "--at", "2026-12-24", folder=folder)
    assert "justified; from 2028-11-02 nothing justifies it" in why.stdout
