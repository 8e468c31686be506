"""Spans of a column that meet are asked as one, and nothing else changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

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


def _literal(value: object) -> str:
    if isinstance(value, date):
        return f"DATE'{value}'"
    return repr(value)
