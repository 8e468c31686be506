"""The same story with stores and records on PostgreSQL (DESIGN §5, §7)."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.acceptance.test_story import DAY
from tests.integration.forked import run
from tests.integration.mill import build

from doelbinding.wiring import start_embedded, stop_embedded


@pytest.fixture(scope="module")
def records_url(tmp_path_factory: pytest.TempPathFactory) -> object:
    folder = tmp_path_factory.mktemp("records") / "pg"
    url = sa.make_url(start_embedded(folder)).set(drivername="postgresql+psycopg")
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text("CREATE ROLE keeper LOGIN PASSWORD 'p@ss/w'"))
        connection.execute(sa.text("CREATE DATABASE records OWNER keeper"))
    engine.dispose()
    host = url.query["host"]
    yield f"postgresql://keeper:p%40ss%2Fw@/records?host={host}"
    stop_embedded(folder)


def test_the_story_is_the_same_with_stores_and_records_on_postgresql(
    tmp_path: Path, records_url: str
) -> None:
    folder = tmp_path / "demo"
    done = run(
        "demo", "--dir", str(folder), "--people", "120", "--at", DAY, "--no-serve", "--postgresql",
        DOELBINDING_DATABASE_URL=records_url,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "finds none left" in done.stdout
    assert "granted in part" in done.stdout
    assert "warns: " not in done.stdout, "preflight has nothing to say of our own databases"
    assert not (folder / ".doelbinding" / "records.sqlite3").exists()
    stop_embedded(folder / ".pg")
    assert not (folder / ".pg" / "postmaster.pid").exists(), "also where a process was killed"


def test_a_role_that_may_make_no_tables_is_told_what_records_take(
    tmp_path: Path, records_url: str
) -> None:
    """Since PostgreSQL 15 only the owner of a database makes tables in it, unless granted."""
    folder = build(tmp_path / "mill")
    elsewhere = records_url.replace("/records?", "/postgres?")
    done = run("plan", folder=folder, DOELBINDING_DATABASE_URL=elsewhere)
    assert done.returncode == 2
    assert "so let it own the database: ALTER DATABASE" in done.stderr
    assert "Traceback" not in done.stderr


def test_records_that_cannot_be_reached_are_said(tmp_path: Path) -> None:
    folder = build(tmp_path / "mill")
    done = run(
        "plan",
        folder=folder,
        DOELBINDING_DATABASE_URL="postgresql://nobody@127.0.0.1:1/records",
    )
    assert done.returncode == 2
    assert "records' database cannot be used" in done.stderr
    assert "Traceback" not in done.stderr
    assert run("plan", folder=folder).returncode == 0
