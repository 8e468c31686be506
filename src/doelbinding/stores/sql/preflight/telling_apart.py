"""Whether a table's own constraints tell its rows apart by the columns that a policy says do."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from doelbinding.plan.ports import Obstacle
from doelbinding.policy.stores import Dataset, Store
from doelbinding.stores.sql.inspecting import inspector_of
from doelbinding.stores.sql.preflight.obstacles import refuses, warns


def not_unique(connection: sa.Connection, store: Store, dataset: Dataset) -> Iterator[Obstacle]:
    """Yield what a policy says to be unique, of a dataset and those it leads to, and is not."""
    for name in dict.fromkeys((dataset.id, *(path.other for path in dataset.paths))):
        one = store.dataset(name)
        for columns in one.unique:
            if not _is_unique(inspector_of(connection), one, columns):
                named = ", ".join(columns)
                yield refuses(
                    f"{store.id}.{one.id}",
                    f"the policy says that ({named}) is unique, and the table does not",
                    f"add a UNIQUE ({named}) to the table, or take it out of `unique`",
                )


def told_by_moment(store: Store, dataset: Dataset) -> Iterator[Obstacle]:
    """Yield the ways of dated rows to several people by what may name several.

    Whether a stop covers such a row is asked for each moment at which somebody set one.
    """
    if dataset.collected is None or not dataset.subjects:
        return
    for path in dataset.subjects:
        one = dataset if path.to is None else store.dataset(path.to)
        if path.references and not one.is_told_by(path.references):
            named = ", ".join(path.references)
            yield warns(
                f"{store.id}.{dataset.id}",
                f"its rows and those of {path.other} belong together by ({named}), which may name "
                f"several of {one.id}: a plan grows with everybody who stops something",
                f"add a UNIQUE ({named}) to {one.table}, and say so there: `unique: [[{named}]]`",
            )


def is_key(inspector: sa.Inspector, dataset: Dataset) -> bool:
    """Tell whether the dataset's key is unique and never null in a table without a primary key."""
    where: dict[str, Any] = {"table_name": dataset.table, "schema": dataset.schema_}
    given = {one["name"] for one in inspector.get_columns(**where) if not one["nullable"]}
    return set(dataset.key) <= given and set(dataset.key) in _unique(inspector, where)


def _is_unique(inspector: sa.Inspector, dataset: Dataset, columns: Collection[str]) -> bool:
    """Tell whether no two rows of a table hold the same in some columns."""
    where: dict[str, Any] = {"table_name": dataset.table, "schema": dataset.schema_}
    primary = set(inspector.get_pk_constraint(**where).get("constrained_columns") or ())
    known = [primary, *_unique(inspector, where)]
    return any(one and one <= set(columns) for one in known)


def _unique(inspector: sa.Inspector, where: Mapping[str, Any]) -> list[set[str]]:
    """Give the columns of each constraint and index that is unique over all rows."""
    # SQLite's own, of UNIQUE, serve as well
    made = inspector.get_indexes(**where, include_auto_indexes=True)
    indexes: list[Any] = [one for one in made if one["unique"]]
    unique = [*inspector.get_unique_constraints(**where), *filter(_of_all_rows, indexes)]
    return [set(one["column_names"]) for one in unique if None not in one["column_names"]]


def _of_all_rows(index: Mapping[str, Any]) -> bool:
    options = index.get("dialect_options", {})
    return options.get("postgresql_where") is None and options.get("sqlite_where") is None
