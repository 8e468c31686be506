"""A request for erasure decided: the stops that follow, and what becomes of each value (R-IX.3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NamedTuple

from doelbinding.binding.circumstances import Circumstances, Key, Restriction, Stop, phase_name
from doelbinding.binding.dating import dating_of
from doelbinding.law.reach import binds
from doelbinding.law.rights import Outcome
from doelbinding.plan.collector import collector_paused
from doelbinding.plan.ends import is_gone
from doelbinding.plan.standing_in import stands_in
from doelbinding.policy.stores import Column
from doelbinding.rights.found import FoundRow
from doelbinding.rights.inventory import FoundValue, Inventory, Reason, Standing, under
from doelbinding.rights.phases import Claim, PhaseDecision, decide_ended, decide_phases, decide_rows
from doelbinding.rights.stops import stops_for, with_stops


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
        rows = tuple(decide_rows(taken, one.claim, phases))
        every = (*phases, *rows, *decide_ended(taken, one.claim, (*phases, *rows)))
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
