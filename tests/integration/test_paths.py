"""Every kind of path from a row to people, on every database (DESIGN §1; R-II.5, R-IX.3)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from doelbinding.binding.circumstances import (
    NOTHING_SAID,
    Circumstances,
    Restriction,
    Stop,
    StopKind,
)
from doelbinding.plan.journal import MemoryJournal
from doelbinding.plan.model import Plan
from doelbinding.plan.run import Bound, run
from doelbinding.plan.survey import surveyed
from doelbinding.policy.load import load
from doelbinding.retention.planner import Planner
from doelbinding.stores.sql.store import SqlStore

POLICY = load(Path(__file__).parents[1] / "policies" / "paths")
AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
LONG_AGO, LATELY = "2020-01-01", "2026-01-01"
TABLES = (
    (
        "customer (id integer primary key, email varchar(80), ended date, best_order integer, "
        "recruited_by integer references customer (id), name varchar(80))"
    ),
    "prospect (id integer primary key, email varchar(80), phone varchar(80))",
    "supplier (code varchar(20) primary key, ended date, name varchar(80))",
    (
        "orders (id integer primary key, customer_id integer references customer (id), "
        "note varchar(80))"
    ),
    (
        "message (thread integer, no integer, from_id integer references customer (id), "
        "to_id integer references customer (id), sent date, words varchar(80), tags varchar(80), "
        "primary key (thread, no))"
    ),
    (
        "letter (id integer primary key, sender_id integer references customer (id), "
        "reader_id integer references customer (id), heading varchar(80), body varchar(80))"
    ),
    (
        "remark (id integer primary key, about varchar(20), customer_id integer, "
        "supplier_code varchar(20), remark varchar(80))"
    ),
    "team (id integer primary key, motto varchar(80))",
    (
        "membership (team_id integer references team (id), "
        "customer_id integer references customer (id), role varchar(80), "
        "primary key (team_id, customer_id))"
    ),
    (
        "gift (id integer primary key, team_id integer references team (id), "
        "customer_id integer references customer (id), thing varchar(80), card varchar(80))"
    ),
    "address (id integer primary key, street varchar(80), bell varchar(80))",
    (
        "residence (customer_id integer primary key references customer (id), "
        "address_id integer references address (id), since varchar(80))"
    ),
    (
        "delivery (order_id integer primary key references orders (id), "
        "address_id integer references address (id), wish varchar(80))"
    ),
    "party (id integer primary key, email varchar(80), name varchar(80), phone varchar(80))",
    (
        "visit (id integer primary key, host_id integer, other_id integer, other_is varchar(20), "
        "made date, owes integer, words varchar(80))"
    ),
    "phonecall (id integer primary key, caller varchar(80), made date, voice varchar(80))",
)

Fill = Callable[..., None]


@pytest.fixture
def engine(everywhere: sa.Engine) -> sa.Engine:
    with everywhere.begin() as connection:
        for table in TABLES:
            connection.execute(sa.text(f"CREATE TABLE {table}"))
    return everywhere


@pytest.fixture
def fill(engine: sa.Engine) -> Fill:
    """Insert rows: a table, its columns, and their values."""

    def insert(table: str, columns: str, *rows: tuple[object, ...]) -> None:
        names = [name.strip() for name in columns.split(",")]
        places = ", ".join(f":{name}" for name in names)
        with engine.begin() as connection:
            for row in rows:
                connection.execute(
                    sa.text(f"INSERT INTO {table} ({columns}) VALUES ({places})"),  # noqa: S608 - ours
                    dict(zip(names, row, strict=True)),
                )

    return insert


def left(engine: sa.Engine, asked: str) -> list[tuple[object, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text(asked))]


def retained(engine: sa.Engine, said: Circumstances = NOTHING_SAID) -> Plan:
    """Run retention on both stores, verified, and give its plan."""
    stores = {store.id: SqlStore(store, engine, batch=2) for store in POLICY.stores}
    planner = Planner(policy=POLICY, at=AT, circumstances=said)
    keys = planner.stopped.key_sets
    plan = surveyed(planner.retention("0" * 64), stores, keys, b"secret")
    outcome = run(plan, stores, keys, MemoryJournal(), bound=Bound())
    assert outcome.verified
    assert outcome.changed == {step.id: step.expected for step in plan.steps}
    return plan


def erased(engine: sa.Engine, customer: int) -> None:
    """Erase a customer whose every phase was stopped."""
    subjects = {"crm.customer": frozenset({(customer,)})}
    stop = Stop(
        id="stop",
        controller="shop",
        kind=StopKind.ERASURE,
        phases=frozenset({"relations/active", "talking/active", "calling/active"}),
        set_at=AT,
        subjects=subjects,
    )
    stores = {store.id: SqlStore(store, engine, batch=2) for store in POLICY.stores}
    planner = Planner(policy=POLICY, at=AT, circumstances=Circumstances(stops=(stop,)))
    (controller,) = POLICY.controllers
    keys = planner.about(subjects, controller).key_sets
    draft = planner.of_subject("0" * 64, subjects, controller, "case")
    plan = surveyed(draft, stores, keys, b"secret")
    outcome = run(plan, stores, keys, MemoryJournal(), bound=Bound())
    assert outcome.verified
    assert outcome.changed == {step.id: step.expected for step in plan.steps}


def test_a_message_stays_while_one_of_the_two_needs_it(engine: sa.Engine, fill: Fill) -> None:
    fill("customer", "id, ended, name", (1, LONG_AGO, "a"), (2, None, "b"), (3, LONG_AGO, "c"))
    fill("message", "thread, no, from_id, to_id, sent, words",
         (1, 1, 1, 2, LONG_AGO, "x"), (1, 2, 1, 3, LONG_AGO, "y"))  # fmt: skip
    retained(engine)
    assert left(engine, "SELECT thread, no, words FROM message") == [(1, 1, "x")]
    assert left(engine, "SELECT id, name FROM customer ORDER BY id") == [(1, None), (2, "b")]


def test_what_a_message_itself_tells_is_asked_of_it(engine: sa.Engine, fill: Fill) -> None:
    fill("customer", "id, name", (1, "a"), (2, "b"))
    fill("message", "thread, no, from_id, to_id, sent, words, tags",
         (1, 1, 1, 2, LONG_AGO, "x", "old"), (1, 2, 1, 2, LATELY, "y", "new"))  # fmt: skip
    retained(engine)
    assert left(engine, "SELECT words, tags FROM message ORDER BY no") == [
        ("x", None), ("y", "new"),
    ]  # fmt: skip


def test_erasing_the_sender_leaves_the_receiver_what_their_purpose_needs(
    engine: sa.Engine, fill: Fill
) -> None:
    fill("customer", "id, name", (1, "a"), (2, "b"))
    fill("message", "thread, no, from_id, to_id, sent, words",
         (1, 1, 1, 2, LATELY, "x"), (2, 1, 1, 1, None, "to myself"))  # fmt: skip
    erased(engine, 1)
    assert left(engine, "SELECT thread, words FROM message") == [(1, "x")]
    assert left(engine, "SELECT id, name FROM customer ORDER BY id") == [(1, None), (2, "b")]


def test_the_owner_of_a_remark_is_told_by_type_and_id(engine: sa.Engine, fill: Fill) -> None:
    fill("customer", "id, ended, name", (1, LONG_AGO, "a"))
    fill("supplier", "code, ended, name", ("S1", None, "s"), ("S2", LONG_AGO, "t"))
    fill("remark", "id, about, customer_id, supplier_code, remark",
         (1, "customer", 1, None, "gone"), (2, "supplier", 1, "S1", "stays"),
         (3, "supplier", None, "S2", "gone"), (4, "partner", 1, "S2", "nobody's"))  # fmt: skip
    plan = retained(engine)
    assert left(engine, "SELECT id, remark FROM remark ORDER BY id") == [
        (2, "stays"), (4, "nobody's"),
    ]  # fmt: skip
    assert [doubt.rows for doubt in plan.doubts if doubt.dataset == "remark"] == [1]


def test_a_team_goes_with_its_last_member(engine: sa.Engine, fill: Fill) -> None:
    fill("customer", "id, ended, name", (1, LONG_AGO, "a"), (2, None, "b"))
    fill("team", "id, motto", (1, "one"), (2, "two"))
    fill("membership", "team_id, customer_id, role", (1, 1, "x"), (1, 2, "y"), (2, 1, "z"))
    retained(engine)
    assert left(engine, "SELECT id FROM team") == [(1,)]
    assert left(engine, "SELECT team_id, customer_id FROM membership") == [(1, 2)]


def test_a_restricted_motto_keeps_the_membership_that_makes_it_somebodys(
    engine: sa.Engine, fill: Fill
) -> None:
    fill("customer", "id, ended, name", (1, LONG_AGO, "a"), (2, LONG_AGO, "b"))
    fill("team", "id, motto", (1, "one"), (2, "two"))
    fill("membership", "team_id, customer_id, role", (1, 1, "x"), (1, 2, "y"), (2, 2, "z"))
    contested = Restriction(
        id="res",
        controller="shop",
        subjects={"crm.customer": frozenset({(1,)})},
        columns=frozenset({"crm.team.motto"}),
    )
    for _ in range(2):  # and again the night after
        retained(engine, Circumstances(restrictions=(contested,)))
        assert left(engine, "SELECT id, motto FROM team") == [(1, "one")]
        assert left(engine, "SELECT customer_id, role FROM membership") == [(1, None)]
        assert left(engine, "SELECT id, name FROM customer") == [(1, None)]


def test_a_restricted_body_keeps_the_sender_by_whom_it_is_somebodys(
    engine: sa.Engine, fill: Fill
) -> None:
    """Though the letter would let go of them: of nobody, nothing would keep it any more."""
    fill("customer", "id, ended, name", (1, LONG_AGO, "a"), (2, LONG_AGO, "b"))
    fill("letter", "id, sender_id, reader_id, heading, body", (1, 1, 2, "h", "of both"),
         (2, 2, 2, "h", "to myself"))  # fmt: skip
    contested = Restriction(
        id="res",
        controller="shop",
        subjects={"crm.customer": frozenset({(1,)})},
        columns=frozenset({"crm.letter.body"}),
    )
    for _ in range(2):  # and again the night after
        retained(engine, Circumstances(restrictions=(contested,)))
        asked = "SELECT id, sender_id, reader_id, heading, body FROM letter"
        assert left(engine, asked) == [(1, 1, None, None, "of both")]
        assert left(engine, "SELECT id, name FROM customer") == [(1, None)]


def test_an_address_is_shared_by_rows_of_several_tables(engine: sa.Engine, fill: Fill) -> None:
    fill("customer", "id, ended, name", (1, LONG_AGO, "a"), (2, None, "b"))
    fill("address", "id, street", (1, "lives and receives"), (2, "lives"), (3, "of nobody"))
    fill("residence", "customer_id, address_id", (1, 1), (2, 2))
    fill("orders", "id, customer_id, note", (1, 2, "n"), (2, 1, "m"))
    fill("delivery", "order_id, address_id", (1, 1), (2, 2))
    retained(engine)
    assert left(engine, "SELECT id FROM address ORDER BY id") == [(1,), (2,), (3,)]
    erased(engine, 2)
    assert left(engine, "SELECT id FROM address ORDER BY id") == [(3,)]


def test_a_binding_through_one_path_holds_for_nobody_by_another(
    engine: sa.Engine, fill: Fill
) -> None:
    """The bell is for deliveries: of who only lives there it is not kept; of nobody, unknown."""
    fill("customer", "id, ended, name", (1, LONG_AGO, "a"), (2, None, "b"), (3, None, "c"))
    fill("address", "id, street, bell", (1, "receives no more", "no"), (2, "receives", "yes"),
         (3, "lives", "no"), (4, "of nobody", "?"))  # fmt: skip
    fill("residence", "customer_id, address_id", (1, 2), (2, 3), (3, 1))
    fill("orders", "id, customer_id, note", (1, 1, "n"), (2, 2, "m"))
    fill("delivery", "order_id, address_id", (1, 1), (2, 2))
    plan = retained(engine)
    assert left(engine, "SELECT id, bell FROM address ORDER BY id") == [
        (1, None), (2, "yes"), (3, None), (4, "?"),
    ]  # fmt: skip
    assert [doubt.rows for doubt in plan.doubts if doubt.dataset == "address"] == [1]


def test_what_leads_to_nobody_in_the_end_leads_to_nobody(engine: sa.Engine, fill: Fill) -> None:
    """A gift to a team without members is the customer's alone, or nobody's."""
    fill("customer", "id, ended, name", (1, LONG_AGO, "a"), (2, None, "b"))
    fill("team", "id, motto", (1, "of nobody"), (2, "of b"), (3, "of a"))
    fill("membership", "team_id, customer_id, role", (2, 2, "x"), (3, 1, "gone"))
    fill("gift", "id, team_id, customer_id, thing, card", (1, 1, 1, "gone", "gone"),
         (2, 1, 2, "b's", "no"), (3, 1, None, "?", "?"), (4, 2, 1, "b's", "b's"),
         (5, 3, None, "gone", "gone"))  # fmt: skip
    plan = retained(engine)
    assert left(engine, "SELECT id, thing, card FROM gift ORDER BY id") == [
        (2, "b's", None), (3, "?", "?"), (4, "b's", "b's"),
    ]  # fmt: skip
    assert [doubt.rows for doubt in plan.doubts if doubt.dataset == "gift"] == [1]


def test_references_in_a_circle_and_to_ones_own_table_are_emptied_first(
    engine: sa.Engine, fill: Fill
) -> None:
    fill("customer", "id, ended, name", (1, LONG_AGO, "a"), (2, None, "b"))
    fill("orders", "id, customer_id, note", (7, 1, "n"), (8, 2, "m"))
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE customer SET best_order = id + 6, recruited_by = 1"))
    retained(engine)
    asked = "SELECT id, best_order, recruited_by FROM customer"
    assert left(engine, asked) == [(2, 8, None)]
    assert left(engine, "SELECT id FROM orders") == [(8,)]


def test_rows_of_another_store_date_an_event_by_an_identifier(
    engine: sa.Engine, fill: Fill
) -> None:
    """The latest of all calls counts, however the address is written; no call is undated."""
    fill("prospect", "id, email, phone", (1, "A@x.example", "1"), (2, "b@x.example", "2"),
         (3, "c@x.example", "3"), (4, None, "4"))  # fmt: skip
    fill("phonecall", "id, caller, made, voice", (1, " a@X.example", LATELY, "v"),
         (2, "a@x.example", LONG_AGO, "v"), (3, "B@x.example", LONG_AGO, "v"))  # fmt: skip
    plan = retained(engine)
    assert left(engine, "SELECT id FROM prospect ORDER BY id") == [(1,), (3,), (4,)]
    assert left(engine, "SELECT id FROM phonecall") == [(1,)]
    assert [doubt.rows for doubt in plan.doubts if doubt.dataset == "prospect"] == [2]


def test_rows_tell_events_and_states_by_each_path_that_holds_for_them(
    engine: sa.Engine, fill: Fill
) -> None:
    """By a second path too; and not of whoever has the number where the row says another type."""
    fill("party", "id, name, phone", *((n, "name", "phone") for n in (1, 2, 3, 4)))
    fill("visit", "id, host_id, other_id, other_is, made, owes",
         (1, 1, None, None, LATELY, 0), (2, None, 2, "guest", LATELY, 1),
         (3, 3, None, None, LONG_AGO, 0), (4, 1, 3, "room", LATELY, 1),
         (5, 1, 4, "room", LONG_AGO, 1), (6, 1, 4, None, LONG_AGO, 1))  # fmt: skip
    plan = retained(engine)
    assert left(engine, "SELECT id, name, phone FROM party ORDER BY id") == [
        (1, "name", "phone"), (2, "name", "phone"), (4, "name", None),
    ]  # fmt: skip
    assert [doubt.rows for doubt in plan.doubts if doubt.dataset == "party"] == [1]


def test_a_value_that_stands_for_nothing_is_read_as_null(engine: sa.Engine, fill: Fill) -> None:
    fill("customer", "id, ended, name", (1, "9999-12-31", "still going on"), (2, LONG_AGO, "gone"))
    retained(engine)
    assert left(engine, "SELECT id FROM customer") == [(1,)]
