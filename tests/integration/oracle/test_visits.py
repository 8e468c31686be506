"""However deep conditions are: asked in visits, they leave what the oracle leaves (ADR 0030).

Here everything that is asked about other rows is asked so, also what is not deep.
"""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from hypothesis import given

from doelbinding.conformance.holding import hold_equal, hold_equal_for_one, thorough
from doelbinding.conformance.world import World
from doelbinding.conformance.worlds import worlds
from doelbinding.stores.sql import visits
from doelbinding.stores.sql.shallow import Shallow
from doelbinding.stores.sql.truth import is_not_true
from doelbinding.stores.sql.visits import Visit, Visiting
from tests.integration.oracle.database import build
from tests.integration.oracle.mutants import Patch, insist_it_is_told, plain_worlds, replaced
from tests.integration.oracle.test_oracle import CASES, POPULATIONS, mariadb, postgresql, sqlite

__all__ = ["mariadb", "postgresql", "sqlite"]


@pytest.fixture(autouse=True)
def everything_is_deep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visits, "MOST_WRITTEN_OUT", 0)
    monkeypatch.setattr(Shallow, "is_deep", lambda *_: False)


@thorough(max(CASES // 20, 1))
@given(world=worlds(populations=POPULATIONS))
def test_on_sqlite(world: World, sqlite: sa.Engine) -> None:
    hold_equal(world, build(sqlite, world))
    hold_equal_for_one(world, build(sqlite, world))


@thorough(max(CASES // 20, 1))
@given(world=worlds(junk=False, populations=POPULATIONS))
def test_on_postgresql(world: World, postgresql: sa.Engine) -> None:
    hold_equal(world, build(postgresql, world))
    hold_equal_for_one(world, build(postgresql, world))


@thorough(max(CASES // 40, 1))
@given(world=worlds(junk=False, populations=POPULATIONS))
def test_on_mariadb(world: World, mariadb: sa.Engine) -> None:
    hold_equal(world, build(mariadb, world))
    hold_equal_for_one(world, build(mariadb, world))


@pytest.mark.parametrize("first", [0, 2])
def test_whether_rows_are_found_first_or_not(
    first: int, sqlite: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visits, "MOST_FOUND_FIRST", first)
    for world in plain_worlds()[:8]:
        hold_equal_for_one(world, build(sqlite, world))


def _of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    real = Visiting.over.__func__  # type: ignore[attr-defined]
    everyone = classmethod(lambda cls, plain, here, _: real(cls, plain, here, visits.YES))
    monkeypatch.setattr(Visiting, "over", everyone)


def _forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    real = Visit.ask

    def mutant(self: Visit, condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
        return real(self, sa.true() if self.here.dataset.id == "note" else condition)

    monkeypatch.setattr(Visit, "ask", mutant)


MUTANTS: dict[str, Patch] = {
    "all rows are in question": _of_all,
    "what is asked of rows on the way is forgotten": _forgetful,
    "whoever is asked passes": replaced(visits, "_NONE", sa.literal_column("1")),
    "answers are taken for their contrary": replaced(visits, "is_true", is_not_true),
    "rows lead to all others": replaced(Visiting, "_joined", lambda *_: iter([sa.true()])),
}


@pytest.mark.parametrize("name", sorted(MUTANTS))
def test_the_oracle_tells(name: str, sqlite: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    MUTANTS[name](monkeypatch)
    insist_it_is_told(name, plain_worlds(), sqlite)
