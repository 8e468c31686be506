"""Copies that PostgreSQL keeps of mapped tables are told before a run, and after it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from doelbinding.plan.grades import Grade
from doelbinding.plan.model import Deed, Emptied
from doelbinding.stores.sql import purge_postgresql
from doelbinding.stores.sql.store import SqlStore
from tests.integration.one_table import ENDED, ROWS, TABLE, done, left, mapped, say, step

DELETES = step(Deed.DELETE)
EMPTIES = step(Deed.EMPTY, ENDED, Emptied(column="name"))
MANY = (
    "INSERT INTO person SELECT n, 'n', 'secret' || n, '2010-01-01' FROM generate_series(10, 400) n"
)
SAMPLED = (
    "SELECT tablename FROM pg_stats WHERE histogram_bounds::text LIKE '%%secret%%' AND "
    "schemaname = 'public'"
)


def _told(engine: sa.Engine, *steps: object) -> list[str]:
    found = SqlStore(mapped(), engine).preflight(steps or (DELETES,))  # type: ignore[arg-type]
    return [f"{one.gravity}: {one.message}: {one.remedy}" for one in found]


def test_materialized_views_that_copy_personal_values_are_told(postgresql: sa.Engine) -> None:
    say(
        postgresql,
        TABLE,
        ROWS,
        "CREATE VIEW loud AS SELECT id, upper(name) FROM person",
        'CREATE MATERIALIZED VIEW "By way" AS SELECT * FROM loud',
        "CREATE MATERIALIZED VIEW rows AS SELECT person FROM person",
        "CREATE MATERIALIZED VIEW years AS SELECT ended, count(*) FROM person GROUP BY ended",
    )
    found = [one for one in _told(postgresql) if "materialized" in one]
    assert [one.partition("REFRESH MATERIALIZED VIEW ")[2] for one in found] == [
        '"By way" after each run',
        "rows after each run",
    ]
    erased = done(SqlStore(mapped(), postgresql), DELETES).erased["s"]
    assert erased.grade is Grade.DELETED
    assert str(erased.still).startswith(
        'still in materialized views until they are refreshed ("By way", rows); still in free'
    )


@pytest.fixture
def published(postgresql: sa.Engine) -> Iterator[sa.Engine]:
    say(postgresql, TABLE, ROWS)
    yield postgresql
    say(postgresql, "DROP PUBLICATION IF EXISTS news")


def test_a_publication_that_passes_no_deletion_on_is_told(published: sa.Engine) -> None:
    say(published, "CREATE PUBLICATION news FOR ALL TABLES WITH (publish = 'insert, update')")
    (found,) = _told(published)
    assert found.startswith("warns: publication 'news' passes no delete on, so subscribers keep")
    assert _told(published, EMPTIES) == []
    say(published, "ALTER" + found.partition("ALTER")[2])
    assert _told(published) == []


@pytest.mark.parametrize("tables", ["TABLE person", "ALL TABLES", "TABLES IN SCHEMA public"])
def test_rows_that_nothing_tells_apart_for_subscribers_are_refused(
    tables: str, published: sa.Engine
) -> None:
    say(published, f"CREATE PUBLICATION news FOR {tables}")
    assert _told(published) == []
    say(published, "ALTER TABLE person REPLICA IDENTITY NOTHING")
    (found,) = _told(published)
    assert found.startswith("refuses: publication 'news' has person, whose rows nothing tells")


def test_large_objects_that_stay_are_told(postgresql: sa.Engine) -> None:
    say(postgresql, TABLE.replace("mail VARCHAR(40)", "mail oid"))
    assert any("column 'mail' may name large objects, which stay" in o for o in _told(postgresql))


@pytest.mark.parametrize("more", [(), (ROWS,)], ids=["all rows go", "a row stays"])
@pytest.mark.parametrize(
    "made",
    [(TABLE,), (TABLE + " PARTITION BY RANGE (id)", "CREATE TABLE d PARTITION OF person DEFAULT")],
    ids=["table", "partitions"],
)
def test_the_planner_forgets_samples_of_what_is_deleted(
    made: tuple[str, ...], more: tuple[str, ...], postgresql: sa.Engine
) -> None:
    say(postgresql, *made, *more, MANY, "CREATE INDEX low ON person (lower(mail))", "ANALYZE")
    assert len(left(postgresql, SAMPLED)) > 1
    done(SqlStore(mapped(), postgresql), DELETES)
    assert left(postgresql, SAMPLED) == []


def test_samples_that_a_server_cannot_forget_are_told(
    postgresql: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purge_postgresql, "_FORGETS", "none_such(text)")
    say(postgresql, TABLE, MANY, "ANALYZE")
    erased = done(SqlStore(mapped(), postgresql), DELETES).erased["s"]
    assert erased.grade is Grade.DELETED
    assert str(erased.still).startswith("still in samples of the planner, of tables that are empty")
