"""Worlds in which conditions compare days, moments and decimals, also with what is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

from doelbinding.binding.nothing import is_zero
from doelbinding.binding.times import clock_of, day_of
from doelbinding.conformance.dates import DAYS
from doelbinding.conformance.rows import Rows
from doelbinding.conformance.world import World
from doelbinding.policy.condition import COMPARISONS, Condition
from doelbinding.policy.stores import ZERO_DATE, Column, ColumnType, Dataset

_CLOCKS = ["", "", "T00:00:00", "T22:00:00", "T23:59:59", "T12:30"]
_DECIMALS = ["1.5", "2.0", "10", "-1"]
_WORDS = ["K", "P", "k", "Q", ""]


def comparing(chance: Random, world: World) -> World:
    """Give the world with comparisons instead of some of its conditions."""
    return zeros_said(_with_datasets(world, lambda one, rows: _comparing(chance, one, rows)))


def zeros_said(world: World) -> World:
    """Give the world in which zero dates stand for nothing where they are compared.

    Where nothing is said of them a plan is refused.
    """
    return _with_datasets(world, _zeros_said)


def _with_datasets(world: World, change: Callable[[Dataset, Rows], Dataset]) -> World:
    store, *others = world.policy.stores
    datasets = tuple(change(one, world.tables[f"s.{one.id}"]) for one in store.datasets)
    policy = replace(world.policy, stores=(replace(store, datasets=datasets), *others))
    return replace(world, policy=policy)


def _zeros_said(dataset: Dataset, rows: Rows) -> Dataset:
    conditions = (*dataset.states.values(), *(one.when for one in dataset.bindings if one.when))
    tested = {name for condition in conditions for name in condition.columns()}

    def said(column: Column) -> Column:
        nothing, zero = column.null_values, (ZERO_DATE,)
        if column.name not in tested or ZERO_DATE in nothing:
            return column
        held = any(is_zero(column, row.get(column.name)) for row in rows)
        return replace(column, null_values=(*nothing, *zero)) if held else column

    return replace(dataset, columns=tuple(said(column) for column in dataset.columns))


def _comparing(chance: Random, dataset: Dataset, rows: Rows) -> Dataset:
    if not any(column.name == "score" for column in dataset.columns):
        return dataset
    number = chance.choice([ColumnType.INTEGER, ColumnType.DECIMAL])
    dataset = replace(
        dataset,
        columns=tuple(
            replace(one, type=number) if one.name == "score" else one for one in dataset.columns
        ),
    )

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


def _comparison(chance: Random, column: Column, rows: Rows) -> Condition:
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
