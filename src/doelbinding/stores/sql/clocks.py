"""Whether this machine and the database agree on the time, since a day too early removes too much.

Which of the two is wrong cannot be told from here, so nothing is changed until they agree. SQLite
has no clock of its own.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from doelbinding.plan.ports import Obstacle
from doelbinding.stores.sql.obstacles import refuses

APART = timedelta(minutes=10)
_ASKED = {
    "postgresql": "SELECT extract(epoch FROM clock_timestamp())::float8",
    "mysql": "SELECT utc_timestamp(6)",
    "mariadb": "SELECT utc_timestamp(6)",
}


def clocks_apart(connection: sa.Connection, store: str, now: datetime) -> list[Obstacle]:
    """Give the obstacle that the database's clock is not this machine's, which says `now`."""
    asked = _ASKED.get(connection.dialect.name)
    if asked is None:
        return []
    ahead = now - _moment(connection.exec_driver_sql(asked).scalar_one())
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


def _moment(told: float | datetime) -> datetime:
    """Read a moment that is told in seconds, or as one of UTC."""
    if isinstance(told, datetime):
        return told.replace(tzinfo=UTC)
    return datetime.fromtimestamp(told, UTC)
