"""The compiled reading and the plain one leave the same rows behind (DESIGN §1, R-II.5)."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings

from doelbinding.binding.justify import Interpreter
from doelbinding.plan.run import Bound, MemoryJournal, run
from doelbinding.plan.survey import surveyed
from doelbinding.retention.planner import Planner
from doelbinding.stores.memory.oracle import apply_rules
from doelbinding.stores.memory.tables import MemoryTables
from doelbinding.stores.sql.engine import make_engine
from tests.integration.oracle.database import build, read
from tests.integration.oracle.worlds import World, worlds

REAL = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def hold_equal(world: World, engine: sa.Engine) -> None:
    """Run retention in the database and by the oracle, and compare all that can be seen."""
    store = build(engine, world)
    planner = Planner(policy=world.policy, at=world.at, circumstances=world.circumstances)
    keys = planner.stopped.key_sets
    before = MemoryTables(tables=read(store))
    interpreter = Interpreter(
        policy=world.policy, reader=before, at=world.at, circumstances=world.circumstances
    )
    wanted = apply_rules(interpreter, before)
    plan = surveyed(planner.retention("0" * 64), {"s": store}, keys, b"secret")
    outcome = run(plan, {"s": store}, keys, MemoryJournal(), bound=Bound(share=0.0))
    assert read(store) == wanted.after.tables
    assert outcome.left == dict.fromkeys(outcome.left, 0)
    assert outcome.changed == {step.id: step.expected for step in plan.steps}
    undated: dict[str, int] = {ref: 0 for ref in wanted.undated}
    for doubt in plan.doubts:
        undated[f"{doubt.store}.{doubt.dataset}"] += doubt.rows
    assert undated == wanted.undated


@pytest.fixture(scope="module")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> sa.Engine:
    path = tmp_path_factory.mktemp("oracle") / "world.sqlite3"
    path.touch()
    return make_engine(sa.URL.create("sqlite", database=str(path)))


@REAL
@given(world=worlds())
def test_sqlite_leaves_what_the_oracle_leaves(world: World, sqlite: sa.Engine) -> None:
    hold_equal(world, sqlite)
