"""Deep conditions asked in visits: each way to other rows is gone once, with all it is gone for.

Rows that are needed by rows that are needed by others, and so on, make a graph. A condition that
is written out in full asks the same of the same row wherever another row needs to know: its text
and the database's work grow with a power of the depth. Here rows are followed outwards from those
in question, each link once, and what is told of them comes back inwards, row by row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from doelbinding.binding.expression import (
    YES,
    Compare,
    Expression,
    IsNull,
    KeyIn,
    NotAfter,
    Since,
)
from doelbinding.binding.paths import Link
from doelbinding.stores.sql.apart import written_out
from doelbinding.stores.sql.compile import Compiler
from doelbinding.stores.sql.tables import Here, beginning, belongs_to, other_rows
from doelbinding.stores.sql.texts import as_bytes, folded_keys
from doelbinding.stores.sql.truth import is_true

_ONE: sa.ColumnElement[int] = sa.literal_column("1")
_NONE: sa.ColumnElement[int] = sa.literal_column("0")


def are_deep(expressions: Iterable[Expression], compiler: Compiler) -> bool:
    """Tell whether conditions written out would ask about other rows too often."""
    if compiler.doing or isinstance(compiler, Visiting):  # what goes before is gone: never deep
        return False
    known: dict[Expression, int] = {}
    return sum(written_out(one, known) for one in expressions) > MOST_WRITTEN_OUT


def among_visited(
    compiler: Compiler,
    here: Here,
    known: Expression,
    make: Callable[[Compiler, Here], sa.ColumnElement[bool]],
) -> sa.ColumnElement[bool]:
    """Give whether a row is one of those for which a deep condition holds, by its key.

    Args:
        compiler: of the statement.
        here: the row.
        known: an expression that holds for all the rows in question.
        make: compiles the condition, on a row in question.
    """
    visiting = Visiting.over(compiler, here, known)
    seen = visiting.here(here.dataset.id)
    made = make(visiting, seen)
    asked = visiting.asking(*map(seen.column, here.dataset.key), where=made)
    own = [here.column(name) for name in here.dataset.key]
    if compiler.dialect != "mssql":  # which has no tuples
        exact = [compiler.folds(here, name) for name in here.dataset.key]
        found = _among(own, asked)
        if compiler.dialect == "sqlite" and any(exact):  # a key may be kept under another collation
            return sa.and_(found, _among(folded_keys(own, exact), asked))
        return found
    if len(own) == 1:
        return own[0].in_(asked)
    keys = asked.subquery()
    alike = (held == keys.c[name] for held, name in zip(own, here.dataset.key, strict=True))
    same: sa.Select[Any] = sa.select(_ONE).select_from(keys).where(*alike)
    return same.correlate(here.rows).exists()


def _among(key: Sequence[sa.ColumnElement[Any]], asked: sa.Select[Any]) -> sa.ColumnElement[bool]:
    return key[0].in_(asked) if len(key) == 1 else sa.tuple_(*key).in_(asked)


MOST_WRITTEN_OUT = 60
"""Questions about other rows that a statement asks where they stand, which is faster for few."""
MOST_FOUND_FIRST = 50
"""Visits whose rows are found first: MariaDB takes 64 of them in one statement."""


_FEW_NAMED = {"mysql", "spark"}
"""Dialects in which what is told is nested, since they name few tables in a statement, or copy them
wherever they are named. Others name it, since SQLite's parser bears little nesting."""


Way = tuple[Link, bool]
"""A link to other rows, and whether texts are compared closely: references are as they are kept."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Visit:
    """The rows that one link leads to from those of another visit, and what is asked of them.

    Conditions are made before it is known which columns they read and what else they ask: `here`
    and `answers` are columns of rows that come to be at the end. `named`: how the answers' names
    begin.
    """

    number: int
    here: Here
    named: str
    onward: dict[Way, Visit] = field(default_factory=dict)
    asked: list[sa.ColumnElement[bool]] = field(default_factory=list)
    answers: list[sa.ColumnClause[Any]] = field(default_factory=list)

    def ask(self, condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
        """Ask for each row before whether one of these rows passes; the answer is never NULL."""
        answer: sa.ColumnClause[Any] = sa.column(f"{self.named}{len(self.asked)}")
        self.asked.append(condition)
        self.answers.append(answer)
        return is_true(answer == _ONE)


@dataclass(frozen=True, kw_only=True)
class Visiting(Compiler):
    """Compiles conditions on rows of one dataset, to be asked by `asking`.

    `plain`: compiles what is asked of a row itself. `table`: the dataset's own; `among`: what is
    known there of the rows in question; without it, all are in question.
    """

    plain: Compiler
    table: Here
    among: sa.ColumnElement[bool] | None = None

    @classmethod
    def over(cls, plain: Compiler, here: Here, known: Expression) -> Visiting:
        """Give a compiler of conditions on the rows of a dataset for which an expression holds."""
        own = Here(dataset=here.dataset, rows=other_rows(here.dataset))
        return cls(
            store=plain.store,
            dialect=plain.dialect,
            keys=plain.keys,
            comparing=plain.comparing,
            plain=plain,
            table=own,
            among=None if known == YES else plain.certainly(known, own, wanted=True),
        )

    def here(self, dataset_id: str) -> Here:
        """Give the rows in question."""
        if dataset_id != self.table.dataset.id:
            raise ValueError(f"conditions are on {self.table.dataset.id}, not on {dataset_id}")
        return self._first.here

    def asking(
        self, *columns: sa.ColumnElement[Any], where: sa.ColumnElement[bool] | None = None
    ) -> sa.Select[Any]:
        """Select of the rows in question, once, when all conditions have been compiled."""
        _read_links(self._first)
        rows = self._rows(self._first, None)
        asked = sa.select(*columns).select_from(self._with_told(self._first, rows))
        return asked if where is None else asked.where(where)

    def certainly(
        self, expression: Expression, here: Here, *, wanted: bool
    ) -> sa.ColumnElement[bool]:
        """As the compiler's, kept for every visit."""
        mark = expression, id(here), wanted
        found = self._compiled.get(mark)
        if found is None:
            found = self._compiled[mark] = self._certainly(expression, here, wanted=wanted)
        return found

    def there(self, here: Here, link: Link) -> Here:
        """Give the rows that a link leads to from a visit's, which are visited once."""
        return self._visited(here, (link, True))

    def referring(self, here: Here, link: Link) -> Here:
        """As `there`, with texts compared as the database does when it keeps references."""
        return self._visited(here, (link, False))

    def _visited(self, here: Here, way: Way) -> Here:
        onward = self._visits[id(here)].onward
        if way not in onward:
            onward[way] = self._begun(way[0].dataset)
        return onward[way].here

    def leaf(
        self, leaf: Compare | IsNull | Since | NotAfter | KeyIn, here: Here, *, wanted: bool
    ) -> sa.ColumnElement[bool]:
        """As the plain compiler's."""
        return self.plain.leaf(leaf, here, wanted=wanted)

    def in_sets(
        self, names: Sequence[str], here: Here, sets: Sequence[str]
    ) -> sa.ColumnElement[bool]:
        """As the plain compiler's."""
        return self.plain.in_sets(names, here, sets)

    @cached_property
    def _first(self) -> Visit:
        return self._begun(self.table.dataset.id)

    @cached_property
    def _visits(self) -> dict[int, Visit]:
        return {}

    @cached_property
    def _answer(self) -> str:
        return beginning("answer_", *self.store.datasets)

    @cached_property
    def _compiled(self) -> dict[tuple[Expression, int, bool], sa.ColumnElement[bool]]:
        return {}

    def _begun(self, dataset_id: str) -> Visit:
        here = Here(dataset=self.store.dataset(dataset_id), rows=sa.table("unmade"))
        visit = Visit(number=len(self._visits), here=here, named=self._answer)
        self._visits[id(here)] = visit
        return visit

    def _exists(
        self,
        here: Here,  # noqa: ARG002 - there is led to from here alone
        there: Here,
        link: Link,  # noqa: ARG002
        *parts: sa.ColumnElement[bool],
    ) -> sa.ColumnElement[bool]:
        return self._visits[id(there)].ask(sa.and_(sa.true(), *parts))

    def _staying(
        self, here: Here, there: Here, link: Link, stays: sa.ColumnElement[bool]
    ) -> sa.ColumnElement[bool]:
        return self._exists(here, there, link, stays)

    def _rows(
        self, visit: Visit, led: Callable[[Here], sa.ColumnElement[bool]] | None
    ) -> sa.FromClause:
        """Give the rows of a visit; those to which others lead are found first.

        Args:
            visit: whose rows.
            led: tells whether a row is one that those before lead to; without, it is the first.
        """
        dataset = visit.here.dataset
        own = self.table if led is None else Here(dataset=dataset, rows=other_rows(dataset))
        followed = visit.onward and visit.number < MOST_FOUND_FIRST
        if self.among is None or not (led is None or followed):
            made = own.rows
        else:
            asked = sa.select(*map(own.column, sorted(visit.here.read))).select_from(own.rows)
            made = asked.where(self.among if led is None else led(own)).cte()
        visit.here.stand_on(made)
        return made

    def _with_told(self, visit: Visit, rows: sa.FromClause) -> sa.FromClause:
        """Join to the rows of a visit what is told of the rows they lead to."""
        found = rows
        for way, onward in visit.onward.items():
            told = self._told(visit, rows, way, onward)
            there = Here(dataset=visit.here.dataset, rows=told)
            alike = (self._same(visit.here, name, there, name) for name in _from(way))
            found = found.outerjoin(told, sa.and_(*alike))
        return found

    def _told(self, before: Visit, rows: sa.FromClause, way: Way, visit: Visit) -> sa.FromClause:
        """Give what is told of a visit's rows to each row before, by what leads from that one.

        Its key would tell no more, and nobody looks whether keys of rows on the way are unique.
        """
        here, there = before.here, visit.here

        def led(to: Here) -> sa.ColumnElement[bool]:
            """As said; MariaDB starts from the rows before only where it is asked by IN."""
            if self.dialect == "mysql" and len(way[0].pairs) == 1:
                ((a, b),) = way[0].pairs
                return to.column(b).in_(sa.select(here.column(a)).select_from(rows))
            found = sa.select(_ONE).select_from(rows).where(*self._joined(here, to, way))
            return found.correlate_except(rows).exists()

        onto = self._with_told(visit, self._rows(visit, led))
        leading = _from(way)
        passing = [
            sa.case((condition, _ONE), else_=_NONE).label(answer.name)
            for condition, answer in zip(visit.asked, visit.answers, strict=True)
        ]
        joined = rows.join(onto, sa.and_(*self._joined(here, there, way)))
        each = sa.select(*map(here.column, leading), *passing).select_from(joined).subquery()
        of_each = Here(dataset=here.dataset, rows=each)
        own = [of_each.column(name) for name in leading]
        exact = [as_bytes(held) for held in own if self.folds(here, held.name)]
        told = [sa.func.max(each.c[answer.name]).label(answer.name) for answer in visit.answers]
        grouped = sa.select(*own, *told).select_from(each).group_by(*own, *exact)
        asked = grouped.subquery() if self.dialect in _FEW_NAMED else grouped.cte()
        for answer in visit.answers:
            belongs_to(asked, answer)
        return asked

    def _joined(self, here: Here, there: Here, way: Way) -> Iterator[sa.ColumnElement[bool]]:
        link, closely = way
        return self.joined(here, there, link, closely=closely)


def _from(way: Way) -> list[str]:
    """Give the columns that a link leads from, each once."""
    return list(dict.fromkeys(a for a, _ in way[0].pairs))


def _read_links(visit: Visit) -> None:
    """Name the columns by which rows are joined among those that are read of them."""
    for (link, _), onward in visit.onward.items():
        for a, b in link.pairs:
            visit.here.column(a)
            onward.here.column(b)
        _read_links(onward)
