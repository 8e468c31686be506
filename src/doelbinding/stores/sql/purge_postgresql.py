"""Taking away what deletion leaves behind in PostgreSQL's own files.

It keeps deleted rows until VACUUM, and longer while an old transaction could see them; their
entries in indexes even then, if they are few, unless it is told otherwise; and samples of values
for its planner until ANALYZE. Its write-ahead log, replicas and backups are beyond us.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from doelbinding.plan.grades import Again, Erased, Grade
from doelbinding.policy.stores import Dataset
from doelbinding.stores.sql.copies import materialized
from doelbinding.stores.sql.descent import Family, family_of

MOST_INDEXED = 256 * 2**20
"""Bytes of a table's indexes that a run reads whole for what went: less than a second."""


Notice = tuple[str, str]
"""Severity, as PostgreSQL writes it in English, and message."""


@dataclass(slots=True, kw_only=True)
class Done:
    """The datasets of which VACUUM did not take everything away, by why."""

    refused: list[str] = field(default_factory=list)
    untold: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    indexed: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)

    def can_hear(self, dataset: str, family: Family) -> bool:
        """Tell whether VACUUM says something of a dataset, or note why it does not."""
        if not family.members:
            self.missing.append(dataset)
        elif not {one.kind for one in family.members if one.step >= 0} <= _VACUUMED_KINDS:
            self.elsewhere.append(dataset)
        else:
            return True
        return False

    def hear(self, dataset: str, notices: Sequence[Notice], tables: int) -> None:
        """Note what VACUUM said of a dataset of so many tables."""
        told = [message for _, message in notices]
        if any(severity == "WARNING" for severity, _ in notices):
            self.refused.append(dataset)
        elif sum("finished vacuuming" in one for one in told) < tables:
            self.untold.append(dataset)
        elif any(map(_kept_back, told)):
            self.waiting.append(dataset)
        elif any("index scan bypassed" in one for one in told):
            self.indexed.append(dataset)

    def left(self) -> Iterator[str]:
        """Say what was not taken away, and what to do."""
        if self.refused:
            names = ", ".join(self.refused)
            yield (
                f"not vacuumed: the role may not vacuum {names} (GRANT MAINTAIN, since PostgreSQL "
                "17; before it only the owner may)"
            )
        if self.untold:
            names = ", ".join(self.untold)
            yield f"not known to be vacuumed: the server does not say of {names} (lc_messages)"
        if self.waiting:
            names = ", ".join(self.waiting)
            yield f"not vacuumed: an open transaction could still see rows of {names}"
        if self.indexed:
            names = ", ".join(self.indexed)
            yield f"still in large indexes of {names}: run VACUUM (INDEX_CLEANUP)"
        if self.missing:
            yield f"not vacuumed: the table of {', '.join(self.missing)} is not there any more"
        if self.elsewhere:
            names = ", ".join(self.elsewhere)
            yield f"not vacuumed whole: {names} shows rows of other tables or servers; vacuum these"


def purge_postgresql(
    connection: sa.Connection, datasets: Sequence[Dataset], again: Again
) -> Erased:
    """Vacuum and analyse some tables; the connection is in no transaction.

    `again` is when to ask again if an open transaction is in the way.
    """
    done = Done()
    with _heard(connection) as notices:
        for dataset in datasets:
            notices.clear()
            family = family_of(connection, dataset)  # of a partitioned table parts go with it
            _vacuum(connection, family)
            if done.can_hear(dataset.id, family):
                tables = [one for one in family.members if one.step >= 0 and one.kind != "p"]
                done.hear(dataset.id, notices, len(tables))
    left = [*done.left()]
    copies = [] if done.refused else _statistics(connection, datasets)
    views = ", ".join(materialized(connection, datasets))
    if views:
        copies.append(f"still in materialized views until they are refreshed ({views})")
    vacuumed = [] if left else [_VACUUMED]
    grade = Grade.DELETED if left or copies else Grade.VACUUMED
    still = "; ".join([*left, *copies, *vacuumed])
    return Erased(grade=grade, still=still, again=again if done.waiting else None)


def _vacuum(connection: sa.Connection, family: Family) -> None:
    """Vacuum the tables of a family that have rows of their own here."""
    own = [one for one in family.members if one.step == 0] + list(family.heirs)
    names = ", ".join(one.named for one in own if one.kind in _VACUUMED_KINDS)
    if names:
        small = _indexed(connection, family) <= MOST_INDEXED
        options = "VERBOSE, ANALYZE" + (", INDEX_CLEANUP ON" if small else "")
        connection.exec_driver_sql(f"VACUUM ({options}) {names}".replace("%", "%%"))


_VACUUMED_KINDS = {"r", "p", "m"}
"""Tables, those that are partitioned, and materialized views (`relkind`)."""

_VACUUMED = (
    "still in free space until it is used again, in the write-ahead log, and in what replicas and "
    "archives have of it"
)


@contextmanager
def _heard(connection: sa.Connection) -> Iterator[list[Notice]]:
    """Give what the server tells meanwhile, in English if the role may ask for that."""
    notices: list[Notice] = []

    def hear(diagnostic: Any) -> None:  # which says nothing any more once this returns
        notices.append((str(diagnostic.severity_nonlocalized), str(diagnostic.message_primary)))

    driver: Any = connection.connection.driver_connection
    refused = connection.dialect.loaded_dbapi.Error
    with suppress(refused):
        driver.execute("SET lc_messages = 'C'")
    driver.add_notice_handler(hear)
    try:
        yield notices
    finally:
        driver.remove_notice_handler(hear)
        with suppress(refused):
            driver.execute("RESET lc_messages")


def _indexed(connection: sa.Connection, family: Family) -> int:
    """Give the size of a family's indexes in bytes."""
    asked = sa.text("SELECT sum(pg_indexes_size(id)) FROM unnest(CAST(:ids AS oid[])) AS id")
    return int(connection.execute(asked, {"ids": family.held}).scalar() or 0)


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


def _kept_back(notice: str) -> bool:
    """Tell whether VACUUM says that it left dead rows where they are."""
    return any(
        "dead but not yet removable" in line and " 0 are dead but not yet removable" not in line
        for line in notice.splitlines()
    )
