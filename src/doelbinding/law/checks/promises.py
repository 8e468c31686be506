"""DB601-DB604: promises and the controls that keep them (GDPR Art. 5(2), 24(1); R-II.7)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from doelbinding.law.finding import Definition, Finding, Severity, listed
from doelbinding.policy.model import Policy

# The kinds of `evidence.schema`, which is above `law` and so cannot be asked.
EVIDENCE_KINDS = frozenset(
    {
        "policy.published",
        "plan.made",
        "plan.approved",
        "run.started",
        "step.intended",
        "step.done",
        "step.unknown",
        "run.verified",
        "run.not_verified",
        "store.purged",
        "night.left_out",
        "request.received",
        "request.sealed",
        "request.answered",
        "stop.set",
        "stop.lifted",
        "hold.set",
        "hold.lifted",
        "restriction.set",
        "restriction.lifted",
        "key.destroyed",
        "log.recovered",
        "store.reapplied",
        "check.done",
        "control.assessed",
        "checkpoint.exported",
    }
)

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
    title="Control shown by what is not there",
    severity=Severity.ERROR,
    article="GDPR 5(2)",
    why="A control is shown by checks that find nothing and by kinds of evidence in the log. This "
    "one names a finding that no check makes, so that it looks clean whatever happens, or a kind "
    "of evidence that the log does not have, so that it can never be shown.",
    mend="name a finding id of the reference, as in `check.DB201`, or a kind of evidence, as in "
    "`run.verified`",
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
    """Find controls that name neither a finding among the `known` ids nor a kind of evidence."""
    words = {f"check.{finding}" for finding in known} | EVIDENCE_KINDS
    for number, control in enumerate(policy.controls):
        strange = [word for word in control.shown_by if word not in words]
        if strange:
            message = f"is shown by {listed(strange)}, no finding and no kind of evidence"
            path = ("controls", number, "shown_by")
            yield UNKNOWN_EVIDENCE.at(path, f"control {control.id}", message)


DEFINITIONS = (NO_CONTROL, UNKNOWN_CONTROL, UNKNOWN_EVIDENCE, IDLE_CONTROL)
CHECKS = (kept, used)
