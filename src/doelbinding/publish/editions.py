"""Editions of a policy: a version as it was published, with its fingerprint (R-0.3).

The public document is the policy without its `stores`: in which database, table and column data
are is nobody's business outside. Its own fingerprint stands beside that of the version, which is
that of the complete document.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

import rfc8785

from doelbinding.policy.canonical import document, fingerprint
from doelbinding.policy.model import Policy
from doelbinding.policy.text import Text
from doelbinding.policy.vocabulary import ChangeReason

INTERNAL = ("stores",)
"""The parts of a policy's document that are not published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """A version as it was published; both fingerprints are SHA-256 in hex."""

    number: str
    effective_on: date
    published_on: date
    reason: ChangeReason
    note: Text
    fingerprint: str
    public_sha256: str


def public_document(policy: Policy) -> bytes:
    """Give the public part of the policy's document as canonical JSON."""
    data = document(policy)
    return rfc8785.dumps({key: data[key] for key in data if key not in INTERNAL})


def edition_of(policy: Policy, public: bytes, published_on: date) -> Edition:
    """Give the edition that publishing this policy on this day makes."""
    version = policy.version
    return Edition(
        number=version.number,
        effective_on=version.effective_on,
        published_on=published_on,
        reason=version.reason,
        note=version.note,
        fingerprint=fingerprint(policy),
        public_sha256=hashlib.sha256(public).hexdigest(),
    )
