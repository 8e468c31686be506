"""A small plan on PostgreSQL: one transaction, and nothing of it if the database refuses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from benchmarks import shop
from benchmarks.server import Server, execute

from doelbinding.binding.circumstances import NOTHING_SAID, Circumstances, Key, Stop, StopKind
from doelbinding.plan import atonce
from doelbinding.plan.journal import MemoryJournal
from doelbinding.plan.model import Deed, KeySets, Plan
from doelbinding.plan.ports import Obstacle, Refused, Unreachable
from doelbinding.plan.run import Bound, Surprise, run
from doelbinding.plan.survey import surveyed
from doelbinding.retention.drafts import Drafted, Requested, draft_erasure
from doelbinding.rights.stops import with_stops
from doelbinding.stores.sql import exchange
from doelbinding.stores.sql.apart import Parting
from doelbinding.stores.sql.atonce import Counts, Uncommitted
from doelbinding.stores.sql.exchange import Asked
from doelbinding.stores.sql.shallow import Shallow
from doelbinding.stores.sql.store import SqlStore
from doelbinding.stores.sql.written import Texts

PEOPLE = 60
HER = {"shop.customer": frozenset({(7,)})}


@dataclass
class Shop:
    store: SqlStore
    drafted: Drafted
    plan: Plan = field(init=False)

    def __post_init__(self) -> None:
        self.plan = surveyed(self.drafted.plan, self.stores, self.drafted.keys, b"secret")

    @property
    def stores(self) -> dict[str, SqlStore]:
        return {"shop": self.store}

    def run(self, journal: MemoryJournal, plan: Plan | None = None) -> bool:
        outcome = run(
            plan or self.plan, self.stores, self.drafted.keys, journal, bound=Bound(share=0)
        )
        return outcome.verified

    def say(self, statement: str) -> None:
        with self.store.engine.begin() as connection:
            connection.execute(sa.text(statement))

    def logins(self) -> int:
        return self._count("SELECT count(*) FROM login WHERE customer_id = 7")

    def visits(self) -> int:
        return self._count("SELECT count(*) FROM visit WHERE email LIKE 'customer-7@%'")

    def _count(self, statement: str) -> int:
        asked = sa.text(statement)
        with self.store.engine.connect() as connection:
            return int(connection.execute(asked).scalar_one())


def _hers() -> tuple[Circumstances, Requested]:
    """Give what is said once her request is decided, and the request."""
    stop = Stop(
        id="case-1-erasure", controller="shop", kind=StopKind.ERASURE, subjects=HER,
        phases=frozenset({"security/active", "recommendations/active"}),
        set_at=datetime(2026, 1, 14, tzinfo=UTC),
    )  # fmt: skip
    requested = Requested(subjects=HER, controller=shop.policy().controllers[0], case="case-1")
    return with_stops(NOTHING_SAID, (stop,)), requested


@pytest.fixture
def made(postgresql_uri: str) -> Iterator[Shop]:
    server = Server(uri=postgresql_uri)
    shop.create(server, PEOPLE, "at_once")
    store = SqlStore(shop.policy().stores[0], server.engine("at_once"))
    yield Shop(store, draft_erasure(shop.policy(), "0" * 64, shop.AT, *_hers()))
    store.close()
    server.drop("at_once")


def test_a_request_is_carried_out_at_once_and_read_back(made: Shop) -> None:
    assert atonce.can(made.plan, made.stores)
    assert made.logins() == 20
    assert made.run(MemoryJournal())
    assert made.logins() == 0


def test_what_the_database_refuses_changes_nothing_and_goes_on_later(made: Shop) -> None:
    made.say(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'no'; END $$"
    )
    made.say("CREATE TRIGGER refuse BEFORE DELETE ON login EXECUTE FUNCTION refuse()")
    journal = MemoryJournal()
    with pytest.raises(Refused, match="nothing of this batch was changed"):
        made.run(journal)
    assert (made.visits(), made.logins()) == (5, 20)
    made.say("DROP TRIGGER refuse ON login")
    assert made.run(journal)
    assert (made.visits(), made.logins()) == (0, 0)


def test_a_database_that_takes_no_connections_any_more_is_said_and_goes_on_later(
    made: Shop, postgresql_uri: str
) -> None:
    """As when its server stops after the rows were found."""
    allow = "ALTER DATABASE at_once ALLOW_CONNECTIONS "
    made.store.close()
    with Server(uri=postgresql_uri).connect("postgres") as other:
        other.execute(f"{allow} false".encode())
        try:
            with pytest.raises(Unreachable, match="give the same command again"):
                made.store.do_at_once(made.plan.steps, made.drafted.keys, {})
        finally:
            other.execute(f"{allow} true".encode())
    assert made.run(MemoryJournal())


def test_a_trigger_that_puts_back_what_goes_is_found_by_reading_back(made: Shop) -> None:
    made.say(
        "CREATE FUNCTION spare() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$"
    )
    made.say("CREATE TRIGGER spare BEFORE DELETE ON login FOR EACH ROW EXECUTE FUNCTION spare()")
    outcome = run(made.plan, made.stores, made.drafted.keys, MemoryJournal(), bound=Bound(share=0))
    assert [(one.ref, one.rows) for one in outcome.where] == [("shop.login", 20)]


def test_other_rows_than_were_approved_stop_it(made: Shop) -> None:
    made.say("DELETE FROM login WHERE customer_id = 7")
    with pytest.raises(Surprise):
        made.run(MemoryJournal())


def test_the_catalogue_is_read_again_when_it_has_changed(made: Shop) -> None:
    before = made.store.preflight(made.plan.steps)
    assert made.store.preflight(made.plan.steps) == before
    made.say("CREATE TABLE unmapped (customer_id int REFERENCES customer(id))")
    made.say("ALTER TABLE login ADD COLUMN seen text")
    found = {one.message for one in made.store.preflight(made.plan.steps)} - {
        one.message for one in before
    }
    assert "column 'seen' is not in the policy" in found


def test_foreign_keys_keep_their_plans_while_many_rows_go(
    made: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where every plan is made anew, so is that of each check of a foreign key, row by row."""
    monkeypatch.setattr(exchange, "_FEW", 0)
    steps, keys = made.plan.steps, made.drafted.keys
    unsealed = [step for step in steps if not step.sealed]
    pending = made.store.do_at_once(unsealed, keys, {})
    assert isinstance(pending, Uncommitted)
    driver: Any = pending.connection.driver_connection
    assert driver.execute("SHOW plan_cache_mode").fetchone() == ("auto",)
    pending.close()


def test_a_column_needed_as_long_as_its_row_has_no_step_of_its_own(made: Shop) -> None:
    steps = made.drafted.plan.steps
    assert [one.deed for one in steps if one.ref == "shop.visit"] == [Deed.DELETE]
    assert {one.deed for one in steps if one.ref == "shop.customer"} == {Deed.DELETE, Deed.EMPTY}


def test_what_a_step_shares_with_a_later_one_is_asked_once(made: Shop) -> None:
    """Of a card: whether an order needs its row, or its values, and each of these once."""
    written: list[str] = []

    def ask(asked: Asked, _keys: KeySets) -> Sequence[Key]:
        written.extend(one.text for one, _ in asked)
        raise InterruptedError

    texts = Texts(shop.policy().stores[0], made.store.engine.dialect)
    plan = made.drafted.plan
    shallow = Shallow(texts, ask, Parting(made.store.mapped), made.store.transaction)
    with pytest.raises(InterruptedError):
        Counts(texts, ask, shallow).count(plan.steps, plan.doubts, made.drafted.keys)
    (cards,) = (text for text in written if "FROM payment_card \n" in text)
    assert cards.count("FROM orders AS") == 3


def test_what_was_said_alike_has_one_name_whoever_said_it(made: Shop) -> None:
    """Else every request would be drafted, and its statements written, anew."""
    stops = [
        Stop(
            id=f"case-{n}", controller="shop", kind=StopKind.ERASURE,
            phases=frozenset({"security/active"}), set_at=datetime(2026, 1, n, tzinfo=UTC),
            subjects={"shop.customer": frozenset({(n,)})},
        )
        for n in (1, 2)
    ]  # fmt: skip
    controller, others = shop.policy().controllers[0], {"shop.customer": frozenset({(9,)})}
    drafts = [
        draft_erasure(
            shop.policy(), "0" * 64, shop.AT, with_stops(NOTHING_SAID, said),
            Requested(subjects=others, controller=controller, case=""),
        )
        for said in ((stops[0],), tuple(stops))
    ]  # fmt: skip
    assert drafts[0].plan.steps is drafts[1].plan.steps
    assert {len(keys) for keys in drafts[1].keys.values()} == {1, 2}
    assert made.plan.steps


def test_indexes_by_which_people_would_be_found_are_named(made: Shop) -> None:
    before = _looked_up(made)
    assert [one.ref for one in before] == ["shop.customer"]
    for one in before:
        for statement in one.remedy.split("; "):
            with made.store.engine.begin() as connection:
                connection.exec_driver_sql(statement)
    assert _looked_up(made) == []


def _looked_up(made: Shop) -> list[Obstacle]:
    found = made.store.preflight(made.drafted.plan.steps)
    return [one for one in found if "looked up" in one.message]


def test_one_persons_erasure_reads_no_large_table_through(postgresql_uri: str) -> None:
    server = Server(uri=postgresql_uri)
    shop.create(server, 5_000, "at_once_large", indexed=True)
    store = SqlStore(shop.policy().stores[0], server.engine("at_once_large"))
    made = Shop(store, draft_erasure(shop.policy(), "0" * 64, shop.AT, *_hers()))
    store.close()  # whereupon the server counts what its connections read
    before = _read(server)
    assert made.run(MemoryJournal())
    store.close()
    after = _read(server)
    server.drop("at_once_large")
    assert set(after) == {"login", "order_item", "orders", "visit"}
    for name, (scanned, looked_up) in after.items():
        assert scanned == before[name][0]
        assert looked_up > before[name][1]  # so that what was read has been counted


def _read(server: Server) -> dict[str, tuple[int, int]]:
    """Give, per table, the rows read by reading it through, and the look-ups by an index."""
    with server.connect("at_once_large") as connection:
        return {name: (rows, uses) for name, rows, uses in execute(connection, _READ).fetchall()}


_READ = """
SELECT relname, seq_tup_read, idx_scan FROM pg_stat_user_tables
WHERE relname IN ('login', 'order_item', 'orders', 'visit')
"""
