"""A deep condition's statement grows with the ways to other rows, not with a power of depth."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy.dialects import postgresql

from doelbinding.binding.expression import YES, And, Expression, KeyIn, Not, Or, Referred, Since, Up
from doelbinding.binding.paths import Link
from doelbinding.plan.model import Deed, KeySets, Step
from doelbinding.policy.stores import Column, ColumnType, Dataset, Store
from doelbinding.stores.sql import visits
from doelbinding.stores.sql.compile import Compiler
from doelbinding.stores.sql.meant import counted
from doelbinding.stores.sql.questions import counting
from doelbinding.stores.sql.visits import are_deep

UP, DOWN = Link(dataset="row", pairs=(("up", "id"),)), Link(dataset="row", pairs=(("id", "up"),))
ROW = Dataset(
    id="row",
    table="row",
    key=("id",),
    label={},
    columns=(
        Column(name="id", type=ColumnType.INTEGER),
        Column(name="up", type=ColumnType.INTEGER),
        Column(name="day", type=ColumnType.DATE),
    ),
)
KEYS: KeySets = {"only": frozenset({(1,)})}
STORE = Store(id="s", label={}, country="NL", datasets=(ROW,))


def _needed(depth: int) -> Expression:
    """Give a need in which each row asks two things of the rows below, and these of theirs."""
    since = Since(
        column="day",
        day=date(2020, 1, 1 + depth),
        zone="Europe/Amsterdam",
        earliest=date(1950, 1, 1),
        latest=date(2150, 1, 1),
    )
    if depth == 0:
        return since
    below = _needed(depth - 1)
    closed = And(parts=(Not(part=below), KeyIn(columns=("id",), keys="only")))
    return Or(parts=(since, Referred(link=DOWN, stays=below), Referred(link=DOWN, stays=closed)))


def _step(needed: Expression) -> Step:
    return Step(
        id="s001",
        store="s",
        dataset="row",
        controller=None,
        deed=Deed.DELETE,
        needed=needed,
        narrow=KeyIn(columns=("id",), keys="only"),
        scope=YES,
    )


def _text(needed: Expression) -> str:
    step = _step(needed)
    compiler = Compiler(store=STORE, dialect="postgresql", keys=KEYS)
    found = counted(step, compiler, compiler.here("row"))
    return str(found.compile(dialect=postgresql.dialect()))


def test_a_statement_grows_with_the_ways_to_other_rows() -> None:
    shallow, deep = _text(_needed(6)), _text(_needed(12))
    assert deep.count("JOIN") <= 2 * shallow.count("JOIN") + 2
    assert len(deep) < 3 * len(shallow)


def test_written_out_it_would_grow_with_a_power(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visits, "MOST_WRITTEN_OUT", 10**9)
    assert _text(_needed(8)).count("SELECT") > 2**8


def test_what_is_not_deep_is_asked_where_it_stands() -> None:
    assert "JOIN" not in _text(Up(link=UP, part=_needed(0), missing=False))


def test_what_follows_deeds_that_were_done_is_never_deep() -> None:
    compiler = Compiler(store=STORE, dialect="postgresql", keys={}, doing=True)
    assert not are_deep([_needed(12)], compiler)


def test_steps_in_one_table_are_counted_apart_where_they_are_deep() -> None:
    first = _step(_needed(10))
    steps = [first, replace(first, id="s002", needed=_needed(0), unless=first.needed)]
    questions = list(counting(steps, [], Compiler(store=STORE, dialect="postgresql", keys=KEYS)))
    assert len(questions) == len(steps)
    assert all("JOIN" in str(one.statement("postgresql")) for one in questions)
