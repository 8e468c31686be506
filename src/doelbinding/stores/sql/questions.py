"""Counting, in as few questions as serve: one for a dataset whose steps read its own rows.

`WHERE p1 OR p2 OR ...` with a count per step lets a database join indexes when few rows go and
read the table once when many do. A step that reads rows elsewhere keeps a question of its own,
since a database looks for such rows from the other side, which OR would forbid. So does a deep one,
which is asked in visits.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import sqlalchemy as sa

from doelbinding.binding.expression import AnyOf, Expression, KeyIn, Up, walk
from doelbinding.binding.simplify import all_of, any_of
from doelbinding.plan.model import Doubt, Step
from doelbinding.plan.ports import Tally
from doelbinding.stores.sql.compile import Compiler
from doelbinding.stores.sql.meant import asked_by, counted, left_before, meant, sought
from doelbinding.stores.sql.oldest import oldest_start
from doelbinding.stores.sql.spans import any_of_spans
from doelbinding.stores.sql.tables import Here
from doelbinding.stores.sql.truth import count_where, is_not_true, is_true, least_where
from doelbinding.stores.sql.visits import among_visited, are_deep

Asked = Step | Doubt


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """One count in a question: of what, by which condition, and the earliest start if wanted.

    `left`: what is left to an earlier step, whose rows do not count. `among`: what all its rows
    pass and is quickly told, so that others are not looked at. `apart`: in a question of its own.
    """

    of: Asked
    alone: sa.ColumnElement[bool]
    left: sa.ColumnElement[bool] | None = None
    oldest: sa.ColumnElement[Any] | None = None
    among: Expression | None = None
    apart: bool = False

    @property
    def condition(self) -> sa.ColumnElement[bool]:
        """The condition whole."""
        return self.alone if self.left is None else sa.and_(self.alone, is_not_true(self.left))


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Counts over the rows of one table, asked at once.

    `among`: what the rows of any of them pass. `joined`: the same with spans that meet as one,
    which is sooner told of a row; by it PostgreSQL may read all rows where an index serves better.
    """

    here: Here
    counts: tuple[Count, ...]
    among: sa.ColumnElement[bool]
    joined: sa.ColumnElement[bool] | None = None

    def ask(self, connection: sa.Connection, dialect: str) -> Iterator[tuple[Asked, Tally]]:
        """Ask a database, and yield what it says of each."""
        if dialect == "postgresql" and len(self.counts) > 1:
            asked = self.grouped()
            if self.joined is not None and self._reads_all(connection, asked):
                asked = replace(self, among=self.joined).grouped()
            return self._of_groups(connection.execute(asked).all())
        return self._of_all(connection.execute(self.statement(dialect)).one())

    def _reads_all(self, connection: sa.Connection, asked: sa.Select[Any]) -> bool:
        """Tell whether PostgreSQL would read the whole table for a statement."""
        compiled: Any = asked.compile(dialect=connection.dialect)
        state = compiled.construct_expanded_state()
        explain = f"EXPLAIN (FORMAT JSON) {state.statement}"
        (told,) = json.loads(connection.exec_driver_sql(explain, state.parameters).scalar_one())
        return self.here.dataset.table in _read_whole(told["Plan"])

    def statement(self, dialect: str) -> sa.Select[Any]:
        """Give the statement; its row has two columns for each count."""
        if len(self.counts) == 1:
            (alone,) = self.counts
            return self._asking([sa.func.count(), as_text(_least(alone), dialect)])
        columns = []
        for one in self.counts:
            columns.append(count_where(one.condition, dialect))
            columns.append(as_text(_least_among(one, dialect), dialect))
        return self._asking(columns)

    def grouped(self) -> sa.Select[Any]:
        """Give the statement that counts rows by what is true of them.

        Each condition is evaluated once for a row, where FILTER would for every aggregate, and
        several processes may share the work. Where sets of keys are asked for, conditions are told
        beneath the groups: in what it groups by, PostgreSQL compares with each key in turn.
        """
        marks = [is_true(mark) for mark in self._marks().values()]
        starts = [one.oldest for one in self.counts]
        size = len(marks)
        if any(_asks_for_keys(one.of) for one in self.counts):
            told = [*marks, *(sa.null() if one is None else one for one in starts)]
            beneath = list(self._asking(told).offset(0).subquery("told").c)
            leasts = map(_earliest, beneath[size:])
            asked: sa.Select[Any] = sa.select(*beneath[:size], sa.func.count(), *leasts)
        else:
            asked = self._asking([*marks, sa.func.count(), *map(_earliest, starts)])
        return asked.group_by(*(sa.literal_column(str(n)) for n in range(1, size + 1)))

    def _marks(self) -> dict[int, sa.ColumnElement[bool]]:
        """Give the conditions that rows are grouped by, each once."""
        each = [mark for one in self.counts for mark in (one.alone, one.left) if mark is not None]
        return {id(mark): mark for mark in each}

    def _asking(self, columns: Iterable[sa.ColumnElement[Any]]) -> sa.Select[Any]:
        named = (column.label(f"c{n}") for n, column in enumerate(columns))
        return sa.select(*named).select_from(self.here.rows).where(self.among)

    def _of_all(self, row: Sequence[Any]) -> Iterator[tuple[Asked, Tally]]:
        """Yield what the row of the answer says of each."""
        for n, one in enumerate(self.counts):
            yield one.of, Tally(rows=row[2 * n], oldest=as_date(row[2 * n + 1]))

    def _of_groups(self, rows: Sequence[Sequence[Any]]) -> Iterator[tuple[Asked, Tally]]:
        """Yield what the groups of the answer say of each."""
        place = {mark: n for n, mark in enumerate(self._marks())}
        size = len(place)
        for n, one in enumerate(self.counts):
            left = None if one.left is None else place[id(one.left)]
            found = (row for row in rows if row[place[id(one.alone)]])
            mine = [row for row in found if left is None or not row[left]]
            starts = (as_date(row[size + 1 + n]) for row in mine)
            oldest = min((start for start in starts if start is not None), default=None)
            yield one.of, Tally(rows=sum(row[size] for row in mine), oldest=oldest)


def _read_whole(node: Mapping[str, Any]) -> Iterator[str]:
    """Yield the tables that the nodes of a plan read whole."""
    if node["Node Type"] == "Seq Scan":
        yield node["Relation Name"]
    for one in node.get("Plans", ()):
        yield from _read_whole(one)


def counting(
    steps: Iterable[Step], doubts: Iterable[Doubt], compiler: Compiler
) -> Iterator[Question]:
    """Yield the questions that count what steps would find and what is unknown."""
    found: list[Count] = []
    for step in steps:
        here = compiler.here(step.dataset)
        oldest = oldest_start(step.needed, here, compiler)
        if _reads_elsewhere(step) or are_deep(asked_by(step), compiler):
            mine = counted(step, compiler, here)
            found.append(Count(of=step, alone=mine, oldest=oldest, apart=True))
            continue
        among = sought(step, compiler, step.needed)
        alone, left = meant(step, compiler, here), left_before(step, compiler, here)
        found.append(Count(of=step, alone=alone, left=left, oldest=oldest, among=among))
    for doubt in doubts:
        here = compiler.here(doubt.dataset)
        apart = _reads_elsewhere(doubt) or are_deep(doubt.values, compiler)
        found.append(Count(of=doubt, alone=unknown(doubt, compiler, here), apart=apart))
    yield from _joined(found, compiler)


def reading_back(steps: Iterable[Step], compiler: Compiler) -> Iterator[Question]:
    """Yield the questions that count what steps should have left none of."""
    found = []
    for step in steps:
        mine = meant(step, compiler, compiler.here(step.dataset))
        found.append(Count(of=step, alone=mine, apart=_reads_elsewhere(step)))
    yield from _joined(found, compiler)


def unknown(doubt: Doubt, compiler: Compiler, here: Here) -> sa.ColumnElement[bool]:
    """Give when it is unknown whether a value of a row is justified."""
    if are_deep(doubt.values, compiler):
        known = all_of(doubt.narrow, doubt.scope)
        return among_visited(compiler, here, known, partial(unknown_among, doubt))
    owned = compiler.certainly(doubt.scope, here, wanted=True)
    about = compiler.certainly(doubt.narrow, here, wanted=True)
    return sa.and_(owned, about, unknown_among(doubt, compiler, here))


def unknown_among(doubt: Doubt, compiler: Compiler, here: Here) -> sa.ColumnElement[bool]:
    """Give when it is unknown of a row that is the controller's and among those asked about."""
    values = dict.fromkeys(doubt.values)
    return sa.or_(*(compiler.unknown(value, here) for value in values))


def _joined(counts: Iterable[Count], compiler: Compiler) -> Iterator[Question]:
    together: dict[object, list[Count]] = {}
    for one in counts:
        alone = id(one) if one.apart else None
        together.setdefault((one.of.dataset, alone), []).append(one)
    for found in together.values():
        here = compiler.here(found[0].of.dataset)
        if len(found) == 1:
            yield Question(here=here, counts=tuple(found), among=found[0].condition)
            continue
        each = list(_among(found, compiler, here))
        joined = any_of_spans(each) if compiler.dialect == "postgresql" else None
        yield Question(here=here, counts=tuple(found), among=sa.or_(*each), joined=joined)


def _among(
    counts: Sequence[Count], compiler: Compiler, here: Here
) -> Iterator[sa.ColumnElement[bool]]:
    """Yield what the rows of any of them pass, without what another implies."""
    certain = any_of(*(one.among for one in counts if one.among is not None))
    yield compiler.certainly(certain, here, wanted=True)
    yield from (one.condition for one in counts if one.among is None)


def _reads_elsewhere(asked: Asked) -> bool:
    read: list[Expression] = [asked.scope, asked.narrow]
    read += asked.values if isinstance(asked, Doubt) else [asked.needed]
    return any(_leads_away(part) for expression in read for part in walk(expression))


def _asks_for_keys(asked: Asked) -> bool:
    read: list[Expression] = [asked.scope, asked.narrow]
    read += asked.values if isinstance(asked, Doubt) else asked_by(asked)
    return any(isinstance(part, KeyIn) for expression in read for part in walk(expression))


def _earliest(start: sa.ColumnElement[Any] | None) -> sa.ColumnElement[Any]:
    return sa.null() if start is None else sa.cast(sa.func.min(start), sa.Text)


def _leads_away(part: Expression) -> bool:
    if isinstance(part, AnyOf):
        return any(branch.link is not None for branch in part.branches)
    return isinstance(part, Up)


_EPOCH = re.compile(r"-?\d{1,7}|-?\d{9,}")  # eight digits are a date
_MILLISECONDS = 10**11  # as seconds that is after the year 5000


def _least(alone: Count) -> sa.ColumnElement[Any] | None:
    return None if alone.oldest is None else sa.func.min(alone.oldest)


def _least_among(one: Count, dialect: str) -> sa.ColumnElement[Any] | None:
    return None if one.oldest is None else least_where(one.oldest, one.condition, dialect)


def as_text(least: sa.ColumnElement[Any] | None, dialect: str) -> sa.ColumnElement[Any]:
    """Give the earliest start as a text, whatever its type; none where there is none."""
    if least is None:
        return sa.null()
    return least if dialect == "sqlite" else sa.cast(least, sa.Text)


def as_date(held: object) -> date | None:
    """Read the earliest start for display; what cannot be read is left out."""
    told = str(held)
    try:
        if _EPOCH.fullmatch(told):
            seconds = int(told)
            seconds = seconds // 1000 if abs(seconds) >= _MILLISECONDS else seconds
            return datetime.fromtimestamp(seconds, UTC).date()
        return date.fromisoformat(told[:10])
    except (ValueError, OverflowError, OSError):
        return None
