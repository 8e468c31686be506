"""DB421-DB427: which activity uses which column, and whether it may (R-II.2, R-II.3, R-II.9)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from doelbinding.law import reach
from doelbinding.law.checks.uses import performing
from doelbinding.law.finding import Definition, Finding, Severity, listed
from doelbinding.law.reach import Located, Path
from doelbinding.policy.activity import Activity, DataCategory
from doelbinding.policy.model import Policy
from doelbinding.policy.stores import Binding

UNBOUND = Definition(
    id="DB421",
    title="Personal column bound to nothing",
    severity=Severity.ERROR,
    article="GDPR 5(1)(b)-(c)",
    why="A value that no purpose needs is not justified: it is kept for nothing, and retention "
    "would remove it.",
    mend="bind the column to the activity that needs it, prohibit it, or remove it",
)
UNKNOWN_ACTIVITY = Definition(
    id="DB422",
    title="Binding to an activity that is not there",
    severity=Severity.ERROR,
    article="GDPR 5(1)(b)",
    why="A binding names the activity, and the phases, that need the columns; this one names what "
    "the policy does not know, so it justifies nothing.",
    mend="name an activity of the policy and phases of that activity",
)
NOT_PERFORMED_HERE = Definition(
    id="DB423",
    title="Binding to an activity that its controller does not perform",
    severity=Severity.ERROR,
    article="GDPR 5(1)(b), 5(2)",
    why="The rows belong to a controller that does not carry out the activity, so the activity "
    "justifies none of them.",
    mend="let the controller perform the activity, or bind the columns to one it does",
)
SPECIAL_UNGROUNDED = Definition(
    id="DB424",
    title="Special category column in a phase without a ground of Article 9",
    severity=Severity.ERROR,
    article="GDPR 9(1)-(2)",
    why="The exception of Article 9(2) has to hold in every phase that keeps the column, an "
    "archive too.",
    mend="state `basis.special` in the phase, or bind the column to other `phases` only",
)
NUMBER_UNGROUNDED = Definition(
    id="DB425",
    title="National number column in a phase without a statute",
    severity=Severity.ERROR,
    article="GDPR 87",
    why="A national identification number may be kept only where a law allows it, in every phase "
    "that keeps the column.",
    mend="name the law in the phase's `basis.statute`, or bind the column to other `phases` only",
)
NOT_TOLD = Definition(
    id="DB426",
    title="Data used but not told",
    severity=Severity.ERROR,
    article="GDPR 5(1)(a), 13, 14(1)(d)",
    why="The column holds a category that the activity does not declare: people are not told that "
    "it is used.",
    mend="add the category to the activity's `data`, or unbind the column",
)

NEEDED_ELSEWHERE = Definition(
    id="DB427",
    title="Column that only another controller needs",
    severity=Severity.WARNING,
    article="GDPR 5(1)(b)-(c)",
    why="Rows of several controllers are in the dataset, and one of them performs none of the "
    "activities that the column is bound to: in its rows the column is not justified.",
    mend="bind the column to an activity that this controller performs, or keep its rows without "
    "the column",
)


def bound(policy: Policy, _on: date) -> Iterator[Finding]:
    """Find personal columns that no activity needs and no prohibition covers."""
    for located in reach.locate(policy):
        dataset = located.dataset
        kept = {name for binding in dataset.bindings for name in binding.columns}
        barred = {name for p in dataset.prohibitions if p.when is None for name in p.columns}
        for number, column in enumerate(dataset.columns):
            if column.personal and column.name not in kept | barred:
                place = (*located.path, "columns", number)
                message = "holds personal data, and is bound to no activity"
                yield UNBOUND.at(place, f"column {located.name}.{column.name}", message)


def _bindings(policy: Policy) -> Iterator[tuple[Path, Located, Binding, Activity | None]]:
    for located in reach.locate(policy):
        for number, binding in enumerate(located.dataset.bindings):
            activity = policy.activity_by_id.get(binding.activity)
            yield (*located.path, "bindings", number), located, binding, activity


def known(policy: Policy, _on: date) -> Iterator[Finding]:
    """Find bindings to activities or phases that are not there."""
    for path, located, binding, activity in _bindings(policy):
        if activity is None:
            message = f"is bound to {binding.activity!r}, which is no activity"
            yield UNKNOWN_ACTIVITY.at(path, f"dataset {located.name}", message)
            continue
        phases = {phase.id for phase in activity.phases}
        strange = [phase for phase in binding.phases if phase not in phases]
        if strange:
            message = f"is bound to {listed(strange)}, no phase of {activity.id}"
            yield UNKNOWN_ACTIVITY.at(path, f"dataset {located.name}", message)


def performed(policy: Policy, _on: date) -> Iterator[Finding]:
    """Find bindings to activities that none of the dataset's controllers performs."""
    for path, located, binding, activity in _bindings(policy):
        ids = reach.controllers(policy, reach.by(located, binding))
        ours = [policy.controller_by_id[i] for i in ids if i in policy.controller_by_id]
        if activity and ours and not any(policy.performs(c, activity) for c in ours):
            message = f"is bound to {activity.id}, which {listed(ids)} does not perform"
            yield NOT_PERFORMED_HERE.at(path, f"dataset {located.name}", message)


def needed(policy: Policy, _on: date) -> Iterator[Finding]:
    """Find columns that some of the dataset's controllers have no activity for."""
    for located in reach.locate(policy):
        ids = reach.controllers(policy, located)
        ours = [policy.controller_by_id[i] for i in ids if i in policy.controller_by_id]
        for number, column in enumerate(located.dataset.columns):
            serving = [
                (reach.by(located, binding), policy.activity_by_id[binding.activity])
                for binding in located.dataset.bindings
                if column.name in binding.columns and binding.activity in policy.activity_by_id
            ]
            busy = {c.id for by, activity in serving for c in performing(policy, activity, by)}
            idle = [c.id for c in ours if c.id not in busy]
            if serving and idle and len(idle) < len(ours):
                place = (*located.path, "columns", number)
                message = f"is needed by no activity of {listed(idle)}"
                subject = f"column {located.name}.{column.name}"
                yield NEEDED_ELSEWHERE.at(place, subject, message)


def _categories(
    policy: Policy, located: Located, binding: Binding
) -> Iterator[tuple[str, DataCategory]]:
    barred = {name for p in located.dataset.prohibitions if p.when is None for name in p.columns}
    for name in binding.columns:
        column = reach.column(located.dataset, name)
        category = policy.data_category_by_id.get((column and column.category) or "")
        if category is not None and name not in barred:
            yield name, category


def allowed(policy: Policy, _on: date) -> Iterator[Finding]:
    """Find columns bound to an activity that may not hold them, or did not tell."""
    for path, located, binding, activity in _bindings(policy):
        if activity is None:
            continue
        phases = [p for p in activity.phases if reach.binds(binding, activity.id, p.id)]
        ungrounded = [phase.id for phase in phases if not phase.basis.special]
        lawless = [phase.id for phase in phases if not phase.basis.statute]
        for name, category in _categories(policy, located, binding):
            subject = f"column {located.name}.{name}"
            kept = f"{category.id}, kept for {activity.id}"
            if category.special and ungrounded:
                message = f"holds {kept} ({listed(ungrounded)}) without a ground"
                yield SPECIAL_UNGROUNDED.at(path, subject, message)
            if category.national_number and lawless:
                message = f"holds {kept} ({listed(lawless)}) without a law"
                yield NUMBER_UNGROUNDED.at(path, subject, message)
            if category.id not in activity.data:
                message = f"holds {category.id}, which {activity.id} does not declare"
                yield NOT_TOLD.at(path, subject, message)


DEFINITIONS = (
    UNBOUND,
    UNKNOWN_ACTIVITY,
    NOT_PERFORMED_HERE,
    SPECIAL_UNGROUNDED,
    NUMBER_UNGROUNDED,
    NOT_TOLD,
    NEEDED_ELSEWHERE,
)
CHECKS = (bound, known, performed, needed, allowed)
