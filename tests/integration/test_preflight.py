"""What a catalogue tells is said before anything is changed, with what to do (DESIGN §2)."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from doelbinding.binding.circumstances import Key
from doelbinding.plan.journal import MemoryJournal
from doelbinding.plan.model import Deed, Emptied
from doelbinding.plan.ports import Gravity, Refused
from doelbinding.plan.run import Bound, ObstaclesFound, run
from doelbinding.policy.stores import Column, ColumnType, Event
from doelbinding.stores.sql.engine import make_engine
from doelbinding.stores.sql.store import SqlStore
from tests.integration.one_night import night
from tests.integration.one_table import (
    COLUMNS,
    ENDED,
    ROWS,
    TABLE,
    done,
    left,
    mapped,
    plan,
    say,
    step,
)

NAME = Emptied(column="name")
MAIL = Emptied(column="mail", replacement="-")
EMPTIES = step(Deed.EMPTY, ENDED, NAME, MAIL)
DELETES = step(Deed.DELETE)
BOTH = (DELETES, step(Deed.EMPTY, ENDED, NAME, MAIL, name="s002"))


def told(engine: sa.Engine, *steps: object, columns: tuple[Column, ...] = COLUMNS) -> list[str]:
    store = SqlStore(mapped(columns), engine)
    found = store.preflight(steps or BOTH)  # type: ignore[arg-type]
    return [f"{one.gravity}: {one.message}: {one.remedy}" for one in found]


def refused(engine: sa.Engine, *steps: object, columns: tuple[Column, ...] = COLUMNS) -> list[str]:
    return [one for one in told(engine, *steps, columns=columns) if one.startswith("refuses")]


@pytest.mark.parametrize("name", ["sqlite", "postgresql", "mariadb"])
def test_a_plain_table_meets_nothing(name: str, request: pytest.FixtureRequest) -> None:
    engine = request.getfixturevalue(name)
    say(engine, TABLE, ROWS)
    assert told(engine) == []


@pytest.mark.parametrize("name", ["sqlite", "postgresql", "mariadb"])
def test_views_are_refused(name: str, request: pytest.FixtureRequest) -> None:
    engine = request.getfixturevalue(name)
    say(engine, TABLE.replace("person", "people"), "CREATE VIEW person AS SELECT * FROM people")
    assert any("it is a view" in one for one in refused(engine))


def test_materialized_views_and_partitions_are_told_apart(postgresql: sa.Engine) -> None:
    say(
        postgresql,
        TABLE.replace("person", "people"),
        "CREATE MATERIALIZED VIEW person AS SELECT * FROM people",
    )
    assert any("a materialized view" in one for one in refused(postgresql))
    say(
        postgresql,
        "DROP MATERIALIZED VIEW person",
        TABLE + " PARTITION BY RANGE (id)",
        "CREATE TABLE person_low PARTITION OF person FOR VALUES FROM (0) TO (2)",
        "CREATE TABLE person_high PARTITION OF person FOR VALUES FROM (2) TO (100)",
        ROWS,
    )
    assert [one for one in told(postgresql) if "partitioned" in one]
    assert done(SqlStore(mapped(), postgresql), DELETES).verified
    assert [row[0] for row in left(postgresql)] == [3]


@pytest.mark.parametrize("name", ["sqlite", "postgresql", "mariadb"])
def test_what_refers_to_it_unmapped_is_refused(name: str, request: pytest.FixtureRequest) -> None:
    engine = request.getfixturevalue(name)
    say(
        engine,
        TABLE,
        "CREATE TABLE visit (id INTEGER PRIMARY KEY, p INTEGER, "
        "FOREIGN KEY (p) REFERENCES person (id) ON DELETE CASCADE)",
    )
    found = refused(engine)
    assert any("'visit' refers to it and is not in the policy" in one for one in found)
    assert any("ON DELETE CASCADE" in one for one in found)


def test_what_refers_from_another_schema_is_found(postgresql: sa.Engine) -> None:
    say(
        postgresql,
        TABLE,
        "CREATE SCHEMA other",
        "CREATE TABLE other.visit (id int PRIMARY KEY, p int REFERENCES public.person)",
    )
    found = told(postgresql)
    assert any("'other.visit' refers to it" in one for one in found)
    assert any("CREATE INDEX ON other.visit (p)" in one for one in found)


def test_rules_triggers_and_row_security_are_told(postgresql: sa.Engine) -> None:
    say(
        postgresql,
        TABLE,
        "CREATE FUNCTION back() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "CREATE TRIGGER keeps BEFORE DELETE ON person FOR EACH ROW EXECUTE FUNCTION back()",
        "CREATE TRIGGER adds AFTER INSERT ON person FOR EACH ROW EXECUTE FUNCTION back()",
        "CREATE RULE swallows AS ON UPDATE TO person DO INSTEAD NOTHING",
    )
    found = told(postgresql)
    assert any("'keeps' acts on it before" in one for one in found)
    assert not any("'adds'" in one for one in found)
    assert any("refuses: rule 'swallows'" in one for one in found)


def _as_least(postgresql: sa.Engine, postgresql_uri: str, *grants: str) -> sa.Engine:
    say(
        postgresql,
        "DROP OWNED BY least" if _there(postgresql) else "CREATE ROLE least LOGIN",
        *grants,
    )
    url = sa.make_url(postgresql_uri).set(drivername="postgresql+psycopg", username="least")
    return make_engine(url)


def _there(postgresql: sa.Engine) -> bool:
    return bool(left(postgresql, "SELECT 1 FROM pg_roles WHERE rolname = 'least'"))


def test_missing_privileges_are_named(postgresql: sa.Engine, postgresql_uri: str) -> None:
    say(postgresql, TABLE, ROWS)
    grants = (
        "GRANT USAGE ON SCHEMA public TO least",
        "GRANT SELECT (id, name, ended) ON person TO least",
        "GRANT UPDATE (mail) ON person TO least",
    )
    least = _as_least(postgresql, postgresql_uri, *grants)
    found = " ".join(refused(least))
    assert "may not DELETE" in found
    assert "may not SELECT (mail)" in found
    assert "may not UPDATE (name)" in found
    least.dispose()


def test_row_security_refuses_a_plan_in_words(postgresql: sa.Engine, postgresql_uri: str) -> None:
    say(
        postgresql,
        TABLE,
        ROWS,
        "ALTER TABLE person ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY part ON person USING (id > 1)",
    )
    least = _as_least(postgresql, postgresql_uri, "GRANT ALL ON person TO least")
    assert any("row-level security hides rows" in one for one in refused(least))
    with pytest.raises(Refused, match="row-level security hides rows"):
        done(SqlStore(mapped(), least), DELETES)
    least.dispose()


@pytest.mark.parametrize("name", ["sqlite", "postgresql", "mariadb"])
def test_constraints_against_a_stand_in_are_refused(
    name: str, request: pytest.FixtureRequest
) -> None:
    engine = request.getfixturevalue(name)
    say(
        engine,
        "CREATE TABLE person (id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL, "
        "mail VARCHAR(40) UNIQUE, ended DATE, CHECK (length(mail) > 3))",
    )
    found = " ".join(refused(engine, EMPTIES))
    assert "'name' may not be null" in found
    assert "'mail' is unique" in found
    assert "forbids what stands in in column 'mail'" in found
    fine = step(Deed.EMPTY, ENDED, Emptied(column="name", replacement="?"), Emptied(column="mail"))
    assert refused(engine, fine) == []


@pytest.mark.parametrize("name", ["sqlite", "postgresql", "mariadb"])
def test_a_check_beside_its_column_is_looked_at(name: str, request: pytest.FixtureRequest) -> None:
    engine = request.getfixturevalue(name)
    say(engine, TABLE.replace("mail VARCHAR(40)", "mail VARCHAR(40) CHECK (mail <> '-')"))
    (found,) = told(engine, EMPTIES)
    assert "forbids what stands in in column 'mail'" in found
    fine = step(Deed.EMPTY, ENDED, NAME, Emptied(column="mail", replacement="?"))
    assert told(engine, fine) == []


@pytest.mark.parametrize("name", ["sqlite", "postgresql", "mariadb"])
def test_a_check_is_looked_at_whatever_its_column_is_called(
    name: str, request: pytest.FixtureRequest
) -> None:
    engine = request.getfixturevalue(name)
    for column in ("select", 'a%b:c?"d', "Ä é", "end-date"):
        quoted = engine.dialect.identifier_preparer.quote(column)
        check = f"{quoted} VARCHAR(40) CHECK ({quoted} NOT LIKE '-%%')"
        say(engine, "DROP TABLE IF EXISTS person", TABLE.replace("mail VARCHAR(40)", check))
        columns = (*COLUMNS[:2], Column(name=column, category="n"), COLUMNS[3])
        ends = step(Deed.EMPTY, ENDED, Emptied(column=column, replacement="-"))
        assert any("CHECK constraint" in one for one in refused(engine, ends, columns=columns))


@pytest.mark.parametrize("name", ["sqlite", "postgresql", "mariadb"])
def test_generated_columns_are_refused(name: str, request: pytest.FixtureRequest) -> None:
    engine = request.getfixturevalue(name)
    say(
        engine,
        "CREATE TABLE person (id INTEGER PRIMARY KEY, name VARCHAR(40), ended DATE, "
        "mail VARCHAR(40) GENERATED ALWAYS AS (concat(name, '@')) STORED)".replace(
            "concat(name, '@')", "name || '@'" if name != "mariadb" else "concat(name, '@')"
        ),
    )
    assert any("'mail' is generated" in one for one in refused(engine, EMPTIES))


JOINED = {"sqlite": "{} || 'x'", "postgresql": "{} || 'x'", "mariadb": "concat({}, 'x')"}
MADE = "CREATE TABLE person (id INTEGER PRIMARY KEY, made VARCHAR(90){} GENERATED ALWAYS AS ({}) "
MADE_OF = MADE + "STORED{}, name VARCHAR(40), mail VARCHAR(40), ended DATE)"
WITH_MADE = (*COLUMNS, Column(name="made"))


@pytest.mark.parametrize("name", ["sqlite", "postgresql"])  # MariaDB has no such NOT NULL
def test_what_is_made_of_an_emptied_column_may_not_be_null(
    name: str, request: pytest.FixtureRequest
) -> None:
    engine = request.getfixturevalue(name)
    say(engine, MADE_OF.format(" NOT NULL", "name || 'x'", ""))
    (found,) = told(engine, EMPTIES, columns=WITH_MADE)
    assert found.startswith("refuses: column 'made' is generated from 'name' and may not be null")
    say(engine, "DROP TABLE person", MADE_OF.format(" NOT NULL", "coalesce(name, id || '')", ""))
    (found,) = told(engine, EMPTIES, columns=WITH_MADE)
    assert found.startswith("warns: column 'made' is generated from 'name'")  # it depends
    say(engine, "DROP TABLE person", MADE_OF.format(" NOT NULL", "coalesce(name, '')", ""))
    assert told(engine, EMPTIES, columns=WITH_MADE) == []


@pytest.mark.parametrize("name", ["sqlite", "postgresql", "mariadb"])
def test_what_is_made_of_a_stand_in_may_not_be_there_twice(
    name: str, request: pytest.FixtureRequest
) -> None:
    engine = request.getfixturevalue(name)
    unique = "" if name == "sqlite" else " UNIQUE"
    say(engine, MADE_OF.format("", JOINED[name].format("mail"), unique))
    if not unique:
        say(engine, "CREATE UNIQUE INDEX one_made ON person (made)")
    (found,) = told(engine, EMPTIES, columns=WITH_MADE)
    assert found.startswith("refuses: column 'made' is unique and generated from 'mail'")
    null = step(Deed.EMPTY, ENDED, Emptied(column="mail"))
    assert told(engine, null, columns=WITH_MADE) == []


@pytest.mark.parametrize("name", ["sqlite", "postgresql", "mariadb"])
def test_a_date_that_is_made_of_what_ends_is_said_to_be_lost(
    name: str, request: pytest.FixtureRequest
) -> None:
    """The row stays, and nothing dates it any more: not even the next night would end it."""
    engine = request.getfixturevalue(name)
    say(engine, MADE_OF.format("", JOINED[name].format("mail"), ""))
    store = mapped(WITH_MADE)
    (person,) = store.datasets
    dated = replace(store, datasets=(replace(person, events={"left": Event(column="made")}),))
    ends = step(Deed.EMPTY, ENDED, Emptied(column="mail"))
    said = "column 'made' is generated from 'mail', which ends; rules read it"
    assert any(said in one.message for one in SqlStore(dated, engine).preflight([ends]))
    assert told(engine, ends, columns=WITH_MADE) == []
    other = step(Deed.EMPTY, ENDED, Emptied(column="name"))
    assert not any(said in one.message for one in SqlStore(dated, engine).preflight([other]))


@pytest.mark.parametrize("name", ["sqlite", "postgresql", "mariadb"])
def test_a_column_that_is_not_there_is_said_before_the_database_does(
    name: str, request: pytest.FixtureRequest
) -> None:
    engine = request.getfixturevalue(name)
    say(engine, "CREATE TABLE person (id INTEGER PRIMARY KEY, name VARCHAR(9), mail VARCHAR(9))")
    store = SqlStore(mapped(), engine)
    with pytest.raises(Refused, match="no column 'ended'"):
        store.survey([DELETES], {})
    with pytest.raises(ObstaclesFound, match="no column 'ended'"):
        _run_unplanned(store)


def _run_unplanned(store: SqlStore) -> None:
    run(plan(DELETES), {"s": store}, {}, MemoryJournal(), bound=Bound())


@pytest.mark.parametrize("name", ["sqlite", "postgresql", "mariadb"])
def test_a_large_table_without_an_index_on_its_dates_is_told(
    name: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = request.getfixturevalue(name)
    say(engine, TABLE, ROWS)
    monkeypatch.setattr("doelbinding.stores.sql.preflight.indexes.LARGE", 2)
    (found,) = told(engine)
    statement = found[found.index("CREATE INDEX") :]
    say(engine, statement)
    assert told(engine) == []


def test_tables_without_transactions_are_refused(mariadb: sa.Engine) -> None:
    say(mariadb, TABLE + " ENGINE = MyISAM")
    assert any("its engine is MyISAM" in one for one in refused(mariadb))


def test_a_role_that_cannot_see_what_cascades_is_told(mariadb: sa.Engine) -> None:
    say(
        mariadb,
        TABLE,
        "CREATE TABLE visit (id INT PRIMARY KEY, p INT, "
        "FOREIGN KEY (p) REFERENCES person (id) ON DELETE CASCADE)",
        "DROP USER IF EXISTS least@localhost",
        "CREATE USER least@localhost",
        "GRANT SELECT, UPDATE, DELETE ON world.person TO least@localhost",
    )
    least = make_engine(mariadb.url.set(username="least"))
    assert any("cannot see which tables refer" in one for one in refused(least))
    say(mariadb, "GRANT PROCESS ON *.* TO least@localhost")
    least.dispose()
    assert any("'visit' refers to it" in one for one in refused(least))
    say(mariadb, "REVOKE UPDATE, DELETE ON world.person FROM least@localhost")
    least.dispose()
    found = " ".join(refused(least))
    assert "may not DELETE" in found
    assert "may not UPDATE (name, mail)" in found
    least.dispose()


def test_triggers_on_mariadb_are_told(mariadb: sa.Engine) -> None:
    say(mariadb, TABLE, "CREATE TRIGGER keeps BEFORE UPDATE ON person FOR EACH ROW SET @a = 1")
    found = SqlStore(mapped(), mariadb).preflight([EMPTIES])
    assert [one.gravity for one in found if "'keeps'" in one.message] == [Gravity.WARNS]


@pytest.mark.parametrize(
    ("name", "kind", "unread", "readable"),
    [
        ("sqlite", ColumnType.INSTANT, "2027-03-01T09:00:00Z", "2027-03-01 09:00:00+00:00"),
        ("sqlite", ColumnType.TIMESTAMP, "2027-03-01", "2027-03-01 09:00:00"),
        ("postgresql", ColumnType.DATE_TEXT, "1-3-2027", "2027-03-01"),
        ("mariadb", ColumnType.DATE_TEXT, "1-3-2027", "2027-03-01"),
    ],
)
def test_rows_of_which_it_cannot_be_read_when_they_were_collected_are_counted(
    name: str, kind: ColumnType, unread: str, readable: str, request: pytest.FixtureRequest
) -> None:
    engine = request.getfixturevalue(name)
    say(engine, TABLE.replace("ended DATE", "ended VARCHAR(40)"))
    with engine.begin() as connection:
        connection.execute(
            sa.text("INSERT INTO person (id, ended) VALUES (:id, :at)"),
            [{"id": n, "at": at} for n, at in enumerate((unread, unread, readable, "", None))],
        )
    ended = replace(COLUMNS[-1], type=kind, null_values=("",))
    store = mapped((*COLUMNS[:-1], ended))
    (person,) = store.datasets
    store = replace(store, datasets=(replace(person, collected="ended"),))
    found = SqlStore(store, engine).preflight([DELETES])
    (told,) = [one for one in found if "were collected" in one.message]
    assert told.gravity is Gravity.WARNS
    assert f"2 of them hold what is no {kind.value}" in told.message


@pytest.mark.parametrize("name", ["sqlite", "postgresql", "mariadb"])
def test_a_stand_in_for_a_column_that_is_unique_with_others_is_told(
    name: str, request: pytest.FixtureRequest
) -> None:
    engine = request.getfixturevalue(name)
    say(
        engine,
        "CREATE TABLE person (id INTEGER PRIMARY KEY, name VARCHAR(40), mail VARCHAR(40), "
        "ended DATE, UNIQUE (ended, mail))",
    )
    (found,) = told(engine, EMPTIES)
    assert found.startswith("warns: column 'mail' is unique together with (ended)")
    assert told(engine, step(Deed.EMPTY, ENDED, Emptied(column="mail"))) == []


@pytest.mark.parametrize("name", ["sqlite", "postgresql", "mariadb"])
def test_stand_ins_for_all_that_is_unique_together_are_refused(
    name: str, request: pytest.FixtureRequest
) -> None:
    engine = request.getfixturevalue(name)
    say(
        engine,
        "CREATE TABLE person (id INTEGER PRIMARY KEY, name VARCHAR(40), mail VARCHAR(40), "
        "ended DATE, UNIQUE (name, mail))",
    )
    both = (Emptied(column="name", replacement="?"), MAIL)
    (found,) = refused(engine, step(Deed.EMPTY, ENDED, *both))
    assert "columns (name, mail) are unique, so one value cannot stand in for several" in found
    assert refused(engine, EMPTIES) == []  # the null in `name` keeps them apart


@pytest.mark.parametrize("name", ["sqlite", "postgresql"])
def test_a_stand_in_in_a_unique_expression_is_told(
    name: str, request: pytest.FixtureRequest
) -> None:
    engine = request.getfixturevalue(name)
    say(engine, TABLE, "CREATE UNIQUE INDEX one_mail ON person (lower(mail))")
    (found,) = told(engine, EMPTIES)
    assert found.startswith("warns: column 'mail' is unique in an expression")


def test_a_second_null_that_may_not_stand_is_refused(postgresql: sa.Engine) -> None:
    say(postgresql, TABLE, "ALTER TABLE person ADD UNIQUE NULLS NOT DISTINCT (name)")
    (found,) = refused(postgresql, EMPTIES)
    assert "column 'name' is unique, so NULL cannot stand in for several" in found


def test_a_table_that_keeps_its_history_is_refused(mariadb: sa.Engine) -> None:
    say(mariadb, TABLE + " WITH SYSTEM VERSIONING")
    (found,) = refused(mariadb)
    assert "system-versioned, so what is deleted or changed stays in its history" in found


def test_tables_that_inherit_are_told(postgresql: sa.Engine) -> None:
    say(postgresql, TABLE, "CREATE TABLE former (born date) INHERITS (person)")
    (found,) = told(postgresql)
    assert "warns: tables inherit from it (former)" in found


def test_foreign_tables_are_refused(postgresql: sa.Engine) -> None:
    say(
        postgresql,
        "DROP FOREIGN DATA WRAPPER IF EXISTS far CASCADE",
        "CREATE FOREIGN DATA WRAPPER far",
        "CREATE SERVER far FOREIGN DATA WRAPPER far",
        "CREATE FOREIGN TABLE person (id int, name text, mail text, ended date) SERVER far",
    )
    assert any("it is a foreign table, not a table" in one for one in refused(postgresql))


@pytest.mark.parametrize("name", ["postgresql", "mariadb"])
def test_a_remedy_quotes_the_names_that_need_it(
    name: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = request.getfixturevalue(name)
    quote = engine.dialect.identifier_preparer.quote
    ended = quote("ended on")
    say(engine, TABLE.replace("ended", ended), ROWS)
    monkeypatch.setattr("doelbinding.stores.sql.preflight.indexes.LARGE", 2)
    columns = (*COLUMNS[:3], replace(COLUMNS[3], name="ended on"))
    asked = step(Deed.DELETE, replace(ENDED, column="ended on"))
    (found,) = told(engine, asked, columns=columns)
    assert found.endswith(f"ON person ({ended})")
    say(engine, found[found.index("CREATE INDEX") :])


JUDGED_BY_CONTACTS = """\
      - id: customer
        label: {en: Customers}
        table: customer
        key: [id]
        controller: mill
        person: true
        columns:
          - {name: id, type: integer}
          - {name: name, category: name}
        events:
          contact.last: {latest_of: [{dataset: contact, column: at}]}
        bindings: [{activity: customers, columns: ['*']}]
      - id: contact
        label: {en: Contacts}
        table: contact
        key: [id]
        subject: {to: customer, columns: [customer_id]}
        no_personal_data: true
        columns:
          - {name: id, type: integer}
          - {name: customer_id, type: integer}
          - {name: at, type: date-text}
"""


@pytest.mark.parametrize("name", ["sqlite", "postgresql", "mariadb"])
def test_a_view_that_could_hide_what_keeps_somebody_is_refused(
    name: str, request: pytest.FixtureRequest
) -> None:
    engine = request.getfixturevalue(name)
    say(
        engine,
        "CREATE TABLE customer (id INTEGER PRIMARY KEY, name VARCHAR(9))",
        "CREATE TABLE contacts (id INTEGER PRIMARY KEY, customer_id INTEGER, at VARCHAR(10), "
        "archived INTEGER)",
        "CREATE VIEW contact AS SELECT id, customer_id, at FROM contacts WHERE archived = 0",
        "INSERT INTO customer VALUES (1, 'a')",
        "INSERT INTO contacts VALUES (1, 1, '2010-01-01', 0), (2, 1, '2026-01-01', 1)",
    )
    with pytest.raises(ObstaclesFound, match="it is a view, by which rows of"):
        night(engine, JUDGED_BY_CONTACTS)
    assert left(engine, "SELECT name FROM customer") == [("a",)]


@pytest.mark.parametrize(
    ("name", "kind", "told"),
    [
        ("mariadb", "BINARY(16)", "BINARY(16)"),
        ("mariadb", "DECIMAL(9, 2)", "DECIMAL(9, 2)"),
        ("mariadb", "INET6", "of an unknown type"),
        ("postgresql", "numeric", "NUMERIC"),
        ("postgresql", "inet", "INET"),
        ("mariadb", "DATETIME", "DATETIME"),
    ],
)
def test_a_key_that_no_record_can_hold_is_refused(
    name: str, kind: str, told: str, request: pytest.FixtureRequest
) -> None:
    engine = request.getfixturevalue(name)
    say(engine, TABLE.replace("INTEGER", kind))
    (found,) = refused(engine)
    assert found.startswith(f"refuses: key column 'id' is {told}: ")


def test_rows_are_told_by_their_uuid(postgresql: sa.Engine) -> None:
    one, two = "00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"
    say(
        postgresql,
        TABLE.replace("INTEGER", "uuid"),
        "INSERT INTO person SELECT ('00000000-0000-0000-0000-00000000000' || n)::uuid, 'a', 'a', "
        "'2010-01-01' FROM generate_series(1, 2) n",
    )
    store = SqlStore(mapped((replace(COLUMNS[0], type=ColumnType.TEXT), *COLUMNS[1:])), postgresql)
    assert list(store.select_keys(DELETES, {})) == [[(one,), (two,)]]
    told: list[Key] = []
    assert [c.keys for c in store.execute(DELETES, {}, [(one,)], told.extend)] == [[(one,)]]
    assert [row["id"] for row in store.rows("s.person", {"id": two})] == [two]
    assert [c.keys for c in store.execute(DELETES, {}, None, told.extend)] == [[(two,)]]
    assert told == [(one,), (two,)]


def test_rows_are_told_by_their_year(mariadb: sa.Engine) -> None:
    say(
        mariadb,
        TABLE.replace("INTEGER", "YEAR"),
        "INSERT INTO person VALUES (2001, 'a', 'a', '2010-01-01'), (2002, 'a', 'a', '2010-01-01')",
    )
    assert not refused(mariadb)
    store = SqlStore(mapped(), mariadb)
    assert list(store.select_keys(DELETES, {})) == [[(2001,), (2002,)]]
    assert list(store.execute(DELETES, {}, [(2001,)]))
    assert left(mariadb, "SELECT id FROM person") == [(2002,)]
    assert [row["id"] for row in store.rows("s.person", {"id": 2002})] == [2002]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (["ALTER SCHEMA app RENAME TO old", "ALTER SCHEMA other RENAME TO app"], "trigger 'kept'"),
        (["ALTER PUBLICATION told ADD TABLES IN SCHEMA app"], "publication 'told' passes no"),
    ],
)
def test_what_changes_of_schemas_is_noticed(
    changes: list[str], said: str, postgresql: sa.Engine
) -> None:
    """Neither writes a row about a table."""
    people, others = (TABLE.replace("person", f"{one}.person") for one in ("app", "other"))
    say(
        postgresql,
        *("CREATE SCHEMA app", "CREATE SCHEMA other", people, others),
        "CREATE FUNCTION other.kept() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "CREATE TRIGGER kept BEFORE DELETE ON other.person FOR EACH ROW "
        "EXECUTE FUNCTION other.kept()",
        "CREATE PUBLICATION told WITH (publish = 'insert')",
    )
    store = SqlStore(mapped(schema="app"), postgresql)
    before = store.preflight([DELETES])
    say(postgresql, *changes)
    after = [one.message for one in store.preflight([DELETES])]
    say(
        postgresql,
        "DROP PUBLICATION told",
        *(f"DROP SCHEMA IF EXISTS {one} CASCADE" for one in ("app", "other", "old")),
    )
    assert not before
    assert any(said in one for one in after)
