"""Lending the driver's own connection out of a pool, where SQLAlchemy does not see what goes wrong.

One that was lost goes for good, and in silence: the pool would try to roll it back, and write what
the driver says of that, which nobody asked for and which may hold values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import PoolProxiedConnection

from doelbinding.plan.ports import Unreachable
from doelbinding.stores.sql.causes import NOT_CONNECTED


def take(
    pool: sa.Pool, dialect: sa.Dialect, unreachable: Callable[[Exception], Unreachable]
) -> PoolProxiedConnection:
    """Take a connection out of a pool.

    Raises:
        Unreachable: there is none.
    """
    try:
        return pool.connect()
    except (*NOT_CONNECTED, dialect.loaded_dbapi.Error) as error:
        raise unreachable(error) from None


def give_back(pooled: PoolProxiedConnection, dialect: sa.Dialect) -> None:
    """Undo what was not committed and give a connection back, or let go of it if it was lost."""
    try:
        pooled.rollback()
    except (SQLAlchemyError, dialect.loaded_dbapi.Error):
        pooled.invalidate()
    pooled.close()


@contextmanager
def lent(
    pool: sa.Pool, dialect: sa.Dialect, unreachable: Callable[[Exception], Unreachable]
) -> Iterator[PoolProxiedConnection]:
    """Give a connection of a pool for a while.

    Raises:
        Unreachable: there is none.
    """
    pooled = take(pool, dialect, unreachable)
    try:
        yield pooled
    except BaseException:
        give_back(pooled, dialect)
        raise
    pooled.close()
