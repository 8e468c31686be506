"""The folders by which a Delta table is partitioned: each is named `column=value`.

A file system keeps a folder whose files have gone, and its name is a value. Only where the table
lies on this machine's file system can that be seen, and seen to.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

_LOG = "_delta_log"


def take_empty_folders(table: Path) -> None:
    """Remove the folders of partitions in which no file is, save checksums of files that went."""
    for folder in _partitions(table):
        for checksum in _of_nothing(folder):
            checksum.unlink(missing_ok=True)
        try:
            folder.rmdir()
        except OSError:
            continue


def count_folders_without_data(table: Path) -> int:
    """Count the folders of partitions that name a value of which the table has no file."""
    return sum(next(folder.rglob("*.parquet"), None) is None for folder in _partitions(table))


def _partitions(table: Path) -> Iterator[Path]:
    """Yield the folders of partitions, inner ones first."""
    for at, _, _ in os.walk(table, topdown=False):
        folder = Path(at)
        within = folder.relative_to(table).parts
        if within and "=" in folder.name and within[0] != _LOG:
            yield folder


def _of_nothing(folder: Path) -> list[Path]:
    """Give a folder's checksums, as Hadoop writes them, where there is nothing else in it."""
    held = list(folder.iterdir())
    checksums = [one for one in held if one.name.startswith(".") and one.suffix == ".crc"]
    return checksums if len(checksums) == len(held) else []
