"""Which exceptions are said as a sentence; others are ours to mend and show as they are."""

from __future__ import annotations

import sys
from collections.abc import Iterator

_KNOWN = (
    ("doelbinding.policy.errors", "NotAPolicyError"),
    ("doelbinding.binding.paths", "PathError"),
    ("doelbinding.plan.ports", "StoreError"),
    ("doelbinding.plan.run", "Stopped"),
    ("doelbinding.plan.document", "NotAPlan"),
    ("doelbinding.plan.transform", "NoKey"),
    ("doelbinding.records.pseudonym_keys", "KeyRefused"),
    ("doelbinding.plan.identifiers", "NotAnIdentifier"),
    ("doelbinding.rights.locate", "NotIncluded"),
    ("doelbinding.evidence.errors", "EvidenceError"),
    ("doelbinding.publish.errors", "PublishError"),
    ("doelbinding.records.opening", "RecordsUnavailable"),
    ("doelbinding.records.envelope", "EnvelopeError"),
    ("doelbinding.records.plans", "NotRecorded"),
    ("doelbinding.records.plans", "NotApproved"),
    ("doelbinding.jobs.retention", "PolicyBroken"),
    ("doelbinding.jobs.requests", "NoSuchController"),
    ("doelbinding.jobs.requests", "NoSuchCase"),
    ("doelbinding.jobs.requests", "CaseDecided"),
    ("doelbinding.jobs.requests", "NotDecided"),
    ("doelbinding.jobs.many", "BadList"),
    ("doelbinding.jobs.holds", "NobodyFound"),
    ("doelbinding.rights.correction", "NotCorrectable"),
    ("doelbinding.jobs.restrictions", "NotRestrictable"),
    ("doelbinding.jobs.restrictions", "NotLifted"),
    ("doelbinding.jobs.explain", "NoSuchValue"),
    ("doelbinding.wiring", "NotConfigured"),
    ("doelbinding.cli.reading", "BadInput"),
)


def said(error: BaseException) -> str | None:
    """Give the message of a known error; nothing for others.

    Only modules already imported can have raised, so none is imported for this.
    """
    for module, name in _KNOWN:
        kind = getattr(sys.modules.get(module), name, None)
        if isinstance(kind, type) and isinstance(error, kind):
            return str(error)
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    if isinstance(error, tuple(_of_records())):
        return (
            f"the records' database failed ({type(error).__name__}): nothing further was changed; "
            "mend the cause (a lock, a full disk, a lost connection), and give the same command "
            "again"
        )
    return None


def _of_records() -> Iterator[type[BaseException]]:
    """Yield what the records' database fails with: Django closes a cursor of the driver's bare."""
    for module in ("django.db.utils", "psycopg"):
        kind = getattr(sys.modules.get(module), "Error", None)
        if isinstance(kind, type):
            yield kind
