"""The day a value goes is the local calendar's, on every day of the year and in every zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from dateutil.relativedelta import relativedelta

from doelbinding.binding.circumstances import NOTHING_SAID
from doelbinding.policy.load import load
from doelbinding.policy.model import Policy
from doelbinding.retention.planner import Planner
from doelbinding.stores.sql.engine import make_engine
from doelbinding.stores.sql.store import SqlStore
from tests.integration.mill import POLICY

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
    tmp_path: Path, postgresql_uri: str, zone: str, period: str
) -> None:
    """A second before and after midnight, whatever the clocks do in between."""

    policy = policy_in(tmp_path / "policy", zone, period)
    here = ZoneInfo(zone)
    engine = make_engine(sa.make_url(postgresql_uri).set(drivername="postgresql+psycopg"))
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
    plan = Planner(policy=policy, at=at, circumstances=NOTHING_SAID).retention("f" * 64)
    found = store.survey(plan.steps, {})
    return max(tally.rows for tally in found.values())
