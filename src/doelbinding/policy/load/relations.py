"""Whether paths and references lead somewhere, and never need each other in a circle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from doelbinding.policy.load.names import dangling, known_columns
from doelbinding.policy.load.operands import condition_problems
from doelbinding.policy.load.places import ModelPath, Problem
from doelbinding.policy.model import Policy
from doelbinding.policy.stores import (
    Binding,
    Dataset,
    EventSource,
    Reference,
    Store,
    Subject,
    WhenGone,
)

_ONE_OF_THE_TWO = (
    "Keep one of the two: where some rows are of guests, `person`, with an `identifier` of one "
    "kind on the column that names the others' owner and on the owner's key"
)


def relation_problems(store: Store, dataset: Dataset, path: ModelPath) -> Iterator[Problem]:
    """Yield what is wrong with a dataset's paths and references."""
    others = {other.id: other for other in reversed(store.datasets)}
    placed = [((*path, "subjects", n), one) for n, one in enumerate(dataset.subjects)]
    if dataset.subject is not None:
        placed = [((*path, "subject"), dataset.subject)]
    if placed and dataset.person:
        message = "the row is the person itself (`person: true`) and yet leads to one"
        yield Problem(placed[0][0], message, _ONE_OF_THE_TWO)
    if placed and dataset.parent_path is None and dataset.persons:
        message = "who is of which category is told by the people whom a row leads to"
        yield Problem((*path, "persons"), message, "Name `persons` on their dataset")
    for here, subject in placed:
        yield from _path(store, dataset, subject, others, here)
    for number, reference in enumerate(dataset.references):
        yield from _reference(store, dataset, reference, others, (*path, "references", number))


def _path(
    store: Store, dataset: Dataset, subject: Subject, others: Mapping[str, Dataset], path: ModelPath
) -> Iterator[Problem]:
    if subject.when is not None:
        yield from condition_problems(dataset, subject.when, (*path, "when"))
    other = others.get(subject.other)
    if other is None:
        word, kind = "to" if subject.to else "shared_by", f"dataset of {store.id}"
        yield from dangling(kind, subject.other, others, (*path, word))
        return
    referring, referred = (dataset, other) if subject.to else (other, dataset)
    yield from _pairs(referring, referred, subject.columns, subject.references, path)


def _reference(
    store: Store,
    dataset: Dataset,
    reference: Reference,
    others: Mapping[str, Dataset],
    path: ModelPath,
) -> Iterator[Problem]:
    other = others.get(reference.to)
    if other is None:
        kind = f"dataset of {store.id}"
        yield from dangling(kind, reference.to, others, (*path, "to"))
        return
    yield from _pairs(dataset, other, reference.columns, reference.references, path)
    if reference.when_gone is WhenGone.EMPTY:
        for name in set(reference.columns) & set(dataset.key):
            message = f"the column {name!r} is part of the key, which is never emptied"
            yield Problem((*path, "columns"), message, "Write `when_gone: keep`")
    elif other.id == dataset.id:
        message = "rows that refer to rows of their own dataset would keep each other for ever"
        yield Problem((*path, "when_gone"), message, "Write `when_gone: empty`")


def _pairs(
    referring: Dataset,
    referred: Dataset,
    columns: tuple[str, ...],
    references: tuple[str, ...],
    path: ModelPath,
) -> Iterator[Problem]:
    yield from known_columns(referring, columns, (*path, "columns"))
    yield from known_columns(referred, references, (*path, "references"))
    wanted = references or referred.key
    if wanted and len(columns) != len(wanted):
        yield Problem(
            (*path, "columns"),
            f"{len(columns)} columns cannot pair with {len(wanted)} of {referred.id}"
            f" ({', '.join(wanted)})",
            f"Name one column of {referring.id} for each of them, in their order",
        )


def through_problems(dataset: Dataset, binding: Binding, path: ModelPath) -> Iterator[Problem]:
    """Yield what is wrong with the paths by which a binding is said to hold."""
    ends = [one.other for one in dataset.paths]
    if not binding.through:
        return
    if dataset.parent_path is not None or not ends:
        whose = "are people themselves" if not ends else f"lead to one row of {ends[0]} each"
        message = f"there is nothing to choose: rows of {dataset.id} {whose}"
        yield Problem(path, message, "Leave `through` out; it chooses among several `subjects`")
        return
    yield from dangling(f"path of {dataset.id} by", binding.through, ends, path)


def circles(store: Store, path: ModelPath) -> Iterator[Problem]:
    """Yield the circles in which paths run, or else in which rows need each other."""
    found = list(_paths_in_circles(store, path))
    yield from found
    if not found:
        yield from _needs_in_circles(store, path)


def _paths_in_circles(store: Store, path: ModelPath) -> Iterator[Problem]:
    onward = {d.id: [one.other for one in d.paths] for d in store.datasets}
    for number, dataset in enumerate(store.datasets):
        way = _way_back(dataset.id, onward)
        if way:
            word = "subject" if dataset.subject else "subjects"
            yield Problem(
                (*path, number, word),
                f"the path to a person runs in a circle: {' → '.join(way)}",
                "Let one of them be the person (`person: true`), or refer elsewhere",
            )


def _way_back(start: str, onward: Mapping[str, list[str]]) -> list[str]:
    """Give the way from a dataset back to itself; empty when there is none."""
    waiting, seen = [[start]], set[str]()
    while waiting:
        way = waiting.pop()
        for after in onward.get(way[-1], []):
            if after == start:
                return [*way, after]
            if after not in seen:
                seen.add(after)
                waiting.append([*way, after])
    return []


def _needs_in_circles(store: Store, path: ModelPath) -> Iterator[Problem]:
    """Find rows of which each stays while the next does, so that none can ever go."""
    needs: dict[str, set[str]] = {dataset.id: set() for dataset in store.datasets}
    remedies: dict[tuple[str, str], list[str]] = {}
    for dataset in store.datasets:
        for needing, needed, remedy in _needs(dataset, store):
            if needing != needed:
                needs.setdefault(needing, set()).add(needed)
                remedies.setdefault((needing, needed), []).append(remedy)
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        way = list(reversed(error.args[1]))
        number = [d.id for d in store.datasets].index(way[0])
        told = [remedy for need in pairwise(way) for remedy in remedies[need] if remedy]
        yield Problem(
            (*path, number),
            f"rows need each other in a circle, so that none can go: {' → '.join(way)}",
            f"Break it at one place: {'; or '.join(dict.fromkeys(told))}",
        )


def _needs(dataset: Dataset, store: Store) -> Iterator[tuple[str, str, str]]:
    """Yield which dataset's rows need which other's to stay, as this one says, and a way out."""
    released = _released(dataset)
    sharers = {one.id: _released(one) for one in store.datasets}
    for one in dataset.paths:
        if one.shared_by is not None:
            if one.columns not in sharers.get(one.shared_by, set()):
                yield one.shared_by, dataset.id, ""
        elif one.columns not in released:
            yield dataset.id, one.other, _emptied(dataset, one.columns)
    for reference in dataset.references:
        if reference.columns not in released:
            yield dataset.id, reference.to, _emptied(dataset, reference.columns)
    for name, event in dataset.events.items():
        for source in event.latest_of:
            if source.on and source.dataset and source.store is None:
                yield source.dataset, dataset.id, _own_date(dataset, name, source.dataset)


def _released(dataset: Dataset) -> set[tuple[str, ...]]:
    return {r.columns for r in dataset.references if r.when_gone is WhenGone.EMPTY}


def _own_date(dataset: Dataset, event: str, dating: str) -> str:
    return (
        f"date {event!r} of {dataset.id} by a column of its own table, since a row of {dating} "
        "that dates it through `on` keeps it"
    )


def _emptied(dataset: Dataset, columns: tuple[str, ...]) -> str:
    return (
        f"name {', '.join(columns)} of {dataset.id} under `references` with `when_gone: empty`, if "
        "the database lets it be null"
    )


def elsewhere_problems(
    policy: Policy, dataset: Dataset, source: EventSource, path: ModelPath
) -> Iterator[Problem]:
    """Yield what is wrong with a source in another store."""
    store = policy.store_by_id.get(source.store or "")
    if store is None:
        yield from dangling("store", source.store, policy.store_by_id, (*path, "store"))
        return
    others = {other.id: other for other in store.datasets}
    other = others.get(source.dataset or "")
    if other is None:
        kind = f"dataset of {store.id}"
        yield from dangling(kind, source.dataset or "", others, (*path, "dataset"))
        return
    yield from known_columns(other, source.column, (*path, "column"))
    if len(source.on) != 1:
        message = "a source in another store is found by one identifier"
        yield Problem((*path, "on"), message, "Write `on: {identifier there: identifier here}`")
        return
    ((there, here),) = source.on.items()
    yield from known_columns(other, there, (*path, "on", there))
    yield from known_columns(dataset, here, (*path, "on", there))
    kinds = [c.identifier for c in other.columns if c.name == there]
    kinds += [c.identifier for c in dataset.columns if c.name == here]
    if len(kinds) == 2 and (None in kinds or kinds[0] != kinds[1]):  # noqa: PLR2004
        yield Problem(
            (*path, "on", there),
            f"{there!r} there and {here!r} here are not declared as identifiers of the same kind",
            "Give both columns the same `identifier`, such as email",
        )
