"""Whatever tables hold and are called, visits and rounds find what is found when written out."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain

import pytest
import sqlalchemy as sa

from doelbinding.binding.expression import YES, Certain, Expression, KeyIn, Not, Or, Referred, Up
from doelbinding.binding.paths import Link
from doelbinding.plan.model import Deed, Doubt, Emptied, KeySets, Step
from doelbinding.policy.stores import Column, ColumnType, Dataset
from doelbinding.policy.stores import Store as Mapped
from doelbinding.stores.sql import apart, shallow, visits
from doelbinding.stores.sql.store import SqlStore
from tests.integration.one_table import ENDED, say

ENGINES = pytest.mark.parametrize("kind", ["sqlite", "postgresql", "mariadb"])
HOW = pytest.mark.parametrize("how", ["visits", "rounds"])
PLAIN, ODD = ("id", "up", "code"), ("found0", "shared0", "answer_0")
"""What columns are called: also as our own statements call theirs."""
KEYS: KeySets = {"asked": frozenset((n,) for n in range(1, 8))}
TYPES = (ColumnType.INTEGER, ColumnType.INTEGER, ColumnType.TEXT)


def _ask_in(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visits, "MOST_WRITTEN_OUT", 0)
    if how == "rounds":
        monkeypatch.setattr(shallow, "MOST_WRITTEN_OUT", 0)
        monkeypatch.setattr(apart, "MOST_TOGETHER", -1)


def _tables(names: tuple[str, ...]) -> list[str]:
    """Give three tables, of which nobody keeps `way` unique, nor its key from being missing."""
    key, up, code = names
    columns = f"{key} INT, {up} INT, {code} VARCHAR(9), ended DATE"
    return [
        f"CREATE TABLE person ({columns}, PRIMARY KEY ({key}))",
        (
            "INSERT INTO person VALUES (1, NULL, 'lives', NULL), (2, 3, 'too', NULL), "
            "(3, NULL, 'ends', NULL), (4, 3, 'not', NULL), (5, 2, NULL, '2001-01-01'), "
            "(6, 6, 'none', NULL), (7, 6, 'LIVES', NULL)"
        ),
        f"CREATE TABLE way ({columns})",
        (
            "INSERT INTO way VALUES (NULL, 1, 'lives', NULL), (NULL, 2, 'ends', NULL), "
            "(8, 1, 'too', NULL), (8, 2, 'not', NULL), (9, NULL, 'none', NULL)"
        ),
        f"CREATE TABLE purpose ({columns}, PRIMARY KEY ({key}))",
        "INSERT INTO purpose VALUES (1, NULL, NULL, NULL), (2, NULL, NULL, '2001-01-01')",
    ]


def _told(engine: sa.Engine, names: tuple[str, ...]) -> list[object]:
    """Give all that is counted and found, with the store's statements written anew."""
    key, up, code = names
    columns = tuple(Column(name=n, type=t) for n, t in zip(names, TYPES, strict=True))
    columns = (*columns, Column(name="ended", type=ColumnType.DATE))
    person, way, purpose = (
        Dataset(id=name, table=name, key=(key,), label={}, columns=columns)
        for name in ("person", "way", "purpose")
    )
    mapped = Mapped(id="s", label={}, country="NL", datasets=(person, way, purpose))
    lives = Up(link=Link(dataset="purpose", pairs=((up, key),)), part=ENDED, missing=False)
    needed = Up(link=Link(dataset="way", pairs=((code, code),)), part=lives, missing=False)
    lower = Referred(link=Link(dataset="person", pairs=((key, up),)), stays=needed)
    steps = _steps(needed, lower, key=key, code=code)
    doubt = Doubt(store="s", dataset="person", controller=None, scope=YES, values=(needed, lower))
    store = SqlStore(mapped, engine)
    surveyed, doubtful = store.survey_at_once(steps, [doubt], KEYS)
    assert [surveyed[step.id].rows for step in steps] == [len(keys) for keys in EXPECTED]
    if store.can_at_once(steps):
        found = store.find_at_once(steps, KEYS)
        assert [sorted(found[step.id]) for step in steps] == EXPECTED
        assert store.count_at_once(steps, [doubt], KEYS)[1] == doubtful
    selected = [sorted(chain(*store.select_keys(step, KEYS))) for step in steps]
    return [selected, surveyed, doubtful]


def _steps(needed: Expression, lower: Expression, *, key: str, code: str) -> list[Step]:
    first = Step(
        id="s001",
        store="s",
        dataset="person",
        controller=None,
        deed=Deed.DELETE,
        needed=Or(parts=(needed, lower)),
        narrow=KeyIn(columns=(key,), keys="asked"),
    )
    emptied = (Emptied(column=code),)
    second = replace(first, id="s002", deed=Deed.EMPTY, needed=needed, columns=emptied)
    third = replace(first, id="s003", needed=Not(part=Certain(part=lower)))
    return [first, replace(second, unless=first.needed), third]


EXPECTED = [[(4,), (5,), (6,), (7,)], [(3,)], [(3,)]]


@HOW
@ENGINES
@pytest.mark.parametrize("names", [PLAIN, ODD])
def test_keys_on_the_way_may_be_missing_or_alike_and_names_as_our_own(
    kind: str,
    names: tuple[str, ...],
    how: str,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine: sa.Engine = request.getfixturevalue(kind)
    say(engine, *_tables(names))
    written = _told(engine, names)
    _ask_in(how, monkeypatch)
    assert _told(engine, names) == written


@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
def test_rows_refer_to_others_as_the_database_takes_it(
    kind: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reference is kept whatever its case where a collation folds; a path is followed closely."""
    engine: sa.Engine = request.getfixturevalue(kind)
    folding = "COLLATE NOCASE" if kind == "sqlite" else ""
    say(
        engine,
        f"CREATE TABLE person (id INTEGER PRIMARY KEY, code VARCHAR(9) {folding}, ended DATE)",
        "INSERT INTO person VALUES (1, 'a', '2001-01-01'), (2, 'A', NULL), (3, 'B', '2001-01-01')",
    )
    columns = (Column(name="id", type=ColumnType.INTEGER), Column(name="code"))
    columns = (*columns, Column(name="ended", type=ColumnType.DATE))
    person = Dataset(id="person", table="person", key=("id",), label={}, columns=columns)
    mapped = Mapped(id="s", label={}, country="NL", datasets=(person,))
    same = Link(dataset="person", pairs=(("code", "code"),))
    closely, referred = Up(link=same, part=ENDED, missing=False), Referred(link=same, stays=ENDED)
    step = Step(
        id="s001", store="s", dataset="person", controller=None, deed=Deed.DELETE, needed=referred
    )
    steps = [
        step,
        replace(step, needed=closely),
        replace(step, needed=Or(parts=(referred, closely))),
    ]
    for how in ("as written", "visits", "rounds"):
        if how != "as written":
            _ask_in(how, monkeypatch)
        found = [list(chain(*SqlStore(mapped, engine).select_keys(one, {}))) for one in steps]
        assert found == [[(3,)], [(1,), (3,)], [(3,)]], how


@HOW
@pytest.mark.parametrize("also", ["", ", part"])
def test_a_key_is_told_apart_as_it_is_kept(
    also: str, how: str, sqlite: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(
        sqlite,
        "CREATE TABLE person (code TEXT COLLATE NOCASE NOT NULL, part INTEGER NOT NULL, "
        f"ended DATE, PRIMARY KEY (code COLLATE BINARY{also}))",
        "INSERT INTO person VALUES ('a', 1, '2001-01-01'), ('A', 1, NULL)",
    )
    kinds = {"code": ColumnType.TEXT, "part": ColumnType.INTEGER, "ended": ColumnType.DATE}
    columns = tuple(Column(name=n, type=kind) for n, kind in kinds.items())
    key = ("code", "part") if also else ("code",)
    person = Dataset(id="person", table="person", key=key, label={}, columns=columns)
    mapped = Mapped(id="s", label={}, country="NL", datasets=(person,))
    own = Up(link=Link(dataset="person", pairs=(("code", "code"),)), part=ENDED, missing=False)
    step = Step(
        id="s001", store="s", dataset="person", controller=None, deed=Deed.DELETE, needed=own
    )
    _ask_in(how, monkeypatch)
    (found,) = SqlStore(mapped, sqlite).select_keys(step, {})
    assert [key[0] for key in found] == ["a"]
