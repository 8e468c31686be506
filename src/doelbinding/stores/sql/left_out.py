"""Tables of a database that no dataset of its store is of: what they hold of people stays unseen.

Only foreign keys tell that a table belongs to a person, and many databases declare none. So who
reads a plan is told which tables nobody has looked at. On MariaDB a role sees only tables on which
it has rights, so the names are read from what `PROCESS` shows.
"""

from __future__ import annotations

import re

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from doelbinding.policy.stores import Store

_SQLITE = """
SELECT name, NULL FROM sqlite_master s
WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
  AND sql NOT LIKE 'CREATE VIRTUAL%' AND NOT EXISTS (
    SELECT 1 FROM sqlite_master v WHERE v.sql LIKE 'CREATE VIRTUAL%'
      AND substr(s.name, 1, length(v.name) + 1) = v.name || '_')
"""
_POSTGRESQL = """
SELECT CASE WHEN pg_table_is_visible(c.oid) THEN c.relname
            ELSE n.nspname || '.' || c.relname END, n.nspname
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND (n.nspname = ANY (current_schemas(false)) OR n.nspname = ANY (CAST(:schemas AS name[])))
"""
_MARIADB = """
SELECT table_name, NULL FROM information_schema.tables
WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'
"""
_ALL_OF_INNODB = """
SELECT substr(name, length(DATABASE()) + 2) FROM information_schema.innodb_sys_tables
WHERE substr(name, 1, length(DATABASE()) + 1) = concat(DATABASE(), '/')
"""
_OWN_OF_INNODB = re.compile(r"FTS_|.*#")
_NAMED = {"sqlite": _SQLITE, "postgresql": _POSTGRESQL, "mysql": _MARIADB, "mariadb": _MARIADB}


def tables_left_out(connection: sa.Connection, store: Store) -> list[str]:
    """Give the tables of the database that are in no dataset, where its dialect can tell."""
    asked = _NAMED.get(connection.dialect.name)
    if asked is None:
        return []
    schemas = sorted({d.schema_ for d in store.datasets if d.schema_ is not None})
    given = {"schemas": schemas} if asked is _POSTGRESQL else {}
    there = {row[0]: row[1] for row in connection.execute(sa.text(asked), given)}
    if asked is _MARIADB:
        there |= dict.fromkeys(_all_of_innodb(connection))
    for dataset in store.datasets:
        names = {dataset.table, f"{dataset.schema_}.{dataset.table}"}
        for name in names & there.keys():
            if dataset.schema_ in (None, there[name]) or there[name] is None:
                del there[name]
    return sorted(there)


def _all_of_innodb(connection: sa.Connection) -> set[str]:
    """Give the tables that MariaDB shows to whoever may see processes; else none."""
    try:
        with connection.begin_nested():
            names = connection.execute(sa.text(_ALL_OF_INNODB)).scalars().all()
    except SQLAlchemyError:
        return set()
    return {name for name in names if "@" not in name and not _OWN_OF_INNODB.match(name)}
