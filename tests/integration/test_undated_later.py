"""Who was erased is not kept later by what was undated then, once all else has ended (ADR 0040)."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from sqlite3 import connect

import pytest

from tests.integration.forked import forked
from tests.integration.mill import POLICY, World, build

ORA = ("--id", "email:ora@example.com", "--controller", "mill")
ASKED = "2016-06-01"
WARRANTY = POLICY[POLICY.index("  - id: orders\n") : POLICY.index("  - id: news\n")]
WARRANTY = WARRANTY.replace("orders", "warranty").replace("books", "warranties")
WARRANTY = WARRANTY.replace("after order.placed keep P7Y", "after warranty.given keep P30Y")
SHOP = """\
stores:
  - id: shop
    label: {en: Shop}
    country: IE
    backups: P35D
    datasets:
      - id: buyer
        label: {en: Orders}
        table: buyer
        key: [id]
        controller: mill
        person: true
        collected: placed
        columns:
          - {name: id, type: integer}
          - {name: name, category: name, identifier: name}
          - {name: email, identifier: email}
          - {name: placed, type: date-text}
          - {name: given, type: date-text}
        events:
          order.placed: {column: placed}
          warranty.given: {column: given}
        bindings:
          - {activity: orders, columns: [name]}
          - {activity: warranty, columns: [name]}
"""
CARD = """\
      - id: card
        label: {en: Cards}
        table: card
        key: [id]
        subject: {to: buyer, columns: [buyer_id]}
        columns:
          - {name: id, type: integer}
          - {name: buyer_id, type: integer}
          - {name: at, type: date-text, category: history}
        events:
          warranty.given: {column: at}
        bindings: [{activity: warranty, columns: [at]}]
"""
TABLE = (
    (
        "CREATE TABLE buyer (id INTEGER PRIMARY KEY, name VARCHAR(80), email VARCHAR(80), "
        "placed VARCHAR(10), given VARCHAR(10))"
    ),
    (
        "INSERT INTO buyer VALUES (1, 'Ora', 'ora@example.com', '2015-01-01', NULL), "
        "(2, 'Ora', 'ora@example.com', '2015-01-01', '2015-01-01'), "
        "(4, 'Pim', 'pim@example.com', '2015-01-01', NULL)"
    ),
)
NEWER = "INSERT INTO buyer VALUES (3, 'Ora', 'ora@example.com', '2017-01-01', NULL)"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a shop: nothing tells of some orders whether a warranty was given with them."""
    world = World(policy={"policy": POLICY + WARRANTY, "s": SHOP}, tables={"shop": TABLE})
    return build(tmp_path / "shop", world=world)


def does(folder: Path, *command: str) -> str:
    done = forked(folder, *command)
    assert done.returncode == 0, done.stderr
    return done.stdout


def erased(folder: Path) -> None:
    """Erase Ora, who comes back under a newer row."""
    does(folder, "subject", "erase", *ORA, "--yes", "--at", ASKED)
    comes_back(folder)


def comes_back(folder: Path) -> None:
    with closing(connect(folder / "stores" / "shop.sqlite")) as shop, shop:
        shop.execute(NEWER)


def why(folder: Path, key: str, at: str) -> str:
    return does(folder, "why", "shop.buyer.name", key, "--at", at)


def test_what_a_request_left_for_another_phase_goes_with_that(folder: Path) -> None:
    """The letter says until when the order is kept, and that it is erased then."""
    erased(folder)
    (letter,) = (folder / "answers").glob("*/letter.txt")
    assert "up to and including 1 January 2022" in letter.read_text()
    assert "from 2022-01-02 nothing justifies it: then it goes" in why(folder, "1", "2021-06-01")
    assert "the next retention run removes it" in why(folder, "1", "2022-01-02")
    assert "changed 1 row" in does(folder, "nightly", "--approve-up-to", "1")
    assert forked(folder, "why", "shop.buyer.name", "1").returncode == 2


def test_a_phase_that_had_ended_is_not_undated_once_the_request_took_what_dated_it(
    tmp_path: Path,
) -> None:
    shop = SHOP.replace(
        "{column: given}", "{latest_of: [{column: given}, {dataset: card, column: at}]}"
    )
    tables = (
        *TABLE,
        NEWER,
        (
            "CREATE TABLE card (id INTEGER PRIMARY KEY, "
            "buyer_id INTEGER REFERENCES buyer (id), at VARCHAR(10))"
        ),
        "CREATE INDEX card_buyer ON card (buyer_id)",
        "INSERT INTO card VALUES (1, 1, '1980-01-01'), (2, 3, '1980-01-01')",
    )
    world = World(policy={"policy": POLICY + WARRANTY, "s": shop + CARD}, tables={"shop": tables})
    folder = build(tmp_path / "cards", world=world)
    assert "ended" in why(folder, "1", ASKED)
    does(folder, "subject", "erase", *ORA, "--yes", "--at", ASKED)
    assert forked(folder, "why", "shop.card.at", "1").returncode == 2
    assert "the next retention run removes it" in why(folder, "1", "2022-01-02")


def test_what_came_after_the_request_or_is_somebody_else_s_stays_undated(folder: Path) -> None:
    erased(folder)
    for key in ("3", "4"):
        assert "so it is kept and reported" in why(folder, key, "2026-11-23")
    assert "from 2045-01-02 nothing justifies it" in why(folder, "2", "2026-11-23")


def test_what_one_phase_keeps_while_another_is_undated_is_said_so(folder: Path) -> None:
    comes_back(folder)
    told = why(folder, "3", "2020-01-01")
    assert "justified; undated for warranty/statutory, so nothing tells until when" in told
