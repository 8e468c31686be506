"""Checks on names that every kind shares: leads nowhere, taken twice."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from doelbinding.policy.load.places import ModelPath, Problem
from doelbinding.policy.load.validate import suggestion
from doelbinding.policy.stores import Dataset


def dangling(
    kind: str, names: Iterable[str] | str | None, known: Collection[str], path: ModelPath
) -> Iterator[Problem]:
    """Yield a problem for each of *names* (one, several or none) that is not in *known*."""
    single = isinstance(names, str)
    for number, name in enumerate([names] if isinstance(names, str) else names or ()):
        if name not in known:
            here = path if single else (*path, number)
            yield Problem(here, f"there is no {kind} {name!r}", suggestion(name, list(known)))


def twice(kind: str, named: Iterable[tuple[str, ModelPath]]) -> Iterator[Problem]:
    """Yield a problem for each name after its first use."""
    seen = set()
    for name, path in named:
        if name in seen:
            yield Problem(path, f"there is another {kind} {name!r}", "Give it a name of its own")
        seen.add(name)


def known_columns(
    dataset: Dataset, names: Iterable[str] | str, path: ModelPath
) -> Iterator[Problem]:
    """Yield a problem for each name (one or several) that is no column of the dataset."""
    columns = [column.name for column in dataset.columns]
    yield from dangling(f"column of {dataset.id}", names, columns, path)
