"""People in the log: a salted commitment in place of an identifier.

While the salt exists, whoever holds it and the identifier can show that an entry is about that
person. When the salt is destroyed, with the case it belongs to, nobody can: the entry stays in the
tree and no longer relates to anyone (GDPR Art. 4(1), recital 26). Identifiers are guessable, so
a bare hash would not do: a salt is 32 random bytes, drawn by the caller, one per case.
"""

import hmac

from doelbinding.evidence.errors import WeakSaltError

SALT_BYTES = 32


def commit(salt: bytes, value: str) -> str:
    """Give ``c:`` and the HMAC-SHA256 of *value* under *salt*.

    Raises:
        WeakSaltError: the salt is shorter than 32 bytes.
    """
    if len(salt) < SALT_BYTES:
        raise WeakSaltError(
            f"commitment: the salt has {len(salt)} bytes; use secrets.token_bytes({SALT_BYTES})"
        )
    return "c:" + hmac.digest(salt, value.encode(), "sha256").hex()


def commits_to(commitment: str, *, salt: bytes, value: str) -> bool:
    """Tell whether *commitment* was made of *value* under *salt*."""
    return hmac.compare_digest(commitment.encode(), commit(salt, value).encode())
