"""The signing key on disk: a file that only its owner may read.

New keys are written as PKCS #8 PEM. Loading takes that, or the 32 raw secret bytes.
"""

import os
import stat
from pathlib import Path
from secrets import token_hex

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from doelbinding.evidence.errors import KeyFileError
from doelbinding.evidence.note import KEY_BYTES, SigningKey

_OWNER_ONLY = 0o600
_LONGEST_FILE = 10_000


def create_key_file(path: Path, *, name: str, secret: bytes) -> SigningKey:
    """Write a new key to *path*, mode 0600, and give it; *secret* is ``secrets.token_bytes(32)``.

    Raises:
        KeyFileError: the file exists; a key is never overwritten.
    """
    key = SigningKey(name=name, secret=secret)
    pem = Ed25519PrivateKey.from_private_bytes(secret).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    try:
        write_once(path, pem)
    except FileExistsError:
        raise KeyFileError(f"{path}: exists already; load it, or choose another path") from None
    return key


def write_once(path: Path, secret: bytes) -> None:
    """Write a new file, mode 0600, whole or not at all, whoever else does so at the same time.

    Raises:
        FileExistsError: it is there; it is never overwritten.
    """
    partial = path.with_name(f".{path.name}-{token_hex(8)}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secret)
            file.flush()
            os.fsync(file.fileno())
        os.link(partial, path)
    finally:
        partial.unlink()


def load_key_file(path: Path, *, name: str) -> SigningKey:
    """Read the key at *path*.

    Raises:
        KeyFileError: it is missing, others may read or change it, or it holds no Ed25519 key.
    """
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            content = file.read(_LONGEST_FILE)
    except OSError as error:
        raise KeyFileError(f"{path}: cannot be read ({error.strerror})") from None
    if mode & ~_OWNER_ONLY:
        raise KeyFileError(f"{path}: its mode is {mode:04o}; run: chmod 600 {path}")
    return SigningKey(name=name, secret=_secret(content, path))


def _secret(content: bytes, path: Path) -> bytes:
    if len(content) == KEY_BYTES:
        return content
    try:
        key = serialization.load_pem_private_key(content, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFileError(
            f"{path}: holds no Ed25519 key; it must be PKCS #8 PEM without a passphrase, "
            f"or {KEY_BYTES} raw bytes"
        )
    return key.private_bytes_raw()
