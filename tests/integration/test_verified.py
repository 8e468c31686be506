"""Verified, not believed: what a database does behind a statement's back shows afterwards."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from doelbinding.plan.journal import MemoryJournal
from doelbinding.plan.model import Deed, Emptied
from doelbinding.plan.ports import Refused
from doelbinding.plan.run import Bound, Left, OutOfTime, run, within
from doelbinding.plan.survey import surveyed
from doelbinding.stores.sql.store import SqlStore
from tests.integration.one_table import ENDED, ROWS, TABLE, done, mapped, plan, say, step

EMPTIES = step(Deed.EMPTY, ENDED, Emptied(column="name"))
DELETES = step(Deed.DELETE)


@pytest.fixture
def engine(postgresql: sa.Engine) -> sa.Engine:
    say(postgresql, TABLE, ROWS)
    return postgresql


FUNCTION = "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN {} END'; "
TRIGGER = "CREATE TRIGGER t {} ON person FOR EACH ROW EXECUTE FUNCTION f()"
COPY = "INSERT INTO person VALUES (OLD.id + 100, OLD.name, OLD.mail, OLD.ended); RETURN NULL;"
PUT_BACK = FUNCTION.format("NEW.name := OLD.name; RETURN NEW;") + TRIGGER.format("BEFORE UPDATE")
SWALLOWED = "CREATE RULE swallows AS ON UPDATE TO person DO INSTEAD NOTHING"
KEPT = FUNCTION.format("RETURN NULL;") + TRIGGER.format("BEFORE DELETE")
COPIED = FUNCTION.format(COPY) + TRIGGER.format("AFTER DELETE")


@pytest.mark.parametrize(
    ("asked", "meddling", "rows"),
    [(EMPTIES, PUT_BACK, 2), (DELETES, KEPT, 2), (DELETES, COPIED, 2)],
    ids=["put back", "kept by a trigger", "copied by a trigger"],
)
def test_what_did_not_go_is_named(
    engine: sa.Engine, asked: object, meddling: str, rows: int
) -> None:
    store = SqlStore(mapped(), engine)
    outcome = done(store, asked, meddle=lambda: say(engine, meddling))  # type: ignore[arg-type]
    assert not outcome.verified
    assert outcome.where == (Left(step="s001", ref="s.person", rows=rows),)


def test_what_a_rule_swallows_is_refused_or_counted_never_done(engine: sa.Engine) -> None:
    store = SqlStore(mapped(), engine)
    assert not done(store, EMPTIES, meddle=lambda: say(engine, SWALLOWED)).verified
    with pytest.raises(Refused):
        store.do_at_once([EMPTIES], {}, {})
    assert [one.rows for one in store.execute(EMPTIES, {}, None)] == [0]
    assert store.remaining_at_once([EMPTIES], {}) == {"s001": 2}


def test_a_row_that_appears_after_its_step_is_found(engine: sa.Engine) -> None:
    steps = (DELETES, step(Deed.EMPTY, ENDED, Emptied(column="name"), name="s002"))
    calls: list[None] = []

    def appear() -> None:
        calls.append(None)
        if len(calls) == 2:
            say(engine, "INSERT INTO person VALUES (9,NULL,NULL,'2001-01-01')")

    outcome = done(SqlStore(mapped(), engine), *steps[:1], steps[1], meddle=appear)
    if len(calls) < 2:
        pytest.fail("the second step did not start")
    assert outcome.where == (Left(step="s001", ref="s.person", rows=1),)


def test_a_run_whose_time_is_over_stops_after_a_batch_and_goes_on(engine: sa.Engine) -> None:
    store = SqlStore(mapped(), engine, batch=1)
    made = surveyed(plan(step(Deed.DELETE)), {"s": store}, {}, b"secret")
    journal = MemoryJournal()
    journal.seal("s001", [])  # begun before, so that it goes on in batches
    journal.intend("s001")
    told = within(lambda: True, lambda _step, _rows: None)
    with pytest.raises(OutOfTime, match="apply the same plan again"):
        run(made, {"s": store}, {}, journal, bound=Bound(share=0.0), progress=told)
    assert journal.done_rows("s001") == 1
    assert run(made, {"s": store}, {}, journal, bound=Bound(share=0.0)).verified
    assert journal.done_rows("s001") == 2
