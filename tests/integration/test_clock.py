"""The day a value goes is the local calendar's, on every day of the year and in every zone."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from dateutil.relativedelta import relativedelta

from doelbinding.binding.circumstances import NOTHING_SAID
from doelbinding.plan.run import ObstaclesFound
from doelbinding.policy.load import load
from doelbinding.policy.model import Policy
from doelbinding.retention.planner import Planner
from doelbinding.stores.sql.engine import make_engine
from doelbinding.stores.sql.store import SqlStore
from tests.integration.forked import run
from tests.integration.mill import ANNA, POLICY, build
from tests.integration.one_table import ROWS, TABLE, done, left, mapped, say
from tests.integration.test_preflight import DELETES

ZONES = ("Europe/Amsterdam", "America/New_York", "Asia/Tokyo")
PERIODS = {"P1D": relativedelta(days=1), "P1M": relativedelta(months=1),
           "P1Y": relativedelta(years=1), "P4Y": relativedelta(years=4)}  # fmt: skip
STARTS = (
    *(date(2024, 2, day) for day in (27, 28, 29)),
    *(date(2023, 2, 28), date(2023, 3, 1), date(2024, 1, 31), date(2023, 12, 31)),
    *(date(2024, 3, 10), date(2024, 3, 30), date(2024, 3, 31), date(2024, 11, 3)),
    *(date(2024, 10, 26), date(2024, 10, 27), date(2024, 10, 28)),
)
"""Leap days, ends of months, and the days on which clocks change in Europe and America."""

STORE = """\
stores:
  - id: crm
    label: {en: Visits}
    country: IE
    datasets:
      - id: visit
        label: {en: Visits}
        table: visit
        key: [id]
        controller: mill
        person: true
        columns:
          - {name: id, type: integer}
          - {name: email, category: email, identifier: email}
          - {name: at, type: instant, category: history}
        events:
          contact.last: {column: at}
        bindings: [{activity: customers, columns: ['*']}]
"""


def policy_in(folder: Path, zone: str, period: str) -> Policy:
    folder.mkdir()
    written = POLICY.replace("Europe/Dublin", zone).replace("keep P2Y", f"keep {period}")
    (folder / "policy.yaml").write_text(written)
    (folder / "crm.yaml").write_text(STORE)
    return load(folder)


def goes_on(start: date, period: relativedelta) -> date:
    """Give the day from which nothing justifies a value, by the calendar alone."""
    return start + period + timedelta(days=1)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("period", PERIODS)
def test_a_value_goes_at_the_local_midnight_after_its_last_day(
    tmp_path: Path, postgresql_url: sa.URL, zone: str, period: str
) -> None:
    """A second before and after midnight, whatever the clocks do in between."""

    policy = policy_in(tmp_path / "policy", zone, period)
    here = ZoneInfo(zone)
    engine = make_engine(postgresql_url)
    store = SqlStore(policy.store_by_id["crm"], engine)
    try:
        for start in STARTS:
            day = goes_on(start, PERIODS[period])
            for moment in (time(0, 0, 0), time(12), time(23, 59, 59, 999999)):
                fill(engine, datetime.combine(start, moment, here))
                midnight = datetime.combine(day, time(0), here).astimezone(UTC)
                assert gone(policy, store, midnight - timedelta(seconds=1)) == 0
                assert gone(policy, store, midnight) == 1
    finally:
        engine.dispose()


def fill(engine: sa.Engine, at: datetime) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE IF EXISTS visit"))
        connection.execute(
            sa.text("CREATE TABLE visit (id integer PRIMARY KEY, email text, at timestamptz)")
        )
        connection.execute(
            sa.text("INSERT INTO visit VALUES (1, 'a@example.com', :at)"), {"at": at}
        )


def gone(policy: Policy, store: SqlStore, at: datetime) -> int:
    """Give how many rows go, as a large plan and as a small one are counted alike."""
    plan = Planner(policy=policy, at=at, circumstances=NOTHING_SAID).retention("f" * 64)
    found = store.survey(plan.steps, {})
    assert store.can_at_once(plan.steps)
    once, _ = store.count_at_once(plan.steps, (), {})
    assert list(once) == [found[step.id].rows for step in plan.steps]
    return max(tally.rows for tally in found.values())


@pytest.mark.parametrize("name", ["postgresql", "mariadb"])
@pytest.mark.parametrize(
    ("off", "told"),
    [(timedelta(days=1), "1,4[34][0-9] minutes ahead of"), (-timedelta(days=1), "behind"),
     (timedelta(minutes=2), "")],
)  # fmt: skip
def test_a_clock_that_is_not_the_databases_refuses(
    name: str, off: timedelta, told: str, request: pytest.FixtureRequest
) -> None:
    engine = request.getfixturevalue(name)
    say(engine, TABLE, ROWS)
    store = SqlStore(mapped(), engine, clock=lambda: datetime.now(UTC) + off)
    refusals = [one.message for one in store.preflight([DELETES])]
    assert len(refusals) == bool(told)
    for one in refusals:
        assert re.search(told, one)
    if told:
        with pytest.raises(ObstaclesFound, match="clock"):
            done(store, DELETES)
        assert len(left(engine)) == 3


def test_a_request_of_a_day_to_come_waits_for_it_and_is_then_gone_on_with(tmp_path: Path) -> None:
    """It came in while the clock was ahead."""
    folder = build(tmp_path / "mill")
    crm = folder / "stores" / "crm.sqlite"
    with closing(sqlite3.connect(crm)) as store:
        store.execute("CREATE TRIGGER stuck BEFORE DELETE ON contact "
                      "BEGIN SELECT RAISE(ABORT, 'no'); END")  # fmt: skip
        store.commit()
    assert run("subject", "erase", *ANNA, "--yes", folder=folder).returncode == 2
    with closing(sqlite3.connect(crm)) as store:
        store.execute("DROP TRIGGER stuck")
        store.commit()
    case = _came_in(folder, "+2 days")
    early = run("subject", "resume", case, folder=folder)
    assert early.returncode == 2
    assert "has not come yet" in early.stderr
    _came_in(folder, "-2 days")
    assert run("subject", "resume", case, folder=folder).returncode == 0


def _came_in(folder: Path, moved: str) -> str:
    with closing(sqlite3.connect(folder / ".doelbinding" / "records.sqlite3")) as records:
        records.execute(
            "UPDATE records_request SET received_at = datetime(received_at, ?)", [moved]
        )
        records.commit()
        ((case,),) = records.execute("SELECT id FROM records_request")
    return str(case)
