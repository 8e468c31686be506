"""Short transactions on one database, whose failures are said in our words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import sleep
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from doelbinding.plan.ports import Refused, Unreachable
from doelbinding.stores.sql.causes import NOT_CONNECTED, cause, why_unreachable, will_pass
from doelbinding.stores.sql.exchange import PAUSES

Done = TypeVar("Done")


class WillPass(Refused):
    """The database refused for a lock or a deadlock, which another moment may not meet."""


class Transactions:
    """Transactions on one database.

    Args:
        store_id: names the store in errors.
        engine: of the database.
    """

    def __init__(self, store_id: str, engine: sa.Engine) -> None:
        self._id, self._engine = store_id, engine

    @contextmanager
    def one(self) -> Iterator[sa.Connection]:
        """Give a connection in a short transaction, with failures said in our words.

        Raises:
            Unreachable: no connection.
            Refused: the database refused a statement.
        """
        try:
            connection = self._engine.connect()
        except NOT_CONNECTED as error:
            raise self.unreachable(error) from None
        with connection:
            try:
                with connection.begin():
                    yield connection
            except SQLAlchemyError as error:
                raise self._refused(error) from None

    def _refused(self, error: SQLAlchemyError) -> Refused:
        if isinstance(error, DBAPIError) and error.connection_invalidated:
            return Refused(
                f"store {self._id!r} was lost ({cause(error)}): whether this batch was changed is "
                "not known; give the same command again, which goes on from what is there"
            )
        kind = WillPass if will_pass(error) else Refused
        return kind(
            f"store {self._id!r} refused a statement ({cause(error)}): nothing of this batch was "
            "changed; mend the cause and give the same command again"
        )

    def unreachable(self, error: Exception) -> Unreachable:
        """Say that there is no connection, and what to do."""
        variable = f"DOELBINDING_STORE_{self._id.upper().replace('-', '_')}_URL"
        return Unreachable(
            f"store {self._id!r} cannot be reached ({why_unreachable(error)}): check that it runs, "
            f"and the address in doelbinding.toml or {variable}, and give the same command again"
        )

    def in_short(self, work: Callable[[sa.Connection], Done]) -> Done:
        """Do something in one transaction, and again a little later if a lock stood in the way."""
        for pause in PAUSES:
            try:
                with self.one() as connection:
                    return work(connection)
            except WillPass:
                sleep(pause)
        with self.one() as connection:
            return work(connection)

    def scalar(self, asked: sa.Executable) -> Any:
        """Ask for one value."""
        with self.one() as connection:
            return connection.execute(asked).scalar()
