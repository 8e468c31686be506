"""Paths in a JSON document: `$.contact.email`, `$.lines[*].name`, `$["e-mail"].work`.

The part of RFC 9535 that names values: members by name, and all elements of an array. Filters,
positions and descents are left out, since what they find may change from row to row.
"""

from __future__ import annotations

import re
from enum import Enum

_STEP = re.compile(r'\.(?P<name>[A-Za-z_][\w-]*)|\["(?P<quoted>[^"\\]+)"\]|(?P<every>\[\*\])')


class Every(Enum):
    """Stands for all elements of an array."""

    EVERY = "*"


Steps = tuple[str | Every, ...]


def parse_path(written: str) -> Steps:
    """Give the steps of a path: the names of members, and `Every` for the elements of an array.

    Raises:
        ValueError: it is not such a path, or names the document as a whole.
    """
    steps: list[str | Every] = []
    position = 1
    while position < len(written) and written.startswith("$"):
        step = _STEP.match(written, position)
        if step is None:
            break
        steps.append(Every.EVERY if step["every"] else step["name"] or step["quoted"])
        position = step.end()
    if not steps or position != len(written):
        raise ValueError(
            f"{written!r} is not a path in a document: write for instance $.contact.email, "
            '$.lines[*].name or $["e-mail"]'
        )
    return tuple(steps)


def overlap(one: Steps, other: Steps) -> bool:
    """Tell whether one path leads to, or through, what the other names."""
    return all(a == b for a, b in zip(one, other, strict=False))
