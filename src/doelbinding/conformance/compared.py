"""Worlds in which conditions compare days, moments and decimals, also with what is none."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

from doelbinding.binding.nothing import is_zero
from doelbinding.binding.times import clock_of, day_of
from doelbinding.conformance.dates import DAYS
from doelbinding.conformance.world import World
from doelbinding.policy.condition import COMPARISONS, Condition
from doelbinding.policy.stores import ZERO_DATE, Column, ColumnType, Dataset

_CLOCKS = ["", "", "T00:00:00", "T22:00:00", "T23:59:59", "T12:30"]
_DECIMALS = ["1.5", "2.0", "10", "-1"]
_WORDS = ["K", "P", "k", "Q", ""]


def comparing(chance: Random, world: World) -> World:
    """Give the world with comparisons instead of some of its conditions."""
    store, *others = world.policy.stores
    datasets = tuple(_comparing(chance, world, one) for one in store.datasets)
    policy = replace(world.policy, stores=(replace(store, datasets=datasets), *others))
    return replace(world, policy=policy)


def _comparing(chance: Random, world: World, dataset: Dataset) -> Dataset:
    if not any(column.name == "score" for column in dataset.columns):
        return dataset
    rows = world.tables[f"s.{dataset.id}"]
    number = chance.choice([ColumnType.INTEGER, ColumnType.DECIMAL])
    dataset = replace(dataset, columns=tuple(_held(one, rows, number) for one in dataset.columns))

    def drawn() -> Condition:
        asked = [c for c in dataset.columns if c.type.is_time or c.name in ("kind", "score")]
        return _comparison(chance, chance.choice(asked), rows)

    def other(found: Condition) -> Condition:
        how = chance.randrange(4)
        if how == 0:
            return found
        if how == 1:
            return Condition(all_=(drawn(), found))
        return drawn() if how == 2 else Condition(not_=drawn())

    bindings = tuple(
        one if one.when is None else replace(one, when=other(one.when)) for one in dataset.bindings
    )
    states = {name: other(found) for name, found in dataset.states.items()}
    return replace(dataset, bindings=bindings, states=states)


def _held(column: Column, rows: list[dict[str, object]], number: ColumnType) -> Column:
    """Say what a score is, and that a zero date stands for nothing: unsaid, a plan is refused."""
    if column.name == "score":
        return replace(column, type=number)
    if any(is_zero(column, row.get(column.name)) for row in rows):
        return replace(column, null_values=(*column.null_values, ZERO_DATE))
    return column


def _comparison(chance: Random, column: Column, rows: list[dict[str, object]]) -> Condition:
    def written() -> str | int:
        if column.type.is_number:
            return _number(chance, column.type)
        if not column.type.is_time:
            return chance.choice(_WORDS)
        return _written(chance, column, [row[column.name] for row in rows])

    if chance.random() < 1 / 6:
        return Condition(column=column.name, in_=(written(), written()))
    words = ("equals", "differs") if column.name == "kind" else COMPARISONS
    compared: dict[str, Any] = {chance.choice(words): written()}
    return Condition(column=column.name, **compared)


def _number(chance: Random, kind: ColumnType) -> str | int:
    if kind is ColumnType.DECIMAL and chance.random() < 3 / 4:
        return chance.choice(_DECIMALS)
    return chance.randint(0, 3)


def _written(chance: Random, column: Column, held: list[object]) -> str | int:
    """Give a time as a policy writes it: half of them what a row holds, or that row's day."""
    kind, told = column.type, chance.choice([*held, None])
    if isinstance(told, int) and chance.random() < 1 / 3:
        return told
    day = day_of(told, column, "UTC", "UTC")
    if day is None or chance.random() < 1 / 2:
        day = chance.choice(chance.choice(DAYS))
    if kind is ColumnType.DATE_DIGITS:
        digits = day.strftime("%Y%m%d")
        return digits if chance.random() < 1 / 2 else int(digits)
    if kind.is_day:
        return day.isoformat()
    if isinstance(told, str) and clock_of(told, kind) and chance.random() < 1 / 3:
        return told.replace(" ", "T")
    return day.isoformat() + chance.choice(_CLOCKS)
