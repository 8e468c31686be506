"""What a demonstration store is: a schema, and the functions that fill it."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

from sqlalchemy import MetaData, Table

from doelbinding.demo.boundaries import BoundaryRow
from doelbinding.demo.people import Household


class Rows:
    """Rows to insert, gathered per table."""

    def __init__(self) -> None:
        self._tables: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)

    def add(self, table: Table, /, **values: object) -> None:
        """Add one row; every call for a table names the same columns."""
        self._tables[table.name].append(values)

    def of(self, table: Table) -> list[dict[str, Any]]:
        """Return the rows gathered for a table."""
        return self._tables[table.name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """One database: its schema and the three functions that fill it."""

    name: str
    metadata: MetaData
    cast: Callable[[date, Rows], None]
    boundary: Callable[[date, Rows], list[BoundaryRow]]
    household: Callable[[Household, Random, date, Rows], None]
