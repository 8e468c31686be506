"""A plan as a JSON document: written canonically, fingerprinted, and read back."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from typing import Any

import rfc8785
from pydantic import TypeAdapter

from doelbinding.plan.model import Plan
from doelbinding.plan.sharing import folded, unfolded


class NotAPlan(Exception):
    """The document is not a plan this version can read."""


@lru_cache(maxsize=1)
def adapter() -> TypeAdapter[Plan]:
    """Give what reads and writes plans; making it takes a tenth of a second, once."""
    return TypeAdapter(Plan)


def document(plan: Plan) -> dict[str, Any]:
    """Give the plan as a JSON document."""
    told: dict[str, Any] = adapter().dump_python(folded(plan), mode="json")
    for name in ("collected", "numbered", "defined"):
        if not told[name]:
            del told[name]  # which plans did not always have: an approval signs their text
    return told


def written(plan: Plan) -> bytes:
    """Give the plan's canonical JSON (RFC 8785), kept for the plans written last."""
    known = _WRITTEN.get(id(plan))
    if known is None or known[0] is not plan:
        if len(_WRITTEN) >= _MOST:
            _WRITTEN.clear()
        known = _WRITTEN[id(plan)] = plan, rfc8785.dumps(document(plan))
    return known[1]


_WRITTEN: dict[int, tuple[Plan, bytes]] = {}
_MOST = 4


def fingerprint(plan: Plan) -> str:
    """Give the SHA-256 of the plan's canonical JSON: what an approval signs."""
    return hashlib.sha256(written(plan)).hexdigest()


def fingerprint_of(read: bytes) -> str:
    """Give the fingerprint of a plan's document, however its JSON is laid out.

    Raises:
        NotAPlan: it is not one.
    """
    parse(read)
    return hashlib.sha256(rfc8785.dumps(json.loads(read))).hexdigest()


@lru_cache(maxsize=4)
def parse(read: bytes | str) -> Plan:
    """Read a plan back from JSON.

    Raises:
        NotAPlan: it is not one.
    """
    try:
        return unfolded(adapter().validate_json(read))
    except ValueError as error:
        raise NotAPlan(
            "this file is not a plan that this version reads; make one with `doelbinding plan`"
        ) from error
