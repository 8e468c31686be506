"""Statements about a step, written once and kept, for requests about a few people.

Writing a statement takes SQLAlchemy longer than a database takes to carry it out. A draft is the
same for all who ask the same of a controller on a day, but for the keys (`retention/drafts.py`). So
its statements are kept, and keys go in as they are asked: as arrays on PostgreSQL, whose text is
then always the same; as lists where they are many and SQLite's (`lists.py`); elsewhere as many
parameters as there are keys.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.compiler import SQLCompiler

from doelbinding.binding.circumstances import Key
from doelbinding.binding.expression import Expression
from doelbinding.plan.model import Deed, Doubt, KeySets, Step
from doelbinding.policy.stores import Store
from doelbinding.stores.sql.comparing import EXACTLY, Comparing
from doelbinding.stores.sql.lists import are_in_json, are_many
from doelbinding.stores.sql.naming import Keys, Naming

Given = Sequence[tuple[Keys, Collection[Key]]]
"""What goes in for each parameter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A statement as text: what stands in it for good, and which keys go in.

    `listing`: gives the same with lists for keys, where the database has them.
    """

    compiled: SQLCompiler
    text: str
    constants: Mapping[str, object]
    sets: Mapping[str, Keys]
    own: Mapping[str, Keys]
    listing: Callable[[], Written] | None = None

    def values(self, keys: KeySets, own: Sequence[Key] = ()) -> dict[str, object]:
        """Give what goes into the statement, for these key sets and keys of the rows meant."""
        values = dict(self.constants)
        values |= {name: one.values(keys) for name, one in self.sets.items()}
        values |= {name: one.of(own) for name, one in self.own.items()}
        return values

    def parameters(self, keys: KeySets, own: Sequence[Key] = ()) -> int:
        """Count the parameters of the statement as it is spelt for these keys."""
        given = self._given(keys, own)
        if self.compiled.dialect.name == "postgresql" or self._had_better_be_listed(given):
            return len(given)
        return sum(len(found) for _, found in given)

    def spelt(self, keys: KeySets, own: Sequence[Key] = ()) -> tuple[str, Any]:
        """Give the statement with as many parameters as there are keys, and what goes in."""
        if self.listing is not None and self._had_better_be_listed(self._given(keys, own)):
            return self.listing().spelt(keys, own)
        state = self.compiled.construct_expanded_state(self.values(keys, own))
        given = state.positional_parameters if self.compiled.positional else state.parameters
        return state.statement, given

    def _had_better_be_listed(self, given: Given) -> bool:
        """Tell whether keys are many, and lists of them find what each finds."""
        if self.listing is None:
            return False
        in_all = sum(len(found) for _, found in given)
        if in_all <= _MOST_IN_ALL and not any(are_many(found) for _, found in given):
            return False
        return all(are_in_json(found, one.numbers) for one, found in given)

    def _given(self, keys: KeySets, own: Sequence[Key]) -> Given:
        each = [(one, one.among(keys)) for one in self.sets.values()]
        return [*each, *((one, own) for one in self.own.values())]


Asked = Sequence[tuple[Written, Sequence[Key]]]
"""Statements, each with the keys of the rows it is about, where these are known beforehand."""

Ask = Callable[[Asked, KeySets], Sequence[Sequence[Any]]]
"""Asks statements and gives the rows of each."""


class Texts:
    """The statements written so far, by what they do and the step they are about."""

    def __init__(self, store: Store, dialect: sa.Dialect, comparing: Comparing = EXACTLY) -> None:
        self._store, self._dialect, self._comparing = store, dialect, comparing
        self._known: dict[object, tuple[Sequence[Step | Doubt], Written]] = {}
        self._alike: dict[object, Written] = {}

    @property
    def dialect(self) -> str:
        """The dialect in which they are written."""
        return self._dialect.name

    def give(
        self, role: str, about: Sequence[Step | Doubt], make: Callable[[Naming], sa.Executable]
    ) -> Written:
        """Give a statement about steps or doubts of one dataset, written now if it was not.

        While `doing`, rows that go before the step's own are gone.
        """
        mark = role, about[0].dataset, *map(_identity, about)
        if mark not in self._known:
            if len(self._known) > _MOST:
                self._known.clear()
                self._alike.clear()
            self._known[mark] = about, self._of_alike(role, about, make)
        return self._known[mark][1]

    def of(self, mark: tuple[object, ...], make: Callable[[Naming], sa.Executable]) -> Written:
        """Give the statement of that mark, which asks what is so before anything is done."""
        if mark not in self._alike:
            if len(self._alike) > _MOST:
                self._alike.clear()
            self._alike[mark] = self._written(make, doing=False)
        return self._alike[mark]

    def _of_alike(
        self, role: str, about: Sequence[Step | Doubt], make: Callable[[Naming], sa.Executable]
    ) -> Written:
        """Give the statement of steps that say the same, such as those read back from a plan."""
        mark = role, about[0].dataset, *((*_read(one), *_manner(one)) for one in about)
        if mark not in self._alike:
            self._alike[mark] = self._written(make, doing=role in _DOING)
        return self._alike[mark]

    def _written(self, make: Callable[[Naming], sa.Executable], *, doing: bool) -> Written:
        written = self._compiled(make, doing=doing)
        if self.dialect != "sqlite":
            return written
        return replace(
            written, listing=cache(partial(self._compiled, make, doing=doing, listing=True))
        )

    def _compiled(
        self, make: Callable[[Naming], sa.Executable], *, doing: bool, listing: bool = False
    ) -> Written:
        name = "mysql" if self._dialect.name == "mariadb" else self._dialect.name
        compiler = Naming(
            store=self._store,
            dialect=name,
            keys={},
            doing=doing,
            comparing=self._comparing,
            listing=listing,
        )
        compiled: Any = make(compiler).compile(dialect=self._dialect)  # type: ignore[attr-defined]
        named = {**compiler.sets, **compiler.own}
        return Written(
            compiled=compiled,
            text=str(compiled),
            constants={name: v for name, v in compiled.params.items() if name not in named},
            sets=compiler.sets,
            own=compiler.own,
        )


def can_be_kept(step: Step) -> bool:
    """Tell whether a step's statements can be kept: not where values are computed, or files go."""
    return step.deed is not Deed.TRANSFORM and not step.files


def _read(about: Step | Doubt) -> tuple[Expression, ...]:
    own = about.values if isinstance(about, Doubt) else (about.needed,)
    unless = () if isinstance(about, Doubt) or about.unless is None else (about.unless,)
    return (*own, about.scope, about.narrow, *unless)


def _identity(about: Step | Doubt) -> tuple[object, ...]:
    """Give what tells a draft's steps apart: the very expressions, which `_known` keeps alive."""
    return (*(id(part) for part in _read(about)), *_manner(about))


def _manner(about: Step | Doubt) -> tuple[object, ...]:
    if isinstance(about, Doubt):
        return ()
    how = about.deed, about.columns, about.unknown_goes, about.sealed, about.files
    return (*how, about.unless is None)


_DOING = frozenset({"do", "left"})
_MOST = 2_000

_MOST_IN_ALL = 10_000
"""Keys that stand as parameters in one statement where lists would do."""
