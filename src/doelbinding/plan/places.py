"""Tables that two stores have: what keeps a row in one would not in the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from doelbinding.plan.model import Plan
from doelbinding.plan.ports import Gravity, Obstacle, Store, StoreError, TellsPlaces


def in_two_stores(plan: Plan, stores: Mapping[str, Store]) -> Iterator[Obstacle]:
    """Yield the datasets that a plan changes and whose rows another store has too.

    Stores that cannot be reached, or do not tell, are passed over.
    """
    if len(stores) == 1:
        return
    changed = dict.fromkeys(step.ref for step in plan.steps)
    known = {ref: tables for name, one in stores.items() for ref, tables in _places(name, one)}
    for ref in changed:
        for other, tables in known.items():
            if other.partition(".")[0] != ref.partition(".")[0] and tables & known.get(ref, set()):
                yield Obstacle(
                    gravity=Gravity.REFUSES,
                    ref=ref,
                    message=f"{other!r} is of the same table in the same database, so what keeps "
                    "a row in one store would not in the other",
                    remedy="map each table in one store, with bindings under a `when`",
                )


def _places(name: str, store: Store) -> Iterator[tuple[str, frozenset[str]]]:
    if not isinstance(store, TellsPlaces):
        return
    try:
        found = store.places()
    except StoreError:
        return
    yield from ((f"{name}.{dataset}", tables) for dataset, tables in found.items())
