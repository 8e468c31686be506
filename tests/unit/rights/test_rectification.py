"""Right values in the form of their column, and an objection that follows its person (R-IX.2)."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from doelbinding.binding.circumstances import Stop, StopKind
from doelbinding.plan.identifiers import Identifier
from doelbinding.plan.model import Emptied
from doelbinding.plan.transform import Transformer
from doelbinding.plan.transformation import Rectify
from doelbinding.policy.stores import ColumnType
from doelbinding.rights.lasting import remembering


@pytest.mark.parametrize(
    ("held", "key", "wrong", "right"),
    [
        (ColumnType.TEXT, ("b",), "a", "b"),
        (ColumnType.TEXT, (), "a", None),
        (ColumnType.TEXT, ("b",), None, "b"),
        (ColumnType.BOOLEAN, (1,), False, True),
        (ColumnType.BOOLEAN, (1,), 0, 1),
        (ColumnType.BOOLEAN, (0,), None, False),
        (ColumnType.DECIMAL, ("12.50",), Decimal("3.1"), Decimal("12.50")),
        (ColumnType.DECIMAL, ("12.5",), 3.1, 12.5),
        (ColumnType.DATE_DIGITS, ("20240131",), 20230101, 20240131),
        (ColumnType.DATE_DIGITS, ("20240131",), "20230101", "20240131"),
    ],
)
def test_a_right_value_has_the_form_of_the_wrong_one_and_stays_as_it_is(
    held: ColumnType, key: tuple[str | int, ...], wrong: object, right: object
) -> None:
    change = Rectify(value="right-value:1", held=held)
    transformer = Transformer(values={"right-value:1": [key]})
    once = transformer.of(change, wrong)
    assert (once, type(once)) == (right, type(right))
    again = transformer.of(change, once)
    assert (again, type(again)) == (once, type(once))


def test_a_number_that_is_right_already_is_not_written_again() -> None:
    change = Rectify(value="v", held=ColumnType.DECIMAL)
    held = Decimal("12.50")
    assert Transformer(values={"v": [("12.5",)]}).of(change, held) is held


def test_a_plan_names_a_right_value_and_never_tells_it() -> None:
    step = Emptied(column="email", transformation=Rectify(value="v", held=ColumnType.TEXT))
    assert "ann@example.com" not in repr((step, Transformer(values={"v": [("ann@example.com",)]})))


def test_an_objection_remembers_the_old_and_the_right_address() -> None:
    stop = Stop(
        id="case-1",
        controller="mill",
        kind=StopKind.OBJECTION,
        phases=frozenset({"news/subscribed"}),
        set_at=datetime(2026, 11, 23, tzinfo=UTC),
        subjects={"mail.reader": frozenset({(1,)})},
    )
    once = remembering(stop, [Identifier("email", "a@example.com")])
    twice = remembering(once, [Identifier("email", "b@example.com")])
    assert twice.subjects["identifier:email"] == {("a@example.com",), ("b@example.com",)}
    assert twice.subjects["mail.reader"] == {(1,)}
