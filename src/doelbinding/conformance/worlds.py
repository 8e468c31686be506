"""Random worlds: a policy, tables, what people said, and an instant."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

from hypothesis import strategies as st

from doelbinding.conformance.dates import TODAY
from doelbinding.conformance.endings import ended_otherwise
from doelbinding.conformance.policies import policies
from doelbinding.conformance.rows import side_by_side
from doelbinding.conformance.said import said
from doelbinding.conformance.world import World

__all__ = ["World", "worlds"]


@st.composite
def worlds(draw: st.DrawFn, junk: bool = True, endings: bool = True, populations: int = 1) -> World:
    """Give a world.

    Args:
        draw: chooses.
        junk: whether columns of dates may hold what is no date.
        endings: whether values may end otherwise than empty, which they do in half of the worlds.
        populations: how many there are, of one to four people each, that refer to their own.
    """
    policy = draw(policies())
    chance = Random(draw(st.binary(min_size=8, max_size=8)))  # noqa: S311 - to repeat it
    tables = side_by_side(chance, policy, junk, populations)
    hour = draw(st.sampled_from([0, 9, 14, 15, 16, 22, 23]))
    world = World(
        policy=policy,
        tables=tables,
        circumstances=draw(said(tables["s.person"])),
        at=datetime(TODAY.year, TODAY.month, TODAY.day, hour, 30, tzinfo=UTC),
    )
    return draw(ended_otherwise(world, chance)) if endings and draw(st.booleans()) else world
