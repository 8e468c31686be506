"""Whether zero dates stand where a rule tests a column, and the policy does not say what they are.

What such a test asks is then unknown, so that nothing goes by it; but a path that holds `when` it
passes is not there, and what is unknown is kept for ever. So somebody has to say.
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from doelbinding.plan.ports import Obstacle
from doelbinding.policy.condition import Condition
from doelbinding.policy.stores import ZERO_DATE, Dataset, Store
from doelbinding.stores.sql.preflight.declared import conditions
from doelbinding.stores.sql.preflight.obstacles import refuses
from doelbinding.stores.sql.tables import table
from doelbinding.stores.sql.times import zero_date


def unsaid_zeros(connection: sa.Connection, store: Store, dataset: Dataset) -> Iterator[Obstacle]:
    """Yield the columns whose zero dates a test meets, and of which the policy does not tell."""
    dialect = "mysql" if connection.dialect.name in _MYSQL else connection.dialect.name
    tested = {name for one in conditions(store, dataset) for name in _columns(one)}
    rows = table(dataset)
    for column in dataset.own_columns:
        if column.name not in tested or ZERO_DATE in column.null_values:
            continue
        zero = zero_date(rows.c[column.name], column, dialect)
        if zero is None:
            continue
        one = sa.select(sa.literal("1")).select_from(rows).where(zero).limit(1)
        if connection.scalar(one) is not None:
            yield refuses(
                f"{store.id}.{dataset.id}",
                f"a rule tests column {column.name!r}, and rows have {ZERO_DATE} in it, of which "
                "the policy does not say whether it stands for nothing",
                f"if it does, as where an application had no date, write `null_values: "
                f"['{ZERO_DATE}']`; if a date could not be read there, correct these rows",
            )


_MYSQL = frozenset({"mysql", "mariadb"})


def _columns(condition: Condition) -> Iterator[str]:
    """Yield the columns that a condition asks anything of."""
    if condition.column is not None:
        yield condition.column
    for part in (*(condition.all_ or ()), *(condition.any_ or ())):
        yield from _columns(part)
    if condition.not_ is not None:
        yield from _columns(condition.not_)
