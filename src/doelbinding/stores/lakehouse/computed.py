"""Steps whose values are computed, in a lakehouse: read, changed in Python, written by one MERGE.

As in a database a row is written only while it holds what was read and the predicate still finds
it; what was written is found by reading again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from doelbinding.binding.expression import Expression
from doelbinding.binding.paths import Link
from doelbinding.stores.lakehouse.compiler import TARGET, LakeCompiler
from doelbinding.stores.lakehouse.dialect import literal, quoted, written
from doelbinding.stores.lakehouse.flatten import flattened, seen, start_in
from doelbinding.stores.lakehouse.writing import FOUND, columns_read, in_table
from doelbinding.stores.sql.compile import Compiler
from doelbinding.stores.sql.computed import Change, Computed
from doelbinding.stores.sql.meant import counted
from doelbinding.stores.sql.tables import Here, beginning

_NEW, _OLD, _READ = "doel_new", "doel_old", "doel_read"


@dataclass(frozen=True, kw_only=True)
class LakeComputed(Computed):
    """The statements of one transforming step on one table.

    `address`: the table's. `held_as`: the type of the written column, in Spark's words.
    """

    compiler: LakeCompiler
    address: str
    held_as: str

    def question(self, predicate: sa.ColumnElement[bool]) -> str:
        """Give the question for keys and what is changed from, of the rows that are meant."""
        clauses: list[sa.ColumnElement[Any]] = [predicate, sa.null(), *self.read]
        return self._asking(
            *flattened(self.here, clauses, self.here.dataset.key, self.compiler.spark)
        )

    def counting(self, expressions: Sequence[Expression]) -> str:
        """Give the question for all that the step finds, also for the start that dates each row."""

        def telling(compiler: Compiler, here: Here) -> list[sa.ColumnElement[Any]]:
            start = start_in(self.step.needed, here, self.compiler)
            found = counted(self.step, compiler, here)
            return [found, sa.null() if start is None else start, *replace(self, here=here).read]

        key = self.here.dataset.key
        return self._asking(*seen(self.compiler, self.here.dataset.id, expressions, telling, key))

    def _asking(self, inner: sa.Subquery, clauses: Sequence[sa.ColumnElement[Any]]) -> str:
        key = self.here.dataset.key
        found, least, *read = clauses
        named = beginning("told_", self.here.dataset)
        told = [one.label(f"{named}{n}") for n, one in enumerate([least, *read])]
        return written(
            sa.select(*(inner.c[name] for name in key), *told).where(found), self.compiler.spark
        )

    def merge(self, changes: Sequence[Change], predicate: sa.ColumnElement[bool]) -> str:
        """Give the statement that writes changes where nothing has moved since."""
        key, name = self.here.dataset.key, self._emptied.written
        asked = [one for one in columns_read(predicate, self.here) if one not in (*key, name)]
        columns = (*key, name, *asked)
        clauses = [predicate, self._held]
        inner, (found, held) = flattened(self.here, clauses, columns, self.compiler.spark)
        source = sa.select(*(inner.c[one] for one in columns), held.label(_READ)).where(found)
        new = ", ".join(f"({', '.join(map(self._literal, _parts(one)))})" for one in changes)
        names = ", ".join(quoted(one) for one in (*map(_part, range(len(key))), _OLD, _NEW))
        of_key = " AND ".join(
            f"{in_table('seen', one)} = {in_table('made', _part(n))}" for n, one in enumerate(key)
        )
        joined = " AND ".join(f"{in_table(TARGET, k)} = {in_table(FOUND, k)}" for k in key)
        same = " AND ".join(
            f"{in_table(TARGET, one)} <=> {in_table(FOUND, one)}" for one in (name, *asked)
        )
        read = written(source, self.compiler.spark)
        return (
            f"MERGE INTO {self.address} AS {quoted(TARGET)} USING ("  # noqa: S608 - quoted
            f"SELECT `seen`.*, {in_table('made', _NEW)} FROM ({read}) "
            f"AS `seen` JOIN (SELECT * FROM VALUES {new} AS `listed`({names})) AS `made` "
            f"ON {of_key} AND {in_table('seen', _READ)} <=> {in_table('made', _OLD)}"
            f") AS {quoted(FOUND)} ON {joined} WHEN MATCHED AND {same} THEN UPDATE SET "
            f"{quoted(name)} = CAST({in_table(FOUND, _NEW)} AS {self.held_as})"
        )

    def _literal(self, value: object) -> str:
        return "CAST(NULL AS STRING)" if value is None else literal(value)

    def _identifying(self, column: str, links: Sequence[Link], here: Here) -> sa.ColumnElement[Any]:
        """As in a database, in one question however many rows are on the way.

        Each link leads to one row, and Spark wants a value of another table aggregated.
        """
        if not links:
            return here.column(column)
        places, joined = [here], []
        for link in links:
            there = self.compiler.there(here, link)
            joined += [there.column(b) == places[-1].column(a) for a, b in link.pairs]
            places.append(there)
        asked: sa.Select[Any] = sa.select(sa.func.max(places[-1].column(column)))
        asked = asked.select_from(*(one.rows for one in places[1:])).where(*joined)
        return asked.correlate_except(*(one.rows for one in places[1:])).scalar_subquery()


def _part(number: int) -> str:
    return f"doel_key_{number}"


def _parts(change: Change) -> tuple[object, ...]:
    return (*change.key, change.old, change.new)
