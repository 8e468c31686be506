"""Restrictions: kept, not erased, lifted after the person is told (Art. 18; R-IX.4)."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.integration.forked import forked
from tests.integration.mill import ANNA, DAY, GUEST_HOUSE, POLICY, build
from tests.integration.mill import World as Made
from tests.integration.one_night import STORE
from tests.integration.restorable import World, entries
from tests.integration.test_restricted_dates import AT, CUSTOMERS, TABLES

CONTESTED = ("--ground", "accuracy-contested")
EMAIL = ("--column", "shop.buyer.email")


def restricted(world: World, *options: str) -> str:
    """Restrict values of Anna; give the restriction's id."""
    before = set(_answers(world.folder))
    world.does("subject", "restrict", *ANNA, *options, "--at", DAY)
    (case,) = set(_answers(world.folder)) - before
    return f"{case}-restriction"


def _answers(folder: Path) -> list[str]:
    return [path.name for path in (folder / "answers").glob("*")]


def test_restricted_columns_stay_at_an_erasure_and_go_once_it_is_lifted(world: World) -> None:
    one = restricted(world, *CONTESTED, *EMAIL)
    world.does("subject", "erase", *ANNA, "--yes", "--at", DAY)
    buyers = {row[0]: row for row in world.contents()["shop.buyer"]}
    assert buyers[1] == (1, "Anna", "anna@example.com", None, "2025-01-01")
    assert buyers[4] == (4, None, "anna@example.com", None, None)
    assert world.contents()["mail.reader"][0][0] != 1, "what is not restricted went"
    world.does("subject", "lift", one, "--told", _today())
    world.restore("mail")
    world.does("reapply", "shop", "--yes")
    left = {row[0]: row for row in world.contents()["shop.buyer"]}
    assert left[1] == (1, "Anna", None, None, "2025-01-01")
    assert 4 not in left


def test_a_restriction_of_everything_keeps_every_row(world: World) -> None:
    """The end of contact 2 and of order 1 has come in 2033, and they stay."""
    restricted(world, "--ground", "unlawful-processing")
    before = world.contents()
    shown = world.does("why", "shop.buyer.name", "1", "--at", "2033-06-01")
    assert "its use is restricted" in shown
    assert "held" in shown
    world.does("subject", "erase", *ANNA, "--yes", "--at", DAY)
    assert world.contents() == before


def test_a_restriction_is_lifted_only_after_the_person_was_told(world: World) -> None:
    one = restricted(world, *CONTESTED, *EMAIL)
    said = world.does("subject", "lift", one, "--reason", "You live in Lane 1.")
    assert "nothing was lifted" in said
    letter = world.folder / "answers" / one.removesuffix("-restriction") / "lifting.txt"
    assert "You live in Lane 1." in letter.read_text()
    assert one in world.does("subject", "find", *ANNA)
    for day in ("2020-01-01", "2999-01-01", "soon"):
        assert forked(world.folder, "subject", "lift", one, "--told", day).returncode == 2
    world.does("subject", "lift", one, "--told", _today())
    assert one not in world.does("subject", "find", *ANNA)
    assert forked(world.folder, "subject", "lift", one).returncode == 2
    again = world.does("subject", "lift", one, "--told", _today())  # whoever died is told so
    assert f"on record its person was told on {_today()}: nothing was changed" in again
    for day in ("2020-01-01", "2999-01-01"):
        other = forked(world.folder, "subject", "lift", one, "--told", day)
        assert other.returncode == 2
        assert f"on record its person was told on {_today()}: another day is not" in other.stderr
    (lifted,) = entries(world.folder, "restriction.lifted")
    (set_,) = entries(world.folder, "restriction.set")
    assert lifted["person"] == set_["person"]
    assert lifted["informed"] == f"{_today()}T00:00:00.000000Z"


def test_a_restriction_that_ended_with_its_claim_is_said_to_have(world: World) -> None:
    said = world.does("subject", "erase", *ANNA, "--ground", "unlawful", "--yes", "--at", DAY)
    (case,) = _answers(world.folder)
    assert f"subject answer {case} --established" in said
    world.does("subject", "answer", case, "--refused", "It is lawful.")
    for day in ((), ("--told", _today())):
        done = forked(world.folder, "subject", "lift", f"{case}-restriction", *day)
        assert done.returncode == 2
        assert f"was lifted on {_today()}, when its claim was decided" in done.stderr


def test_the_answer_says_what_is_restricted_and_what_is_not(world: World) -> None:
    restricted(world, *CONTESTED, *EMAIL)
    said = world.does("subject", "access", *ANNA, "--at", DAY)
    case = next(line.partition(":")[0] for line in said.splitlines() if "answer due" in line)
    answer = json.loads((world.folder / "answers" / case / "access.json").read_text())
    standings = {
        (dataset["dataset"], value["field"], value["standing"])
        for dataset in answer["datasets"]
        for record in dataset["records"]
        for value in record["values"]
    }
    assert ("buyer", "email", "restricted") in standings
    assert ("buyer", "name", "restricted") not in standings


CUSTOMER = ("--column", "crm.customer.email")


def test_what_tells_the_end_of_restricted_values_is_said_to_stay_for_that(world: World) -> None:
    """Contacts 1 and 2 date the address; on that day their own end has come as well."""
    one = restricted(world, *CONTESTED, *CUSTOMER)
    letter = world.folder / "answers" / one.removesuffix("-restriction") / "letter.txt"
    told = (
        "As long as the restriction lasts, we also keep what tells how long we may keep these data"
    )
    assert told in " ".join(letter.read_text().split())
    assert "Contacts: at" in letter.read_text()
    assert "note" not in letter.read_text()
    shown = world.does("why", "crm.contact.at", "1", "--at", "2033-06-01")
    assert f"kept for {one}: it tells how long what that restricts may be there" in shown
    assert "its use is restricted" not in shown
    assert "kept for now: it goes no sooner than that restriction is lifted" in shown
    assert f"kept for {one}" not in world.does("why", "crm.contact.note", "1", "--at", "2033-06-01")
    said = world.does("subject", "access", *ANNA, "--at", "2033-06-01")
    case = next(line.partition(":")[0] for line in said.splitlines() if "answer due" in line)
    answer = json.loads((world.folder / "answers" / case / "access.json").read_text())
    standings = {
        (dataset["dataset"], value["field"], value["standing"])
        for dataset in answer["datasets"]
        for record in dataset["records"]
        for value in record["values"]
    }
    assert {("contact", "at", "telling"), ("contact", "note", "overdue")} <= standings
    page = (world.folder / "answers" / case / "index.html").read_text()
    assert "only for what they tell" in page
    assert page.count("tells how long we may keep data whose use has been restricted") >= 1


def test_an_erasure_leaves_what_tells_the_end_of_restricted_values(world: World) -> None:
    one = restricted(world, *CONTESTED, *CUSTOMER)
    said = world.does("subject", "erase", *ANNA, "--yes", "--at", DAY)
    assert "kept: it tells how long what is restricted may be there" in said
    contacts = {row[0]: row for row in world.contents()["crm.contact"]}
    assert contacts[1] == (1, 1, "2026-01-01", None)
    world.does("subject", "lift", one, "--told", _today())
    world.does("nightly", "--approve-up-to", "100")
    left = world.contents()
    assert not {1, 2, 9} & {row[0] for row in left["crm.contact"]}
    assert not {1, 8} & {row[0] for row in left["crm.customer"]}


def test_the_same_restriction_is_not_set_twice_and_bad_columns_are_refused(world: World) -> None:
    restricted(world, *CONTESTED, *EMAIL)
    for wrong, said in (
        ("shop.buyer.email", "already"),
        ("shop.buyer.id", "it has: name, email, remark, placed"),
        ("shop.buyer.shoe", "no column 'shoe'"),
        ("nowhere", "nowhere"),
    ):
        done = forked(world.folder, "subject", "restrict", *ANNA, *CONTESTED, "--column", wrong)
        assert done.returncode == 2, wrong
        assert said in done.stderr
        assert "Traceback" not in done.stderr
    assert len(entries(world.folder, "restriction.set")) == 1


def test_an_interrupted_restriction_is_in_force_and_goes_on_as_the_same_case(world: World) -> None:
    """The letter could not be written: the values are restricted all the same."""
    (world.folder / "answers").write_text("in the way")
    command = ("subject", "restrict", *ANNA, *CONTESTED, *EMAIL, "--at", DAY)
    assert forked(world.folder, *command).returncode != 0
    records = world.folder / ".doelbinding" / "records.sqlite3"
    with closing(sqlite3.connect(records)) as opened:
        ((case,),) = opened.execute("SELECT id FROM records_request").fetchall()
    refused = forked(world.folder, "subject", "answer", case)
    assert f"subject resume {case}" in refused.stderr
    (world.folder / "answers").unlink()
    assert f"{case}: granted" in world.does("subject", "resume", case)
    assert len(entries(world.folder, "restriction.set")) == 1
    assert len(entries(world.folder, "request.answered")) == 1


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


CONTACTS = Made(
    policy={"policy": POLICY, "s": STORE + CUSTOMERS.replace("AT", AT["a fact of the row"])},
    tables={"s": TABLES},
)
"""Contacts say by a column of no category how long an address may be there."""

GUESTS = Made(
    policy={
        "policy": POLICY,
        "house": GUEST_HOUSE
        + """\
        columns:
          - {name: id, type: integer}
          - {name: name, category: name}
          - {name: email, category: email, identifier: email}
          - {name: seen, type: date-text}
        events: {contact.last: {column: seen}}
        bindings: [{activity: customers, columns: ['*']}]
""",
    },
    tables={
        "house": (
            "CREATE TABLE guest (id INTEGER PRIMARY KEY, name TEXT, email TEXT, seen TEXT)",
            "INSERT INTO guest VALUES (1, NULL, 'anna@example.com', '2026-01-01')",
        )
    },
)


@pytest.mark.parametrize(
    ("world", "column", "told"),
    [
        (CONTACTS, "s.customer.street", "- Contacts: in 2 records, only note"),
        (GUESTS, "house.guest.name", "- Guests: in 1 record, only email"),
    ],
    ids=["for what it tells", "for a restricted column that holds nothing"],
)
def test_a_row_that_a_restriction_keeps_is_not_said_to_be_erased(
    tmp_path: Path, world: Made, column: str, told: str
) -> None:
    folder = build(tmp_path / "mill", world=world)
    before = counted(folder)
    does(folder, "restrict", *ANNA, *CONTESTED, "--column", column)
    does(folder, "erase", *ANNA, "--yes")
    assert counted(folder) == before
    assert told in erased(folder)


def test_a_row_that_tells_while_a_claim_is_weighed_is_not_said_to_be_erased(
    tmp_path: Path,
) -> None:
    """Nothing justifies the notes; when the contacts were tells how long the street may be kept."""
    to_everything = "bindings: [{activity: customers, columns: ['*']}]"
    first, _, contacts = CONTACTS.policy["s"].rpartition(to_everything)
    notes = (
        "states: {subscribed: {column: news, equals: 1}}\n        bindings: "
        "[{activity: news, columns: [note, at]}, {activity: customers, columns: [at]}]"
    )
    store = (first + notes + contacts).replace(
        "{name: at, type: date-text}",
        "{name: news, type: integer}\n          - {name: at, type: date-text, category: history}",
    )
    policy = {"policy": POLICY.replace("keep P2Y", "keep P30Y"), "s": store}
    tables = {"s": (*TABLES, "ALTER TABLE contact ADD COLUMN news INTEGER")}
    folder = build(tmp_path / "mill", world=Made(policy=policy, tables=tables))
    before = counted(folder)
    assert "still weighed" in does(folder, "erase", *ANNA, "--ground", "unlawful", "--yes")
    assert counted(folder) == before
    assert "- Contacts: in 2 records, only note" in erased(folder)


def does(folder: Path, *command: str) -> str:
    done = forked(folder, "subject", *command, "--at", DAY)
    assert done.returncode == 0, done.stderr
    return done.stdout


def counted(folder: Path) -> dict[str, int]:
    """Count the rows of each table."""
    (store,) = (folder / "stores").glob("*.sqlite")
    with closing(sqlite3.connect(store)) as database:
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        count = "SELECT count(*) FROM "
        return {name: database.execute(count + name).fetchone()[0] for (name,) in tables}


def erased(folder: Path) -> str:
    """Give the letter that tells what was erased."""
    texts = [path.read_text() for path in folder.glob("answers/*/letter.txt")]
    (letter,) = (text for text in texts if "WHAT WE HAVE ERASED" in text)
    return letter
