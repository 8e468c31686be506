"""One process at a time carries out a plan or a case; whoever dies lets go: the lock dies along.

Two at once would leave the rows right, since every statement repeats its predicate, but not what is
recorded of them. A lock file where the records are a SQLite file, else the database's own lock.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.db import Error, connection

from doelbinding.plan.run import Stopped


class AlreadyRunning(Stopped):
    """Another process is carrying out the same plan or the same case."""

    def __init__(self) -> None:
        super().__init__(
            "another process is carrying this out: nothing was changed here; wait for it to end, "
            "and give the same command again if it did not finish"
        )


@contextmanager
def alone(state: Path, run: str) -> Iterator[None]:
    """Hold the lock of a run or a case, by its id.

    Raises:
        AlreadyRunning: another process holds it.
    """
    locked = _advisory(run) if connection.vendor == "postgresql" else _file(state, run)
    with locked:
        yield


@contextmanager
def in_turn(state: Path, what: str) -> Iterator[None]:
    """Hold a lock that others wait for: what they would do as well is done when they get it."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [what])
            try:
                yield
            finally:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [what])
        return
    with (state / f"{what}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def _file(state: Path, run: str) -> Iterator[None]:
    path = state / f"{run}.lock"
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            here = path.stat().st_ino == os.fstat(file.fileno()).st_ino
        except (BlockingIOError, FileNotFoundError):
            here = False
        if not here:  # held, or removed by whoever held it when we opened it
            raise AlreadyRunning
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


@contextmanager
def _advisory(run: str) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [run])
        found = cursor.fetchone()
    if found is None or not found[0]:
        raise AlreadyRunning
    try:
        yield
    finally:  # a connection that is lost has let go of it
        with suppress(Error), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [run])
