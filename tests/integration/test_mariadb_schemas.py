"""What MariaDB's schemas and settings do behind a run's back is undone, or told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
import sqlalchemy as sa

from doelbinding.plan.model import Deed, Emptied
from doelbinding.plan.ports import Refused
from doelbinding.plan.transformation import KeepFirst
from doelbinding.policy.stores import Column, ColumnType, WhenUnjustified
from doelbinding.stores.sql.engine import make_engine
from doelbinding.stores.sql.grants import grants
from doelbinding.stores.sql.store import SqlStore
from tests.integration.one_night import night
from tests.integration.one_table import COLUMNS, ENDED, ROWS, TABLE, done, left, mapped, say, step
from tests.integration.test_preflight import JUDGED_BY_CONTACTS

DELETES = step(Deed.DELETE)
EMPTIES = step(Deed.EMPTY, ENDED, Emptied(column="name"))
SHORTENS = step(Deed.TRANSFORM, ENDED, Emptied(column="name", transformation=KeepFirst(length=1)))
TOUCHED = TABLE.replace(
    "ended DATE", "ended {} NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP"
)
INSTANT = (*COLUMNS[:3], Column(name="ended", type=ColumnType.INSTANT))
MOMENT = (*COLUMNS[:3], Column(name="ended", type=ColumnType.TIMESTAMP))


def _told(engine: sa.Engine, *steps: object, columns: tuple[Column, ...] = COLUMNS) -> list[str]:
    found = SqlStore(mapped(columns), engine).preflight(steps or (DELETES,))  # type: ignore[arg-type]
    return [f"{one.gravity}: {one.message}: {one.remedy}" for one in found]


@pytest.mark.parametrize(
    ("kind", "columns"),
    [("TIMESTAMP", INSTANT), ("DATETIME", MOMENT)],
    ids=["timestamp", "datetime"],
)
@pytest.mark.parametrize("deed", [EMPTIES, SHORTENS], ids=["emptied", "transformed"])
def test_a_row_is_not_dated_anew_by_what_is_taken_from_it(
    kind: str, columns: tuple[Column, ...], deed: object, mariadb: sa.Engine
) -> None:
    say(mariadb, TOUCHED.format(kind), ROWS, "UPDATE person SET name = 'long', ended = ended")
    dates = "SELECT ended FROM person ORDER BY id"
    before = left(mariadb, dates)
    outcome = done(SqlStore(mapped(columns), mariadb), deed)  # type: ignore[arg-type]
    assert (outcome.changed, outcome.verified) == ({"s001": 2}, True)
    assert left(mariadb, dates) == before


@contextmanager
def _server_says(engine: sa.Engine, name: str, value: str, usual: str) -> Iterator[None]:
    say(engine, f"SET GLOBAL {name} = {value}")
    engine.dispose()
    try:
        yield
    finally:
        engine.dispose()
        say(engine, f"SET GLOBAL {name} = {usual}")


@pytest.mark.parametrize(
    ("name", "value", "usual"),
    [
        ("sql_select_limit", "1", "DEFAULT"),
        ("sql_safe_updates", "1", "0"),
        ("max_join_size", "1", "DEFAULT"),
        ("completion_type", "2", "0"),
        ("sql_quote_show_create", "0", "1"),
        ("sql_auto_is_null", "1", "0"),
        ("sql_mode", "'NO_BACKSLASH_ESCAPES,ANSI_QUOTES,PAD_CHAR_TO_FULL_LENGTH'", "DEFAULT"),
    ],
)
def test_what_a_server_says_of_all_sessions_changes_nothing(
    name: str, value: str, usual: str, mariadb: sa.Engine
) -> None:
    say(mariadb, TABLE, ROWS)
    with _server_says(mariadb, name, value, usual):
        store = SqlStore(mapped(), mariadb)
        assert len(store.rows("s.person", {})) == 3
        assert _told(mariadb) == []
        outcome = done(store, DELETES)
        assert (outcome.changed, outcome.verified) == ({"s001": 2}, True)


def test_foreign_keys_hold_whatever_a_server_says(mariadb: sa.Engine) -> None:
    with _server_says(mariadb, "foreign_key_checks", "0", "1"), mariadb.connect() as connection:
        asked = connection.exec_driver_sql("SELECT @@foreign_key_checks, @@unique_checks")
        assert asked.one() == (1, 1)


def test_triggers_that_a_role_cannot_see_are_told(mariadb: sa.Engine) -> None:
    say(
        mariadb,
        TOUCHED.format("TIMESTAMP"),
        "CREATE TRIGGER keeps BEFORE UPDATE ON person FOR EACH ROW SET @a = 1",
        "DROP USER IF EXISTS unseeing@localhost",
        "CREATE USER unseeing@localhost",
        "GRANT SELECT, UPDATE (name) ON world.person TO unseeing@localhost",
        "GRANT PROCESS ON *.* TO unseeing@localhost",
    )
    least = make_engine(mariadb.url.set(username="unseeing"))
    found = _told(least, EMPTIES, columns=INSTANT)
    assert any("this role cannot see whether triggers act on it" in one for one in found)
    assert any("GRANT UPDATE (ended) ON person" in one for one in found)
    say(mariadb, "GRANT TRIGGER ON `wor%`.* TO unseeing@localhost".replace("%", "%%"))
    say(mariadb, "GRANT UPDATE (ended) ON world.person TO unseeing@localhost")
    least.dispose()
    (one,) = _told(least, EMPTIES, columns=INSTANT)
    assert one.startswith("warns: trigger 'keeps' acts on it")
    least.dispose()


def test_bits_are_read_as_the_number_that_rules_compare(mariadb: sa.Engine) -> None:
    say(mariadb, "CREATE TABLE person (id INT PRIMARY KEY, open BIT(1), many BIT(16))")
    say(mariadb, "INSERT INTO person VALUES (1, 1, 513), (2, 0, NULL)")
    columns = (
        COLUMNS[0],
        Column(name="open", type=ColumnType.BOOLEAN),
        Column(name="many", type=ColumnType.INTEGER),
    )
    store = SqlStore(mapped(columns), mariadb)
    assert list(store.rows("s.person", {"open": True})) == [{"id": 1, "open": 1, "many": 513}]
    assert list(store.rows("s.person", {"id": 2})) == [{"id": 2, "open": 0, "many": None}]


def test_a_key_that_several_rows_have_in_turn_is_refused(mariadb: sa.Engine) -> None:
    say(
        mariadb,
        "CREATE TABLE person (id INT, name VARCHAR(9), mail VARCHAR(9), ended DATE, "
        "a DATE, b DATE, PERIOD FOR p (a, b), PRIMARY KEY (id, p WITHOUT OVERLAPS))",
    )
    assert any("refuses: its primary key has a period" in one for one in _told(mariadb))


def test_a_table_is_named_in_its_own_case(mariadb: sa.Engine) -> None:
    say(mariadb, TABLE.replace("person", "Person"))
    (found,) = _told(mariadb)
    assert found.endswith("write `table: Person` in the store's file")


def test_the_printed_rights_let_preflight_look_at_a_table_whose_rows_never_go(
    mariadb: sa.Engine,
) -> None:
    say(mariadb, TABLE, "DROP USER IF EXISTS keeper@localhost", "CREATE USER keeper@localhost")
    store = mapped()
    stays = replace(store.datasets[0], when_unjustified=WhenUnjustified.EMPTY)
    printed = grants(replace(store, datasets=(stays,)), mariadb.dialect, "keeper@localhost")
    say(mariadb, *(one.rstrip(";") for one in printed if one.startswith("GRANT")))
    least = make_engine(mariadb.url.set(username="keeper"))
    assert not any(one.startswith("refuses") for one in _told(least, EMPTIES))
    least.dispose()


@pytest.mark.parametrize(
    ("grant", "cause"),
    [
        ("SELECT ON world.visit", "lacks SELECT on table `world`.`person`"),
        ("SELECT (id) ON world.person", "lacks SELECT on column 'ended' in table 'person'"),
    ],
)
def test_a_role_without_rights_is_told_of_the_table_and_the_right(
    grant: str, cause: str, mariadb: sa.Engine
) -> None:
    say(
        mariadb,
        TABLE,
        "CREATE TABLE visit (id INT PRIMARY KEY)",
        "DROP USER IF EXISTS bare@localhost",
        "CREATE USER bare@localhost",
        f"GRANT {grant} TO bare@localhost",
    )
    least = make_engine(mariadb.url.set(username="bare"))
    (found,) = _told(least, DELETES, SHORTENS)
    assert found.startswith("refuses: this role may not see how the table is made")
    assert "`doelbinding grants` prints, SELECT on person and DELETE" in found
    with pytest.raises(Refused) as refused:
        done(SqlStore(mapped(), least), DELETES)
    assert cause in str(refused.value)
    assert found.partition(": ")[2] in str(refused.value)
    least.dispose()


def test_a_table_that_dates_rows_and_may_not_be_read_is_told(mariadb: sa.Engine) -> None:
    say(
        mariadb,
        "CREATE TABLE customer (id INT PRIMARY KEY, name VARCHAR(9))",
        "CREATE TABLE contact (id INT PRIMARY KEY, customer_id INT, at VARCHAR(10))",
        "DROP USER IF EXISTS bare@localhost",
        "CREATE USER bare@localhost",
        "GRANT SELECT, DELETE, UPDATE ON world.customer TO bare@localhost",
    )
    least = make_engine(mariadb.url.set(username="bare"))
    with pytest.raises(Refused, match=r"s.contact: this role may not see how the table is made"):
        night(least, JUDGED_BY_CONTACTS)
    say(mariadb, "GRANT SELECT (id, at), SHOW VIEW ON world.contact TO bare@localhost")
    with pytest.raises(Refused, match=r"GRANT SELECT \(customer_id\) ON contact to the role"):
        night(least, JUDGED_BY_CONTACTS)
    least.dispose()


def test_events_that_act_on_a_table_are_told_while_the_server_runs_them(mariadb: sa.Engine) -> None:
    event = "CREATE EVENT {} ON SCHEDULE EVERY 1 YEAR STARTS '2037-01-01' {} DO {}"
    say(
        mariadb,
        TABLE,
        "CREATE TABLE copies LIKE person",
        "CREATE TABLE personal (id INT PRIMARY KEY)",
        "CREATE PROCEDURE does() SELECT 1",
        event.format("copies_all", "", "INSERT INTO copies SELECT * FROM `person`"),
        event.format("calls", "", "CALL does()"),
        event.format("other", "", "DELETE FROM personal"),
        event.format("sleeps", "DISABLE", "DELETE FROM person"),
        "DROP USER IF EXISTS blind@localhost",
        "CREATE USER blind@localhost",
        "GRANT SELECT, UPDATE, DELETE, TRIGGER ON world.* TO blind@localhost",
        "GRANT PROCESS ON *.* TO blind@localhost",
    )
    assert _told(mariadb) == []
    blind = make_engine(mariadb.url.set(username="blind"))
    with _server_says(mariadb, "event_scheduler", "'ON'", "'OFF'"):
        assert [one.partition(": see")[0] for one in _told(mariadb)] == [
            "warns: event 'calls' calls what may act on its tables",
            "warns: event 'copies_all' acts on person by the clock",
        ]
        (found,) = _told(blind)
        assert found.startswith("warns: this role cannot see whether events act on its tables")
    blind.dispose()


def test_rows_of_every_partition_go(mariadb: sa.Engine) -> None:
    say(
        mariadb,
        TABLE + " PARTITION BY RANGE (id) (PARTITION low VALUES LESS THAN (2), "
        "PARTITION high VALUES LESS THAN MAXVALUE)",
        ROWS,
    )
    assert _told(mariadb) == []
    outcome = done(SqlStore(mapped(), mariadb), DELETES)
    assert (outcome.changed, outcome.verified) == ({"s001": 2}, True)


def test_tables_of_aria_are_refused_too(mariadb: sa.Engine) -> None:
    say(mariadb, TABLE + " ENGINE = Aria")
    (found,) = _told(mariadb)
    assert found.startswith("refuses: its engine is Aria, which has no transactions")


@pytest.mark.parametrize(
    ("kind", "stands_in"),
    [
        ("TIMESTAMP", "1970-01-01"),
        ("TIMESTAMP(3)", "1970-01-01 00:00:00"),
        ("TIMESTAMP", "9999-12-31"),
        ("TIMESTAMP", "soon"),
        ("DATETIME", "soon"),
        ("DATE", "1970-02-30"),
        ("TIME", "noon"),
    ],
)
def test_a_time_that_a_column_does_not_hold_is_refused_as_a_stand_in(
    kind: str, stands_in: str, mariadb: sa.Engine
) -> None:
    say(mariadb, TABLE.replace("mail VARCHAR(40)", f"mail {kind} NULL"))
    (told,) = _told(mariadb, step(Deed.EMPTY, ENDED, Emptied(column="mail", replacement=stands_in)))
    assert "which what stands in for it does not fit" in told
    assert ("as 1970-01-02" in told) == kind.startswith("TIMESTAMP")


@pytest.mark.parametrize("declared", ["CHAR(8)", "NATIONAL CHAR(8)", "VARCHAR(8)"])
def test_a_stand_in_that_ends_in_blanks_is_refused_where_it_would_lose_them(
    declared: str, mariadb: sa.Engine
) -> None:
    say(mariadb, TABLE.replace("mail VARCHAR(40)", f"mail {declared} NOT NULL"), ROWS)
    ends = step(Deed.EMPTY, ENDED, Emptied(column="mail", replacement="x "))
    told = _told(mariadb, ends)
    if declared.startswith("VARCHAR"):
        assert told == []
        assert done(SqlStore(mapped(), mariadb), ends).verified
    else:
        (found,) = told
        assert "which what stands in for it does not fit" in found
        assert "no blanks at the end" in found


@pytest.mark.parametrize(
    ("kind", "stands_in"),
    [
        ("TIMESTAMP", "1970-01-02"),
        ("TIMESTAMP", "1970-01-01 00:00:01"),
        ("TIMESTAMP", "0000-00-00"),
        ("DATETIME", "1970-01-01"),
        ("DATE", "0000-00-00"),
        ("DATE", 19700101),
        ("TIME", "00:00:00"),
        ("VARCHAR(9)", "soon"),
    ],
)
def test_a_time_that_a_column_holds_may_stand_in(
    kind: str, stands_in: str | int, mariadb: sa.Engine
) -> None:
    say(mariadb, TABLE.replace("mail VARCHAR(40)", f"mail {kind} NULL"))
    ends = step(Deed.EMPTY, ENDED, Emptied(column="mail", replacement=stands_in))
    assert _told(mariadb, ends) == []
