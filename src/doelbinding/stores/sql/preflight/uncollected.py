"""Rows whose `collected` cannot be read: what they hold counts as collected before every request.

So what is given again after a request, as a consent, ends with what was there before it.
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from doelbinding.plan.ports import Obstacle
from doelbinding.policy.stores import Dataset
from doelbinding.stores.sql.preflight.obstacles import warns
from doelbinding.stores.sql.tables import table
from doelbinding.stores.sql.times import well_formed


def uncollected(connection: sa.Connection, ref: str, dataset: Dataset) -> Iterator[Obstacle]:
    """Count them, where a column may hold what is no time."""
    name, there = dataset.collected, {column.name: column for column in dataset.own_columns}
    if name is None or name not in there:
        return
    column, rows = there[name], table(dataset)
    held, dialect = rows.c[name], connection.dialect.name
    readable = well_formed(held, column, "mysql" if dialect == "mariadb" else dialect)
    if readable is None:
        return
    unread = [held.is_not(None), sa.not_(readable)]
    if column.null_values:
        unread.append(sa.cast(held, sa.String(80)).not_in([str(one) for one in column.null_values]))
    asked = sa.select(sa.func.count()).select_from(rows).where(*unread)
    count = int(connection.execute(asked).scalar_one())
    if count:
        yield warns(
            ref,
            f"column {name!r} tells when rows were collected, and {count} of them hold what is no "
            f"{column.type.value}, so that stops cover these whenever they came",
            "write them as the policy says, or declare the type that they have",
        )
