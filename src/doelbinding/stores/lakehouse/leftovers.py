"""What lies in a Delta table's folder that no version of the table names, and its change feed.

A vacuum knows a file as old by an entry of the log that took it out; a checkpoint drops such
entries after a time, and a write that broke off leaves none. So what remains is found by looking.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote

_LOG = "_delta_log"
_VERSION = re.compile(r"\d{20}\.")
_ENTRY = re.compile(r"\d{20}\.json")
_CHECKPOINT = re.compile(r"\d{20}\.checkpoint\.")


class Leftovers:
    """The files of a table of `deltalake`, as it was opened."""

    def __init__(self, held: Any) -> None:
        from deltalake.fs import DeltaStorageHandler  # noqa: PLC0415 - an extra
        from pyarrow.fs import FileSelector, PyFileSystem  # noqa: PLC0415

        self._files = PyFileSystem(DeltaStorageHandler.from_table(held._table))  # noqa: SLF001
        everything = self._files.get_file_info(FileSelector("", recursive=True))
        self._written = {PurePosixPath(one.path): one.mtime for one in everything if one.is_file}
        self._paths = list(self._written)
        self._partitioned = bool(held.metadata().partition_columns)
        named = held.get_add_actions()["path"].to_pylist()
        self._named = {_path(path) for path in named}

    @property
    def written_at(self) -> datetime:
        """When the last version was written, as the files say."""
        return max(self._versions.values())

    @property
    def _versions(self) -> dict[int, datetime]:
        """When each version that the log has an entry of was written."""
        return {_version(path): self._written[path] for path in self._entries()}

    def version_at(self, instant: datetime) -> int | None:
        """Give the version that was the last one at an instant, if the log has an entry of it."""
        return max((one for one, at in self._versions.items() if at <= instant), default=None)

    def taken_out_by(self, gone: datetime) -> list[int]:
        """Give the versions in the log, in order, that took files out by an instant.

        Whichever says so: the entry's file, which may be a copy, or what the entry tells.
        """
        at = self._versions
        return sorted(
            version
            for version, told in self._entries_with("remove")
            if any(min(at[version], _removed_at(one)) <= gone for one in told)
        )

    def taken_out_since(self, instant: datetime) -> set[str]:
        """Give the files that versions in the log took out after an instant."""
        at = self._versions
        return {
            _path(one["path"])
            for version, told in self._entries_with("remove")
            for one in told
            if max(at[version], _removed_at(one)) > instant
        }

    def take_unless_taken_out_since(self, instant: datetime, paths: Iterable[str]) -> None:
        """Remove files, save those that versions in the log took out after an instant."""
        for path in set(map(_path, paths)) - self.taken_out_since(instant):
            self._files.delete_file(path)

    @property
    def ends_with_taking_out(self) -> bool:
        """Whether the last version took files out, for all that its log has."""
        last = max(self._versions, default=None)
        return last is None or any(version == last for version, _ in self._entries_with("remove"))

    def written_after(self, gone: datetime) -> datetime:
        """When the version was written that follows the last one which took files out by then."""
        last = max(self.taken_out_by(gone), default=-1)
        follow = [at for version, at in self._versions.items() if version > last]
        return min(follow, default=self.written_at)

    @property
    def holds_another_table(self) -> bool:
        """Whether another table lies in the folder, whose files this one would take for its own."""
        return any(_LOG in path.parts[1:] or "metadata" in path.parts[1:-1] for path in self._paths)

    def take_change_feed(self, last: int | None = None) -> None:
        """Remove the files of changes that the log names, in which rows are as they were before.

        With `last`, those of changes up to that version.
        """
        for entry in list(self._told("cdc", last)):
            if PurePosixPath(_path(entry["path"])) in self._written:
                self._files.delete_file(_path(entry["path"]))

    def take_old_log(self) -> None:
        """Remove what stands in the log beside the versions before its last checkpoint."""
        for path in self._old_log():
            self._files.delete_file(str(path))

    def take_log_before(self, version: int) -> None:
        """Remove the log of all versions before one that has a checkpoint."""
        for path in self._log():
            if _VERSION.match(path.name) and _version(path) < version:
                self._files.delete_file(str(path))

    def nameless(self, gone: datetime | None = None) -> int:
        """Count the files of data that no version names, and those of an older log.

        With `gone`, those files also that only versions from before then named.
        """
        named = set(self._named)
        if gone is not None:
            named |= {_path(one["path"]) for one in self._removed() if _removed_at(one) > gone}
            named |= {_path(one["path"]) for one in self._told("cdc")}
        data = [
            path
            for path in self._paths
            if path.suffix == ".parquet"
            and (path.parts[0] != _LOG or len(path.parts) > len((_LOG, "name")))
            and str(path) not in named
        ]
        return len(data) + (len(self._old_log()) if gone is None else 0)

    def tells_values_taken_out(self, gone: datetime) -> bool:
        """Tell whether the log has values of files that were taken out by then.

        By which the table is partitioned; and the least and greatest, where a writer gives them.
        """
        return any(
            (self._partitioned or one.get("stats")) and _removed_at(one) <= gone
            for one in self._removed()
        )

    def _removed(self) -> Iterator[Mapping[str, Any]]:
        """Yield what the log says of files that were taken out."""
        from pyarrow.parquet import read_table  # noqa: PLC0415 - an extra

        yield from self._told("remove")
        for path in self._log():
            if _CHECKPOINT.match(path.name) and path.suffix == ".parquet":
                with self._files.open_input_file(str(path)) as file:
                    held = read_table(file, columns=["remove"])["remove"].to_pylist()
                yield from (one for one in held if one is not None)

    def _told(self, word: str, last: int | None = None) -> Iterator[Mapping[str, Any]]:
        """Yield what the entries of versions, up to the last, say of one kind of files."""
        for version, told in self._entries_with(word):
            if last is None or version <= last:
                yield from told

    def _entries_with(self, word: str) -> Iterator[tuple[int, list[Mapping[str, Any]]]]:
        """Yield each version that says something of one kind of files, and what."""
        for path in self._entries():
            with self._files.open_input_stream(str(path)) as stream:
                lines = stream.read().decode().splitlines()
            told = [one[word] for one in map(json.loads, lines) if one.get(word) is not None]
            if told:
                yield _version(path), told

    def _entries(self) -> list[PurePosixPath]:
        return [path for path in self._log() if _ENTRY.fullmatch(path.name)]

    def _log(self) -> list[PurePosixPath]:
        return [path for path in self._paths if path.parent == PurePosixPath(_LOG)]

    def _old_log(self) -> list[PurePosixPath]:
        made = [_version(path) for path in self._log() if _CHECKPOINT.match(path.name)]
        last = max(made, default=0)
        return [path for path in self._log() if _VERSION.match(path.name) and _version(path) < last]


def _version(path: PurePosixPath) -> int:
    return int(path.name.partition(".")[0])


def _path(told: str) -> str:
    return str(PurePosixPath(unquote(told)))


def _removed_at(told: Mapping[str, Any]) -> datetime:
    """Give when a file was taken out; where that is not said, long ago."""
    return datetime.fromtimestamp((told.get("deletionTimestamp") or 0) / 1000, UTC)
