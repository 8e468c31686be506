"""A policy as one JSON document, so that a version has one form and one fingerprint.

RFC 8785 decides the bytes: sorted keys, no spaces. Every field is written, also the empty ones, so
that the same policy never has two documents; save `through` of a binding, which came later, and
where it says nothing leaves a policy its fingerprint. Lists keep the order in which they were
written: it is the order in which people read them.
"""

from __future__ import annotations

import hashlib
from typing import Any

import rfc8785
from pydantic import ValidationError

from doelbinding.policy.errors import DocumentError
from doelbinding.policy.load.validate import adapter
from doelbinding.policy.model import Policy


def document(policy: Policy) -> dict[str, Any]:
    """Give the policy as plain JSON data, keys as in its YAML."""
    data: dict[str, Any] = adapter().dump_python(policy, mode="json", by_alias=True)
    for dataset in (dataset for store in data["stores"] for dataset in store["datasets"]):
        for binding in dataset["bindings"]:
            if not binding["through"]:
                del binding["through"]
    return data


def canonical_json(policy: Policy) -> bytes:
    """Give the one document of the policy, in UTF-8."""
    return rfc8785.dumps(document(policy))


def fingerprint(policy: Policy) -> str:
    """Give the SHA-256 of the policy's document as 64 lowercase hex digits: its version's name."""
    return hashlib.sha256(canonical_json(policy)).hexdigest()


def parse(data: bytes) -> Policy:
    """Read a policy back from its document.

    The fields of an older document that came later take their defaults, so its fingerprint is that
    of the bytes it was published as, not of what is read here. References are not checked again.

    Raises:
        DocumentError: the bytes are not the document of a policy.
    """
    try:
        return adapter().validate_json(data, strict=True)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the document"
        raise DocumentError(
            f"not the document of a policy: {where}: {first['msg']}. "
            "Use a document that `doelbinding` published, unchanged."
        ) from None
