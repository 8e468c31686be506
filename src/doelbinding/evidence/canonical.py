"""One form for one meaning: canonical JSON (RFC 8785), so that a hash names a document for good."""

import hashlib

import rfc8785

from doelbinding.evidence.errors import NotCanonicalError


def canonical(value: object) -> bytes:
    """Give the RFC 8785 form of *value*: UTF-8, sorted keys, no spaces.

    Raises:
        NotCanonicalError: the value is not JSON, or a number is outside I-JSON (RFC 7493).
    """
    try:
        return rfc8785.dumps(value)  # type: ignore[arg-type]  # it checks what we cannot state
    except (rfc8785.CanonicalizationError, RecursionError):
        # "from None": the library's message repeats the value, which may be personal data.
        raise NotCanonicalError(
            "canonical JSON: the value holds something JSON cannot say exactly; use text, "
            "whole numbers within ±(2^53 - 1), finite floats, true, false, null, lists and objects "
            "with text keys"
        ) from None


def sha256_hex(data: bytes) -> str:
    """Give the SHA-256 of *data* as 64 lowercase hex digits."""
    return hashlib.sha256(data).hexdigest()
