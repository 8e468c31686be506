"""What a check finds: where, what is wrong, which article says so, and how to mend it.

A definition holds what is the same for every finding of one id; the ids are stable, and promises
point to them (`check.DB101`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from doelbinding.law.reach import Path
from doelbinding.policy.model import Policy


class Severity(StrEnum):
    """How much a finding weighs: an error fails a check, a warning only a strict one."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing found.

    `path` leads to its place in the model, as in `("activities", 3, "phases", 0)`; `subject` names
    that place by ids, for people.
    """

    id: str
    severity: Severity
    path: Path
    subject: str
    message: str
    article: str
    advice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """What every finding of one id shares, and what the reference says about it."""

    id: str
    title: str
    severity: Severity
    article: str
    why: str
    mend: str

    def at(self, path: Path, subject: str, message: str, *, advice: str = "") -> Finding:
        """Make the finding of a place; `advice` where more can be said than in general."""
        return Finding(
            id=self.id,
            severity=self.severity,
            path=path,
            subject=subject,
            message=message,
            article=self.article,
            advice=advice or self.mend,
        )


Check = Callable[[Policy, date], Iterator[Finding]]


def listed(names: list[str] | tuple[str, ...]) -> str:
    """Write names as a list in a sentence."""
    return ", ".join(names)
