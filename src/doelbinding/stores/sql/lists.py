"""Many keys otherwise than as a parameter each.

SQLite takes 32,766 parameters at most, and one of JSON with all keys. MariaDB's driver writes every
parameter into the statement's text, and SQLAlchemy takes a millisecond for each: numbers are
written there at once.

JSON has neither bytes nor, as SQLite reads it, a NUL in a text; and a number of a list is not
compared with a column of texts as a parameter is. Such keys go in as parameters, however many they
are.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa

from doelbinding.stores.sql.tables import bound

_FEW = 500
"""Keys for which parameters are quick."""
_WHOLE = 1 << 63


def can_be_listed(keys: Sequence[Sequence[object]], takes_numbers: Sequence[bool]) -> bool:
    """Tell whether keys are many, and a list finds what parameters find.

    Args:
        keys: of which each part is looked for in a column.
        takes_numbers: of each column, whether numbers are compared with it as numbers.
    """
    return are_many(keys) and are_in_json(keys, takes_numbers)


def are_many(keys: Collection[Sequence[object]]) -> bool:
    """Tell whether keys are too many for parameters."""
    return len(keys) > _FEW


def are_in_json(keys: Collection[Sequence[object]], takes_numbers: Sequence[bool]) -> bool:
    """Tell whether a list finds what parameters find; as `can_be_listed`."""
    return all(
        _in_json(part, numbers)
        for key in keys
        for part, numbers in zip(key, takes_numbers, strict=True)
    )


def _in_json(part: object, numbers: bool) -> bool:  # noqa: FBT001 - one of a pair
    if isinstance(part, str):
        return "\0" not in part
    return numbers and isinstance(part, int) and -_WHOLE <= part < _WHOLE


def in_list(
    columns: Sequence[sa.ColumnElement[Any]], keys: Sequence[Sequence[object]]
) -> sa.ColumnElement[bool]:
    """Give whether columns hold one of the keys."""
    return in_listed(columns, bound(listed(keys)))


def listed(keys: Sequence[Sequence[object]]) -> str:
    """Give keys as a list."""
    single = bool(keys) and len(keys[0]) == 1
    return json.dumps([key[0] if single else list(key) for key in keys], ensure_ascii=False)


def in_listed(
    columns: Sequence[sa.ColumnElement[Any]], given: sa.ColumnElement[Any]
) -> sa.ColumnElement[bool]:
    """Give whether columns hold a key of a list that is given."""
    if len(columns) == 1:
        return columns[0].in_(sa.select(sa.column("value")).select_from(_each(given)))
    parts = [
        sa.func.json_extract(sa.column("value"), sa.literal_column(f"'$[{n}]'"))
        for n, _ in enumerate(columns)
    ]
    return sa.tuple_(*columns).in_(sa.select(*parts).select_from(_each(given)))


def are_many_numbers(values: Sequence[object]) -> bool:
    """Tell whether values are many, and whole numbers all of them."""
    return len(values) > _FEW and all(type(value) is int for value in values)


def in_numbers(column: sa.ColumnElement[Any], values: Sequence[object]) -> sa.ColumnElement[bool]:
    """Give whether a column holds one of some whole numbers, which stand in the text."""
    written = ", ".join(str(int(str(value))) for value in values)
    return column.bool_op("IN")(sa.literal_column(f"({written})"))


def _each(given: sa.ColumnElement[Any]) -> sa.FromClause:
    return sa.func.json_each(given).table_valued("value", name="listed")
