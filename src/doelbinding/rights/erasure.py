"""A request for erasure, phase by phase and by its basis (Art. 17, 21; R-IX.3, R-IX.6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import NamedTuple

from doelbinding.binding.circumstances import (
    Circumstances,
    Key,
    Restriction,
    Stop,
    StopKind,
    phase_name,
)
from doelbinding.binding.dating import dating_of
from doelbinding.binding.times import moment_of
from doelbinding.law.reach import binds
from doelbinding.law.rights import Decision, ErasureGround, Outcome, decide_erasure
from doelbinding.plan.collector import collector_paused
from doelbinding.plan.ends import is_gone
from doelbinding.plan.standing_in import stands_in
from doelbinding.policy.activity import Activity, Phase
from doelbinding.policy.stores import Column
from doelbinding.rights.found import FoundRow
from doelbinding.rights.inventory import FoundValue, Inventory, Reason, Standing, under


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


class Fate(NamedTuple):
    """What becomes of one value: erased, or kept because of phases that go on.

    `shared`: it stays for somebody else, or as nothing dates it in a row that is theirs too; kept
    for the person or not. `ended`: it is the pseudonym that it ended as before, in a row that
    stays. A named tuple, since a list of people has hundreds of thousands.
    """

    row: FoundRow
    value: FoundValue
    kept_by: tuple[PhaseDecision, ...]
    shared: bool = False
    ended: bool = False

    @property
    def erased(self) -> bool:
        """Whether nothing keeps the value."""
        held = self.value.standing is Standing.HELD
        return not (self.kept_by or held or self.shared or self.ended)

    def until(self, phase: PhaseDecision) -> date | None:
        """Give the last day on which a phase keeps the value for the person; none if open."""
        days = [
            reason.until
            for reason in self.value.reasons
            if reason.certain and phase_name(reason.activity.id, reason.phase.id) == phase.name
        ]
        return None if None in days else max((day for day in days if day), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureDecision:
    """The request decided: each phase, the stops that follow, and each value's fate."""

    phases: tuple[PhaseDecision, ...]
    stops: tuple[Stop, ...]
    suspended: tuple[PhaseDecision, ...]
    fates: tuple[Fate, ...]
    bare: frozenset[tuple[str, Key]] = frozenset()
    """Rows that stay whatever becomes of their values: for columns in which nothing stands, too."""


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

    A phase lives if it certainly does for any value: what is undated beside it is decided value by
    value. The person's own rows say so before rows that others share.

    Args:
        inventory: what was found of the person, before anything is stopped.
        claim: what the person claims, and the controller says to it.
        empty: instead for those that keep rows for columns in which nothing stands.
    """
    living: dict[str, bool] = {}
    meant: dict[str, Reason] = {}
    for others, reason in _reasons_of_nothing(inventory) if empty else _reasons(inventory):
        name = phase_name(reason.activity.id, reason.phase.id)
        if not reason.controller or (others and name in living):
            continue
        meant[name] = reason
        living[name] = living.get(name, False) or reason.certain
    return tuple(
        PhaseDecision(
            activity=meant[name].activity,
            phase=meant[name].phase,
            decision=decide_erasure(
                meant[name].phase.basis,
                claim.ground,
                alive=living[name] or name in claim.compelling,
                compelling=claim.compelling.get(name),
                established=claim.established,
            ),
        )
        for name in sorted(meant)
    )


def _reasons(inventory: Inventory) -> Iterator[tuple[bool, Reason]]:
    """Yield every reason once per row, of rows that others share last, which it says."""
    for row in sorted(inventory.rows, key=lambda row: row.found.others):
        for reasons in {id(value.reasons): value.reasons for value in row.values}.values():
            for reason in reasons:
                yield row.found.others, reason


def _reasons_of_nothing(inventory: Inventory) -> Iterator[tuple[bool, Reason]]:
    yield from ((False, reason) for row in inventory.rows for reason in row.empty)


def _decide_rows(
    inventory: Inventory, claim: Claim, phases: tuple[PhaseDecision, ...]
) -> Iterator[PhaseDecision]:
    """Yield decisions that end what keeps nothing but rows: else these would stay, emptied."""
    decided = {phase.name for phase in phases}
    for one in decide_phases(inventory, claim, empty=True):
        if one.name not in decided and one.decision.outcome is Outcome.STOP:
            yield one


def _decide_ended(
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


def _bare(inventory: Inventory, suspending: Sequence[PhaseDecision]) -> Iterator[tuple[str, Key]]:
    """Yield the rows that stay whatever becomes of their values; taken under the stops."""
    for row in inventory.rows:
        certain = row.kept or any(reason.certain for reason in row.empty)
        if certain or (suspending and _waits(row.found, inventory, suspending)):
            yield row.found.place.ref, row.found.key


def _waits(row: FoundRow, inventory: Inventory, suspending: Sequence[PhaseDecision]) -> bool:
    """Tell whether a row stays while phases are weighed: for a column, or for what it tells."""
    if row.others:
        return False
    weighed = Restriction(
        id="weighed",
        controller=inventory.controller.id,
        subjects=inventory.found.subjects,
        phases=frozenset(one.name for one in suspending),
    )
    return dating_of(row.place.policy).of_rows(row.place)(weighed) or any(
        _suspends(one, inventory, row, column)
        for one in suspending
        for column in row.place.dataset.personal_columns
    )


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


def stops_for(
    decisions: tuple[PhaseDecision, ...], inventory: Inventory, case: str, *, of_now: bool
) -> Iterator[Stop]:
    """Yield the stops that follow: what the request ends, for good, and where it is undated.

    A phase that goes on for some values may be undated for others, which something else keeps for
    now; and one that has ended is undated once the rows that dated it are gone. Without the last
    kind of stop it would keep values for ever.

    Args:
        decisions: phase by phase.
        inventory: what was found of the person, before anything is stopped.
        case: the request's id.
        of_now: they cover whatever is there, since nothing was decided of it before.
    """
    stopped = [d for d in decisions if d.decision.outcome is Outcome.STOP]
    ended = {
        kind: frozenset(d.name for d in stopped if d.decision.lasting is lasting)
        for lasting, kind in ((False, StopKind.ERASURE), (True, StopKind.OBJECTION))
    }
    decided = {d.name for d in decisions if d.decision.outcome is not Outcome.KEEP}
    ended[StopKind.UNDATED] = uncertain_in(inventory) - decided
    ahead = _ahead(inventory) if of_now else {}
    for kind, phases in ended.items():
        if phases:
            yield Stop(
                id=f"{case}-{kind.value}",
                controller=inventory.controller.id,
                kind=kind,
                phases=phases,
                set_at=inventory.at,
                subjects=inventory.found.subjects,
                of_now=of_now,
                ahead={} if kind.lasts else ahead,
            )


def _ahead(inventory: Inventory) -> Mapping[str, Mapping[Key, datetime]]:
    """Give the rows of the person alone that bear a later date than today, with that."""
    found: dict[str, dict[Key, datetime]] = defaultdict(dict)
    for report in inventory.rows:
        here, row, name = report.found.place, report.found.row, report.found.place.dataset.collected
        if name is None or here.top.shared:
            continue
        column, zone = here.dataset.column(name), inventory.controller.timezone
        moment = moment_of(row[name], column, here.store.timezone, zone)
        if moment is not None and moment > inventory.at:
            found[here.ref][report.found.key] = moment
    return found


def fates_of(inventory: Inventory, decisions: tuple[PhaseDecision, ...]) -> Iterator[Fate]:
    """Yield what becomes of every personal value found; `inventory` is taken under the stops.

    Of what has ended before there is nothing to tell, save of a pseudonym; nor of what was
    collected after the request, which it does not stop.
    """
    by_name = {decision.name: decision for decision in decisions}
    suspending = [decision for decision in decisions if decision.decision.suspends]
    known: dict[tuple[int, bool], tuple[PhaseDecision, ...]] = {}
    bare = frozenset(_bare(inventory, suspending))
    for report in inventory.rows:
        row, fates, newer = report.found, [], False
        for value in report.values:
            if not value.column.personal:
                continue
            mark = id(value.reasons), row.others
            kept_by = known.get(mark)
            if kept_by is None:
                kept_by = tuple(_keeping(value.reasons, by_name, shared=row.others))
                known[mark] = kept_by
            if suspending:
                weighed = (
                    one for one in suspending if _suspends(one, inventory, row, value.column)
                )
                kept_by = tuple({one.name: one for one in (*kept_by, *weighed)}.values())
            undated = row.others and value.standing is Standing.UNDATED and not kept_by
            fate = Fate(row, value, kept_by, value.for_others or undated)
            if fate.erased and any(reason.certain for reason in value.reasons):
                newer = True
            else:
                fates.append(fate)
        yield from _changing(fates, bare=newer or (row.place.ref, row.key) in bare)


def _changing(fates: list[Fate], *, bare: bool) -> Iterator[Fate]:
    """Yield the fates of a row's values, less what would be erased and has ended already."""
    stays = bare or any(
        not fate.erased or not fate.row.place.dataset.goes_when_unjustified for fate in fates
    )
    for fate in fates:
        column, held = fate.value.column, fate.value.value
        if not fate.erased or (column.ends_as is None and column.replace_with is None):
            yield fate
        elif stands_in(column, held):
            continue
        elif not stays or not _has_ended(fate):
            yield fate
        elif column.ends_as is not None and column.ends_as.pseudonym is not None:
            yield fate._replace(ended=True)


def _has_ended(fate: Fate) -> bool:
    """Tell whether a value is what it ends as; of a text that is stripped, its row tells that."""
    ending = fate.value.column.ends_as
    if ending is None or ending.strip is not None:
        return False
    return is_gone(fate.row.place, fate.value.column, fate.value.value)


def _keeping(
    reasons: Iterable[Reason], by_name: Mapping[str, PhaseDecision], *, shared: bool
) -> Iterator[PhaseDecision]:
    """Yield the phases that go on and keep a value, each once."""
    lasting = (reason for reason in reasons if reason.certain or shared)
    names = dict.fromkeys(phase_name(r.activity.id, r.phase.id) for r in lasting)
    for name in names:
        found = by_name.get(name)
        if found is not None and found.decision.outcome is not Outcome.STOP:
            yield found


def _suspends(decision: PhaseDecision, inventory: Inventory, row: FoundRow, column: Column) -> bool:
    """Tell whether a phase that is weighed binds a column, ended or not, or one that it dates."""
    dating, name = dating_of(row.place.policy), f"{row.place.ref}.{column.name}"
    return dating.is_for_phase(decision.name, name) or any(
        binds(binding, decision.activity.id, decision.phase.id)
        for binding in inventory.binding(row, column)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Undecided:
    """A request for erasure to be decided: what was found, what is claimed, and its case's name.

    `since`: when it was asked, if it was decided before, so that it covers what was there then;
    else it covers whatever there is.
    """

    inventory: Inventory
    claim: Claim
    case: str
    since: datetime | None = None


def decide_requests(
    requests: Sequence[Undecided], said: Circumstances
) -> tuple[list[ErasureDecision], Circumstances]:
    """Decide requests of people found together; give the decisions, and all that is then said.

    What leads to several of them is judged with the stops of all, as one plan would end it.

    Args:
        requests: of people of one controller, with inventories taken before anything is stopped.
        said: everything in force besides.
    """
    with collector_paused():
        return _decided(requests, said)


def _decided(
    requests: Sequence[Undecided], said: Circumstances
) -> tuple[list[ErasureDecision], Circumstances]:
    decided = []
    for one in requests:
        taken = one.inventory
        phases = decide_phases(taken, one.claim)
        rows = tuple(_decide_rows(taken, one.claim, phases))
        every = (*phases, *rows, *_decide_ended(taken, one.claim, (*phases, *rows)))
        stops = stops_for(every, taken, one.case, of_now=one.since is None)
        asked_at = one.since or taken.at
        decided.append((phases, tuple(replace(stop, set_at=asked_at) for stop in stops)))
    then = with_stops(said, tuple(stop for _, stops in decided for stop in stops))
    again = under([one.inventory for one in requests], then)
    return [
        _sorted(phases, stops, taken) for (phases, stops), taken in zip(decided, again, strict=True)
    ], then


def _sorted(
    phases: tuple[PhaseDecision, ...], stops: tuple[Stop, ...], taken: Inventory
) -> ErasureDecision:
    """Sort what becomes of everything found; `taken` is taken under the stops."""
    suspended = tuple(p for p in phases if p.decision.suspends)
    return ErasureDecision(
        phases=phases,
        stops=stops,
        suspended=suspended,
        fates=tuple(fates_of(taken, phases)),
        bare=frozenset(_bare(taken, suspended)),
    )


def with_stops(circumstances: Circumstances, stops: tuple[Stop, ...]) -> Circumstances:
    """Give what was said with some stops added."""
    return Circumstances(
        stops=(*circumstances.stops, *stops),
        holds=circumstances.holds,
        restrictions=circumstances.restrictions,
    )
