"""Many rows by many keys in few statements: how one person's data, or a hundred people's, are read.

Statements are written once per dataset and question and kept as text, so that a database prepares
them once and no time goes into writing them. All questions about one table in a round are one
statement; each row then goes to whoever asked for it. What a database takes for equal and Python
does not (a collation, a type) is asked again key by key, so nothing is lost in between; what is not
exactly the key even then is told apart.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from doelbinding.binding.circumstances import Key
from doelbinding.binding.justification import Row
from doelbinding.plan.ports import Answered, Lookup, Refused
from doelbinding.policy.stores import Dataset
from doelbinding.stores.sql.causes import is_lost, named
from doelbinding.stores.sql.identify import Question, alike, question
from doelbinding.stores.sql.inside import with_values_inside

_MOST = 5_000
"""Keys in one statement: below every engine's limit of parameters, also in tuples of several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Text:
    """A dataset's columns, and the statement that reads them, up to its condition."""

    names: tuple[str, ...]
    select: str


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
            exactly = all(_alike(row[name], part) for name, part in pairs)
            (self.rows if exactly else self.loosely).setdefault(key, []).append(row)


class Gatherer:
    """Answers lookups in one database; keeps the text of what it has asked before."""

    def __init__(
        self,
        engine: sa.Engine,
        select: Callable[[Dataset], sa.Select[Any]],
        dataset: Callable[[str], Dataset],
    ) -> None:
        self._engine = engine
        self._select = select
        self._dataset = dataset
        self._texts: dict[str, _Text] = {}
        self._conditions: dict[tuple[str, tuple[str, ...]], str] = {}
        self._questions: dict[tuple[str, str, str], Question] = {}
        self._postgresql = engine.dialect.name == "postgresql"
        self._mark = "?" if engine.dialect.paramstyle == "qmark" else "%s"

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
        found = self._found(cursor, [[lookup for _, lookup in one] for one in asked])
        for one, rows in zip(asked, found, strict=True):
            takers = [replace(answers[n], lookup=lookup) for n, lookup in one]
            self._distribute(cursor, takers, rows)
        some = any(one.loosely for one in answers)
        return Answered(
            rows=[one.rows for one in answers],
            loosely=[one.loosely for one in answers] if some else (),
        )

    def _asked(self, lookups: Sequence[Lookup]) -> Iterator[list[tuple[int, Lookup]]]:
        """Yield what is asked by one statement each, with the number of each lookup."""
        by_ref: dict[str, list[tuple[int, Lookup]]] = {}
        for n, lookup in enumerate(lookups):
            if len(lookup.keys) > _MOST:
                for start in range(0, len(lookup.keys), _MOST):
                    yield [(n, _with(lookup, lookup.keys[start : start + _MOST]))]
            else:
                by_ref.setdefault(lookup.ref, []).append((n, lookup))
        yield from by_ref.values()

    def _distribute(self, cursor: Any, asked: Sequence[_Answer], rows: Sequence[Row]) -> None:
        """Give each row to whoever asked for it."""
        if len(asked) == 1 and len(asked[0].lookup.keys) == 1 and asked[0].lookup.kind is None:
            asked[0].take(asked[0].lookup.keys[0], rows)
            return
        takers = [(_takes(one.lookup), one.rows) for one in asked]
        judged = all(one.lookup.kind is not None for one in asked)
        others = [_may_take(one.lookup) for one in asked] if len(asked) > 1 else []
        folds = False
        for row in rows:
            taken, left = judged, []
            for n, (takes, answer) in enumerate(takers):
                key = takes(row)
                if key is None:
                    left.append(n)
                else:
                    taken = True
                    answer.setdefault(key, []).append(row)
            folds = folds or not taken or (bool(others) and any(others[n](row) for n in left))
        if folds:
            self._one_by_one(cursor, asked)

    def _one_by_one(self, cursor: Any, asked: Sequence[_Answer]) -> None:
        """Ask each key alone, where the database finds rows by it that Python would not."""
        for one in asked:
            if one.lookup.kind is None:
                for key in one.lookup.keys:
                    one.rows.pop(key, None)
                    (found,) = self._found(cursor, [[_with(one.lookup, [key])]])
                    one.take(key, found)

    def _found(self, cursor: Any, asked: Sequence[Sequence[Lookup]]) -> list[list[Row]]:
        """Give the rows that each statement finds, whoever of its lookups asked for them."""
        statements = [self._written(lookups) for lookups in asked]
        fetched = self._fetched(cursor, statements)
        found: list[list[Row]] = []
        for lookups, rows in zip(asked, fetched, strict=True):
            names, dataset = self._text(lookups[0].ref).names, self._of(lookups[0].ref)
            plain: list[Row] = [dict(zip(names, row)) for row in rows]  # noqa: B905 - as selected
            inside = dataset.documents
            found.append([with_values_inside(dataset, r) for r in plain] if inside else plain)
        return found

    def _written(self, lookups: Sequence[Lookup]) -> tuple[str, list[Any]]:
        conditions, values = [], []
        for lookup in lookups:
            condition, said = self._condition(lookup)
            conditions.append(condition)
            values += said
        return f"{self._text(lookups[0].ref).select} WHERE {' OR '.join(conditions)}", values

    def _fetched(
        self, cursor: Any, statements: Sequence[tuple[str, list[Any]]]
    ) -> list[Sequence[tuple[Any, ...]]]:
        if not self._postgresql:
            return [_fetch(cursor, *statement) for statement in statements]
        try:
            if len(statements) == 1:
                return [_fetch(cursor, *statements[0], prepare=True)]
            return _pipelined(cursor.connection, statements)
        except self._engine.dialect.loaded_dbapi.NotSupportedError:
            # a table was changed since a statement was prepared
            return [_fetch(cursor, *statement, prepare=False) for statement in statements]

    def _condition(self, lookup: Lookup) -> tuple[str, list[Any]]:
        if lookup.kind is not None:
            return self._alike(lookup, lookup.kind)
        quoted = [self._quoted(name) for name in lookup.columns]
        if len(quoted) > 1:
            one = f"({', '.join([self._mark] * len(quoted))})"
            marks = ", ".join([one] * len(lookup.keys))
            values = [part for key in lookup.keys for part in key]
            if self._engine.dialect.name == "sqlite":
                marks = f"VALUES {marks}"
            return f"({', '.join(quoted)}) IN ({marks})", values
        return self._held_in(quoted[0], [key[0] for key in lookup.keys])

    def _held_in(self, held: str, values: Sequence[Any]) -> tuple[str, list[Any]]:
        if len(values) == 1:
            return f"{held} = {self._mark}", list(values)
        if self._postgresql:
            return f"{held} = ANY({self._mark})", [list(values)]
        return f"{held} IN ({', '.join([self._mark] * len(values))})", list(values)

    def _alike(self, lookup: Lookup, kind: str) -> tuple[str, list[Any]]:
        """Ask for at least the rows that are alike."""
        (name,) = lookup.columns
        document = self._of(lookup.ref).column(name).inside
        if document is not None:  # read from the document, and judged, here
            return f"{self._quoted(document.column)} IS NOT NULL", []
        asked = self._question(lookup.ref, name, kind)
        said: list[Any] = []
        for (value,) in lookup.keys:
            given = asked.said(str(value))
            if given is None:
                return f"{self._quoted(name)} IS NOT NULL", []
            said += given
        held, values = self._held_in(asked.plain, said) if said else ("1 = 0", [])
        return (held if asked.beyond is None else f"{held} OR {asked.beyond}"), values

    def _question(self, ref: str, name: str, kind: str) -> Question:
        asked = ref, name, kind
        if asked not in self._questions:
            column = self._of(ref).column(name)
            dialect = self._engine.dialect.name
            self._questions[asked] = question(self._quoted(name), kind, column, dialect)
        return self._questions[asked]

    def _text(self, ref: str) -> _Text:
        if ref not in self._texts:
            dataset = self._of(ref)
            select = str(self._select(dataset).compile(dialect=self._engine.dialect))
            names = tuple(column.name for column in dataset.own_columns)
            self._texts[ref] = _Text(names=names, select=select)
        return self._texts[ref]

    def _of(self, ref: str) -> Dataset:
        return self._dataset(ref.partition(".")[2])

    def _quoted(self, name: str) -> str:
        return str(self._engine.dialect.identifier_preparer.quote(name))


def _alike(held: object, part: object) -> bool:
    if isinstance(held, str) and isinstance(part, str):
        return held.rstrip(" ") == part.rstrip(" ")
    return True


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


def _takes(lookup: Lookup) -> Callable[[Mapping[str, object]], Key | None]:
    """Give what tells by which of its keys a lookup finds a row."""
    keys = frozenset(lookup.keys)
    if lookup.kind is not None:
        return _judges(lookup, lookup.kind)
    if len(lookup.columns) == 1:
        (name,) = lookup.columns

        def by_one(row: Mapping[str, object]) -> Key | None:
            key: Any = (row[name],)
            return key if key in keys else None

        return by_one

    def by_several(row: Mapping[str, object]) -> Key | None:
        key: Any = tuple(row[name] for name in lookup.columns)
        return key if key in keys else None

    return by_several


def _may_take(lookup: Lookup) -> Callable[[Mapping[str, object]], bool]:
    """Give what tells of a row that was asked for otherwise whether the database takes it too."""
    if lookup.kind is not None:
        return lambda _: False
    whole = all(type(part) is int for key in lookup.keys for part in key)
    keys: set[Key] = set()

    def may_take(row: Mapping[str, object]) -> bool:
        held = [row[name] for name in lookup.columns]
        if None in held or (whole and all(type(part) is int for part in held)):
            return False
        if not keys:
            keys.update(tuple(map(_folded, key)) for key in lookup.keys)
        return tuple(map(_folded, held)) in keys

    return may_take


def _folded(part: object) -> str:
    """Leave out what some collations and types do: case, accents, blanks at the end."""
    plain = unicodedata.normalize("NFKD", str(part).casefold())
    return "".join(c for c in plain if not unicodedata.combining(c)).rstrip(" ")


def _judges(lookup: Lookup, kind: str) -> Callable[[Mapping[str, object]], Key | None]:
    (name,) = lookup.columns
    wanted = frozenset(str(value) for (value,) in lookup.keys)

    def judge(row: Mapping[str, object]) -> Key | None:
        found = alike(row[name], kind, wanted, lookup.country)
        return None if found is None else (found,)

    return judge
