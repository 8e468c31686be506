"""Where a dataset's table is: in a catalog, or at a path, with its format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from doelbinding.policy.stores import Dataset, Store
from doelbinding.stores.lakehouse.dialect import quoted


class Format(StrEnum):
    """The table formats whose data can be changed by MERGE."""

    DELTA = "delta"
    ICEBERG = "iceberg"


class NotATable(ValueError):
    """A table's place is not told in a way that can be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table: `name` in a catalog (catalog, database, table), or `path` with its format."""

    name: tuple[str, ...] = ()
    path: str | None = None
    format: Format | None = None

    @property
    def address(self) -> str:
        """How a statement names it."""
        if self.path is not None and self.format is not None:
            return f"{self.format.value}.{quoted(self.path)}"
        return ".".join(quoted(part) for part in self.name)


def table_of(dataset: Dataset, told: Mapping[str, Any]) -> Table:
    """Give a dataset's table from its section of the configuration; by its name if there is none.

    Raises:
        NotATable: `path` without a `format` that we know, or both `name` and `path`.
    """
    path, name = told.get("path"), told.get("name")
    if (path is not None and name is not None) or not set(told) <= {"path", "name", "format"}:
        raise NotATable(f"{dataset.id}: give `name`, or `path` and `format`, and nothing else")
    if path is not None:
        try:
            return Table(path=str(path), format=Format(str(told.get("format"))))
        except ValueError:
            raise NotATable(f"{dataset.id}: `format` is `delta` or `iceberg`") from None
    if name is not None:
        return Table(name=tuple(str(name).split(".")))
    parts = (*(dataset.schema_ or "").split("."), dataset.table)
    return Table(name=tuple(part for part in parts if part))


def tables_of(store: Store, told: Mapping[str, Mapping[str, Any]]) -> dict[str, Table]:
    """Give every dataset's table, by dataset id.

    Raises:
        NotATable: a table's place cannot be used, or is of no dataset.
    """
    known = {dataset.id for dataset in store.datasets}
    for dataset_id in told:
        if dataset_id not in known:
            raise NotATable(f"{dataset_id}: the store has no such dataset")
    return {dataset.id: table_of(dataset, told.get(dataset.id, {})) for dataset in store.datasets}
