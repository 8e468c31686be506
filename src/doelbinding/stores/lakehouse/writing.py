"""One MERGE per change: the rows are found in the statement that writes them.

The source is the target itself, asked again with the whole predicate; a row is only changed if it
still is as it was when that was answered, so that one which came back to life since is spared.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql import visitors

from doelbinding.plan.model import Deed, Step
from doelbinding.stores.lakehouse.compiler import TARGET
from doelbinding.stores.lakehouse.dialect import SparkDialect, quoted, written
from doelbinding.stores.lakehouse.flatten import flattened
from doelbinding.stores.sql.meant import stand_in
from doelbinding.stores.sql.tables import Here

FOUND = "found"


def merge(
    step: Step, here: Here, meant: sa.ColumnElement[bool], address: str, dialect: SparkDialect
) -> str:
    """Give the statement that does a step to the rows that are meant."""
    key = here.dataset.key
    asked = [name for name in columns_read(meant, here) if name not in key]
    inner, (condition,) = flattened(here, [meant], (*key, *asked), dialect)
    source = sa.select(*(inner.c[name] for name in (*key, *asked))).where(condition)
    joined = " AND ".join(f"{in_table(TARGET, name)} = {in_table(FOUND, name)}" for name in key)
    same = "".join(f" AND {in_table(TARGET, name)} <=> {in_table(FOUND, name)}" for name in asked)
    return (
        f"MERGE INTO {address} AS {quoted(TARGET)} USING ({written(source, dialect)}) "
        f"AS {quoted(FOUND)} ON {joined} WHEN MATCHED{same} THEN {_deed(step, here, dialect)}"
    )


def _deed(step: Step, here: Here, dialect: SparkDialect) -> str:
    if step.deed is Deed.DELETE:
        return "DELETE"
    changes = (
        f"{quoted(one.column)} = {written(stand_in(here, one), dialect)}" for one in step.columns
    )
    return f"UPDATE SET {', '.join(changes)}"


def columns_read(meant: sa.ColumnElement[bool], here: Here) -> list[str]:
    """Give the names of the target's own columns that a predicate reads."""
    found: dict[str, None] = {}
    for part in visitors.iterate(meant):
        table: Any = getattr(part, "table", None)
        if isinstance(part, sa.ColumnClause) and table is here.rows:
            found[str(part.name)] = None
    return list(found)


def in_table(table: str, name: str) -> str:
    """Name a column of a table in the statement."""
    return f"{quoted(table)}.{quoted(name)}"
