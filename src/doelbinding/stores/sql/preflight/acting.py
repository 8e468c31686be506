"""What a database's own catalogue says of one table: its kind, what acts on it, what one may do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from doelbinding.plan.model import Step
from doelbinding.plan.ports import Obstacle
from doelbinding.policy.stores import Dataset
from doelbinding.stores.sql.inspecting import inspector_of
from doelbinding.stores.sql.preflight import acting_postgresql
from doelbinding.stores.sql.preflight.obstacles import (
    VERIFIED,
    changes_here,
    deletes,
    privileges_missing,
    quoted,
    refuses,
    shown,
    updates,
    warns,
    written,
)


def acting(
    connection: sa.Connection, ref: str, dataset: Dataset, steps: Sequence[Step]
) -> Iterator[Obstacle]:
    """Yield what stands between a statement on a table and its rows."""
    match connection.dialect.name:
        case "postgresql":
            yield from acting_postgresql.acting(connection, ref, dataset, steps)
        case "mysql" | "mariadb":
            yield from _mysql(connection, ref, dataset, steps)
        case "sqlite":
            yield from _sqlite(connection, ref, dataset)
        case _:
            return


def reading(connection: sa.Connection, ref: str, dataset: Dataset) -> Iterator[Obstacle]:
    """Yield what stands between a question about a table, which is there, and its rows."""
    if connection.dialect.name == "postgresql":
        yield from acting_postgresql.reading(connection, ref, dataset)
    elif connection.dialect.name in {"mysql", "mariadb"}:
        refused = _refused(connection, dataset, (), ())
        yield from privileges_missing(connection, ref, dataset, refused)


# -- MariaDB and MySQL ----------------------------------------------------------------------------


def _mysql(
    connection: sa.Connection, ref: str, dataset: Dataset, steps: Sequence[Step]
) -> Iterator[Obstacle]:
    where = {"name": dataset.table, "home": dataset.schema_}
    asked = sa.text(
        "SELECT table_type, engine, (SELECT count(*) FROM information_schema.statistics s "
        "WHERE s.table_name = :name AND s.table_schema = t.table_schema "
        "AND s.index_name = 'PRIMARY') FROM information_schema.tables t "
        "WHERE table_name = :name AND table_schema = coalesce(:home, database())"
    )
    kind, engine, parts = connection.execute(asked, where).one()
    if kind == "SYSTEM VERSIONED":
        yield refuses(
            ref,
            "it is system-versioned, so what is deleted or changed stays in its history",
            f"ALTER TABLE {shown(connection, dataset)} DROP SYSTEM VERSIONING, which drops the "
            "history too",
        )
    elif kind != "BASE TABLE":
        yield changes_here(ref, "a view")
        return
    if parts > len(dataset.key):
        yield refuses(
            ref,
            "its primary key has a period (WITHOUT OVERLAPS), so that several rows have one key",
            "give the table a primary key of columns that tell its rows apart",
        )
    if engine != "InnoDB":
        yield refuses(
            ref,
            f"its engine is {engine}, which has no transactions",
            f"ALTER TABLE {shown(connection, dataset)} ENGINE = InnoDB",
        )
    asked = sa.text(
        "SELECT trigger_name, event_manipulation FROM information_schema.triggers WHERE "
        "event_object_table = :name AND event_object_schema = coalesce(:home, database())"
    )
    for trigger, event in connection.execute(asked, where):
        if (event == "DELETE" and deletes(steps)) or (event == "UPDATE" and updates(steps)):
            yield warns(ref, f"trigger {trigger!r} acts on it", VERIFIED)
    if not connection.execute(sa.text(_SEES_TRIGGERS), where).scalar():
        yield warns(
            ref,
            "this role cannot see whether triggers act on it",
            f"let its owner look (SHOW TRIGGERS WHERE `Table` = '{dataset.table}') that none keeps "
            "or copies what is erased, nor dates rows anew",
        )
    changed = [*written(steps), *(_touched(connection, dataset) if updates(steps) else ())]
    refused = _refused(connection, dataset, steps, list(dict.fromkeys(changed)))
    yield from privileges_missing(connection, ref, dataset, refused)


_SEES_TRIGGERS = """
SELECT max(privilege_type = 'TRIGGER') FROM (
  SELECT privilege_type, grantee FROM information_schema.user_privileges
  UNION ALL SELECT privilege_type, grantee FROM information_schema.schema_privileges
    WHERE coalesce(:home, database()) LIKE table_schema
  UNION ALL SELECT privilege_type, grantee FROM information_schema.table_privileges
    WHERE table_name = :name AND table_schema = coalesce(:home, database())
) own
"""
"""These tables have rows of the session's own user and roles, unless it may read all."""


def _touched(connection: sa.Connection, dataset: Dataset) -> Iterator[str]:
    """Yield the mapped columns that are written as they are, since they would change else."""
    own = {column.name for column in dataset.own_columns}
    found = inspector_of(connection).get_columns(dataset.table, schema=dataset.schema_)
    for column in found:
        if column["name"] in own and "on update" in str(column["default"]).lower():
            yield column["name"]


def _refused(
    connection: sa.Connection, dataset: Dataset, steps: Sequence[Step], changed: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """Yield the privileges that are not there, by asking for what meets no row."""
    quote, table = connection.dialect.identifier_preparer.quote, quoted(connection, dataset)
    tried = [
        ("SELECT", one.name, f"SELECT {quote(one.name)} FROM {table} WHERE 1 = 0")  # noqa: S608
        for one in dataset.own_columns
    ]
    tried += [
        ("UPDATE", name, f"UPDATE {table} SET {quote(name)} = DEFAULT WHERE 1 = 0")  # noqa: S608
        for name in changed
    ]
    if deletes(steps):
        tried.append(("DELETE", "", f"DELETE FROM {table} WHERE 1 = 0"))  # noqa: S608
    for what, column, statement in tried:
        try:
            connection.exec_driver_sql(statement)
        except SQLAlchemyError as error:
            if _number(error) in _DENIED:
                yield what, column


_DENIED = frozenset({1142, 1143, 1044, 1370})


def _number(error: SQLAlchemyError) -> int | None:
    orig = getattr(error, "orig", None)
    return orig.args[0] if orig is not None and orig.args else None


# -- SQLite ---------------------------------------------------------------------------------------


def _sqlite(connection: sa.Connection, ref: str, dataset: Dataset) -> Iterator[Obstacle]:
    asked = sa.text("SELECT type, name, sql FROM sqlite_master WHERE tbl_name = :name")
    for kind, name, made in connection.execute(asked, {"name": dataset.table}):
        if kind == "view":
            yield changes_here(ref, "a view")
        if kind == "trigger":
            before = re.search(r"\bBEFORE\b", made or "", re.IGNORECASE)
            early = " before a row is changed, and can prevent it" if before else ""
            yield warns(ref, f"trigger {name!r} acts on it{early}", VERIFIED)
