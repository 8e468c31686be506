"""What the oracle leaves is left in Delta and Iceberg tables behind Spark Connect (DESIGN §1)."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given

from doelbinding.conformance.endings import TRANSFORMER
from doelbinding.conformance.holding import hold_equal, hold_equal_for_one, thorough
from doelbinding.conformance.world import World
from doelbinding.conformance.worlds import worlds
from doelbinding.plan.ports import Store
from doelbinding.stores.lakehouse.session import Lake
from doelbinding.stores.lakehouse.store import LakehouseStore
from doelbinding.stores.lakehouse.tables import Format
from tests.integration.lakehouse import make_table, sail
from tests.integration.oracle.mutants import left_worlds

CASES = max(int(os.environ.get("ORACLE_CASES", "50")) // 25, 1)


@dataclass
class Lakes:
    """Makes the tables of one world after another."""

    url: str
    folder: Path
    numbers: Iterator[int] = field(default_factory=itertools.count)
    stores: dict[str, Store] = field(default_factory=dict)

    def close(self) -> None:
        for store in self.stores.values():
            store.close()

    def build(self, world: World, kind: Format) -> dict[str, Store]:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.close()
        self.stores = {}
        for store in world.policy.stores:
            lake = Lake(store=store.id, url=self.url)
            tables = {
                one.id: make_table(
                    lake,
                    one,
                    kind,
                    self.folder / f"w{next(self.numbers)}" / one.id,
                    world.tables[f"{store.id}.{one.id}"],
                )
                for one in store.datasets
            }
            self.stores[store.id] = LakehouseStore(
                store, lake, tables, batch=2, transformer=TRANSFORMER
            )
        return self.stores


@pytest.fixture(scope="module")
def lakes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lakes]:
    with sail() as url:
        made = Lakes(url=url, folder=tmp_path_factory.mktemp("lake") / "worlds")
        yield made
        made.close()


@thorough(CASES)
@given(world=worlds(junk=False))
def test_delta_leaves_what_the_oracle_leaves(world: World, lakes: Lakes) -> None:
    hold_equal(world, lakes.build(world, Format.DELTA))


@thorough(CASES)
@given(world=worlds(junk=False))
def test_iceberg_leaves_what_the_oracle_leaves(world: World, lakes: Lakes) -> None:
    hold_equal(world, lakes.build(world, Format.ICEBERG))


@thorough(CASES)
@given(world=worlds(junk=False))
def test_delta_erases_of_one_person_what_the_oracle_erases(world: World, lakes: Lakes) -> None:
    hold_equal_for_one(world, lakes.build(world, Format.DELTA))


@thorough(CASES)
@given(world=worlds(junk=False))
def test_iceberg_erases_of_one_person_what_the_oracle_erases(world: World, lakes: Lakes) -> None:
    hold_equal_for_one(world, lakes.build(world, Format.ICEBERG))


@pytest.mark.parametrize("kind", Format)
def test_who_left_when_is_told_there_too(kind: Format, lakes: Lakes) -> None:
    """One of few worlds seldom has dated rows of several people who all left (ADR 0034).

    Between them the three smallest tell four of the five faults of `test_mutants_left.py`.
    """
    for world in sorted(left_worlds(), key=lambda one: sum(map(len, one.tables.values())))[:3]:
        hold_equal(world, lakes.build(world, kind))
