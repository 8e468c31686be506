"""JSON Schema for the files of a policy, so that editors complete and check while one writes.

Put this on the first line of a file, and an editor with a YAML language server does the rest:

    # yaml-language-server: $schema=policy.schema.json

The schema knows shapes and words; references between parts are `load`'s to check.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from doelbinding.policy.load.validate import adapter
from doelbinding.policy.model import Policy

SCHEMA_ID = "https://schemas.doelbinding.example/policy-file.json"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"

_PERIOD = r"P(?=\d)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?"
_NAME = r"[a-z][a-z0-9_-]*(\.[a-z][a-z0-9_-]*)*"
_SLUG = {"pattern": r"^[a-z][a-z0-9]*([-_][a-z0-9]+)*$", "maxLength": 64}
_COUNTRY = {"pattern": "^[A-Z]{2}$"}
_LANGUAGE = {"pattern": r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$"}
_PATTERNS: dict[str, dict[str, Any]] = {
    "id": _SLUG,
    "identifier": _SLUG,
    "country": _COUNTRY,
    "countries": _COUNTRY,
    "languages": _LANGUAGE,
    "financial_year_end": {"pattern": r"^\d\d-\d\d$"},
    "backups": {"pattern": f"^{_PERIOD}$"},
    "rule": {
        "pattern": rf"^(after\s+(end_of_financial_year\(\s*{_NAME}\s*\)|{_NAME})"
        rf"\s+keep\s+{_PERIOD}|(while|until)\s+{_NAME})$"
    },
}
_TESTS = ("equals", "differs", "less_than", "at_most", "more_than", "at_least", "in", "null")
_EXACTLY_ONE = {
    "Condition": (*_TESTS, "all", "any", "not"),
    "Subject": ("to", "shared_by"),
    "Event": ("column", "latest_of"),
    "RowsState": ("any", "every"),
    "Ending": ("generalise", "band", "keep_first", "strip", "pseudonym"),
}


def policy_schema() -> dict[str, Any]:
    """Give the JSON Schema (2020-12) of one file of a policy's folder: any of its keys, or none."""
    schema = adapter().json_schema(by_alias=True)
    del schema["required"]
    for kind in (schema, *schema["$defs"].values()):
        kind["description"] = _reflowed(kind.get("description", ""))
        for name, field in kind.get("properties", {}).items():
            field.pop("title", None)
            for text in _texts(field):
                text.update(_PATTERNS.get(name, {}))
    for name, keys in _EXACTLY_ONE.items():
        schema["$defs"][name]["oneOf"] = [{"required": [key]} for key in keys]
    schema["$defs"]["Condition"]["dependentRequired"] = {test: ["column"] for test in _TESTS}
    for f in fields(Policy):  # a key with nothing under it yet is an empty list
        field = schema["properties"][f.name]
        if field.get("type") == "array":
            field["type"] = ["array", "null"]
    schema["title"] = "Doelbinding policy file"
    return {"$schema": _DIALECT, "$id": SCHEMA_ID, **schema}


def _texts(field: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the places in a field's schema where text may stand, but not in mappings."""
    if field.get("type") == "string":
        yield field
    inner = [*field.get("anyOf", ()), *([field["items"]] if "items" in field else [])]
    for part in inner:
        yield from _texts(part)


def _reflowed(description: str) -> str:
    paragraphs = inspect.cleandoc(description).split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)
