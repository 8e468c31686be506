"""What PostgreSQL prepared once may be outdated, or lost by a pooler, while a process runs on."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from doelbinding.plan.model import Deed
from doelbinding.plan.ports import Lookup
from doelbinding.stores.sql.store import SqlStore
from tests.integration.one_table import ROWS, TABLE, left, mapped, say, step

DELETES = step(Deed.DELETE)
LOOKUP = Lookup(ref="s.person", columns=("name",), keys=[("a",)])
LOST = "DO $$ BEGIN EXECUTE 'DEALLOCATE ALL'; END $$"
"""As a pooler does, behind the driver's back."""


@pytest.mark.parametrize("change", ["ALTER TABLE person ALTER id TYPE bigint", LOST])
def test_reading_goes_on_when_what_was_prepared_is_so_no_more(
    change: str, postgresql: sa.Engine
) -> None:
    say(postgresql, TABLE, ROWS)
    store = SqlStore(mapped(), postgresql)

    def asked() -> list[object]:
        found, counted = store.find_at_once([DELETES], {}), store.count_at_once([DELETES], [], {})
        obstacles = store.preflight([DELETES])
        with store.gathering() as gather:
            return [found, counted, obstacles, gather([LOOKUP]).rows]

    before = asked()
    if change == LOST:
        for _ in before:
            with store._readers.connection() as driver:
                driver.execute(change, prepare=False)
            assert asked() == before
        return
    say(postgresql, change)
    assert asked() == before


def test_so_does_writing_in_a_transaction_of_its_own(postgresql: sa.Engine) -> None:
    say(postgresql, TABLE, ROWS)
    store = SqlStore(mapped(), postgresql)
    pending = store.do_at_once([DELETES], {}, {})
    pending.commit()
    pending.close()
    say(postgresql, ROWS.replace("(3,'c','c',NULL)", "(4,'d','d',NULL)"))
    with postgresql.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute(LOST, prepare=False)
    pending = store.do_at_once([DELETES], {}, {})
    assert pending.changed == {"s001": [(1,), (2,)]}
    pending.commit()
    pending.close()
    assert left(postgresql, "SELECT id FROM person ORDER BY id") == [(3,), (4,)]
