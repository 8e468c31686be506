"""What a store's own catalogue knows of the cause of a refusal, said with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from doelbinding.plan.ports import Gravity, Obstacle, Refused, StoreError


def explained(refused: Refused, look: Callable[[], Sequence[Obstacle]]) -> Refused:
    """Say with a refusal what stands in the way, if the catalogue can be read."""
    try:
        known = look()
    except StoreError:
        return refused
    found = [one for one in known if one.gravity is Gravity.REFUSES]
    lines = [f"{one.ref}: {one.message}: {one.remedy}" for one in found]
    return Refused("\n".join([str(refused), *lines]))
