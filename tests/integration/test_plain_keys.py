"""Keys are what schemas make them, uuid or numeric or text: people are erased all the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
import sqlalchemy as sa
from benchmarks import shop

from doelbinding.binding.circumstances import NOTHING_SAID
from doelbinding.plan import atonce
from doelbinding.plan.identifiers import Identifier
from doelbinding.plan.journal import MemoryJournal
from doelbinding.plan.run import Bound, run
from doelbinding.plan.survey import surveyed
from doelbinding.policy.model import Policy
from doelbinding.policy.stores import ColumnType
from doelbinding.retention.drafts import Requested, draft_erasure
from doelbinding.retention.planner import Planner
from doelbinding.rights.erasure import Undecided, decide_requests
from doelbinding.rights.inventory import take_inventories
from doelbinding.rights.locate import Locator
from doelbinding.rights.phases import Claim
from doelbinding.rights.reading import Reading
from doelbinding.stores.sql.store import SqlStore
from tests.integration.one_table import say

UUID = "'00000000-0000-4000-8000-{:012}'".format
_WHOLE = "1{:05}".format
_MADE = """
CREATE TABLE customer (id {key} PRIMARY KEY, email varchar(99), name varchar(99),
  created {moment} NOT NULL, address_id {key});
CREATE TABLE visit (id {key} PRIMARY KEY, email varchar(99), ip varchar(45),
  last_visit {moment} NOT NULL);
CREATE TABLE login (id {key} PRIMARY KEY, customer_id {key} NOT NULL REFERENCES customer(id),
  ip varchar(45), time {moment} NOT NULL)
"""
_FILLED = """
INSERT INTO customer VALUES ({key},'c{n}@example.com','N{n}','2020-01-01',{key});
INSERT INTO visit VALUES ({key},'c{n}@example.com','ip','2025-12-01');
INSERT INTO login VALUES ({key},{key},'ip','2025-12-01')
"""
_LEFT = "SELECT (SELECT count(*) FROM visit), (SELECT count(*) FROM login)"
_GOES = ("visit", "login")


def policy(kind: ColumnType) -> Policy:
    """Give the shop's policy of the tables here, whose keys are of a kind."""
    whole = shop.policy()
    (store,) = whole.stores
    datasets = []
    for name in ("customer", *_GOES):
        dataset = store.dataset(name)
        columns = tuple(
            replace(column, type=kind) if column.name in {"id", "customer_id"} else column
            for column in dataset.columns
        )
        events = {} if name == "customer" else dataset.events
        datasets.append(replace(dataset, columns=columns, events=events))
    return replace(whole, stores=(replace(store, datasets=tuple(datasets)),))


def _filled(engine: sa.Engine, key: str, made: Callable[[int], str]) -> None:
    moment = "timestamp" if engine.dialect.name == "postgresql" else "datetime"
    say(engine, *_MADE.format(key=key, moment=moment).split(";"))
    for n in range(1, 4):
        say(engine, *_FILLED.format(key=made(n), n=n).split(";"))


@pytest.fixture
def postgresql(postgresql: sa.Engine) -> sa.Engine:
    say(postgresql, "CREATE DOMAIN code AS varchar(40) CHECK (value <> '')")
    return postgresql


def _left(engine: sa.Engine) -> list[int]:
    with engine.connect() as connection:
        return list(connection.exec_driver_sql(_LEFT).one())


def _erase(engine: sa.Engine, said: Policy, people: Sequence[int]) -> None:
    store = SqlStore(said.stores[0], engine)
    controller, stores = said.controllers[0], {store.id: store}
    locator = Locator(policy=said, controller=controller, stores=stores, at=shop.AT)
    for n in people:
        found = locator.find([Identifier("email", f"c{n}@example.com")])
        assert sorted(row.place.dataset.id for row in found.rows) == ["customer", "login", "visit"]
        (taken,) = take_inventories(
            policy=said, controller=controller, found=[found], circumstances=NOTHING_SAID,
            reading=found.reading or Reading(stores), at=shop.AT,
        )  # fmt: skip
        asked = Undecided(inventory=taken, claim=Claim(), case=f"case-{n}")
        _, then = decide_requests([asked], NOTHING_SAID)
        requested = Requested(subjects=found.subjects, controller=controller, case=f"case-{n}")
        drafted = draft_erasure(said, "0" * 64, shop.AT, then, requested)
        plan = surveyed(drafted.plan, stores, drafted.keys, b"secret")
        assert run(plan, stores, drafted.keys, MemoryJournal(), bound=Bound()).verified


def _erased_and_ended(engine: sa.Engine, said: Policy, monkeypatch: pytest.MonkeyPatch) -> None:
    _erase(engine, said, [1])
    assert _left(engine) == [2, 2]
    monkeypatch.setattr(atonce, "SMALL", -1)  # and step by step
    _erase(engine, said, [2])
    assert _left(engine) == [1, 1]
    stores = {"shop": SqlStore(said.stores[0], engine)}
    later = Planner(policy=said, at=shop.AT.replace(year=2040), circumstances=NOTHING_SAID)
    plan = surveyed(later.retention("0" * 64), stores, {}, b"secret")
    assert run(plan, stores, {}, MemoryJournal(), bound=Bound()).verified
    assert _left(engine) == [0, 0]


@pytest.mark.parametrize(
    ("key", "kind", "made"),
    [
        ("uuid", ColumnType.TEXT, UUID),
        ("numeric(12,0)", ColumnType.INTEGER, _WHOLE),
        ("bigint", ColumnType.INTEGER, _WHOLE),
        ("varchar(40)", ColumnType.TEXT, "'k{}'".format),
        ("char(40)", ColumnType.TEXT, "'k{}'".format),
        ("code", ColumnType.TEXT, "'k{}'".format),
    ],
)
def test_postgresql_erases_whatever_keys_are_made_of(
    key: str,
    kind: ColumnType,
    made: Callable[[int], str],
    postgresql: sa.Engine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _filled(postgresql, key, made)
    _erased_and_ended(postgresql, policy(kind), monkeypatch)


@pytest.mark.parametrize(
    ("key", "kind", "made"),
    [
        ("uuid", ColumnType.TEXT, UUID),
        ("decimal(12,0)", ColumnType.INTEGER, _WHOLE),
        ("year", ColumnType.INTEGER, "20{:02}".format),
        ("char(40)", ColumnType.TEXT, "'k{}'".format),
    ],
)
def test_mariadb_erases_whatever_keys_are_made_of(
    key: str,
    kind: ColumnType,
    made: Callable[[int], str],
    mariadb: sa.Engine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _filled(mariadb, key, made)
    _erased_and_ended(mariadb, policy(kind), monkeypatch)
