"""The compiled reading and the plain one leave the same rows behind on PostgreSQL."""

from __future__ import annotations

import sqlalchemy as sa
from hypothesis import given

from doelbinding.conformance.holding import hold_equal, hold_equal_for_one, thorough
from doelbinding.conformance.world import World
from doelbinding.conformance.worlds import worlds
from tests.integration.oracle.database import build
from tests.integration.oracle.test_oracle import CASES, POPULATIONS, postgresql

__all__ = ["postgresql"]


@thorough(CASES // 2)
@given(world=worlds(junk=False, populations=POPULATIONS))
def test_postgresql_leaves_what_the_oracle_leaves(world: World, postgresql: sa.Engine) -> None:
    hold_equal(world, build(postgresql, world))


@thorough(CASES // 4)
@given(world=worlds(junk=False, populations=POPULATIONS))
def test_postgresql_erases_of_one_person_what_the_oracle_erases(
    world: World, postgresql: sa.Engine
) -> None:
    hold_equal_for_one(world, build(postgresql, world))
