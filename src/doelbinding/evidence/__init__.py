"""Evidence: that compliance can be demonstrated (R-II.7; GDPR Art. 5(2)).

An append-only log of canonical JSON entries in a Merkle tree (RFC 9162), sealed by checkpoints that
are signed notes (C2SP), exported as a bundle that anyone verifies offline. Names and values cannot
get in: people are commitments whose salt can be destroyed, and every field has a narrow type.
"""

from doelbinding.evidence.bundle import export
from doelbinding.evidence.canonical import canonical, sha256_hex
from doelbinding.evidence.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from doelbinding.evidence.commitment import commit, commits_to
from doelbinding.evidence.entry import Entry
from doelbinding.evidence.log import EntryStore, Leaf, Log, MemoryEntryStore, StoredCheckpoint
from doelbinding.evidence.merkle import Frontier
from doelbinding.evidence.note import SigningKey, VerifierKey
from doelbinding.evidence.report import Problem, Report
from doelbinding.evidence.schema import EntryKind, instant
from doelbinding.evidence.verification import verify

__all__ = [
    "Checkpoint",
    "Entry",
    "EntryKind",
    "EntryStore",
    "Frontier",
    "Leaf",
    "Log",
    "MemoryEntryStore",
    "Problem",
    "Report",
    "SigningKey",
    "StoredCheckpoint",
    "VerifierKey",
    "canonical",
    "commit",
    "commits_to",
    "export",
    "instant",
    "open_checkpoint",
    "sha256_hex",
    "sign_checkpoint",
    "verify",
]
