"""Whether a table's own constraints tell its rows apart by the columns that a policy says do."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter

import sqlalchemy as sa

from doelbinding.policy.stores import Dataset
from doelbinding.stores.sql.inspecting import inspector_of
from doelbinding.stores.sql.preflight.uniqueness import uniques
from doelbinding.stores.sql.tables import qualified


def is_key(connection: sa.Connection, dataset: Dataset) -> bool:
    """Tell whether the dataset's key is unique and never null in a table without a primary key."""
    columns = inspector_of(connection).get_columns(dataset.table, schema=dataset.schema_)
    given = {one["name"] for one in columns if not one["nullable"]}
    return set(dataset.key) <= given and set(dataset.key) in _unique(connection, dataset)


def _unique(connection: sa.Connection, dataset: Dataset) -> list[set[str]]:
    """Give the columns of each key, constraint and index that is unique over all rows."""
    match connection.dialect.name:
        case "sqlite":
            primary = inspector_of(connection).get_pk_constraint(dataset.table)
            found = [set(primary["constrained_columns"])]
            found += [
                set(one.columns)
                for one in uniques(connection, dataset)
                if not one.partial and not one.expressions
            ]
        case "postgresql":
            name = {"name": qualified(dataset.table, dataset.schema_)}
            found = [set(names) for (names,) in connection.execute(sa.text(_POSTGRESQL), name)]
        case _:
            where = {"name": dataset.table, "home": dataset.schema_}
            rows = connection.execute(sa.text(_MARIADB), where).all()
            parts = [[part for _, part in one] for _, one in groupby(rows, itemgetter(0))]
            found = [set(one) for one in parts if None not in one]
    return [one for one in found if one]


_POSTGRESQL = """
SELECT ARRAY(SELECT attname::text FROM pg_attribute
  WHERE attrelid = i.indrelid AND attnum = ANY (i.indkey[0:i.indnkeyatts - 1]))
FROM pg_index i WHERE i.indrelid = to_regclass(:name) AND i.indisunique AND i.indisvalid
  AND NOT i.indisexclusion AND i.indpred IS NULL AND i.indexprs IS NULL
"""
_MARIADB = """
SELECT index_name, column_name FROM information_schema.statistics
WHERE table_name = :name AND table_schema = coalesce(:home, database()) AND non_unique = 0
ORDER BY index_name, seq_in_index
"""
