"""What the command prints of why a value is there says what keeps it."""

from __future__ import annotations

import pytest

from doelbinding.binding.circumstances import HoldKind
from doelbinding.cli.subject import standing_said
from doelbinding.policy.stores import Column
from doelbinding.rights.inventory import FoundValue, Standing


@pytest.mark.parametrize(
    ("standing", "what", "said"),
    [
        (Standing.JUSTIFIED, {"for_others": True}, "justified"),
        (Standing.HELD, {"holds": (HoldKind.SEAL, HoldKind.INQUIRY)}, "held"),
        (Standing.HELD, {"holds": (HoldKind.SEAL,)}, "sealed"),
        (Standing.HELD, {"holds": (HoldKind.SEAL,), "for_others": True}, "kept for others"),
        (Standing.HELD, {"restricted": True, "for_others": True}, "restricted"),
        (Standing.HELD, {"tells": True}, "dates what is restricted"),
    ],
)
def test_what_keeps_a_value_is_said(standing: Standing, what: dict[str, object], said: str) -> None:
    value = FoundValue(Column(name="name"), "x", standing, (), (), **what)  # type: ignore[arg-type]
    assert standing_said(value) == said
