"""Rows that lead to people by what is unique, as mail by its addresses (ADR 0038; R-IX.6)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
import sqlalchemy as sa

from doelbinding.binding.circumstances import Circumstances, Stop, StopKind
from doelbinding.conformance.holding import hold_equal
from doelbinding.conformance.world import World
from doelbinding.jobs.retention import growing
from doelbinding.plan.document import written
from doelbinding.policy.errors import PolicyErrors
from doelbinding.policy.model import Policy
from doelbinding.retention.planner import Planner
from doelbinding.stores.sql.store import SqlStore
from tests.integration.one_night import AT, planned, policy_of
from tests.integration.one_table import say

UNIQUE = "        unique: [[email]]\n"
STORE = """\
      - id: customer
        label: {en: Customers}
        table: customer
        key: [id]
        controller: mill
        person: true
        collected: joined
UNIQUE        columns:
          - {name: id, type: integer}
          - {name: email, category: email, identifier: email}
          - {name: joined, type: date}
          - {name: seen, type: date}
        events: {contact.last: {column: seen}}
        bindings: [{activity: customers, columns: ['*']}]
      - id: mail
        label: {en: Mail}
        table: mail
        key: [id]
        collected: sent
        subjects:
          - {to: customer, columns: [sender], references: [email]}
          - {to: customer, columns: [recipient], references: [email]}
        columns:
          - {name: id, type: integer}
          - {name: sender}
          - {name: recipient}
          - {name: body, category: history}
          - {name: sent, type: date}
        bindings: [{activity: customers, columns: ['*']}]
"""
CUSTOMER = "CREATE TABLE customer (id INT PRIMARY KEY, email VARCHAR(40), joined DATE, seen DATE)"
MAIL = (
    "CREATE TABLE mail (id INT PRIMARY KEY, sender VARCHAR(40), recipient VARCHAR(40), "
    "body VARCHAR(40), sent DATE)"
)
PEOPLE = 14
ENDED = (
    "INSERT INTO customer VALUES (1, 'anna@example.com', '2019-01-01', '2019-01-02')",
    "INSERT INTO mail VALUES (1, 'anna@example.com', 'anna@example.com', 'x', '2019-01-02')",
)


def _policy(*, unique: bool) -> Policy:
    return policy_of(STORE.replace("UNIQUE", UNIQUE if unique else ""))


def _left(number: int) -> datetime:
    return datetime(2026, 1, 1, 9, tzinfo=UTC) + timedelta(days=10 * number)


def _said(people: list[int]) -> Circumstances:
    """Give stops of people, each set at a moment of its own."""
    return Circumstances(
        stops=tuple(
            Stop(
                id=f"case-{number}",
                controller="mill",
                kind=StopKind.ERASURE,
                phases=frozenset({"customers/active"}),
                set_at=_left(number),
                subjects={"s.customer": frozenset({(number,)})},
            )
            for number in people
        )
    )


def _fill(engine: sa.Engine, chance: Random) -> None:
    """Make customers of whom some left, and mail from before and after, to anyone or nobody."""
    say(engine, CUSTOMER.replace("email VARCHAR(40)", "email VARCHAR(40) UNIQUE"), MAIL)
    left = (_left(n).date().isoformat() for n in range(0, PEOPLE, 2))
    days = ["2025-06-01", *left, "2026-09-01"]
    addresses = [None, "nobody@example.com", *(f"c{n}@example.com" for n in range(PEOPLE))]
    customers = [
        {
            "id": n,
            "email": chance.choice([f"c{n}@example.com", f"c{n}@example.com", None]),
            "joined": chance.choice([None, *days[:3]]),
            "seen": chance.choice([None, "2020-01-01", "2026-06-01", "2026-06-02"]),
        }
        for n in range(PEOPLE)
    ]
    mail = [
        {
            "id": n,
            "sender": chance.choice(addresses),
            "recipient": chance.choice(addresses),
            "body": "x",
            "sent": chance.choice([None, *days]),
        }
        for n in range(60)
    ]
    with engine.begin() as connection:
        for name, rows in (("customer", customers), ("mail", mail)):
            columns = ", ".join(f":{column}" for column in rows[0])
            connection.execute(sa.text(f"INSERT INTO {name} VALUES ({columns})"), rows)  # noqa: S608


@pytest.mark.parametrize("unique", [True, False])
@pytest.mark.parametrize("seed", range(4))
def test_what_is_left_is_what_the_oracle_leaves(
    everywhere: sa.Engine, unique: bool, seed: int
) -> None:
    chance = Random(seed)  # noqa: S311 - so that it can be made again
    _fill(everywhere, chance)
    policy = _policy(unique=unique)
    said = _said(sorted(chance.sample(range(PEOPLE), PEOPLE // 2)))
    world = World(policy=policy, at=AT, circumstances=said, tables={})
    hold_equal(world, {"s": SqlStore(policy.stores[0], everywhere, batch=2)})


def test_a_plan_is_the_same_however_many_people_said_something() -> None:
    policy = _policy(unique=True)
    plans = [
        Planner(policy=policy, at=AT, circumstances=_said(list(range(1, many)))).retention("0" * 64)
        for many in (3, 130)
    ]
    few, many = (len(written(plan)) for plan in plans)
    assert few == many


@pytest.mark.parametrize("made", ["", " UNIQUE"])
def test_what_is_said_to_be_unique_is_so_in_the_database(everywhere: sa.Engine, made: str) -> None:
    say(everywhere, CUSTOMER.replace("email VARCHAR(40)", f"email VARCHAR(40){made}"), MAIL, *ENDED)
    store, plan = planned(everywhere, STORE.replace("UNIQUE", UNIQUE))
    told = [f"{one.gravity}: {one.ref}: {one.message}" for one in store.preflight(plan.steps)]
    found = [one for one in told if "unique" in one]
    refused = "refuses: s.customer: the policy says that (email) is unique, and the table does not"
    assert found == ([] if made else [refused])


ATTACHMENTS = """\
      - id: attachment
        label: {en: Attachments}
        table: attachment
        key: [id]
        subject: {to: mail, columns: [mail_id]}
        columns:
          - {name: id, type: integer}
          - {name: mail_id, type: integer}
          - {name: name, category: history}
          - {name: made, type: date}
        events: {order.placed: {column: made}}
        bindings: [{activity: orders, columns: ['*']}]
"""
ATTACHMENT = (
    "CREATE TABLE attachment (id INT PRIMARY KEY, mail_id INT, name VARCHAR(40), made DATE)",
    "INSERT INTO mail VALUES (1, 'anna@example.com', NULL, NULL, '2026-09-02')",
    "INSERT INTO attachment VALUES (1, 1, 'x', '2010-01-01')",
)
CUSTOMER_ANNA = (
    "INSERT INTO customer (id, email, joined, seen) "
    "VALUES (1, 'anna@example.com', NULL, '2026-09-01')"
)
OVER_TIME = "email VARCHAR(40), a DATE DEFAULT '2020-01-01', b DATE DEFAULT '2030-01-01', "
OVER_TIME += "PERIOD FOR p (a, b), UNIQUE (email, p WITHOUT OVERLAPS)"


@pytest.mark.parametrize(
    ("name", "email", "more", "holds"),
    [
        ("sqlite", "email VARCHAR(40)", (), False),
        ("sqlite", "email VARCHAR(40) UNIQUE", (), True),
        (
            "sqlite",
            "email VARCHAR(40)",
            ("CREATE UNIQUE INDEX u ON customer(email)WHERE id<2",),
            False,
        ),
        (
            "sqlite",
            "email VARCHAR(40)",
            ("CREATE UNIQUE INDEX u ON customer(lower(email))",),
            False,
        ),
        ("postgresql", "email VARCHAR(40) UNIQUE", (), True),
        (
            "postgresql",
            "email VARCHAR(40) UNIQUE",
            ("CREATE TABLE heir () INHERITS (customer)",),
            False,
        ),
        (
            "postgresql",
            "email VARCHAR(40)",
            ("CREATE UNIQUE INDEX u ON customer (email) WHERE id < 2",),
            False,
        ),
        ("mariadb", "email VARCHAR(40) UNIQUE", (), True),
        ("mariadb", OVER_TIME, (), False),
    ],
)
def test_what_plans_rely_on_is_looked_at_also_where_nothing_goes(
    request: pytest.FixtureRequest, name: str, email: str, more: tuple[str, ...], holds: bool
) -> None:
    """A plan about attachments alone, of mail of customers of whom nothing goes."""
    engine: sa.Engine = request.getfixturevalue(name)
    say(engine, CUSTOMER.replace("email VARCHAR(40)", email), *more, MAIL)
    say(engine, CUSTOMER_ANNA, *ATTACHMENT)
    store, plan = planned(engine, STORE.replace("UNIQUE", UNIQUE) + ATTACHMENTS)
    assert {step.dataset for step in plan.steps} == {"attachment"}
    told = [one for one in store.preflight(plan.steps) if "is unique" in one.message]
    assert [one.ref for one in told] == ([] if holds else ["s.customer"])


def test_what_is_unique_in_a_table_that_is_not_there_is_refused(sqlite: sa.Engine) -> None:
    say(sqlite, CUSTOMER, MAIL, CUSTOMER_ANNA, *ATTACHMENT)
    store, plan = planned(sqlite, STORE.replace("UNIQUE", UNIQUE) + ATTACHMENTS)
    say(sqlite, "DROP TABLE customer")
    assert "there is no table 'customer'" in [one.message for one in store.preflight(plan.steps)]


@pytest.mark.parametrize(("unique", "people", "told"), [
    (False, 30, ["s.mail"]), (False, 5, []), (True, 30, []),
])  # fmt: skip
def test_that_a_plan_grows_is_told(unique: bool, people: int, told: list[str]) -> None:
    said = _said(list(range(people)))
    planner = Planner(policy=_policy(unique=unique), at=AT, circumstances=said)
    assert [one.ref for one in growing(planner)] == told


def test_a_column_that_is_not_there_is_not_unique() -> None:
    with pytest.raises(PolicyErrors, match=r"unique\[0\]\[0\]: .*'mails'"):
        policy_of(STORE.replace("UNIQUE", UNIQUE.replace("email", "mails")))
