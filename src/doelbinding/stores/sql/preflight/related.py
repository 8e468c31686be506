"""Whether columns by which rows of two datasets belong together are of one type.

MariaDB takes the text `1abc` for the number 1, SQLite `01`, and PostgreSQL refuses the question: a
row would be taken for another person's. An owner told by type and id, its id in a column of texts,
is where one meets this. Texts under two collations are not compared at all, where neither gives way
to the other: by MariaDB between `utf8mb4_general_ci` and `utf8mb4_unicode_ci`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from doelbinding.plan.ports import Obstacle
from doelbinding.policy.stores import Dataset, Store
from doelbinding.stores.sql.causes import is_not_compared
from doelbinding.stores.sql.inspecting import inspector_of
from doelbinding.stores.sql.pairs import Pair, pairs_of
from doelbinding.stores.sql.preflight.declared import affinity, kind_of, named
from doelbinding.stores.sql.preflight.obstacles import refuses
from doelbinding.stores.sql.tables import column_of, other_rows, qualified
from doelbinding.stores.sql.texts import as_bytes


def unlike(connection: sa.Connection, store: Store, dataset: Dataset) -> Iterator[Obstacle]:
    """Yield the pairs of columns, one of them in a dataset, that are compared across types."""
    for one, column, other, there in pairs_of(store, dataset):
        mine, its = _type(connection, one, column), _type(connection, other, there)
        if mine is None or its is None:
            continue
        if _kind(mine, connection) == _kind(its, connection):
            pair = one, column, other, there
            if _kind(mine, connection) == "text":
                yield from _collated_apart(connection, store, pair)
            if _pads_one(mine, its, connection) and _hold_blanks(connection, pair):
                yield refuses(
                    f"{store.id}.{one.id}",
                    f"column {column!r} is {named(mine)}, and {other.id} ({there}), with which it "
                    f"is matched, is {named(its)}: blanks at the end in the one are not compared",
                    "give both one type, or take the blanks off",
                )
            continue
        if None not in {_kind(mine, connection), _kind(its, connection)}:
            yield refuses(
                f"{store.id}.{one.id}",
                f"column {column!r} is {named(mine)}, and {other.id} ({there}), with which it is "
                f"matched, is {named(its)}",
                "give both one type, or map a column that the database generates from it "
                "(CAST), indexed",
            )


def _pads_one(mine: Any, its: Any, connection: sa.Connection) -> bool:
    """Tell whether PostgreSQL compares two columns as `char(n)`, though only one is."""
    kinds = {type(getattr(held, "data_type", held)) for held in (mine, its)}
    return connection.dialect.name == "postgresql" and kinds == {sa.CHAR, sa.VARCHAR}


def _hold_blanks(connection: sa.Connection, pair: Pair) -> bool:
    """Tell whether rows are matched by texts that differ in blanks at the end."""
    one, column, other, there = pair
    mine, its = other_rows(one), other_rows(other)
    a, b = column_of(mine, column), column_of(its, there)
    asked: sa.Select[Any] = sa.select(sa.literal_column("1")).select_from(mine.join(its, a == b))
    apart = asked.where(as_bytes(a) != as_bytes(b)).limit(1)
    try:
        with connection.begin_nested():
            return connection.execute(apart).scalar() is not None
    except DBAPIError:  # what else is wrong is told by others
        return False


def _collated_apart(connection: sa.Connection, store: Store, pair: Pair) -> Iterator[Obstacle]:
    """Yield that a database does not compare two columns of texts."""
    one, column, other, there = pair
    if _are_compared(connection, pair):
        return
    yield refuses(
        f"{store.id}.{one.id}",
        f"column {column!r} and {other.id} ({there}), with which it is matched, are under two "
        "collations, and the database compares neither by the other's",
        "give both columns one collation",
    )


def _are_compared(connection: sa.Connection, pair: Pair) -> bool:
    one, column, other, there = pair
    if connection.dialect.name == "postgresql":
        apart = {_collation(connection, one, column), _collation(connection, other, there)}
        return len(apart - {None}) <= 1
    if connection.dialect.name == "sqlite":
        return True
    mine, its = other_rows(one), other_rows(other)
    joined = mine.join(its, column_of(mine, column) == column_of(its, there))
    try:
        connection.execute(sa.select(sa.literal_column("1")).select_from(joined).limit(0))
    except DBAPIError as error:  # what else is wrong is told by others
        return error.orig is None or not is_not_compared(error.orig)
    return True


def _collation(connection: sa.Connection, dataset: Dataset, column: str) -> int | None:
    """Give which collation of its own a column has, which none gives way to but the usual one."""
    place = {"name": qualified(dataset.table, dataset.schema_), "column": column}
    found: int | None = connection.execute(sa.text(_COLLATION), place).scalar()
    return found


_COLLATION = (
    "SELECT attcollation::bigint FROM pg_attribute JOIN pg_collation c ON c.oid = attcollation "
    "WHERE attrelid = to_regclass(:name) AND attname = :column AND collprovider <> 'd'"
)


def _type(connection: sa.Connection, dataset: Dataset, column: str) -> Any:
    """Give a column's type as reflected; nothing of one that is not there, which is told."""
    inspector = inspector_of(connection)
    try:
        found = inspector.get_columns(dataset.table, schema=dataset.schema_)
    except sa.exc.SQLAlchemyError:
        return None
    return next((one["type"] for one in found if one["name"] == column), None)


def _kind(held: Any, connection: sa.Connection) -> str | None:
    """Say what values of a type are to `=`; None where it is not known."""
    if connection.dialect.name == "sqlite":
        found = affinity(held)
        return None if found == "numeric" else found
    base = getattr(held, "data_type", held)  # what a domain is made of
    if connection.dialect.name == "postgresql" and isinstance(base, sa.Uuid | sa.Enum):
        return named(base) if isinstance(base, sa.Uuid) else f"enum {base.name}"
    kind = kind_of(held, connection.dialect.name)
    return None if kind in {"unknown", "other"} else kind
