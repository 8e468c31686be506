"""Checkpoints (c2sp.org/tlog-checkpoint): the log's size and root at one moment, signed.

Whoever keeps a checkpoint can later tell whether the log still begins with what it held then. The
origin, the log's name, is the name of its key. Extension lines are refused: nobody can audit them.
"""

import base64
import re
from dataclasses import dataclass
from typing import Self

from doelbinding.evidence.errors import NoteError, SignatureError
from doelbinding.evidence.merkle import HASH_BYTES
from doelbinding.evidence.note import (
    SigningKey,
    VerifierKey,
    from_base64,
    open_note,
    sign_note,
    split_note,
)

_LINES = 3
_is_size = re.compile("0|[1-9][0-9]{0,15}").fullmatch


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A tree head: the log's name, the number of its entries, and their Merkle root."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Give the three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the three lines.

        Raises:
            NoteError: the text is anything else.
        """
        lines = text.removesuffix("\n").split("\n")
        if len(lines) == _LINES and lines[0] and _is_size(lines[1]):
            root = from_base64(lines[2])
            if root is not None and len(root) == HASH_BYTES and text.endswith("\n"):
                return cls(origin=lines[0], size=int(lines[1]), root=root)
        raise NoteError("checkpoint: expected three lines: origin, size, base64 of the root hash")


def sign_checkpoint(checkpoint: Checkpoint, key: SigningKey) -> str:
    """Sign *checkpoint* as a note."""
    return sign_note(checkpoint.text(), key)


def open_checkpoint(note: str, key: VerifierKey) -> Checkpoint:
    """Give the checkpoint in *note*, if *key*, whose name is its origin, signed it.

    Raises:
        NoteError: it is not a signed checkpoint.
        SignatureError: this key did not sign it, or the checkpoint is another log's.
    """
    checkpoint = Checkpoint.parse(open_note(note, key))
    if checkpoint.origin != key.name:
        raise SignatureError(
            "checkpoint: it is of another log than the one this key is named after"
        )
    return checkpoint


def read_checkpoint(note: str) -> Checkpoint:
    """Give the checkpoint in *note* without verifying who signed it."""
    return Checkpoint.parse(split_note(note)[0])


def join_notes(notes: list[str]) -> str:
    """Write checkpoints one after another, an empty line between them."""
    return "\n".join(notes)


def split_notes(text: str) -> list[str]:
    """Give back what `join_notes` joined: a checkpoint's own text has no empty line.

    Raises:
        NoteError: the text does not consist of texts and signatures by turns.
    """
    blocks = text.removesuffix("\n").split("\n\n") if text else []
    if len(blocks) % 2 or (text and not text.endswith("\n")):
        raise NoteError("checkpoints: expected checkpoint, empty line, signatures, empty line, …")
    pairs = zip(blocks[::2], blocks[1::2], strict=True)
    return [f"{body}\n\n{signatures}\n" for body, signatures in pairs]
