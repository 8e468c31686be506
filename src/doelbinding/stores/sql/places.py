"""Where the tables of datasets really are, so that one that two stores have is seen.

A server has many names, and a file many paths; so the server is asked who it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from doelbinding.policy.stores import Store
from doelbinding.stores.sql.descent import family_of

_POSTGRESQL = """
SELECT concat_ws('/', system_identifier, extract(epoch FROM pg_postmaster_start_time()), oid)
FROM pg_control_system(), pg_database WHERE datname = current_database()
"""
"""A cluster that was copied has the identifier of the other, and another start."""
_MYSQL = ("@@server_uid", "@@server_uuid")
"""Of MariaDB, where it has one, and of MySQL."""


def places(connection: sa.Connection, store: Store) -> Mapping[str, frozenset[str]]:
    """Give, by dataset, names of the tables whose rows it has, alike from wherever it is asked.

    Empty where a database cannot tell; a table that is not there has no name.
    """
    match connection.dialect.name:
        case "postgresql":
            return _of_postgresql(connection, store)
        case "mysql" | "mariadb":
            return _of_mysql(connection, store)
        case "sqlite":
            return _of_sqlite(connection, store)
        case _:
            return {}


def _of_postgresql(connection: sa.Connection, store: Store) -> Mapping[str, frozenset[str]]:
    home = connection.scalar(sa.text(_POSTGRESQL))
    held = {one.id: family_of(connection, one).held for one in store.datasets}
    return {name: frozenset(f"{home}/{oid}" for oid in ids) for name, ids in held.items()}


def _of_mysql(connection: sa.Connection, store: Store) -> Mapping[str, frozenset[str]]:
    for variable in _MYSQL:
        try:
            home = connection.exec_driver_sql(f"SELECT {variable}, @@datadir, database()").one()
        except SQLAlchemyError:  # it does not know the variable
            continue
        server, folder, usual = home
        return {
            one.id: frozenset([f"{server}/{folder}/{one.schema_ or usual}/{one.table}"])
            for one in store.datasets
        }
    return {}


def _of_sqlite(connection: sa.Connection, store: Store) -> Mapping[str, frozenset[str]]:
    path = connection.exec_driver_sql("PRAGMA database_list").all()[0][2]
    if not path:  # in memory
        return {}
    file = Path(path).stat()
    names = {one.id: f"{file.st_dev}/{file.st_ino}/{one.table.lower()}" for one in store.datasets}
    return {dataset: frozenset([name]) for dataset, name in names.items()}
