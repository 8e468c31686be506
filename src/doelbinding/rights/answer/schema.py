"""The published schemas of what a person gets as JSON (JSON Schema 2020-12)."""

from __future__ import annotations

from typing import Any


def access_schema() -> dict[str, Any]:
    """Give the schema of `access.json`."""
    raise NotImplementedError


def portability_schema() -> dict[str, Any]:
    """Give the schema of `portability.json`."""
    raise NotImplementedError
