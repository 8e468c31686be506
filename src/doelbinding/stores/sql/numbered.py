"""Keys as rows with numbers, so that a database tells by which of them it finds each row.

Where it takes texts for the same that are not, only it knows. Keys stand in a column made of the
one that they are looked for in, so that they are compared as parameters are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from doelbinding.binding.circumstances import Key
from doelbinding.policy.stores import Dataset
from doelbinding.stores.sql.tables import beginning


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """Keys joined to a table; `number`: what gives the place of the key that found a row."""

    number: str
    joined: str
    values: list[Any] = field(repr=False)


def can_be_numbered(dialect: sa.Dialect, keys: Sequence[Key]) -> bool:
    """Tell whether a database can be asked so, and compares such keys as it does parameters."""
    known = dialect.name in {"sqlite", "postgresql"} or getattr(dialect, "is_mariadb", False)
    return known and all(type(part) in {str, int} for key in keys for part in key)


def numbered(
    dialect: sa.Dialect,
    dataset: Dataset,
    columns: Sequence[str],
    held: Sequence[str],
    keys: Sequence[Key],
) -> Numbered:
    """Give keys as rows that are joined to a table.

    Args:
        dialect: SQLite's, PostgreSQL's or MariaDB's.
        dataset: whose table it is.
        columns: in which the keys are looked for, in the order of their parts.
        held: the same in words of SQL, as they are compared.
        keys: each once.
    """
    name = beginning("asked", dataset)
    name += "_" * (dataset.table.lower() == name)
    number, parts = f"{name}_0", [f"{name}_{n}" for n, _ in enumerate(columns, 1)]
    preparer = dialect.identifier_preparer
    table = preparer.format_table(sa.table(dataset.table, schema=dataset.schema_))
    selected = ", ".join(
        f"{preparer.quote(one)} AS {part}" for one, part in zip(columns, parts, strict=True)
    )
    same = " AND ".join(_same(one, f"{name}.{part}") for one, part in zip(held, parts, strict=True))
    rows: str
    values: list[Any]
    if dialect.name == "postgresql":
        arrays = (_array(table, preparer.quote(one)) for one in columns)
        rows = f"unnest({', '.join(arrays)}) WITH ORDINALITY {name} ({', '.join(parts)}, {number})"
        values = [list(each) for each in zip(*keys, strict=True)]
    else:
        mark = "?" if dialect.paramstyle == "qmark" else "%s"
        one = f"({', '.join([mark] * len(columns))}, {mark})"
        rows = (
            f"(SELECT {selected}, 0 AS {number} FROM {table} WHERE 1 = 0 "  # noqa: S608 - quoted
            f"UNION ALL VALUES {', '.join([one] * len(keys))}) {name}"
        )
        values = [part for n, key in enumerate(keys, 1) for part in (*key, n)]
    return Numbered(number=f"{name}.{number}", joined=f"JOIN {rows} ON {same}", values=values)


def _same(held: str, part: str) -> str:
    """Compare as the database does; under RTRIM in a form that SQLite does not hash (`refers`)."""
    if held.endswith(" COLLATE RTRIM"):
        return f"{held} BETWEEN {part} AND {part}"
    return f"{held} = {part}"


def _array(table: str, column: str) -> str:
    """Give a parameter as an array of what is in a column: its type, and its collation."""
    return f"coalesce((SELECT array_agg({column}) FROM {table} WHERE false), %s)"  # noqa: S608
