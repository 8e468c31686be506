"""Tables that nobody has mapped are told: without foreign keys nothing else tells of them."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from doelbinding.stores.sql.engine import make_engine
from doelbinding.stores.sql.left_out import tables_left_out
from doelbinding.stores.sql.store import SqlStore
from tests.integration.forked import forked
from tests.integration.mill import DAY
from tests.integration.one_table import TABLE, mapped, say
from tests.integration.restorable import World


def left_out(engine: sa.Engine) -> list[str]:
    with SqlStore(mapped(), engine).transaction() as connection:
        return tables_left_out(connection, mapped())


def test_tables_in_no_dataset_are_named(everywhere: sa.Engine) -> None:
    say(everywhere, TABLE)
    assert left_out(everywhere) == []
    say(everywhere, "CREATE TABLE visit (id INTEGER, p INTEGER)", "CREATE VIEW seen AS SELECT 1")
    assert left_out(everywhere) == ["visit"]


def test_parts_and_what_an_index_is_kept_in_are_no_tables_of_their_own(
    sqlite: sa.Engine, postgresql: sa.Engine, mariadb: sa.Engine
) -> None:
    say(sqlite, TABLE, "CREATE VIRTUAL TABLE words USING fts5 (word)")
    assert left_out(sqlite) == []
    say(
        postgresql,
        "CREATE TABLE person (id INTEGER) PARTITION BY RANGE (id)",
        "CREATE TABLE part PARTITION OF person FOR VALUES FROM (1) TO (9)",
    )
    assert left_out(postgresql) == []
    parts = " PARTITION BY HASH (id) PARTITIONS 2"
    say(mariadb, TABLE + parts, "CREATE TABLE note (t TEXT, FULLTEXT (t))")
    assert left_out(mariadb) == ["note"]


def test_a_table_of_the_same_name_in_another_schema_is_told(postgresql: sa.Engine) -> None:
    say(postgresql, TABLE, "CREATE SCHEMA other", "CREATE TABLE other.person (id INTEGER)")
    say(postgresql, f"ALTER DATABASE {postgresql.url.database} SET search_path = public, other")
    postgresql.dispose()
    assert left_out(postgresql) == ["other.person"]


def test_a_role_of_its_own_is_told_too(mariadb: sa.Engine) -> None:
    """It sees no table on which it has no right, but what `grants` gives shows their names."""
    say(
        mariadb,
        TABLE,
        "CREATE TABLE visit (id INTEGER)",
        "DROP USER IF EXISTS looker@localhost",
        "CREATE USER looker@localhost",
        "GRANT PROCESS ON *.* TO looker@localhost",
        "GRANT SELECT (id) ON person TO looker@localhost",
    )
    role = make_engine(mariadb.url.set(username="looker"))
    assert left_out(role) == ["visit"]
    role.dispose()


@pytest.mark.parametrize("world", ["sqlite"], indirect=True)
def test_a_plan_names_them(world: World) -> None:
    assert "in no dataset" not in forked(world.folder, "plan", "--at", DAY).stdout
    world.change("crm", "CREATE TABLE visit (id INTEGER PRIMARY KEY, email VARCHAR(80))")
    said = " ".join(forked(world.folder, "plan", "--at", DAY).stdout.split())
    assert "in no dataset of crm, so nothing in them is found or ends: visit: map those" in said
