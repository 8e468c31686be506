"""A log in one file that anyone can verify, without us and without a database.

The bundle is a ZIP of `entries.jsonl`, `checkpoint.txt`, `verifier.pub`, `README.txt` and attached
documents under `documents/`. The same log gives the same bytes.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from doelbinding.evidence.archive import MOST_MEMBERS, pack
from doelbinding.evidence.canonical import sha256_hex
from doelbinding.evidence.checkpoint import join_notes, read_checkpoint
from doelbinding.evidence.errors import NotEvidenceError
from doelbinding.evidence.log import Log

ENTRIES = "entries.jsonl"
CHECKPOINTS = "checkpoint.txt"
VERIFIER = "verifier.pub"
README = "README.txt"
DOCUMENTS = "documents/"

_HASH = re.compile(rb'"([0-9a-f]{64})"')
is_document_name = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}").fullmatch

README_TEXT = """\
WHAT THIS IS
Evidence of how an organisation handled personal data: an append-only log, signed. It holds no
names: people appear as "c:" and a number that only means something while a secret is kept.

  entries.jsonl    what happened, one entry a line, in order; the first has index 0
  checkpoint.txt   signed statements "the log had this many entries and this root", oldest first
  verifier.pub     the public key that the checkpoints can be verified with
  documents/       documents whose SHA-256 stands in an entry

HOW TO VERIFY IT
  doelbinding verify THIS-FILE.zip --key 'THE KEY YOU WERE GIVEN'

Get the key from the organisation by another way than this file (its website, a letter): with the
key in verifier.pub you learn that the file is whole, not whose it is. Keep the last checkpoint.
Next time, verify the new file against it (--earlier): that shows that nothing you saw then was
changed or left out since. Nothing else can show you that entries were cut off at the end.
This README and verifier.pub are not signed themselves.

HOW TO VERIFY IT BY HAND
1. Signature. A checkpoint in checkpoint.txt is three lines (the log's name, the number of entries
   n, the root in base64), an empty line, and a line that starts with a dash. That line ends in
   base64: 4 bytes that name the key, then an Ed25519 signature (RFC 8032) over the three lines
   with their line ends. verifier.pub ends in base64 too: a byte 1, then the 32 bytes of the key.
   (Format: c2sp.org/signed-note and c2sp.org/tlog-checkpoint.)
2. Root. Take the first n lines of entries.jsonl, without their line ends. The hash of a line is
   SHA-256 of a byte 0 and the line. The root of one line is its hash. The root of more is SHA-256
   of a byte 1, the root of the first k lines and the root of the others, k being the largest power
   of two smaller than n (RFC 9162, section 2.1). It must equal the root in the checkpoint. Every
   checkpoint must fit, and the last must count all lines.
3. Documents. The SHA-256 of each file in documents/ must stand in an entry, and each "policy" and
   "plan" of an entry must be the SHA-256 of a file there:
   sha256sum documents/* ; grep THE-HASH entries.jsonl
"""


def export(log: Log, *, documents: Mapping[str, bytes] = MappingProxyType({})) -> bytes:
    """Give *log* as a bundle; what no checkpoint covers yet is signed first.

    Args:
        log: the log.
        documents: files to attach, by name; the SHA-256 of each must stand in an entry.

    Raises:
        NotEvidenceError: a document is not in the log, or its name is not a plain file name.
        LogTamperedError: the store no longer holds what was signed before.
    """
    size = read_checkpoint(log.checkpoint()).size
    notes = [note for note in log.store.checkpoints() if read_checkpoint(note).size <= size]
    entries = b"".join(leaf + b"\n" for leaf in log.store.leaves(0, size))
    _refuse_strangers(documents, entries)
    return pack(
        {
            README: README_TEXT.encode(),
            VERIFIER: f"{log.verifier}\n".encode(),
            CHECKPOINTS: join_notes(notes).encode(),
            ENTRIES: entries,
            **{DOCUMENTS + name: documents[name] for name in sorted(documents)},
        }
    )


def _refuse_strangers(documents: Mapping[str, bytes], entries: bytes) -> None:
    if len(documents) > MOST_MEMBERS - 4:
        raise NotEvidenceError("export: too many documents; attach fewer")
    named = frozenset(_HASH.findall(entries))
    for name, content in documents.items():
        if not is_document_name(name):
            raise NotEvidenceError(
                "export: a document's name has letters, digits and . _ - only; rename it"
            )
        if sha256_hex(content).encode() not in named:
            raise NotEvidenceError(
                f"export: the SHA-256 of {name} stands in no entry; append it, or leave it out"
            )
