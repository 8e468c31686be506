"""Checkpoints kept outside the records' database: how the log notices that it was rolled back.

A database that is restored from an older copy looks sound by itself. The last signed checkpoint
stands in `.doelbinding/checkpoint.txt` and, better, at the end of a history that is only ever
added to, at a place that is not restored along with the records.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from doelbinding.evidence.checkpoint import Checkpoint, open_checkpoint, split_notes
from doelbinding.evidence.errors import EvidenceError
from doelbinding.evidence.log import Log
from doelbinding.evidence.merkle import Frontier


class LogRolledBack(EvidenceError):
    """The log is behind a checkpoint kept outside, or is another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """Where checkpoints are kept: the folder of the records, and a history elsewhere, if any."""

    state: Path
    history: Path | None = None

    @property
    def last(self) -> Path:
        """The file of the last checkpoint beside the records."""
        return self.state / "checkpoint.txt"

    def insist(self, log: Log) -> None:
        """Refuse a log that does not go on from the last checkpoint outside.

        Raises:
            LogRolledBack: it is behind it, does not fit it, or the checkpoint cannot be read.
        """
        for place, note in self._last_notes():
            try:
                signed = open_checkpoint(note, log.verifier)
            except EvidenceError:
                raise LogRolledBack(
                    f"{place}: its last checkpoint was not signed by this log's key: find out "
                    "whose records or keys these are; nothing was done"
                ) from None
            _insist_on_one(log, signed, place)

    def keep(self, note: str) -> None:
        """Write a checkpoint down, whole or not at all, and add it to the history.

        Each process writes a file of its own first: two at once would rename each other's away.
        """
        partial = self.last.with_name(f"checkpoint-{os.getpid()}.partial")
        partial.write_text(note, encoding="utf-8")
        partial.replace(self.last)
        if self.history is not None and note not in _notes(self.history)[-1:]:
            self.history.parent.mkdir(parents=True, exist_ok=True)
            with self.history.open("a", encoding="utf-8") as file:
                file.write(("\n" if file.tell() else "") + note)
                file.flush()
                os.fsync(file.fileno())

    def put_aside(self) -> int:
        """Set aside the checkpoints that the log is behind; give the largest size they are over."""
        sizes = [0]
        for place, note in self._last_notes():
            size = note.splitlines()[1]
            sizes.append(int(size) if size.isdecimal() else 0)
            place.rename(place.with_name(f"{place.stem}-{size}{place.suffix}"))
        return max(sizes)

    def _last_notes(self) -> Iterator[tuple[Path, str]]:
        for place in (self.last, self.history):
            notes = _notes(place) if place is not None else []
            if place is not None and notes:
                yield place, notes[-1]


def _notes(place: Path) -> list[str]:
    """Read the notes of a file; none where there is no file."""
    try:
        return split_notes(place.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    except EvidenceError as error:
        raise LogRolledBack(f"{place}: {error}") from None


def _insist_on_one(log: Log, signed: Checkpoint, place: Path) -> None:
    size = log.store.size()
    if size < signed.size:
        raise LogRolledBack(
            f"the records are older than a checkpoint of their log ({place}): {signed.size} "
            f"entries were signed and {size} are here. See that DOELBINDING_DATABASE_URL names the "
            "records that are meant, or restore the newest; if they are lost, `doelbinding "
            "recover` goes on from these and says so in evidence. Nothing was done"
        )
    if _root(log, signed.size) != signed.root:
        raise LogRolledBack(
            f"the log in the records does not begin with the {signed.size} entries that were "
            f"signed ({place}): the records were rolled back and went on, or the past was changed. "
            "Restore the newest records; if they are lost, `doelbinding recover` goes on from "
            "these and says so in evidence. Nothing was done"
        )


def _root(log: Log, size: int) -> bytes:
    """Give the root over the first entries: from the checkpoint stored there, or counted anew."""
    stored = log.store.latest_checkpoint()
    if stored is not None and stored.frontier.size == size:
        return stored.frontier.root()
    return Frontier().extended(log.store.hashes(0, size)).root()
