"""A folder of YAML to one `Policy`, with errors that name file, line and what to write instead.

Every `*.yaml` file of the folder is a mapping with keys of `Policy`. Lists are joined over the
files in the order of their names; any other key may stand in one file only. Errors come in three
rounds, all of a round together: files that are not YAML; then wrong shapes; then references that
lead nowhere. What the law asks and the policy lacks is not an error here but a finding of `check`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from doelbinding.policy.errors import PolicyError, PolicyErrors
from doelbinding.policy.load.datasets import ALL_PERSONAL
from doelbinding.policy.load.places import ModelPath, Place, Places, Problem, in_words
from doelbinding.policy.load.reading import Content, UnreadableError, read_file
from doelbinding.policy.load.references import problems_of
from doelbinding.policy.load.validate import InvalidError, validate
from doelbinding.policy.model import Policy
from doelbinding.policy.stores import Dataset

__all__ = ["Loaded", "Place", "Places", "load", "load_with_places"]

_LISTS = {f.name for f in fields(Policy) if str(f.type).startswith("tuple")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A policy, and where in the files each part of it stands."""

    policy: Policy
    places: Places


def load(folder: Path) -> Policy:
    """Read the policy in *folder*.

    Raises:
        PolicyErrors: the folder does not hold a valid policy; everything found is in it.
    """
    return load_with_places(folder).policy


def load_with_places(folder: Path) -> Loaded:
    """Read the policy in *folder*, and keep where each part stands, so that findings can point.

    Raises:
        PolicyErrors: the folder does not hold a valid policy; everything found is in it.
    """
    merged = _merge(_read(folder))
    places = Places(_root(folder, merged), merged.places)
    try:
        policy = validate(merged.data, merged.written)
    except InvalidError as error:
        raise _placed([*merged.problems, *error.problems], merged, places) from None
    problems = [*merged.problems, *problems_of(policy)]
    if problems:
        raise _placed(problems, merged, places)
    return Loaded(policy=_expanded(policy), places=places)


def _read(folder: Path) -> list[tuple[Path, Content]]:
    contents, errors = [], list(_misnamed(folder))
    for file in _files(folder):
        try:
            contents.append((file, read_file(file)))
        except UnreadableError as error:
            errors.append(_error(file, error.line, error.message, error.remedy))
    if not contents and not errors:
        message = "no policy here" if folder.is_dir() else "there is no such folder"
        errors.append(_error(folder, 0, message, "Name a folder that holds *.yaml files"))
    if errors:
        raise PolicyErrors(errors)
    return contents


def _files(folder: Path, pattern: str = "*.yaml") -> list[Path]:
    found = (f for f in folder.rglob(pattern) if f.is_file())
    return sorted(f for f in found if not _hidden(f.relative_to(folder)))


def _hidden(relative: Path) -> bool:
    return any(part.startswith(".") for part in relative.parts)


def _misnamed(folder: Path) -> Iterator[PolicyError]:
    for file in _files(folder, "*.yml"):
        yield _error(file, 0, "a file ending in .yml is not read", "Rename it to end in .yaml")


def _error(file: Path, line: int, message: str, remedy: str) -> PolicyError:
    return PolicyError(
        file=file, line=line, path=(), where="", message=message, remedy=f"{remedy}."
    )


def _merge(contents: Iterable[tuple[Path, Content]]) -> Content:
    merged = Content()
    for _, content in contents:
        offsets = {key: _add(merged, key, content) for key in content.data}
        for path, place in content.places.items():
            merged.places.setdefault(_moved(path, offsets), place)
        merged.written |= {_moved(p, offsets): text for p, text in content.written.items()}
        merged.problems += (
            replace(problem, path=_moved(problem.path, offsets)) for problem in content.problems
        )
    return merged


def _add(merged: Content, key: str, content: Content) -> int:
    """Add one top-level key of a file; give by how many entries its list has moved up."""
    value: Any = content.data[key]
    if key in _LISTS and value is None:
        value = []
    if key in _LISTS and isinstance(value, list):
        known = merged.data.setdefault(key, [])
        if isinstance(known, list):
            offset = len(known)
            known.extend(value)
            return offset
    if key in merged.data:
        first = merged.places[(key,)]
        merged.problems.append(
            Problem(
                (key,),
                f"the key `{key}` stands in two files, first in {first}",
                "Keep one of them",
                content.places[(key,)],
            )
        )
    merged.data.setdefault(key, value)
    return 0


def _moved(path: ModelPath, offsets: dict[str, int]) -> ModelPath:
    match path:
        case (str() as key, int() as position, *rest):
            return (key, position + offsets.get(key, 0), *rest)
    return path


def _root(folder: Path, merged: Content) -> Place:
    """Give the place of the policy as a whole: where its id is, or its first line."""
    if ("id",) in merged.places:
        return merged.places["id",]
    return next(iter(merged.places.values()), Place(folder, 0))


def _placed(problems: Iterable[Problem], merged: Content, places: Places) -> PolicyErrors:
    errors = []
    for problem in problems:
        place = problem.place or places.find(problem.path)
        errors.append(
            PolicyError(
                file=place.file,
                line=place.line,
                path=problem.path,
                where=in_words(merged.data, problem.path),
                message=problem.message,
                remedy=problem.remedy if problem.remedy.endswith("?") else problem.remedy + ".",
            )
        )
    return PolicyErrors(errors)


def _expanded(policy: Policy) -> Policy:
    """Write out `*`, all personal columns of the dataset."""
    stores = tuple(
        replace(store, datasets=tuple(_expand_dataset(d) for d in store.datasets))
        for store in policy.stores
    )
    return replace(policy, stores=stores)


def _expand_dataset(dataset: Dataset) -> Dataset:
    return replace(
        dataset,
        bindings=tuple(replace(b, columns=_columns(dataset, b.columns)) for b in dataset.bindings),
        prohibitions=tuple(
            replace(p, columns=_columns(dataset, p.columns)) for p in dataset.prohibitions
        ),
    )


def _columns(dataset: Dataset, named: tuple[str, ...]) -> tuple[str, ...]:
    if ALL_PERSONAL not in named:
        return named
    personal = (column.name for column in dataset.personal_columns)
    return tuple(dict.fromkeys([*personal, *(n for n in named if n != ALL_PERSONAL)]))
