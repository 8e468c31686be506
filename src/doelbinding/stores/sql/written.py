"""Statements about a step, written once and kept as text, for requests about a few people.

Writing a statement takes SQLAlchemy longer than a database takes to carry it out. A draft is the
same for all who ask the same of a controller on a day, but for the keys (`retention/drafts.py`). So
its statements are kept, and keys go in as arrays. PostgreSQL only: elsewhere the number of keys
stands in the text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from doelbinding.binding.circumstances import Key
from doelbinding.binding.expression import AnyOf, Expression, KeyIn, walk
from doelbinding.binding.paths import Link
from doelbinding.plan.model import Deed, Doubt, KeySets, Step
from doelbinding.policy.stores import Store
from doelbinding.stores.sql.compile import Compiler, Here
from doelbinding.stores.sql.tables import Uncast
from doelbinding.stores.sql.truth import is_not_true

OWN = "own"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A statement as text: what stands in it for good, and which key sets go in."""

    text: str
    constants: Mapping[str, object]
    sets: Mapping[str, str]

    def values(self, keys: KeySets, own: Sequence[Key] = ()) -> dict[str, object]:
        """Give what goes into the statement, for these key sets and keys of the rows meant."""
        values = dict(self.constants)
        for name, key_set in self.sets.items():
            values[name] = [key[0] for key in keys[key_set]]
        for name in [name for name in values if name.startswith(OWN)]:
            part = int(name.removeprefix(OWN))
            values[name] = [key[part] for key in own]
        return values


@dataclass(frozen=True, kw_only=True)
class Naming(Compiler):
    """Compiles with key sets as parameters, and remembers which parameter is which."""

    sets: dict[str, str] = field(default_factory=dict)

    def _leaf(self, leaf: Any, here: Here, *, wanted: bool) -> sa.ColumnElement[bool]:
        if not isinstance(leaf, KeyIn):
            return super()._leaf(leaf, here, wanted=wanted)
        name = f"set{len(self.sets)}"
        self.sets[name] = leaf.keys
        found = here.column(leaf.columns[0]) == sa.func.any(_parameter(name))
        return found if wanted else is_not_true(found)

    def _staying(
        self, here: Here, there: Here, link: Link, stays: sa.ColumnElement[bool]
    ) -> sa.ColumnElement[bool]:
        """Ask in place: a common table expression that several counts read is made in full."""
        return self._left(here, there, link, stays)


def own_keys(here: Here) -> sa.ColumnElement[bool]:
    """Give whether a row's key is among those that go in; a key of several parts also part by part.

    Several parts are compared as text, since an array of rows has no type of its own.
    """
    columns = [here.column(name) for name in here.dataset.key]
    arrays = [_parameter(f"{OWN}{n}") for n, _ in enumerate(columns)]
    parts = [column == sa.func.any(a) for column, a in zip(columns, arrays, strict=True)]
    if len(columns) == 1:
        return parts[0]
    texts = [sa.cast(_parameter(f"{OWN}{n}"), sa.ARRAY(sa.Text)) for n, _ in enumerate(columns)]
    names = [sa.column(f"k{n}", sa.Text) for n, _ in enumerate(columns)]
    given = sa.func.unnest(*texts).table_valued(*names, name="own_keys").render_derived()
    alike = [given.c[n.name] == sa.cast(c, sa.Text) for n, c in zip(names, columns, strict=True)]
    asked: sa.Select[Any] = sa.select(sa.literal_column("1")).select_from(given).where(*alike)
    return sa.and_(*parts, asked.correlate(here.rows).exists())


def _parameter(name: str) -> sa.BindParameter[Any]:
    return sa.bindparam(name, None, type_=Uncast())


class Texts:
    """The statements written so far, by what they do and the step they are about."""

    def __init__(self, store: Store, dialect: sa.Dialect) -> None:
        self._store, self._dialect = store, dialect
        self._known: dict[object, tuple[Sequence[Step | Doubt], Written]] = {}
        self._possible: dict[object, tuple[Step | Doubt, bool]] = {}
        self._alike: dict[object, Written] = {}

    def can(self, about: Step | Doubt) -> bool:
        """Tell whether statements can be kept as text: not where keys have parts or are carried."""
        mark = about.dataset, *_identity(about)
        if mark not in self._possible:
            self._possible[mark] = about, _possible(about)
        return self._possible[mark][1]

    def give(
        self, role: str, about: Sequence[Step | Doubt], make: Callable[[Compiler], sa.Executable]
    ) -> Written:
        """Give a statement about steps or doubts of one dataset, written now if it was not.

        While `doing`, rows that go before the step's own are gone.
        """
        mark = role, about[0].dataset, *map(_identity, about)
        if mark not in self._known:
            if len(self._known) > _MOST:
                self._known.clear()
                self._possible.clear()
                self._alike.clear()
            self._known[mark] = about, self._of_alike(role, about, make)
        return self._known[mark][1]

    def _of_alike(
        self, role: str, about: Sequence[Step | Doubt], make: Callable[[Compiler], sa.Executable]
    ) -> Written:
        """Give the statement of steps that say the same, such as those read back from a plan."""
        mark = role, about[0].dataset, *((*_read(one), *_manner(one)) for one in about)
        if mark not in self._alike:
            self._alike[mark] = self._written(make, doing=role in _DOING)
        return self._alike[mark]

    def _written(self, make: Callable[[Compiler], sa.Executable], *, doing: bool) -> Written:
        compiler = Naming(store=self._store, dialect=self._dialect.name, keys={}, doing=doing)
        compiled: Any = make(compiler).compile(dialect=self._dialect)  # type: ignore[attr-defined]
        return Written(text=str(compiled), constants=dict(compiled.params), sets=compiler.sets)


def _possible(about: Step | Doubt) -> bool:
    if isinstance(about, Step) and (about.deed is Deed.TRANSFORM or about.files):
        return False
    for expression in _read(about):
        for part in walk(expression):
            if isinstance(part, KeyIn) and len(part.columns) > 1:
                return False
            if isinstance(part, AnyOf) and any(b.elsewhere is not None for b in part.branches):
                return False
    return True


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
