"""Connections that only read, by statements prepared once and planned once.

They are apart from those that write: what is read back never comes through the connection that
wrote it. Look-ups by arrays of keys are always small against their table, so one general plan
serves; left to itself PostgreSQL plans each of them anew, which takes longer than doing it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from doelbinding.plan.ports import Unreachable


class Readers:
    """The reading connections of one database."""

    def __init__(self, engine: sa.Engine, unreachable: Callable[[Exception], Unreachable]) -> None:
        self._dialect = engine.dialect
        self._pool = engine.pool.recreate()
        self._unreachable = unreachable

    @contextmanager
    def connection(self) -> Iterator[Any]:
        """Give the driver's own connection, in which each statement stands alone.

        Raises:
            Unreachable: no connection.
        """
        try:
            pooled = self._pool.connect()
            if not pooled.info.get("reads"):
                self._prepare(pooled.driver_connection)
                pooled.info["reads"] = True
        except (SQLAlchemyError, self._dialect.loaded_dbapi.Error) as error:
            raise self._unreachable(error) from None
        try:
            yield pooled.driver_connection
        finally:
            pooled.close()

    def _prepare(self, driver: Any) -> None:
        if self._dialect.name == "postgresql":
            driver.autocommit = True
            driver.execute("SET plan_cache_mode = force_generic_plan")

    def close(self) -> None:
        """Let go of connections; the next use makes new ones."""
        self._pool.dispose()
        self._pool = self._pool.recreate()
