"""What is left to ask of a row of which something is known (ADR 0022)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import product

import pytest

from doelbinding.binding import assuming
from doelbinding.binding.assuming import Assuming, Known, lifted
from doelbinding.binding.expression import (
    NO,
    UNKNOWN,
    YES,
    And,
    Certain,
    Constant,
    Expression,
    KeyIn,
    Not,
    Or,
    Referred,
    Since,
    Up,
)
from doelbinding.binding.kleene import Truth, both, either, negate
from doelbinding.binding.paths import Link

HERS = KeyIn(columns=("customer_id",), keys="only:shop.customer")
TO_ORDER = Link(dataset="orders", pairs=(("order_id", "id"),))
ITEMS = Link(dataset="item", pairs=(("id", "order_id"),))
RECENT = Since(
    column="ordered_at", day=date(2025, 1, 1), zone="UTC",
    earliest=date(1950, 1, 1), latest=date(2100, 1, 1),
)  # fmt: skip
ASSUMING = Assuming(keyed=lambda _: True)
KNOWN = Known().adding((HERS,), lambda _: True)


def left(expression: Expression, known: Known = KNOWN) -> Expression:
    return ASSUMING.simplify(expression, known, "orders")


def test_what_is_known_is_not_asked_again() -> None:
    assert left(HERS) == YES
    assert left(Not(part=HERS)) == NO
    assert left(And(parts=(HERS, RECENT))) == RECENT
    assert left(Or(parts=(Not(part=HERS), RECENT))) == RECENT


def test_going_down_and_up_again_is_staying() -> None:
    """An item stays if it is another's, or its order is recent: of her orders, if that is."""
    another = Not(part=Up(link=TO_ORDER, part=HERS, missing=False))
    stays = Or(parts=(another, Certain(part=Up(link=TO_ORDER, part=RECENT))))
    asked = Or(parts=(RECENT, Referred(link=ITEMS, stays=stays)))
    assert left(asked) == RECENT
    assert left(asked, Known()) == asked


def test_a_link_that_leads_to_several_rows_tells_nothing() -> None:
    several = Assuming(keyed=lambda _: False)
    stays = Not(part=Up(link=TO_ORDER, part=HERS, missing=False))
    referred = Referred(link=ITEMS, stays=stays)
    assert several.simplify(referred, KNOWN, "orders") == referred
    both_ = And(parts=(Up(link=TO_ORDER, part=HERS, missing=False), Up(link=TO_ORDER, part=RECENT)))
    assert lifted(both_, lambda _: False) == both_


def test_rows_that_are_left_keep_theirs_while_a_plan_is_done() -> None:
    doing = Assuming(keyed=lambda _: True, references=False)
    asked = Or(parts=(RECENT, Referred(link=ITEMS, stays=NO)))
    assert doing.simplify(asked, KNOWN, "orders") == asked


def test_what_is_asked_of_one_row_is_one_question() -> None:
    hers = Up(link=TO_ORDER, part=HERS, missing=False)
    old = Not(part=Certain(part=Up(link=TO_ORDER, part=RECENT)))
    told = Not(part=Certain(part=RECENT))
    assert lifted(And(parts=(hers, old)), lambda _: True) == Up(
        link=TO_ORDER, part=And(parts=(HERS, told)), missing=False
    )


LEAVES = (HERS, KeyIn(columns=("id",), keys="held"), RECENT, YES, NO, UNKNOWN)


def _small() -> list[Expression]:
    one: list[Expression] = [*LEAVES, *(Not(part=p) for p in LEAVES), Certain(part=RECENT)]
    two = [kind(parts=(a, b)) for kind in (And, Or) for a, b in product(one, one)]
    three = [
        kind(parts=(a, Not(part=b))) for kind in (And, Or) for a, b in product(LEAVES, two[::7])
    ]
    return [*one, *two, *three]  # type: ignore[list-item]


def _truth(expression: Expression, said: dict[Expression, Truth]) -> Truth:
    match expression:
        case Constant():
            return expression.value
        case Not():
            return negate(_truth(expression.part, said))
        case Certain():
            return _truth(expression.part, said) is True
        case And():
            return both(_truth(part, said) for part in expression.parts)
        case Or():
            return either(_truth(part, said) for part in expression.parts)
        case _:
            return said[expression]


@pytest.mark.parametrize("recent", [True, False, None])
@pytest.mark.parametrize("held", [True, False])
def test_no_truth_is_changed_where_what_is_known_holds(held: bool, recent: Truth) -> None:
    said: dict[Expression, Truth] = {HERS: True, LEAVES[1]: held, RECENT: recent}
    for expression in _small():
        assert _truth(left(expression), said) is _truth(expression, said), expression


TO_SHOP = Link(dataset="shop", pairs=(("shop_id", "id"),))
HERE = KeyIn(columns=("id",), keys="held")
Rows = dict[Link, dict[Expression, Truth] | None]
"""What is true of the row that each link leads to; none where it leads to no row."""


def _asked_from_an_item() -> list[Expression]:
    """Give what may be asked of an item that has an order: of it, of the shop, of itself."""
    hers = Up(link=TO_ORDER, part=HERS, missing=False)
    ups = [
        Up(link=link, part=part, missing=missing)
        for link in (TO_ORDER, TO_SHOP)
        for part in (HERS, RECENT, Not(part=RECENT))
        for missing in (False, True, None)
    ]
    single: list[Expression] = [HERE, RECENT, *ups, *(Not(part=Certain(part=up)) for up in ups)]
    pairs = [kind(parts=(a, b)) for kind in (And, Or) for a, b in product(ups[::2], single)]
    return [And(parts=(hers, asked)) for asked in (*single, *pairs)]


def _reached(expression: Expression, own: dict[Expression, Truth], rows: Rows) -> Truth:
    match expression:
        case Constant():
            return expression.value
        case Up():
            there = rows[expression.link]
            return expression.missing if there is None else _reached(expression.part, there, rows)
        case Not():
            return negate(_reached(expression.part, own, rows))
        case Certain():
            return _reached(expression.part, own, rows) is True
        case And():
            return both(_reached(part, own, rows) for part in expression.parts)
        case Or():
            return either(_reached(part, own, rows) for part in expression.parts)
        case _:
            return own[expression]


def _lifting_keeps_what_is_certain() -> bool:
    said: list[dict[Expression, Truth] | None] = [None]
    said += [{HERS: hers, RECENT: t} for hers in (True, False) for t in (True, False, None)]
    asked = [(one, lifted(one, lambda _: True)) for one in _asked_from_an_item()]
    for order, shop, held, recent in product(said, said, (True, False), (True, None)):
        own: dict[Expression, Truth] = {HERE: held, RECENT: recent}
        rows: Rows = {TO_ORDER: order, TO_SHOP: shop}
        for before, after in asked:
            if (_reached(before, own, rows) is True) is not (_reached(after, own, rows) is True):
                return False
    return True


def test_what_is_lifted_is_certain_of_the_same_rows() -> None:
    assert _lifting_keeps_what_is_certain()


def _of_any_link(expression: Expression, _link: Link) -> Expression | None:
    return expression.part if isinstance(expression, Up) else None


def _of_some_parts(expression: Expression, link: Link) -> Expression | None:
    """Take what is asked of the row here too, beside the row referred to, for asked of that row."""
    if isinstance(expression, And | Or):
        parts = [part for one in expression.parts if (part := _of_some_parts(one, link))]
        return replace(expression, parts=tuple(parts)) if parts else None
    return expression.part if isinstance(expression, Up) and expression.link == link else None


@pytest.mark.parametrize("mutant", [_of_any_link, _of_some_parts, lambda *_: YES])
def test_a_lifting_with_a_fault_is_told(mutant: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assuming, "_told_above", mutant)
    assert not _lifting_keeps_what_is_certain()
