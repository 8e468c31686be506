"""What may be the person's is told in letters of rectification and restriction (ADR 0032)."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from tests.integration.forked import forked
from tests.integration.mill import ANNA, DAY
from tests.integration.restorable import World

MESSAGES = """\
      - id: message
        label: {en: Messages}
        table: message
        key: [id]
        subject: {to: customer, columns: [customer_id]}
        columns:
          - {name: id, type: integer}
          - {name: customer_id, type: integer}
          - {name: email, category: email, identifier: email}
        bindings: [{activity: customers, columns: ['*']}]
"""
NEW = ("--set", "crm.customer.email=ann.new@example.com", "--everywhere")
CONTESTED = ("--ground", "accuracy-contested")
TOLD = "We found 1 record that may be yours. We do not know yet whose it is."
NOT_CORRECTED = f"{TOLD} So we have not corrected any of this."
NOT_RESTRICTED = f"{TOLD} So we have not restricted the use of this."


@pytest.fixture
def strays(world: World) -> World:
    """Give the mill with a message of Anna, and one with her address that leads to nobody."""
    with (world.folder / "policy" / "crm.yaml").open("a") as policy:
        policy.write(MESSAGES)
    world.change(
        "crm",
        "CREATE TABLE message (id INTEGER PRIMARY KEY, "
        "customer_id INTEGER REFERENCES customer (id), email VARCHAR(80))",
    )
    world.change("crm", "CREATE INDEX message_customer ON message (customer_id)")
    world.change(
        "crm",
        "INSERT INTO message VALUES (1, 1, 'anna@example.com'), (2, NULL, 'anna@example.com')",
    )
    return world


def letter(world: World) -> str:
    """Give the one letter that was written, on one line."""
    (written,) = (world.folder / "answers").glob("*/letter.txt")
    return " ".join(written.read_text().split())


def test_a_stray_with_an_address_that_was_wrong_is_left_and_told(strays: World) -> None:
    strays.does("subject", "rectify", *ANNA, *NEW, "--yes", "--at", DAY)
    assert NOT_CORRECTED in letter(strays)
    messages = [row[2] for row in strays.contents()["crm.message"]]
    assert messages == ["ann.new@example.com", "anna@example.com"]


def test_a_stray_that_holds_nothing_of_the_kind_that_was_wrong_is_not_told(strays: World) -> None:
    strays.does("subject", "rectify", *ANNA, "--clear", "shop.buyer.remark", "--yes", "--at", DAY)
    assert "may be yours" not in letter(strays)


def test_a_case_that_is_planned_anew_half_way_still_tells_what_it_found(strays: World) -> None:
    """The address is right by then, so that no search would find the person or what is hers."""
    answers = strays.folder / "answers"
    answers.write_text("in the way of the letter")
    command = ("subject", "rectify", *ANNA, *NEW, "--yes", "--at", DAY)
    assert forked(strays.folder, *command).returncode != 0
    answers.unlink()
    policy = strays.folder / "policy" / "policy.yaml"
    policy.write_text(policy.read_text().replace("First version.", "The first version."))
    strays.change("crm", "UPDATE message SET email = NULL WHERE id = 2")
    strays.change("crm", "UPDATE message SET email = 'anna@example.com' WHERE id = 1")
    strays.does(*command)
    assert NOT_CORRECTED in letter(strays)
    with closing(sqlite3.connect(strays.folder / ".doelbinding" / "records.sqlite3")) as records:
        asked = "SELECT COUNT(*), COUNT(file_sealed) FROM records_decision"
        assert records.execute(asked).fetchone() == (2, 0)


@pytest.mark.parametrize("columns", [(), ("--column", "crm.message.email")])
def test_a_stray_that_is_not_restricted_is_told(strays: World, columns: tuple[str, ...]) -> None:
    said = strays.does("subject", "restrict", *ANNA, *CONTESTED, *columns, "--at", DAY)
    assert "ambiguous and left out: 1 row;" in said
    assert NOT_RESTRICTED in letter(strays)
    assert ("Mill Ltd has and that are certainly yours" in letter(strays)) is (not columns)


def test_a_stray_of_a_dataset_that_is_not_restricted_is_not_told(strays: World) -> None:
    command = ("subject", "restrict", *ANNA, *CONTESTED, "--column", "shop.buyer.email")
    assert "left out" not in strays.does(*command, "--at", DAY)
    assert "may be yours" not in letter(strays)


@pytest.mark.parametrize(
    "command",
    [
        ("rectify", "--set", "crm.customer.name=Guy"),
        ("restrict", *CONTESTED),
        ("hold", "--reason", "a claim", "--review", "2099-01-01"),
    ],
)
def test_whoever_finds_nobody_is_told_that_something_is_in_doubt(
    strays: World, command: tuple[str, ...]
) -> None:
    strays.change("crm", "INSERT INTO message VALUES (3, NULL, 'guest@example.com')")
    guest = ("--id", "email:guest@example.com", "--controller", "mill")
    done = forked(strays.folder, "subject", command[0], *guest, *command[1:], "--at", DAY)
    assert done.returncode == 2
    assert "rows in doubt: 1, which `subject find` tells" in done.stderr


def test_why_says_that_nobody_is_led_to_and_no_date_is_missing(strays: World) -> None:
    done = forked(strays.folder, "why", "crm.message.email", "2", "--at", DAY)
    assert "undated: nothing says whose it is" in done.stdout
    done = forked(strays.folder, "why", "crm.message.email", "1", "--at", DAY)
    assert "whose it is" not in done.stdout


def test_why_and_the_plan_agree_on_what_is_prohibited_and_nobodys(strays: World) -> None:
    """Two controllers, so that a message that leads to nobody is of none that can be told."""
    policy = strays.folder / "policy" / "policy.yaml"
    written = policy.read_text()
    first = written.index("  - id: mill\n")
    end = written.index("person_categories:")
    other = written[first:end].replace("id: mill\n", "id: other\n")
    policy.write_text(written[:end] + other + written[end:])
    crm = strays.folder / "policy" / "crm.yaml"
    banned = "{columns: [email], reason: {en: None may.}, article: GDPR 9}"
    crm.write_text(
        crm.read_text().replace("controller: mill", "controller: {column: name, values: {X: mill}}")
        + f"        prohibitions: [{banned}]\n"
    )
    said = strays.does("why", "crm.message.email", "2", "--at", DAY)
    assert "not justified, but nothing says whose it is, so it is kept and reported" in said
    assert "the next retention run" not in said


def test_a_plan_tells_what_may_lead_to_nobody_from_what_is_undated(strays: World) -> None:
    """Message 2 leads to nobody, and customer 8 is without a contact (R-VI.2)."""
    said = strays.does("plan", "--at", DAY)
    told = dict(
        line.split(", so kept and reported: ") for line in said.splitlines() if "so kept" in line
    )
    assert "crm.customer" in told["undated"]
    assert "crm.message 1" in told["undated, or leading to nobody"]
    assert "crm.message" not in told["undated"]


def test_a_record_of_theirs_that_does_not_tell_its_controller_is_left_and_told(
    world: World,
) -> None:
    """Nobody may end it until it tells: it is not said to be erased, and the case is answered."""
    says = "        controller: {column: whose, values: {M: mill}}\n        columns:\n"
    messages = MESSAGES.replace(", identifier: email", "").replace("        columns:\n", says)
    messages = messages.replace(
        "customer_id, type: integer}", "customer_id, type: integer}\n          - {name: whose}"
    )
    with (world.folder / "policy" / "crm.yaml").open("a") as policy:
        policy.write(messages)
    for statement in (
        (
            "CREATE TABLE message (id INTEGER PRIMARY KEY, customer_id INTEGER "
            "REFERENCES customer (id), whose VARCHAR(5), email VARCHAR(80))"
        ),
        "CREATE INDEX message_customer ON message (customer_id)",
        "INSERT INTO message VALUES (1, 1, 'M', 'a'), (2, 1, NULL, 'b')",
    ):
        world.change("crm", statement)
    said = world.does("subject", "erase", *ANNA, "--yes", "--at", DAY)
    assert "crm.message:2 leads to theirs, and nothing says of which controller it is" in said
    assert f"{TOLD} So we have not erased any of this." in letter(world)
    assert [row[0] for row in world.contents()["crm.message"]] == [2]
