"""What a server says of all sessions of a role, where that would change what a run does.

What our own sessions can say instead they say when they begin (`engine.py`).
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from doelbinding.plan.ports import Obstacle
from doelbinding.policy.stores import Store
from doelbinding.stores.sql.preflight.obstacles import refuses, warns

_POSTGRESQL = """
SELECT quote_ident(current_user), current_setting('session_replication_role'),
  pg_is_in_recovery(), current_setting('default_transaction_read_only'),
  current_setting('statement_timeout'), current_setting('synchronous_commit')
"""


def sessions(connection: sa.Connection, store: Store) -> Iterator[Obstacle]:
    """Yield what sessions of this role are told to do otherwise."""
    if connection.dialect.name != "postgresql":
        return
    role, acting, replica, read_only, longest, commits = connection.execute(
        sa.text(_POSTGRESQL)
    ).one()
    if replica:
        yield refuses(
            store.id, "it is a replica, which takes no changes", "give the address of the primary"
        )
    elif read_only == "on":
        yield refuses(
            store.id,
            "sessions of this role are read only",
            f"ALTER ROLE {role} SET default_transaction_read_only = off",
        )
    if acting != "origin":
        yield refuses(
            store.id,
            f"sessions of this role act as {acting}, so that foreign keys and triggers do nothing",
            f"ALTER ROLE {role} SET session_replication_role = origin",
        )
    if longest != "0":
        yield warns(
            store.id,
            f"a statement of this role may take {longest}, and counting a large table takes longer",
            f"ALTER ROLE {role} SET statement_timeout = 0",
        )
    if commits == "off":
        yield warns(
            store.id,
            "synchronous_commit is off: what is recorded as gone may be back if the server crashes",
            f"ALTER ROLE {role} SET synchronous_commit = on",
        )
