"""A world's tables in a real database, and back."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from doelbinding.policy.stores import ColumnType, Store
from doelbinding.stores.sql.store import SqlStore
from tests.integration.oracle.worlds import World

_POSTGRESQL = {
    ColumnType.TEXT: sa.Text(),
    ColumnType.INTEGER: sa.BigInteger(),
    ColumnType.DATE: sa.Date(),
    ColumnType.TIMESTAMP: sa.TIMESTAMP(),
    ColumnType.INSTANT: sa.TIMESTAMP(timezone=True),
    ColumnType.DATE_TEXT: sa.Text(),
    ColumnType.EPOCH_SECONDS: sa.BigInteger(),
}
_REFERENCES = {
    "person": [(["addr_id"], "addr", ["id"])],
    "note": [(["person_id"], "person", ["id"])],
    "line": [(["note_id"], "note", ["id"])],
}


def build(engine: sa.Engine, world: World) -> SqlStore:
    """Make the tables with their foreign keys and fill them."""
    store = world.policy.stores[0]
    metadata = _metadata(store, engine.dialect.name)
    with engine.begin() as connection:
        for name in ("line", "note", "person", "addr"):
            connection.execute(sa.text(f"DROP TABLE IF EXISTS {name}"))
        metadata.create_all(connection)
        for name in ("addr", "person", "note", "line"):
            rows = world.tables[f"s.{name}"]
            if rows:
                table = sa.table(name, *(sa.column(c) for c in rows[0]))
                if engine.dialect.name == "postgresql":
                    rows = [{k: _typed(store, name, k, v) for k, v in r.items()} for r in rows]
                connection.execute(sa.insert(table), rows)
    return SqlStore(store, engine, batch=2)


def read(store: SqlStore) -> dict[str, list[dict[str, object]]]:
    """Give the tables as the store now reads them."""
    found = {}
    for dataset in store.mapped.datasets:
        rows = [dict(row) for row in store.rows(f"s.{dataset.id}", {})]
        found[f"s.{dataset.id}"] = sorted(rows, key=lambda r: [r[k] for k in dataset.key])
    return found


def _typed(store: Store, name: str, column: str, value: object) -> object:
    kind = store.dataset(name).column(column).type
    if (
        value is None
        or not kind.is_time
        or kind in {ColumnType.DATE_TEXT, ColumnType.EPOCH_SECONDS}
    ):
        return value
    cast = {ColumnType.DATE: "DATE", ColumnType.TIMESTAMP: "TIMESTAMP"}.get(kind)
    if cast == "DATE":
        return dt.date.fromisoformat(str(value))
    moment = dt.datetime.fromisoformat(str(value))
    return moment if cast else moment.replace(tzinfo=dt.UTC)


def _metadata(store: Store, dialect: str) -> sa.MetaData:
    metadata = sa.MetaData()
    for dataset in store.datasets:
        columns: list[Any] = []
        for column in dataset.columns:
            # NUMERIC affinity would turn junk into numbers; dates are text in SQLite
            kind = (
                _POSTGRESQL[column.type]
                if dialect == "postgresql"
                else sa.Integer()
                if column.type in {ColumnType.INTEGER, ColumnType.EPOCH_SECONDS}
                else sa.Text()
            )
            columns.append(
                sa.Column(
                    column.name, kind, primary_key=column.name in dataset.key, autoincrement=False
                )
            )
        for here, there, theirs in _REFERENCES.get(dataset.id, []):
            columns.append(sa.ForeignKeyConstraint(here, [f"{there}.{c}" for c in theirs]))
        sa.Table(dataset.table, metadata, *columns)
    return metadata
