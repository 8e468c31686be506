"""What a plan pays for those who stopped something before, each at another moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from benchmarks import shop
from benchmarks.customers import FINGERPRINT
from benchmarks.measuring import Line, Sizes, Target, best
from benchmarks.server import Server
from doelbinding.binding.circumstances import NOTHING_SAID, Circumstances, Stop, StopKind
from doelbinding.plan.survey import surveyed
from doelbinding.policy.model import Policy
from doelbinding.retention.planner import Planner
from doelbinding.stores.sql.store import SqlStore

_PHASES = frozenset({"sales/active", "recommendations/active", "support/active"})
_SHARE = 10
"""One in so many people said something."""


def measure(server: Server, sizes: Sizes) -> Iterator[Line]:
    """Yield the time of a plan of retention, beside the same where nobody said anything."""
    shop.create(server, sizes.people, indexed=True)
    store = SqlStore(_POLICY.stores[0], server.engine(shop.SEED))
    none = _planned(store, NOTHING_SAID, sizes)
    few, many = max(1, sizes.people // _SHARE // 10), sizes.people // _SHARE
    for people in (few, many):
        yield Line(
            benchmark=f"retention of a shop, {sizes.people:,} people",
            what=f"plan, {people:,} of whom stopped something, each on another day; by hand: the "
            "same plan where nobody did",
            ours=_planned(store, _said(people), sizes),
            by_hand=none,
            target=Target(at_most=3) if people == many else None,
        )
    store.close()
    server.drop(shop.SEED)


def _dated() -> Policy:
    """Give the shop's policy, with orders that say when they were placed."""
    (store,) = shop.policy().stores
    dated = tuple(
        replace(one, collected="ordered_at") if one.id == "orders" else one
        for one in store.datasets
    )
    return replace(shop.policy(), stores=(replace(store, datasets=dated),))


def _planned(store: SqlStore, said: Circumstances, sizes: Sizes) -> float:
    def plan() -> int:
        planner = Planner(policy=_POLICY, at=shop.AT, circumstances=said)
        draft = planner.retention(FINGERPRINT)
        return surveyed(draft, {store.id: store}, planner.stopped.key_sets, b"benchmark").rows

    return best(plan, sizes.repeat)


def _said(people: int) -> Circumstances:
    """Give the stops of some people, a day apart from each other."""
    return Circumstances(
        stops=tuple(
            Stop(
                id=f"case-{n}",
                controller=_POLICY.controllers[0].id,
                kind=StopKind.ERASURE,
                phases=_PHASES,
                set_at=shop.AT - timedelta(days=1 + n % 3000, seconds=n),
                subjects={"shop.customer": frozenset({(n,)})},
            )
            for n in shop.some_people(_SHARE * people, people)
        )
    )


_POLICY = _dated()
