"""The letter that answers a request for erasure (Art. 12(3)-(4), 17, 19; R-IX.3)."""

from __future__ import annotations

from pathlib import Path

from doelbinding.policy.model import Policy
from doelbinding.rights.answer.case import Case
from doelbinding.rights.erasure import ErasureDecision
from doelbinding.rights.inventory import Inventory


def write_erasure_letter(
    out: Path,
    *,
    policy: Policy,
    case: Case,
    inventory: Inventory,
    decision: ErasureDecision,
    verified: bool,
) -> tuple[Path, ...]:
    """Write `letter.html` and `letter.txt`.

    Args:
        out: the folder, made if it is not there.
        policy: what was promised.
        case: the request.
        inventory: what was found before anything was erased.
        decision: what became of it.
        verified: whether a second search, after the erasure, found nothing that should be gone.
    """
    raise NotImplementedError
