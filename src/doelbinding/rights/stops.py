"""The stops that follow from a request for erasure, and what they are about (R-IX.6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime

from doelbinding.binding.circumstances import Circumstances, Key, Stop, StopKind
from doelbinding.binding.times import moment_of
from doelbinding.law.rights import Outcome
from doelbinding.rights.inventory import Inventory
from doelbinding.rights.phases import PhaseDecision, uncertain_in


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


def with_stops(circumstances: Circumstances, stops: tuple[Stop, ...]) -> Circumstances:
    """Give what was said with some stops added."""
    return Circumstances(
        stops=(*circumstances.stops, *stops),
        holds=circumstances.holds,
        restrictions=circumstances.restrictions,
    )
