"""Connections that only read, by statements prepared once and planned once.

They are apart from those that write: what is read back never comes through the connection that
wrote it. Look-ups by arrays of keys are always small against their table, so one general plan
serves; left to itself PostgreSQL plans each of them anew, which takes longer than doing it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy import event

from doelbinding.plan.ports import Unreachable
from doelbinding.stores.sql.lending import lent

_POOLS: WeakKeyDictionary[sa.Engine, list[sa.Pool]] = WeakKeyDictionary()


def _pool_of(engine: sa.Engine) -> list[sa.Pool]:
    """Give the reading connections that belong to an engine and close when it lets go of its own.

    They stand in a list of one, since a pool that was let go of is replaced.
    """
    if engine not in _POOLS:
        held = _POOLS[engine] = [engine.pool.recreate()]

        def let_go(_: object) -> None:
            held[0].dispose()
            held[0] = held[0].recreate()

        event.listen(engine, "engine_disposed", let_go)
    return _POOLS[engine]


class Readers:
    """The reading connections of one database."""

    def __init__(self, engine: sa.Engine, unreachable: Callable[[Exception], Unreachable]) -> None:
        self._dialect = engine.dialect
        self._pool = _pool_of(engine)
        self._unreachable = unreachable

    @contextmanager
    def connection(self) -> Iterator[Any]:
        """Give the driver's own connection, in which each statement stands alone.

        Raises:
            Unreachable: no connection.
        """
        with lent(self._pool[0], self._dialect, self._unreachable) as pooled:
            if not pooled.info.get("reads"):
                try:
                    self._prepare(pooled.driver_connection)
                except self._dialect.loaded_dbapi.Error as error:
                    raise self._unreachable(error) from None
                pooled.info["reads"] = True
            yield pooled.driver_connection

    def _prepare(self, driver: Any) -> None:
        if self._dialect.name == "postgresql":
            driver.autocommit = True
            driver.execute("SET plan_cache_mode = force_generic_plan")
