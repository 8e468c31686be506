"""The nightly run: 0.3 % of the rows are due, and no statement should read the whole table."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from benchmarks import customers
from benchmarks.customers import Shares, Spent
from benchmarks.measuring import Line, Measure, Sizes, Target, best, insist_equal, seconds
from benchmarks.server import Connection, Server, execute, statements
from doelbinding.plan.model import Plan
from doelbinding.stores.sql.store import SqlStore

_SHARES = Shares(gone=9, service=7, billing=7, marketing=7)
_SEED = "bench_nightly"
_LARGE_PART = 0.05
_Asked = list[tuple[str, Any]]


def measure(server: Server, sizes: Sizes) -> Iterator[Line]:
    """Yield the time of a plan and of a run, and how many statements scanned the table."""
    customers.create(server, _SEED, _SHARES, sizes.rows)
    name = f"nightly, {sizes.rows:,} rows, 0.3 % due"
    with _heard() as asked:
        plan, ours, by_hand = _plan(server, sizes)
    yield Line(
        benchmark=name, what="plan; by hand: a question per step", ours=ours, by_hand=by_hand
    )
    spent, by_hand, more = _apply(server, plan, sizes)
    yield Line(
        benchmark=name,
        what="apply, the deeds alone; by hand: four statements",
        ours=spent.deeds,
        by_hand=by_hand,
    )
    yield Line(
        benchmark=name,
        what="apply, with catalogue, second count and verification",
        ours=spent.whole,
        by_hand=by_hand,
        note="by hand: the deeds alone",
    )
    asked = _distinct([*asked, *more])
    scanning = _scanning(server, asked, sizes.rows)
    yield Line(
        benchmark=name,
        what="statements of plan and run that read over 5 % of the rows",
        ours=len(scanning),
        unit=f"of {len(asked)}",
        target=Target(at_most=0, of=Measure.AMOUNT),
    )
    server.drop(_SEED)


def _plan(server: Server, sizes: Sizes) -> tuple[Plan, float, float]:
    engine = server.engine(_SEED)
    store = SqlStore(customers.policy().stores[0], engine)
    ours = best(lambda: customers.planned(store), sizes.repeat)
    plan = customers.planned(store)
    engine.dispose()
    with server.connect(_SEED) as connection:
        by_hand = best(lambda: _counted(connection), sizes.repeat)
        insist_equal("the plan", customers.summary(plan), _counted(connection))
    return plan, ours, by_hand


def _counted(connection: Connection) -> list[tuple[int, str]]:
    found = [execute(connection, asked).fetchone() for asked in statements("retention/plan_few")]
    return [(one[0], "" if len(one) == 1 else str(one[1])) for one in found if one is not None]


def _apply(server: Server, plan: Plan, sizes: Sizes) -> tuple[Spent, float, _Asked]:
    spent, by_hand, asked = None, float("inf"), []
    for _ in range(sizes.repeat):
        with server.copy(_SEED) as database:
            with _heard() as asked:
                spent = customers.faster(spent, customers.applied(server, database, plan))
            with server.connect(database) as connection:
                ours = customers.left(connection)
        with server.copy(_SEED) as database, server.connect(database) as connection:
            by_hand = min(by_hand, seconds(lambda: _by_hand(connection)))
            insist_equal("the table afterwards", ours, customers.left(connection))
    return spent or Spent(), by_hand, asked


def _by_hand(connection: Connection) -> None:
    for statement in statements("retention/apply_at_once"):
        execute(connection, statement)


@contextmanager
def _heard() -> Iterator[_Asked]:
    """Give the statements on the table that engines run meanwhile."""
    heard: _Asked = []

    def hear(_c: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        told = ("pg_", "EXPLAIN", "VACUUM", "CHECKPOINT")
        if "customer" in statement and not any(word in statement for word in told):
            heard.append((statement, values))

    sa.event.listen(sa.Engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", hear)


def _distinct(asked: _Asked) -> _Asked:
    return list({repr(one): one for one in asked}.values())


def _scanning(server: Server, asked: _Asked, rows: int) -> list[str]:
    """Name the statements that read more than a twentieth of the rows, run and rolled back."""
    found = []
    with server.connect(_SEED) as connection:
        for statement, values in asked:
            explain = f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement}"
            with connection.transaction(force_rollback=True):
                told = connection.execute(explain.encode(), values).fetchone() or ([],)
            if sum(_rows_read(one["Plan"]) for one in told[0]) > rows * _LARGE_PART:
                found.append(statement.split()[0])
    return found


def _rows_read(node: dict[str, Any]) -> float:
    """Give the rows of the table that a plan's nodes looked at, kept or not."""
    inner = sum(_rows_read(one) for one in node.get("Plans", []))
    if node.get("Relation Name") != "customer":
        return inner
    looked = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
    return float(inner + looked * node["Actual Loops"])
