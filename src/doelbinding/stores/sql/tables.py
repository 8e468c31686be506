"""Tables as the policy maps them, and values bound so that the database infers their type."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
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
    return sa.bindparam(None, value, type_=_UNCAST, unique=True)


def table(dataset: Dataset) -> sa.TableClause:
    """Give the dataset's table with its mapped columns."""
    columns = [sa.column(column.name, _UNCAST) for column in dataset.own_columns]
    return sa.table(dataset.table, *columns, schema=dataset.schema_)


def qualified(table: str, schema: str | None) -> str:
    """Give a table's name as PostgreSQL's `to_regclass` reads it."""
    parts = [table] if schema is None else [schema, table]
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)


def other_rows(dataset: Dataset) -> sa.FromClause:
    """Give the dataset's table under a name of its own; its columns are made by `column_of`."""
    return sa.table(dataset.table, schema=dataset.schema_).alias()


def column_of(rows: sa.FromClause, name: str) -> sa.ColumnClause[Any]:
    """Give a column of rows that did not have theirs made: SQLAlchemy makes all or none."""
    column = sa.column(name, _UNCAST)
    column.table = rows
    return column


def belongs_to(rows: sa.FromClause, column: sa.ColumnClause[Any]) -> None:
    """Make a column, which may be in conditions already, one of rows that came to be later."""
    column.table = rows
    column._reset_memoizations()  # noqa: SLF001 - it keeps what it was asked before


def beginning(name: str, *datasets: Dataset) -> str:
    """Give how names may begin beside the columns of datasets: this, or as none of them does."""
    taken = {column.name.lower() for dataset in datasets for column in dataset.columns}
    while any(one.startswith(name) for one in taken):
        name += "_"
    return name


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """A table in a statement, under the name it has there, with the dataset it stands for."""

    dataset: Dataset
    rows: sa.FromClause
    _columns: dict[str, sa.ColumnClause[Any]] = field(
        default_factory=dict, compare=False, repr=False
    )

    def column(self, name: str) -> sa.ColumnClause[Any]:
        """Give a column of the table in the statement."""
        found = self._columns.get(name)
        if found is None:
            found = self._columns[name] = column_of(self.rows, name)
        return found

    @property
    def read(self) -> Iterable[str]:
        """The columns that were asked for so far."""
        return self._columns.keys()

    def stand_on(self, rows: sa.FromClause) -> None:
        """Make the columns that were asked for those of rows that were made for them."""
        for column in self._columns.values():
            belongs_to(rows, column)


_UNCAST = Uncast()
