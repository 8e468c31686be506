"""Why a value is there, as the person may know it.

What only the seal on this very request keeps is said to be what it was without the seal. What
stays for somebody else, and no more for the person, is said to be somebody else's too: why, that is
theirs (Art. 15(4)). What tells how long restricted values may be there is said to be kept for that,
where nothing else justifies it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from doelbinding.binding.circumstances import HoldKind, phase_name
from doelbinding.policy.activity import Activity
from doelbinding.policy.model import Policy
from doelbinding.policy.organisation import Controller, Recipient
from doelbinding.rights.found import FoundRow
from doelbinding.rights.inventory import FoundValue, Inventory, Reason, Standing


class Footing(StrEnum):
    """On what footing a value is there."""

    JUSTIFIED = "justified"
    HELD = "held"
    RESTRICTED = "restricted"
    TELLING = "telling"
    OTHERS = "others"
    UNDATED = "undated"
    OVERDUE = "overdue"
    STOPPED = "stopped"
    UNBOUND = "unbound"
    LESSENED = "lessened"
    PSEUDONYM = "pseudonym"
    WITH_ROW = "with-row"


_ENDED = frozenset({Standing.OVERDUE, Standing.UNBOUND})


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Why a value is there: its footing, reasons, holds, and who gets it.

    `used_by` are the activities that give the reasons or, where no reason lives, those it was for.
    """

    footing: Footing
    reasons: tuple[Reason, ...]
    holds: tuple[HoldKind, ...]
    used_by: tuple[Activity, ...]
    recipients: tuple[Recipient, ...]

    @property
    def open_ended(self) -> bool:
        """Whether a reason lasts as long as something goes on, so that no date can be given."""
        return any(r.until is None for r in self.reasons if r.certain)

    @property
    def until(self) -> date | None:
        """The last day the value is kept; none where no date can be given."""
        if self.footing is not Footing.JUSTIFIED or self.open_ended:
            return None
        return max((r.until for r in self.reasons if r.certain and r.until), default=None)


class Explainer:
    """Tells why each value of one inventory is there."""

    def __init__(self, policy: Policy, inventory: Inventory) -> None:
        self.policy = policy
        self._inventory = inventory
        self.controller: Controller = inventory.controller

    def why(self, row: FoundRow, value: FoundValue) -> Why:
        """Tell why one value is there."""
        reasons = _reasons(value)
        holds = tuple(kind for kind in sorted(value.holds) if kind is not HoldKind.SEAL)
        footing = self._footing(row, value, reasons, holds)
        if value.restricted:
            footing = Footing.RESTRICTED
        used_by = tuple(self._used_by(row, value, reasons))
        return Why(
            footing=footing,
            reasons=reasons,
            holds=holds,
            used_by=used_by,
            recipients=tuple(self._recipients(row, value, used_by)),
        )

    def _footing(
        self,
        row: FoundRow,
        value: FoundValue,
        reasons: tuple[Reason, ...],
        holds: tuple[HoldKind, ...],
    ) -> Footing:
        if value.standing is Standing.HELD:
            return self._held(row, value, reasons, holds)
        if value.for_others and value.standing in _ENDED:
            return Footing.OTHERS
        if value.stopped and value.standing in _ENDED:
            return Footing.STOPPED
        return Footing(value.standing.value)

    def _held(
        self,
        row: FoundRow,
        value: FoundValue,
        reasons: tuple[Reason, ...],
        holds: tuple[HoldKind, ...],
    ) -> Footing:
        if holds:
            return Footing.HELD
        if value.tells:
            return Footing.TELLING
        if HoldKind.SEAL not in value.holds:
            return Footing.RESTRICTED
        if reasons:
            return Footing.UNDATED
        if value.for_others:
            return Footing.OTHERS
        if value.stopped:
            return Footing.STOPPED
        return Footing.OVERDUE if any(self._bound(row, value)) else Footing.UNBOUND

    def _bound(self, row: FoundRow, value: FoundValue) -> Iterator[Activity]:
        """Yield the activities of this controller to which the value's column is bound."""
        for binding in self._inventory.binding(row, value.column):
            activity = self.policy.activity_by_id[binding.activity]
            if self.policy.performs(self.controller, activity):
                yield activity

    def _used_by(
        self, row: FoundRow, value: FoundValue, reasons: tuple[Reason, ...]
    ) -> Iterator[Activity]:
        used = [r.activity for r in reasons]
        if not used and not value.for_others:
            used = [*self._bound(row, value)]
        told = {activity.id for activity in used}
        yield from (activity for activity in self.policy.activities if activity.id in told)

    def _recipients(
        self, row: FoundRow, value: FoundValue, used_by: tuple[Activity, ...]
    ) -> Iterator[Recipient]:
        """Yield who got the value or gets it: by its activities, and whoever keeps the store."""
        named = {id_ for activity in used_by for id_ in activity.recipients}
        for recipient in self.policy.recipients:
            here = not recipient.controllers or self.controller.id in recipient.controllers
            gets = recipient.id in named and value.column.category in recipient.receives
            keeps = recipient.id == row.place.store.kept_by
            if (here and gets) or keeps:
                yield recipient


def name_of(reason: Reason) -> str:
    """Name the phase of a reason as stops do."""
    return phase_name(reason.activity.id, reason.phase.id)


def _reasons(value: FoundValue) -> tuple[Reason, ...]:
    """Give each phase once: for the longest, where several rows of the person give it."""
    told: dict[str, Reason] = {}
    for reason in sorted(value.reasons, key=lambda reason: not reason.certain):
        name = name_of(reason)
        if name not in told or _is_longer(reason, told[name]):
            told[name] = reason
    return tuple(told.values())


def _is_longer(one: Reason, other: Reason) -> bool:
    if one.certain is not other.certain or other.until is None:
        return False
    return one.until is None or one.until > other.until
