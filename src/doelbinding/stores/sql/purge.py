"""Taking away what deletion leaves behind in a database's own files, as far as it lets us.

SQLite overwrites what it deletes (`secure_delete`), empties its write-ahead log and writes the file
anew. PostgreSQL has a file of its own here. Others purge by themselves, later.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from doelbinding.plan.grades import Again, Erased, Grade, next_time
from doelbinding.policy.stores import Dataset
from doelbinding.stores.sql.causes import cause
from doelbinding.stores.sql.copies import FullText, full_texts
from doelbinding.stores.sql.purge_postgresql import purge_postgresql

MOST_VACUUMED = 256 * 2**20
"""Bytes of a SQLite database that a run writes anew: a second or two, in which nobody writes."""

_OUTSIDE = "AUTOCOMMIT"
_LATER = {
    "mysql": "still in undo logs until InnoDB purges them, in binary logs until they expire, and "
    "in full-text indexes and statistics until these are made anew",
    "mssql": "still as ghost records until they are cleaned up, and in the transaction log",
    "oracle": "still in undo segments, free space and redo logs",
}
_LATER["mariadb"] = _LATER["mysql"]


def purge(
    engine: sa.Engine,
    datasets: Sequence[Dataset],
    emptied: Collection[str] = (),
    gone_by: datetime | None = None,
) -> Erased:
    """Purge some tables' database; whatever stands in the way is told in the answer.

    `emptied`: ids of the datasets of which rows stay without some values. `gone_by`: as
    `Purges.purge` has it.
    """
    again = next_time(gone_by)
    dialect = engine.dialect.name
    try:
        with engine.connect().execution_options(isolation_level=_OUTSIDE) as connection:
            if dialect == "sqlite":
                return _sqlite(connection, datasets, emptied, again)
            if dialect == "postgresql":
                return purge_postgresql(connection, datasets, again)
    except SQLAlchemyError as error:
        still = f"not vacuumed ({cause(error)})"
        return Erased(grade=Grade.DELETED, still=still, again=again)
    return Erased(grade=Grade.DELETED, still=_LATER.get(dialect))


def _sqlite(
    connection: sa.Connection, datasets: Sequence[Dataset], emptied: Collection[str], again: Again
) -> Erased:
    connection.exec_driver_sql("PRAGMA journal_size_limit = 0")
    busy = _checkpoint(connection)
    texts = full_texts(connection)
    if not busy and _size(connection) > MOST_VACUUMED:
        still = "still in pages that others freed before, if they do not overwrite: run VACUUM"
        words = ", ".join(text.name for text in texts)
        more = f"; words of it in full-text tables ({words}): rebuild them" if words else ""
        return Erased(grade=Grade.DELETED, still=still + more)
    untidied: list[str] = []
    if not busy:
        untidied = _tidy_full_texts(connection, texts)
        if connection.exec_driver_sql(_SAMPLES).scalar():
            connection.exec_driver_sql("ANALYZE")
        connection.exec_driver_sql("VACUUM")
        busy = _checkpoint(connection)
    if busy:
        still = "not vacuumed: somebody reads the database, so its log could not be emptied"
        return Erased(grade=Grade.DELETED, still=still, again=again)
    verbs = [(one.table, "DELETE") for one in datasets]
    verbs += [(one.table, "UPDATE") for one in datasets if one.id in emptied]
    said = {
        "still in full-text tables that have it": [
            text.name for text in texts if _may_keep(text, verbs)
        ],
        "words of it in full-text tables that could not be made anew": untidied,
    }
    told = [f"{what} ({', '.join(names)})" for what, names in said.items() if names]
    return Erased(grade=Grade.VACUUMED, still="; ".join(told) or None)


def _may_keep(text: FullText, verbs: Sequence[tuple[str, str]]) -> bool:
    """Tell whether a full-text table may have what went from tables by some verbs."""
    if text.content:  # it was made anew
        return False
    untold = any(text.of(table) and not text.forgets(table, verb) for table, verb in verbs)
    return untold or not text.follows


_SAMPLES = "SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_stat4'"
"""Samples of what columns hold, for SQLite's planner."""


def _tidy_full_texts(connection: sa.Connection, texts: Sequence[FullText]) -> list[str]:
    """Let full-text tables forget words that no row of theirs has any more; name those that cannot.

    They only mark words as gone until segments are merged; one that indexes another table knows
    nothing of rows that went there unless somebody tells it.
    """
    quote = connection.dialect.identifier_preparer.quote
    unable = []
    for text in texts:
        name = quote(text.name)
        try:
            for command in ("rebuild", "optimize") if text.content else ("optimize",):
                connection.exec_driver_sql(
                    f"INSERT INTO {name} ({name}) VALUES ('{command}')"  # noqa: S608 - quoted
                )
        except SQLAlchemyError:
            unable.append(text.name)
    return unable


def _size(connection: sa.Connection) -> int:
    """Give the size of the database in bytes."""
    pages = connection.exec_driver_sql("PRAGMA page_count").scalar() or 0
    return int(pages) * int(connection.exec_driver_sql("PRAGMA page_size").scalar() or 0)


def _checkpoint(connection: sa.Connection) -> bool:
    """Empty the write-ahead log, and tell whether somebody was in the way."""
    return bool(connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar())
