"""Whatever tables and columns are called, a run is as for others, and remedies can be pasted."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from doelbinding.binding.expression import Compare, Comparison
from doelbinding.plan.grades import Grade
from doelbinding.plan.model import Deed, Emptied
from doelbinding.plan.ports import Gravity
from doelbinding.policy.stores import Column, ColumnType, Dataset
from doelbinding.policy.stores import Store as Mapped
from doelbinding.stores.sql.engine import make_engine
from doelbinding.stores.sql.inspecting import inspector_of
from doelbinding.stores.sql.preflight import indexes
from doelbinding.stores.sql.store import SqlStore
from tests.integration.one_table import COLUMNS, ENDED, ROWS, TABLE, done, left, mapped, say, step

NAMES = (
    ('Select Ä %s :x "q"', "Naam 'x'", 'a%b:c?"d'),
    ("order", "group", "table"),
    ("ä" * 31, "é" * 31, "ü" * 31),  # 62 bytes, of the 63 that PostgreSQL has
    ("`per``son` %", "``i`d`", "en`ded"),
    ("a.b, c (d)", "per%%cent", "{x};[y]#--"),
)


def _mapped(table: str, key: str, ended: str) -> Mapped:
    store = mapped()
    columns = (replace(COLUMNS[0], name=key), *COLUMNS[1:3], replace(COLUMNS[3], name=ended))
    person = replace(store.datasets[0], table=table, key=(key,), columns=columns)
    return replace(store, datasets=(person,))


def _made(engine: sa.Engine, table: str, key: str, ended: str) -> str:
    """Make the table, and give its name as a driver is given it."""
    quote = engine.dialect.identifier_preparer.quote
    text = TABLE.replace("person", quote(table)).replace("id INTEGER", f"{quote(key)} INTEGER")
    say(engine, text.replace("ended", quote(ended)))
    say(engine, ROWS.replace("person", quote(table)))
    return quote(table)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql", "mariadb"])
@pytest.mark.parametrize("names", NAMES, ids=["odd", "reserved", "long", "ticks", "marks"])
def test_names_change_nothing(
    kind: str,
    names: tuple[str, str, str],
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine = request.getfixturevalue(kind)
    table, key, ended = names
    quoted = _made(engine, table, key, ended)
    store = SqlStore(_mapped(table, key, ended), engine)
    goes = step(Deed.DELETE, replace(ENDED, column=ended))
    monkeypatch.setattr(indexes, "LARGE", 2)
    (found,) = store.preflight([goes])
    assert found.remedy.startswith("CREATE INDEX")
    escaped = found.remedy if kind == "sqlite" else found.remedy.replace("%", "%%")
    say(engine, escaped)
    assert store.preflight([goes]) == []
    outcome = done(store, goes)
    assert (outcome.changed, outcome.verified) == ({"s001": 2}, True)
    assert outcome.erased["s"].grade is (Grade.DELETED if kind == "mariadb" else Grade.VACUUMED)
    (row,) = store.rows("s.person", {key: 3})
    assert row[key] == 3
    assert left(engine, f"SELECT count(*) FROM {quoted}") == [(1,)]  # noqa: S608 - quoted


COLUMN_NAMES = (
    "back`tick", "two``ticks", "`", 'dou"ble', "quo'te", "sp ace", " before", "do.t", "com,ma",
    "per%cent", "per%%cent", "%(name)s", "co:lon", "que?stion", "semi;colon", "back\\slash",
    "/*c*/", "--dash", "#hash", "@at", "$1", "{brace}", "[brack]", "(paren)", "tab\there",
    "Ünïcode", "名前", "select", "KEY `x` (`id`)", "1", "n" * 63,
)  # fmt: skip


def _with_columns(engine: sa.Engine, *names: str) -> SqlStore:
    """Make a table with columns of these names, unique each, and a store that maps it."""
    quote = engine.dialect.identifier_preparer.quote
    made = ", ".join(f"{quote(name)} VARCHAR(9) UNIQUE" for name in names)
    say(engine, f"CREATE TABLE person (id INTEGER PRIMARY KEY, {made}, ended DATE)")
    held = ", ".join(f"'{n}'" for n, _ in enumerate(names))
    say(engine, f"INSERT INTO person VALUES (1, {held}, '2010-01-01')")  # noqa: S608 - ours
    columns = [Column(name=name, category="name") for name in names]
    return SqlStore(mapped([COLUMNS[0], *columns, COLUMNS[3]]), engine)


def test_columns_are_found_whatever_they_are_called(everywhere: sa.Engine) -> None:
    store = _with_columns(everywhere, *COLUMN_NAMES)
    ends = [Emptied(column=name) for name in COLUMN_NAMES]
    told = store.preflight([step(Deed.EMPTY, ENDED, *ends)])
    assert [one for one in told if one.gravity is Gravity.REFUSES] == []
    (row,) = store.rows("s.person", {"per%cent": "9"})
    assert [row[name] for name in COLUMN_NAMES] == [str(n) for n, _ in enumerate(COLUMN_NAMES)]
    assert done(store, step(Deed.EMPTY, ENDED, *ends)).verified
    (row,) = store.rows("s.person", {"id": 1})
    assert {row[name] for name in COLUMN_NAMES} == {None}


def test_columns_of_a_view_are_found_whatever_they_are_called(everywhere: sa.Engine) -> None:
    names = (name for name in COLUMN_NAMES if name[0] != " ")  # of which MariaDB takes the blanks
    store = _with_columns(everywhere, *names)
    say(
        everywhere,
        "ALTER TABLE person RENAME TO behind",
        "CREATE VIEW person AS SELECT * FROM behind",
    )
    told = " ".join(one.message for one in store.preflight([step(Deed.DELETE)]))
    assert "a view, not a table" in told
    assert "no column" not in told
    assert "not in the policy" not in told


def test_what_names_with_backticks_are_part_of_is_seen(everywhere: sa.Engine) -> None:
    """Keys, what is unique, and what refers: as for any other name."""
    quote = everywhere.dialect.identifier_preparer.quote
    own, other, there = quote("own`er"), quote("per`son"), quote("k`")
    say(
        everywhere,
        f"CREATE TABLE {other} ({there} INTEGER PRIMARY KEY)",
        f"CREATE TABLE person (id INTEGER PRIMARY KEY, {own} INTEGER UNIQUE "
        f"CHECK ({own} > 0), ended DATE, FOREIGN KEY ({own}) REFERENCES {other} ({there}))",
    )
    columns = (COLUMNS[0], Column(name="own`er", type=ColumnType.INTEGER), COLUMNS[3])
    owner = Dataset(
        id="owner", table="per`son", key=("k`",), label={},
        columns=(Column(name="k`", type=ColumnType.INTEGER),),
    )  # fmt: skip
    store = SqlStore(mapped(columns, owner), everywhere)
    stands_in = step(Deed.EMPTY, ENDED, Emptied(column="own`er", replacement=-1))
    told = " ".join(one.message for one in store.preflight([stands_in]))
    assert "unique" in told
    assert "CHECK constraint" in told
    with everywhere.connect() as connection:
        (key,) = inspector_of(connection).get_foreign_keys("person")
    assert key["constrained_columns"] == ["own`er"]
    goes = replace(
        step(Deed.DELETE, Compare(column="k`", by=Comparison.EQUALS, value="1")), dataset="owner"
    )
    told = " ".join(one.message for one in store.preflight([goes]))
    assert "'person' refers to it by (own`er), which the policy does not tell" in told


def test_a_name_with_a_line_break_is_refused_where_it_is_not_read(everywhere: sa.Engine) -> None:
    store = _with_columns(everywhere, "line\nbreak")
    told = [one for one in store.preflight([step(Deed.DELETE)]) if one.gravity is Gravity.REFUSES]
    if everywhere.dialect.name == "mariadb":
        (one,) = told
        assert one.message.startswith("how column 'line\\nbreak' is made cannot be read")
        assert one.remedy.startswith("ALTER TABLE person RENAME COLUMN")
    else:
        assert told == []
        assert done(store, step(Deed.DELETE)).verified


@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_remedies_write_a_percent_sign_once(kind: str, request: pytest.FixtureRequest) -> None:
    engine = request.getfixturevalue(kind)
    mail = engine.dialect.identifier_preparer.quote("per%cent")
    say(engine, TABLE.replace("mail", mail))
    if kind == "postgresql":
        say(engine, "DROP ROLE IF EXISTS nobody", "CREATE ROLE nobody LOGIN")
        say(engine, "GRANT SELECT (id, name, ended) ON person TO nobody")
    else:
        say(engine, "DROP USER IF EXISTS nobody@localhost", "CREATE USER nobody@localhost")
        say(engine, "GRANT SELECT (id, name, ended) ON world.person TO nobody@localhost")
        say(engine, "GRANT PROCESS ON *.* TO nobody@localhost")
        say(engine, "GRANT TRIGGER ON world.person TO nobody@localhost")
    least = make_engine(engine.url.set(username="nobody"))
    columns = (*COLUMNS[:2], Column(name="per%cent", category="n"), COLUMNS[3])
    ends = step(Deed.EMPTY, ENDED, Emptied(column="per%cent"))
    remedies = [one.remedy for one in SqlStore(mapped(columns), least).preflight([ends])]
    least.dispose()
    assert f"GRANT UPDATE ({mail.replace('%%', '%')}) ON person to the role" in " ".join(remedies)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql", "mariadb"])
def test_two_datasets_of_one_table_are_refused(kind: str, request: pytest.FixtureRequest) -> None:
    """What keeps a row in one of them would not keep it in the other."""
    engine = request.getfixturevalue(kind)
    say(engine, TABLE)
    schema = {"sqlite": "main", "postgresql": "public", "mariadb": "world"}[kind]
    for named in (None, schema):
        other = Dataset(
            id="reader", table="person", key=("id",), label={}, columns=COLUMNS, schema_=named
        )
        found = SqlStore(mapped(COLUMNS, other), engine).preflight([step(Deed.DELETE)])
        assert any("'reader' is of the same table" in one.message for one in found)
