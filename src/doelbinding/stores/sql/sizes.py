"""How many rows a database thinks that a table has, without reading them."""

from __future__ import annotations

import sqlalchemy as sa

from doelbinding.policy.stores import Dataset
from doelbinding.stores.sql.descent import BELOW
from doelbinding.stores.sql.tables import qualified


def rows_estimated(dataset: Dataset, dialect: str) -> sa.Executable | None:
    """Give the question for an estimate; none where only counting tells.

    Its answer is NULL, or below zero, where nothing is known: of a table or a part of it that
    PostgreSQL has not yet analysed.
    """
    if dialect == "postgresql":
        asked = (
            f"WITH RECURSIVE {BELOW} "  # noqa: S608 - our own text
            "SELECT CASE WHEN min(reltuples) < 0 THEN -1 ELSE sum(reltuples) END "
            "FROM below JOIN pg_class ON oid = id WHERE relkind = 'r'"
        )
        return sa.text(asked).bindparams(name=qualified(dataset.table, dataset.schema_))
    if dialect in {"mysql", "mariadb"}:
        asked = (
            "SELECT table_rows FROM information_schema.tables WHERE table_name = :name "
            "AND table_schema = coalesce(:home, database())"
        )
        return sa.text(asked).bindparams(name=dataset.table, home=dataset.schema_)
    return None
