"""Many rows by many keys in few statements: how one person's data, or a hundred people's, are read.

All questions about one table in a round are one statement; each row then goes to whoever asked for
it. What a database takes for equal and Python does not (a collation, a type) is asked again by keys
that have numbers, or key by key, so nothing is lost in between; what is not exactly the key even
then is told apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from doelbinding.binding.circumstances import Key
from doelbinding.binding.justification import Row
from doelbinding.plan.ports import Answered, Lookup, Refused
from doelbinding.stores.sql.asking import Asking
from doelbinding.stores.sql.causes import is_lost, is_not_compared, is_prepared_no_more, named
from doelbinding.stores.sql.inside import with_values_inside
from doelbinding.stores.sql.taking import is_part, may_be_alike, takes

_MOST = 5_000
"""Keys in one statement: below every engine's limit of parameters, also in tuples, and twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """What is found for a lookup, or for a part of one: rows by their keys, exactly or loosely."""

    lookup: Lookup
    rows: dict[Key, list[Row]] = field(default_factory=dict)
    loosely: dict[Key, list[Row]] = field(default_factory=dict)

    def take(self, key: Key, found: Sequence[Row]) -> None:
        """Tell the rows apart that a collation took for the same; blanks at the end may be padding.

        They were found by this key alone.
        """
        pairs = list(zip(self.lookup.columns, key, strict=True))
        for row in found:
            exactly = all(is_part(row[name], part) for name, part in pairs)
            (self.rows if exactly else self.loosely).setdefault(key, []).append(row)


_Found = tuple[list[Row], Sequence[Sequence[int]]]
"""Rows, and of each which marked lookups of its statement find it."""


class Gatherer:
    """Answers lookups in one database, of an engine; `asking`: in whose words."""

    def __init__(self, engine: sa.Engine, asking: Asking) -> None:
        self._engine = engine
        self._asking = asking

    @contextmanager
    def opened(self, connection: Any) -> Iterator[Callable[[Sequence[Lookup]], Answered]]:
        """Give what answers lookups over a driver's own connection."""
        cursor = connection.cursor()
        try:
            yield lambda lookups: self._answered(cursor, lookups)
        except self._engine.dialect.loaded_dbapi.Error as error:
            if is_lost(error):
                raise Refused(
                    f"a database was lost while it was being read ({named(error)}): see that it "
                    "runs, and give the same command again"
                ) from None
            raise Refused(
                f"a database refused to be read ({named(error)}): see that the columns in "
                "the policy are there and that the role may SELECT them, or mend the cause"
            ) from None
        finally:
            cursor.close()

    def _answered(self, cursor: Any, lookups: Sequence[Lookup]) -> Answered:
        answers = [_Answer(lookup=lookup) for lookup in lookups]
        asked = list(self._asked(lookups))
        try:
            found = self._found(cursor, [[lookup for _, lookup in one] for one in asked])
        except self._engine.dialect.loaded_dbapi.Error as error:
            if not is_not_compared(error):
                raise
            asked = list(self._compared(cursor, asked))
            found = self._found(cursor, [[lookup for _, lookup in one] for one in asked])
        for one, (rows, marks) in zip(asked, found, strict=True):
            takers = [replace(answers[n], lookup=lookup) for n, lookup in one]
            self._distribute(cursor, takers, rows, marks)
        some = any(one.loosely for one in answers)
        return Answered(
            rows=[one.rows for one in answers],
            loosely=[one.loosely for one in answers] if some else (),
        )

    def _asked(self, lookups: Sequence[Lookup]) -> Iterator[list[tuple[int, Lookup]]]:
        """Yield what is asked by one statement each, with the number of each lookup."""
        by_ref: dict[str, list[tuple[int, Lookup]]] = {}
        sizes: dict[str, int] = {}
        for n, lookup in enumerate(lookups):
            times = len(self._asking.held(lookup)) if lookup.kind is None else 1
            most, ref = _MOST // times, lookup.ref
            if not lookup.keys:  # not every database takes a list of none
                continue
            if len(lookup.keys) > most:
                for start in range(0, len(lookup.keys), most):
                    yield [(n, _with(lookup, lookup.keys[start : start + most]))]
                continue
            sizes[ref] = sizes.get(ref, 0) + len(lookup.keys) * times
            if sizes[ref] > _MOST and ref in by_ref:
                yield by_ref.pop(ref)
                sizes[ref] = len(lookup.keys) * times
            by_ref.setdefault(ref, []).append((n, lookup))
        yield from by_ref.values()

    def _compared(
        self, cursor: Any, asked: Sequence[list[tuple[int, Lookup]]]
    ) -> Iterator[list[tuple[int, Lookup]]]:
        """Yield what is asked without the keys that the database compares with no such column."""
        for one in asked:
            kept = [(n, lookup, self._keys_compared(cursor, lookup)) for n, lookup in one]
            left = [(n, _with(lookup, keys)) for n, lookup, keys in kept if keys]
            if left:
                yield left

    def _keys_compared(self, cursor: Any, lookup: Lookup) -> Sequence[Key]:
        if lookup.kind is not None:
            return lookup.keys
        return [
            key
            for key in lookup.keys
            if all(str(part).isascii() for part in key)
            or self._alone(cursor, lookup, key) is not None
        ]

    def _alone(self, cursor: Any, lookup: Lookup, key: Key) -> list[Row] | None:
        """Give the rows found by one key; None where the database does not compare it at all."""
        try:
            ((found, _),) = self._found(cursor, [[_with(lookup, [key])]])
        except self._engine.dialect.loaded_dbapi.Error as error:
            if not is_not_compared(error):
                raise
            return None
        return found

    def _distribute(
        self,
        cursor: Any,
        asked: Sequence[_Answer],
        rows: Sequence[Row],
        marks: Sequence[Sequence[int]],
    ) -> None:
        """Give each row to whoever asked for it; `marks`: which marked lookups find it."""
        if len(asked) == 1 and len(asked[0].lookup.keys) == 1 and asked[0].lookup.kind is None:
            asked[0].take(asked[0].lookup.keys[0], rows)
            return
        takers = [(takes(one.lookup), one.rows) for one in asked]
        judged = all(one.lookup.kind is not None for one in asked)
        marked = self._asking.marked([one.lookup for one in asked])
        folds = any(self._asking.folds(one.lookup) and may_be_alike(one.lookup) for one in asked)
        for row, told in zip(rows, marks, strict=True):
            taken, left = judged, []
            for n, (taken_by, answer) in enumerate(takers):
                key = taken_by(row)
                if key is None:
                    left.append(n)
                else:
                    taken = True
                    answer.setdefault(key, []).append(row)
            loose = (n for n, finds in zip(marked, told, strict=True) if finds and n in left)
            folds = folds or not taken or any(True for _ in loose)
        if folds:
            for one in asked:
                if one.lookup.kind is None:
                    self._ask_closely(cursor, one, rows if len(asked) == 1 else None)

    def _ask_closely(self, cursor: Any, one: _Answer, rows: Sequence[Row] | None) -> None:
        """Ask which key finds which row, where the database finds rows by it that Python would not.

        Keys are asked one by one where numbers do not tell of all rows that the lookup finds.
        """
        found = self._by_numbers(cursor, one.lookup)
        if found is not None:
            if rows is None:
                ((rows, _),) = self._found(cursor, [[one.lookup]])
            told = {self._mark_of(one.lookup, row) for each in found for row in each}
            if told != {self._mark_of(one.lookup, row) for row in rows}:
                found = None
        for n, key in enumerate(one.lookup.keys):
            one.rows.pop(key, None)
            alone = self._alone(cursor, one.lookup, key) if found is None else found[n]
            one.take(key, alone or ())

    def _by_numbers(self, cursor: Any, lookup: Lookup) -> list[list[Row]] | None:
        """Give the rows that the database finds by each key, where it can be asked so."""
        statements = self._asking.numbered(lookup)
        if not statements:
            return None
        try:
            fetched = self._fetched(cursor, statements)
        except self._engine.dialect.loaded_dbapi.Error as error:
            if is_not_compared(error):
                return None
            raise
        found: list[list[Row]] = [[] for _ in lookup.keys]
        for rows in fetched:
            for told, row in zip(rows, self._read(lookup.ref, rows), strict=True):
                by_key = found[told[-1] - 1]
                if len(fetched) == 1 or row not in by_key:
                    by_key.append(row)
        return found

    def _mark_of(self, lookup: Lookup, row: Row) -> tuple[object, ...]:
        return tuple(row[name] for name in self._asking.dataset(lookup.ref).key)

    def _found(self, cursor: Any, asked: Sequence[Sequence[Lookup]]) -> list[_Found]:
        """Give the rows that each statement finds, whoever of its lookups asked for them."""
        statements = [self._asking.written(lookups) for lookups in asked]
        fetched = self._fetched(cursor, statements)
        found: list[_Found] = []
        for lookups, rows in zip(asked, fetched, strict=True):
            ref = lookups[0].ref
            size = len(self._asking.names(ref))
            found.append((self._read(ref, rows), [row[size:] for row in rows]))
        return found

    def _read(self, ref: str, rows: Sequence[tuple[Any, ...]]) -> list[Row]:
        """Give rows by the names of their columns; what more was selected is left out."""
        names, dataset = self._asking.names(ref), self._asking.dataset(ref)
        plain: list[Row] = [dict(zip(names, row)) for row in rows]  # noqa: B905 - as selected
        return [with_values_inside(dataset, r) for r in plain] if dataset.documents else plain

    def _fetched(
        self, cursor: Any, statements: Sequence[tuple[str, list[Any]]]
    ) -> list[Sequence[tuple[Any, ...]]]:
        if self._engine.dialect.name != "postgresql":
            return [_fetch(cursor, *statement) for statement in statements]
        try:
            if len(statements) == 1:
                return [_fetch(cursor, *statements[0], prepare=True)]
            return _pipelined(cursor.connection, statements)
        except self._engine.dialect.loaded_dbapi.Error as error:
            if not is_prepared_no_more(error):
                raise
            return [_fetch(cursor, *statement, prepare=False) for statement in statements]


def _fetch(cursor: Any, written: str, values: list[Any], **how: Any) -> Sequence[tuple[Any, ...]]:
    cursor.execute(written, values, **how)
    rows: Sequence[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _pipelined(
    connection: Any, statements: Sequence[tuple[str, list[Any]]]
) -> list[Sequence[tuple[Any, ...]]]:
    """Send all statements before waiting for the first answer."""
    with connection.pipeline():
        cursors = [connection.execute(*statement, prepare=True) for statement in statements]
    return [cursor.fetchall() for cursor in cursors]


def _with(lookup: Lookup, keys: Sequence[Key]) -> Lookup:
    return Lookup(
        ref=lookup.ref,
        columns=lookup.columns,
        keys=keys,
        kind=lookup.kind,
        country=lookup.country,
    )
