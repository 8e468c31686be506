"""The table of customers and its policy, as both benchmarks of retention use them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.measuring import insist_equal
from benchmarks.server import Connection, Server, analysed, execute, statements
from doelbinding.binding.circumstances import NOTHING_SAID
from doelbinding.plan.atonce import Found, Pending
from doelbinding.plan.grades import left_as_is
from doelbinding.plan.journal import MemoryJournal
from doelbinding.plan.model import Deed, Plan
from doelbinding.plan.ports import Changed
from doelbinding.plan.run import Bound, run
from doelbinding.plan.survey import surveyed
from doelbinding.policy.load import load
from doelbinding.policy.model import Policy
from doelbinding.retention.planner import Planner
from doelbinding.stores.sql.store import SqlStore

AT = datetime(2025, 6, 1, 12, tzinfo=UTC)
FINGERPRINT = "0" * 64
POLICIES = Path(__file__).parent / "policies"
_LEFT = b"SELECT count(*), sum(hashtextextended(customer::text, 0)) FROM customer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """How many rows of every 10,000 a step finds, and how many are undated."""

    gone: int
    service: int
    billing: int
    marketing: int
    undated: int = 100

    def values(self, rows: int) -> Mapping[str, object]:
        """Give the values that create.sql wants."""
        return {
            "rows": rows,
            "gone": self.gone,
            "service": self.service,
            "billing": self.billing,
            "marketing": self.marketing,
            "undated": self.undated,
        }


def create(server: Server, database: str, shares: Shares, rows: int) -> None:
    """Make the database from which every run is copied."""
    server.create(database)
    with server.connect(database) as connection:
        for statement in statements("retention/create"):
            values = shares.values(rows) if "%(" in statement else None
            execute(connection, statement, values)
    analysed(server, database)


@cache
def policy() -> Policy:
    """Give the policy of the one table."""
    return load(POLICIES / "customers")


def planned(store: SqlStore) -> Plan:
    """Plan retention as `doelbinding plan` does, without the records."""
    planner = Planner(policy=policy(), at=AT, circumstances=NOTHING_SAID)
    return surveyed(planner.retention(FINGERPRINT), {store.id: store}, {}, b"benchmark")


def summary(plan: Plan) -> list[tuple[int, str]]:
    """Give rows and oldest date per step (deletions, then groups by their order in the policy)."""
    order = ("id", "name", "iban", "segment")
    found = {
        "id" if step.deed is Deed.DELETE else step.columns[0].column: (
            step.expected,
            str(step.oldest),
        )
        for step in plan.steps
    }
    undated = sum(doubt.rows for doubt in plan.doubts)
    return [*(found.get(name, (0, "None")) for name in order), (undated, "")]


def left(connection: Connection) -> tuple[Any, ...]:
    """Give the number of rows and a hash of all that is in them."""
    found = connection.execute(_LEFT).fetchone()
    return found or ()


@dataclass(slots=True, kw_only=True)
class Spent:
    """Seconds spent in each part of a run."""

    deeds: float = 0.0
    whole: float = 0.0


class Watched(SqlStore):
    """A store that keeps the time its deeds take."""

    def __init__(self, *words: Any, **more: Any) -> None:
        super().__init__(*words, **more)
        self.spent = Spent()

    def execute(self, *words: Any, **more: Any) -> Iterator[Changed]:
        """Do the step, and add up the time until it is done."""
        start = perf_counter()
        for batch in super().execute(*words, **more):
            self.spent.deeds += perf_counter() - start
            yield batch
            start = perf_counter()
        self.spent.deeds += perf_counter() - start

    def do_at_once(self, *words: Any, **more: Any) -> Pending:
        """Do the steps of a small plan, and add up the time it takes, with its commit."""
        start = perf_counter()
        done: Pending = super().do_at_once(*words, **more)
        self.spent.deeds += perf_counter() - start
        return _Watched(done, self.spent)


@dataclass(frozen=True, slots=True)
class _Watched:
    """What was done and not yet committed, of which the commit is timed too."""

    pending: Pending
    spent: Spent

    @property
    def changed(self) -> Found:
        return self.pending.changed

    def commit(self) -> None:
        start = perf_counter()
        self.pending.commit()
        self.spent.deeds += perf_counter() - start

    def close(self) -> None:
        self.pending.close()


def applied(server: Server, database: str, plan: Plan) -> Spent:
    """Run a plan on a database and give the time it took."""
    engine = server.engine(database)
    store = Watched(policy().stores[0], engine)
    store.spent = Spent()
    start = perf_counter()
    outcome = run(plan, {store.id: store}, {}, MemoryJournal(), bound=Bound(), purge=left_as_is)
    store.spent.whole = perf_counter() - start
    engine.dispose()
    insist_equal("rows left to do after the run", outcome.verified, by_hand=True)
    return store.spent


def faster(one: Spent | None, other: Spent) -> Spent:
    """Give, for each part, the shorter of two runs."""
    if one is None:
        return other
    return replace(one, deeds=min(one.deeds, other.deeds), whole=min(one.whole, other.whole))
