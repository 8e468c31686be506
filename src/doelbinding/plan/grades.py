"""How far gone is what was deleted: said per store, never implied (DESIGN §2).

That no query finds a value any more is the least; its bytes may still be in pages, files, old
versions of a table, and backups. `purge` takes them away as far as a store can.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Protocol, runtime_checkable

from doelbinding.plan.model import Plan
from doelbinding.plan.ports import Store, StoreError


class Grade(StrEnum):
    """How far gone, from the least to the most. The last is a matter of time, told by the policy.

    `deleted`: no query of its table finds it. `vacuumed`: the store has given the space back that
    it was in. `out_of_snapshots`: no older version that the store keeps has it. `out_of_backups`:
    no copy.
    """

    DELETED = "deleted"
    VACUUMED = "vacuumed"
    OUT_OF_SNAPSHOTS = "out_of_snapshots"
    OUT_OF_BACKUPS = "out_of_backups"


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """That a purge takes what was deleted by an instant further, if it is asked from then on."""

    gone_by: datetime
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """How far gone what a run removed from a store is; `still` says where it may yet be.

    `again` where that is for a time, or something stood in the way that may be gone later.
    """

    grade: Grade
    still: str | None = None
    again: Again | None = None


@runtime_checkable
class Purges(Protocol):
    """A store that can take away what deletion leaves behind."""

    def purge(self, datasets: Sequence[str], gone_by: datetime | None = None) -> Erased:
        """Take away what is left of deleted values of some datasets, as far as now can be.

        What stands in the way (a lock, a privilege) is told in the answer; it is no failure.

        Args:
            datasets: by their ids.
            gone_by: ask only after what was deleted by that instant; of a purge that is made later.
        """
        ...


@runtime_checkable
class KeepsVersions(Protocol):
    """A store that for a time can show a table as it was, with what was deleted since."""

    def versions_kept(self, datasets: Sequence[str]) -> timedelta | None:
        """Give how long that is for some datasets, if it is purged each night; none: nobody knows.

        Args:
            datasets: by their ids.
        """
        ...


def versions_kept(store: Store, datasets: Sequence[str]) -> timedelta | None:
    """Give how long a store can show what it deleted; no time at all where it keeps no versions."""
    return store.versions_kept(datasets) if isinstance(store, KeepsVersions) else timedelta()


def purged(plan: Plan, stores: Mapping[str, Store]) -> dict[str, Erased]:
    """Purge every store that a plan changed, and give how far gone things are in each.

    The rows are deleted and verified by then, so nothing that happens here fails the run.
    """
    found: dict[str, Erased] = {}
    for store_id in dict.fromkeys(step.store for step in plan.steps):
        datasets = [step.dataset for step in plan.steps if step.store == store_id]
        found[store_id] = purged_in(stores[store_id], list(dict.fromkeys(datasets)))
    return found


def left_as_is(plan: Plan, stores: Mapping[str, Store]) -> dict[str, Erased]:
    """Purge nothing: for measuring what deletion itself costs."""
    del plan, stores
    return {}


def purged_in(store: Store, datasets: Sequence[str], gone_by: datetime | None = None) -> Erased:
    """Purge a store, and give how far gone things are in it; it failing is told in the answer."""
    begun = datetime.now(UTC)
    if not isinstance(store, Purges):
        return Erased(grade=Grade.DELETED, still="this store tells nothing of what it keeps")
    try:
        return store.purge(datasets, gone_by)
    except StoreError as error:
        again = next_time(gone_by or begun)
        return Erased(grade=Grade.DELETED, still=f"not vacuumed: {error}", again=again)


def next_time(gone_by: datetime | None = None) -> Again:
    """Give that a purge may come further whenever it is asked again."""
    now = datetime.now(UTC)
    return Again(gone_by=gone_by or now, at=now)


def soonest(found: Iterable[Again | None]) -> Again | None:
    """Give when a purge next comes further anywhere, of all that was deleted; none if nowhere."""
    known = [one for one in found if one is not None]
    if not known:
        return None
    return Again(gone_by=max(one.gone_by for one in known), at=min(one.at for one in known))


def least(grades: Iterable[Grade]) -> Grade:
    """Give the least of some grades: what may be said of all of them."""
    order = list(Grade)
    return min(grades, key=order.index, default=Grade.DELETED)
