"""How the policy's types meet the outside: no unknown keys, and Python's words without underscore.

Plain data that pydantic reads from the classes when `policy.load` validates; the types themselves
import no library.
"""

from __future__ import annotations

from typing import Any


def _written(name: str) -> str:
    return name.rstrip("_")


SHAPE: dict[str, Any] = {
    "extra": "forbid",
    "alias_generator": _written,
    "validate_by_name": False,
    "validate_by_alias": True,
}
