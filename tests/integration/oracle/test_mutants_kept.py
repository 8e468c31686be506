"""Statements that are kept, and plans done at once, with a fault: the oracle tells each mutant.

What the compiler says of a row is held by `test_mutants.py`; here is what stands around it, for
each database that does it so: steps asked in one question, keys that go in as parameters, and what
is done in one transaction. How conditions are lifted to the row referred to is held by
`tests/unit/binding/test_assuming.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from doelbinding.plan.model import Deed, Step
from doelbinding.retention.planner import Planner
from doelbinding.stores.sql import atonce, meant, naming, questions, together
from doelbinding.stores.sql.atonce import AtOnce
from doelbinding.stores.sql.naming import Keys, Naming
from doelbinding.stores.sql.tables import Here
from tests.integration.oracle.mutants import Patch, insist_it_is_told, plain_worlds
from tests.integration.oracle.test_oracle import mariadb, postgresql, sqlite

__all__ = ["mariadb", "postgresql", "sqlite"]


def _around(module: Any, name: str, mutant: Callable[..., Any]) -> Patch:
    """Let a function do what the mutant makes of the real one and of its arguments."""

    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        real = getattr(module, name)
        monkeypatch.setattr(module, name, lambda *a, **k: mutant(real, *a, **k))

    return patch


def _in_both(name: str, mutant: Callable[..., Any]) -> Patch:
    """Let what is asked of a step, alone or with others, be what the mutant makes of it."""

    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        for module in (meant, together):
            _around(module, name, mutant)(monkeypatch)

    return patch


def _first_path(real: Any, any_of: Any) -> Any:
    return real(any_of)[:1]


def _whatever_leads(
    _real: Any, naming_: Naming, here: Here, _branch: Any, link: Any
) -> sa.Select[Any]:
    there = naming_.there(here, link)
    held = there.column(link.pairs[0][1])
    return sa.select(held).select_from(there.rows).where(held.is_not(None))


def _without_emptying(real: Any, planner: Planner, here: Any, *rest: Any) -> Iterator[Step]:
    for step in real(planner, here, *rest):
        if step.deed is Deed.DELETE or not here.dataset.goes_when_unjustified:
            yield step


def _in_one_of_each(
    _real: Any, columns: Sequence[Any], names: Sequence[str]
) -> sa.ColumnElement[bool]:
    """Compare the parts of a key one by one, with those of any key."""
    return sa.and_(
        *(c == sa.func.any(naming._parameter(n)) for c, n in zip(columns, names, strict=True))
    )


def _apart_by(mark: Callable[[Any], object]) -> Callable[..., Any]:
    def alike(_real: Any, asked: Sequence[Any]) -> list[list[Any]]:
        found: dict[object, list[Any]] = {}
        for one in asked:
            found.setdefault((one.dataset, mark(one)), []).append(one)
        return list(found.values())

    return alike


def _turned(real: Any, alike: Sequence[Step], rows: Any) -> Any:
    """Give the rows of each step to the next."""
    return real([*alike[1:], alike[0]], rows)


def _unsealed(real: Any, self: AtOnce, step: Step) -> Any:
    return real(self, replace(step, sealed=False))


def _first_part(real: Any, self: Keys, found: Any) -> list[object]:
    return [key[:1] * len(key) if self.part is None else key[0] for key in found]


def _whatever_was_asked(_real: Any, _shared: Any) -> sa.ColumnElement[bool]:
    return sa.true()


def _nothing(*_: Any) -> tuple[object, ...]:
    return ()


SQLITE: dict[str, Patch] = {
    "steps of other rows are asked in one question": _around(
        atonce, "_narrowed_alike", _apart_by(lambda one: one.scope)
    ),
    "steps of other controllers are asked in one question": _around(
        atonce, "_narrowed_alike", _apart_by(lambda one: one.narrow)
    ),
    "the rows of a step are taken for those of the next": _around(atonce, "_told_apart", _turned),
    "what an earlier step finds is forgotten": _in_both("not_before", _nothing),
    "what steps share is not left to the earlier": _around(
        together, "is_not_true", _whatever_was_asked
    ),
    "that there is something to empty is forgotten": _in_both("to_change", _nothing),
    "of rows that may go no value is emptied": _around(Planner, "_steps", _without_emptying),
    "one part of a key goes in for all": _around(Keys, "of", _first_part),
    "sealed rows are done unsealed": _around(AtOnce, "_doing", _unsealed),
}
POSTGRESQL: dict[str, Patch] = {
    "one of several paths is looked up from keys": _around(naming, "_from_keys", _first_path),
    "whatever leads here is looked up from keys": _around(Naming, "_led_to", _whatever_leads),
    "parts of a key are compared with those of any": _around(naming, "_in_arrays", _in_one_of_each),
    "groups are counted for whatever is true of them": _around(
        questions, "left_before", lambda *_: None
    ),
    "sealed rows are done unsealed": SQLITE["sealed rows are done unsealed"],
    "the rows of a step are taken for those of the next": SQLITE[
        "the rows of a step are taken for those of the next"
    ],
}


COUNTED = (
    "steps of other rows are asked in one question",
    "that there is something to empty is forgotten",
    "what an earlier step finds is forgotten",
    "what steps share is not left to the earlier",
)
"""Those that a count can tell: MariaDB keeps only the statements that count for a request."""


@pytest.mark.parametrize("name", sorted(SQLITE))
def test_on_sqlite(name: str, sqlite: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    SQLITE[name](monkeypatch)
    insist_it_is_told(name, plain_worlds(), sqlite)


@pytest.mark.parametrize("name", sorted(POSTGRESQL))
def test_on_postgresql(name: str, postgresql: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    POSTGRESQL[name](monkeypatch)
    insist_it_is_told(name, plain_worlds(), postgresql)


@pytest.mark.parametrize("name", COUNTED)
def test_on_mariadb(name: str, mariadb: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    SQLITE[name](monkeypatch)
    insist_it_is_told(name, plain_worlds(), mariadb)
