"""A world's tables in a real database, and back."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from doelbinding.conformance.dates import TEXTS
from doelbinding.conformance.endings import TRANSFORMER
from doelbinding.conformance.world import World
from doelbinding.plan.ports import Store
from doelbinding.policy.model import Policy
from doelbinding.policy.stores import ColumnType, Dataset
from doelbinding.stores.sql.store import SqlStore

_POSTGRESQL = {
    ColumnType.TEXT: sa.Text(),
    ColumnType.INTEGER: sa.BigInteger(),
    ColumnType.DECIMAL: sa.Numeric(12, 2),
    ColumnType.DATE: sa.Date(),
    ColumnType.TIMESTAMP: sa.TIMESTAMP(),
    ColumnType.INSTANT: sa.TIMESTAMP(timezone=True),
    ColumnType.DATE_TEXT: sa.Text(),
    ColumnType.DATE_DIGITS: sa.Text(),
    ColumnType.EPOCH_SECONDS: sa.BigInteger(),
    ColumnType.EPOCH_MILLISECONDS: sa.BigInteger(),
    ColumnType.JSON: JSONB(),
}
_MARIADB = {
    **_POSTGRESQL,
    ColumnType.TEXT: sa.String(200),  # in the server's own collation, which folds case and padding
    ColumnType.DATE_TEXT: sa.String(200),
    ColumnType.DATE_DIGITS: sa.String(200),
    ColumnType.TIMESTAMP: sa.DateTime(),
    ColumnType.INSTANT: sa.TIMESTAMP(),
    ColumnType.JSON: sa.Text(),
}
_FIRST_SECOND = dt.datetime(1970, 1, 2)  # noqa: DTZ001 - bare, as the column is
_TABLES = ("addr", "person", "note", "line", "message", "team", "member", "item", "phonecall")
_LATER = {
    "person": ("boss_id", "best_id")
}  # references in a circle, filled when all rows are there


_UNIQUE = ("person", "tag")


def _references(policy: Policy) -> Iterator[tuple[str, list[str], str, list[str]]]:
    """Yield the foreign keys: table, columns, table and columns referred to."""
    item = policy.stores[0].dataset("item")
    ends = [(one.columns, one.other, one.references) for one in item.subjects]
    ends += [(one.columns, one.to, one.references) for one in item.references]
    for own, to, known in ends:
        yield "item", list(own), to, list(known or policy.stores[0].dataset(to).key)
    for name, columns, there in _by_number(policy):
        yield name, columns, there, ["id"]


def _by_number(policy: Policy) -> Iterator[tuple[str, list[str], str]]:
    yield "person", ["addr_id"], "addr"
    yield "person", ["boss_id"], "person"
    yield "person", ["best_id"], "note"
    yield "note", ["person_id"], "person"
    yield "note", ["sent_to"], "addr"
    yield "line", ["note_id"], "note"
    yield "member", ["team_id"], "team"
    yield "member", ["person_id"], "person"
    for path in policy.stores[0].dataset("message").subjects:
        if path.when is None:
            yield "message", list(path.columns), path.other


def build(engine: sa.Engine, world: World) -> dict[str, Store]:
    """Make the tables with their foreign keys and fill them; give the stores that they are in."""
    dialect = engine.dialect.name
    metadata = _metadata(world.policy, dialect)
    with engine.connect() as connection:
        if dialect == "sqlite":
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        _make(connection, metadata, world.policy)
        _fill(connection, metadata, world)
        connection.commit()
        if dialect == "sqlite":
            connection.exec_driver_sql("PRAGMA foreign_keys = ON")
    return {
        store.id: SqlStore(store, engine, batch=2, transformer=TRANSFORMER)
        for store in world.policy.stores
    }


def _make(connection: sa.Connection, metadata: sa.MetaData, policy: Policy) -> None:
    dialect = connection.dialect.name
    cascade = " CASCADE" if dialect == "postgresql" else ""
    if dialect == "mariadb":
        connection.execute(sa.text("SET foreign_key_checks = 0"))
    for name in _TABLES:
        connection.execute(sa.text(f"DROP TABLE IF EXISTS {name}{cascade}"))
    if dialect == "mariadb":
        connection.execute(sa.text("SET foreign_key_checks = 1"))
    for table in metadata.tables.values():
        table.create(connection)
    for name, columns, there, known in _references(policy) if dialect != "sqlite" else ():
        key = f"FOREIGN KEY ({', '.join(columns)}) REFERENCES {there} ({', '.join(known)})"
        connection.execute(sa.text(f"ALTER TABLE {name} ADD {key}"))


def _fill(connection: sa.Connection, metadata: sa.MetaData, world: World) -> None:
    for name, rows in _filled(world, connection.dialect.name):
        if rows:
            connection.execute(sa.insert(metadata.tables[name]), rows)
    for name, columns in _LATER.items():
        target = metadata.tables[name]
        for row in world.tables[f"s.{name}"]:
            values = {column: row[column] for column in columns}
            connection.execute(target.update().where(target.c.id == row["id"]).values(values))


def _filled(world: World, dialect: str) -> Iterator[tuple[str, list[dict[str, object]]]]:
    for store in world.policy.stores:
        by_table = {dataset.table: dataset for dataset in store.datasets}
        for name in (n for n in _TABLES if n in by_table):
            later = dict.fromkeys(_LATER.get(name, ()))
            rows = [{**r, **later} for r in world.tables[f"{store.id}.{by_table[name].id}"]]
            if dialect != "sqlite":
                rows = [
                    {k: _typed(by_table[name], k, v, dialect) for k, v in r.items()} for r in rows
                ]
            yield name, rows


def _typed(dataset: Dataset, column: str, value: object, dialect: str) -> object:
    kind = dataset.column(column).type
    if kind is ColumnType.JSON and value is not None and dialect == "postgresql":
        return json.loads(str(value))
    if value is None or not kind.is_time or kind.is_epoch or kind in TEXTS:
        return value
    cast = {ColumnType.DATE: "DATE", ColumnType.TIMESTAMP: "TIMESTAMP"}.get(kind)
    if cast == "DATE":
        return dt.date.fromisoformat(str(value))
    moment = dt.datetime.fromisoformat(str(value))
    if dialect == "mariadb":  # its TIMESTAMP begins in 1970
        return moment if cast or moment > _FIRST_SECOND else None
    return moment if cast else moment.replace(tzinfo=dt.UTC)


def _metadata(policy: Policy, dialect: str) -> sa.MetaData:
    metadata = sa.MetaData()
    for dataset in (dataset for _, dataset in policy.datasets()):
        columns: list[Any] = []
        for column in dataset.own_columns:
            # NUMERIC affinity would turn junk into numbers in dates, which are text in SQLite
            kind = (
                _POSTGRESQL[column.type]
                if dialect == "postgresql"
                else _MARIADB[column.type]
                if dialect == "mariadb"
                else _POSTGRESQL[column.type]
                if column.type.is_number or column.type.is_epoch
                else sa.Text()
            )
            columns.append(
                sa.Column(
                    column.name,
                    kind,
                    primary_key=column.name in dataset.key,
                    autoincrement=False,
                    unique=(dataset.table, column.name) == _UNIQUE or None,
                )
            )
        if dialect == "sqlite":
            for table, own, there, known in _references(policy):
                if table == dataset.table:
                    referred = [f"{there}.{name}" for name in known]
                    columns.append(sa.ForeignKeyConstraint(own, referred))
        sa.Table(dataset.table, metadata, *columns)
    return metadata
