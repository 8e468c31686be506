"""Taking away what deletion leaves behind in a database's own files, as far as it lets us.

SQLite overwrites what it deletes (`secure_delete`), empties its write-ahead log and writes the file
anew. PostgreSQL keeps deleted rows until VACUUM, and longer while an old transaction could see
them, and samples of values for its planner until ANALYZE; its write-ahead log, replicas and backups
are beyond us. Others purge by themselves, later.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from doelbinding.plan.grades import Erased, Grade
from doelbinding.policy.stores import Dataset
from doelbinding.stores.sql.causes import cause
from doelbinding.stores.sql.copies import full_texts, materialized
from doelbinding.stores.sql.descent import family_of

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
        _tidy_full_texts(connection)
        if connection.exec_driver_sql(_SAMPLES).scalar():
            connection.exec_driver_sql("ANALYZE")
        connection.exec_driver_sql("VACUUM")
        busy = _checkpoint(connection)
    if busy:
        still = "not vacuumed: somebody reads the database, so its log could not be emptied"
        return Erased(grade=Grade.DELETED, still=still)
    own = [t.name for t in full_texts(connection) if not (t.content or t.followed)]
    where = f"still in full-text tables that have it ({', '.join(own)})" if own else None
    return Erased(grade=Grade.VACUUMED, still=where)


_SAMPLES = "SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_stat4'"
"""Samples of what columns hold, for SQLite's planner."""


def _tidy_full_texts(connection: sa.Connection) -> None:
    """Let full-text tables forget words that no row of theirs has any more.

    They only mark words as gone until segments are merged; one that indexes another table knows
    nothing of rows that went there unless somebody tells it.
    """
    quote = connection.dialect.identifier_preparer.quote
    for text in full_texts(connection):
        name = quote(text.name)
        for command in ("rebuild", "optimize") if text.content else ("optimize",):
            connection.exec_driver_sql(
                f"INSERT INTO {name} ({name}) VALUES ('{command}')"  # noqa: S608 - quoted
            )


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
            connection.exec_driver_sql(f"VACUUM (VERBOSE, ANALYZE) {names}".replace("%", "%%"))
            done = sum("finished vacuuming" in one for one in said)
            if done <= len(family.heirs):
                refused.append(dataset.id)
            elif any(_kept_back(one) for one in said):
                waiting.append(dataset.id)
    finally:
        driver.remove_notice_handler(hear)
    still = [] if refused else _statistics(connection, datasets)
    views = ", ".join(materialized(connection, datasets))
    if views:
        still.append(f"still in materialized views until they are refreshed ({views})")
    return _said_of_postgresql(refused, waiting, still)


_STATISTICS = """
FROM pg_stats s JOIN pg_namespace n ON n.nspname = s.schemaname
JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = s.tablename
WHERE c.reltuples = 0 AND (c.oid = ANY (CAST(:tables AS oid[]))
  OR c.oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = ANY (CAST(:tables AS oid[]))))
"""
_FORGETS = "pg_clear_attribute_stats(text, text, text, boolean)"


def _statistics(connection: sa.Connection, datasets: Sequence[Dataset]) -> list[str]:
    """Let the planner forget samples of tables that are empty now, which ANALYZE leaves there.

    Gives what is to be said where it cannot: before PostgreSQL 18.
    """
    held = {"tables": [oid for one in datasets for oid in family_of(connection, one).held]}
    forgets = connection.execute(sa.text("SELECT to_regprocedure(:name)"), {"name": _FORGETS})
    if forgets.scalar() is not None:
        clear = "pg_clear_attribute_stats(schemaname, tablename, attname, inherited)"
        connection.execute(sa.text(f"SELECT {clear} {_STATISTICS}"), held)
        return []
    left = connection.execute(sa.text(f"SELECT count(*) {_STATISTICS}"), held).scalar()
    return ["still in samples of the planner, of tables that are empty now"] if left else []


def _said_of_postgresql(
    refused: Sequence[str], waiting: Sequence[str], still: Sequence[str]
) -> Erased:
    """Say how far gone things are; `still`: where they are besides."""
    said = list(still)
    if refused:
        said.append(f"not vacuumed: the role may not vacuum {', '.join(refused)} (GRANT MAINTAIN)")
    elif waiting:
        said.append(
            f"not vacuumed: an open transaction could still see rows of {', '.join(waiting)}"
        )
    else:
        said.append(
            "still in free space until it is used again, in the write-ahead log, and in what "
            "replicas and archives have of it"
        )
    grade = Grade.VACUUMED if len(said) == 1 and not (refused or waiting) else Grade.DELETED
    return Erased(grade=grade, still="; ".join(said))


def _kept_back(notice: str) -> bool:
    """Tell whether VACUUM says that it left dead rows where they are."""
    return any(
        "dead but not yet removable" in line and " 0 are dead but not yet removable" not in line
        for line in notice.splitlines()
    )
