"""What the letter about an erasure says of rows that lead to others too (Art. 12(4), R-IX.3)."""

# ruff: noqa: RUF001 - the letter sets apostrophes and dashes

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from doelbinding.binding.circumstances import NOTHING_SAID, Circumstances, Hold, HoldKind
from doelbinding.plan.journal import MemoryJournal
from doelbinding.plan.run import Bound, run
from doelbinding.plan.survey import surveyed
from doelbinding.policy.vocabulary import Right
from doelbinding.retention.planner import Planner
from doelbinding.rights.answer import Case, erasure_letter, write_access
from doelbinding.rights.erasure import ErasureDecision, Undecided, decide_requests
from doelbinding.rights.phases import Claim
from doelbinding.stores.sql.store import SqlStore
from tests.integration.test_paths import (
    AT,
    LATELY,
    LONG_AGO,
    POLICY,
    Fill,
    engine,
    erased,
    fill,
    left,
)
from tests.integration.test_through import SHOP, taken

__all__ = ["engine", "fill"]

KEPT, SHARED = "WHAT WE KEEP, AND WHY", "WHAT IS SOMEBODY ELSE"
ENDS = "up to and including 1 January 2028"
"""Of a relation that ended lately."""


CASE = Case(
    id="case",
    right=Right.ERASURE,
    controller=SHOP,
    language="en",
    received_on=AT.date(),
    due_on=date(2026, 7, 1),
    answered_on=AT.date(),
)


def decided(
    engine: sa.Engine, name: str, said: Circumstances = NOTHING_SAID
) -> tuple[str, ErasureDecision]:
    """Give the letter to somebody who asks to be erased, on one line, and what was decided."""
    inventory = taken(engine, name, said)
    (decision,), _ = decide_requests(
        [Undecided(inventory=inventory, claim=Claim(), case="case")], said
    )
    written = erasure_letter(
        policy=POLICY, case=CASE, inventory=inventory, decision=decision, verified=True
    )
    return " ".join(written["letter.txt"].split()), decision


def part(letter: str, title: str) -> str:
    """Give what a letter says under a heading, up to the next; nothing if it has no such part."""
    _, _, after = letter.partition(title)
    for other in (
        "WHAT WE HAVE ERASED",
        "WHAT WE STOP DOING",
        KEPT,
        SHARED,
        "BACKUPS",
        "QUESTIONS, OR A COMPLAINT?",
    ):
        after = after.partition(other)[0]
    return after


@pytest.fixture
def messages(fill: Fill) -> None:
    """Ann's relation goes on, Ben's ended lately, those of Cem and Dee are over."""
    fill("customer", "id, email, ended, name", (1, "ann@x.example", None, "a"),
         (2, "ben@x.example", LATELY, "b"), (3, "cem@x.example", LONG_AGO, "c"),
         (4, "dee@x.example", LONG_AGO, "d"))  # fmt: skip


def message(fill: Fill, sender: int, receiver: int, tags: str | None = None) -> None:
    fill("message", "thread, no, from_id, to_id, sent, words, tags",
         (1, 1, sender, receiver, LATELY if tags else LONG_AGO, "w", tags))  # fmt: skip


@pytest.mark.usefixtures("messages")
def test_what_the_persons_own_contract_keeps_is_told_with_purpose_basis_and_end(
    engine: sa.Engine, fill: Fill
) -> None:
    message(fill, 3, 2)
    letter, _ = decided(engine, "ben")
    kept = part(letter, KEPT)
    assert "messages (1 record) – words Why: Relations – Performance of a contract with you" in kept
    assert f"Until when: {ENDS}" in kept
    assert "somebody else" not in letter.lower()


@pytest.mark.usefixtures("messages")
def test_what_only_anothers_contract_keeps_is_said_to_be_somebody_elses_too(
    engine: sa.Engine, fill: Fill
) -> None:
    message(fill, 3, 2)
    letter, decision = decided(engine, "cem")
    assert "messages" not in part(letter, KEPT)
    assert "- messages: words" in part(letter, SHARED)
    assert ENDS not in letter
    assert not decision.phases  # the contract is another's


@pytest.mark.usefixtures("messages")
def test_a_value_that_both_need_is_told_with_the_persons_own_end_and_that_it_may_outlast_it(
    engine: sa.Engine, fill: Fill
) -> None:
    message(fill, 1, 2)
    letter, _ = decided(engine, "ben")
    kept = part(letter, KEPT)
    assert (
        f"Until when: {ENDS}; it is somebody else’s too, and may stay longer for that person"
        in kept
    )
    assert SHARED not in letter


@pytest.mark.usefixtures("messages")
def test_one_row_may_have_what_is_kept_for_the_person_and_what_is_kept_for_another(
    engine: sa.Engine, fill: Fill
) -> None:
    message(fill, 2, 3, tags="t")
    letter, _ = decided(engine, "cem")
    assert "messages (1 record) – tags Why: Talking" in part(letter, KEPT)
    assert "- messages: words" in part(letter, SHARED)
    letter, _ = decided(engine, "ben")
    assert "words" in part(letter, KEPT)
    assert "tags" in part(letter, KEPT)
    assert SHARED not in letter


@pytest.mark.usefixtures("messages")
def test_what_nobody_needs_any_more_is_said_to_go_from_a_shared_row(
    engine: sa.Engine, fill: Fill
) -> None:
    message(fill, 3, 4)
    letter, decision = decided(engine, "cem")
    assert "- messages: in 1 record, only words" in part(letter, "WHAT WE HAVE ERASED")
    assert "somebody else" not in letter.lower()
    assert all(fate.erased for fate in decision.fates)
    erased(engine, 3)
    assert left(engine, "SELECT words FROM message") == []


@pytest.mark.usefixtures("messages")
def test_an_answer_does_not_show_who_somebody_else_is(
    engine: sa.Engine, fill: Fill, tmp_path: Path
) -> None:
    message(fill, 3, 2)
    found = taken(engine, "cem", NOTHING_SAID)
    case = replace(CASE, right=Right.ACCESS)
    write_access(tmp_path, policy=POLICY, case=case, inventory=found)
    told = json.loads((tmp_path / "access.json").read_text())
    datasets = {one["dataset"]: one["records"] for one in told["datasets"]}
    (record,) = datasets["message"]
    shown = {value["field"] for value in record["values"]}
    assert record["shared"]
    assert shown == {"thread", "no", "from_id", "sent", "words"}


@pytest.mark.usefixtures("messages")
def test_a_hold_is_told_to_whom_it_is_about_and_to_nobody_else(
    engine: sa.Engine, fill: Fill
) -> None:
    message(fill, 3, 4)
    hold = Hold(
        id="hold",
        controller=SHOP.id,
        kind=HoldKind.LEGAL_CLAIM,
        subjects={"crm.customer": frozenset({(3,)})},
        review_on=date(2027, 1, 1),
    )
    said = replace(NOTHING_SAID, holds=(hold,))
    letter, _ = decided(engine, "cem", said)
    assert "messages (1 record) – words Why: Needed for a court case" in part(letter, KEPT)
    assert SHARED not in letter
    letter, _ = decided(engine, "dee", said)
    assert "- messages: words" in part(letter, SHARED)
    assert "court case" not in letter


def test_an_address_is_told_by_the_paths_that_are_the_persons_own(
    engine: sa.Engine, fill: Fill
) -> None:
    fill("customer", "id, email, ended, name", (1, "ann@x.example", LATELY, "a"),
         (2, "ben@x.example", None, "b"))  # fmt: skip
    fill("address", "id, street, bell", (1, "s", "of Ben"))
    fill("residence", "customer_id, address_id", (1, 1))
    fill("orders", "id, customer_id, note", (1, 2, "n"))
    fill("delivery", "order_id, address_id", (1, 1))
    letter, _ = decided(engine, "ann")
    assert "addresses (1 record) – street" in part(letter, KEPT)
    assert "- addresses: bell" in part(letter, SHARED)


def test_what_also_leads_to_a_row_of_nobody_is_not_said_to_be_erased(
    engine: sa.Engine, fill: Fill
) -> None:
    """Whose the order is, nothing tells: the address may be theirs, so a run keeps it."""
    fill("customer", "id, email, ended, name", (1, "ann@x.example", LONG_AGO, "a"))
    fill("orders", "id, customer_id, note", (1, None, "n"))
    fill("address", "id, street", (1, "Molenweg"))
    fill("residence", "customer_id, address_id, since", (1, 1, "2020"))
    fill("delivery", "order_id, address_id, wish", (1, 1, "w"))
    letter, decision = decided(engine, "ann")
    erased(engine, 1)
    assert left(engine, "SELECT street FROM address") == [("Molenweg",)]
    fates = {f"{f.row.place.dataset.id}.{f.value.column.name}": f.erased for f in decision.fates}
    assert fates == {
        "customer.name": True, "residence.since": True, "address.street": False,
    }  # fmt: skip
    assert "- addresses: street" in part(letter, SHARED)


def done(engine: sa.Engine, name: str) -> str:
    """Carry out what is decided of somebody who asks to be erased, and give the letter."""
    letter, decision = decided(engine, name)
    subjects = decision.stops[0].subjects
    stores = {store.id: SqlStore(store, engine) for store in POLICY.stores}
    planner = Planner(policy=POLICY, at=AT, circumstances=Circumstances(stops=decision.stops))
    keys = planner.about(subjects, SHOP).key_sets
    draft = planner.of_subject("0" * 64, subjects, SHOP, "case")
    plan = surveyed(draft, stores, keys, b"secret")
    assert run(plan, stores, keys, MemoryJournal(), bound=Bound()).verified
    return letter


@pytest.mark.parametrize("guest", ["guest", None], ids=["shared", "her own"])
@pytest.mark.parametrize("dates", [(None, LATELY), (LATELY, None)], ids=["first", "last"])
def test_what_is_undated_does_not_end_what_a_contract_certainly_keeps_of_a_shared_row(
    engine: sa.Engine, fill: Fill, dates: tuple[str | None, ...], guest: str | None
) -> None:
    """Whichever row comes first: of her own rows alone what is undated goes."""
    fill("party", "id, email", (1, "ann@x.example"), (2, "ben@x.example"))
    for number, made in enumerate(dates):
        fill("visit", "id, host_id, other_id, other_is, made, words",
             (number, 1, 2, "guest" if made else guest, made, made or "undated"))  # fmt: skip
    letter = done(engine, "ann")
    kept = part(letter, KEPT)
    assert "words Why: Hosting – Performance of a contract with you" in kept
    assert "Until when: up to and including 1 January 2027" in kept
    words = {words for (words,) in left(engine, "SELECT words FROM visit")}
    assert words == {LATELY, *(["undated"] if guest else [])}


def test_a_row_that_stays_for_a_column_in_which_nothing_stands_is_not_said_to_be_gone(
    engine: sa.Engine, fill: Fill
) -> None:
    """A contract keeps her name, also where there is none."""
    fill("party", "id, email, phone", (1, "ann@x.example", "06"))
    fill("visit", "id, host_id, made, owes", (1, 1, LATELY, 1))
    letter = done(engine, "ann")
    assert left(engine, "SELECT id, phone FROM party") == [(1, None)]
    assert "- parties: in 1 record, only phone" in part(letter, "WHAT WE HAVE ERASED")


def test_a_request_ends_also_what_keeps_a_row_for_a_column_in_which_nothing_stands(
    engine: sa.Engine, fill: Fill
) -> None:
    """An interest in her number keeps nothing of her who objects, also where there is none."""
    fill("party", "id, email, name", (1, "ann@x.example", "a"))
    fill("visit", "id, host_id, made, owes, words", (1, 1, LONG_AGO, 1, "w"))
    letter = done(engine, "ann")
    assert left(engine, "SELECT id FROM party") == []
    assert "- parties: 1 record" in part(letter, "WHAT WE HAVE ERASED")


def test_a_contract_that_certainly_lives_for_a_row_without_values_goes_on(
    engine: sa.Engine, fill: Fill
) -> None:
    """What is undated beside it goes, and is no reason to let go of the row that it needs."""
    fill("party", "id, email", (1, "ann@x.example"))
    fill("visit", "id, host_id, made, words", (1, 1, None, "undated"), (2, 1, LATELY, None))
    letter = done(engine, "ann")
    assert left(engine, "SELECT id FROM visit") == [(2,)]
    assert "- visits: 1 record" in part(letter, "WHAT WE HAVE ERASED")
