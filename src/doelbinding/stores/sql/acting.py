"""What a database's own catalogue says of one table: its kind, what acts on it, what one may do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from doelbinding.plan.model import Step
from doelbinding.plan.ports import Obstacle
from doelbinding.policy.stores import Dataset
from doelbinding.stores.sql import acting_postgresql
from doelbinding.stores.sql.obstacles import (
    VERIFIED,
    changes_here,
    deletes,
    privileges_missing,
    quoted,
    refuses,
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


# -- MariaDB and MySQL ----------------------------------------------------------------------------


def _mysql(
    connection: sa.Connection, ref: str, dataset: Dataset, steps: Sequence[Step]
) -> Iterator[Obstacle]:
    where = {"name": dataset.table, "home": dataset.schema_}
    asked = sa.text(
        "SELECT table_type, engine FROM information_schema.tables "
        "WHERE table_name = :name AND table_schema = coalesce(:home, database())"
    )
    kind, engine = connection.execute(asked, where).one()
    if kind == "SYSTEM VERSIONED":
        yield refuses(
            ref,
            "it is system-versioned, so what is deleted or changed stays in its history",
            f"ALTER TABLE {quoted(connection, dataset)} DROP SYSTEM VERSIONING, which drops the "
            "history too",
        )
    elif kind != "BASE TABLE":
        yield changes_here(ref, "a view")
        return
    if engine != "InnoDB":
        yield refuses(
            ref,
            f"its engine is {engine}, which has no transactions",
            f"ALTER TABLE {quoted(connection, dataset)} ENGINE = InnoDB",
        )
    asked = sa.text(
        "SELECT trigger_name, event_manipulation FROM information_schema.triggers WHERE "
        "event_object_table = :name AND event_object_schema = coalesce(:home, database())"
    )
    for trigger, event in connection.execute(asked, where):
        if (event == "DELETE" and deletes(steps)) or (event == "UPDATE" and updates(steps)):
            yield warns(ref, f"trigger {trigger!r} acts on it", VERIFIED)
    yield from privileges_missing(connection, ref, dataset, _refused(connection, dataset, steps))


def _refused(
    connection: sa.Connection, dataset: Dataset, steps: Sequence[Step]
) -> Iterator[tuple[str, str]]:
    """Yield the privileges that are not there, by asking for what meets no row."""
    quote, table = connection.dialect.identifier_preparer.quote, quoted(connection, dataset)
    tried = [
        ("SELECT", one.name, f"SELECT {quote(one.name)} FROM {table} WHERE 1 = 0")  # noqa: S608
        for one in dataset.own_columns
    ]
    tried += [
        ("UPDATE", name, f"UPDATE {table} SET {quote(name)} = DEFAULT WHERE 1 = 0")  # noqa: S608
        for name in written(steps)
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
