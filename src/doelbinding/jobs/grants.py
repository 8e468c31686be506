"""The rights that a store's role needs, as SQL."""

from __future__ import annotations

from doelbinding.stores.sql.grants import grants
from doelbinding.stores.sql.store import SqlStore
from doelbinding.wiring import NotConfigured, Workspace


def grants_of(workspace: Workspace, store: str, role: str) -> tuple[str, ...]:
    """Give the statements for a store's role, in the words of its database.

    Raises:
        NotConfigured: the store is not a database that knows roles by SQL.
    """
    found = workspace.stores[store]
    if not isinstance(found, SqlStore):
        raise NotConfigured(f"store {store!r} is no SQL database: its rights are given elsewhere")
    return grants(found.mapped, found.engine.dialect, role)
