"""Envelopes for what the records keep of people: AES-256-GCM, one key file, a fresh nonce each.

The purpose of an envelope is authenticated with it, so that one cannot stand in for another.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from doelbinding.binding.circumstances import Key
from doelbinding.evidence.keyfile import write_once

_NONCE_BYTES = 12


class EnvelopeError(Exception):
    """An envelope cannot be opened: it was changed, or sealed with another key."""


@dataclass(frozen=True, slots=True)
class Sealer:
    """Seals and opens envelopes, and makes keyed hashes."""

    secret: bytes = field(repr=False)

    def seal(self, purpose: str, content: Any) -> bytes:
        """Give JSON content as an envelope."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        written = json.dumps(content, separators=(",", ":")).encode()
        return nonce + AESGCM(self.secret).encrypt(nonce, written, purpose.encode())

    def open(self, purpose: str, envelope: bytes | memoryview) -> Any:
        """Give the content of an envelope.

        Raises:
            EnvelopeError: it was changed, has another purpose or another key.
        """
        envelope = bytes(envelope)
        nonce, sealed = envelope[:_NONCE_BYTES], envelope[_NONCE_BYTES:]
        try:
            return json.loads(AESGCM(self.secret).decrypt(nonce, sealed, purpose.encode()))
        except InvalidTag:
            raise EnvelopeError(
                f"a record of {purpose!r} cannot be opened: it was changed, or the key file "
                "is not the one it was sealed with"
            ) from None

    def keyed_hash(self, *parts: object) -> bytes:
        """Give a hash that only the holder of the key can make (HMAC-SHA256)."""
        return hmac.digest(self.secret, repr(parts).encode(), hashlib.sha256)


def key_file(path: Path) -> bytes:
    """Read the 32-byte key, making it (mode 0600) the first time."""
    if not path.exists():
        with suppress(FileExistsError):  # another process made it meanwhile: that one holds
            write_once(path, secrets.token_bytes(32))
    return path.read_bytes()


def keys_as_json(keys: Mapping[str, frozenset[Key]]) -> dict[str, list[list[str | int]]]:
    """Give key sets as JSON, in a stable order."""
    return {
        name: [list(key) for key in sorted(found, key=repr)] for name, found in sorted(keys.items())
    }


def keys_from_json(written: Mapping[str, list[list[str | int]]]) -> dict[str, frozenset[Key]]:
    """Read key sets back."""
    return {name: frozenset(tuple(key) for key in keys) for name, keys in written.items()}
