"""A column that is not of the type that the policy declares is said before it compares wrongly."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from doelbinding.plan.ports import Gravity
from doelbinding.policy.condition import Condition
from doelbinding.policy.stores import Column, ColumnType, ControllerColumn, Event
from doelbinding.stores.sql.store import SqlStore
from tests.integration.one_table import COLUMNS, mapped, say
from tests.integration.test_preflight import DELETES

ENGINES = pytest.mark.parametrize("name", ["sqlite", "postgresql", "mariadb"])


def told(
    engine: sa.Engine, actual: str, declared: ColumnType, *, read: bool = True, zone: str = "UTC"
) -> list[str]:
    """Give what preflight says of a column `kind`, which a state reads or nothing does."""
    say(
        engine,
        "DROP TABLE IF EXISTS person",
        "CREATE TABLE person (id INTEGER PRIMARY KEY, name VARCHAR(40), mail VARCHAR(40), "
        f"ended DATE, kind {actual})",
    )
    store = mapped((*COLUMNS, Column(name="kind", type=declared)))
    (person,) = store.datasets
    if read and declared.is_time:
        person = replace(person, events={"e": Event(column="kind")})
    elif read:
        person = replace(person, states={"s": Condition(column="kind", equals=1)})
    store = replace(store, datasets=(person,), timezone=zone)
    found = SqlStore(store, engine).preflight([DELETES])
    return [f"{one.gravity.value}: {one.message}: {one.remedy}" for one in found]


FITTING = [
    ("sqlite", "VARCHAR(9)", ColumnType.TEXT), ("sqlite", "INTEGER", ColumnType.INTEGER),
    ("sqlite", "DATETIME", ColumnType.TIMESTAMP), ("sqlite", "TEXT", ColumnType.DATE),
    ("sqlite", "INTEGER", ColumnType.DATE_DIGITS), ("sqlite", "BOOLEAN", ColumnType.BOOLEAN),
    ("sqlite", "DECIMAL(9,2)", ColumnType.DECIMAL), ("sqlite", "TEXT", ColumnType.JSON),
    ("postgresql", "text", ColumnType.TEXT), ("postgresql", "uuid", ColumnType.TEXT),
    ("postgresql", "bigint", ColumnType.EPOCH_SECONDS), ("postgresql", "char(9)", ColumnType.TEXT),
    ("postgresql", "timestamptz", ColumnType.INSTANT), ("postgresql", "jsonb", ColumnType.JSON),
    ("postgresql", "timestamp", ColumnType.TIMESTAMP), ("postgresql", "date", ColumnType.DATE),
    ("postgresql", "numeric(9,2)", ColumnType.DECIMAL),
    ("postgresql", "boolean", ColumnType.BOOLEAN),
    ("mariadb", "ENUM('a','b')", ColumnType.TEXT), ("mariadb", "BOOLEAN", ColumnType.BOOLEAN),
    ("mariadb", "INT UNSIGNED", ColumnType.INTEGER), ("mariadb", "JSON", ColumnType.JSON),
    ("mariadb", "TIMESTAMP NULL", ColumnType.INSTANT),
    ("mariadb", "DATETIME", ColumnType.TIMESTAMP),
    ("mariadb", "TIMESTAMP NULL", ColumnType.TIMESTAMP), ("mariadb", "DATE", ColumnType.DATE),
]  # fmt: skip
UNFIT = [
    ("sqlite", "VARCHAR(9)", ColumnType.INTEGER), ("sqlite", "TEXT", ColumnType.EPOCH_SECONDS),
    ("sqlite", "STRING", ColumnType.TEXT), ("sqlite", "INTEGER", ColumnType.TEXT),
    ("postgresql", "varchar(9)", ColumnType.INTEGER), ("postgresql", "text", ColumnType.DATE),
    ("postgresql", "timestamptz", ColumnType.DATE), ("postgresql", "integer", ColumnType.TEXT),
    ("postgresql", "boolean", ColumnType.INTEGER), ("postgresql", "date", ColumnType.DATE_TEXT),
    ("mariadb", "VARCHAR(9)", ColumnType.INTEGER), ("mariadb", "INT", ColumnType.TEXT),
    ("mariadb", "VARCHAR(9)", ColumnType.DATE), ("mariadb", "DATETIME", ColumnType.DATE),
]  # fmt: skip


@pytest.mark.parametrize(("name", "actual", "declared"), FITTING)
def test_a_column_of_its_declared_type_meets_nothing(
    name: str, actual: str, declared: ColumnType, request: pytest.FixtureRequest
) -> None:
    assert not told(request.getfixturevalue(name), actual, declared)


@pytest.mark.parametrize(("name", "actual", "declared"), UNFIT)
def test_a_column_of_another_type_that_a_rule_compares_refuses(
    name: str, actual: str, declared: ColumnType, request: pytest.FixtureRequest
) -> None:
    (one,) = told(request.getfixturevalue(name), actual, declared)
    assert one.startswith("refuses: column 'kind' is ")
    assert f"the policy says {declared.value}, and a rule compares it: declare it as" in one


@ENGINES
def test_a_column_of_another_type_that_nothing_reads_is_a_warning(
    name: str, request: pytest.FixtureRequest
) -> None:
    (one,) = told(request.getfixturevalue(name), "VARCHAR(9)", ColumnType.INTEGER, read=False)
    assert one.startswith("warns: column 'kind' is VARCHAR(9), the policy says integer: ")


@pytest.mark.parametrize(
    ("name", "actual"), [("postgresql", "timestamptz"), ("mariadb", "TIMESTAMP NULL")]
)
def test_a_moment_with_a_zone_is_no_moment_of_another_zone(
    name: str, actual: str, request: pytest.FixtureRequest
) -> None:
    engine = request.getfixturevalue(name)
    (one,) = told(engine, actual, ColumnType.TIMESTAMP, zone="Europe/Amsterdam")
    assert "declare it as `instant`" in one


def test_a_domain_is_what_it_is_made_of(postgresql: sa.Engine) -> None:
    say(postgresql, "CREATE DOMAIN amount AS integer CHECK (VALUE > 0)")
    assert not told(postgresql, "amount", ColumnType.INTEGER)
    assert told(postgresql, "amount", ColumnType.TEXT)


def test_the_column_that_tells_the_controller_is_compared(mariadb: sa.Engine) -> None:
    say(
        mariadb,
        "CREATE TABLE person (id INTEGER PRIMARY KEY, name VARCHAR(40), mail VARCHAR(40), "
        "ended DATE, firm INTEGER)",
    )
    store = mapped((*COLUMNS, Column(name="firm")))
    (person,) = store.datasets
    owned = replace(person, controller=ControllerColumn(column="firm", values={"1": "one"}))
    found = SqlStore(replace(store, datasets=(owned,)), mariadb).preflight([DELETES])
    told = [one for one in found if "'firm'" in one.message]
    assert [(one.gravity, "a rule compares it" in one.message) for one in told] == [
        (Gravity.REFUSES, True)
    ]
