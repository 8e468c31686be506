"""Once a restriction of values is lifted, no value is left that would not be left without it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from doelbinding.binding.circumstances import Circumstances, Restriction
from doelbinding.binding.justification import Row
from doelbinding.binding.justify import Interpreter
from doelbinding.conformance.activities import ACTIVITIES, PHASES, some
from doelbinding.conformance.holding import thorough
from doelbinding.conformance.said import COLUMNS
from doelbinding.conformance.world import World
from doelbinding.conformance.worlds import worlds
from doelbinding.policy.stores import Binding, Dataset
from doelbinding.stores.memory.oracle import apply_rules
from doelbinding.stores.memory.tables import MemoryTables
from tests.integration.oracle.test_oracle import CASES


def tidied(world: World, tables: MemoryTables, said: Circumstances) -> MemoryTables:
    """Give what is left of tables when nothing goes any more."""
    while True:
        judge = Interpreter(policy=world.policy, reader=tables, at=world.at, circumstances=said)
        after = apply_rules(judge, tables).after
        if after.tables == tables.tables:
            return tables
        tables = after


def everybody(world: World, **of: frozenset[str]) -> Iterator[Restriction]:
    """Yield restrictions of everybody, at each controller."""
    subjects = {
        ref: frozenset((int(str(row["id"])),) for row in world.tables.get(ref, []))
        for ref in ("s.person", "t.call")
    }
    for controller in ("nl", "jp"):
        yield Restriction(id=controller, controller=controller, subjects=subjects, **of)


TELLING = ("made", "ended", "last", "kind", "score", "called", "sent", "founded", "got", "since")


def of_people(world: World) -> World:
    """Give a world in which what tells the end of values is data of people itself, and ends."""
    stores = tuple(
        replace(store, datasets=tuple(map(_telling, store.datasets)))
        for store in world.policy.stores
    )
    return replace(world, policy=replace(world.policy, stores=stores))


def _telling(dataset: Dataset) -> Dataset:
    telling = tuple(c.name for c in dataset.columns if c.name in TELLING)
    columns = tuple(replace(c, category="n") if c.name in telling else c for c in dataset.columns)
    bound = tuple(Binding(activity=one, columns=telling) for one in ACTIVITIES)
    return replace(dataset, columns=columns, bindings=(*dataset.bindings, *bound))


def leaves_no_trace(world: World, seed: int) -> None:
    """Restrict some values, or what some phases bind, and lift that: no value is left for it.

    Rows without values differ either way. One that was emptied, is undated and stays may go where
    its dates outlasted it; one to which a restricted row refers may outlast whose it was, emptied.
    """
    chance = Random(seed)  # noqa: S311 - so that it can be made again
    columns, phases = some(chance, COLUMNS, 3), some(chance, PHASES, 2)
    of = chance.choice([{"columns": frozenset(columns)}, {"phases": frozenset(phases)}])
    said = replace(world.circumstances, restrictions=())
    meanwhile = replace(said, restrictions=tuple(everybody(world, **of)))
    tables = MemoryTables(tables=world.tables)
    lifted = tidied(world, tidied(world, tables, meanwhile), said)
    never = tidied(world, tables, said)
    for store, dataset in world.policy.datasets():
        ref = f"{store.id}.{dataset.id}"
        there = {_key(dataset, row): row for row in never.tables.get(ref, ())}
        personal = {column.name for column in dataset.personal_columns}
        for row in lifted.tables.get(ref, ()):
            held = {name: row[name] for name in personal if row[name] is not None}
            assert held.items() <= there.get(_key(dataset, row), {}).items(), ref


def _key(dataset: Dataset, row: Row) -> tuple[object, ...]:
    return tuple(row[name] for name in dataset.key)


@thorough(CASES // 2)
@given(world=worlds(endings=False, populations=5), seed=st.integers(0, 2**32))
def test_where_dates_go_with_their_rows(world: World, seed: int) -> None:
    leaves_no_trace(world, seed)


@thorough(CASES // 2)
@given(world=worlds(endings=False, populations=5).map(of_people), seed=st.integers(0, 2**32))
def test_where_dates_are_data_of_people(world: World, seed: int) -> None:
    leaves_no_trace(world, seed)
