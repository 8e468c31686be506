"""Tables that refer to one another in many ways: what is asked grows with them, not with the ways.

By twenty tables, each of which refers to the two before it, there are ten thousand ways from the
last to the first (R-X.1).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql, sqlite

from doelbinding.binding.circumstances import NOTHING_SAID
from doelbinding.binding.expression import Compare, Comparison, KeyIn, Or, Referred
from doelbinding.binding.paths import Link
from doelbinding.plan.journal import MemoryJournal
from doelbinding.plan.model import KeySets, Plan
from doelbinding.plan.run import Bound, run
from doelbinding.plan.survey import surveyed
from doelbinding.policy.model import Policy
from doelbinding.retention.drafts import Requested, draft_erasure
from doelbinding.retention.planner import Planner
from doelbinding.stores.sql import apart, rounds, shallow
from doelbinding.stores.sql.apart import Apart, Parting, Question
from doelbinding.stores.sql.comparing import Comparing
from doelbinding.stores.sql.naming import Naming
from doelbinding.stores.sql.rounds import Told
from doelbinding.stores.sql.shallow import Shallow
from doelbinding.stores.sql.store import SqlStore
from doelbinding.stores.sql.written import Texts
from tests.integration.one_night import AT, policy_of
from tests.integration.one_table import say

TABLES = 20
MIDDLE = TABLES // 2
OLD, NEW = "2010-01-01", "2026-01-01"

PEOPLE = """\
      - id: customer
        label: {en: Customers}
        table: customer
        key: [id]
        controller: mill
        person: true
        columns:
          - {name: id, type: integer}
          - {name: name, category: name, identifier: name}
          - {name: at, type: date-text, category: history}
        events: {order.placed: {column: at}}
        bindings: [{activity: orders, columns: ['*']}]
"""
PAPER = """\
      - id: t{n}
        label: {{en: Papers}}
        table: t{n}
        key: [id]
        subject: {{to: customer, columns: [customer_id]}}
        references: [{references}]
        columns:
          - {{name: id, type: integer}}
          - {{name: customer_id, type: integer}}
{columns}          - {{name: words, category: history}}
          - {{name: at, type: date-text, category: history}}
        events: {{order.placed: {{column: at}}}}
        bindings: [{{activity: orders, columns: ['*']}}]
"""


def _before(n: int) -> list[int]:
    return [m for m in (n - 1, n - 2) if m >= 0]


def web(tables: int) -> str:
    """Give datasets of papers, each of which refers to the two before it."""
    papers = (
        PAPER.format(
            n=n,
            references=", ".join(f"{{columns: [t{m}_id], to: t{m}}}" for m in _before(n)),
            columns="".join(f"          - {{name: t{m}_id, type: integer}}\n" for m in _before(n)),
        )
        for n in range(tables)
    )
    return PEOPLE + "".join(papers)


def fill(engine: sa.Engine, tables: int) -> None:
    """Make the tables, with a chain of papers for each of three customers.

    The last paper of the first is new, one in the middle of the second; the third's are all old.
    """
    say(engine, "CREATE TABLE customer (id INTEGER PRIMARY KEY, name VARCHAR(9), at VARCHAR(10))")
    _put(engine, "customer", [{"id": one, "name": "x", "at": OLD} for one in (1, 2, 3)])
    for n in range(tables):
        typed = "".join(f"t{m}_id INTEGER, " for m in _before(n))
        say(
            engine,
            f"CREATE TABLE t{n} (id INTEGER PRIMARY KEY, customer_id INTEGER, {typed}"
            "words VARCHAR(9), at VARCHAR(10))",
            *(f"CREATE INDEX t{n}_{m} ON t{n} (t{m}_id)" for m in _before(n)),
        )
        new = {1: tables - 1, 2: tables // 2, 3: None}
        _put(engine, f"t{n}", [_paper(n, one, NEW if n == at else OLD) for one, at in new.items()])


def _paper(n: int, one: int, at: str) -> dict[str, object]:
    before = {f"t{m}_id": one for m in _before(n)}
    return {"id": one, "customer_id": one, **before, "words": "x", "at": at}


def _put(engine: sa.Engine, table: str, rows: list[dict[str, object]]) -> None:
    columns = [sa.column(name) for name in rows[0]]
    with engine.begin() as connection:
        connection.execute(sa.insert(sa.table(table, *columns)), rows)


def _ids(engine: sa.Engine, table: str) -> list[int]:
    asked = sa.select(sa.column("id")).select_from(sa.table(table)).order_by(sa.column("id"))
    with engine.connect() as connection:
        return list(connection.execute(asked).scalars())


@contextmanager
def texts_of(engine: sa.Engine) -> Iterator[list[str]]:
    """Give the statements that are written meanwhile."""
    found: list[str] = []

    def note(_one: object, _cursor: object, text: str, *_: object) -> None:
        found.append(text)

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


def _night(policy: Policy, store: SqlStore) -> Plan:
    planner = Planner(policy=policy, at=AT, circumstances=NOTHING_SAID)
    return surveyed(planner.retention("0" * 64), {"s": store}, {}, b"secret")


def _asked_for(policy: Policy, store: SqlStore, customer: int) -> tuple[Plan, KeySets]:
    keys = frozenset([(customer,)])
    requested = Requested(
        subjects={"s.customer": keys}, controller=policy.controllers[0], case="case"
    )
    drafted = draft_erasure(policy, "0" * 64, AT, NOTHING_SAID, requested)
    return surveyed(drafted.plan, {"s": store}, drafted.keys, b"secret"), drafted.keys


def test_what_the_last_paper_needs_stays(everywhere: sa.Engine) -> None:
    fill(everywhere, TABLES)
    policy = policy_of(web(TABLES))
    store = SqlStore(policy.stores[0], everywhere, batch=2)
    with texts_of(everywhere) as texts:
        plan = _night(policy, store)
    old = TABLES - 1 + MIDDLE + 2  # papers and customers whose words go, and they stay
    assert plan.rows == old + TABLES + (TABLES - MIDDLE - 1) + 1
    assert max(map(len, texts)) < 20_000
    assert sum(map(len, texts)) < 500_000
    assert run(plan, {"s": store}, {}, MemoryJournal(), bound=Bound()).verified
    assert _ids(everywhere, "customer") == [1, 2]
    for n in range(TABLES):
        assert _ids(everywhere, f"t{n}") == ([1, 2] if n <= MIDDLE else [1])


def test_what_the_last_paper_needs_stays_at_a_request(everywhere: sa.Engine) -> None:
    fill(everywhere, TABLES)
    policy = policy_of(web(TABLES))
    store = SqlStore(policy.stores[0], everywhere, batch=2)
    plan, keys = _asked_for(policy, store, 2)
    assert plan.rows == MIDDLE + 1 + (TABLES - MIDDLE - 1)
    assert run(plan, {"s": store}, keys, MemoryJournal(), bound=Bound()).verified
    assert _ids(everywhere, "customer") == [1, 2, 3]
    for n in range(TABLES):
        assert _ids(everywhere, f"t{n}") == ([1, 2, 3] if n <= MIDDLE else [1, 3])


@pytest.mark.parametrize("twice", [2, None])
def test_rows_that_no_key_tells_are_asked_in_visits(
    twice: int | None, sqlite: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The table is refused in preflight, but what is counted of the others must be right."""
    fill(sqlite, 6)
    say(
        sqlite,
        "CREATE TABLE again AS SELECT * FROM t3",
        "DROP TABLE t3",
        "ALTER TABLE again RENAME TO t3",
    )
    _put(sqlite, "t3", [{**_paper(3, 3, NEW), "id": twice}])
    policy = policy_of(web(6))
    monkeypatch.setattr(shallow, "MOST_WRITTEN_OUT", 0)
    monkeypatch.setattr(apart, "MOST_TOGETHER", -1)
    plans = []
    for deep in (Shallow.is_deep, lambda *_: False):
        monkeypatch.setattr(Shallow, "is_deep", deep)
        store = SqlStore(policy.stores[0], sqlite)
        both = _night(policy, store), _asked_for(policy, store, 3)[0]
        plans.append([_counts(plan) for plan in both])
    assert plans[0] == plans[1]


def _counts(plan: Plan) -> dict[str, int]:
    """Give how many rows go from tables whose keys tell them apart."""
    return {step.dataset: step.expected for step in plan.steps if step.dataset != "t3"}


def test_the_earliest_start_is_told_though_it_is_another_rows(
    everywhere: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What dates a paper, its customer, is asked apart; who reads a plan sees since when."""
    fill(everywhere, 3)
    dated = "        events: {order.placed: {column: at}}\n"
    policy = policy_of(PEOPLE + web(3).removeprefix(PEOPLE).replace(dated, ""))
    monkeypatch.setattr(shallow, "MOST_WRITTEN_OUT", -1)
    monkeypatch.setattr(apart, "MOST_TOGETHER", -1)
    plan = _night(policy, SqlStore(policy.stores[0], everywhere))
    assert {step.oldest for step in plan.steps} == {date.fromisoformat(OLD)}


def _chains(engine: sa.Engine, tables: int, chains: int) -> None:
    """Make more chains of papers, of customers of their own; the last paper of each is new."""
    more = range(4, 4 + chains)
    _put(engine, "customer", [{"id": one, "name": "x", "at": OLD} for one in more])
    for n in range(tables):
        at = NEW if n == tables - 1 else OLD
        _put(engine, f"t{n}", [_paper(n, one, at) for one in more])


def _take_at_most(engine: sa.Engine, parameters: int) -> None:
    engine.dispose()
    limit = sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER
    sa.event.listen(engine, "connect", lambda driver, _: driver.setlimit(limit, parameters))


def test_sqlite_is_not_given_a_parameter_for_each_of_many_keys(sqlite: sa.Engine) -> None:
    """It takes 32,766 as it comes, which are spent by chains five times as many."""
    fill(sqlite, 10)
    _chains(sqlite, 10, 1_200)
    _take_at_most(sqlite, 6_500)
    policy = policy_of(web(10))
    assert _night(policy, SqlStore(policy.stores[0], sqlite)).rows == 10 * 1_200 + 31


@contextmanager
def _small_statements(engine: sa.Engine) -> Iterator[None]:
    """Let MariaDB take statements of 32 kB at most."""
    with engine.connect() as connection:
        usual = connection.exec_driver_sql("SELECT @@GLOBAL.max_allowed_packet").scalar_one()
    try:
        say(engine, f"SET GLOBAL max_allowed_packet = {32 * 1024}")
        engine.dispose()
        yield
    finally:
        say(engine, f"SET GLOBAL max_allowed_packet = {usual}")


def _hub(engine: sa.Engine, rows: int) -> Policy:
    """Make a paper to which others refer, each of a customer of its own, who dates it."""
    fill(engine, 3)
    more = range(4, 4 + rows)
    _put(engine, "customer", [{"id": one, "name": "x", "at": NEW} for one in more])
    papers = [{**_paper(1, one, OLD), "t0_id": 3} for one in more]
    _put(engine, "t1", papers)
    dated = "        events: {order.placed: {column: at}}\n"
    return policy_of(PEOPLE + web(3).removeprefix(PEOPLE).replace(dated, ""))


def test_no_statement_has_more_keys_than_its_rows_lead_to(
    mariadb: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row to which many refer leads to many further on."""
    policy = _hub(mariadb, 3_000)
    usual = _night(policy, SqlStore(policy.stores[0], mariadb))
    monkeypatch.setattr(shallow, "MOST_WRITTEN_OUT", -1)
    monkeypatch.setattr(apart, "MOST_TOGETHER", -1)
    monkeypatch.setattr(rounds, "MOST_ASKED", 100)
    monkeypatch.setattr(rounds, "MOST_GIVEN", 500)
    with _small_statements(mariadb):
        plan = _night(policy, SqlStore(policy.stores[0], mariadb))
    assert [(s.id, s.expected) for s in plan.steps] == [(s.id, s.expected) for s in usual.steps]


@pytest.mark.parametrize(
    ("dialect", "people"), [(mysql.dialect(), 400), (sqlite.dialect(paramstyle="qmark"), 400)]
)
def test_sets_that_are_the_same_for_all_rows_do_not_halve_these(
    dialect: sa.Dialect, people: int
) -> None:
    """Of many who stopped something, each half of the rows asked about has as many."""
    store = policy_of(PEOPLE).stores[0]
    names = [f"stop {n}" for n in range(40)]
    stopped = Or(parts=tuple(KeyIn(columns=("id",), keys=name) for name in names))

    def make(compiler: Naming) -> sa.Executable:
        here = compiler.here("customer")
        asked = compiler.certainly(stopped, here, wanted=True)
        return sa.select(here.column("id")).where(compiler.own_keys(here), asked)

    comparing = Comparing(numeric=frozenset({("customer", "id")}))
    written = Texts(store, dialect, comparing).of("stopped", make)
    keys = {name: frozenset((one,) for one in range(people)) for name in names}
    told = Told(keys=keys, beyond=(), led={}, known={})
    rows = [(one,) for one in range(64)]
    assert [piece for piece, _ in told.pieces(rows, written)] == [rows]


def test_names_are_forgotten_of_questions_that_nobody_asks_any_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A process that lives long asks others each day; what is being asked keeps its name."""
    monkeypatch.setattr(apart, "MOST_TOGETHER", -1)
    monkeypatch.setattr(apart, "_MOST", 10)
    parting = Parting(policy_of(web(2)).stores[0])
    link = Link(dataset="t1", pairs=(("id", "t0_id"),))

    def asked(day: int) -> Apart:
        stays = Compare(column="id", by=Comparison.EQUALS, value=day)
        return parting.of(Question(dataset="t0", part=Referred(link=link, stays=stays)))

    held = asked(0)
    names = {beyond.name for day in range(1, 100) for beyond in asked(day).beyond}
    assert len(names) == 99
    assert asked(0) == held
    assert held.beyond[0].name not in names
    names.clear()
    asked(100)
    assert len(parting._names) < 20
