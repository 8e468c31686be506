"""Stores that belong together, since rows of one date rows of another (`store` of an event source).

What goes in one is judged by rows of the other, so neither is planned nor run without the other: a
call that is deleted while the customers it dates cannot be reached would leave them undated.
"""

from __future__ import annotations

from collections.abc import Collection

from doelbinding.policy.model import Policy
from doelbinding.policy.stores import Store


def joined(policy: Policy) -> tuple[frozenset[str], ...]:
    """Give the stores in groups that belong together, in the policy's order."""
    groups: list[set[str]] = []
    for store in policy.stores:
        mine = {store.id, *_dating(store)}
        apart = [group for group in groups if not group & mine]
        groups = [*apart, mine.union(*(group for group in groups if group & mine))]
    order = [store.id for store in policy.stores]
    groups.sort(key=lambda group: min(map(order.index, group)))
    return tuple(map(frozenset, groups))


def together(policy: Policy, stores: Collection[str]) -> frozenset[str]:
    """Give stores with all that belong to them."""
    return frozenset().union(*(group for group in joined(policy) if group & set(stores)))


def _dating(store: Store) -> set[str]:
    sources = (s for d in store.datasets for e in d.events.values() for s in e.latest_of)
    return {source.store for source in sources if source.store is not None}
