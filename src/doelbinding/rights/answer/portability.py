"""The data that a person takes along (Art. 20; R-IX.5)."""

from __future__ import annotations

from pathlib import Path

from doelbinding.policy.model import Policy
from doelbinding.rights.answer.case import Case
from doelbinding.rights.inventory import Inventory


def write_portability(
    out: Path, *, policy: Policy, case: Case, inventory: Inventory
) -> tuple[Path, ...]:
    """Write exactly the portable values as JSON and CSV, with schema and covering page."""
    raise NotImplementedError
