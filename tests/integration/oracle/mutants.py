"""Worlds that tell mutants: the same in every run, and so many that each rule decides somewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from doelbinding.binding.circumstances import NOTHING_SAID, Circumstances
from doelbinding.conformance.compared import zeros_said
from doelbinding.conformance.dates import JUNK, TODAY
from doelbinding.conformance.holding import hold_equal, hold_equal_for_one
from doelbinding.conformance.said import everybody_leaves
from doelbinding.conformance.world import World
from doelbinding.conformance.worlds import worlds
from doelbinding.plan.ports import StoreError
from doelbinding.plan.run import ObstaclesFound, Stopped
from doelbinding.policy.activity import Term
from doelbinding.policy.stores import Binding, ColumnType, Event
from doelbinding.retention import drafts
from tests.integration.oracle.database import build

WORLDS = 60
AGO = (31, 40, 91, 92, 365, 366, 730, 731, 1095, 1826, 1827, 2000)
EARLY = date(1900, 1, 1)
Patch = Callable[[pytest.MonkeyPatch], None]


@cache
def some_worlds() -> tuple[World, ...]:
    """Give worlds of every kind, the largest first, and denser ones made of them."""
    found = _worlds(WORLDS, worlds(populations=3))
    told = tuple(one for world in found[: WORLDS // 2] for one in (world, dense(world)))
    return (*told, *(sharp(dense(world)) for world in found[: WORLDS // 6]))


@cache
def plain_worlds() -> tuple[World, ...]:
    """Give worlds whose steps are all done by statements that are kept."""
    return _worlds(WORLDS, worlds(junk=False, endings=False, populations=5))


@cache
def left_worlds() -> tuple[World, ...]:
    """Give worlds that everybody leaves, of messages and teams that are dated."""
    found = _worlds(WORLDS, worlds(junk=False, endings=False, populations=4))
    dated = [
        world
        for world in found
        if all(world.policy.stores[0].dataset(n).collected for n in ("message", "team"))
    ]
    return tuple(replace(world, circumstances=_left(world)) for world in dated)


def _left(world: World) -> Circumstances:
    people = [row["id"] for row in world.tables["s.person"]]
    chance = Random(len(people))  # noqa: S311 - so that it can be made again
    return Circumstances(stops=everybody_leaves(chance, people))


def _worlds(number: int, drawn: st.SearchStrategy[World]) -> tuple[World, ...]:
    found: list[World] = []

    @settings(
        max_examples=number,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(world=drawn)
    def gather(world: World) -> None:
        found.append(world)

    gather()
    return tuple(sorted(found, key=lambda one: -sum(map(len, one.tables.values()))))


def sharp(world: World) -> World:
    """Give the world in which one date, and nothing else, decides over people."""
    first, other = world.policy.stores
    rule = Term(rule="after rel.ended keep P5Y")
    activity = world.policy.activities[0]
    phase = replace(activity.phases[0], terms=(rule,))
    person = first.dataset("person")
    decided = replace(
        person,
        controller="nl",
        events={"rel.ended": Event(column="ended", ongoing_if_null=True)},
        bindings=(Binding(activity=activity.id, columns=("name", "mail")),),
        prohibitions=(),
    )
    datasets = tuple(decided if one is person else one for one in first.datasets)
    policy = replace(
        world.policy,
        activities=(replace(activity, phases=(phase,)), *world.policy.activities[1:]),
        stores=(replace(first, datasets=datasets), other),
    )
    return replace(world, policy=policy, circumstances=NOTHING_SAID)


def dense(world: World) -> World:
    """Give the world with people alone, dated on and beside boundaries, by nothing, or by junk."""
    person = world.policy.stores[0].dataset("person")
    (first, *_), rows = world.tables["s.person"], []
    days: list[date | None] = [None, None, None, EARLY, EARLY, EARLY]
    days += [TODAY - timedelta(days=ago + off) for ago in AGO for off in (-1, 0, 1)]
    for number, day in enumerate([*days, *days[:6]]):
        row = {**first, "id": number, "tag": f"t{number}", "score": number % 4, "addr_id": None}
        row |= dict.fromkeys(("boss_id", "best_id"))
        row |= {"kind": ("K", "P", None)[number % 3], "code": "NJ"[number % 2]}
        row |= {"name": "x", "mail": "x"}
        for column in ("ended", "last", "since"):
            held = None if day is None else _held(person.column(column).type, day, number)
            row[column] = held if number < len(days) else JUNK[number % len(JUNK)]
        rows.append(row)
    tables = {ref: [] for ref in world.tables} | {"s.person": rows}
    return zeros_said(replace(world, tables=tables))


def _held(kind: ColumnType, day: date, number: int) -> object:
    if number % 10 == 9:
        return JUNK[number // 10 % len(JUNK)]
    match kind:
        case ColumnType.EPOCH_SECONDS | ColumnType.EPOCH_MILLISECONDS:
            seconds = int(datetime.combine(day, time(), UTC).timestamp())
            return seconds * 1000 if kind is ColumnType.EPOCH_MILLISECONDS else seconds
        case ColumnType.DATE_DIGITS:
            return f"{day:%Y%m%d}"
        case ColumnType.TIMESTAMP | ColumnType.INSTANT:
            return f"{day} 12:30:00"
        case _:
            return day.isoformat()


def replaced(module: Any, name: str, mutant: Any) -> Patch:
    """Let a name of a module or class stand for something else."""
    return lambda monkeypatch: monkeypatch.setattr(module, name, mutant)


TOLD_LATE = {
    "an absent date is always undated": 55,
    "what cannot be read is compared": 37,
    "parts of a key are compared with those of any": 21,
    "a binding holds on every way": 16,
    "one of several paths is looked up from keys": 13,
    "an absent parent means expired": 10,
    "at least becomes at most when negated": 10,
    "the rows of a step are taken for those of the next": 6,
    "what one way tells counts for all": 6,
    "equals stays equals when negated": 4,
    "junk is taken for a date": 3,
}
"""The world that tells a mutant first, where most do not: it is tried before the others."""


def insist_it_is_told(name: str, told: Sequence[World], engine: sa.Engine) -> None:
    """Fail unless a world tells the mutant that is in force from the compiler."""
    first = TOLD_LATE.get(name, 0)
    for world in (*told[first:], *told[:first]):
        drafts._KNOWN.clear()  # which were made before the mutant, or by another
        try:
            hold_equal(world, build(engine, world))
            hold_equal_for_one(world, build(engine, world))
        except ObstaclesFound:
            pytest.fail("a world is refused before anything is asked: it tells of no mutant")
        except (AssertionError, Stopped, StoreError):
            return
        finally:
            drafts._KNOWN.clear()
    pytest.fail("no world tells this mutant from the compiler")
