"""Where in the files each part of a policy stands, so that every message can point there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ModelPath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file; lines count from 1."""

    file: Path
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong at a path of the model; `place` only where the path does not tell it."""

    path: ModelPath
    message: str
    remedy: str
    place: Place | None = None


class Places:
    """The places of a policy's parts by model path, such as ("activities", 3, "phases", 0).

    Python's underscore may be there or not (`schema_`, `schema`). A path that has no place of its
    own, such as a field left out, has that of the nearest part around it.
    """

    def __init__(self, root: Place, places: Mapping[ModelPath, Place]) -> None:
        self._root = root
        self._places = places

    def find(self, path: ModelPath) -> Place:
        """Give the place of the deepest part of *path* that is written in a file."""
        known: ModelPath = ()
        for part in path:
            candidates = (part, part.rstrip("_")) if isinstance(part, str) else (part,)
            steps = ((*known, candidate) for candidate in candidates)
            step = next((s for s in steps if s in self._places), None)
            if step is None:
                break
            known = step
        return self._places.get(known, self._root)


def in_words(document: Any, path: ModelPath) -> str:
    """Say a path with ids instead of numbers: `activities[invoicing].phases[archive].purpose`."""
    said = ""
    for part, node in zip(path, _nodes(document, path), strict=True):
        if isinstance(part, int):
            said += f"[{_name_of(node, part)}]"
        else:
            said += f".{part}" if said else part
    return said


def _nodes(document: Any, path: ModelPath) -> Iterator[Any]:
    for part in path:
        if isinstance(document, dict):
            document = document.get(part)
        elif isinstance(document, list) and isinstance(part, int) and part < len(document):
            document = document[part]
        else:
            document = None
        yield document


def _name_of(node: object, position: int) -> str:
    if isinstance(node, dict):
        for key in ("id", "name", "activity"):
            if isinstance(node.get(key), str) and node[key]:
                return str(node[key])
    return str(position)
