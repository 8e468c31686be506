"""The log: entries are only ever added, and checkpoints sign what is there.

`Log` keeps no state of its own. Each checkpoint is stored with the tree's frontier, and the next
starts from there, after making sure that our own signature covers that frontier. So a log of
millions is sealed by reading only what is new, any number of processes may append, and a store
whose past was changed is never signed again as if it had not been.

Make checkpoints outside the transaction that appends: a signature cannot be rolled back.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Protocol

from doelbinding.evidence.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from doelbinding.evidence.entry import Entry
from doelbinding.evidence.errors import EvidenceError, LogMovedError, LogTamperedError
from doelbinding.evidence.merkle import Frontier, consistency_proof, inclusion_proof, leaf_hash
from doelbinding.evidence.note import SigningKey
from doelbinding.evidence.schema import EntryKind

_ATTEMPTS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """An entry with the bytes the tree hashes, and their hash: what a store writes."""

    entry: Entry
    data: bytes
    hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCheckpoint:
    """A signed checkpoint, and the frontier from which the next one grows."""

    note: str
    frontier: Frontier


class EntryStore(Protocol):
    """Where entries live. Nothing in it is ever changed or removed."""

    def size(self) -> int:
        """Give the number of entries."""

    def append(self, leaves: Sequence[Leaf], *, after: int) -> None:
        """Add *leaves* at positions *after*, *after* + 1, …: all of them or none.

        Raises:
            LogMovedError: the log's size is not *after*.
        """

    def leaves(self, start: int, stop: int) -> Iterable[bytes]:
        """Give the leaf bytes of entries start <= index < stop, in order."""

    def hashes(self, start: int, stop: int) -> Iterable[bytes]:
        """Give the leaf hashes of entries start <= index < stop, in order."""

    def add_checkpoint(self, checkpoint: StoredCheckpoint) -> None:
        """Keep *checkpoint*; when one of this size is kept already, keep that one."""

    def latest_checkpoint(self) -> StoredCheckpoint | None:
        """Give the checkpoint of the largest size."""

    def checkpoints(self) -> Iterable[str]:
        """Give the notes of all checkpoints, smallest first."""


class MemoryEntryStore:
    """Entries in memory: for trying things out, and for tests."""

    def __init__(self) -> None:
        self._leaves: list[Leaf] = []
        self._checkpoints: dict[int, StoredCheckpoint] = {}
        self._lock = Lock()

    def size(self) -> int:
        """Give the number of entries."""
        return len(self._leaves)

    def append(self, leaves: Sequence[Leaf], *, after: int) -> None:
        """Add *leaves*, all or none, when the log's size is *after*."""
        with self._lock:
            if len(self._leaves) != after:
                raise LogMovedError("log: another writer appended first; nothing was appended")
            self._leaves.extend(leaves)

    def leaves(self, start: int, stop: int) -> Iterable[bytes]:
        """Give the leaf bytes of entries start <= index < stop."""
        return [leaf.data for leaf in self._leaves[start:stop]]

    def hashes(self, start: int, stop: int) -> Iterable[bytes]:
        """Give the leaf hashes of entries start <= index < stop."""
        return [leaf.hash for leaf in self._leaves[start:stop]]

    def add_checkpoint(self, checkpoint: StoredCheckpoint) -> None:
        """Keep *checkpoint*, unless one of its size is kept."""
        self._checkpoints.setdefault(checkpoint.frontier.size, checkpoint)

    def latest_checkpoint(self) -> StoredCheckpoint | None:
        """Give the checkpoint of the largest size."""
        return self._checkpoints[max(self._checkpoints)] if self._checkpoints else None

    def checkpoints(self) -> Iterable[str]:
        """Give the notes of all checkpoints, smallest first."""
        return [self._checkpoints[size].note for size in sorted(self._checkpoints)]


class Log:
    """An append-only log in *store*, signed by *signer*, whose name is the log's origin."""

    def __init__(
        self, store: EntryStore, signer: SigningKey, clock: Callable[[], datetime]
    ) -> None:
        self.store = store
        self.verifier = signer.verifier
        self._signer = signer
        self._clock = clock

    def append(self, kind: EntryKind, data: Mapping[str, object]) -> Entry:
        """Add one entry.

        Raises:
            NotEvidenceError: the data does not fit the kind; nothing was appended.
        """
        return self.append_many([(kind, data)])[0]

    def append_many(
        self, batch: Iterable[tuple[EntryKind, Mapping[str, object]]]
    ) -> tuple[Entry, ...]:
        """Add entries in order, all of them or none.

        Raises:
            NotEvidenceError: the data of one does not fit its kind; nothing was appended.
            LogMovedError: other writers kept coming first; nothing was appended.
        """
        items = tuple(batch)
        for attempt in range(_ATTEMPTS):
            start = self.store.size()
            leaves = self._leaves(items, start)
            try:
                self.store.append(leaves, after=start)
            except LogMovedError:
                if attempt + 1 == _ATTEMPTS:
                    raise
            else:
                break
        return tuple(leaf.entry for leaf in leaves)

    def checkpoint(self) -> str:
        """Sign the log as it is now, keep the checkpoint and give its note.

        When nothing was added since the last one, that one is given.

        Raises:
            LogTamperedError: the store no longer holds what was signed before.
        """
        stored = self.store.latest_checkpoint()
        frontier = self._trusted_frontier(stored)
        size = self.store.size()
        if size < frontier.size:
            raise LogTamperedError(
                f"log: {frontier.size} entries were signed and the store holds {size}; "
                "find out who removed the others, or put them back from a backup"
            )
        if stored is not None and size == frontier.size:
            return stored.note
        return self._sign(frontier.extended(self.store.hashes(frontier.size, size)), size)

    def read(self) -> list[bytes]:
        """Give the bytes of every entry, in order, once they are seen to be those that were signed.

        Raises:
            LogTamperedError: an entry is missing, or is not what was signed.
        """
        size, signed = self.store.size(), self._trusted_frontier(self.store.latest_checkpoint())
        leaves = list(self.store.leaves(0, size))
        if len(leaves) != size or size < signed.size:
            raise LogTamperedError(
                f"log: {max(size, signed.size)} entries were written and {len(leaves)} are there; "
                "find out who removed the others, or put them back from a backup"
            )
        hashes = [leaf_hash(leaf) for leaf in leaves[: signed.size]]
        if Frontier().extended(hashes) != signed:
            kept = self.store.hashes(0, signed.size)
            pairs = enumerate(zip(hashes, kept, strict=True))
            which = next((f"entry {n} is" for n, (one, was) in pairs if one != was), "entries are")
            raise LogTamperedError(
                f"log: {which} not what was signed; find out who changed it, and put it back from "
                "a backup"
            )
        return leaves

    def inclusion_proof(self, index: int, *, size: int) -> tuple[bytes, ...]:
        """Show that the entry at *index* is in the log of *size* entries."""
        return inclusion_proof(index, tuple(self.store.hashes(0, size)))

    def consistency_proof(self, first: int, *, size: int) -> tuple[bytes, ...]:
        """Show that the log of *size* entries begins with its first *first* entries."""
        return consistency_proof(first, tuple(self.store.hashes(0, size)))

    def _leaves(
        self, items: Sequence[tuple[EntryKind, Mapping[str, object]]], start: int
    ) -> list[Leaf]:
        at = self._clock()
        leaves = []
        for index, (kind, data) in enumerate(items, start):
            entry = Entry.of(index=index, at=at, kind=kind, data=data)
            written = entry.leaf()
            leaves.append(Leaf(entry=entry, data=written, hash=leaf_hash(written)))
        return leaves

    def _sign(self, frontier: Frontier, size: int) -> str:
        if frontier.size != size:
            raise LogTamperedError(
                f"log: the store says it holds {size} entries and gave {frontier.size}; "
                "find out who removed the others, or put them back from a backup"
            )
        checkpoint = Checkpoint(origin=self.verifier.name, size=size, root=frontier.root())
        note = sign_checkpoint(checkpoint, self._signer)
        self.store.add_checkpoint(StoredCheckpoint(note=note, frontier=frontier))
        return note

    def _trusted_frontier(self, stored: StoredCheckpoint | None) -> Frontier:
        if stored is None:
            return Frontier()
        try:
            signed = open_checkpoint(stored.note, self.verifier)
        except EvidenceError as error:
            raise LogTamperedError(
                "log: the last checkpoint in the store was not signed by this log's key; "
                "sign with the key that did, or start a log with a new name"
            ) from error
        if (signed.size, signed.root) != (stored.frontier.size, stored.frontier.root()):
            raise LogTamperedError(
                "log: the tree in the store is not the one that was signed; "
                "put it back from a backup, or start a log with a new name"
            )
        return stored.frontier
