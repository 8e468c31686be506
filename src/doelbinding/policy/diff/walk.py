"""Where two documents differ, by the ids of their parts and not by their positions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from doelbinding.policy import activity, endings, model, organisation, stores

Path = tuple[str, ...]

TEXT_FIELDS = frozenset(
    f.name
    for module in (activity, endings, model, organisation, stores)
    for kind in vars(module).values()
    if isinstance(kind, type) and is_dataclass(kind)
    for f in fields(kind)
    if "Text" in str(f.type)
)
"""The names of the fields that hold words for people."""

ORDER = "order"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One place where two documents differ; None: not there. `words`: only the wording does."""

    path: Path
    before: Any
    after: Any
    words: bool = False


def differences(before: Any, after: Any, path: Path = ()) -> Iterator[Difference]:
    """Yield every difference, as deep as both sides have the same parts."""
    if before == after:
        return
    match before, after:
        case dict(), dict() if _is_text(path, before) and _is_text(path, after):
            for language in _joined(before, after):
                yield from _words((*path, language), before.get(language), after.get(language))
        case dict(), dict():
            for key in _joined(before, after):
                yield from differences(before.get(key), after.get(key), (*path, key))
        case list(), list() if _keys(before) is not None and _keys(after) is not None:
            yield from _members(before, after, path)
        case _:
            yield Difference(path=path, before=before, after=after)


def is_text(value: object) -> bool:
    """Tell whether a value of a text field is a text, and not a word or a structure."""
    return isinstance(value, dict) and all(isinstance(v, str) for v in value.values())


def _is_text(path: Path, value: object) -> bool:
    return bool(path) and path[-1] in TEXT_FIELDS and is_text(value)


def _words(path: Path, before: str | None, after: str | None) -> Iterator[Difference]:
    if before != after:
        yield Difference(path=path, before=before, after=after, words=True)


def _members(before: list[Any], after: list[Any], path: Path) -> Iterator[Difference]:
    old, new = _keys(before) or {}, _keys(after) or {}
    for key in _joined(old, new):
        yield from differences(old.get(key), new.get(key), (*path, key))
    shared_before = [key for key in old if key in new]
    shared_after = [key for key in new if key in old]
    if shared_before != shared_after:
        matters = path[-1] in {"key", "columns", "references"} and isinstance(before[0], str)
        yield Difference(
            path=(*path, ORDER), before=shared_before, after=shared_after, words=not matters
        )


def _keys(items: list[Any]) -> dict[str, Any] | None:
    """Give the members of a list by their names; None when they have none of their own."""
    named = {_key(item): item for item in items}
    return named if len(named) == len(items) and None not in named else None  # type: ignore[return-value]


def _key(item: object) -> str | None:
    if isinstance(item, str):
        return item
    if isinstance(item, dict):
        name = item.get("id") or item.get("name") or item.get("activity")
        return name if isinstance(name, str) else None
    return None


def _joined(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return list(dict.fromkeys([*before, *after]))
