"""The answer to a request for access (Art. 15; R-IX.1)."""

from __future__ import annotations

from pathlib import Path

from doelbinding.policy.model import Policy
from doelbinding.rights.answer.case import Case
from doelbinding.rights.inventory import Inventory


def write_access(
    out: Path, *, policy: Policy, case: Case, inventory: Inventory
) -> tuple[Path, ...]:
    """Write `index.html`, `access.json`, `access.csv` and the schema into a folder of their own."""
    raise NotImplementedError
