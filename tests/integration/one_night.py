"""A policy with one store, planned and carried out on a database that a test has made."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa

from doelbinding.binding.circumstances import Circumstances
from doelbinding.plan.journal import MemoryJournal
from doelbinding.plan.model import Plan
from doelbinding.plan.run import Bound, Outcome, run
from doelbinding.plan.survey import surveyed
from doelbinding.policy.load import load
from doelbinding.policy.model import Policy
from doelbinding.retention.planner import Planner
from doelbinding.stores.sql.store import SqlStore
from tests.integration.mill import POLICY

STORE = """\
stores:
  - id: s
    label: {en: Store}
    country: IE
    backups: P0D
    datasets:
"""
AT = datetime(2026, 11, 23, 12, tzinfo=UTC)


def policy_of(datasets: str, policy: str = POLICY) -> Policy:
    """Give the mill's policy, or another, with one store `s` of these datasets."""
    with TemporaryDirectory() as folder:
        (Path(folder) / "policy.yaml").write_text(policy)
        (Path(folder) / "store.yaml").write_text(STORE + datasets)
        return load(Path(folder))


def planned(engine: sa.Engine, datasets: str) -> tuple[SqlStore, Plan]:
    """Plan retention on the database."""
    policy = policy_of(datasets)
    store = SqlStore(policy.stores[0], engine, batch=2)
    planner = Planner(policy=policy, at=AT, circumstances=Circumstances())
    return store, surveyed(planner.retention("0" * 64), {"s": store}, {}, b"secret")


def night(engine: sa.Engine, datasets: str) -> Outcome:
    """Plan retention on the database and carry it out."""
    store, plan = planned(engine, datasets)
    return run(plan, {"s": store}, {}, MemoryJournal(), bound=Bound())
