"""Tables as the policy maps them, and values bound so that the database infers their type."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from doelbinding.policy.stores import Dataset


class Uncast(sa.types.UserDefinedType[Any]):
    """A bound value without a cast: the column it meets decides its type."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """Satisfy the base class; never written into DDL."""
        return "UNCAST"


def bound(value: object) -> sa.BindParameter[Any]:
    """Bind a value as it is."""
    return sa.bindparam(None, value, type_=Uncast(), unique=True)


def table(dataset: Dataset) -> sa.TableClause:
    """Give the dataset's table with its mapped columns."""
    columns = [sa.column(column.name, Uncast()) for column in dataset.own_columns]
    return sa.table(dataset.table, *columns, schema=dataset.schema_)
