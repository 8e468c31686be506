"""What is left of a value that went is not the value, in whatever form it is read (R-IX.3).

The row stays, and is found again: by what a legal duty still needs of it.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.integration.forked import run
from tests.integration.mill import ANNA, DAY, GUEST_HOUSE, POLICY, World, build

ERASE = ("subject", "erase", *ANNA, "--at", DAY)
HOUSE = (
    """\
pseudonym_keys:
  - {id: once, label: {en: Once}, destroy_by: 2030-12-31}
"""
    + GUEST_HOUSE
    + """\
        columns:
          - {name: id, type: integer}
          - {name: email, category: name, identifier: email}
          - {name: card, category: address, ends_as: {pseudonym: once}}
          - {name: postcode, category: address, ends_as: {keep_first: 2}}
          - {name: born, type: date, category: address, replace_with: 1970-01-01}
          - {name: seen, type: timestamp, category: address, replace_with: 1980-01-01}
          - {name: nights, type: decimal, category: address, replace_with: 0}
          - {name: street, category: address, replace_with: "-"}
          - {name: vip, type: boolean, category: address, replace_with: false}
          - {name: came, type: date}
        events:
          contact.last: {column: came}
          order.placed: {column: came}
        bindings:
          - {activity: orders, columns: [email]}
          - {activity: customers, columns: [card, postcode, born, seen, nights, street, vip]}
      - id: post
        label: {en: Guest book}
        table: post
        key: [id]
        subject: {to: guest, columns: [guest_id]}
        when_unjustified: empty
        columns:
          - {name: id, type: integer}
          - {name: guest_id, type: integer}
          - {name: said, category: history, replace_with: "-"}
          - {name: ip, category: history, replace_with: "::"}
          - {name: pen, category: history, ends_as: {pseudonym: once}}
          - {name: begun, type: date}
        events:
          order.placed: {column: begun}
        bindings:
          - {activity: orders, columns: [said, ip, pen]}
"""
)
TABLES = (
    (
        "CREATE TABLE guest (id INTEGER PRIMARY KEY, email VARCHAR(80), card VARCHAR(80) NOT NULL, "
        "postcode VARCHAR(10), born DATE NOT NULL, seen TIMESTAMP NOT NULL, "
        "nights DECIMAL(8, 2) NOT NULL, street VARCHAR(20) NOT NULL, "
        "vip BOOLEAN NOT NULL, came DATE)"
    ),
    (
        "INSERT INTO guest VALUES (1, 'anna@example.com', 'c1', '1234 AB', '1980-02-28', "
        "'2026-01-02 03:04:05', 12.5, 'High Street', TRUE, '2026-01-02'), "
        "(2, 'ben@example.com', 'c2', '5678 CD', '1990-02-28', '2026-01-02 03:04:05', 2.5, "
        "'Low Street', FALSE, '2026-01-02')"
    ),
    (
        "CREATE TABLE post (id INTEGER PRIMARY KEY, guest_id INTEGER NOT NULL REFERENCES "
        "guest (id), said VARCHAR(80) NOT NULL, ip VARCHAR(80) NOT NULL, "
        "pen VARCHAR(80), begun DATE)"
    ),
    (
        "INSERT INTO post VALUES (1, 1, '-', '::', NULL, NULL), "
        "(2, 1, 'Warm', '::1', 'a', '2026-01-02'), "
        "(3, 1, '-', '::2', 'ps-0123ab-00000000000000000000000000000000', NULL)"
    ),
)
WORLD = World(policy={"policy": POLICY, "house": HOUSE}, tables={"house": TABLES})


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    server = None
    if request.param == "postgresql":
        uri = request.getfixturevalue("postgresql_uri")
        server = sa.make_url(uri).set(drivername="postgresql+psycopg")
    if request.param == "mariadb":
        server = request.getfixturevalue("mariadb_server")
    made = build(tmp_path / "mill", server, "stood", WORLD)
    does(made, "keys", "make", "once")
    return made


def does(folder: Path, *command: str) -> str:
    done = run(*command, folder=folder)
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def told(said: str) -> dict[str, str]:
    """Give what is said to become of each column."""
    lines = [line.split() for line in said.splitlines() if line.startswith(" house.guest")]
    return {line[1]: line[3] for line in lines if len(line) > 3}


def test_what_stands_in_for_a_value_is_not_taken_for_the_value(folder: Path) -> None:
    said = does(folder, *ERASE, "--yes")
    assert "NOT VERIFIED" not in said
    assert "granted in part" in said
    again = does(folder, *ERASE)
    assert told(again)["email"] == "kept"
    assert told(again).keys().isdisjoint({"born", "seen", "nights", "street", "vip"})


def test_what_stands_in_is_not_told_as_erased_where_nothing_dates_it(folder: Path) -> None:
    said = does(folder, *ERASE)
    lines = [
        " ".join(line.split()) for line in said.splitlines() if line.startswith(" house.post")
    ][-5:]
    kept = "kept because orders/statutory (GDPR 17(3)(b), 6(1)(c)) until 2033-01-02"
    assert lines == [
        f"house.post said 1 {kept}",
        f"house.post ip 1 {kept}",
        f"house.post pen 1 {kept}",
        "house.post ip 1 erased",
        "house.post pen 1 as it is: a pseudonym under once",
    ]


def test_an_answer_has_no_value_that_only_stands_in(folder: Path) -> None:
    does(folder, *ERASE, "--yes")
    does(folder, "subject", "access", *ANNA, "--at", DAY)
    (answer,) = folder.glob("answers/*/access.csv")
    written = answer.read_text(encoding="utf-8-sig")
    assert "anna@example.com" in written
    assert "1970" not in written
    assert "1980" not in written
    assert ",street," not in written


def test_a_pseudonym_that_stays_is_told_of(folder: Path) -> None:
    said = does(folder, *ERASE, "--yes")
    assert "a pseudonym under once where the row stays" in " ".join(said.split())
    (letter,) = folder.glob("answers/*/letter.txt")
    assert "- Guests: card\n" in letter.read_text().partition("until we destroy its key")[2]


def test_a_pseudonym_is_not_told_as_erased_once_more(folder: Path) -> None:
    does(folder, *ERASE, "--yes")
    again = does(folder, *ERASE, "--yes")
    assert told(again)["card"] == "as"
    assert "changed 0 rows" in again
    *_, letter = sorted(folder.glob("answers/*/letter.txt"), key=lambda one: one.stat().st_mtime_ns)
    told_of = letter.read_text()
    assert "What we have erased" not in told_of
    assert "- Guests: card\n" in told_of.partition("until we destroy its key")[2]
