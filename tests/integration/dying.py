"""Where a process dies, and what it sends until then: each change passes a boundary first.

A process dies before each statement that writes, each commit, each file, and at its very end.
Between two of these nothing on disk changes, so death after one is death before the next, and death
before a statement that only reads is death before the next that writes.

It dies by `os._exit`, which runs nothing more, neither rollback nor `finally`; what the databases
then hold is what kill -9 leaves.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

KILLED = 137
READS = ("SELECT", "PRAGMA", "EXPLAIN", "SHOW", "SET ", "BEGIN", "SAVEPOINT", "RELEASE")


def writes(statement: object) -> bool:
    """Tell whether a statement changes anything on disk."""
    text = statement.decode() if isinstance(statement, bytes) else str(statement)
    return not text.lstrip().upper().startswith(READS)


class Boundaries:
    """Counts boundaries, and dies at one of them."""

    def __init__(self, deadly: int | None) -> None:
        self.deadly = deadly
        self.passed = 0

    def statement(self, statement: object) -> None:
        """Pass a boundary if the statement writes."""
        if writes(statement):
            self.reach()

    def reach(self, *_given: Any, **_named: Any) -> None:
        """Pass a boundary, or die there."""
        self.passed += 1
        if self.passed == self.deadly:
            os._exit(KILLED)


def watch_files(boundaries: Boundaries) -> None:
    """Reach a boundary before each file that is written, moved or removed."""
    for name in ("write_bytes", "write_text", "replace", "unlink"):
        _before(Path, name, boundaries)


def watch_frameworks(boundaries: Boundaries) -> None:
    """Reach a boundary before each statement and commit of Django and SQLAlchemy."""
    import sqlalchemy as sa
    from django.db import connection
    from django.db.backends.base.base import BaseDatabaseWrapper

    def execute(run: Callable[..., Any], statement: str, *given: Any) -> Any:
        boundaries.statement(statement)
        return run(statement, *given)

    def before(connection: Any, _cursor: Any, statement: str, *_given: Any) -> None:
        connection.info["wrote"] = connection.info.get("wrote") or writes(statement)
        boundaries.statement(statement)

    def committing(connection: Any) -> None:
        if connection.info.pop("wrote", False):
            boundaries.reach()

    connection.execute_wrappers.append(execute)
    _before(BaseDatabaseWrapper, "_commit", boundaries)
    sa.event.listen(sa.Engine, "before_cursor_execute", before)
    sa.event.listen(sa.Engine, "commit", committing)


def watch_driver(boundaries: Boundaries) -> None:
    """Reach a boundary before each statement and commit that psycopg sends, in pipelines too.

    Django, SQLAlchemy and what goes around them all send through it. In a pipeline a statement is
    sent when it is given, so death before the commit leaves a transaction half sent.
    """
    import psycopg

    wrote: set[int] = set()
    commit = psycopg.Connection.commit

    def committing(connection: Any) -> None:
        if id(connection) in wrote:
            wrote.discard(id(connection))
            boundaries.reach()
        commit(connection)

    def sending(name: str) -> None:
        send = getattr(psycopg.Cursor, name)

        def sent(cursor: Any, statement: Any, *given: Any, **named: Any) -> Any:
            text = statement.as_string(cursor) if hasattr(statement, "as_string") else statement
            if writes(text):
                wrote.add(id(cursor.connection))
                boundaries.reach()
            return send(cursor, statement, *given, **named)

        setattr(psycopg.Cursor, name, sent)

    psycopg.Connection.commit = committing  # type: ignore[method-assign]
    sending("execute")
    sending("executemany")


def _before(kind: type, name: str, boundaries: Boundaries) -> None:
    real = getattr(kind, name)

    def reached(*given: Any, **named: Any) -> Any:
        boundaries.reach()
        return real(*given, **named)

    setattr(kind, name, reached)
