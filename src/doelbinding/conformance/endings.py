"""Worlds in which values end otherwise than empty: changed so that they tell less, in documents."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from random import Random

from doelbinding.conformance.world import World
from doelbinding.plan.transform import Transformer
from doelbinding.policy.endings import Ending, Grain, Inside, Strip
from doelbinding.policy.stores import Binding, Column, ColumnType, Dataset

TRANSFORMER = Transformer(keys=lambda name: name.encode())
_TEXTS = [
    Ending(keep_first=1),
    Ending(keep_first=3),
    Ending(strip=Strip.TEXT),
    Ending(pseudonym="k1"),
]
_WORDS = [
    "Sanne",
    "ask Sanne, sanne@example.com",
    "éé12",
    "+31 20 123 45 67 rang",
    "ps-" + "0" * 6 + "-" + "a" * 32,
    "",
    "x",
    None,
]
_BORN = ["1980-02-29", "1981-01-01", "1999-12-31", None]
_DOCUMENTS = [
    {"tel": "020-1234567", "kept": 1.50, "all": [{"n": "Sanne"}, {"n": None}, {}]},
    {"tel": 5, "all": [{"n": "Pieter"}]},
    {"tel": None, "all": {}},
    {"tel": {"at": ["home"]}},
    [],
    "text",
]
_INSIDE = {"tel": "$.tel", "names": "$.all[*].n"}


def ended_otherwise(chance: Random, world: World) -> World:
    """Give the world with endings for some columns, and a document and a date of birth."""
    store = world.policy.stores[0]
    datasets = tuple(
        _person(chance, one) if one.id == "person" else _with_endings(chance, one)
        for one in store.datasets
    )
    others = world.policy.stores[1:]
    policy = replace(world.policy, stores=(replace(store, datasets=datasets), *others))
    tables = dict(world.tables)
    tables["s.person"] = [_filled(chance, row) for row in world.tables["s.person"]]
    tables["s.note"] = [
        {**row, "body": chance.choice([row["body"], *_WORDS])} for row in tables["s.note"]
    ]
    return replace(world, policy=policy, tables=tables)


def _with_endings(chance: Random, dataset: Dataset) -> Dataset:
    endings = {ColumnType.TEXT: [None, *_TEXTS], ColumnType.INTEGER: [None, Ending(band=2)]}
    columns = tuple(
        replace(column, ends_as=chance.choice(endings.get(column.type, [None])))
        if column.personal and column.name != "mail"
        else column
        for column in dataset.columns
    )
    return replace(dataset, columns=columns)


def _person(chance: Random, dataset: Dataset) -> Dataset:
    person = _with_endings(chance, dataset)
    kind = chance.choice([ColumnType.DATE, ColumnType.DATE_TEXT])
    born = Column(
        name="born",
        type=kind,
        category="n",
        ends_as=Ending(generalise=chance.choice(list(Grain))),
    )
    inside = tuple(
        Column(
            name=name,
            category="n",
            inside=Inside(column="doc", path=path),
            ends_as=chance.choice([None, *_TEXTS]),
            replace_with=chance.choice([None, "-"]),
        )
        for name, path in _INSIDE.items()
    )
    told = tuple(
        replace(column, identifier="name") if column.name == "name" else column
        for column in person.columns
    )
    extra = (Column(name="doc", type=ColumnType.JSON), born, *inside)
    bindings = tuple(_bound_too(chance, binding) for binding in person.bindings)
    return replace(person, columns=(*told, *extra), bindings=bindings)


def _bound_too(chance: Random, binding: Binding) -> Binding:
    more = chance.sample(["born", *_INSIDE], chance.randint(0, 3))
    return replace(binding, columns=(*binding.columns, *more))


def _filled(chance: Random, row: Mapping[str, object]) -> dict[str, object]:
    document = chance.choice([None, *(json.dumps(one) for one in _DOCUMENTS)])
    return {
        **row,
        "name": chance.choice([row["name"], *_WORDS]),
        "doc": document,
        "born": chance.choice(_BORN),
    }
