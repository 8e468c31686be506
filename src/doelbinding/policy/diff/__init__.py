"""What changed between two versions of a policy, for whom, and whether people must be told (R-0.3).

Parts are matched by their ids. Retention and who performs an activity are compared as they work out
for each controller, its deviations included. The version's own number, date and note are not
changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from doelbinding.policy.canonical import document
from doelbinding.policy.diff.owed import Owed, article, owed_for
from doelbinding.policy.diff.retention import RetentionChange, retention_changes
from doelbinding.policy.diff.touched import touched
from doelbinding.policy.diff.walk import Difference, Path, differences
from doelbinding.policy.diff.words import said, shown
from doelbinding.policy.model import Policy

__all__ = ["Change", "Kind", "Owed", "compare", "touching"]


class Kind(StrEnum):
    """What happened to a part of the policy."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change.

    `what` is the place in people's words, `path` the same by ids. `persons` and `controllers` are
    those it touches. `substance` is false where only words or an order changed. `owed` is what
    people must be told, and `article` where that stands; None: nothing.
    """

    kind: Kind
    what: str
    path: Path
    before: str | None
    after: str | None
    persons: tuple[str, ...]
    controllers: tuple[str, ...]
    substance: bool
    owed: Owed | None = None
    article: str | None = None

    @property
    def matters(self) -> bool:
        """Whether the people it touches must be told."""
        return self.owed is not None


def compare(old: Policy, new: Policy) -> tuple[Change, ...]:
    """Give every change from *old* to *new*, in the order of the model."""
    retention = list(retention_changes(old, new))
    performed = list(_performed(old, new))
    told: set[Path] = {
        ("activities", c.activity.id, "phases", c.phase.id, "terms") for c in retention
    }
    told |= {change.path for change in performed}
    raw = [d for d in differences(document(old), document(new)) if d.path[0] != "version"]
    return (
        *(_of_retention(change) for change in retention),
        *performed,
        *(_of_difference(d, (old, new)) for d in raw if _spoken_of(d.path) not in told),
    )


def _spoken_of(path: Path) -> Path:
    """Give the place under which a raw difference is told as it works out for a controller."""
    match path:
        case ("controllers", _, "deviations", activity, "terms", phase, *_):
            return ("activities", activity, "phases", phase, "terms")
        case ("activities", activity, "phases", phase, "terms", *_):
            return ("activities", activity, "phases", phase, "terms")
        case ("activities", activity, "controllers", *_):
            return ("activities", activity, "controllers")
        case ("controllers", _, "deviations", activity, "performed"):
            return ("activities", activity, "controllers")
    return path


def _of_difference(difference: Difference, policies: tuple[Policy, Policy]) -> Change:
    persons, controllers = touched(difference.path, policies)
    owed = owed_for(difference)
    activity = None
    if difference.path[0] == "activities" and len(difference.path) > 1:
        activity = policies[1].activity_by_id.get(difference.path[1])
    return Change(
        kind=_kind(difference.before, difference.after),
        what=said(difference.path),
        path=difference.path,
        before=shown(difference.before),
        after=shown(difference.after),
        persons=persons,
        controllers=controllers,
        substance=not difference.words,
        owed=owed,
        article=article(owed, activity) if owed else None,
    )


def _kind(before: object, after: object) -> Kind:
    if before is None:
        return Kind.ADDED
    return Kind.REMOVED if after is None else Kind.CHANGED


def _of_retention(change: RetentionChange) -> Change:
    path = ("activities", change.activity.id, "phases", change.phase.id, "terms")
    owed = Owed.RETENTION if change.longer else None
    return Change(
        kind=Kind.CHANGED,
        what=said(path),
        path=path,
        before="; ".join(term.rule for term in change.before) or None,
        after="; ".join(term.rule for term in change.after) or None,
        persons=change.persons,
        controllers=change.controllers,
        substance=not change.words_only,
        owed=owed,
        article=article(owed, change.activity) if owed else None,
    )


def _performed(old: Policy, new: Policy) -> Iterator[Change]:
    """Yield which controllers, known before, start or stop an activity known before."""
    for activity in new.activities:
        before, after = _performing(old, activity.id), _performing(new, activity.id)
        if activity.id not in old.activity_by_id or before == after:
            continue
        known = [c.id for c in new.controllers if c.id in old.controller_by_id]
        started = tuple(c for c in known if c in after and c not in before)
        stopped = tuple(c for c in known if c in before and c not in after)
        path = ("activities", activity.id, "controllers")
        for kind, which, owed in (
            (Kind.ADDED, started, Owed.PURPOSE),
            (Kind.REMOVED, stopped, None),
        ):
            if which:
                yield Change(
                    kind=kind,
                    what=said(path),
                    path=path,
                    before=", ".join(before) or None,
                    after=", ".join(after) or None,
                    persons=activity.persons,
                    controllers=which,
                    substance=True,
                    owed=owed,
                    article=article(owed, activity) if owed else None,
                )


def _performing(policy: Policy, activity_id: str) -> list[str]:
    activity = policy.activity_by_id.get(activity_id)
    if activity is None:
        return []
    return [c.id for c in policy.controllers if policy.performs(c, activity)]


def touching(changes: Iterable[Change], person: str) -> tuple[Change, ...]:
    """Give the changes that touch a category of person."""
    return tuple(change for change in changes if person in change.persons)
