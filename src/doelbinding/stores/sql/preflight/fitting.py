"""Whether what stands in for a value fits in its column: its type, its length, its domain."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql
from sqlalchemy.exc import SQLAlchemyError

from doelbinding.plan.model import Emptied
from doelbinding.plan.ports import Obstacle
from doelbinding.policy.stores import Dataset
from doelbinding.stores.sql.inspecting import inspector_of
from doelbinding.stores.sql.preflight.obstacles import refuses
from doelbinding.stores.sql.tables import qualified

_NUMBER = re.compile(r"\s*[-+]?[0-9]+(\.[0-9]*)?\s*")


def unfitting(
    connection: sa.Connection, ref: str, dataset: Dataset, emptied: Sequence[Emptied]
) -> Iterator[Obstacle]:
    """Yield the columns in which what stands in for their values does not fit."""
    for one, held in unfit(connection, dataset, emptied):
        stands = "NULL" if one.replacement is None else "what stands in for it"
        yield refuses(
            ref,
            f"column {one.column!r} is {called(held)}, which {stands} does not fit",
            _remedy(one, held),
        )


def _remedy(one: Emptied, held: Any) -> str:
    if isinstance(held, mysql.TIMESTAMP):
        return _BEGINS
    if _ends_in_blanks(one.replacement) and isinstance(_made_of(held), sa.CHAR | sa.NCHAR):
        return (
            "a CHAR gives back no blanks at the end, so that what stands in would never be seen to "
            "be there: leave them off in `replace_with`"
        )
    return "give the column another `replace_with`, or let it end otherwise"


def _made_of(held: Any) -> Any:
    return getattr(held, "data_type", held)  # of a domain


def _ends_in_blanks(value: str | int | None) -> bool:
    return isinstance(value, str) and value.endswith(" ")


def unfit(
    connection: sa.Connection, dataset: Dataset, emptied: Sequence[Emptied]
) -> Iterator[tuple[Emptied, Any]]:
    """Yield what does not fit in its column, with the column's type.

    SQLite takes anything, but in a STRICT table.
    """
    found = inspector_of(connection).get_columns(dataset.table, schema=dataset.schema_)
    types = {column["name"]: column["type"] for column in found}
    mine = [one for one in dict.fromkeys(emptied) if one.column in types]
    if connection.dialect.name == "sqlite":
        told = set(_strictly_refused(connection, dataset, mine))
    else:
        told = {one for one in mine if not _has_room(one.replacement, types[one.column])}
    if connection.dialect.name == "postgresql":
        asked = [one for one in mine if _needs_asking(one, types[one.column])]
        told |= set(_refused(connection, dataset, asked))
    if connection.dialect.name in {"mysql", "mariadb"}:
        told |= {one for one in mine if _is_no_time(connection, one, types[one.column])}
    yield from ((one, types[one.column]) for one in mine if one in told)


def holds_texts(connection: sa.Connection, dataset: Dataset, column: Mapping[str, Any]) -> bool:
    """Tell whether any short text may be written in a column, as it was reflected.

    SQLite takes texts everywhere, but in a STRICT table.
    """
    if connection.dialect.name == "sqlite":
        return _strict_types(connection, dataset).get(column.get("name"), "ANY") in {"ANY", "TEXT"}
    held: Any = column.get("type", sa.types.NullType())
    held = _made_of(held)
    if isinstance(held, sa.types.NullType | sa.LargeBinary | mysql.VARBINARY | mysql.BINARY):
        return connection.dialect.name != "postgresql" or not isinstance(held, sa.LargeBinary)
    return isinstance(held, sa.String) and not isinstance(held, sa.Enum | mysql.SET)


_STRICT = """
SELECT c.name, upper(c.type) FROM pragma_table_list l JOIN pragma_table_xinfo(:name) c
WHERE l.schema = 'main' AND l.name = :name AND l.strict
"""
_STRICT_SINCE = (3, 37)


def _strictly_refused(
    connection: sa.Connection, dataset: Dataset, emptied: Sequence[Emptied]
) -> Iterator[Emptied]:
    """Yield what a STRICT table of SQLite does not take: the others take anything."""
    types = _strict_types(connection, dataset)
    for one in emptied:
        kind = types.get(one.column, "ANY")
        number = one.replacement is None or _is_number(one.replacement)
        if (kind in _NUMBERS and not number) or (kind == "BLOB" and one.replacement is not None):
            yield one


def _strict_types(connection: sa.Connection, dataset: Dataset) -> dict[str | None, str]:
    """Give the types of the columns of a STRICT table; none of another."""
    if (connection.dialect.server_version_info or ()) < _STRICT_SINCE:
        return {}
    rows = connection.execute(sa.text(_STRICT), {"name": dataset.table})
    return {row[0]: row[1] for row in rows}


_NUMBERS = frozenset({"INT", "INTEGER", "REAL"})


def _is_number(value: str | int) -> bool:
    """Tell whether a column of numbers takes a value: true and false are 1 and 0 there."""
    return isinstance(value, int) or _NUMBER.fullmatch(value) is not None


def called(held: Any) -> str:
    """Name a type as people know it."""
    if isinstance(held, sa.ARRAY):
        return f"{held.item_type}[]"
    if isinstance(held, sa.Enum):
        return f"an ENUM of {', '.join(map(repr, held.enums))}"
    return f"{held.name}, a domain" if hasattr(held, "data_type") else str(held)


def _has_room(value: str | int | None, held: Any) -> bool:
    """Tell whether a column takes a text, by what is known of its type, length or words."""
    held = _made_of(held)
    words = getattr(held, "enums", None) or getattr(held, "values", None)
    if value is None:
        return True
    if isinstance(words, list | tuple | set | frozenset):
        return str(value) in words
    if isinstance(held, sa.Integer | sa.Numeric) and not _is_number(value):
        return False
    if _ends_in_blanks(value) and isinstance(held, sa.CHAR | sa.NCHAR):
        return False
    length = getattr(held, "length", None)
    return (
        not (isinstance(held, sa.String) and isinstance(length, int)) or len(str(value)) <= length
    )


def _needs_asking(one: Emptied, held: Any) -> bool:
    return one.replacement is not None or hasattr(held, "data_type")


_BEGINS = (
    "it holds times in UTC from 1970-01-01 00:00:01, on many servers until 2038-01-19: give the "
    "column a `replace_with` among these, as 1970-01-02, or make it a DATETIME"
)
_TIMES = {"DATE": "DATE", "DATETIME": "DATETIME", "TIME": "TIME", "TIMESTAMP": "DATETIME"}


def _is_no_time(connection: sa.Connection, one: Emptied, held: Any) -> bool:
    """Tell whether MariaDB makes no time of a stand-in, or none that a TIMESTAMP holds."""
    kind = str(getattr(held, "__visit_name__", ""))
    if one.replacement is None or kind not in _TIMES:
        return False
    read = f"CAST(:told AS {_TIMES[kind]})"
    fits = f"{read} IS NOT NULL"
    if kind == "TIMESTAMP":
        fits = f"UNIX_TIMESTAMP(:told) >= 1 OR LEFT(CAST({read} AS CHAR), 10) = '0000-00-00'"
    told = {"told": one.replacement}
    return not connection.execute(sa.text(f"SELECT {fits}"), told).scalar()


_TYPES = """
SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
WHERE attrelid = to_regclass(:name) AND attname = ANY (CAST(:columns AS name[]))
"""


def _refused(
    connection: sa.Connection, dataset: Dataset, emptied: Sequence[Emptied]
) -> Iterator[Emptied]:
    """Yield what PostgreSQL does not take as a value of the column's type: all at once, if none."""
    if not emptied:
        return
    types = types_of(connection, dataset, {one.column for one in emptied})
    if _takes(connection, emptied, types):
        return
    yield from (one for one in emptied if not _takes(connection, [one], types))


def types_of(
    connection: sa.Connection, dataset: Dataset, columns: Collection[str]
) -> dict[str, str]:
    """Give the types of columns as PostgreSQL writes them."""
    asked = {"name": qualified(dataset.table, dataset.schema_), "columns": sorted(columns)}
    return {row[0]: row[1] for row in connection.execute(sa.text(_TYPES), asked)}


def _takes(connection: sa.Connection, emptied: Sequence[Emptied], types: dict[str, str]) -> bool:
    values = {
        f"v{n}": None if one.replacement is None else str(one.replacement)
        for n, one in enumerate(emptied)
    }
    casts = (
        f"CAST(CAST(:v{n} AS text) AS {types[one.column].replace(':', chr(92) + ':')})"
        for n, one in enumerate(emptied)
    )
    try:
        with connection.begin_nested():
            connection.execute(sa.text(f"SELECT {', '.join(casts)}"), values)
    except SQLAlchemyError:
        return False
    return True
