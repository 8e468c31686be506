"""Findings as text, JSON and SARIF 2.1.0, and the exit status they give.

Where a finding stands is asked of a callable, so that nothing here knows files: it gets the model
path and gives anything with a file and a line, or nothing.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path as File
from typing import Any, Protocol

from doelbinding.law.finding import Finding, Severity
from doelbinding.law.findings import REGISTRY
from doelbinding.law.reach import Path

SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


class Place(Protocol):
    """A line of a file."""

    @property
    def file(self) -> str | File:
        """The file, as people call it from where they are."""

    @property
    def line(self) -> int:
        """The line, from 1."""


Lookup = Callable[[Path], Place | None]


def nowhere(_path: Path) -> None:
    """Look up no place: for a policy that was not read from files."""


def exit_status(findings: Iterable[Finding], *, strict: bool = False) -> int:
    """Give 1 when a check fails: on any error, and when strict on any warning too; else 0."""
    failing = {Severity.ERROR, Severity.WARNING} if strict else {Severity.ERROR}
    return int(any(finding.severity in failing for finding in findings))


def lines(findings: Sequence[Finding], place_of: Lookup = nowhere) -> Iterator[str]:
    """Yield the report as lines of text: two for each finding, then a count."""
    for finding in findings:
        place = place_of(finding.path)
        where = f"{place.file}:{place.line}: " if place else ""
        told = f"{finding.severity.value} {finding.id} {finding.subject}: {finding.message}"
        yield f"{where}{told} [{finding.article}]"
        yield f"    {finding.advice}"
    yield _summary(findings)


def _counts(findings: Iterable[Finding]) -> dict[str, int]:
    counted = Counter(finding.severity for finding in findings)
    return {f"{severity.value}s": counted[severity] for severity in Severity}


def _summary(findings: Sequence[Finding]) -> str:
    told = [
        f"{number} {name if number != 1 else name.removesuffix('s')}"
        for name, number in _counts(findings).items()
        if number
    ]
    return ", ".join(told) if told else "no findings"


def to_json(findings: Sequence[Finding], place_of: Lookup = nowhere) -> str:
    """Write the report as JSON: the findings in order, and how many there are of each severity."""
    report = {
        "findings": [_as_data(finding, place_of(finding.path)) for finding in findings],
        "counts": _counts(findings),
    }
    return json.dumps(report, ensure_ascii=False, indent=2)


def _as_data(finding: Finding, place: Place | None) -> dict[str, Any]:
    return {
        "id": finding.id,
        "severity": finding.severity.value,
        "subject": finding.subject,
        "message": finding.message,
        "article": finding.article,
        "advice": finding.advice,
        "path": list(finding.path),
        "file": str(place.file) if place else None,
        "line": place.line if place else None,
    }


def to_sarif(findings: Sequence[Finding], place_of: Lookup = nowhere) -> str:
    """Write the report as SARIF 2.1.0, which code forges show beside the policy's files."""
    results = [_result(finding, place_of(finding.path)) for finding in findings]
    driver = {"name": "doelbinding", "rules": list(_rules())}
    run = {"tool": {"driver": driver}, "results": results}
    report = {"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(report, ensure_ascii=False, indent=2)


def _rules() -> Iterator[dict[str, Any]]:
    for definition in REGISTRY.values():
        yield {
            "id": definition.id,
            "shortDescription": {"text": definition.title},
            "fullDescription": {"text": definition.why},
            "help": {"text": definition.mend},
            "defaultConfiguration": {"level": definition.severity.value},
            "properties": {"article": definition.article},
        }


def _result(finding: Finding, place: Place | None) -> dict[str, Any]:
    location: dict[str, Any] = {"logicalLocations": [{"fullyQualifiedName": finding.subject}]}
    if place:
        location["physicalLocation"] = {
            "artifactLocation": {"uri": File(place.file).as_posix()},
            "region": {"startLine": place.line},
        }
    identity = f"{finding.id}\n{finding.subject}\n{finding.message}"
    return {
        "ruleId": finding.id,
        "ruleIndex": list(REGISTRY).index(finding.id),
        "level": finding.severity.value,
        "message": {
            "text": f"{finding.subject}: {finding.message} [{finding.article}]. {finding.advice}"
        },
        "locations": [location],
        "partialFingerprints": {"finding/v1": sha256(identity.encode()).hexdigest()},
    }
