"""Places and values of a policy, as people say them."""

from __future__ import annotations

import json

from doelbinding.policy.diff.walk import Path, is_text
from doelbinding.policy.text import words

_ONE_OF = {
    "activities": "activity",
    "bindings": "binding of",
    "choices": "choice",
    "columns": "column",
    "controllers": "controller",
    "controls": "control",
    "data": "data category",
    "data_categories": "data category",
    "datasets": "dataset",
    "deviations": "deviation for",
    "events": "event",
    "key": "key column",
    "languages": "language",
    "measures": "measure",
    "person_categories": "person category",
    "persons": "person category",
    "phases": "phase",
    "processes_for": "processing for a client",
    "promises": "promise",
    "purposes": "purpose",
    "receives": "receives data category",
    "recipients": "recipient",
    "row_states": "state",
    "sections": "section",
    "security": "measure",
    "states": "state",
    "stores": "store",
    "through": "through",
    "transfers": "transfer",
    "uses": "use for",
}
_FIELD = {"terms": "retention", "kind": "kind", "dpv": "DPV term", "processes_for": "clients"}


def said(path: Path) -> str:
    """Say a place: `activity invoicing, phase archive, retention`."""
    parts, spoken = list(path), []
    while parts:
        part = parts.pop(0)
        if part in _ONE_OF and parts:
            spoken.append(f"{_ONE_OF[part]} {parts.pop(0)}")
        else:
            spoken.append(_FIELD.get(part, part.replace("_", " ")))
    return ", ".join(spoken)


def shown(value: object) -> str | None:
    """Say a value in a line; None stays None."""
    match value:
        case None | str():
            return value
        case bool():
            return "yes" if value else "no"
        case dict() if value and is_text(value):
            return words(value, ())
        case dict():
            return str(value.get("id") or value.get("rule") or _compact(value))
        case list() if all(isinstance(item, str) for item in value):
            return ", ".join(value)
        case list():
            return "; ".join(str(shown(item)) for item in value)
    return str(value)


def _compact(value: dict[str, object]) -> str:
    kept = {key: inner for key, inner in value.items() if inner not in (None, [], {}, False)}
    return json.dumps(kept, ensure_ascii=False, sort_keys=True)
