"""Rows that go with the files they name: the file first, then the row.

In one transaction the rows are changed, then the files that no row names any more are removed, then
it is committed. So a file goes only for a row that was locked and really goes; and at whatever
instant the process dies, the row is still there or the file is gone: running again finishes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from doelbinding.binding.circumstances import Key
from doelbinding.binding.expression import Comparison
from doelbinding.plan.model import Step
from doelbinding.policy.stores import Store
from doelbinding.stores.files import FileRoots
from doelbinding.stores.sql.tables import Here, table
from doelbinding.stores.sql.texts import FOLDING, compared_exactly

Named = tuple[str, object]
"""A root, and the value that names a file under it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithFiles:
    """Changes rows of one step together with the files that they name."""

    store: Store
    roots: FileRoots
    step: Step
    here: Here

    def change(
        self,
        meant: sa.ColumnElement[bool],
        change: Callable[[sa.Connection], list[Key]],
        connection: sa.Connection,
    ) -> list[Key]:
        """Change rows, and remove the files that only they named, before the commit.

        Raises:
            Refused: a file cannot be removed; the transaction is then rolled back.
        """
        if connection.dialect.name == "sqlite":  # else a reader may be overtaken by a writer
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        named = _named(connection, self.step, self.here, meant)
        changed = change(connection)
        for root, value in dict.fromkeys(one for key in changed for one in named.get(key, ())):
            if not _named_by_others(connection, self.store, root, value):
                self.roots.remove(root, value)
        return changed


def _named(
    connection: sa.Connection, step: Step, here: Here, meant: sa.ColumnElement[bool]
) -> dict[Key, list[Named]]:
    own = [here.column(name) for name in here.dataset.key]
    held = [here.column(one.column) for one in step.files]
    asked = sa.select(*own, *held).where(meant)
    if connection.dialect.name == "postgresql":
        asked = asked.with_for_update(of=here.rows)
    elif connection.dialect.name != "sqlite":
        asked = asked.with_for_update()
    found: dict[Key, list[Named]] = {}
    for row in connection.execute(asked):
        values = zip(step.files, row[len(own) :], strict=True)
        files = [(one.root, value) for one, value in values if value not in {None, ""}]
        found[tuple(row[: len(own)])] = files
    return found


def _named_by_others(connection: sa.Connection, store: Store, root: str, value: object) -> bool:
    """Tell whether a row that is left names the same file."""
    folds = connection.dialect.name in {*FOLDING, "mariadb"}
    asking = _asking(store, root, str(value), folds=folds)
    return any(connection.execute(asked).first() is not None for asked in asking)


def _asking(store: Store, root: str, value: str, *, folds: bool) -> Iterator[sa.Select[Any]]:
    for dataset in store.datasets:
        for column in dataset.own_columns:
            if column.file_in == root:
                rows = table(dataset)
                asked: sa.Select[Any] = sa.select(sa.literal_column("1")).select_from(rows)
                held, by = rows.c[column.name], Comparison.EQUALS
                yield asked.where(compared_exactly(held, by, value, folds=folds)).limit(1)
