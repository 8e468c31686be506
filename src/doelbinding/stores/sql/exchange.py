"""Statements and answers over a driver's own connection, in few exchanges.

What reads and what writes go over different connections: what is read back never comes through the
connection that wrote it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import sleep
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.pool import PoolProxiedConnection

from doelbinding.binding.circumstances import Key
from doelbinding.plan.model import KeySets
from doelbinding.plan.ports import Refused, Unreachable
from doelbinding.stores.sql.causes import cause, is_lost, is_prepared_no_more, will_pass
from doelbinding.stores.sql.lending import give_back, take
from doelbinding.stores.sql.readers import Readers
from doelbinding.stores.sql.written import Asked

Done = TypeVar("Done")

PAUSES = (0.2, 1.0)
"""Seconds to wait before what met a lock or a deadlock is tried again."""


class Exchange:
    """Asks and changes one PostgreSQL or SQLite database.

    Args:
        store_id: names the store in errors.
        engine: of the database.
        readers: its reading connections.
        unreachable: says that there is no connection.
    """

    def __init__(
        self,
        store_id: str,
        engine: sa.Engine,
        readers: Readers,
        unreachable: Callable[[Exception], Unreachable],
    ) -> None:
        self._id, self._engine, self._readers = store_id, engine, readers
        self._unreachable = unreachable
        self._send = _pipelined if engine.dialect.name == "postgresql" else _in_turn

    def read(self, asked: Asked, keys: KeySets) -> list[list[Key]]:
        """Give the rows of each statement.

        Raises:
            Unreachable: no connection.
            Refused: the database refused, or was lost.
        """
        if not asked:
            return []
        with self._readers.connection() as driver, self._refusing("it was only being read"):
            return self._prepared(driver, lambda: self._send(driver, asked, keys))

    def row(self, text: str) -> Sequence[Any]:
        """Give the row of a statement of PostgreSQL's that reads, prepared once.

        Raises:
            Unreachable: no connection.
            Refused: the database refused, or was lost.
        """
        with self._readers.connection() as driver, self._refusing("it was only being read"):
            row: Sequence[Any] = self._prepared(
                driver, lambda: driver.execute(text, prepare=True).fetchone()
            )
            return row

    def write(self, asked: Asked, keys: KeySets) -> tuple[list[list[Key]], PoolProxiedConnection]:
        """Give the rows of each statement, and the connection whose transaction is still open.

        Raises:
            Unreachable: no connection.
            Refused: the database refused, or was lost; nothing was changed.
        """
        with self._refusing("nothing of this batch was changed"):
            return self._again_if_locked(lambda: self._written(asked, keys))

    def _prepared(self, driver: Any, work: Callable[[], Done]) -> Done:
        """Do all of a transaction, and again if what was prepared for it is so no more."""
        try:
            return work()
        except self._engine.dialect.loaded_dbapi.Error as error:
            if not is_prepared_no_more(error):
                raise
        driver.rollback()
        driver.execute("DEALLOCATE ALL")  # of which the driver takes note
        return work()

    def _again_if_locked(self, work: Callable[[], Done]) -> Done:
        for pause in PAUSES:
            try:
                return work()
            except self._engine.dialect.loaded_dbapi.Error as error:
                if not will_pass(error):
                    raise
                sleep(pause)
        return work()

    def _written(
        self, asked: Asked, keys: KeySets
    ) -> tuple[list[list[Key]], PoolProxiedConnection]:
        pooled = take(self._engine.pool, self._engine.dialect, self._unreachable)
        try:
            driver = pooled.driver_connection
            changed = self._prepared(driver, lambda: self._send(driver, asked, keys, writing=True))
        except BaseException:
            give_back(pooled, self._engine.dialect)
            raise
        return changed, pooled

    def commit(self, pooled: PoolProxiedConnection) -> None:
        """Commit what is open on a connection; SQLite's commit waits for those who read.

        Raises:
            Refused: the database refused, or was lost.
        """
        with self._refusing("whether this batch was changed is not known"):
            if self._engine.dialect.name == "sqlite":
                self._again_if_locked(pooled.commit)
            else:
                pooled.commit()

    def let_go(self, pooled: PoolProxiedConnection) -> None:
        """Undo what was not committed, and give a connection back."""
        give_back(pooled, self._engine.dialect)

    @contextmanager
    def _refusing(self, when_lost: str) -> Iterator[None]:
        try:
            yield
        except self._engine.dialect.loaded_dbapi.Error as error:
            if is_lost(error):
                raise Refused(
                    f"store {self._id!r} was lost ({cause(error)}): {when_lost}; give the same "
                    "command again, which goes on from what is there"
                ) from None
            raise Refused(
                f"store {self._id!r} refused a statement ({cause(error)}): nothing of this batch "
                "was changed; mend the cause and give the same command again"
            ) from None


_FEW = 200
"""Keys for which one plan serves whatever they are; with more, a database had better look at them.

Then it hashes them, where it would compare each row with every one of them. What is not prepared is
planned for the keys that it comes with; a plan for each time may not be forced while rows go, since
foreign keys would be planned anew for each row.
"""


def _pipelined(
    driver: Any, asked: Asked, keys: KeySets, *, writing: bool = False
) -> list[list[Key]]:
    """Send all statements to PostgreSQL before waiting for the first answer."""
    given = [(written.text, written.values(keys, own)) for written, own in asked]
    many = any(
        len(value) > _FEW for _, said in given for value in said.values() if isinstance(value, list)
    )
    with driver.pipeline():
        if writing:
            mode = "auto" if many else "force_generic_plan"
            driver.execute(f"SET LOCAL plan_cache_mode = {mode}")
        elif many:
            driver.execute("SET plan_cache_mode = force_custom_plan")
        prepare = not (writing and many)
        cursors = [driver.execute(text, said, prepare=prepare) for text, said in given]
        if many and not writing:
            driver.execute("SET plan_cache_mode = force_generic_plan")
    return [cursor.fetchall() for cursor in cursors]


def _in_turn(driver: Any, asked: Asked, keys: KeySets, *, writing: bool = False) -> list[list[Key]]:
    """Ask SQLite one by one; it opens a transaction itself once something is to be changed."""
    del writing
    return [driver.execute(*written.spelt(keys, own)).fetchall() for written, own in asked]
