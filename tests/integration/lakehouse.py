"""A Spark Connect server without a cluster (Sail), and tables in it."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from doelbinding.policy.stores import ColumnType, Dataset
from doelbinding.stores.lakehouse.dialect import literal, quoted
from doelbinding.stores.lakehouse.session import Lake
from doelbinding.stores.lakehouse.tables import Format, Table

_TYPES = {
    ColumnType.TEXT: "STRING",
    ColumnType.INTEGER: "BIGINT",
    ColumnType.DECIMAL: "DECIMAL(12, 2)",
    ColumnType.BOOLEAN: "BOOLEAN",
    ColumnType.DATE: "DATE",
    ColumnType.TIMESTAMP: "TIMESTAMP_NTZ",
    ColumnType.INSTANT: "TIMESTAMP",
    ColumnType.DATE_TEXT: "STRING",
    ColumnType.DATE_DIGITS: "STRING",
    ColumnType.EPOCH_MILLISECONDS: "BIGINT",
    ColumnType.EPOCH_SECONDS: "BIGINT",
    ColumnType.JSON: "STRING",
}


_MAIN = sys.modules["__main__"]
if not hasattr(_MAIN, "__file__"):
    # a worker of pytest-xdist; without it the driver takes this for its own doctests
    _MAIN.__file__ = __file__


@contextmanager
def sail() -> Iterator[str]:
    """Give the URL of a server that runs in this process."""
    from pysail.spark import SparkConnectServer

    server = SparkConnectServer("127.0.0.1", 0)
    server.start(background=True)
    host, port = server.listening_address
    yield f"sc://{host}:{port}"
    server.stop()


def make_table(
    lake: Lake, dataset: Dataset, kind: Format, folder: Path, rows: Sequence[Mapping[str, object]]
) -> Table:
    """Make a dataset's table in a new folder, with its rows."""
    columns = ", ".join(f"{quoted(one.name)} {_TYPES[one.type]}" for one in dataset.own_columns)
    name = quoted(f"made_{folder.parent.name}_{folder.name}")
    lake.ask(f"CREATE TABLE {name} ({columns}) USING {kind.value} LOCATION 'file://{folder}'")
    if rows:
        insert(lake, name, dataset, rows)
    lake.ask(f"DROP TABLE {name}")
    return Table(path=str(folder), format=kind)


def insert(
    lake: Lake, address: str, dataset: Dataset, rows: Sequence[Mapping[str, object]]
) -> None:
    """Add rows, told as SQLite would hold them."""
    tuples = (
        ", ".join(
            f"CAST({_literal(one.type, row[one.name])} AS {_TYPES[one.type]}) AS {quoted(one.name)}"
            for one in dataset.own_columns
        )
        for row in rows
    )
    names = ", ".join(quoted(one.name) for one in dataset.own_columns)
    values = ", ".join(f"new.{quoted(one.name)}" for one in dataset.own_columns)
    lake.ask(
        f"MERGE INTO {address} AS held USING (SELECT {' UNION ALL SELECT '.join(tuples)}) AS new "  # noqa: S608
        f"ON held.{quoted(dataset.key[0])} = new.{quoted(dataset.key[0])} AND 1 = 0 "
        f"WHEN NOT MATCHED THEN INSERT ({names}) VALUES ({values})"
    )


def _literal(kind: ColumnType, value: object) -> str:
    if value is None or not isinstance(value, str):
        return literal(value)
    match kind:
        case ColumnType.DATE:
            return literal(dt.date.fromisoformat(value))
        case ColumnType.TIMESTAMP:
            return literal(dt.datetime.fromisoformat(value))
        case ColumnType.INSTANT:
            return literal(dt.datetime.fromisoformat(value).replace(tzinfo=dt.UTC))
        case _:
            return literal(value)
