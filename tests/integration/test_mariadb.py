"""What is particular to MariaDB: loose collations, odd dates, assignment from left to right."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
import sqlalchemy as sa

from doelbinding.binding.circumstances import Key
from doelbinding.binding.expression import IsNull, KeyIn, Not, Since
from doelbinding.plan.model import Deed, Emptied
from doelbinding.plan.ports import Refused
from doelbinding.policy.stores import Column, ColumnType
from doelbinding.stores.sql.engine import make_engine
from doelbinding.stores.sql.store import SqlStore
from tests.integration.one_table import COLUMNS, ENDED, IS_K, done, left, mapped, say, step

KIND = Column(name="kind")


@pytest.fixture
def engine(mariadb_url: sa.URL) -> Iterator[sa.Engine]:
    engine = make_engine(mariadb_url, lock_seconds=1)
    yield engine
    engine.dispose()


def test_a_collation_that_folds_case_accents_and_padding_never_decides(engine: sa.Engine) -> None:
    say(
        engine,
        "CREATE TABLE person (id INT PRIMARY KEY, kind VARCHAR(9)) COLLATE utf8mb4_general_ci",
        "INSERT INTO person VALUES (1,'K'),(2,'k'),(3,'K '),(4,'\u212a'),(5,NULL)",
    )
    store = SqlStore(mapped((COLUMNS[0], KIND)), engine)
    assert done(store, step(Deed.DELETE, IS_K)).verified
    assert [row[0] for row in left(engine)] == [1, 5]


def test_a_key_said_of_somebody_is_compared_exactly(engine: sa.Engine) -> None:
    say(
        engine,
        "CREATE TABLE person (id INT PRIMARY KEY, kind VARCHAR(9))",
        "INSERT INTO person VALUES (1,'a'),(2,'A'),(3,'\u00e1')",
    )
    store = SqlStore(mapped((COLUMNS[0], KIND)), engine)
    stopped = step(Deed.DELETE, Not(part=KeyIn(columns=("kind",), keys="stop")))
    found = store.survey([stopped], {"stop": frozenset({("a",)})})
    assert found["s001"].rows == 1


@pytest.mark.parametrize("null", ["", "NOT NULL"])
def test_dates_that_are_none_are_undated(engine: sa.Engine, null: str) -> None:
    say(
        engine,
        "SET sql_mode = 'ALLOW_INVALID_DATES'",
        f"CREATE TABLE person (id INT PRIMARY KEY, name TEXT, mail TEXT, ended DATE {null})",
        "INSERT INTO person VALUES (1,'a','a','0000-00-00'),(2,'b','b','2011-00-10'),"
        "(3,'c','c','2011-01-00'),(4,'d','d','2011-01-01'),(5,'e','e','1900-01-01')",
    )
    store = SqlStore(mapped(), engine)
    assert done(store, step(Deed.DELETE)).verified
    assert [row[0] for row in left(engine)] == [1, 2, 3, 5]
    living = store.survey([step(Deed.DELETE, Not(part=ENDED))], {})
    assert living["s001"].rows == 0, "an absent date is not one that is still going on"


def test_instants_are_compared_as_utc_whatever_the_session(engine: sa.Engine) -> None:
    at = Column(name="ended", type=ColumnType.INSTANT)
    say(
        engine,
        "SET time_zone = '+00:00'",
        "CREATE TABLE person (id INT PRIMARY KEY, ended TIMESTAMP NULL)",
        "INSERT INTO person VALUES (1,'2019-12-31 22:59:59'),(2,'2019-12-31 23:00:00'),(3,NULL)",
    )
    store = SqlStore(mapped((COLUMNS[0], at)), engine)
    assert done(store, step(Deed.DELETE)).verified
    assert [row[0] for row in left(engine)] == [2, 3]


def test_a_column_that_dates_its_row_is_emptied_with_the_others(engine: sa.Engine) -> None:
    say(
        engine,
        "CREATE TABLE person (id INT PRIMARY KEY, name TEXT, mail TEXT, ended DATE)",
        "INSERT INTO person VALUES (1,'a','b','2010-01-01'),(2,'a','b','2024-01-01')",
    )
    store = SqlStore(mapped(), engine)
    emptied = [Emptied(column="ended"), Emptied(column="name"), Emptied(column="mail")]
    assert done(store, step(Deed.EMPTY, ENDED, *emptied)).verified
    assert left(engine) == [(1, None, None, None), (2, "a", "b", date(2024, 1, 1))]


def test_keys_are_told_though_an_update_cannot_tell_them(engine: sa.Engine) -> None:
    say(
        engine,
        "CREATE TABLE person (id INT PRIMARY KEY, name TEXT, mail TEXT, ended DATE)",
        "INSERT INTO person VALUES (1,'a','b','2010-01-01'),(2,NULL,'b','2010-01-01'),"
        "(3,'c','c','2010-01-01')",
    )
    store, told = SqlStore(mapped(), engine, batch=2), list[Key]()
    asked = step(Deed.EMPTY, ENDED, Emptied(column="name", replacement="-"))
    changed = list(store.execute(asked, {}, None, told.extend))
    assert [key for one in changed for key in one.keys or ()] == told == [(1,), (3,)]
    assert left(engine, "SELECT name FROM person ORDER BY id") == [("-",), (None,), ("-",)]


def test_a_lock_that_lasts_is_refused_after_trying_again(engine: sa.Engine) -> None:
    say(
        engine,
        "CREATE TABLE person (id INT PRIMARY KEY, name TEXT, mail TEXT, ended DATE)",
        "INSERT INTO person VALUES (1,'a','b','2010-01-01')",
    )
    store = SqlStore(mapped(), engine)
    with engine.begin() as other:
        other.exec_driver_sql("SELECT * FROM person FOR UPDATE")
        with pytest.raises(Refused, match="1205"):
            list(store.execute(step(Deed.DELETE), {}, None))
    assert sum(one.rows for one in store.execute(step(Deed.DELETE), {}, None)) == 1


def test_unknown_is_what_is_neither_certain(engine: sa.Engine) -> None:
    say(
        engine,
        "CREATE TABLE person (id INT PRIMARY KEY, ended VARCHAR(20))",
        "INSERT INTO person VALUES (1,'2011-01-01'),(2,'2011-01-01\n'),(3,''),(4,NULL),(5,'x'),"
        "(6,'2011-01-01 ')",
    )
    text = Column(name="ended", type=ColumnType.DATE_TEXT)
    store = SqlStore(mapped((COLUMNS[0], text)), engine)
    undated = Since(
        column="ended", day=ENDED.day, zone=ENDED.zone, earliest=ENDED.earliest, latest=ENDED.latest
    )
    assert done(store, step(Deed.DELETE, undated)).verified
    assert [row[0] for row in left(engine)] == [2, 3, 4, 5, 6]
    assert store.survey([step(Deed.DELETE, IsNull(column="ended"))], {})["s001"].rows == 4
