"""What would go wrong, read from the engine's own catalogue before anything is changed."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import mysql
from sqlalchemy.exc import SAWarning

from doelbinding.plan.model import Step
from doelbinding.plan.ports import Gravity, Obstacle
from doelbinding.policy.stores import Dataset, Store
from doelbinding.stores.sql.copies import copies
from doelbinding.stores.sql.inspecting import inspector_of
from doelbinding.stores.sql.preflight.acting import acting
from doelbinding.stores.sql.preflight.constraints import against
from doelbinding.stores.sql.preflight.declared import mistyped
from doelbinding.stores.sql.preflight.generated import lost
from doelbinding.stores.sql.preflight.indexes import unserved
from doelbinding.stores.sql.preflight.looking_up import unserved_lookups
from doelbinding.stores.sql.preflight.obstacles import refuses, warns
from doelbinding.stores.sql.preflight.possible import impossible
from doelbinding.stores.sql.preflight.present import absent, ambiguous, lacking, virtual
from doelbinding.stores.sql.preflight.referring import Referring
from doelbinding.stores.sql.preflight.related import unlike
from doelbinding.stores.sql.preflight.scheduled import scheduled
from doelbinding.stores.sql.preflight.sessions import sessions
from doelbinding.stores.sql.preflight.sources import mapped_twice, unreadable
from doelbinding.stores.sql.preflight.telling_apart import is_key
from doelbinding.stores.sql.preflight.uncollected import uncollected
from doelbinding.stores.sql.preflight.zeros import unsaid_zeros
from doelbinding.stores.sql.tables import table


def obstacles(connection: sa.Connection, store: Store, steps: Sequence[Step]) -> list[Obstacle]:
    """Give what refuses or endangers the steps in this database."""
    with warnings.catch_warnings():  # of types and words that SQLAlchemy does not know
        warnings.simplefilter("ignore", SAWarning)
        return _obstacles(connection, store, steps)


def _obstacles(connection: sa.Connection, store: Store, steps: Sequence[Step]) -> list[Obstacle]:
    inspector = inspector_of(connection)
    found: list[Obstacle] = []
    tables: list[Dataset] = []
    for dataset_id in dict.fromkeys(step.dataset for step in steps):
        dataset = store.dataset(dataset_id)
        ref = f"{store.id}.{dataset_id}"
        missing = absent(connection, ref, dataset) or virtual(connection, ref, dataset)
        if missing is not None:
            found.append(missing)
            continue
        tables.append(dataset)
        found += ambiguous(connection, ref, dataset)
        mine = [step for step in steps if step.dataset == dataset_id]
        found += _columns(connection, ref, dataset)
        if inspector.dialect.name == "sqlite":
            found += _unkeyed(connection, inspector, ref, dataset)
        found += mistyped(connection, store, dataset)
        found += impossible(connection, store, dataset)
        found += lost(connection, store, dataset, mine)
        found += unlike(connection, store, dataset)
        look = Referring(connection=connection, ref=ref, dataset=dataset, store=store)
        found += look.obstacles(mine)
        found += unreadable(connection, store, dataset)
        found += mapped_twice(connection, store, dataset)
        told = [
            *acting(connection, ref, dataset, mine),
            *against(connection, ref, dataset, mine),
        ]
        told += lacking(connection, ref, dataset)
        if not any(one.gravity is Gravity.REFUSES for one in told):  # it may be read
            told += unserved(connection, ref, dataset, mine)
            told += unserved_lookups(connection, store, dataset)
            told += unsaid_zeros(connection, store, dataset)
            told += uncollected(connection, ref, dataset)
        found += told
    found += copies(connection, store, tables, steps)
    found += scheduled(connection, store, tables)
    found += sessions(connection, store)
    return list(dict.fromkeys(found))


def unmapped_columns(connection: sa.Connection, dataset: Dataset) -> list[str]:
    """Give the columns of the table that the policy does not know."""
    columns = inspector_of(connection).get_columns(dataset.table, schema=dataset.schema_)
    mapped = {column.name for column in dataset.columns}
    return [column["name"] for column in columns if column["name"] not in mapped]


def _columns(connection: sa.Connection, ref: str, dataset: Dataset) -> Iterator[Obstacle]:
    inspector = inspector_of(connection)
    there = {c["name"]: c for c in inspector.get_columns(dataset.table, schema=dataset.schema_)}
    mapped = {column.name for column in dataset.columns}
    for name in there:
        if name not in mapped:
            yield warns(
                ref,
                f"column {name!r} is not in the policy",
                "map it, with the activity that needs it, or without a category if it is no "
                "personal data",
            )
    key = inspector.get_pk_constraint(dataset.table, schema=dataset.schema_)
    primary = key.get("constrained_columns") or []
    if set(primary) != set(dataset.key) and (primary or not is_key(connection, dataset)):
        yield refuses(
            ref,
            f"the primary key is ({', '.join(primary) or 'none'}), the policy says "
            f"({', '.join(dataset.key)})",
            "give the dataset the table's primary key"
            if primary
            else "give the table a primary key, or a UNIQUE of columns that are NOT NULL: rows "
            "are told apart by it",
        )
    for name in dataset.key:
        if name in there and inspector.dialect.name != "sqlite":
            yield from _no_key(ref, name, there[name]["type"], inspector.dialect.name)


def _unkeyed(
    connection: sa.Connection, inspector: sa.Inspector, ref: str, dataset: Dataset
) -> Iterator[Obstacle]:
    """Yield that rows of a SQLite table have no key: it lets a primary key be null."""
    primary = inspector.get_pk_constraint(dataset.table)["constrained_columns"]
    if set(primary) != set(dataset.key):
        return
    rows: sa.TableClause = table(dataset)
    one: sa.ColumnElement[int] = sa.literal_column("1")
    unkeyed = sa.or_(*(rows.c[name].is_(None) for name in dataset.key))
    if connection.execute(sa.select(one).select_from(rows).where(unkeyed).limit(1)).scalar():
        yield refuses(
            ref,
            f"rows of it have no key: ({', '.join(dataset.key)}) is null",
            "give each row a key, and the columns NOT NULL",
        )


def _no_key(
    ref: str, name: str, kind: sa.types.TypeEngine[Any], dialect: str
) -> Iterator[Obstacle]:
    """Yield that rows cannot be told by a column, as records hold text and numbers.

    Times of PostgreSQL are read as text, and stand in the key of what is partitioned by them.
    """
    kind = getattr(kind, "data_type", kind)  # what a domain is made of
    try:
        held = kind.python_type
    except NotImplementedError:  # a type of the database's own, which is read as text
        return
    whole = isinstance(kind, mysql.YEAR) or (isinstance(kind, sa.Numeric) and kind.scale == 0)
    plain = (str, int, UUID, date) if dialect == "postgresql" else (str, int, UUID)
    if not whole and not issubclass(held, plain):
        known = "of an unknown type" if isinstance(kind, sa.types.NullType) else str(kind)
        yield refuses(
            ref,
            f"key column {name!r} is {known}: rows are told by text, whole numbers or UUIDs",
            "give the table a primary key of these",
        )
