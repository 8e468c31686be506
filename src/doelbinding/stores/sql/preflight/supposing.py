"""What a database's own conditions and expressions say of a value that is to stand in a column."""

from __future__ import annotations

import re

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from doelbinding.plan.model import Emptied
from doelbinding.policy.stores import Dataset
from doelbinding.stores.sql.preflight.obstacles import escaped, quoted


def mentions(said: str, column: str, dialect: sa.Dialect) -> bool:
    """Tell whether a text of the catalogue names a column."""
    return _name(column, dialect).search(said) is not None


def breaks(connection: sa.Connection, dataset: Dataset, check: str, one: Emptied) -> bool:
    """Ask the database whether a check is false for what stands in, whatever else the row holds.

    Other columns are null, of their own type, so a check that depends on them is not false.
    """
    name = _name(one.column, connection.dialect)
    if not name.search(check):
        return False
    said = escaped(connection, name.sub(lambda _: _literal(one.replacement), check))
    asked = (
        f"SELECT CASE WHEN NOT ({said}) THEN 1 ELSE 0 END "  # noqa: S608 - the catalogue's own text
        f"FROM (SELECT 1 AS doel_one) one LEFT JOIN {quoted(connection, dataset)} ON 1 = 0"
    )
    try:
        with connection.begin_nested():
            return bool(connection.exec_driver_sql(asked).scalar())
    except SQLAlchemyError:
        return False


def _name(column: str, dialect: sa.Dialect) -> re.Pattern[str]:
    """Give what finds a column's name, quoted or not; only PostgreSQL tells cases apart."""
    forms = [re.escape(q + column.replace(q, q * 2) + q) for q in '"`']
    forms += [re.escape(f"[{column}]"), rf"(?<!\w){re.escape(column)}(?!\w)"]
    return re.compile("|".join(forms), 0 if dialect.name == "postgresql" else re.IGNORECASE)


def _literal(value: str | int | None) -> str:
    if value is None:
        return "NULL"
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"
