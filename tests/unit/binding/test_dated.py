"""Questions about who was there in time, put for some people and a moment (R-IX.3)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from doelbinding.binding.dated import ANY_MOMENT, asked_of
from doelbinding.binding.expression import (
    And,
    Certain,
    Expression,
    IsNull,
    KeyIn,
    Not,
    NotAfter,
    Or,
    Up,
)
from doelbinding.binding.paths import Link

AT = datetime(2026, 6, 1, tzinfo=UTC)
LINK = Link(dataset="customer", pairs=(("customer_id", "id"),))


def asked(keys: str, moment: datetime) -> Expression:
    in_time = NotAfter(column="joined", moment=moment, zone="UTC")
    led = Up(link=LINK, part=KeyIn(columns=("id",), keys=keys), missing=False)
    return And(parts=(led, Or(parts=(IsNull(column="joined"), in_time))))


def test_a_question_is_put_for_people_and_a_moment_wherever_they_stand_in_it() -> None:
    assert asked_of(asked("all", ANY_MOMENT), "all", "some", AT) == asked("some", AT)
    assert asked_of(asked("others", ANY_MOMENT), "all", "some", AT) == asked("others", AT)


@pytest.mark.parametrize("kind", [Not, Certain])
def test_a_part_that_no_question_has_is_not_passed_over(kind: type[Not | Certain]) -> None:
    with pytest.raises(TypeError, match="no question"):
        asked_of(kind(part=asked("all", ANY_MOMENT)), "all", "some", AT)
