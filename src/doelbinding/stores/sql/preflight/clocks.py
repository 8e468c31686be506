"""Whether this machine and the database agree on the time, since a day too early removes too much.

Which of the two is wrong cannot be told from here, so nothing is changed until they agree. SQLite
has no clock of its own.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from doelbinding.plan.ports import Obstacle
from doelbinding.stores.sql.preflight.obstacles import refuses

APART = timedelta(minutes=10)
_ASKED = {"mysql": "SELECT utc_timestamp(6)", "mariadb": "SELECT utc_timestamp(6)"}


def clock_of(connection: sa.Connection) -> datetime | None:
    """Ask MariaDB for the time; PostgreSQL tells it with its catalogue's mark."""
    asked = _ASKED.get(connection.dialect.name)
    if asked is None:
        return None
    told: datetime = connection.exec_driver_sql(asked).scalar_one()
    return told.replace(tzinfo=UTC)


def clocks_apart(store: str, told: datetime | None, now: datetime) -> list[Obstacle]:
    """Give the obstacle that a database's clock, which says `told`, is not this machine's."""
    ahead = now - told if told is not None else timedelta()
    if abs(ahead) <= APART:
        return []
    minutes, way = abs(ahead) // timedelta(minutes=1), "ahead of" if ahead > APART else "behind"
    return [
        refuses(
            store,
            f"this machine's clock is {minutes:,} minutes {way} the database's",
            "set right whichever is wrong: on a clock that is ahead too much would go",
        )
    ]
