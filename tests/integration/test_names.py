"""Whatever tables and columns are called, a run is as for others, and remedies can be pasted."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from doelbinding.plan.grades import Grade
from doelbinding.plan.model import Deed, Emptied
from doelbinding.policy.stores import Column, Dataset
from doelbinding.policy.stores import Store as Mapped
from doelbinding.stores.sql import indexes
from doelbinding.stores.sql.engine import make_engine
from doelbinding.stores.sql.store import SqlStore
from tests.integration.one_table import COLUMNS, ENDED, ROWS, TABLE, done, left, mapped, say, step

NAMES = (
    ('Select Ä %s :x "q"', "Naam 'x'", 'a%b:c?"d'),
    ("order", "group", "table"),
    ("ä" * 31, "é" * 31, "ü" * 31),  # 62 bytes, of the 63 that PostgreSQL has
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
@pytest.mark.parametrize("names", NAMES, ids=["odd", "reserved", "long"])
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
