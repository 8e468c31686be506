"""Columns by which rows of two datasets belong together, as the policy tells."""

from __future__ import annotations

from collections.abc import Iterator

from doelbinding.policy.stores import Dataset, Store

Pair = tuple[Dataset, str, Dataset, str]
"""A dataset and its column that refers, and the dataset and column that it refers to."""


def pairs_of(store: Store, dataset: Dataset) -> Iterator[Pair]:
    """Yield what a dataset refers to by the policy, and what refers to it, column by column."""
    for path in dataset.paths:
        other = store.dataset(path.other)
        if path.to is not None:
            referred = path.references or other.key
            yield from ((dataset, a, other, b) for a, b in zip(path.columns, referred, strict=True))
        else:
            referred = path.references or dataset.key
            yield from ((other, a, dataset, b) for a, b in zip(path.columns, referred, strict=True))
    for reference in dataset.references:
        other = store.dataset(reference.to)
        referred = reference.references or other.key
        yield from (
            (dataset, a, other, b) for a, b in zip(reference.columns, referred, strict=True)
        )
    sources = [s for event in dataset.events.values() for s in event.latest_of if not s.store]
    for name, on in [(s.dataset, s.on) for s in sources] + [
        (state.dataset, state.on) for state in dataset.row_states.values()
    ]:
        if name is not None:
            other = store.dataset(name)
            yield from ((other, there, dataset, mine) for there, mine in on.items())
