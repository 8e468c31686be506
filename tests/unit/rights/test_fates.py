"""Until when what a request does not erase is kept (Art. 17(3), R-IX.3)."""

from __future__ import annotations

from datetime import date
from typing import cast

import pytest
from tests.unit.law.sample import clean

from doelbinding.law.rights import decide_erasure
from doelbinding.policy.stores import Column
from doelbinding.rights.erasure import Fate
from doelbinding.rights.found import FoundRow
from doelbinding.rights.inventory import FoundValue, Reason, Standing
from doelbinding.rights.phases import PhaseDecision

EARLY, LATE = date(2033, 12, 31), date(2035, 10, 24)
ONE, OTHER = (
    activity for activity in clean().activities if activity.id in {"relations", "newsletter"}
)
PHASE = ONE.phases[0]
assert PHASE.id == "active"


def decision(number: int) -> PhaseDecision:
    activity = (ONE, OTHER)[number]
    decided = decide_erasure(PHASE.basis, None, alive=True, compelling=None, established=False)
    return PhaseDecision(activity=activity, phase=PHASE, decision=decided)


@pytest.mark.parametrize(
    ("reasons", "ends"),
    [
        ([(0, LATE, True), (1, EARLY, True)], (LATE, EARLY)),
        ([(0, LATE, True), (0, EARLY, True)], (LATE, None)),
        ([(0, None, True), (0, EARLY, True)], (None, None)),
        ([(0, None, False), (0, EARLY, True)], (EARLY, None)),
    ],
)
def test_each_phase_keeps_a_value_until_its_own_last_day(
    reasons: list[tuple[int, date | None, bool]], ends: tuple[date | None, date | None]
) -> None:
    """Phases of several activities are called alike, and several people may share a row."""
    value = FoundValue(
        column=Column(name="email"),
        value="x",
        standing=Standing.JUSTIFIED,
        reasons=tuple(
            Reason(
                controller="dutch",
                activity=(ONE, OTHER)[number],
                phase=PHASE,
                until=until,
                certain=certain,
            )
            for number, until, certain in reasons
        ),
        recipients=(),
    )
    kept_by = decision(0), decision(1)
    fate = Fate(cast("FoundRow", None), value, kept_by)
    assert tuple(map(fate.until, kept_by)) == ends
