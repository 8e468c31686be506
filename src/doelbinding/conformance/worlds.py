"""Random worlds: a policy, tables, what people said, and an instant."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

from hypothesis import strategies as st

from doelbinding.conformance.compared import comparing
from doelbinding.conformance.dates import TODAY
from doelbinding.conformance.endings import ended_otherwise
from doelbinding.conformance.policies import policies
from doelbinding.conformance.rows import side_by_side
from doelbinding.conformance.said import said
from doelbinding.conformance.world import World

__all__ = ["World", "worlds"]


def worlds(
    junk: bool = True, endings: bool = True, populations: int = 1
) -> st.SearchStrategy[World]:
    """Give random worlds, each of a seed of its own: what is drawn part by part is mostly alike.

    Args:
        junk: whether columns of dates may hold what is no date.
        endings: whether values may end otherwise than empty, which they do in half of the worlds.
        populations: how many there are, of one to four people each, that refer to their own.
    """

    def make(seed: bytes) -> World:
        chance = Random(seed)  # noqa: S311 - so that it can be made again
        return _world(chance, junk, endings, populations)

    return st.binary(min_size=8, max_size=8).map(make)


def _world(chance: Random, junk: bool, endings: bool, populations: int) -> World:
    policy = policies(chance)
    tables = side_by_side(chance, policy, junk, populations)
    hour = chance.choice([0, 9, 14, 15, 16, 22, 23])
    world = World(
        policy=policy,
        tables=tables,
        circumstances=said(chance, tables["s.person"]),
        at=datetime(TODAY.year, TODAY.month, TODAY.day, hour, 30, tzinfo=UTC),
    )
    told = _in_some(world)
    return ended_otherwise(chance, told) if endings and chance.random() < 1 / 2 else told


def _in_some(world: World) -> World:
    """Give it with comparisons, one in three: of a seed of their own, so that the rest is alike."""
    chance = Random(repr(world.tables))  # noqa: S311 - so that it can be made again
    return comparing(chance, world) if chance.random() < 1 / 3 else world
