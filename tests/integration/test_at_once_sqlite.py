"""A small plan on SQLite: one transaction, which waits for those who write or read meanwhile."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Timer

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from doelbinding.plan.model import Deed, Emptied
from doelbinding.plan.ports import Refused
from doelbinding.stores.sql.engine import make_engine
from doelbinding.stores.sql.store import SqlStore
from doelbinding.stores.sql.written import Texts
from tests.integration.one_table import ENDED, ROWS, TABLE, done, left, mapped, step

SHORT, A_MOMENT = 0.05, 0.5
STEPS = (
    step(Deed.EMPTY, ENDED, Emptied(column="name"), Emptied(column="mail")),
    step(Deed.DELETE, ENDED, name="s002"),
)
AFTER = [(3, "c", "c", None)]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    with closing(sqlite3.connect(tmp_path / "people.sqlite")) as made, made:
        made.execute(TABLE)
        made.execute(ROWS)
    return tmp_path / "people.sqlite"


@pytest.fixture
def store(file: Path) -> Iterator[SqlStore]:
    url = sa.URL.create("sqlite", database=str(file))
    store = SqlStore(mapped(), make_engine(url))
    shorten = f"PRAGMA busy_timeout = {int(SHORT * 1000)}"
    event.listen(store.engine, "connect", lambda driver, _: driver.execute(shorten))
    yield store
    store.close()


@contextmanager
def held(file: Path, *statements: str, seconds: float = A_MOMENT) -> Iterator[None]:
    """Keep a transaction open in another connection for a while."""
    other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    for statement in statements:
        other.execute(statement).fetchone()
    later = Timer(seconds, other.close)
    later.start()
    try:
        yield
    finally:
        later.cancel()
        later.join()
        other.close()


def test_the_deeds_of_a_small_plan_are_one_transaction(store: SqlStore) -> None:
    said: list[str] = []
    event.listen(store.engine, "connect", lambda driver, _: driver.set_trace_callback(said.append))
    assert done(store, *STEPS).verified
    assert left(store.engine) == AFTER
    deeds = [one.split()[0] for one in said if one.startswith(("BEGIN", "UPDATE", "DELETE", "COM"))]
    assert deeds == ["BEGIN", "UPDATE", "DELETE", "COMMIT"]


def test_what_was_written_once_serves_whoever_comes_next(
    store: SqlStore, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert done(store, *STEPS).verified
    with closing(sqlite3.connect(file)) as other, other:
        other.execute("INSERT INTO person VALUES (4, 'd', 'd', '2010-01-01')")
    monkeypatch.delattr(Texts, "_written")
    assert done(store, *STEPS).verified
    assert left(store.engine) == AFTER


def test_somebody_who_writes_for_a_moment_is_waited_for(store: SqlStore, file: Path) -> None:
    with held(file, "BEGIN IMMEDIATE"):
        assert done(store, *STEPS).verified
    assert left(store.engine) == AFTER


def test_somebody_who_reads_for_a_moment_is_waited_for(store: SqlStore, file: Path) -> None:
    with held(file, "BEGIN", "SELECT id FROM person"):
        assert done(store, *STEPS).verified
    assert left(store.engine) == AFTER


def test_nothing_is_changed_while_somebody_writes_on(store: SqlStore, file: Path) -> None:
    before = left(store.engine)
    with (
        held(file, "BEGIN IMMEDIATE", seconds=60),
        pytest.raises(Refused, match=r"database is locked\): nothing of this batch was changed"),
    ):
        done(store, *STEPS)
    assert left(store.engine) == before
    assert done(store, *STEPS).verified
