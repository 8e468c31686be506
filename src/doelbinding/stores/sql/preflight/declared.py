"""Whether columns are of the type that the policy declares, since that decides how they compare.

A text that is called a number compares as a number, and a number that is called a text as a text;
a moment without a zone is not one with a zone. Where a rule reads the column that refuses a run.
SQLite keeps any value in any column, but turns texts into numbers by the column's affinity.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from doelbinding.plan.ports import Obstacle
from doelbinding.policy.condition import Condition
from doelbinding.policy.stores import Column, ColumnType, ControllerColumn, Dataset, Store
from doelbinding.stores.sql.inspecting import inspector_of
from doelbinding.stores.sql.preflight.obstacles import refuses, warns

_FITS = {
    ColumnType.TEXT: {"text"},
    ColumnType.INTEGER: {"number"},
    ColumnType.DECIMAL: {"number"},
    ColumnType.BOOLEAN: {"boolean"},
    ColumnType.DATE: {"date"},
    ColumnType.TIMESTAMP: {"moment"},
    ColumnType.INSTANT: {"instant", "moment"},
    ColumnType.DATE_TEXT: {"text"},
    ColumnType.DATE_DIGITS: {"text", "number"},
    ColumnType.EPOCH_SECONDS: {"number"},
    ColumnType.EPOCH_MILLISECONDS: {"number"},
    ColumnType.JSON: {"json", "text"},
}
_CALLED = {
    "text": "`text`, `date-text` or `date-digits`",
    "number": "`integer`, `decimal`, `date-digits` or an epoch",
    "boolean": "`boolean`",
    "date": "`date`",
    "moment": "`timestamp`, or `instant` if it is in UTC",
    "instant": "`instant`",
    "json": "`json`",
}
_AFFINITIES = (("INT", "number"), ("CHAR", "text"), ("CLOB", "text"), ("TEXT", "text"),
               ("REAL", "number"), ("FLOA", "number"), ("DOUB", "number"))  # fmt: skip
"""What SQLite makes of a declared type (Datatypes In SQLite, 3.1), in order."""


def mistyped(connection: sa.Connection, store: Store, dataset: Dataset) -> Iterator[Obstacle]:
    """Yield the columns of a dataset that are not what the policy says."""
    found = inspector_of(connection).get_columns(dataset.table, schema=dataset.schema_)
    there = {column["name"]: column["type"] for column in found}
    read, ref = compared(store, dataset), f"{store.id}.{dataset.id}"
    for column in dataset.own_columns:
        actual = there.get(column.name)
        if actual is None or _fits(column, actual, store, connection.dialect.name):
            continue
        kind = kind_of(actual, connection.dialect.name)
        message = f"column {column.name!r} is {named(actual)}, the policy says {column.type.value}"
        remedy = f"declare it as {_CALLED.get(kind, 'what it is')}, or correct the column"
        if column.name in read:
            yield refuses(ref, f"{message}, and a rule compares it", remedy)
        elif column.type is not ColumnType.TEXT:  # which it is when nothing is said
            yield warns(ref, message, remedy)


def _fits(column: Column, actual: Any, store: Store, dialect: str) -> bool:
    if dialect == "sqlite":
        return _fits_affinity(column, actual)
    kind, wanted = kind_of(actual, dialect), _FITS[column.type]
    if kind in wanted or kind == "unknown":
        return True
    if column.type is ColumnType.TIMESTAMP and kind == "instant":
        return store.timezone == "UTC"
    return column.type is ColumnType.BOOLEAN and kind == "number" and dialect in _MYSQL


def _fits_affinity(column: Column, actual: Any) -> bool:
    """Tell whether SQLite leaves values as they are, and compares them as they are meant."""
    numbers = {"number", "boolean"} & _FITS[column.type]
    if affinity(actual) == "text":
        return not numbers or column.type is ColumnType.DATE_DIGITS
    return column.type is not ColumnType.TEXT or isinstance(actual, sa.types.NullType)


def affinity(actual: Any) -> str:
    """Say what SQLite makes of values in a column by its declared type."""
    declared = str(actual).upper()
    return next((kind for part, kind in _AFFINITIES if part in declared), "numeric")


_MYSQL = frozenset({"mysql", "mariadb"})


def kind_of(actual: Any, dialect: str) -> str:
    """Say what values of a type are to comparisons; "unknown" of one that is not known."""
    held = getattr(actual, "data_type", actual)  # what a domain is made of
    if isinstance(held, sa.types.NullType):
        return "unknown"
    if isinstance(held, sa.DateTime):
        zoned = getattr(held, "timezone", False)
        return "instant" if zoned or (dialect in _MYSQL and _is_timestamp(held)) else "moment"
    for kind, types in _TYPES.items():
        if isinstance(held, types):
            return kind
    return "number" if dialect in _MYSQL and named(held).startswith(("BIT", "YEAR")) else "other"


_TYPES: dict[str, tuple[type[Any], ...]] = {
    "json": (sa.JSON,),
    "boolean": (sa.Boolean,),
    "number": (sa.Integer, sa.Numeric),
    "text": (sa.String, sa.Uuid),
    "date": (sa.Date,),
}


def _is_timestamp(held: Any) -> bool:
    return isinstance(held, sa.TIMESTAMP)


def named(actual: Any) -> str:
    """Name a type without the collation of its texts."""
    return str(actual).partition(" COLLATE ")[0]


def compared(store: Store, dataset: Dataset) -> frozenset[str]:
    """Name the columns of a dataset whose values rules compare with something."""
    return frozenset(_compared(store, dataset))


def _compared(store: Store, dataset: Dataset) -> Iterator[str]:
    for condition in conditions(store, dataset):
        yield from _tested(condition)
    if isinstance(dataset.controller, ControllerColumn):
        yield dataset.controller.column
    if dataset.collected is not None:
        yield dataset.collected
    for event in dataset.events.values():
        if event.column is not None:
            yield event.column
    for other in store.datasets:
        sources = (source for event in other.events.values() for source in event.latest_of)
        for source in sources:
            if source.store in {None, store.id} and (source.dataset or other.id) == dataset.id:
                yield source.column


def conditions(store: Store, dataset: Dataset) -> Iterator[Condition]:
    """Yield the conditions that rules of the store ask of rows of a dataset."""
    yield from dataset.states.values()
    yield from dataset.persons.values()
    yield from (one.when for one in dataset.bindings if one.when is not None)
    yield from (one.when for one in dataset.prohibitions if one.when is not None)
    yield from (one.when for one in dataset.paths if one.when is not None)
    for other in store.datasets:
        for state in other.row_states.values():
            if state.dataset == dataset.id:
                yield from (c for c in (state.any_, state.every) if c is not None)


def _tested(condition: Condition) -> Iterator[str]:
    """Yield the columns that a condition compares; whether one is null is no comparison."""
    if condition.column is not None and condition.null is None:
        yield condition.column
    for part in (*(condition.all_ or ()), *(condition.any_ or ())):
        yield from _tested(part)
    if condition.not_ is not None:
        yield from _tested(condition.not_)
