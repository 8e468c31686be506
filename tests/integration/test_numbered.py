"""Dated rows that lead to people by what several have, and stops of these (ADR 0042; R-IX.6)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa

from doelbinding.binding import leads
from doelbinding.binding.circumstances import Circumstances, Stop, StopKind
from doelbinding.binding.expression import NO, YES
from doelbinding.conformance.holding import hold_equal
from doelbinding.conformance.world import World
from doelbinding.jobs.retention import growing
from doelbinding.plan import numbering
from doelbinding.plan.document import written
from doelbinding.plan.numbering import NumbersShort
from doelbinding.plan.survey import surveyed
from doelbinding.policy.model import Policy
from doelbinding.retention.planner import Planner
from doelbinding.stores.sql.store import SqlStore
from tests.integration.one_night import AT, policy_of
from tests.integration.one_table import say
from tests.integration.oracle.mutants import replaced

PEOPLE = 14
PERSON = """\
      - id: customer
        label: {en: Customers}
        table: customer
        key: [id]
        controller: mill
        person: true
        columns:
          - {name: id, type: integer}
          - {name: email, category: email, identifier: email}
          - {name: home, type: integer}
          - {name: seen, type: date}
        events: {contact.last: {column: seen}}
        bindings: [{activity: customers, columns: ['*']}]
"""
MESSAGE = """\
      - id: message
        label: {en: Messages}
        table: message
        key: [id]
        collected: sent
        SUBJECT
        columns:
          - {name: id, type: integer}
          - {name: talk_id, type: integer}
          - {name: address}
          - {name: sender}
          - {name: body, category: history}
          - {name: sent, type: date}
        bindings: [{activity: customers, columns: ['*']}]
"""
TALKS = """\
      - id: talk
        label: {en: Conversations}
        table: talk
        key: [id]
        subject: {shared_by: member, columns: [talk_id]}
        columns:
          - {name: id, type: integer}
          - {name: about, category: history}
        bindings: [{activity: customers, columns: ['*']}]
      - id: member
        label: {en: Who takes part}
        table: member
        key: [talk_id, place]
        subject: {to: customer, columns: [customer_id]}
        columns:
          - {name: talk_id, type: integer}
          - {name: place, type: integer}
          - {name: customer_id, type: integer}
          - {name: alias, category: history}
        bindings: [{activity: customers, columns: ['*']}]
"""
HOMES = """\
      - id: home
        label: {en: Homes}
        table: home
        key: [id]
        subject: {shared_by: customer, columns: [home]}
        columns:
          - {name: id, type: integer}
          - {name: address, category: address}
        bindings: [{activity: customers, columns: ['*']}]
"""
PATHS = {
    "by-addresses": """\
subjects:
          - {to: customer, columns: [sender], references: [email]}
          - {to: customer, columns: [address], references: [email]}""",
    "in-talks": "subject: {to: talk, columns: [talk_id]}",
    "by-either": """\
subjects:
          - {to: customer, columns: [address], references: [email]}
          - {to: talk, columns: [talk_id]}""",
    "by-homes": """\
subjects:
          - {to: customer, columns: [talk_id]}
          - {to: home, columns: [address], references: [address]}""",
}
TABLES = (
    "CREATE TABLE customer (id INT PRIMARY KEY, email VARCHAR(40), home INT, seen DATE)",
    "CREATE TABLE home (id INT PRIMARY KEY, address VARCHAR(40))",
    "CREATE TABLE talk (id INT PRIMARY KEY, about VARCHAR(40))",
    (
        "CREATE TABLE member (talk_id INT, place INT, customer_id INT, alias VARCHAR(40), "
        "PRIMARY KEY (talk_id, place))"
    ),
    (
        "CREATE TABLE message (id INT PRIMARY KEY, talk_id INT, address VARCHAR(40), "
        "sender VARCHAR(40), body VARCHAR(40), sent DATE)"
    ),
)


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
    """Make people of whom three or four share everything, and messages of all times."""
    say(engine, *TABLES)
    days = [_left(n).date().isoformat() for n in range(-1, PEOPLE + 1, 2)]
    addresses = [None, "x@example.com", *(f"c{n}@example.com" for n in range(PEOPLE // 4))]
    numbers = [None, 99, *range(PEOPLE // 4)]
    made: dict[str, tuple[int, Callable[[int], dict[str, Any]]]] = {
        "customer": (
            PEOPLE,
            lambda n: {
                "id": n,
                "email": chance.choice(addresses[2:]),
                "home": chance.choice(numbers),
                "seen": chance.choice([None, "2020-01-01", "2026-06-01", "2026-06-02"]),
            },
        ),
        "home": (4, lambda n: {"id": n, "address": f"c{n // 2}@example.com"}),
        "talk": (4, lambda n: {"id": n, "about": "x"}),
        "member": (
            12,
            lambda n: {
                "talk_id": n % 4,
                "place": n,
                "customer_id": chance.randrange(PEOPLE),
                "alias": "x",
            },
        ),
        "message": (
            60,
            lambda n: {
                "id": n,
                "talk_id": chance.choice(numbers),
                "address": chance.choice(addresses),
                "sender": chance.choice(addresses),
                "body": "x",
                "sent": chance.choice([None, *days]),
            },
        ),
    }
    with engine.begin() as connection:
        for name, (many, make) in made.items():
            rows = [make(n) for n in range(many)]
            columns = ", ".join(f":{column}" for column in rows[0])
            connection.execute(sa.text(f"INSERT INTO {name} VALUES ({columns})"), rows)  # noqa: S608


def _policy(paths: str) -> Policy:
    return policy_of(PERSON + TALKS + HOMES + MESSAGE.replace("SUBJECT", PATHS[paths]))


def _hold_equal(engine: sa.Engine, paths: str, seed: int) -> None:
    chance = Random(seed)  # noqa: S311 - so that it can be made again
    _fill(engine, chance)
    policy = _policy(paths)
    said = _said(sorted(chance.sample(range(PEOPLE), PEOPLE // 2)))
    world = World(policy=policy, at=AT, circumstances=said, tables={})
    hold_equal(world, {"s": SqlStore(policy.stores[0], engine, batch=2)})


@pytest.mark.parametrize("paths", PATHS)
@pytest.mark.parametrize("seed", range(2))
def test_what_is_left_is_what_the_oracle_leaves(
    everywhere: sa.Engine, paths: str, seed: int
) -> None:
    _hold_equal(everywhere, paths, seed)


MUTANTS = {
    "a stop covers nobody who is numbered": replaced(leads, "covers_by_number", lambda *_: NO),
    "all who share it have one number": replaced(numbering, "_alike", lambda _: object()),
    "whoever it leads to has every number": replaced(leads, "of_number", lambda *_: YES),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_the_oracle_tells(name: str, sqlite: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    MUTANTS[name](monkeypatch)
    with pytest.raises(AssertionError):
        _hold_equal(sqlite, "by-either", 0)


@pytest.mark.parametrize("paths", PATHS)
def test_a_plan_is_the_same_however_many_people_said_something(paths: str) -> None:
    plans = [
        Planner(policy=_policy(paths), at=AT, circumstances=_said(list(range(1, many))))
        for many in (3, 130)
    ]
    few, many = (len(written(one.retention("0" * 64))) for one in plans)
    assert few == many


def test_people_who_come_to_share_an_address_after_the_plan_stop_it(sqlite: sa.Engine) -> None:
    say(sqlite, *TABLES)
    say(
        sqlite,
        "INSERT INTO customer VALUES (1, 'a@example.com', 1, NULL), (2, 'b@example.com', 1, NULL)",
        "INSERT INTO message VALUES (1, 1, 'a@example.com', NULL, 'x', '2026-01-01')",
    )
    policy = _policy("by-either")
    store = SqlStore(policy.stores[0], sqlite)
    planner = Planner(policy=policy, at=AT, circumstances=_said([1, 2])).knowing({"s": store})
    assert set(planner.numbers.values()) == {1}
    draft, keys = planner.retention("0" * 64), planner.stopped.key_sets
    say(sqlite, "UPDATE customer SET email = 'A@example.com' WHERE id = 2")
    with pytest.raises(NumbersShort, match=r"s\.customer: .* to share email: .* make a new plan"):
        surveyed(draft, {"s": store}, keys, b"secret")
    assert planner.knowing({"s": store}).numbers["s.message-0"] == 2


def test_that_a_plan_grows_in_a_web_is_told() -> None:
    """Of six tables of which each leads to the two before there are more ways than are numbered."""
    policy = policy_of(PERSON + "".join(map(_note, range(7))))
    for people, told in ((5, []), (30, ["s.note5", "s.note6"])):
        planner = Planner(policy=policy, at=AT, circumstances=_said(list(range(people))))
        assert [one.ref for one in growing(planner)] == told


def _note(n: int) -> str:
    before = [f"note{m}" for m in (n - 1, n - 2) if m >= 0] or ["customer"]
    paths = ", ".join(f"{{to: {name}, columns: [to_{name}]}}" for name in before)
    columns = "".join(f"          - {{name: to_{name}, type: integer}}\n" for name in before)
    return f"""\
      - id: note{n}
        label: {{en: Notes}}
        table: note{n}
        key: [id]
        collected: made
        subjects: [{paths}, {{to: customer, columns: [customer]}}]
        columns:
{columns}          - {{name: id, type: integer}}
          - {{name: customer, type: integer}}
          - {{name: made, type: date}}
          - {{name: body, category: history}}
        bindings: [{{activity: customers, columns: ['*']}}]
"""


def test_values_that_a_database_might_take_for_the_same_are_so_here() -> None:
    alike = numbering._alike
    for one, other in (
        ("é", "e\N{COMBINING ACUTE ACCENT} "),
        (1, "1.0"),
        ("nan", "NaN"),
        ("snan", "sNaN"),
    ):
        assert alike(one) == alike(other)
        assert len({alike(one), alike(other)}) == 1
    assert alike("a") != alike("b")
