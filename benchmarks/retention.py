"""Retention when much is overdue: 30 % of the rows of one table go or are emptied (DESIGN §8)."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks import customers
from benchmarks.customers import Shares, Spent
from benchmarks.measuring import (
    Line,
    Measure,
    Sizes,
    Target,
    best,
    forget_peak,
    insist_equal,
    peak_megabytes,
    seconds,
)
from benchmarks.server import Connection, Server, execute, read_sql, statements
from doelbinding.plan.model import Plan
from doelbinding.stores.sql.store import SqlStore

_SHARES = Shares(gone=1000, service=700, billing=700, marketing=600)
_SEED = "bench_customers"
_PAGES = 1000  # per statement by hand: some 40,000 rows looked at, 4,000 changed


def measure(server: Server, sizes: Sizes) -> Iterator[Line]:
    """Yield the time of a plan and of a run, and the memory it needed."""
    customers.create(server, _SEED, _SHARES, sizes.rows)
    name = f"retention, {sizes.rows:,} rows, 30 % due"
    plan, ours, by_hand = _plan(server, sizes)
    yield Line(
        benchmark=name,
        what="plan; by hand: one grouped query",
        ours=ours,
        by_hand=by_hand,
        target=Target(at_most=1.2),
    )
    spent, by_hand, peak = _apply(server, plan, sizes)
    yield Line(
        benchmark=name,
        what="apply, the deeds alone; by hand: ranges of pages",
        ours=spent.deeds,
        by_hand=by_hand,
        target=Target(at_most=1.1),
    )
    yield Line(
        benchmark=name,
        what="apply, with catalogue, second count and verification",
        ours=spent.whole,
        by_hand=by_hand,
        target=Target(at_most=1.3),
        note="by hand: the deeds alone",
    )
    yield Line(
        benchmark=name,
        what="client memory while applying, Python included",
        ours=peak,
        unit="MB",
        target=Target(at_most=100, of=Measure.AMOUNT),
    )
    server.drop(_SEED)


def _plan(server: Server, sizes: Sizes) -> tuple[Plan, float, float]:
    engine = server.engine(_SEED)
    store = SqlStore(customers.policy().stores[0], engine)
    ours = best(lambda: customers.planned(store), sizes.repeat)
    plan = customers.planned(store)
    engine.dispose()
    with server.connect(_SEED) as connection:
        asked = read_sql("retention/plan")
        by_hand = best(lambda: execute(connection, asked).fetchone(), sizes.repeat)
        found = execute(connection, asked).fetchone() or ()
    pairs = [(found[n], str(found[n + 1])) for n in range(0, 8, 2)]
    insist_equal("the plan", customers.summary(plan), [*pairs, (found[8], "")])
    return plan, ours, by_hand


def _apply(server: Server, plan: Plan, sizes: Sizes) -> tuple[Spent, float, float]:
    """Apply in turns, each on a fresh copy; give the shortest times and the highest peak."""
    spent, by_hand, peak = None, float("inf"), 0.0
    for _ in range(sizes.repeat):
        with server.copy(_SEED) as database:
            forget_peak()
            spent = customers.faster(spent, customers.applied(server, database, plan))
            peak = max(peak, peak_megabytes())
            with server.connect(database) as connection:
                ours = customers.left(connection)
        with server.copy(_SEED) as database, server.connect(database) as connection:
            by_hand = min(by_hand, seconds(lambda: _by_hand(connection)))
            insist_equal("the table afterwards", ours, customers.left(connection))
    return spent or Spent(), by_hand, peak


def _by_hand(connection: Connection) -> None:
    size = "SELECT pg_relation_size('customer') / current_setting('block_size')::int"
    (pages,) = execute(connection, size).fetchone() or (0,)
    for statement in statements("retention/apply_in_ranges"):
        for first in range(0, pages, _PAGES):
            values = {"first": f"({first},0)", "beyond": f"({first + _PAGES},0)"}
            execute(connection, statement, values)
