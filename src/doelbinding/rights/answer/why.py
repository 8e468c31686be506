"""Why a value is there, as the person may know it.

Two things differ from the inventory. What only the seal on this very request keeps is said to be
what it was without the seal. And of a row that leads to somebody else too, only those reasons are
told that also hold for a row of the person's own: the others are somebody else's (Art. 15(4)).
What tells how long restricted values may be there is said to be kept for that, where nothing else
justifies it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import assert_never

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
    UNBOUND = "unbound"
    LESSENED = "lessened"
    PSEUDONYM = "pseudonym"
    WITH_ROW = "with-row"


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
        self._own_phases: dict[str, set[str]] = defaultdict(set)
        self._own_holds: dict[str, set[HoldKind]] = defaultdict(set)
        for row, value in inventory.values():
            if not row.others:
                store = row.place.store.id
                self._own_holds[store].update(value.holds)
                self._own_phases[store].update(name_of(r) for r in value.reasons)

    def why(self, row: FoundRow, value: FoundValue) -> Why:
        """Tell why one value is there."""
        reasons = tuple(self._reasons(row, value))
        holds = tuple(self._holds(row, value))
        footing = self._footing(row, value, reasons, holds)
        if value.restricted and not row.others:
            footing = Footing.RESTRICTED
        used_by = tuple(self._used_by(row, value, reasons))
        return Why(
            footing=footing,
            reasons=reasons,
            holds=holds,
            used_by=used_by,
            recipients=tuple(self._recipients(row, value, used_by)),
        )

    def _reasons(self, row: FoundRow, value: FoundValue) -> Iterator[Reason]:
        """Yield each phase once; of a shared row without its date, which may be somebody else's."""
        told: set[str] = set()
        for reason in sorted(self._inventory.reasons(row, value), key=lambda r: not r.certain):
            name = name_of(reason)
            own = not row.others or name in self._own_phases[row.place.store.id]
            if own and name not in told:
                told.add(name)
                yield _undated(reason) if row.others else reason

    def _holds(self, row: FoundRow, value: FoundValue) -> Iterator[HoldKind]:
        own = self._own_holds[row.place.store.id]
        for kind in sorted(value.holds):
            if kind is not HoldKind.SEAL and (not row.others or kind in own):
                yield kind

    def _footing(
        self,
        row: FoundRow,
        value: FoundValue,
        reasons: tuple[Reason, ...],
        holds: tuple[HoldKind, ...],
    ) -> Footing:
        match value.standing:
            case Standing.WITH_ROW:
                return Footing.WITH_ROW
            case Standing.OVERDUE:
                return Footing.OVERDUE
            case Standing.UNBOUND:
                return Footing.UNBOUND
            case Standing.LESSENED:
                return Footing.LESSENED
            case Standing.PSEUDONYM:
                return Footing.PSEUDONYM
            case Standing.JUSTIFIED:
                return Footing.JUSTIFIED if reasons else Footing.OTHERS
            case Standing.UNDATED:
                return Footing.UNDATED if reasons or not row.others else Footing.OTHERS
            case Standing.HELD:
                return self._held(row, value, reasons, holds)
            case _:
                assert_never(value.standing)

    def _held(
        self,
        row: FoundRow,
        value: FoundValue,
        reasons: tuple[Reason, ...],
        holds: tuple[HoldKind, ...],
    ) -> Footing:
        if holds:
            return Footing.HELD
        if row.others:
            return Footing.OTHERS
        if value.tells:
            return Footing.TELLING
        if HoldKind.SEAL not in value.holds:
            return Footing.RESTRICTED
        if reasons:
            return Footing.UNDATED
        return Footing.OVERDUE if any(self._bound(row, value)) else Footing.UNBOUND

    def _bound(self, row: FoundRow, value: FoundValue) -> Iterator[Activity]:
        """Yield the activities of this controller to which the value's column is bound."""
        for binding in self._inventory.binding(row, value):
            activity = self.policy.activity_by_id[binding.activity]
            if self.policy.performs(self.controller, activity):
                yield activity

    def _used_by(
        self, row: FoundRow, value: FoundValue, reasons: tuple[Reason, ...]
    ) -> Iterator[Activity]:
        used = [r.activity for r in reasons]
        if not used and not row.others:
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


def _undated(reason: Reason) -> Reason:
    return Reason(
        controller=reason.controller,
        activity=reason.activity,
        phase=reason.phase,
        until=None,
        certain=reason.certain,
    )
