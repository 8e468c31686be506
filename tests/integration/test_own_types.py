"""PostgreSQL's arrays and addresses are corrected, and told as others can read them (R-IX.2)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.integration.forked import run
from tests.integration.mill import ANNA, DAY, GUEST_HOUSE, POLICY, World, build

HOUSE = (
    GUEST_HOUSE
    + """\
        columns:
          - {name: id, type: integer}
          - {name: email, category: email, identifier: email}
          - {name: tongues, category: address}
          - {name: ip, category: address}
          - {name: came, type: date}
        events:
          contact.last: {column: came}
        bindings:
          - {activity: customers, columns: ['*']}
"""
)
TABLES = (
    (
        "CREATE TABLE guest (id INTEGER PRIMARY KEY, email VARCHAR(80), tongues TEXT[], ip INET, "
        "came DATE)"
    ),
    (
        "INSERT INTO guest VALUES (1, 'anna@example.com', ARRAY['nl', 'a \"b\"'], NULL, "
        "'2026-01-02')"
    ),
)
WORLD = World(policy={"policy": POLICY, "house": HOUSE}, tables={"house": TABLES})


@pytest.fixture
def folder(postgresql_uri: str, tmp_path: Path) -> Path:
    server = sa.make_url(postgresql_uri).set(drivername="postgresql+psycopg")
    return build(tmp_path / "mill", server, "own", WORLD)


def does(folder: Path, *command: str) -> str:
    done = run(*command, folder=folder)
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def answered(folder: Path) -> dict[str, tuple[str, str]]:
    """Give what an answer has of each column: for a computer, and for people."""
    does(folder, "subject", "access", *ANNA, "--at", DAY)
    (answer,) = folder.glob("answers/*/access.json")
    ((guest,),) = [one["records"] for one in json.loads(answer.read_text())["datasets"]]
    return {one["field"]: (one["value"], one["shown"]) for one in guest["values"]}


def test_an_array_is_told_as_others_can_read_it(folder: Path) -> None:
    assert answered(folder)["tongues"] == (json.dumps(["nl", 'a "b"']), 'nl, a "b"')


def test_an_array_and_an_address_are_corrected_and_seen_to_be(folder: Path) -> None:
    right = ("house.guest.tongues={fr,de}", "house.guest.ip=10.9.9.9")
    said = does(
        folder, "subject", "rectify", *ANNA, "--at", DAY, "--yes",
        *(part for one in right for part in ("--set", one)),
    )  # fmt: skip
    assert "changed 2 rows of 2 planned" in said
    assert "granted" in said
    assert answered(folder)["tongues"] == ('["fr", "de"]', "fr, de")
