"""Signed notes (c2sp.org/signed-note), with Ed25519: text that people and machines can read.

A note is a text, an empty line, and signature lines. Keys have a name; the verifier key, one line
of text, is what an auditor keeps.
"""

import base64
import binascii
import re
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from doelbinding.evidence.errors import NoteError, SignatureError

KEY_BYTES = 32
_ED25519 = b"\x01"
_ID_BYTES = 4
_EM_DASH = "\u2014"
_LONGEST_NOTE = 100_000
_is_name = re.compile(r"[^\s+\x00-\x1f\x7f\ud800-\udfff]{1,200}").fullmatch
_is_forbidden = re.compile(r"[\x00-\x09\x0b-\x1f\ud800-\udfff]").search  # not UTF-8, or control


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifierKey:
    """A public key and its name: ``name+hex(key id)+base64(0x01 || public key)``."""

    name: str
    public: bytes

    def __post_init__(self) -> None:
        if not _is_name(self.name):
            raise NoteError("key name: use a URL without scheme, without spaces and plus signs")
        if len(self.public) != KEY_BYTES:
            raise NoteError(f"verifier key: an Ed25519 public key has {KEY_BYTES} bytes")

    def __str__(self) -> str:
        return (
            f"{self.name}+{self.key_id.hex()}+{base64.b64encode(_ED25519 + self.public).decode()}"
        )

    @property
    def key_id(self) -> bytes:
        """Give the four bytes by which signature lines point to this key."""
        return sha256(self.name.encode() + b"\n" + _ED25519 + self.public).digest()[:_ID_BYTES]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a verifier key.

        Raises:
            NoteError: the text is not an Ed25519 verifier key, or its key id does not fit.
        """
        name, _, rest = text.strip().partition("+")
        encoded = from_base64(rest.partition("+")[2])
        if encoded is None or encoded[:1] != _ED25519:
            raise NoteError(
                "verifier key: expected name+hex(key id)+base64(0x01 || Ed25519 public key)"
            )
        key = cls(name=name, public=encoded[1:])
        if str(key) != text.strip():
            raise NoteError("verifier key: the key id does not belong to this name and public key")
        return key


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """A private Ed25519 key, as its 32 secret bytes, and its name; drawn by the caller."""

    name: str
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != KEY_BYTES:
            raise NoteError(f"signing key: an Ed25519 secret has {KEY_BYTES} bytes")

    @property
    def verifier(self) -> VerifierKey:
        """Give the public half."""
        private = Ed25519PrivateKey.from_private_bytes(self.secret)
        return VerifierKey(name=self.name, public=private.public_key().public_bytes_raw())


def sign_note(text: str, key: SigningKey) -> str:
    """Sign *text*, which ends in a newline, and give the note."""
    if not text.endswith("\n") or _is_forbidden(text):
        raise NoteError("signed note: the text ends in a newline and has no control characters")
    signature = Ed25519PrivateKey.from_private_bytes(key.secret).sign(text.encode())
    encoded = base64.b64encode(key.verifier.key_id + signature).decode()
    return f"{text}\n{_EM_DASH} {key.name} {encoded}\n"


def open_note(note: str, key: VerifierKey) -> str:
    """Give the text of *note* once *key* is shown to have signed it; other keys' lines are ignored.

    Raises:
        NoteError: it is not a signed note.
        SignatureError: this key did not sign it, or signed something else.
    """
    text, signatures = split_note(note)
    mine = [signed for name, signed in signatures if (name, signed[:4]) == (key.name, key.key_id)]
    if not mine:
        raise SignatureError("signed note: the key that must have signed it did not")
    public = Ed25519PublicKey.from_public_bytes(key.public)
    try:
        for signed in mine:
            public.verify(signed[_ID_BYTES:], text.encode())
    except InvalidSignature:
        raise SignatureError("signed note: the signature does not fit the text") from None
    return text


def split_note(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """Give the text of *note*, and each signature's key name and bytes; nothing is verified."""
    head, gap, tail = note.rpartition("\n\n")
    if not gap or len(note) > _LONGEST_NOTE or _is_forbidden(note) or not tail.endswith("\n"):
        raise NoteError("signed note: expected a text, an empty line and signature lines")
    return head + "\n", [_signature(line) for line in tail[:-1].split("\n")]


def from_base64(text: str) -> bytes | None:
    """Decode standard base64 (RFC 4648 section 4); None unless it is the one way to write it."""
    try:
        decoded = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return decoded if base64.b64encode(decoded).decode() == text else None


def _signature(line: str) -> tuple[str, bytes]:
    dash, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    signed = from_base64(encoded)
    if dash != _EM_DASH or not _is_name(name) or signed is None or len(signed) <= _ID_BYTES:
        raise NoteError("signed note: a signature line is an em dash, a key name and base64")
    return name, signed
