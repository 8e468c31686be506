"""Findings as text, JSON and SARIF, and the exit status (R-II.7)."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from doelbinding.law.checks.report import exit_status, lines, to_json, to_sarif
from doelbinding.law.finding import Finding, Severity
from doelbinding.law.findings import REGISTRY, check

from .sample import ON, clean, put


@dataclass(frozen=True)
class Line:
    file: str
    line: int


def place_of(path: tuple[str | int, ...]) -> Line | None:
    return Line("policy/activities.yaml", 12) if path[0] == "activities" else None


def findings() -> tuple[Finding, ...]:
    policy = put(clean(), ("activities", 2, "persons"), ())
    policy = put(policy, ("stores", 0, "backups"), None)
    return check(policy, on=ON)


def of(severity: Severity) -> Finding:
    return Finding(
        id="DB101", severity=severity, path=(), subject="s", message="m", article="a", advice="x"
    )


@pytest.mark.parametrize(
    ("severity", "status", "strict"),
    [(Severity.ERROR, 1, 1), (Severity.WARNING, 0, 1), (Severity.NOTE, 0, 0)],
)
def test_errors_fail_a_check_and_warnings_a_strict_one(
    severity: Severity, status: int, strict: int
) -> None:
    assert exit_status([of(severity)]) == status
    assert exit_status([of(severity)], strict=True) == strict
    assert exit_status([], strict=True) == 0


def test_text_names_place_id_article_and_advice() -> None:
    first, advice, second, _, summary = lines(findings(), place_of)
    assert first == (
        "policy/activities.yaml:12: error DB106 activity newsletter: "
        "does not say whose data it uses [GDPR 30(1)(c)]"
    )
    assert advice == "    list the categories under the activity's `persons`"
    assert second.startswith("note DB406 store crm: ")
    assert summary == "1 error, 1 note"
    assert list(lines([])) == ["no findings"]


def test_json_holds_every_finding_with_its_place() -> None:
    report = json.loads(to_json(findings(), place_of))
    assert report["counts"] == {"errors": 1, "warnings": 0, "notes": 1}
    first, second = report["findings"]
    assert (first["id"], first["file"], first["line"]) == ("DB106", "policy/activities.yaml", 12)
    assert first["path"] == ["activities", 2]
    assert (second["id"], second["file"], second["line"]) == ("DB406", None, None)


def test_sarif_has_a_rule_for_every_id_and_a_stable_fingerprint() -> None:
    report = json.loads(to_sarif(findings(), place_of))
    assert report["version"] == "2.1.0"
    (run,) = report["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == list(REGISTRY)
    first, second = run["results"]
    assert rules[first["ruleIndex"]]["id"] == first["ruleId"] == "DB106"
    assert first["level"] == "error"
    where = first["locations"][0]["physicalLocation"]
    assert where["artifactLocation"]["uri"] == "policy/activities.yaml"
    assert where["region"]["startLine"] == 12
    assert "physicalLocation" not in second["locations"][0]
    again = json.loads(to_sarif(findings()))["runs"][0]["results"][0]
    assert again["partialFingerprints"] == first["partialFingerprints"]
