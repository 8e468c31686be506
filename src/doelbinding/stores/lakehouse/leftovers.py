"""What lies in a Delta table's folder that no version of the table names, and its change feed.

A vacuum knows a file as old by an entry of the log that took it out; a checkpoint drops such
entries after a time, and a write that broke off leaves none. So what remains is found by looking.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote

_LOG = "_delta_log"
_VERSION = re.compile(r"(\d{20})\.")
_CHECKPOINT = re.compile(r"(\d{20})\.checkpoint\.")


class Leftovers:
    """The files of a table of `deltalake`, as it was opened."""

    def __init__(self, held: Any) -> None:
        from deltalake.fs import DeltaStorageHandler  # noqa: PLC0415 - an extra
        from pyarrow.fs import FileSelector, PyFileSystem  # noqa: PLC0415

        self._files = PyFileSystem(DeltaStorageHandler.from_table(held._table))  # noqa: SLF001
        everything = self._files.get_file_info(FileSelector("", recursive=True))
        self._paths = [PurePosixPath(one.path) for one in everything if one.is_file]
        named = held.get_add_actions()["path"].to_pylist()
        self._named = {str(PurePosixPath(unquote(path))) for path in named}

    @property
    def holds_another_table(self) -> bool:
        """Whether another table lies in the folder, whose files this one would take for its own."""
        return any(_LOG in path.parts[1:] or "metadata" in path.parts[1:-1] for path in self._paths)

    def take_change_feed(self) -> None:
        """Remove the files of changes that the log names, in which rows are as they were before."""
        for path in list(self._of_changes()):
            if self._there(path):
                self._files.delete_file(path)

    def take_old_log(self) -> None:
        """Remove what stands in the log beside the versions before its last checkpoint."""
        for path in self._old_log():
            self._files.delete_file(str(path))

    def nameless(self) -> int:
        """Count the files of data that no version names, and those of an older log."""
        data = [
            path
            for path in self._paths
            if path.suffix == ".parquet"
            and (path.parts[0] != _LOG or len(path.parts) > len((_LOG, "name")))
            and str(path) not in self._named
        ]
        return len(data) + len(self._old_log())

    def _of_changes(self) -> Iterator[str]:
        for path in self._log():
            if path.suffix != ".json":
                continue
            with self._files.open_input_stream(str(path)) as stream:
                entries = stream.read().decode().splitlines()
            for entry in entries:
                told = json.loads(entry).get("cdc")
                if told is not None:
                    yield str(PurePosixPath(unquote(told["path"])))

    def _log(self) -> list[PurePosixPath]:
        return [path for path in self._paths if path.parent == PurePosixPath(_LOG)]

    def _old_log(self) -> list[PurePosixPath]:
        made = [int(found[1]) for path in self._log() if (found := _CHECKPOINT.match(path.name))]
        last = max(made, default=0)
        return [
            path
            for path in self._log()
            if (found := _VERSION.match(path.name)) and int(found[1]) < last
        ]

    def _there(self, path: str) -> bool:
        return PurePosixPath(path) in self._paths
