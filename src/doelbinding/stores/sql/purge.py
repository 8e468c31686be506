"""Taking away what deletion leaves behind in a database's own files, as far as it lets us.

SQLite overwrites what it deletes (`secure_delete`), empties its write-ahead log and writes the file
anew. PostgreSQL keeps deleted rows until VACUUM, and longer while an old transaction could see
them; its write-ahead log, replicas and backups are beyond us. Others purge by themselves, later.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from doelbinding.plan.grades import Erased, Grade
from doelbinding.policy.stores import Dataset
from doelbinding.stores.sql.causes import cause
from doelbinding.stores.sql.descent import family_of

MOST_VACUUMED = 256 * 2**20
"""Bytes of a SQLite database that a run writes anew: a second or two, in which nobody writes."""

_OUTSIDE = "AUTOCOMMIT"
_LATER = {
    "mysql": "still in undo logs until InnoDB purges them, and in binary logs until they expire",
    "mssql": "still as ghost records until they are cleaned up, and in the transaction log",
    "oracle": "still in undo segments, free space and redo logs",
}
_LATER["mariadb"] = _LATER["mysql"]


def purge(engine: sa.Engine, datasets: Sequence[Dataset]) -> Erased:
    """Purge some tables' database; whatever stands in the way is told in the answer."""
    dialect = engine.dialect.name
    try:
        with engine.connect().execution_options(isolation_level=_OUTSIDE) as connection:
            if dialect == "sqlite":
                return _sqlite(connection)
            if dialect == "postgresql":
                return _postgresql(connection, datasets)
    except SQLAlchemyError as error:
        return Erased(grade=Grade.DELETED, still=f"not vacuumed ({cause(error)})")
    return Erased(grade=Grade.DELETED, still=_LATER.get(dialect))


def _sqlite(connection: sa.Connection) -> Erased:
    connection.exec_driver_sql("PRAGMA journal_size_limit = 0")
    busy = _checkpoint(connection)
    if not busy and _size(connection) > MOST_VACUUMED:
        still = "still in pages that others freed before, if they do not overwrite: run VACUUM"
        return Erased(grade=Grade.DELETED, still=still)
    if not busy:
        connection.exec_driver_sql("VACUUM")
        busy = _checkpoint(connection)
    if busy:
        still = "not vacuumed: somebody reads the database, so its log could not be emptied"
        return Erased(grade=Grade.DELETED, still=still)
    return Erased(grade=Grade.VACUUMED)


def _size(connection: sa.Connection) -> int:
    """Give the size of the database in bytes."""
    pages = connection.exec_driver_sql("PRAGMA page_count").scalar() or 0
    return int(pages) * int(connection.exec_driver_sql("PRAGMA page_size").scalar() or 0)


def _checkpoint(connection: sa.Connection) -> bool:
    """Empty the write-ahead log, and tell whether somebody was in the way."""
    return bool(connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar())


def _postgresql(connection: sa.Connection, datasets: Sequence[Dataset]) -> Erased:
    refused, waiting = [], []
    said: list[str] = []
    driver: Any = connection.connection.driver_connection

    def hear(diagnostic: Any) -> None:
        said.append(str(diagnostic.message_primary))

    driver.add_notice_handler(hear)
    try:
        for dataset in datasets:
            said.clear()
            family = family_of(connection, dataset)  # of a partitioned table parts go with it
            names = ", ".join(one.named for one in (family.itself, *family.heirs))
            connection.exec_driver_sql(f"VACUUM (VERBOSE) {names}")
            done = sum("finished vacuuming" in one for one in said)
            if done <= len(family.heirs):
                refused.append(dataset.id)
            elif any(_kept_back(one) for one in said):
                waiting.append(dataset.id)
    finally:
        driver.remove_notice_handler(hear)
    return _said_of_postgresql(refused, waiting)


def _said_of_postgresql(refused: Sequence[str], waiting: Sequence[str]) -> Erased:
    if refused:
        still = f"not vacuumed: the role may not vacuum {', '.join(refused)} (GRANT MAINTAIN)"
        return Erased(grade=Grade.DELETED, still=still)
    if waiting:
        still = f"not vacuumed: an open transaction could still see rows of {', '.join(waiting)}"
        return Erased(grade=Grade.DELETED, still=still)
    return Erased(
        grade=Grade.VACUUMED,
        still="still in free space until it is used again, in the write-ahead log, and in what "
        "replicas and archives have of it",
    )


def _kept_back(notice: str) -> bool:
    """Tell whether VACUUM says that it left dead rows where they are."""
    return any(
        "dead but not yet removable" in line and " 0 are dead but not yet removable" not in line
        for line in notice.splitlines()
    )
