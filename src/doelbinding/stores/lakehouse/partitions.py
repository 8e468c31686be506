"""By which columns a table is partitioned: where files lie in folders, their values name these."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from doelbinding.plan.ports import Refused
from doelbinding.stores.lakehouse.session import Lake
from doelbinding.stores.lakehouse.tables import Format, Table

_HEAD = re.compile(r"# Partition")
_NUMBERED = re.compile(r"Part \d+")


def partitioned_by(lake: Lake, table: Table) -> tuple[str, ...]:
    """Give the columns by which a table is partitioned, as far as that is told."""
    if table.path is not None and table.format is Format.DELTA:
        return _delta(table.path)
    try:
        told = [tuple(row) for row in lake.ask(f"DESCRIBE TABLE EXTENDED {table.address}")]
    except Refused:
        return ()
    return _described(told)


def local(where: str) -> str:
    """Give a path for a file URL; other addresses stay as they are."""
    parts = urlsplit(where)
    return url2pathname(parts.path) if parts.scheme == "file" else where


def _delta(path: str) -> tuple[str, ...]:
    try:
        from deltalake import DeltaTable  # noqa: PLC0415 - an extra
        from deltalake.exceptions import DeltaError  # noqa: PLC0415
    except ImportError:
        return ()
    try:
        return tuple(DeltaTable(local(path)).metadata().partition_columns)
    except (DeltaError, OSError, ValueError):
        return ()


def _described(told: Sequence[tuple[Any, ...]]) -> tuple[str, ...]:
    """Read the part on partitions: under a head, up to an empty line."""
    heads = [at for at, row in enumerate(told) if _HEAD.match(row[0])]
    if not heads:
        return ()
    rows = takewhile(lambda row: bool(row[0]), told[heads[0] + 1 :])
    return tuple(
        row[1] if _NUMBERED.fullmatch(row[0]) else row[0]
        for row in rows
        if not row[0].startswith("#")
    )
