"""A night killed at every boundary, and the next one: the same end, each fact once (DESIGN §2).

Over three stores, each with a plan of its own. Then over a run that was interrupted, and does not
go on since somebody was put on hold: the rows that only it knows go before it is given up.
What was planned before the death may be planned again; nothing is carried out or verified twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.integration.deaths import EVERY, Killed
from tests.integration.forked import BY_STEP, forked, planned
from tests.integration.mill import build, database
from tests.integration.test_given_up import BEN, HELD, STUCK

NIGHT = ("nightly", "--approve-up-to", "100")
VERIFIED = ("--ended", "run.verified", "--cases")


WAYS = [
    pytest.param("sqlite", False, id="sqlite-at-once"),
    pytest.param("postgresql", True, id="postgresql-by-step"),
    pytest.param("sqlite", True, id="sqlite-by-step"),
    pytest.param("postgresql", False, id="postgresql-at-once"),
]


def server_of(engine: str, request: pytest.FixtureRequest) -> sa.URL | None:
    """Give the address of the PostgreSQL server, if it is asked for."""
    if engine == "sqlite":
        return None
    found: sa.URL = request.getfixturevalue("hurried")
    return found


def made(place: Path, server: sa.URL | None, name: str) -> tuple[Killed, Mapping[str, str]]:
    """Give what is killed in a folder, its databases `NAME_…`, and where its records are."""
    folder = build(place / "mill", server, name)
    killed = Killed(
        ready=folder, least=60, sample=4, databases=name,
        apart=("plan.made", "plan.approved"), free=("instant",),
    )  # fmt: skip
    if server is None:
        return killed, {}
    records = database(server, f"{name}_records").set(drivername="postgresql")
    url = server.render_as_string(hide_password=False)
    address = {"DOELBINDING_DATABASE_URL": records.render_as_string(hide_password=False)}
    return replace(killed, server=url, sample=3), address


def changed(folder: Path, server: sa.URL | None, name: str, statement: str) -> None:
    """Change the store of customers."""
    file = sa.make_url(f"sqlite:///{folder / 'stores' / 'crm.sqlite'}")
    engine = sa.create_engine(file if server is None else server.set(database=f"{name}_crm"))
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


@pytest.mark.parametrize(("engine", "by_step"), WAYS if EVERY else WAYS[:1])
def test_a_night_over_three_stores_killed_anywhere_ends_the_same(
    tmp_path: Path, request: pytest.FixtureRequest, engine: str, *, by_step: bool
) -> None:
    server = server_of(engine, request)
    name = f"night{int(by_step)}"
    killed, address = made(tmp_path, server, name)
    forked(killed.ready, "plan", **address)  # so that no night makes the tables
    killed = replace(killed, options=(*VERIFIED, "3"), by_step=by_step)
    whole = killed.holds(tmp_path, *NIGHT)
    assert whole["at_once"] is not by_step


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"] if EVERY else ["sqlite"])
def test_a_night_that_gives_up_a_run_killed_anywhere_ends_what_only_that_knows(
    tmp_path: Path, request: pytest.FixtureRequest, engine: str
) -> None:
    server = server_of(engine, request)
    killed, address = made(tmp_path, server, "up")
    folder = killed.ready
    plan = planned(folder, **address)
    changed(folder, server, "up", STUCK if server is None else REFUSED)
    apply = ("apply", plan, "--approve", plan)
    assert forked(folder, *apply, **BY_STEP, **address).returncode == 2
    changed(folder, server, "up", "DROP TRIGGER stuck" if server is None else ALLOWED)
    assert forked(folder, "subject", "hold", *BEN, *HELD, **address).returncode == 0
    killed = replace(killed, options=(*VERIFIED, "3"), by_step=True, least=30)
    killed.holds(tmp_path, *NIGHT)


REFUSED = """
CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
CREATE TRIGGER stuck BEFORE DELETE ON address FOR EACH ROW EXECUTE FUNCTION no()
"""
ALLOWED = "DROP TRIGGER stuck ON address; DROP FUNCTION no()"
