"""Whether rows refer to others by texts that only the database takes for the same.

A foreign key compares as a collation does, and acts on rows that refer in another case, with other
accents or with blanks at the end. We compare exactly, so to us they lead to nobody: what is kept as
unknown would go with a row that goes, or would hold it, and nobody would find it for its person.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from doelbinding.policy.stores import ColumnType, Dataset, Store
from doelbinding.stores.sql.comparing import comparing_in
from doelbinding.stores.sql.preflight.references import Referrer
from doelbinding.stores.sql.tables import column_of, other_rows
from doelbinding.stores.sql.texts import FOLDING, as_bytes, refers

_ONE: sa.ColumnElement[int] = sa.literal_column("1")


def any_taken_alike(
    connection: sa.Connection, store: Store, dataset: Dataset, other: Dataset, key: Referrer
) -> bool:
    """Tell whether a foreign key holds between rows of which a text is not the same in both.

    Args:
        connection: to the database.
        store: in which both datasets are.
        dataset: what the key refers to.
        other: whose rows refer.
        key: the foreign key.
    """
    texts = {column.name for column in dataset.own_columns if column.type is ColumnType.TEXT}
    name = connection.dialect.name
    comparing = comparing_in(connection, store)
    every = ("mysql" if name == "mariadb" else name) in FOLDING
    folds = {one for one in texts if every or (dataset.id, one) in comparing.folding}
    if not folds.intersection(key.to):
        return False
    here, there = other_rows(dataset), other_rows(other)
    pairs = [
        (column_of(there, a), column_of(here, b)) for a, b in zip(key.columns, key.to, strict=True)
    ]
    kept = [refers(a, b, trimmed=(dataset.id, b.name) in comparing.trimmed) for a, b in pairs]
    apart = [as_bytes(a) != as_bytes(b) for a, b in pairs if b.name in folds]
    joined = there.join(here, sa.and_(*kept))
    asked: sa.Select[Any] = sa.select(_ONE).select_from(joined).where(sa.or_(*apart)).limit(1)
    return connection.execute(asked).scalar() is not None
