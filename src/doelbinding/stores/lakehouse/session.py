"""A session with a Spark Connect server: questions, statements, and failures in our words."""

from __future__ import annotations

import socket
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from doelbinding.plan.ports import Refused, Unreachable

CONNECT_SECONDS = 5
RETRIES = 3
"""Of the driver's own, about a second: its default goes on for ten minutes. A MERGE may be sent
twice, since it does nothing the second time."""

_DEFAULT_PORT = 15002


@dataclass(slots=True, kw_only=True)
class Lake:
    """One Spark Connect server, by its URL (`sc://host:port`); a session is made when needed."""

    store: str
    url: str = field(repr=False)
    _session: Any = None

    @property
    def session(self) -> Any:
        """The session, in UTC, so that bare times are what is written.

        Raises:
            Unreachable: nothing answers there, or the driver is not installed.
        """
        if self._session is None:
            self._reach()
            self._session = _open(self.store, self.url)
        return self._session

    def ask(self, question: str) -> list[Any]:
        """Give all rows of a question's answer.

        Raises:
            Refused: the engine refused it.
        """
        return list(self.stream(question))

    def stream(self, question: str) -> Iterator[Any]:
        """Yield the rows of a question's answer as they come."""
        session = self.session
        try:
            yield from session.sql(question).toLocalIterator()
        except _errors() as error:
            raise self._in_our_words(error) from None

    def columns(self, address: str) -> list[tuple[str, str]]:
        """Give a table's columns and their types as Spark names them; none if it is not there."""
        session = self.session
        try:
            schema = session.sql(f"SELECT * FROM {address} LIMIT 0").schema  # noqa: S608 - quoted
        except _errors() as error:
            if type(error).__name__ == "AnalysisException":
                return []
            raise self._in_our_words(error) from None
        return [(one.name, one.dataType.simpleString()) for one in schema.fields]

    def close(self) -> None:
        """End the session; the next question begins a new one."""
        session, self._session = self._session, None
        if session is not None:
            session.stop()

    def _reach(self) -> None:
        """See that something answers: the driver would go on trying for minutes."""
        parts = urlsplit(self.url)
        try:
            where = (parts.hostname or "", parts.port or _DEFAULT_PORT)
            socket.create_connection(where, timeout=CONNECT_SECONDS).close()
        except (OSError, ValueError) as error:
            raise Unreachable(
                f"store {self.store!r} cannot be reached ({type(error).__name__}): check that "
                "Spark Connect runs, and the address in doelbinding.toml or "
                f"DOELBINDING_STORE_{self.store.upper().replace('-', '_')}_URL"
            ) from None

    def _in_our_words(self, error: Exception) -> Refused:
        """Give an error of ours without the engine's text, which may hold values."""
        kind = type(error)
        condition = getattr(error, "getCondition", lambda: None)()
        cause = f"{kind.__name__} {condition}" if condition else kind.__name__
        return Refused(
            f"store {self.store!r} refused a statement ({cause}): nothing of this batch was "
            "changed; mend the cause and give the same command again"
        )


def _open(store: str, url: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # of the driver, about its own libraries
        try:
            from pyspark.sql import SparkSession  # noqa: PLC0415 - an extra
            from pyspark.sql.connect.client.retries import DefaultPolicy  # noqa: PLC0415
        except ImportError:
            raise Unreachable(
                f"store {store!r} is a lakehouse, whose driver is not installed: "
                "pip install 'doelbinding[lakehouse]'"
            ) from None
        try:
            session = SparkSession.builder.remote(url).create()
            session.client.set_retry_policies([DefaultPolicy(max_retries=RETRIES)])
            session.conf.set("spark.sql.session.timeZone", "UTC")
        except _errors() as error:
            raise Unreachable(
                f"store {store!r} does not take a session ({type(error).__name__}): check its "
                "address and token (a token goes over TLS only)"
            ) from None
    return session


def _errors() -> tuple[type[Exception], ...]:
    """Give what the driver raises."""
    import grpc  # noqa: PLC0415 - comes with the driver
    from pyspark.errors import PySparkException  # noqa: PLC0415 - an extra

    return (PySparkException, grpc.RpcError)
