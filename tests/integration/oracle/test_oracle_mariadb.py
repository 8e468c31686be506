"""The compiled reading and the plain one leave the same rows behind on MariaDB."""

from __future__ import annotations

import sqlalchemy as sa
from hypothesis import given

from doelbinding.conformance.holding import hold_equal, hold_equal_for_one, thorough
from doelbinding.conformance.world import World
from doelbinding.conformance.worlds import worlds
from tests.integration.oracle.database import build
from tests.integration.oracle.test_oracle import CASES, POPULATIONS, mariadb

__all__ = ["mariadb"]


@thorough(CASES // 3)
@given(world=worlds(junk=False, populations=POPULATIONS))
def test_mariadb_leaves_what_the_oracle_leaves(world: World, mariadb: sa.Engine) -> None:
    hold_equal(world, build(mariadb, world))


@thorough(CASES // 4)
@given(world=worlds(junk=False, populations=POPULATIONS))
def test_mariadb_erases_of_one_person_what_the_oracle_erases(
    world: World, mariadb: sa.Engine
) -> None:
    hold_equal_for_one(world, build(mariadb, world))
