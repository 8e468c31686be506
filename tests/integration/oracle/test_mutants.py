"""A compiler with a fault does not pass: every mutant here is told by a random world or a boundary.

The worlds are the same every time. A mutant that none of them tells would be a rule that the suite
does not hold the compiler to.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from doelbinding.binding import assuming
from doelbinding.binding.expression import And, Comparison, Or
from doelbinding.binding.leads import ThroughLeads
from doelbinding.plan.model import Deed
from doelbinding.stores.sql import compile as compiling
from doelbinding.stores.sql import conditions, meant, questions
from doelbinding.stores.sql.compile import Compiler
from doelbinding.stores.sql.store import SqlStore
from tests.integration.one_table import mapped, step
from tests.integration.oracle.database import build
from tests.integration.oracle.mutants import Patch, insist_it_is_told, replaced, some_worlds
from tests.integration.oracle.test_oracle import hold_equal, sqlite

__all__ = ["sqlite"]


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
    return lambda monkeypatch: monkeypatch.setitem(conditions._NEGATED, one, other)


def _of_others_and_own(name: str, mutant: Callable[..., Any]) -> Patch:
    """Let a function be another in what is asked of other rows and of a row itself."""

    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        for module in (compiling, conditions):
            monkeypatch.setattr(module, name, mutant)

    return patch


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
    "junk is taken for a date": replaced(conditions, "well_formed", lambda *_: None),
    "what cannot be read is compared": replaced(Compiler, "_readable", lambda *_: []),
    "null is not told from false": _of_others_and_own("is_not_true", sa.not_),
    "no row that dates it means expired": _method("_any_of", lambda one: replace(one, empty=False)),
    "an absent parent means expired": _method("_up", lambda one: replace(one, missing=False)),
    "a binding holds on every way": replaced(ThroughLeads, "_goes_by", lambda *_: True),
    "a reference is forgotten": replaced(Compiler, "_referred", lambda *_, **__: sa.true()),
    "a key set is forgotten": replaced(Compiler, "key_in", _no),
    "IS NOT NULL is forgotten": replaced(meant, "holds_something", lambda *_, **__: sa.true()),
    "what is unknown is forgotten": replaced(questions, "unknown", _no),
    "whoever refers here is taken for an echo": replaced(assuming, "stays_with", lambda *_: True),
    "a negation is dropped where rows are known": replaced(assuming, "not_", lambda part: part),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_the_oracle_tells(name: str, sqlite: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    MUTANTS[name](monkeypatch)
    insist_it_is_told(name, some_worlds(), sqlite)


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
