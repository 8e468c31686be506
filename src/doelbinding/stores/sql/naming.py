"""Expressions compiled with their key sets as parameters, so that a statement serves other keys."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from doelbinding.binding.circumstances import Key
from doelbinding.binding.expression import (
    And,
    AnyOf,
    Branch,
    Certain,
    Expression,
    KeyIn,
    Or,
    Up,
)
from doelbinding.binding.paths import Link
from doelbinding.plan.model import KeySets
from doelbinding.stores.sql.compile import Compiler
from doelbinding.stores.sql.conditions import encoded
from doelbinding.stores.sql.lists import in_listed, listed
from doelbinding.stores.sql.tables import Here, Uncast
from doelbinding.stores.sql.texts import folded_keys
from doelbinding.stores.sql.widths import of_width


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """What goes into a statement for one parameter: a part of the keys of some sets, or the whole.

    `encoded`: which parts go in as bytes. `bits`: how wide parts are that are whole numbers.
    `numbers`: with which parts SQLite compares numbers as such. `listed`: they go in as one list.
    """

    sets: tuple[str, ...]
    part: int | None
    encoded: tuple[bool, ...] = ()
    bits: tuple[int | None, ...] = ()
    numbers: tuple[bool, ...] = ()
    listed: bool = False

    def values(self, keys: KeySets) -> list[object] | str:
        """Give the parameter's value, for these key sets."""
        return self.of(self.among(keys))

    def among(self, keys: KeySets) -> frozenset[Key]:
        """Give the keys that go in, of these key sets."""
        first, *more = (keys[name] for name in self.sets)
        return first.union(*more) if more else first

    def of(self, found: Iterable[Key]) -> list[object] | str:
        """Give the parameter's value, for these keys."""
        if self.listed:
            return listed(list(found))
        given = [self._encoded(key) for key in found] if self.encoded else list(found)
        return list(given) if self.part is None else self._of_part(given, self.part)

    def _of_part(self, given: Sequence[Key], part: int) -> list[object]:
        wide = self.bits[part] if self.bits else None
        return of_width([key[part] for key in given], wide)

    def _encoded(self, key: Key) -> Key:
        return tuple(encoded(part, folds) for part, folds in zip(key, self.encoded, strict=True))


@dataclass(frozen=True, kw_only=True)
class Naming(Compiler):
    """Compiles with key sets as parameters, and remembers which parameter is which.

    `listing`: each is a list of SQLite's.
    """

    sets: dict[str, Keys] = field(default_factory=dict)
    own: dict[str, Keys] = field(default_factory=dict)
    listing: bool = False

    def in_sets(
        self, names: Sequence[str], here: Here, sets: Sequence[str]
    ) -> sa.ColumnElement[bool]:
        """As the compiler's, with the keys as parameters."""
        columns = [here.column(name) for name in names]
        if self.dialect == "postgresql":
            bits = tuple(self.bits(here, name) for name in names)
            arrays = [self._named(sets, part, bits=bits) for part, _ in enumerate(columns)]
            return _in_arrays(columns, arrays)
        folds = tuple(self.folds(here, name) for name in names)
        numbers = tuple(self._takes_numbers(here, names))
        found = self._among(columns, sets, (), numbers)
        if not any(folds):
            return found
        in_bytes = folds if self.dialect == "mysql" else ()
        exactly = self._among(folded_keys(columns, folds), sets, in_bytes, numbers)
        return sa.and_(found, exactly)

    def _among(
        self,
        columns: Sequence[sa.ColumnElement[Any]],
        sets: Sequence[str],
        folds: tuple[bool, ...],
        numbers: tuple[bool, ...],
    ) -> sa.ColumnElement[bool]:
        part = 0 if len(columns) == 1 else None
        name = self._named(sets, part, folds, numbers=numbers)
        return self._in_parameters(columns, name)

    def _named(
        self,
        sets: Sequence[str],
        part: int | None,
        folds: tuple[bool, ...] = (),
        bits: tuple[int | None, ...] = (),
        numbers: tuple[bool, ...] = (),
    ) -> str:
        name = f"set{len(self.sets)}"
        self.sets[name] = Keys(
            sets=tuple(sets),
            part=part,
            encoded=folds,
            bits=bits,
            numbers=numbers,
            listed=self.listing,
        )
        return name

    def own_keys(self, here: Here) -> sa.ColumnElement[bool]:
        """Give whether a row's key is among those that go in."""
        columns = [here.column(name) for name in here.dataset.key]
        if self.dialect != "postgresql":
            whole = len(columns) > 1
            numbers = tuple(self._takes_numbers(here, here.dataset.key))
            part = None if whole else 0
            self.own["own"] = Keys(sets=(), part=part, numbers=numbers, listed=self.listing)
            return self._in_parameters(columns, "own")
        bits = tuple(self.bits(here, name) for name in here.dataset.key)
        arrays = {f"own{n}": Keys(sets=(), part=n, bits=bits) for n, _ in enumerate(columns)}
        self.own.update(arrays)
        return _in_arrays(columns, list(arrays))

    def _in_parameters(
        self, columns: Sequence[sa.ColumnElement[Any]], name: str
    ) -> sa.ColumnElement[bool]:
        if self.listing:
            return in_listed(columns, _parameter(name))
        if len(columns) == 1:
            return columns[0].in_(sa.bindparam(name, expanding=True, type_=Uncast()))
        return sa.tuple_(*columns).in_(sa.bindparam(name, expanding=True))

    def _any_of(self, any_of: AnyOf, here: Here, *, wanted: bool) -> sa.ColumnElement[bool]:
        """Look rows that several paths lead to up from the keys, which OR would forbid."""
        paths = _from_keys(any_of) if self.dialect == "postgresql" and wanted else []
        if not paths or any_of.empty is True:
            return super()._any_of(any_of, here, wanted=wanted)
        column = here.column(paths[0][1].pairs[0][0])
        found = sa.union_all(*(self._led_to(here, branch, link) for branch, link in paths))
        return sa.and_(column.is_not(None), column.in_(found))

    def _led_to(self, here: Here, branch: Branch, link: Link) -> sa.Select[Any]:
        there = self.there(here, link)
        held = there.column(link.pairs[0][1])
        parts = [branch.part] if branch.among is None else [branch.among, branch.part]
        certain = (self.certainly(part, there, wanted=True) for part in parts)
        return sa.select(held).select_from(there.rows).where(held.is_not(None), *certain)

    def _staying(
        self, here: Here, there: Here, link: Link, stays: sa.ColumnElement[bool]
    ) -> sa.ColumnElement[bool]:
        """Ask in place: a common table expression that several counts read is made in full."""
        if self.dialect != "postgresql":
            return super()._staying(here, there, link, stays)
        return self._left(here, there, link, stays)


def _from_keys(any_of: AnyOf) -> list[tuple[Branch, Link]]:
    """Give the paths that given keys lead here by, if all do and end in one column of the row."""
    paths = [
        (branch, branch.link)
        for branch in any_of.branches
        if branch.link is not None and branch.when is None and _is_by_keys(branch.part)
    ]
    ends = {tuple(own for own, _ in link.pairs) for _, link in paths}
    alike = len(ends) == 1 and all(len(end) == 1 for end in ends)
    return paths if alike and len(paths) == len(any_of.branches) > 1 else []


def _is_by_keys(expression: Expression) -> bool:
    """Tell whether an expression is true of rows only that given keys lead to."""
    match expression:
        case KeyIn():
            return True
        case And():
            return any(map(_is_by_keys, expression.parts))
        case Or():
            return all(map(_is_by_keys, expression.parts))
        case Certain():
            return _is_by_keys(expression.part)
        case Up():
            return expression.missing is not True and _is_by_keys(expression.part)
        case _:
            return False


def _in_arrays(
    columns: Sequence[sa.ColumnElement[Any]], names: Sequence[str]
) -> sa.ColumnElement[bool]:
    """Give whether columns hold a key whose parts go in as arrays.

    Of a key of several parts each is compared, and all as text, since an array of rows has no type
    of its own.
    """
    parts = [c == sa.func.any(_parameter(n)) for c, n in zip(columns, names, strict=True)]
    if len(columns) == 1:
        return parts[0]
    texts = [sa.cast(_parameter(name), sa.ARRAY(sa.Text)) for name in names]
    keys = [sa.column(f"k{n}", sa.Text) for n, _ in enumerate(columns)]
    given = sa.func.unnest(*texts).table_valued(*keys, name="own_keys").render_derived()
    alike = [given.c[k.name] == sa.cast(c, sa.Text) for k, c in zip(keys, columns, strict=True)]
    asked: sa.Select[Any] = sa.select(sa.literal_column("1")).select_from(given).where(*alike)
    return sa.and_(*parts, asked.correlate_except(given).exists())


def _parameter(name: str) -> sa.BindParameter[Any]:
    return sa.bindparam(name, None, type_=Uncast())
