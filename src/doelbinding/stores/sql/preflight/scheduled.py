"""What MariaDB and MySQL do by the clock: events, which may write in mapped tables or copy them.

A server runs them only while its scheduler is on; one sees those of the databases for which one has
the right EVENT.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sqlalchemy as sa

from doelbinding.plan.ports import Obstacle
from doelbinding.policy.stores import Dataset, Store
from doelbinding.stores.sql.preflight.obstacles import warns
from doelbinding.stores.sql.preflight.supposing import mentions

_SEES = """
SELECT max(privilege_type = 'EVENT') FROM (
  SELECT privilege_type FROM information_schema.user_privileges
  UNION ALL SELECT privilege_type FROM information_schema.schema_privileges
    WHERE database() LIKE table_schema
) own
"""
_EVENTS = """
SELECT concat_ws('.', nullif(event_schema, database()), event_name), event_definition
FROM information_schema.events WHERE status = 'ENABLED' ORDER BY 1
"""
_REMEDY = (
    "see that it neither keeps nor copies what is erased, nor dates rows anew; what it does during "
    "a run is found by reading back, and what it does later by the next plan"
)


def scheduled(
    connection: sa.Connection, store: Store, datasets: Sequence[Dataset]
) -> Iterator[Obstacle]:
    """Yield the events that act on tables of the datasets, or may."""
    if connection.dialect.name not in {"mysql", "mariadb"}:
        return
    if connection.scalar(sa.text("SELECT @@event_scheduler")) != "ON":
        return
    if not connection.scalar(sa.text(_SEES)):
        yield warns(
            store.id,
            "this role cannot see whether events act on its tables",
            "let an administrator look (SHOW EVENTS) that none keeps or copies what is erased",
        )
    for event, said in connection.execute(sa.text(_EVENTS)):
        named = [one.table for one in datasets if mentions(said, one.table, connection.dialect)]
        if named:
            tables = ", ".join(dict.fromkeys(named))
            yield warns(store.id, f"event {event!r} acts on {tables} by the clock", _REMEDY)
        elif mentions(said, "CALL", connection.dialect):
            yield warns(store.id, f"event {event!r} calls what may act on its tables", _REMEDY)
