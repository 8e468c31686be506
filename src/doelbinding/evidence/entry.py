"""An entry of the log: when, what kind, and data that fits the kind's schema.

An `Entry` that exists is valid, and its leaf is its canonical JSON: reading a leaf back gives the
same entry or an error, never something near it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, Self, cast

from doelbinding.evidence.canonical import canonical
from doelbinding.evidence.errors import EvidenceError, NotEvidenceError
from doelbinding.evidence.schema import EntryKind, Value, checked, instant, is_count

_FIELDS = {"at", "data", "index", "kind"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of evidence.

    Args:
        index: its place in the log, from 0.
        at: when it was written; aware, in UTC.
        kind: what happened.
        data: what is said about it; copied, and read-only afterwards.
    """

    index: int
    at: datetime
    kind: EntryKind
    data: Mapping[str, Value]

    def __post_init__(self) -> None:
        if not is_count(self.index):
            raise NotEvidenceError("entry: the index must be a whole number from 0 to 2^53 - 1")
        if not isinstance(self.at, datetime) or self.at.utcoffset() != timedelta(0):
            raise NotEvidenceError("entry: at must be an aware datetime in UTC; convert it first")
        if not isinstance(self.kind, EntryKind):
            raise NotEvidenceError("entry: the kind must be one of EntryKind")
        object.__setattr__(self, "data", MappingProxyType(checked(self.kind, self.data)))

    def leaf(self) -> bytes:
        """Give the bytes that the tree hashes: the entry as canonical JSON (RFC 8785)."""
        return canonical(
            {
                "at": instant(self.at),
                "data": dict(self.data),
                "index": self.index,
                "kind": self.kind.value,
            }
        )

    @classmethod
    def of(cls, *, index: int, at: datetime, kind: EntryKind, data: Mapping[str, object]) -> Self:
        """Make an entry of data that nobody has checked yet.

        Raises:
            NotEvidenceError: something does not fit.
        """
        return cls(index=index, at=at, kind=kind, data=cast("Mapping[str, Value]", data))

    @classmethod
    def from_leaf(cls, leaf: bytes) -> Self:
        """Read an entry from its leaf.

        Raises:
            NotEvidenceError: the bytes are not exactly the leaf of a valid entry.
        """
        fields = _parsed(leaf)
        try:
            entry = cls(
                index=fields["index"],
                at=datetime.fromisoformat(fields["at"]).astimezone(UTC),
                kind=EntryKind(fields["kind"]),
                data=fields["data"],
            )
            same = entry.leaf() == leaf
        except EvidenceError:
            raise
        except (TypeError, ValueError, OverflowError):
            raise NotEvidenceError(
                "entry: at must be an instant in UTC and kind one of " + ", ".join(EntryKind)
            ) from None
        if not same:
            raise NotEvidenceError("entry: the bytes are not in canonical form (RFC 8785)")
        return entry


def _parsed(leaf: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(leaf)
    except (ValueError, RecursionError):
        raise NotEvidenceError("entry: the bytes are not JSON") from None
    if not isinstance(fields, dict) or fields.keys() != _FIELDS:
        raise NotEvidenceError("entry: it must be an object with at, data, index and kind")
    if not isinstance(fields["data"], dict):
        raise NotEvidenceError("entry: data must be an object")
    return fields
