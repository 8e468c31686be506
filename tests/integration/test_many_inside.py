"""A path in a document that leads to many values, erased on request (R-IX.6)."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from sqlite3 import connect

from tests.integration.forked import run
from tests.integration.guests import GREG, KEY, WORLD, with_files
from tests.integration.mill import DAY, build

DOCUMENT = {
    "contacts": [{"phone": "1", "n": 1}, {"phone": None}, {"n": 3}, {"phone": "2"}],
    "stays": [{"from": "2020-03-04"}, {"from": "2019-12-31"}],
}
EMAIL = "category: email, identifier: email, ends_as: {pseudonym: guests-2026}}"
PATHS = """\
          - {name: phone, category: address, inside: {column: details, path: '$.contacts[*].phone'}, replace_with: gone}
          - {name: stays, type: date-text, category: history, inside: {column: details, path: '$.stays[*].from'}, ends_as: {generalise: year}}
"""  # noqa: E501 - as they are written


def test_a_case_is_answered_when_all_of_them_are_gone(tmp_path: Path) -> None:
    house = WORLD.policy["house"]
    one = next(line for line in house.splitlines(keepends=True) if "$.contact.phone" in line)
    house = house.replace(one, PATHS).replace(EMAIL, "identifier: email}")  # which stays
    world = replace(WORLD, policy={**WORLD.policy, "house": house})
    folder = with_files(build(tmp_path / "guests", world=world))
    with connect(folder / "stores" / "house.sqlite") as table:
        table.execute("UPDATE guest SET details = ? WHERE id = 1", (json.dumps(DOCUMENT),))
    assert run("keys", "make", KEY, folder=folder).returncode == 0
    done = run("subject", "erase", *GREG, "--at", DAY, "--yes", folder=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    with connect(folder / "stores" / "house.sqlite") as table:
        (held,) = table.execute("SELECT details FROM guest WHERE id = 1").fetchone()
    assert json.loads(held) == {
        "contacts": [{"phone": "gone", "n": 1}, {"phone": None}, {"n": 3}, {"phone": "gone"}],
        "stays": [{"from": "2020-01-01"}, {"from": "2019-01-01"}],
    }
