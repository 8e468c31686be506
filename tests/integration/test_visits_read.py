"""How much visits look at: rows that those in question lead to, and each question once."""

from __future__ import annotations

import json
from itertools import chain
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from doelbinding.binding.expression import Expression, KeyIn, Or, Referred
from doelbinding.binding.paths import Link
from doelbinding.plan.model import Deed, KeySets, Step
from doelbinding.policy.stores import Column, ColumnType, Dataset
from doelbinding.policy.stores import Store as Mapped
from doelbinding.stores.sql import visits
from doelbinding.stores.sql.store import SqlStore
from tests.integration.one_table import ENDED, say
from tests.integration.test_visits import ENGINES


def _read(node: dict[str, Any]) -> int:
    """Count the rows that a statement's scans looked at."""
    own = 0
    if "Relation Name" in node:
        seen = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
        own = int(seen * node["Actual Loops"])
    return own + sum(_read(part) for part in node.get("Plans", ()))


def _rows_read(engine: sa.Engine, store: SqlStore, step: Step, keys: KeySets) -> int:
    """Give how many rows PostgreSQL looks at in order to find a step's."""
    asked: list[tuple[str, Any]] = []

    def note(*about: Any) -> None:
        if "answer_" in about[2]:
            asked.append((about[2], about[3]))

    event.listen(engine, "before_cursor_execute", note)
    assert list(chain(*store.select_keys(step, keys))) == [(5,)]
    event.remove(engine, "before_cursor_execute", note)
    ((written, given),) = asked
    with engine.connect() as connection:
        told = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {written}", given)
        (plan,) = json.loads(told.scalar_one())
    return _read(plan["Plan"])


COLUMNS = (
    Column(name="id", type=ColumnType.INTEGER),
    Column(name="up", type=ColumnType.INTEGER),
    Column(name="ended", type=ColumnType.DATE),
)
NAMES = ("person", "note", "line", "mark")


def _chain(engine: sa.Engine, rows: int = 5000) -> tuple[Mapped, Expression]:
    """Give people whose notes have lines that have marks, and what must hold of a person."""
    values = ", ".join(f"({n}, {n}, '2001-01-01')" for n in range(1, rows + 1))
    for name in NAMES:
        say(
            engine,
            f"CREATE TABLE {name} (id int PRIMARY KEY, up int, ended date)",
            f"INSERT INTO {name} VALUES {values}",  # noqa: S608
            f"CREATE INDEX {name}_up ON {name} (up)",
            f"ANALYZE {'TABLE ' if engine.dialect.name == 'mariadb' else ''}{name}",
        )
    datasets = (
        Dataset(id=name, table=name, key=("id",), label={}, columns=COLUMNS) for name in NAMES
    )
    needed: Expression = ENDED
    for name in NAMES[:0:-1]:
        link = Link(dataset=name, pairs=(("id", "up"),))
        needed = Or(parts=(ENDED, Referred(link=link, stays=needed)))
    return Mapped(id="s", label={}, country="NL", datasets=tuple(datasets)), needed


def test_no_rows_are_read_but_those_in_question_and_those_they_lead_to(
    postgresql: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    mapped, needed = _chain(postgresql)
    keys = KeyIn(columns=("id",), keys="asked")
    step = Step(
        id="s001", store="s", dataset="person", controller=None,
        deed=Deed.DELETE, needed=needed, narrow=keys,
    )  # fmt: skip
    monkeypatch.setattr(visits, "MOST_WRITTEN_OUT", 0)
    asked = {"asked": frozenset({(5,)})}
    assert _rows_read(postgresql, SqlStore(mapped, postgresql), step, asked) < 50
    monkeypatch.setattr(visits, "MOST_FOUND_FIRST", 0)  # so that it is this which narrows
    assert _rows_read(postgresql, SqlStore(mapped, postgresql), step, asked) > 1000


@ENGINES
def test_all_keys_are_looked_for_once(
    kind: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine: sa.Engine = request.getfixturevalue(kind)
    rows = ", ".join(f"({n}, NULL, '2001-01-01')" for n in range(50))
    say(
        engine,
        "CREATE TABLE person (id INTEGER PRIMARY KEY, up INTEGER, ended DATE)",
        f"INSERT INTO person VALUES {rows}",  # noqa: S608
    )
    person = Dataset(id="person", table="person", key=("id",), label={}, columns=COLUMNS)
    mapped = Mapped(id="s", label={}, country="NL", datasets=(person,))
    lower = Referred(link=Link(dataset="person", pairs=(("id", "up"),)), stays=ENDED)
    step = Step(
        id="s001", store="s", dataset="person", controller=None, deed=Deed.DELETE, needed=lower
    )
    monkeypatch.setattr(visits, "MOST_WRITTEN_OUT", 0)
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *about: asked.append(about[2]))
    found = list(SqlStore(mapped, engine, batch=2).select_keys(step, {}))
    assert list(chain(*found)) == [(n,) for n in range(50)]
    assert {len(batch) for batch in found} == {2}
    assert sum("answer_" in one for one in asked) == 1


def test_mariadb_groups_no_rows_anew_for_each_row(
    mariadb: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    mapped, needed = _chain(mariadb, 100)
    step = Step(
        id="s001", store="s", dataset="person", controller=None, deed=Deed.DELETE, needed=needed
    )
    monkeypatch.setattr(visits, "MOST_WRITTEN_OUT", 0)
    asked: list[tuple[str, Any]] = []
    event.listen(mariadb, "before_cursor_execute", lambda *about: asked.append(about[2:4]))
    assert SqlStore(mapped, mariadb).survey([step], {})["s001"].rows == 100
    ((written, given),) = [one for one in asked if "answer_" in one[0]]
    with mariadb.connect() as connection:
        ways = connection.exec_driver_sql(f"EXPLAIN {written}", given).scalars("select_type").all()
        assert "LATERAL DERIVED" not in ways
        connection.exec_driver_sql("SET optimizer_switch = 'split_materialized=on'")
        ways = connection.exec_driver_sql(f"EXPLAIN {written}", given).scalars("select_type").all()
        assert "LATERAL DERIVED" in ways
