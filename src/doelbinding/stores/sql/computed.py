"""Steps whose values are computed: read in batches, changed in Python, written by compare-and-set.

Each row is written only while it holds what was read and the predicate still finds it, so a row
that came back to life since, or that somebody changed, is spared and found by verification.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import Any

import sqlalchemy as sa

from doelbinding.binding.circumstances import Key
from doelbinding.binding.paths import Link
from doelbinding.plan.model import Emptied, Step
from doelbinding.plan.transform import Transformer
from doelbinding.plan.transformation import StripText, Transformation, innermost, rectifies
from doelbinding.policy.stores import Column, ColumnType
from doelbinding.stores.sql.compile import Compiler
from doelbinding.stores.sql.deeds import as_they_are
from doelbinding.stores.sql.tables import Here, Uncast
from doelbinding.stores.sql.texts import same

AS_TEXT = {ColumnType.DATE, ColumnType.TIMESTAMP, ColumnType.INSTANT, ColumnType.JSON}
"""Types whose values are read as the text that the engine writes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A value to be written in a row; `oldest` is the start that dates the row, for the count."""

    key: Key
    old: object
    new: object
    oldest: object = None


@dataclass(frozen=True, kw_only=True)
class Computed:
    """The statements of one transforming step on one table; `kept`: as in `Deeds`."""

    step: Step
    here: Here
    compiler: Compiler
    transformer: Transformer
    kept: Sequence[str] = ()

    @property
    def _emptied(self) -> Emptied:
        (one,) = self.step.columns
        return one

    @property
    def _change(self) -> Transformation:
        change = self._emptied.transformation
        if change is None:
            raise ValueError(f"step {self.step.id} transforms nothing")
        return change

    @property
    def _column(self) -> Column:
        return self.here.dataset.column(self._emptied.written)

    @cached_property
    def _held(self) -> sa.ColumnElement[Any]:
        """The column as it is read: times and documents as text, as the oracle sees them."""
        held = self.here.column(self._emptied.written)
        as_text = self.compiler.dialect != "sqlite" and self._column.type in AS_TEXT
        return sa.cast(held, sa.Text) if as_text else held

    def asked(
        self, predicate: sa.ColumnElement[bool], oldest: sa.ColumnElement[Any] | None = None
    ) -> sa.Select[Any]:
        """Give the question for keys, values, and what identifies the person of a text."""
        own = self._own_key
        least = sa.null() if oldest is None else oldest
        return sa.select(*own, least, *self.read).where(predicate).order_by(*own)

    @property
    def read(self) -> list[sa.ColumnElement[Any]]:
        """What is read of a row beside its key: the value, and what identifies a text's person."""
        each = innermost(self._change)
        identifying = each.own if isinstance(each, StripText) else ()
        told = [self._identifying(one.column, one.links, self.here) for one in identifying]
        return [self._held, *told]

    def changes(self, rows: Iterable[Sequence[Any]]) -> Iterator[Change]:
        """Yield what the rows read have to change."""
        size = len(self.here.dataset.key)
        for row in rows:
            key, (oldest, old, *own) = tuple(row[:size]), row[size:]
            new = self.changed(old, own)
            if new != old or type(new) is not type(old):
                yield Change(key=key, old=old, new=new, oldest=oldest)

    def changed(self, old: object, own: Sequence[object] = ()) -> object:
        """Give what becomes of a value."""
        return self._transformer.of(self._change, old, own)

    @cached_property
    def _transformer(self) -> Transformer:
        if rectifies(self._change):
            return replace(self.transformer, values=self.compiler.keys)
        return self.transformer

    def write(
        self,
        changes: Sequence[Change],
        predicate: sa.ColumnElement[bool],
        connection: sa.Connection,
    ) -> list[Key]:
        """Write changes where nothing has moved since, one by one, and give the keys written."""
        statements = {empty: self._statement(predicate, empty=empty) for empty in (False, True)}
        return [
            change.key
            for change in changes
            if connection.execute(statements[change.old is None], _parameters(change)).rowcount
        ]

    def write_all(
        self,
        changes: Sequence[Change],
        predicate: sa.ColumnElement[bool],
        connection: sa.Connection,
    ) -> int:
        """Write changes where nothing has moved since, in one go, and give how many were."""
        if self._several_parts or rectifies(self._change):  # a person's rows are few
            return len(self.write(changes, predicate, connection))
        written = [_parameters(change) for change in changes]
        return connection.execute(self._statement(predicate), written).rowcount

    @property
    def _several_parts(self) -> bool:
        """Whether keys of several parts are asked for, whose statement is written out each time."""
        return any(len(key) > 1 for keys in self.compiler.keys.values() for key in islice(keys, 1))

    def _statement(self, predicate: sa.ColumnElement[bool], *, empty: bool = False) -> sa.Update:
        """Give the statement that writes one row; `empty`: there was nothing."""
        target: Any = self.here.rows
        mine = [
            held == sa.bindparam(f"doel_key_{n}", type_=Uncast())
            for n, held in enumerate(self._own_key)
        ]
        read: sa.BindParameter[Any] = sa.bindparam("doel_old", type_=Uncast())
        folds = self.compiler.folds(self.here, self._emptied.written)
        unmoved = self._held.is_(None) if empty else same(self._held, read, folds=folds)
        new: sa.BindParameter[Any] = sa.bindparam("doel_new", type_=Uncast())
        written = as_they_are(self.here, self.kept) | {self._emptied.written: new}
        return sa.update(target).where(*mine, unmoved, predicate).values(written)

    @property
    def _own_key(self) -> list[sa.ColumnElement[Any]]:
        return [self.here.column(name) for name in self.here.dataset.key]

    def _identifying(self, column: str, links: Sequence[Link], here: Here) -> sa.ColumnElement[Any]:
        """Give the value of an identifying column, here or in the row that the links lead to."""
        if not links:
            return here.column(column)
        there = self.compiler.there(here, links[0])
        joined = [there.column(b) == here.column(a) for a, b in links[0].pairs]
        beyond = self._identifying(column, links[1:], there)
        asked: sa.Select[Any] = sa.select(beyond).select_from(there.rows).where(*joined)
        return asked.correlate(here.rows).limit(1).scalar_subquery()


def _parameters(change: Change) -> dict[str, object]:
    keys = {f"doel_key_{n}": part for n, part in enumerate(change.key)}
    read = {} if change.old is None else {"doel_old": change.old}
    return {**keys, **read, "doel_new": change.new}
