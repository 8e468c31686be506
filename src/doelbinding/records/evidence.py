"""The evidence log kept in the records: fulfils `evidence.log.EntryStore`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import IntegrityError, transaction

from doelbinding.evidence.errors import LogMovedError
from doelbinding.evidence.log import Leaf, StoredCheckpoint
from doelbinding.evidence.merkle import HASH_BYTES, Frontier
from doelbinding.records.models import EvidenceCheckpoint, EvidenceEntry


class RecordedEntries:
    """Entries and checkpoints in the records' database."""

    def size(self) -> int:
        """Give the number of entries."""
        last = EvidenceEntry.objects.order_by("-index").values_list("index", flat=True).first()
        return 0 if last is None else last + 1

    def append(self, leaves: Sequence[Leaf], *, after: int) -> None:
        """Add entries, all or none, when the log's size is `after`.

        Raises:
            LogMovedError: another writer came first.
        """
        rows = [
            EvidenceEntry(index=after + n, data=leaf.data, hash=leaf.hash)
            for n, leaf in enumerate(leaves)
        ]
        try:
            with transaction.atomic():
                if self.size() != after:
                    raise LogMovedError("log: another writer appended first")
                EvidenceEntry.objects.bulk_create(rows)
        except IntegrityError:
            raise LogMovedError("log: another writer appended first") from None

    def leaves(self, start: int, stop: int) -> Iterable[bytes]:
        """Give the leaf bytes of entries start <= index < stop, in order."""
        return self._field("data", start, stop)

    def hashes(self, start: int, stop: int) -> Iterable[bytes]:
        """Give the leaf hashes of entries start <= index < stop, in order."""
        return self._field("hash", start, stop)

    def _field(self, name: str, start: int, stop: int) -> Iterable[bytes]:
        rows = EvidenceEntry.objects.filter(index__gte=start, index__lt=stop).order_by("index")
        held = rows.values_list(name, flat=True).iterator()
        return (one.encode() if isinstance(one, str) else bytes(one) for one in held)

    def add_checkpoint(self, checkpoint: StoredCheckpoint) -> None:
        """Keep a checkpoint, unless one of its size is kept."""
        EvidenceCheckpoint.objects.get_or_create(
            size=checkpoint.frontier.size,
            defaults={"note": checkpoint.note, "peaks": b"".join(checkpoint.frontier.peaks)},
        )

    def latest_checkpoint(self) -> StoredCheckpoint | None:
        """Give the checkpoint of the largest size."""
        found = EvidenceCheckpoint.objects.order_by("-size").first()
        if found is None:
            return None
        joined = bytes(found.peaks)
        peaks = tuple(joined[n : n + HASH_BYTES] for n in range(0, len(joined), HASH_BYTES))
        return StoredCheckpoint(note=found.note, frontier=Frontier(size=found.size, peaks=peaks))

    def checkpoints(self) -> Iterable[str]:
        """Give the notes of all checkpoints, smallest first."""
        return EvidenceCheckpoint.objects.order_by("size").values_list("note", flat=True)
