"""By which of its keys a lookup takes a row, exactly or as identifiers of a kind are alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from doelbinding.binding.circumstances import Key
from doelbinding.plan.ports import Lookup
from doelbinding.stores.sql.identify import alike


def is_part(held: object, part: object) -> bool:
    """Tell whether a text is that of a key; blanks at its end may be padding."""
    if isinstance(held, str) and isinstance(part, str):
        return held.rstrip(" ") == part.rstrip(" ")
    return True


def takes(lookup: Lookup) -> Callable[[Mapping[str, object]], Key | None]:
    """Give what tells by which of its keys a lookup finds a row."""
    keys = frozenset(lookup.keys)
    if lookup.kind is not None:
        return _judges(lookup, lookup.kind)
    if len(lookup.columns) == 1:
        (name,) = lookup.columns

        def by_one(row: Mapping[str, object]) -> Key | None:
            key: Any = (row[name],)
            return key if key in keys else None

        return by_one

    def by_several(row: Mapping[str, object]) -> Key | None:
        key: Any = tuple(row[name] for name in lookup.columns)
        return key if key in keys else None

    return by_several


def may_be_loose(lookup: Lookup) -> bool:
    """Tell whether a database may find rows by its keys that Python would not."""
    return lookup.kind is None and any(type(part) is not int for key in lookup.keys for part in key)


def may_be_alike(lookup: Lookup) -> bool:
    """Tell whether some of its keys are texts that a database may take for the same."""
    if not may_be_loose(lookup) or len(lookup.keys) == 1:
        return False
    if not all(str(part).isascii() for key in lookup.keys for part in key):
        return True
    return len({tuple(map(_folded, key)) for key in lookup.keys}) < len(set(lookup.keys))


def ends_in_blanks(lookup: Lookup) -> bool:
    """Tell whether a text of its keys ends in a blank, which may be padding."""
    return any(isinstance(part, str) and part[-1:] == " " for key in lookup.keys for part in key)


_FOLDED = str.maketrans("wuyj", "vvii", "".join(map(chr, (*range(32), 127))))
"""What collations of some languages take for the same, and what none of Unicode's regards."""


def _folded(part: object) -> str:
    """Leave out of an ASCII text what some collation or type does; at the end also blanks."""
    return str(part).lower().translate(_FOLDED).rstrip(" ")


def _judges(lookup: Lookup, kind: str) -> Callable[[Mapping[str, object]], Key | None]:
    (name,) = lookup.columns
    wanted = frozenset(str(value) for (value,) in lookup.keys)

    def judge(row: Mapping[str, object]) -> Key | None:
        found = alike(row[name], kind, wanted, lookup.country)
        return None if found is None else (found,)

    return judge
