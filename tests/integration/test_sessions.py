"""What is set on a role or a server changes nothing that a run does, or is told before it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from doelbinding.plan.model import Deed, Emptied
from doelbinding.plan.ports import Refused
from doelbinding.policy.stores import Column
from doelbinding.stores.sql.engine import make_engine
from doelbinding.stores.sql.store import SqlStore
from tests.integration.one_table import COLUMNS, ENDED, ROWS, TABLE, done, left, mapped, say, step

DELETES = step(Deed.DELETE)
EMPTIES = step(Deed.EMPTY, ENDED, Emptied(column="name"))


def _told(engine: sa.Engine, *steps: object, columns: tuple[Column, ...] = COLUMNS) -> list[str]:
    found = SqlStore(mapped(columns), engine).preflight(steps or (DELETES,))  # type: ignore[arg-type]
    return [f"{one.gravity}: {one.message}: {one.remedy}" for one in found]


@pytest.fixture
def role(postgresql: sa.Engine) -> Iterator[sa.Engine]:
    """Give an engine of a role that may do everything, and of which things are set."""
    say(postgresql, TABLE, ROWS)
    say(postgresql, "DROP ROLE IF EXISTS told", "CREATE ROLE told LOGIN SUPERUSER")
    engine = make_engine(postgresql.url.set(username="told"))
    yield engine
    engine.dispose()
    say(postgresql, "DROP ROLE told")


@pytest.mark.parametrize(
    "said",
    [
        "default_transaction_isolation = 'serializable'",
        "intervalstyle = 'iso_8601'",
        "datestyle = 'SQL, DMY'",
        "timezone = 'Asia/Tokyo'",
        "client_encoding = 'latin1'",
        "extra_float_digits = 0",
        "bytea_output = 'escape'",
        "transform_null_equals = on",
        "standard_conforming_strings = off",
        "row_security = on",
        "lock_timeout = 1",
    ],
)
def test_what_is_set_on_a_role_changes_nothing(
    said: str, role: sa.Engine, postgresql: sa.Engine
) -> None:
    say(postgresql, f"ALTER ROLE told SET {said}", "UPDATE person SET name = 'Ωmega' WHERE id = 3")
    store = SqlStore(mapped(), role)
    assert _told(role) == []
    outcome = done(store, DELETES)
    assert (outcome.changed, outcome.verified) == ({"s001": 2}, True)
    assert store.rows("s.person", {"id": 3})[0]["name"] == "Ωmega"
    name = said.partition(" ")[0]
    if name != "bytea_output":  # which is read either way
        assert left(role, f"SHOW {name}") == left(postgresql, f"SHOW {name}")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("session_replication_role = replica", "refuses: sessions of this role act as replica"),
        ("default_transaction_read_only = on", "refuses: sessions of this role are read only"),
        ("statement_timeout = '30s'", "warns: a statement of this role may take 30s"),
        ("synchronous_commit = off", "warns: synchronous_commit is off"),
    ],
)
def test_what_a_run_cannot_do_under_is_told_with_what_to_do(
    said: str, told: str, role: sa.Engine, postgresql: sa.Engine
) -> None:
    say(postgresql, f"ALTER ROLE told SET {said}")
    (found,) = _told(role)
    assert found.startswith(told)
    say(postgresql, "ALTER ROLE" + found.partition("ALTER ROLE")[2])
    role.dispose()
    assert _told(role) == []


def test_a_statement_that_takes_too_long_is_said_to(role: sa.Engine, postgresql: sa.Engine) -> None:
    say(postgresql, "ALTER ROLE told SET statement_timeout = '20ms'")
    say(postgresql, "CREATE VIEW slow AS SELECT 1 AS id FROM pg_sleep(1)")
    store = SqlStore(mapped(), role)
    too_long = "took longer than statement_timeout lets it"
    with pytest.raises(Refused, match=too_long), store.transaction() as connection:
        connection.exec_driver_sql("SELECT * FROM slow")


MADE = {
    "postgresql": (
        "CREATE TYPE word AS ENUM ('a')",
        "CREATE DOMAIN short AS text CHECK (value <> '-')",
        "CREATE DOMAIN whole AS text CHECK (value IS NOT NULL)",
    ),
    "mariadb": (),
}


@pytest.mark.parametrize(
    ("kind", "held", "stands_in", "fits"),
    [
        ("postgresql", "VARCHAR(3)", "gone", "-"),
        ("postgresql", "word", "gone", "a"),
        ("postgresql", "INTEGER", "gone", 0),
        ("postgresql", "short", "-", "x"),
        ("postgresql", "whole", None, "x"),
        ("mariadb", "VARCHAR(3)", "gone", "-"),
        ("mariadb", "ENUM ('a')", "gone", "a"),
        ("mariadb", "INTEGER", "gone", 0),
    ],
)
def test_a_stand_in_that_does_not_fit_is_refused_before(
    kind: str,
    held: str,
    stands_in: str | None,
    fits: str | int,
    request: pytest.FixtureRequest,
) -> None:
    engine = request.getfixturevalue(kind)
    say(engine, *MADE[kind], TABLE.replace("mail VARCHAR(40)", f"mail {held}"))
    ends = step(Deed.EMPTY, ENDED, Emptied(column="mail", replacement=stands_in))
    (found,) = [one for one in _told(engine, ends) if "does not fit" in one]
    assert found.startswith("refuses: column 'mail' is ")
    fine = step(Deed.EMPTY, ENDED, Emptied(column="mail", replacement=fits))
    assert not any("does not fit" in one for one in _told(engine, fine))
