"""Rows that share a value under different names, and rows without one among them (R-IX.1, R-IX.8).

Whoever is found must not depend on which of several identifiers is followed first.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from doelbinding.binding.circumstances import Key
from doelbinding.plan.identifiers import parse_identifier
from doelbinding.rights.found import Found
from doelbinding.rights.locate import Locator
from doelbinding.wiring import open_workspace
from tests.integration.forked import run
from tests.integration.mill import DAY, POLICY, World, build

STORE = """\
stores:
  - id: house
    label: {en: House}
    country: IE
    backups: P35D
    datasets:
"""
DATASET = """\
      - id: {id}
        label: {{en: Rows}}
        table: {id}
        key: [id]
        controller: mill
        person: true
        columns:
          - {{name: id, type: integer}}
          - {{name: number, type: integer, identifier: customer}}
          - {{name: email, category: email, identifier: email, replace_with: gone}}
          - {{name: iban, category: address, identifier: iban}}
          - {{name: phone, category: address, identifier: phone}}
          - {{name: born, type: date-text, category: history, identifier: birth-date}}
          - {{name: placed, type: date-text, category: history}}
          - {{name: name, category: name{identifies}, replace_with: gone}}
        events: {{contact.last: {{column: placed}}}}
        bindings: [{{activity: customers, columns: ['*']}}]
"""
NAMED = ("client", "caller")
DATASETS = "".join(DATASET.format(id=one, identifies=", identifier: name") for one in NAMED)
DATASETS += DATASET.format(id="letter", identifies="")
COLUMNS = (
    "(id INTEGER PRIMARY KEY, number INTEGER, email VARCHAR(80), iban VARCHAR(80), "
    "phone VARCHAR(80), born VARCHAR(10), placed VARCHAR(10), name VARCHAR(80))"
)
MAIL, HOME, WORK = "home@example.com", "x@home.example", "x@work.example"
IBAN, OTHER = "NL91ABNA0417164300", "NL02ABNA0123456789"
PHONE = "+353 1 234 5678"

Row = dict[str, object]
Finds = Callable[..., tuple[list[str], list[str]]]


def row(dataset: str, key: int, name: str | None, **held: object) -> tuple[str, Row]:
    return dataset, {"id": key, "name": name, "placed": "2026-01-01", **held}


def letter(key: int, **held: object) -> tuple[str, Row]:
    """Give a row of a dataset without a name."""
    return row("letter", key, None, **held)


def world(rows: tuple[tuple[str, Row], ...]) -> World:
    tables = [f"CREATE TABLE {one} {COLUMNS}" for one in (*NAMED, "letter")]
    for dataset, held in rows:
        values = ", ".join("NULL" if v is None else f"'{v}'" for v in held.values())
        tables.append(f"INSERT INTO {dataset} ({', '.join(held)}) VALUES ({values})")  # noqa: S608
    return World(policy={"policy": POLICY, "house": STORE + DATASETS}, tables={"house": tables})


@pytest.fixture
def finds(tmp_path: Path) -> Finds:
    """Search among rows; give who is found and who is ambiguous."""

    def do(
        rows: tuple[tuple[str, Row], ...], *asked: str, include: tuple[tuple[str, Key], ...] = ()
    ) -> tuple[list[str], list[str]]:
        workspace = open_workspace(build(tmp_path / "mill", world=world(rows)))
        locator = Locator(
            policy=workspace.policy,
            controller=workspace.policy.controller_by_id["mill"],
            stores=workspace.stores,
            at=datetime(2026, 11, 23, 12, tzinfo=UTC),
        )
        found = locator.find([parse_identifier(one, "IE") for one in asked], include)
        return told(found)

    return do


def told(found: Found) -> tuple[list[str], list[str]]:
    return tuple(  # type: ignore[return-value]
        sorted(f"{one.place.dataset.id} {one.key[0]}" for one in people)
        for people in (found.people, found.ambiguous)
    )


ACROSS = (
    row("client", 23, "Anaïs Çelik", email=MAIL, iban=IBAN, number=23),
    row("client", 24, None, email=MAIL, iban=IBAN, number=24),
    row("caller", 22, "Bjørn de Vries", email=MAIL, number=25),
)
ALL = ["caller 22", "client 23", "client 24"]


def test_a_row_without_a_name_is_nobodys_where_two_datasets_have_other_names(finds: Finds) -> None:
    """Its account number led to one of the two, whose rows were in the other's answer."""
    assert finds(ACROSS, f"email:{MAIL}") == ([], ALL)


def test_it_stays_nobodys_when_a_name_is_given(
    finds: Finds,
) -> None:
    bjorn = finds(ACROSS, f"email:{MAIL}", "name:Bjørn de Vries")
    assert bjorn == (["caller 22"], ["client 23", "client 24"])


def test_including_one_includes_no_row_without_a_name(finds: Finds) -> None:
    included = finds(ACROSS, f"email:{MAIL}", include=(("house.caller", (22,)),))
    assert included == (["caller 22"], ["client 23", "client 24"])


def test_a_row_without_a_name_that_is_included_brings_nobody_along(finds: Finds) -> None:
    included = finds(ACROSS, f"email:{MAIL}", include=(("house.client", (24,)),))
    assert included == (["client 24"], ["caller 22", "client 23"])


@pytest.mark.parametrize("asked", ["iban:NL91 ABNA 0417 1643 00", f"phone:{PHONE}"])
def test_accounts_and_telephones_under_two_names_are_like_mailboxes(
    finds: Finds, asked: str
) -> None:
    shares = {"iban": IBAN, "phone": PHONE}
    rows = (
        row("client", 1, "Anna Bos", **shares),
        row("caller", 2, "Ben Bos", **shares),
        row("caller", 3, "gone", **shares),
        letter(4, **shares),
    )
    assert finds(rows, asked) == ([], ["caller 2", "caller 3", "client 1", "letter 4"])


def test_rows_without_a_name_are_taken_where_all_names_are_one(finds: Finds) -> None:
    """Case, accents, order and initials make no other name."""
    rows = (
        row("client", 1, "Anaïs van der Çelik", email=MAIL),
        row("caller", 2, "VAN DER CELIK, A.", email=MAIL),
        row("caller", 3, None, email=MAIL),
        letter(4, email=MAIL),
    )
    assert finds(rows, f"email:{MAIL}") == (["caller 2", "caller 3", "client 1", "letter 4"], [])


def test_rows_without_a_name_are_taken_where_no_row_has_one(finds: Finds) -> None:
    rows = (row("caller", 3, None, email=MAIL), letter(4, email=MAIL))
    assert finds(rows, f"email:{MAIL}") == (["caller 3", "letter 4"], [])


def test_a_row_without_a_name_is_not_taken_beside_another_name_than_that_given(
    finds: Finds,
) -> None:
    rows = (row("client", 1, "Ben Bos", email=MAIL, number=7), letter(4, email=MAIL, number=7))
    nobody = ([], ["client 1", "letter 4"])
    assert finds(rows, f"email:{MAIL}", "name:Anna Bos") == nobody


def test_nor_by_a_number_that_is_of_another_name(finds: Finds) -> None:
    rows = (row("client", 1, "Ben Bos", email=MAIL, number=7), letter(4, email=MAIL, number=7))
    assert finds(rows, "customer:7", "name:Anna Bos") == ([], ["client 1", "letter 4"])


def test_a_part_of_a_name_is_nobodys_beside_another_name_that_has_it(finds: Finds) -> None:
    rows = (
        row("client", 1, "Anna Bos", number=7, email=HOME),
        row("caller", 2, "Ben Bos", email=MAIL),
        row("caller", 3, "Bos", email=MAIL),
    )
    assert finds(rows, "customer:7", f"email:{MAIL}") == (
        ["client 1"], ["caller 2", "caller 3"],
    )  # fmt: skip


@pytest.mark.parametrize("swapped", [False, True])
def test_a_row_without_a_name_that_leads_to_two_names_brings_neither(
    finds: Finds, swapped: bool
) -> None:
    """Whichever is followed first would be taken, and the other be in doubt."""
    mail, iban = ("Anna Bos", "Ben Bos") if not swapped else ("Ben Bos", "Anna Bos")
    rows = (
        row("client", 1, None, email=MAIL, iban=IBAN, number=7),
        row("caller", 2, mail, email=MAIL),
        row("caller", 3, iban, iban=IBAN),
    )
    assert finds(rows, "customer:7") == (["client 1"], ["caller 2", "caller 3"])


def test_nor_in_a_later_round(finds: Finds) -> None:
    rows = (
        row("client", 1, None, email=MAIL, number=7),
        letter(4, email=MAIL, iban=IBAN),
        letter(5, email=HOME, iban=IBAN),
        row("caller", 2, "Anna Bos", email=HOME),
        letter(6, email=WORK, iban=IBAN),
        row("caller", 3, "Ben Bos", email=WORK),
    )
    found, doubted = finds(rows, "customer:7")
    assert doubted == ["caller 2", "caller 3"]
    assert found == ["client 1", "letter 4", "letter 5", "letter 6"]


@pytest.mark.parametrize("turned", [False, True])
def test_the_order_of_what_is_given_decides_nothing(finds: Finds, turned: bool) -> None:
    rows = (row("client", 1, "Anna Bos", email=MAIL), row("caller", 2, "Ben Bos", phone=PHONE))
    asked = [f"email:{MAIL}", f"phone:{PHONE}"]
    found = finds(rows, *(reversed(asked) if turned else asked))
    assert found == ([], ["caller 2", "client 1"])


def test_an_initial_that_two_names_have_brings_neither(finds: Finds) -> None:
    rows = (
        row("client", 1, "A. Bos", number=7, email=MAIL, iban=IBAN),
        row("caller", 2, "Anna Bos", email=MAIL),
        row("caller", 3, "Arie Bos", iban=IBAN),
    )
    assert finds(rows, "customer:7") == (["client 1"], ["caller 2", "caller 3"])


def test_a_name_and_a_day_of_birth_find_no_row_without_a_name(finds: Finds) -> None:
    born = "1980-02-29"
    rows = (
        row("client", 1, "Anna Bos", born=born),
        row("caller", 2, "BOS, Anna", born=born),
        row("caller", 3, None, born=born),
    )
    asked = f"name-and-birth:Anna Bos/{born}"
    assert finds(rows, asked) == ([], ["caller 2", "client 1"])


def test_an_address_of_another_brings_none_of_their_rows_without_a_name(finds: Finds) -> None:
    rows = (
        row("client", 1, "Anna Bos", number=1, email=HOME),
        row("client", 2, "Ben Vos", number=2, email=MAIL),
        letter(10, number=1, email=MAIL),
        letter(11, number=2, email=MAIL),
    )
    found, doubted = finds(rows, f"email:{HOME}", "name:Anna Bos")
    assert found == ["client 1", "letter 10"]
    assert doubted == ["client 2", "letter 11"]


def test_a_row_that_lost_its_name_by_a_request_is_still_known_to_it(tmp_path: Path) -> None:
    """A second pass would take it for anybody's, and answer the case with values still there."""
    rows = (
        row("client", 1, "Anna Bos", email=MAIL, iban=IBAN, placed="2025-01-01"),
        row("client", 2, "Ben Vos", email=MAIL),
    )
    made = world(rows)
    bound = (
        "[{activity: customers, columns: [iban, phone, born, name, placed]}, "
        "{activity: orders, columns: [email, placed]}]"
    )
    store = made.policy["house"].replace("[{activity: customers, columns: ['*']}]", bound)
    store = store.replace("{contact.last: ", "{order.placed: {column: placed}, contact.last: ")
    back = (
        "CREATE TRIGGER back AFTER UPDATE OF iban ON client WHEN new.iban IS NULL "
        "BEGIN UPDATE client SET iban = old.iban WHERE id = new.id; END"
    )
    declared = made.policy["policy"].replace(
        "data: [name, history]", "data: [name, email, history]"
    )
    tables = {"house": (*made.tables["house"], back)}
    policy = {"policy": declared, "house": store}
    folder = build(tmp_path / "mill", world=World(policy=policy, tables=tables))
    anna = ("--id", f"email:{MAIL}", "--id", "name:Anna Bos", "--controller", "mill")
    done = run("subject", "erase", *anna, "--at", DAY, "--yes", folder=folder)
    assert done.returncode == 1
    assert "NOT VERIFIED" in done.stdout + done.stderr
    engine = sa.create_engine(f"sqlite:///{folder / 'stores' / 'house'}.sqlite")
    held = sa.text("SELECT name, iban, email FROM client ORDER BY id")
    with engine.begin() as house:
        assert house.execute(held).all()[0] == ("gone", IBAN, MAIL)
        house.exec_driver_sql("DROP TRIGGER back")
    done = run("subject", "erase", *anna, "--at", DAY, "--yes", folder=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    with engine.begin() as house:
        assert house.execute(held).all() == [("gone", None, MAIL), ("Ben Vos", None, MAIL)]
