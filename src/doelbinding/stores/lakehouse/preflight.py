"""What would go wrong in a lakehouse, read from the tables themselves: they have no constraints."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from doelbinding.plan.model import Step
from doelbinding.plan.ports import Gravity, Obstacle
from doelbinding.policy.stores import ColumnType, Dataset, Store
from doelbinding.stores.lakehouse.dialect import quoted
from doelbinding.stores.lakehouse.partitions import partitioned_by
from doelbinding.stores.lakehouse.session import Lake
from doelbinding.stores.lakehouse.tables import Format, Table

_TEXT, _WHOLE = r"string|varchar\(\d+\)", "tinyint|smallint|int|bigint"
_HELD_AS = {
    ColumnType.TEXT: _TEXT,
    ColumnType.INTEGER: _WHOLE,
    ColumnType.DECIMAL: rf"decimal\(\d+,\d+\)|float|double|{_WHOLE}",
    ColumnType.BOOLEAN: "boolean",
    ColumnType.DATE: "date",
    ColumnType.TIMESTAMP: "timestamp_ntz",
    ColumnType.INSTANT: "timestamp",
    ColumnType.DATE_TEXT: _TEXT,
    ColumnType.DATE_DIGITS: rf"{_TEXT}|{_WHOLE}",
    ColumnType.EPOCH_MILLISECONDS: _WHOLE,
    ColumnType.EPOCH_SECONDS: _WHOLE,
    ColumnType.JSON: _TEXT,
}


def obstacles(
    lake: Lake, store: Store, tables: Mapping[str, Table], steps: Sequence[Step]
) -> list[Obstacle]:
    """Give what refuses or endangers the steps in these tables."""
    found: list[Obstacle] = []
    for dataset_id in dict.fromkeys(step.dataset for step in steps):
        dataset, table = store.dataset(dataset_id), tables[dataset_id]
        ref = f"{store.id}.{dataset_id}"
        there = dict(lake.columns(table.address))
        if not there:
            found.append(_absent(store, dataset, table))
            continue
        wrong = [*_format(lake, ref, table), *_columns(ref, dataset, there)]
        wrong += _partitions(ref, dataset, partitioned_by(lake, table))
        found += wrong
        if not any(one.gravity is Gravity.REFUSES for one in wrong):
            found += _key(lake, ref, dataset, table, there)
    return list(dict.fromkeys(found))


def _absent(store: Store, dataset: Dataset, table: Table) -> Obstacle:
    return _refuses(
        f"{store.id}.{dataset.id}",
        f"there is no table {table.address}",
        f"correct it under [stores.{store.id}.tables.{dataset.id}]",
    )


def detail(lake: Lake, table: Table, what: str) -> str | None:
    """Give what its catalogue says of a table, such as `Provider`, or what was said of its path."""
    if table.format is not None:
        return table.format.value if what == "Provider" else table.path
    for row in lake.ask(f"DESCRIBE TABLE EXTENDED {table.address}"):
        if row[0] == what:
            return str(row[1]).lower() if what == "Provider" else str(row[1])
    return None


def _format(lake: Lake, ref: str, table: Table) -> Iterator[Obstacle]:
    held = detail(lake, table, "Provider")
    if held not in {one.value for one in Format}:
        yield _refuses(
            ref,
            f"its format is {held or 'not told'}, neither Delta nor Iceberg",
            "convert the table: in other formats rows cannot be deleted by a transaction",
        )


def _columns(ref: str, dataset: Dataset, there: Mapping[str, str]) -> Iterator[Obstacle]:
    for column in (one for one in dataset.columns if one.inside is None):
        held = there.get(column.name)
        if held is None:
            yield _refuses(
                ref,
                f"the table has no column {column.name!r}",
                "take it out of the store's file or correct its name",
            )
        elif re.fullmatch(_HELD_AS[column.type], held) is None:
            yield _refuses(
                ref,
                f"column {column.name!r} is of type {held}, the policy says {column.type.value}",
                _remedy(held),
            )
    for column in (one for one in dataset.columns if one.file_in is not None):
        yield _refuses(
            ref,
            f"column {column.name!r} names files, which would stay when a row of a lakehouse goes",
            "leave `file_in` out, and see to the files by other means",
        )
    mapped = {column.name for column in dataset.columns}
    for name in there:
        if name not in mapped:
            yield _warns(
                ref,
                f"column {name!r} is not in the policy",
                "map it, with the activity that needs it, or without a category if it is no "
                "personal data",
            )


def _partitions(ref: str, dataset: Dataset, by: Sequence[str]) -> Iterator[Obstacle]:
    personal = {column.name for column in dataset.columns if column.personal}
    for name in (one for one in by if one in personal):
        yield _warns(
            ref,
            f"it is partitioned by {name!r}, which holds personal data: each value is the name of "
            "a folder and stands in the log",
            "partition it by what tells nothing of a person: a purge removes folders without data "
            "where a Delta table lies on this machine's file system, and elsewhere what it deleted "
            "is never said to be out of snapshots",
        )


def _remedy(held: str) -> str:
    if held.startswith(("struct", "array", "map")):
        return "a nested column cannot be mapped: keep its parts in columns of their own"
    if held == "timestamp":
        return "Spark's TIMESTAMP is an instant: say `type: instant`"
    return "say the type that the table has"


def _key(
    lake: Lake, ref: str, dataset: Dataset, table: Table, there: Mapping[str, str]
) -> Iterator[Obstacle]:
    """Refuse a key that does not tell rows apart: nothing in a lakehouse sees to it."""
    for name in dataset.key:
        held = there.get(name, "inside another")
        if re.fullmatch(rf"{_TEXT}|{_WHOLE}", held) is None:
            yield _refuses(
                ref,
                f"key column {name!r} is {held}, neither text nor a whole number",
                "choose a key of text or whole numbers",
            )
            return
    key = [quoted(name) for name in dataset.key]
    missing = " OR ".join(f"{name} IS NULL" for name in key)
    asked = (
        f"SELECT count(*), count(CASE WHEN {missing} THEN 1 END), "  # noqa: S608 - quoted
        f"(SELECT count(*) FROM (SELECT DISTINCT {', '.join(key)} FROM {table.address}) AS k) "
        f"FROM {table.address}"
    )
    rows, nulls, keys = lake.ask(asked)[0]
    if nulls or rows != keys:
        yield _refuses(
            ref,
            f"the key ({', '.join(dataset.key)}) is missing in {nulls} rows, and {rows} rows have "
            f"{keys} keys",
            "choose columns that tell every row apart, or mend the table",
        )


def _refuses(ref: str, message: str, remedy: str) -> Obstacle:
    return Obstacle(gravity=Gravity.REFUSES, ref=ref, message=message, remedy=remedy)


def _warns(ref: str, message: str, remedy: str) -> Obstacle:
    return Obstacle(gravity=Gravity.WARNS, ref=ref, message=message, remedy=remedy)
