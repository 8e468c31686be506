"""DB601-DB604: promises and the controls that keep them (GDPR Art. 5(2), 24(1); R-II.7)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from doelbinding.law.finding import Definition, Finding, Severity, listed
from doelbinding.policy.model import Policy

NO_CONTROL = Definition(
    id="DB601",
    title="Promise without a control",
    severity=Severity.ERROR,
    article="GDPR 5(2), 24(1)",
    why="Whoever promises shows that it is kept; nothing keeps this promise.",
    mend="name at least one control under the promise's `controls`",
)
UNKNOWN_CONTROL = Definition(
    id="DB602",
    title="Promise kept by a control that is not there",
    severity=Severity.ERROR,
    article="GDPR 5(2), 24(1)",
    why="The promise points to a control that the policy does not define.",
    mend="define the control under `controls`, or correct its id",
)
UNKNOWN_EVIDENCE = Definition(
    id="DB603",
    title="Control shown by a finding that is not there",
    severity=Severity.ERROR,
    article="GDPR 5(2)",
    why="A control is shown by checks; this one names a finding that no check makes, so it would "
    "look clean whatever happens.",
    mend="name a finding id of the reference, as in `check.DB201`",
)
IDLE_CONTROL = Definition(
    id="DB604",
    title="Control that keeps no promise",
    severity=Severity.NOTE,
    article="GDPR 5(2)",
    why="The control is kept up, and no promise rests on it.",
    mend="name it under the promise it keeps, or remove it",
)


def kept(policy: Policy, _on: date) -> Iterator[Finding]:
    """Find promises that nothing keeps, or that something unknown does."""
    known = {control.id for control in policy.controls}
    for number, promise in enumerate(policy.promises):
        path, subject = ("promises", number), f"promise {promise.id}"
        if not promise.controls:
            yield NO_CONTROL.at(path, subject, "is kept by no control")
        strange = [control for control in promise.controls if control not in known]
        if strange:
            message = f"names {listed(strange)}, which is no control"
            yield UNKNOWN_CONTROL.at((*path, "controls"), subject, message)


def used(policy: Policy, _on: date) -> Iterator[Finding]:
    """Find controls on which no promise rests."""
    named = {control for promise in policy.promises for control in promise.controls}
    for number, control in enumerate(policy.controls):
        if control.id not in named:
            message = "keeps no promise"
            yield IDLE_CONTROL.at(("controls", number), f"control {control.id}", message)


def shown(policy: Policy, known: frozenset[str]) -> Iterator[Finding]:
    """Find controls that name a finding which is not among the `known` ids."""
    for number, control in enumerate(policy.controls):
        checks = [s.removeprefix("check.") for s in control.shown_by if s.startswith("check.")]
        strange = [check for check in checks if check not in known]
        if strange:
            message = f"is shown by {listed(strange)}, which is no finding"
            path = ("controls", number, "shown_by")
            yield UNKNOWN_EVIDENCE.at(path, f"control {control.id}", message)


DEFINITIONS = (NO_CONTROL, UNKNOWN_CONTROL, UNKNOWN_EVIDENCE, IDLE_CONTROL)
CHECKS = (kept, used)
