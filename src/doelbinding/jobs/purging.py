"""Taking further what earlier runs deleted: what stood in the way then, or was kept for a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from doelbinding.evidence.schema import MOST_ITEMS, EntryKind
from doelbinding.plan.grades import Erased, Grade, purged_in
from doelbinding.records.alone import in_turn
from doelbinding.records.models import Remains
from doelbinding.records.remains import due, settle
from doelbinding.wiring import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Purged:
    """How far gone what some runs deleted from a store is now."""

    store: str
    runs: tuple[str, ...]
    erased: Erased


def purge_again(workspace: Workspace, now: datetime) -> list[Purged]:
    """Purge each store within reach of what earlier runs left in it, if it may come further by now.

    Evidence has an entry where a store came as far as it can. What another process does meanwhile
    is waited for.
    """
    with in_turn(workspace.records.state, "purge"):
        done = list(_purged(workspace, due(now)))
    if any(one.erased.again is None for one in done):
        workspace.records.checkpoint()
    return done


def _purged(workspace: Workspace, found: Iterable[Sequence[Remains]]) -> Iterator[Purged]:
    for remains in found:
        name = remains[0].store
        if name in workspace.left_out:
            continue
        erased = _erased(workspace, remains)
        runs = tuple(dict.fromkeys(one.run_id for one in remains))
        with transaction.atomic():
            settle(remains, erased.again)
            if erased.again is None:
                entry = {"store": name, "grade": erased.grade.value}
                for first in range(0, len(runs), MOST_ITEMS):
                    some = list(runs[first : first + MOST_ITEMS])
                    workspace.records.log.append(EntryKind.STORE_PURGED, {**entry, "runs": some})
        yield Purged(store=name, runs=runs, erased=erased)


def _erased(workspace: Workspace, remains: Sequence[Remains]) -> Erased:
    """Purge the datasets that runs deleted from; of what the policy lacks nothing is known."""
    name, datasets = remains[0].store, remains[0].datasets
    policy = workspace.policy.store_by_id.get(name)
    mapped = [] if policy is None else [one.id for one in policy.datasets if one.id in datasets]
    erased = Erased(grade=Grade.DELETED)
    if mapped:
        store = workspace.stores[name]
        erased = purged_in(store, mapped, max(one.gone_by for one in remains))
        store.close()
    gone = ", ".join(one for one in datasets if one not in mapped)
    if not gone:
        return erased
    unknown = f"not known of {gone}, which the policy does not have any more"
    still = "; ".join(filter(None, [erased.still, unknown]))
    return replace(erased, grade=Grade.DELETED, still=still)
