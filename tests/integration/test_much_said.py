"""Thousands of people may have said something: what is asked does not grow with them (R-IX.6)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from doelbinding.binding.circumstances import Circumstances, Stop, StopKind
from doelbinding.plan import atonce
from doelbinding.plan.document import written
from doelbinding.plan.journal import MemoryJournal
from doelbinding.plan.model import Plan
from doelbinding.plan.ports import Store
from doelbinding.plan.run import Bound, run
from doelbinding.plan.survey import surveyed
from doelbinding.policy.load import load
from doelbinding.policy.model import Policy
from doelbinding.retention.planner import Planner
from doelbinding.stores.sql.store import SqlStore
from tests.integration import forked
from tests.integration.mill import CRM, DAY, POLICY, TABLES, build

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
PEOPLE = 130
"""More than there are moments in one question, by several times."""
LATELY = "2026-06-01"


@pytest.fixture(scope="module")
def policy(tmp_path_factory: pytest.TempPathFactory) -> Policy:
    folder = tmp_path_factory.mktemp("mill")
    (folder / "policy.yaml").write_text(POLICY, encoding="utf-8")
    (folder / "crm.yaml").write_text(CRM, encoding="utf-8")
    return load(folder)


@pytest.fixture
def engine(everywhere: sa.Engine) -> sa.Engine:
    """Give a database of people of whom each third came back after they had left."""
    with everywhere.begin() as connection:
        for statement in TABLES["crm"]:
            if statement.startswith("CREATE"):
                connection.execute(sa.text(statement))
        for n in range(1, PEOPLE + 1):
            _insert(connection, n, left(n) + timedelta(days=1 if returned(n) else -1))
    return everywhere


def _insert(connection: sa.Connection, n: int, joined: date) -> None:
    connection.execute(
        sa.text("INSERT INTO customer (id, name, joined) VALUES (:n, 'somebody', :joined)"),
        {"n": n, "joined": joined.isoformat()},
    )
    connection.execute(
        sa.text("INSERT INTO contact (id, customer_id, at, note) VALUES (:n, :n, :at, 'x')"),
        {"n": n, "at": LATELY},
    )


def left(n: int) -> date:
    """Give the day on which a person asked for erasure, each another."""
    return date(2025, 1, 1) + timedelta(days=n)


def returned(n: int) -> bool:
    return n % 3 == 0


def said(people: int) -> Circumstances:
    """Give the stops of so many people, each set at a moment of its own."""
    return Circumstances(
        stops=tuple(
            Stop(
                id=f"case-{n}",
                controller="mill",
                kind=StopKind.ERASURE,
                phases=frozenset({"customers/active"}),
                set_at=datetime.combine(left(n), datetime.min.time(), UTC),
                subjects={"crm.customer": frozenset({(n,)})},
            )
            for n in range(1, people + 1)
        )
    )


def drafted(policy: Policy, people: int) -> tuple[Plan, Planner]:
    planner = Planner(policy=policy, at=AT, circumstances=said(people))
    return planner.retention("0" * 64), planner


def held(engine: sa.Engine, table: str) -> set[int]:
    with engine.connect() as connection:
        return {row[0] for row in connection.execute(sa.text(f"SELECT id FROM {table}"))}  # noqa: S608 - ours


def test_a_plan_is_the_same_however_many_people_said_something(policy: Policy) -> None:
    few, many = drafted(policy, 2)[0], drafted(policy, PEOPLE)[0]
    assert len(written(few)) == len(written(many))  # save for when the last of them said it
    assert few.collected == many.collected != ()


def test_each_persons_stop_covers_what_was_there_when_it_was_set(
    policy: Policy, engine: sa.Engine
) -> None:
    plan, planner = drafted(policy, PEOPLE)
    stores, keys = {"crm": SqlStore(policy.stores[0], engine)}, planner.stopped.key_sets
    made = surveyed(plan, stores, keys, b"secret")
    outcome = run(made, stores, keys, MemoryJournal(), bound=Bound(share=0.0))
    assert outcome.verified
    back = {n for n in range(1, PEOPLE + 1) if returned(n)}
    assert held(engine, "customer") == back
    assert held(engine, "contact") == back


def test_who_comes_back_while_it_runs_stays(
    policy: Policy, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same row, collected anew once it was told which were there in time."""
    plan, planner = drafted(policy, PEOPLE)
    stores, keys = {"crm": SqlStore(policy.stores[0], engine)}, planner.stopped.key_sets
    made = surveyed(plan, stores, keys, b"secret")
    can = atonce.can

    def meanwhile(plan: Plan, stores: Mapping[str, Store]) -> bool:
        with engine.begin() as connection:
            again = {"day": (AT.date() - timedelta(days=1)).isoformat()}
            connection.execute(sa.text("UPDATE customer SET joined = :day WHERE id = 1"), again)
        return can(plan, stores)

    monkeypatch.setattr(atonce, "can", meanwhile)
    outcome = run(made, stores, keys, MemoryJournal(), bound=Bound(rows=1))
    assert outcome.verified
    assert 1 in held(engine, "customer")
    assert 2 not in held(engine, "customer")


def test_who_comes_back_after_the_plan_was_made_stays(policy: Policy, engine: sa.Engine) -> None:
    plan, planner = drafted(policy, PEOPLE)
    stores, keys = {"crm": SqlStore(policy.stores[0], engine)}, planner.stopped.key_sets
    made = surveyed(plan, stores, keys, b"secret")
    with engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM contact WHERE id = 1"))
        connection.execute(sa.text("DELETE FROM customer WHERE id = 1"))
        _insert(connection, 1, left(1) + timedelta(days=2))
    outcome = run(made, stores, keys, MemoryJournal(), bound=Bound(rows=1))
    assert outcome.verified
    assert 1 in held(engine, "customer")
    assert 2 not in held(engine, "customer")


def test_more_people_may_have_said_something_than_a_statement_has_parameters(
    policy: Policy, engine: sa.Engine
) -> None:
    """SQLite takes 32,766, and a set is asked for in several places of a statement."""
    many = frozenset((n,) for n in range(1, 40_000))
    one = replace(said(1).stops[0], kind=StopKind.OBJECTION, subjects={"crm.customer": many})
    planner = Planner(policy=policy, at=AT, circumstances=Circumstances(stops=(one,)))
    stores, keys = {"crm": SqlStore(policy.stores[0], engine)}, planner.stopped.key_sets
    made = surveyed(planner.retention("0" * 64), stores, keys, b"secret")
    outcome = run(made, stores, keys, MemoryJournal(), bound=Bound(share=0.0))
    assert outcome.verified
    assert held(engine, "customer") == set()


def test_a_case_is_about_its_people_and_those_who_share_with_them(tmp_path: Path) -> None:
    """Anna and Ben share an address; what the others said, none of their plans keeps."""
    folder = build(tmp_path / "mill")
    for who in ("eve", "fay", "dot", "cas", "ben", "anna"):
        done = forked.run(
            "subject", "erase", "--id", f"email:{who}@example.com", "--controller", "mill",
            "--at", DAY, "--yes", folder=folder,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr + done.stdout
    sizes = [_people_kept(file) for file in sorted((folder / "plans").glob("*-erasure-*.json"))]
    assert len(sizes) >= 6
    assert max(sizes) <= 3, "a plan keeps what everybody said before"


MESSAGE = """\
      - id: message
        label: {en: Messages}
        table: message
        key: [id]
        collected: sent
        subjects:
          - {to: customer, columns: [from_id]}
          - {to: customer, columns: [to_id]}
        columns:
          - {name: id, type: integer}
          - {name: from_id, type: integer}
          - {name: to_id, type: integer}
          - {name: sent, type: date-text, category: history}
        bindings: [{activity: customers, columns: ['*']}]
"""


@pytest.fixture(scope="module")
def writing(tmp_path_factory: pytest.TempPathFactory) -> Policy:
    """Give the policy of customers who write to each other."""
    folder = tmp_path_factory.mktemp("writing")
    before, contact, after = CRM.partition("      - id: contact\n")
    (folder / "policy.yaml").write_text(POLICY, encoding="utf-8")
    (folder / "crm.yaml").write_text(before + MESSAGE + contact + after, encoding="utf-8")
    return load(folder)


def test_of_rows_of_two_people_a_plan_is_the_same_too(writing: Policy) -> None:
    (few, little), (many, much) = drafted(writing, 2), drafted(writing, PEOPLE)
    assert len(written(few)) == len(written(many))
    said = [sum(map(len, one.stopped.key_sets.values())) for one in (little, much)]
    assert said[1] == said[0] * PEOPLE // 2


def test_a_message_stays_while_one_of_two_people_wrote_it_after_they_left(
    writing: Policy, engine: sa.Engine
) -> None:
    """From each to the next, a day before the first of them left, the day after, or long after."""
    with engine.begin() as connection:
        create = "CREATE TABLE message (id INTEGER PRIMARY KEY, from_id INTEGER, to_id INTEGER, "
        connection.execute(sa.text(f"{create} sent VARCHAR(10))"))
        for n in range(1, PEOPLE):
            sent = left(n) + timedelta(days=(-1, 1, 3)[n % 3])
            connection.execute(
                sa.text("INSERT INTO message VALUES (:n, :n, :n + 1, :sent)"),
                {"n": n, "sent": sent.isoformat()},
            )
    plan, planner = drafted(writing, PEOPLE)
    stores, keys = {"crm": SqlStore(writing.stores[0], engine)}, planner.stopped.key_sets
    made = surveyed(plan, stores, keys, b"secret")
    assert run(made, stores, keys, MemoryJournal(), bound=Bound(share=0.0)).verified
    assert held(engine, "message") == {n for n in range(1, PEOPLE) if n % 3}


def _people_kept(file: Path) -> int:
    keys = json.loads(file.read_text(encoding="utf-8"))["keys"]
    of_customers = (
        one["count"]
        for one in keys
        if one["name"].startswith("stop-") and one["name"].endswith(":crm.customer")
    )
    return max(of_customers, default=0)
