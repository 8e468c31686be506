"""The judge says of every value what the interpreter says, whatever was foreseen (ADR 0004)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from hypothesis import given

from doelbinding.binding.among import among
from doelbinding.binding.judge import Judge
from doelbinding.binding.justification import Row
from doelbinding.binding.justify import Interpreter
from doelbinding.binding.kleene import Truth, either
from doelbinding.binding.paths import Place, places
from doelbinding.conformance.holding import read, thorough
from doelbinding.conformance.world import World
from doelbinding.conformance.worlds import worlds
from doelbinding.rights.reading import Reading
from doelbinding.rights.ways import foresee, ways_of
from doelbinding.stores.memory.tables import MemoryTables
from tests.integration.oracle.database import build
from tests.integration.oracle.test_lifted import of_people
from tests.integration.oracle.test_oracle import CASES, postgresql, sqlite

__all__ = ["postgresql", "sqlite"]


def says_the_same(world: World, engine: sa.Engine) -> None:
    stores = build(engine, world)
    tables = MemoryTables(tables=read(world.policy, stores))
    plain = Interpreter(
        policy=world.policy, reader=tables, at=world.at, circumstances=world.circumstances
    )
    ways = ways_of(world.policy)
    reading = Reading(stores, keys=ways.keys)
    judge = Judge(
        policy=world.policy, reader=reading, at=world.at, circumstances=world.circumstances
    )
    with reading.session():
        foresee(reading, ways, _people(ways.places.values(), tables))
        for here in places(world.policy):
            for row in tables.tables.get(here.ref, []):
                for column in here.dataset.personal_columns:
                    said = judge.justify(here, row, column.name)
                    assert said == plain.justify(here, row, column.name)
                    if here.top.shared:
                        _says_so_of_parts(judge, here, row, column.name, said.truth)
    for store in stores.values():
        store.close()


def _says_so_of_parts(judge: Judge, here: Place, row: Row, column: str, truth: Truth) -> None:
    """Hold a value of several people to what it is for some of them, and for the others."""
    known = {(ref, key) for _, ref, key in judge.people(here, row)}
    some = set(sorted(known, key=repr)[::2])
    if known - some and len(known) == sum(1 for _ in judge.persons_of(here, row)):
        parts = (
            among(judge, lambda _, ref, key: (ref, key) in some).justify(here, row, column),
            among(judge, lambda _, ref, key: (ref, key) not in some).justify(here, row, column),
        )
        assert either(part.truth for part in parts) is truth


def _people(
    found: Iterator[Place] | object, tables: MemoryTables
) -> list[tuple[Place, dict[str, object]]]:
    return [
        (here, row)
        for here in found  # type: ignore[attr-defined]
        if here.dataset.person
        for row in tables.tables.get(here.ref, [])
    ]


@pytest.mark.usefixtures("sqlite")
@thorough(CASES)
@given(world=worlds())
def test_on_sqlite(world: World, sqlite: sa.Engine) -> None:
    says_the_same(world, sqlite)


@thorough(CASES // 2)
@given(world=worlds().map(of_people))
def test_on_sqlite_where_dates_are_data_of_people(world: World, sqlite: sa.Engine) -> None:
    says_the_same(world, sqlite)


@pytest.mark.usefixtures("postgresql")
@thorough(CASES // 2)
@given(world=worlds(junk=False))
def test_on_postgresql(world: World, postgresql: sa.Engine) -> None:
    says_the_same(world, postgresql)
