"""A zero date of MariaDB is null where the policy says so, and else unknown to every test."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

import pytest
import sqlalchemy as sa

from doelbinding.binding.circumstances import Circumstances
from doelbinding.conformance.holding import hold_equal
from doelbinding.conformance.world import World
from doelbinding.plan.model import Deed, Step
from doelbinding.plan.ports import Gravity, Obstacle
from doelbinding.stores.sql.engine import make_engine
from doelbinding.stores.sql.store import SqlStore
from tests.integration.mill import POLICY
from tests.integration.one_night import AT, policy_of
from tests.integration.one_table import say, step

_DATASET = """\
      - id: person
        label: {{en: People}}
        table: person
        key: [id]
        controller: mill
        person: true
        columns:
          - {{name: id, type: integer}}
          - {{name: email, category: email, identifier: email}}
          - {{name: ended, type: {kind}, null_values: {nothing}}}
        events:
          left.us: {{column: ended, ongoing_if_null: true}}
        states:
          told: {told}
        bindings:
          - {{activity: customers, columns: [email]}}
"""
_DAYS = ("'0000-00-00'", "'2010-01-01'", "'2026-01-01'", "'2024-00-10'")
ZERO = 0
_TESTS = (
    "{column: ended, null: true}",
    "{column: ended, null: false}",
    "{not: {column: ended, null: true}}",
    "{column: ended, less_than: '2020-01-01'}",
    "{column: ended, at_least: '2020-01-01'}",
    "{column: ended, differs: '2020-01-01'}",
    "{column: ended, in: ['2011-01-01', '2012-01-01']}",
    "{any: [{column: ended, null: true}, {column: ended, more_than: '2026-06-01'}]}",
)


class Unrefused(SqlStore):
    """Does what a run would be refused: zero dates may come between its preflight and its end."""

    def preflight(self, steps: Sequence[Step]) -> list[Obstacle]:
        return []


@pytest.fixture
def odd(mariadb_url: sa.URL) -> Iterator[sa.Engine]:
    engine = make_engine(mariadb_url, lock_seconds=1)
    yield engine
    engine.dispose()


def _left(
    engine: sa.Engine, column: tuple[str, str], told: str, rule: str, nothing: str
) -> set[int]:
    """Carry out a night on rows with each of the days, and without; hold it to the oracle."""
    declared, kind = column
    days = _DAYS if kind == "date" and engine.dialect.name == "mariadb" else _DAYS[:3]
    rows = [f"({n}, 'p{n}@example.com', {day})" for n, day in enumerate(days)]
    rows += [] if "NOT NULL" in declared else ["(9, 'p9@example.com', NULL)"]
    if engine.dialect.name == "mariadb":
        say(engine, "SET sql_mode = ''", *_made(declared, rows))
    else:
        say(engine, *_made(declared, rows))
    policy = policy_of(
        _DATASET.format(kind=kind, told=told, nothing=nothing),
        POLICY.replace("after contact.last keep P2Y", rule),
    )
    stores = {"s": Unrefused(policy.stores[0], engine)}
    world = World(policy=policy, tables={}, circumstances=Circumstances(), at=AT)
    hold_equal(world, stores)
    with engine.connect() as connection:
        return set(connection.exec_driver_sql("SELECT id FROM person").scalars())


def _made(declared: str, rows: list[str]) -> Iterator[str]:
    yield "DROP TABLE IF EXISTS person"
    yield f"CREATE TABLE person (id INTEGER PRIMARY KEY, email VARCHAR(40), ended {declared})"
    yield f"INSERT INTO person VALUES {', '.join(rows)}"  # noqa: S608 - our own text


@pytest.mark.parametrize(
    ("declared", "kind"),
    [
        ("DATE", "date"),
        ("DATE NOT NULL", "date"),
        ("DATETIME(6) NULL", "timestamp"),
        ("DATETIME NOT NULL", "timestamp"),
        ("TIMESTAMP NULL", "instant"),
    ],
)
def test_nothing_goes_by_a_zero_date_of_which_nothing_is_said(
    declared: str, kind: str, odd: sa.Engine
) -> None:
    for told, rule in product(_TESTS, ("while told", "until told")):
        assert ZERO in _left(odd, (declared, kind), told, rule, "[]"), (told, rule)


def test_a_zero_date_is_as_unknown_on_sqlite(sqlite: sa.Engine) -> None:
    for told, rule in product(_TESTS, ("while told", "until told")):
        for nothing in ("[]", "['0000-00-00']"):
            left = _left(sqlite, ("DATE", "date"), told, rule, nothing)
            assert nothing != "[]" or ZERO in left, (told, rule)


@pytest.mark.parametrize(
    ("declared", "kind"),
    [("DATE NOT NULL", "date"), ("DATETIME(6) NULL", "timestamp"), ("TIMESTAMP NULL", "instant")],
)
def test_a_zero_date_that_is_said_to_stand_for_nothing_is_null(
    declared: str, kind: str, odd: sa.Engine
) -> None:
    gone = set()
    for told, rule in product(_TESTS, ("while told", "until told")):
        left = _left(odd, (declared, kind), told, rule, "['0000-00-00']")
        if ZERO not in left:
            gone.add((told, rule))
    assert gone == {
        (_TESTS[0], "until told"),
        (_TESTS[1], "while told"),
        (_TESTS[2], "while told"),
        (_TESTS[7], "until told"),
    }


@pytest.mark.parametrize("nothing", ["[]", "['0000-00-00']"])
def test_who_has_a_zero_date_for_an_end_is_undated_or_goes_on(nothing: str, odd: sa.Engine) -> None:
    left = _left(odd, ("DATE NOT NULL", "date"), _TESTS[0], "after left.us keep P2Y", nothing)
    assert left == {ZERO, 2, 3}


@pytest.mark.parametrize("nothing", ["[]", "['0000-00-00']"])
@pytest.mark.parametrize("told", [_TESTS[0], _TESTS[3]])
def test_what_a_zero_date_stands_for_has_to_be_said_where_a_rule_tests_it(
    told: str, nothing: str, odd: sa.Engine
) -> None:
    say(odd, "SET sql_mode = ''", *_made("DATE", ["(1, 'a', '2010-01-01')"]))
    rule = POLICY.replace("after contact.last keep P2Y", "while told")
    policy = policy_of(_DATASET.format(kind="date", told=told, nothing=nothing), rule)
    store = SqlStore(policy.stores[0], odd)

    def refused() -> list[str]:
        found = store.preflight([step(Deed.DELETE)])
        return [one.message for one in found if one.gravity is Gravity.REFUSES]

    assert refused() == []
    say(odd, "SET sql_mode = ''", "UPDATE person SET ended = '0000-00-00'")
    (wanted,) = refused() or [""]
    assert ("rows have 0000-00-00 in it" in wanted) == (nothing == "[]")


@pytest.mark.parametrize(("declared", "written"), [("INTEGER", "{}"), ("VARCHAR(8)", "'{}'")])
def test_a_number_that_is_no_day_may_stand_for_nothing(
    declared: str, written: str, everywhere: sa.Engine
) -> None:
    days = (0, 20100101, 20260101)
    rows = [f"({n}, 'p{n}@example.com', {written.format(day)})" for n, day in enumerate(days)]
    for told, rule, gone in (
        ("{column: ended, null: true}", "until told", {0}),
        ("{column: ended, null: false}", "while told", {0}),
        ("{column: ended, less_than: 20200101}", "until told", {1}),
        ("{column: ended, null: true}", "after left.us keep P2Y", {1}),
    ):
        say(everywhere, *_made(declared, rows))
        policy = policy_of(
            _DATASET.format(kind="date-digits", told=told, nothing="[0]"),
            POLICY.replace("after contact.last keep P2Y", rule),
        )
        world = World(policy=policy, tables={}, circumstances=Circumstances(), at=AT)
        hold_equal(world, {"s": SqlStore(policy.stores[0], everywhere)})
        with everywhere.connect() as connection:
            left = set(connection.exec_driver_sql("SELECT id FROM person").scalars())
        assert left == {0, 1, 2} - gone, (told, rule)
