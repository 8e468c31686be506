"""Spans of a column that meet are asked as one, and nothing else changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql

from doelbinding.binding.expression import YES, Since
from doelbinding.plan.model import Deed, Doubt, Step
from doelbinding.policy.stores import Column, ColumnType, Dataset, Store
from doelbinding.stores.sql.compile import Compiler
from doelbinding.stores.sql.questions import counting
from doelbinding.stores.sql.spans import any_of_spans
from doelbinding.stores.sql.tables import bound

_ROWS = sa.table("numbers", sa.column("a"), sa.column("b"))
a, b = _ROWS.c
_ENDS = st.integers(min_value=0, max_value=9)


@pytest.fixture(scope="module")
def connection() -> Iterator[sa.Connection]:
    with sa.create_engine("sqlite://").connect() as connection:
        connection.execute(sa.text("CREATE TABLE numbers (a INTEGER, b INTEGER)"))
        held = [None, *range(-1, 12)]
        rows = [{"a": one, "b": other} for one in held for other in held]
        connection.execute(sa.text("INSERT INTO numbers VALUES (:a, :b)"), rows)
        yield connection


@st.composite
def _conditions(draw: st.DrawFn) -> sa.ColumnElement[bool]:
    column = draw(st.sampled_from([a, b]))
    first, beyond = column >= bound(draw(_ENDS)), column < bound(draw(_ENDS))
    other = draw(st.sampled_from([a, b])) < bound(draw(_ENDS))
    null = column.is_(None)
    kinds = [
        first,
        beyond,
        sa.and_(first, beyond),
        null,
        sa.and_(first, other),
        sa.or_(first, null),
    ]
    return draw(st.sampled_from(kinds))


@given(conditions=st.lists(_conditions(), min_size=1, max_size=6))
def test_the_same_rows_are_found(
    connection: sa.Connection, conditions: list[sa.ColumnElement[bool]]
) -> None:
    found = [
        connection.execute(sa.select(a, b).where(asked)).all()
        for asked in (sa.or_(*conditions), any_of_spans(conditions))
    ]
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("conditions", "said"),
    [
        pytest.param(
            [sa.and_(a >= bound(5), a < bound(9)), b < bound(3), a < bound(5)],
            "numbers.a < 9 OR numbers.b < 3",
            id="side by side",
        ),
        pytest.param(
            [a < bound(4), sa.and_(a >= bound(5), a < bound(9))],
            "numbers.a < 4 OR numbers.a >= 5 AND numbers.a < 9",
            id="something between",
        ),
        pytest.param(
            [a < bound(4), a >= bound(8), sa.and_(a >= bound(4), a < bound(8))],
            "numbers.a IS NOT NULL",
            id="whatever there is",
        ),
        pytest.param(
            [a < bound("b"), sa.and_(a >= bound("b"), a < bound("c"))],
            "numbers.a < 'b' OR numbers.a >= 'b' AND numbers.a < 'c'",
            id="texts, whose order is the database's",
        ),
        pytest.param(
            [a < bound(date(1950, 1, 1)), sa.or_(a.is_(None), a < bound(date(2018, 1, 1)))],
            "numbers.a < DATE'2018-01-01' OR numbers.a IS NULL",
            id="one within another's alternatives",
        ),
    ],
)
def test_spans_that_meet_are_one(conditions: list[sa.ColumnElement[bool]], said: str) -> None:
    asked = any_of_spans(conditions).compile()
    values = {name: _literal(value) for name, value in asked.params.items()}
    text = str(asked)
    for name, value in sorted(values.items(), reverse=True):
        text = text.replace(f":{name}", value)
    assert text == said


def test_a_plan_asks_for_what_a_rule_lets_go_and_what_is_too_early_at_once() -> None:
    """Else each row that stays is compared twice with where the years that are believed begin."""
    day = Column(name="day", type=ColumnType.DATE)
    dataset = Dataset(id="row", table="row", key=("day",), label={}, columns=(day,))
    store = Store(id="s", label={}, country="NL", datasets=(dataset,))
    needed = Since(
        column="day",
        day=date(2020, 1, 1),
        zone="Europe/Amsterdam",
        earliest=date(1950, 1, 1),
        latest=date(2150, 1, 1),
    )
    step = Step(
        id="s001",
        store="s",
        dataset="row",
        controller=None,
        deed=Deed.DELETE,
        needed=needed,
        scope=YES,
    )
    doubt = Doubt(store="s", dataset="row", controller=None, scope=YES, values=(needed,))
    (asked,) = counting([step], [doubt], Compiler(store=store, dialect="postgresql", keys={}))
    assert asked.joined is not None
    for condition, compared in ((asked.among, 2), (asked.joined, 1)):
        assert str(condition.compile(dialect=postgresql.dialect())).count("<") == compared


def _literal(value: object) -> str:
    if isinstance(value, date):
        return f"DATE'{value}'"
    return repr(value)
