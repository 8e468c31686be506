"""A request for erasure decided phase by phase, by the basis of each (Art. 17, 21; R-IX.3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from doelbinding.binding.circumstances import phase_name
from doelbinding.law.reach import binds
from doelbinding.law.rights import Decision, ErasureGround, Outcome, decide_erasure
from doelbinding.policy.activity import Activity, Phase
from doelbinding.rights.found import FoundRow
from doelbinding.rights.inventory import FoundValue, Inventory, Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseDecision:
    """What the request does to one phase of an activity."""

    activity: Activity
    phase: Phase
    decision: Decision

    @property
    def name(self) -> str:
        """The phase as stops name it."""
        return phase_name(self.activity.id, self.phase.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a person claims and the controller says to it.

    `ground`: of Art. 17(1), if the person names one; `established`: the controller found it met.
    `compelling`: by phase (`activity/phase`), the grounds that the controller shows.
    """

    ground: ErasureGround | None = None
    established: bool = False
    compelling: Mapping[str, str] = field(default_factory=dict)


def decide_phases(
    inventory: Inventory, claim: Claim, *, empty: bool = False
) -> tuple[PhaseDecision, ...]:
    """Decide the request for every phase that justifies anything found.

    A phase lives if it certainly does for any value, of the person's own rows or of rows that
    others share, or for a column in which nothing stands of a row of theirs alone: what is undated
    beside it is decided value by value.

    Args:
        inventory: what was found of the person, before anything is stopped.
        claim: what the person claims, and the controller says to it.
        empty: instead for those that keep rows for columns in which nothing stands.
    """
    of_rows = tuple(_reasons_of_nothing(inventory))
    living = {_name(reason) for reason in of_rows if reason.certain}
    meant: dict[str, Reason] = {}
    for reason in of_rows if empty else _reasons(inventory):
        if reason.controller:
            meant[_name(reason)] = reason
            living |= {_name(reason)} if reason.certain else set()
    return tuple(
        PhaseDecision(
            activity=meant[name].activity,
            phase=meant[name].phase,
            decision=decide_erasure(
                meant[name].phase.basis,
                claim.ground,
                alive=name in living or name in claim.compelling,
                compelling=claim.compelling.get(name),
                established=claim.established,
            ),
        )
        for name in sorted(meant)
    )


def _name(reason: Reason) -> str:
    return phase_name(reason.activity.id, reason.phase.id)


def _reasons(inventory: Inventory) -> Iterator[Reason]:
    """Yield every reason, once per row."""
    for row in inventory.rows:
        for reasons in {id(value.reasons): value.reasons for value in row.values}.values():
            yield from reasons


def _reasons_of_nothing(inventory: Inventory) -> Iterator[Reason]:
    for row in inventory.rows:
        yield from row.empty


def decide_rows(
    inventory: Inventory, claim: Claim, phases: tuple[PhaseDecision, ...]
) -> Iterator[PhaseDecision]:
    """Yield decisions that end what keeps nothing but rows: else these would stay, emptied."""
    decided = {phase.name for phase in phases}
    for one in decide_phases(inventory, claim, empty=True):
        if one.name not in decided and one.decision.outcome is Outcome.STOP:
            yield one


def decide_ended(
    inventory: Inventory, claim: Claim, decided: Iterable[PhaseDecision]
) -> Iterator[PhaseDecision]:
    """Yield decisions that stop what has ended for all that was found, as if it lived.

    An objection is none the less for nothing living that day: it covers what comes to light later.
    """
    over = uncertain_in(inventory) - {one.name for one in decided}
    for activity in inventory.rows[0].found.place.policy.activities if over else ():
        for phase in activity.phases:
            name = phase_name(activity.id, phase.id)
            if name not in over:
                continue
            decision = decide_erasure(
                phase.basis,
                claim.ground,
                alive=True,
                compelling=claim.compelling.get(name),
                established=claim.established,
            )
            if decision.outcome is Outcome.STOP:
                yield PhaseDecision(activity=activity, phase=phase, decision=decision)


def uncertain_in(inventory: Inventory) -> frozenset[str]:
    """Give the phases that bind some value of the person's own rows and do not certainly live.

    Those that have ended too: the request may take the rows by which that is told.
    """
    found: set[str] = set()
    seen: set[tuple[int, str, str]] = set()
    for report in inventory.rows:
        row = report.found
        for value in () if row.others else report.values:
            mark = id(value.reasons), row.place.ref, value.column.name
            if value.column.personal and mark not in seen:
                seen.add(mark)
                found |= _uncertain(inventory, row, value)
    return frozenset(found)


def _uncertain(inventory: Inventory, row: FoundRow, value: FoundValue) -> set[str]:
    certain = {phase_name(r.activity.id, r.phase.id) for r in value.reasons if r.certain}
    activities = row.place.policy.activity_by_id
    return {
        phase_name(binding.activity, phase.id)
        for binding in inventory.binding(row, value.column)
        for phase in activities[binding.activity].phases
        if binds(binding, binding.activity, phase.id)
    } - certain
