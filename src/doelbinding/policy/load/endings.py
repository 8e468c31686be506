"""Whether an ending fits its column, and a value inside a document has a document to stand in."""

from __future__ import annotations

from collections.abc import Iterator

from doelbinding.policy.endings import Ending
from doelbinding.policy.json_path import overlap, parse_path
from doelbinding.policy.load.names import dangling
from doelbinding.policy.load.places import ModelPath, Problem
from doelbinding.policy.model import Policy
from doelbinding.policy.stores import Column, ColumnType, Dataset

_NUMBERS = frozenset({ColumnType.INTEGER, ColumnType.DECIMAL})
_TEXT = frozenset({ColumnType.TEXT})
_TIMES = frozenset(kind for kind in ColumnType if kind.is_time)


def ending_problems(
    policy: Policy, dataset: Dataset, column: Column, path: ModelPath
) -> Iterator[Problem]:
    """Yield what does not hold together in how a column's values end, and in where they stand."""
    ending = column.ends_as
    if ending is not None:
        here = (*path, "ends_as")
        tests = [test.id for test in policy.anonymiser_tests]
        yield from dangling("anonymiser test", ending.test, tests, (*here, "test"))
        keys = [key.id for key in policy.pseudonym_keys]
        yield from dangling("pseudonym key", ending.pseudonym, keys, (*here, "pseudonym"))
        yield from _fits(column, ending, here)
    if column.file_in is not None and not (column.type is ColumnType.TEXT and _plain(column)):
        yield Problem(
            (*path, "file_in"),
            "a column that names a file is text, ends empty, and stands in no document",
            "Take `ends_as`, `inside` or the other `type` out",
        )
    if column.inside is not None:
        yield from _inside(dataset, column, (*path, "inside"))


def _plain(column: Column) -> bool:
    return column.ends_as is None and column.inside is None


def _fits(column: Column, ending: Ending, path: ModelPath) -> Iterator[Problem]:
    word, kinds = _demands(ending)
    if column.type not in kinds:
        yield Problem(
            (*path, word),
            f"the column {column.name!r} is {column.type}, and `{word}` is for "
            + _listed(sorted(kinds)),
            f"Use another ending, or give the column its right `type` ({_listed(sorted(kinds))})",
        )


def _demands(ending: Ending) -> tuple[str, frozenset[ColumnType]]:
    if ending.generalise is not None:
        return "generalise", _TIMES
    if ending.band is not None:
        return "band", _NUMBERS
    if ending.keep_first is not None:
        return "keep_first", _TEXT
    return ("strip" if ending.strip is not None else "pseudonym"), _TEXT


def _inside(dataset: Dataset, column: Column, path: ModelPath) -> Iterator[Problem]:
    inside = column.inside
    assert inside is not None  # noqa: S101 - the caller's
    by_name = {other.name: other for other in dataset.own_columns}
    yield from dangling(f"column of {dataset.id}", inside.column, by_name, (*path, "column"))
    document = by_name.get(inside.column)
    if document is not None and document.type is not ColumnType.JSON:
        yield Problem(
            (*path, "column"),
            f"the column {document.name!r} is {document.type}, not json",
            "Give that column `type: json`",
        )
    if document is not None and document.personal:
        yield Problem(
            (*path, "column"),
            f"the column {document.name!r} has a category, and values of it have their own",
            "Give the categories to the values inside, or to the document as a whole",
        )
    if column.identifier is not None:
        yield Problem(path, "nobody is found by a value inside a document", "Drop `identifier`")
    for other in dataset.columns:
        if other.inside is None or other.name == column.name:
            continue
        mine, theirs = parse_path(inside.path), parse_path(other.inside.path)
        if other.inside.column == inside.column and overlap(mine, theirs):
            yield Problem(
                (*path, "path"),
                f"{inside.path} and {other.inside.path} ({other.name!r}) overlap",
                "Let each value be named once",
            )
    if column.name in _ruling(dataset):
        yield Problem(
            path,
            f"a rule reads {column.name!r}, which stands inside a document",
            "Let keys, paths, dates and conditions read columns of the table",
        )


def _ruling(dataset: Dataset) -> set[str]:
    """Give the columns that keys, paths, dates and conditions of the dataset read."""
    read = {*dataset.key, *(one for path in dataset.paths for one in path.columns)}
    read |= {one for reference in dataset.references for one in reference.columns}
    read |= {event.column for event in dataset.events.values() if event.column}
    read |= {s.column for e in dataset.events.values() for s in e.latest_of if not s.dataset}
    read |= {dataset.collected} if dataset.collected else set()
    conditions = [*dataset.states.values(), *dataset.persons.values()]
    conditions += [b.when for b in dataset.bindings if b.when]
    conditions += [p.when for p in dataset.prohibitions if p.when]
    return read | {name for condition in conditions for name in condition.columns()}


def _listed(words: list[ColumnType]) -> str:
    return " or ".join(word.value for word in words)
