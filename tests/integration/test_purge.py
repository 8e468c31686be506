"""What is deleted is gone from a database's own files, as far as its grade says (DESIGN §2)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from doelbinding.binding.expression import NO, Compare, Comparison
from doelbinding.plan.grades import Grade, least
from doelbinding.plan.model import Deed, Emptied, Step
from doelbinding.policy.stores import Column, ColumnType, Dataset, Store
from doelbinding.stores.sql import purge_postgresql
from doelbinding.stores.sql.engine import make_engine
from doelbinding.stores.sql.store import SqlStore

GONE, KEPT = "gone@erased.example", "kept@here.example"
PEOPLE = Dataset(
    id="people",
    table="purged_people",
    key=("id",),
    label={},
    person=True,
    columns=(
        Column(name="id", type=ColumnType.INTEGER),
        Column(name="mail", category="contact"),
    ),
)
MAPPED = Store(id="s", label={}, country="NL", datasets=(PEOPLE,))


def filled(engine: sa.Engine) -> SqlStore:
    with engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE IF EXISTS purged_people"))
        connection.execute(
            sa.text("CREATE TABLE purged_people (id integer PRIMARY KEY, mail text)")
        )
        rows = [{"id": n, "mail": f"{n}-{GONE if n % 2 else KEPT}"} for n in range(400)]
        connection.execute(sa.text("INSERT INTO purged_people VALUES (:id, :mail)"), rows)
    return SqlStore(MAPPED, engine)


GOING = 200
"""Rows that go: every other one."""


def removed(store: SqlStore, deed: Deed) -> None:
    for n in range(1, 2 * GOING, 2):
        step = Step(
            id="s1",
            store="s",
            dataset="people",
            controller=None,
            deed=deed,
            needed=NO,
            narrow=Compare(column="mail", by=Comparison.EQUALS, value=f"{n}-{GONE}"),
            columns=(Emptied(column="mail"),) if deed is Deed.EMPTY else (),
        )
        list(store.execute(step, {}, None))


# -- SQLite --------------------------------------------------------------------------------------


def bytes_of(folder: Path) -> bytes:
    """Give the bytes of the database and of the logs and journals beside it."""
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()))


@pytest.mark.parametrize("mode", ["WAL", "DELETE", "PERSIST", "TRUNCATE"])
@pytest.mark.parametrize("deed", [Deed.DELETE, Deed.EMPTY])
def test_no_byte_of_a_deleted_value_is_left_beside_or_in_a_sqlite_database(
    mode: str, deed: Deed, tmp_path: Path
) -> None:
    path = tmp_path / "people.sqlite"
    path.touch()
    engine = make_engine(sa.URL.create("sqlite", database=str(path)))
    with engine.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA journal_mode = {mode}")
    store = filled(engine)
    assert GONE.encode() in bytes_of(tmp_path)
    removed(store, deed)
    assert store.purge(["people"]).grade is Grade.VACUUMED
    assert GONE.encode() not in bytes_of(tmp_path)
    assert KEPT.encode() in bytes_of(tmp_path)
    store.close()


def test_a_reader_in_the_way_of_a_sqlite_purge_is_told_and_fails_nothing(tmp_path: Path) -> None:
    path = tmp_path / "people.sqlite"
    path.touch()
    url = sa.URL.create("sqlite", database=str(path))
    engine = make_engine(url, lock_seconds=0)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode = WAL")
    store = filled(engine)
    reader = make_engine(url)
    with reader.connect() as reading:
        reading.exec_driver_sql("BEGIN")
        reading.execute(sa.text("SELECT count(*) FROM purged_people")).scalar()
        removed(store, Deed.DELETE)
        erased = store.purge(["people"])
    assert erased.grade is Grade.DELETED
    assert "not vacuumed" in str(erased.still)
    reader.dispose()
    store.close()


# -- PostgreSQL ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def postgresql(postgresql_uri: str) -> Iterator[sa.Engine]:
    engine = make_engine(sa.make_url(postgresql_uri).set(drivername="postgresql+psycopg"))
    yield engine
    engine.dispose()


def dead_rows(engine: sa.Engine) -> int:
    with engine.connect() as connection:
        connection.execute(sa.text("SELECT pg_stat_force_next_flush()"))
        asked = "SELECT n_dead_tup FROM pg_stat_user_tables WHERE relname = 'purged_people'"
        return int(connection.execute(sa.text(asked)).scalar_one())


def test_postgresql_vacuums_what_was_deleted_and_says_where_it_may_still_be(
    postgresql: sa.Engine,
) -> None:
    store = filled(postgresql)
    removed(store, Deed.DELETE)
    _until_counted(postgresql)
    erased = store.purge(["people"])
    assert erased.grade is Grade.VACUUMED
    assert "write-ahead log" in str(erased.still)
    assert dead_rows(postgresql) == 0


def _until_counted(engine: sa.Engine) -> None:
    """Wait until the server has counted what went: whoever removed it says so a little later."""
    engine.dispose()
    end = time.monotonic() + 10
    while dead_rows(engine) < GOING and time.monotonic() < end:
        time.sleep(0.05)


def test_an_open_transaction_that_could_see_deleted_rows_is_told(postgresql: sa.Engine) -> None:
    store = filled(postgresql)
    with postgresql.connect() as reading:
        reading.execute(sa.text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        reading.execute(sa.text("SELECT count(*) FROM purged_people")).scalar()
        removed(store, Deed.DELETE)
        erased = store.purge(["people"])
    assert erased.grade is Grade.DELETED
    assert "open transaction" in str(erased.still)


def test_a_role_that_may_not_vacuum_is_told_so(postgresql: sa.Engine) -> None:
    store = filled(postgresql)
    with postgresql.begin() as connection:
        connection.execute(sa.text("DROP ROLE IF EXISTS purger"))
        connection.execute(sa.text("CREATE ROLE purger LOGIN"))
        connection.execute(sa.text("GRANT SELECT, DELETE ON purged_people TO purger"))
    limited = make_engine(postgresql.url.set(username="purger"))
    erased = SqlStore(MAPPED, limited).purge(["people"])
    assert erased.grade is Grade.DELETED
    assert "MAINTAIN" in str(erased.still)
    limited.dispose()
    with postgresql.begin() as connection:
        connection.execute(sa.text("DROP OWNED BY purger"))
        connection.execute(sa.text("DROP ROLE purger"))
    store.close()


ONE = f"1-{GONE}"


@pytest.fixture
def one_of_many(postgresql: sa.Engine) -> SqlStore:
    """Give a store of so many rows that VACUUM would leave one in their index, and remove it."""
    store = filled(postgresql)
    with postgresql.begin() as connection:
        connection.execute(sa.text("CREATE INDEX purged_mail ON purged_people (mail)"))
        more = "SELECT n, n || '-' || :kept FROM generate_series(1000, 50000) n"
        connection.execute(sa.text(f"INSERT INTO purged_people {more}"), {"kept": KEPT})
    step = Step(
        id="s1",
        store="s",
        dataset="people",
        controller=None,
        deed=Deed.DELETE,
        needed=NO,
        narrow=Compare(column="mail", by=Comparison.EQUALS, value=ONE),
    )
    list(store.execute(step, {}, None))
    return store


def entries(engine: sa.Engine) -> int:
    """Count the entries in the pages of the index, by where their list ends (`pd_lower`)."""
    with engine.connect() as connection:
        connection.execute(sa.text("CHECKPOINT"))
        asked = "SELECT pg_read_binary_file(pg_relation_filepath('purged_mail'))"
        held = bytes(connection.execute(sa.text(asked)).scalar_one())
    ends = (int.from_bytes(held[at + 12 : at + 14], "little") for at in range(0, len(held), 8192))
    return sum((end - 24) // 4 for end in ends)


def test_one_that_went_among_many_is_taken_out_of_indexes_too(one_of_many: SqlStore) -> None:
    """Where few are gone, VACUUM leaves their entries in indexes unless it is told otherwise."""
    before = entries(one_of_many.engine)
    assert one_of_many.purge(["people"]).grade is Grade.VACUUMED
    assert entries(one_of_many.engine) == before - 1


def test_what_is_left_in_large_indexes_is_told(
    one_of_many: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purge_postgresql, "MOST_INDEXED", 0)
    before = entries(one_of_many.engine)
    erased = one_of_many.purge(["people"])
    assert entries(one_of_many.engine) == before
    assert erased.grade is Grade.DELETED
    assert "still in large indexes of people: run VACUUM (INDEX_CLEANUP)" in str(erased.still)


MISSING = "not vacuumed: the table of people is not there any more"
ELSEWHERE = "not vacuumed whole: people shows rows of other tables or servers; vacuum these"
VIEW = "CREATE VIEW purged_people AS SELECT 1 AS id, '' AS mail"
PARTED = "CREATE TABLE purged_people (id integer, mail text) PARTITION BY RANGE (id)"
PART = "CREATE TABLE purged_part PARTITION OF purged_people FOR VALUES FROM (0) TO (9)"


@pytest.mark.parametrize(
    ("made", "left"),
    [
        pytest.param([], MISSING, id="dropped meanwhile"),
        pytest.param([VIEW], ELSEWHERE, id="a view"),
        pytest.param([PARTED], None, id="no partition yet"),
        pytest.param([PARTED, PART], None, id="partitions"),
    ],
)
def test_what_is_no_table_of_this_server_is_told_as_what_it_is(
    made: list[str], left: str | None, postgresql: sa.Engine
) -> None:
    store = filled(postgresql)
    with postgresql.begin() as connection:
        for statement in ("DROP TABLE purged_people", *made):
            connection.exec_driver_sql(statement)
    erased = store.purge(["people"])
    with postgresql.begin() as connection:
        kind = "VIEW" if VIEW in made else "TABLE"
        connection.exec_driver_sql(f"DROP {kind} IF EXISTS purged_people CASCADE")
    assert (erased.grade is Grade.VACUUMED) is (left is None)
    assert left is None or erased.still == left


def test_a_server_that_speaks_another_language_is_not_taken_for_one_that_vacuumed() -> None:
    """Its role may not be let to change that."""
    done = purge_postgresql.Done()
    done.hear("people", [("INFO", "Vacuum von »t« beendet")], tables=1)
    assert list(done.left()) == [
        "not known to be vacuumed: the server does not say of people (lc_messages)"
    ]


def test_of_several_stores_the_least_grade_is_said() -> None:
    assert least([Grade.VACUUMED, Grade.DELETED, Grade.OUT_OF_SNAPSHOTS]) is Grade.DELETED
    assert least([Grade.OUT_OF_SNAPSHOTS, Grade.VACUUMED]) is Grade.VACUUMED
    assert least([]) is Grade.DELETED
