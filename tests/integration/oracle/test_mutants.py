"""A compiler with a fault does not pass: every mutant here is told by a random world or a boundary.

The worlds are the same every time. A mutant that none of them tells would be a rule that the suite
does not hold the compiler to.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings

from doelbinding.binding import assuming
from doelbinding.binding.circumstances import NOTHING_SAID
from doelbinding.binding.expression import And, Comparison, Or
from doelbinding.conformance.dates import JUNK, TODAY
from doelbinding.conformance.world import World
from doelbinding.conformance.worlds import worlds
from doelbinding.plan.model import Deed
from doelbinding.plan.ports import StoreError
from doelbinding.plan.run import Stopped
from doelbinding.policy.activity import Term
from doelbinding.policy.stores import Binding, ColumnType, Event
from doelbinding.stores.sql import compile as compiling
from doelbinding.stores.sql import meant, questions
from doelbinding.stores.sql.compile import Compiler
from doelbinding.stores.sql.store import SqlStore
from tests.integration.one_table import mapped, step
from tests.integration.oracle.database import build
from tests.integration.oracle.test_oracle import hold_equal, hold_equal_for_one, sqlite

__all__ = ["sqlite"]
WORLDS = 60
AGO = (31, 40, 91, 92, 365, 366, 730, 731, 1095, 1826, 1827, 2000)
EARLY = date(1900, 1, 1)
Patch = Callable[[pytest.MonkeyPatch], None]


@cache
def some_worlds() -> tuple[World, ...]:
    """Give worlds that are the same in every run, the largest first."""
    found: list[World] = []

    @settings(
        max_examples=WORLDS,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(world=worlds())
    def gather(world: World) -> None:
        found.append(world)

    gather()
    found.sort(key=lambda one: -sum(map(len, one.tables.values())))
    told = tuple(one for world in found[: WORLDS // 2] for one in (world, dense(world)))
    return (*told, *(sharp(dense(world)) for world in found[: WORLDS // 6]))


def sharp(world: World) -> World:
    """Give the world in which one date, and nothing else, decides over people."""
    first, other = world.policy.stores
    rule = Term(rule="after rel.ended keep P5Y")
    activity = world.policy.activities[0]
    phase = replace(activity.phases[0], terms=(rule,))
    person = first.dataset("person")
    decided = replace(
        person,
        controller="nl",
        events={"rel.ended": Event(column="ended", ongoing_if_null=True)},
        bindings=(Binding(activity=activity.id, columns=("name", "mail")),),
        prohibitions=(),
    )
    datasets = tuple(decided if one is person else one for one in first.datasets)
    policy = replace(
        world.policy,
        activities=(replace(activity, phases=(phase,)), *world.policy.activities[1:]),
        stores=(replace(first, datasets=datasets), other),
    )
    return replace(world, policy=policy, circumstances=NOTHING_SAID)


def dense(world: World) -> World:
    """Give the world with people alone, dated on and beside boundaries, by nothing, or by junk."""
    person = world.policy.stores[0].dataset("person")
    (first, *_), rows = world.tables["s.person"], []
    days: list[date | None] = [None, None, None, EARLY, EARLY, EARLY]
    days += [TODAY - timedelta(days=ago + off) for ago in AGO for off in (-1, 0, 1)]
    for number, day in enumerate([*days, *days[:6]]):
        row = {**first, "id": number, "tag": f"t{number}", "score": number % 4, "addr_id": None}
        row |= dict.fromkeys(("boss_id", "best_id"))
        row |= {"kind": ("K", "P", None)[number % 3], "code": "NJ"[number % 2]}
        row |= {"name": "x", "mail": "x"}
        for column in ("ended", "last", "since"):
            held = None if day is None else _held(person.column(column).type, day, number)
            row[column] = held if number < len(days) else JUNK[number % len(JUNK)]
        rows.append(row)
    return replace(world, tables={ref: [] for ref in world.tables} | {"s.person": rows})


def _held(kind: ColumnType, day: date, number: int) -> object:
    if number % 10 == 9:
        return JUNK[number // 10 % len(JUNK)]
    match kind:
        case ColumnType.EPOCH_SECONDS | ColumnType.EPOCH_MILLISECONDS:
            seconds = int(datetime.combine(day, time(), UTC).timestamp())
            return seconds * 1000 if kind is ColumnType.EPOCH_MILLISECONDS else seconds
        case ColumnType.DATE_DIGITS:
            return f"{day:%Y%m%d}"
        case ColumnType.TIMESTAMP | ColumnType.INSTANT:
            return f"{day} 12:30:00"
        case _:
            return day.isoformat()


def _method(name: str, change: Callable[[Any], Any]) -> Patch:
    """Let a method of the compiler read its first argument otherwise."""

    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        real = getattr(Compiler, name)

        def mutant(self: Compiler, first: Any, *words: Any, **more: Any) -> Any:
            return real(self, change(first), *words, **more)

        monkeypatch.setattr(Compiler, name, mutant)

    return patch


def _day_late(monkeypatch: pytest.MonkeyPatch) -> None:
    real = Compiler._start

    def mutant(self: Compiler, leaf: Any, day: date, here: Any) -> Any:
        return real(self, leaf, day + timedelta(days=1), here)

    monkeypatch.setattr(Compiler, "_start", mutant)


def _negated(one: Comparison, other: Comparison) -> Patch:
    return lambda monkeypatch: monkeypatch.setitem(compiling._NEGATED, one, other)


def _in(module: Any, name: str, mutant: Any) -> Patch:
    return lambda monkeypatch: monkeypatch.setattr(module, name, mutant)


def _swapped(expression: Any) -> Any:
    match expression:
        case And():
            return Or(parts=expression.parts)
        case Or():
            return And(parts=expression.parts)
        case _:
            return expression


def _no(*_: Any, **__: Any) -> sa.ColumnElement[bool]:
    return sa.false()


MUTANTS: dict[str, Patch] = {
    "equals stays equals when negated": _negated(Comparison.EQUALS, Comparison.EQUALS),
    "at least becomes at most when negated": _negated(Comparison.AT_LEAST, Comparison.AT_MOST),
    "and and or swapped": _method("_certainly", _swapped),
    "an absent date is always undated": _method(
        "_since", lambda leaf: replace(leaf, when_null=None)
    ),
    "an early date is taken for one": _method(
        "_since", lambda leaf: replace(leaf, earliest=date(1800, 1, 1))
    ),
    "junk is taken for a date": _in(compiling, "well_formed", lambda *_: None),
    "null is not told from false": _in(compiling, "is_not_true", sa.not_),
    "no row that dates it means expired": _method("_any_of", lambda one: replace(one, empty=False)),
    "an absent parent means expired": _method("_up", lambda one: replace(one, missing=False)),
    "a reference is forgotten": _in(Compiler, "_referred", lambda *_, **__: sa.true()),
    "a key set is forgotten": _in(Compiler, "key_in", _no),
    "IS NOT NULL is forgotten": _in(meant, "holds_something", lambda *_, **__: sa.true()),
    "what is unknown is forgotten": _in(questions, "unknown", _no),
    "whoever refers here is taken for an echo": _in(assuming, "stays_with", lambda *_: True),
    "a negation is dropped where rows are known": _in(assuming, "not_", lambda part: part),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_the_oracle_tells(name: str, sqlite: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    MUTANTS[name](monkeypatch)
    for world in some_worlds():
        try:
            hold_equal(world, build(sqlite, world))
            hold_equal_for_one(world, build(sqlite, world))
        except (AssertionError, Stopped, StoreError):
            return
    pytest.fail("no world tells this mutant from the compiler")


def test_the_compiler_itself_passes(sqlite: sa.Engine) -> None:
    for world in some_worlds()[:6]:
        hold_equal(world, build(sqlite, world))


@pytest.mark.parametrize("late", [False, True])
def test_a_boundary_a_day_late_is_told(
    late: bool, sqlite: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows on both sides of a boundary tell `<=` from `<`, which random dates seldom do."""
    table = "CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT, mail TEXT, ended TEXT)"
    rows = "INSERT INTO person VALUES (1,'a','a','2019-12-31'),(2,'b','b','2020-01-01')"
    with sqlite.connect() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.exec_driver_sql("DROP TABLE IF EXISTS person")
        connection.exec_driver_sql(table)
        connection.exec_driver_sql(rows)
        connection.commit()
        connection.exec_driver_sql("PRAGMA foreign_keys = ON")
    if late:
        _day_late(monkeypatch)
    found = SqlStore(mapped(), sqlite).survey([step(Deed.DELETE)], {})
    assert (found["s001"].rows == 1) is not late
