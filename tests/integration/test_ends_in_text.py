"""A value that ends as text needs a column of texts, which a UUID, an ENUM or an INET is not."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from doelbinding.plan.model import Deed, Emptied
from doelbinding.plan.ports import Refused
from doelbinding.plan.run import ObstaclesFound
from doelbinding.plan.transform import Transformer
from doelbinding.plan.transformation import KeepFirst, Pseudonymise, Transformation
from doelbinding.stores.sql.store import SqlStore
from tests.integration.one_table import ENDED, TABLE, done, left, mapped, say, step

FIRST, PSEUDONYM = KeepFirst(length=2), Pseudonymise(key="k")
ENDINGS = pytest.mark.parametrize("ends", [FIRST, PSEUDONYM], ids=["keep-first", "pseudonym"])
UUID = "'00000000-0000-0000-0000-000000000001'"


def _store(engine: sa.Engine, kind: str, value: str, *before: str) -> SqlStore:
    made = TABLE.replace("mail VARCHAR(40)", f"mail {kind}")
    row = "INSERT INTO person VALUES (1, 'a', {}, '2010-01-01')"
    say(engine, *before, made, row.format(value))
    return SqlStore(mapped(), engine, transformer=Transformer(keys=lambda _: b"k" * 32))


def _refused(store: SqlStore, ends: Transformation, called: str) -> None:
    changes = step(Deed.TRANSFORM, ENDED, Emptied(column="mail", transformation=ends))
    told = f"column 'mail' is {called}, and what is left of its values is text"
    assert [one.message for one in store.preflight([changes])] == [told]
    with pytest.raises((ObstaclesFound, Refused), match=re.escape(told)):
        done(store, changes)


@ENDINGS
@pytest.mark.parametrize(
    ("kind", "value", "called"),
    [
        ("uuid", UUID, "UUID"),
        ("inet", "'192.0.2.1'", "INET"),
        ("integer", "12", "INTEGER"),
        ("bytea", "'abc'", "BYTEA"),
        ("kind", "'abc'", "an ENUM of 'abc', 'b'"),
        ("varchar(40)[]", "'{abc}'", "VARCHAR(40)[]"),
    ],
)
def test_what_is_no_text_on_postgresql_is_refused(
    kind: str, value: str, called: str, ends: Transformation, postgresql: sa.Engine
) -> None:
    store = _store(postgresql, kind, value, "CREATE TYPE kind AS ENUM ('abc', 'b')")
    _refused(store, ends, called)


@ENDINGS
@pytest.mark.parametrize(
    ("kind", "value", "called"),
    [
        ("UUID", UUID, "UUID"),
        ("INT", "99", "INTEGER"),
        ("DATE", "'2010-01-01'", "DATE"),
        ("ENUM('abc', 'b')", "'abc'", "an ENUM of 'abc', 'b'"),
        ("SET('abc', 'b')", "'abc'", "SET"),
    ],
)
def test_what_is_no_text_on_mariadb_is_refused(
    kind: str, value: str, called: str, ends: Transformation, mariadb: sa.Engine
) -> None:
    store = _store(mariadb, kind, value)
    changes = step(Deed.TRANSFORM, ENDED, Emptied(column="mail", transformation=ends))
    (found,) = store.preflight([changes])
    assert found.message.startswith(f"column 'mail' is {called}")


@ENDINGS
def test_what_is_no_text_in_a_strict_table_is_refused(
    ends: Transformation, sqlite: sa.Engine
) -> None:
    say(
        sqlite,
        "CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT, mail INTEGER, ended TEXT) STRICT",
        "INSERT INTO person VALUES (1, 'a', 12, '2010-01-01')",
    )
    store = SqlStore(mapped(), sqlite, transformer=Transformer(keys=lambda _: b"k" * 32))
    _refused(store, ends, "INTEGER")


@ENDINGS
@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("postgresql", "text"),
        ("postgresql", "char(50)"),
        ("postgresql", "short"),
        ("mariadb", "TINYTEXT"),
        ("mariadb", "CHAR(50)"),
        ("sqlite", "INTEGER"),
    ],
)
def test_what_takes_a_text_is_not_refused(
    name: str, kind: str, ends: Transformation, request: pytest.FixtureRequest
) -> None:
    engine = request.getfixturevalue(name)
    before = ["CREATE DOMAIN short AS varchar(50)"] if kind == "short" else []
    store = _store(engine, kind, "'abcdef'", *before)
    changes = step(Deed.TRANSFORM, ENDED, Emptied(column="mail", transformation=ends))
    assert done(store, changes).verified
    assert left(engine, "SELECT mail FROM person") != [("abcdef",)]
