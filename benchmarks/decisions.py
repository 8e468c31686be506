"""A decision in the process: is this value still justified, and why? (`Interpreter.justify`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import cycle, islice

from dateutil.relativedelta import relativedelta

from benchmarks import customers
from benchmarks.measuring import Line, Measure, Sizes, Target, insist_equal, seconds
from benchmarks.server import Server
from doelbinding.binding.circumstances import NOTHING_SAID
from doelbinding.binding.judge import Judge
from doelbinding.binding.paths import Place, place
from doelbinding.policy.model import Policy
from doelbinding.stores.memory.tables import MemoryTables

_TODAY = date(2025, 6, 1)
_BINDINGS = 1_000


def measure(_server: Server, sizes: Sizes) -> Iterator[Line]:
    """Yield the time of a decision under a small policy and under one of 1,000 bindings."""
    for bindings, policy in ((3, customers.policy()), (_BINDINGS, _inflated(_BINDINGS))):
        ours, by_hand = _decided(policy, sizes)
        yield Line(
            benchmark="decision in the process",
            what=f"one value, {bindings:,} bindings; by hand: a comparison in Python",
            ours=ours,
            by_hand=by_hand,
            target=Target(at_most=5e-6, of=Measure.AMOUNT) if bindings == _BINDINGS else None,
        )


def _decided(policy: Policy, sizes: Sizes) -> tuple[float, float]:
    """Give the seconds that one decision takes, on our side and by hand."""
    rows = [_row(n) for n in range(1000)]
    tables = MemoryTables(tables={"shop.customer": rows})
    judge = Judge(policy=policy, reader=tables, at=customers.AT, circumstances=NOTHING_SAID)
    here = place(policy, "shop.customer")
    asked = list(islice(cycle(rows), sizes.values))
    for row in rows:
        insist_equal("a decision", _ours(judge, here, row), _by_hand(row))
    ours = seconds(lambda: [_ours(judge, here, row) for row in asked])
    by_hand = seconds(lambda: [_by_hand(row) for row in asked])
    return ours / len(asked), by_hand / len(asked)


def _row(number: int) -> dict[str, object]:
    day = date(2015, 1, 1) + timedelta(days=number * 7 % 3700)
    return {
        "id": number,
        "name": f"Family{number}",
        "relation_ended": None if number % 3 == 0 else day,
        "invoiced_on": day,
        "last_contact": day,
    }


def _ours(judge: Judge, here: Place, row: dict[str, object]) -> bool:
    return judge.justify(here, row, "name").truth is True


def _by_hand(row: dict[str, object]) -> bool:
    ended = row["relation_ended"]
    return not isinstance(ended, date) or ended + relativedelta(years=5) >= _TODAY


def _inflated(bindings: int) -> Policy:
    """Give the policy with as many datasets like the first as make up that many bindings."""
    policy = customers.policy()
    store = policy.stores[0]
    first = store.datasets[0]
    count = -(-bindings // len(first.bindings))
    others = (replace(first, id=f"customer-{n}", table=f"customer_{n}") for n in range(1, count))
    return replace(policy, stores=(replace(store, datasets=(first, *others)),))
