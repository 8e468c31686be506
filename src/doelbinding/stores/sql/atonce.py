"""A small plan carried out at once: done in one transaction and read back, in few exchanges.

The deeds are those of the long way, statement by statement: each repeats its predicate on the row
it changes. What is found and what is read back comes over connections that never write.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.pool import PoolProxiedConnection

from doelbinding.binding.circumstances import Key
from doelbinding.binding.expression import YES
from doelbinding.plan.model import Doubt, KeySets, Step
from doelbinding.stores.sql.compile import Compiler
from doelbinding.stores.sql.deeds import Deeds
from doelbinding.stores.sql.exchange import Exchange
from doelbinding.stores.sql.meant import counted, meant
from doelbinding.stores.sql.naming import Naming
from doelbinding.stores.sql.questions import unknown
from doelbinding.stores.sql.shallow import Shallow
from doelbinding.stores.sql.tables import Here
from doelbinding.stores.sql.together import told
from doelbinding.stores.sql.truth import count_where, has_booleans
from doelbinding.stores.sql.written import Ask, Asked, Texts, Written


class Counts:
    """Counts what a request's steps find, by statements that are kept.

    Args:
        texts: the statements of a store.
        ask: asks statements and gives their rows.
        shallow: makes deep steps shallow.
    """

    def __init__(self, texts: Texts, ask: Ask, shallow: Shallow) -> None:
        self._texts, self._ask, self._shallow = texts, ask, shallow

    def count(
        self, steps: Sequence[Step], doubts: Sequence[Doubt], keys: KeySets
    ) -> tuple[list[int], list[int]]:
        """Count the rows that each step finds now, and those of each doubt."""
        both: list[Step | Doubt] = [*steps, *doubts]
        every, keys = self._shallow.about_few(both, keys)
        together = has_booleans(self._texts.dialect)
        alike = _narrowed_alike(every) if together else [[one] for one in every]
        asked: Asked = [(self._counting(one), ()) for one in alike]
        rows: dict[int, int] = {}
        for one, answer in zip(alike, self._ask(asked, keys), strict=True):
            rows |= {id(about): int(n) for about, n in zip(one, answer[0], strict=True)}
        counts = [rows[id(one)] for one in every]
        return counts[: len(steps)], counts[len(steps) :]

    def _counting(self, alike: Sequence[Step | Doubt]) -> Written:
        """Count what is narrowed alike in one question, which looks the rows up once."""

        def make(compiler: Naming) -> sa.Executable:
            first, here = alike[0], compiler.here(alike[0].dataset)
            if len(alike) == 1:
                condition = _alone(first, compiler, here)
                return sa.select(sa.func.count()).select_from(here.rows).where(condition)
            each = told(alike, compiler, here, used_twice=False)
            counts = [count_where(one, compiler.dialect) for one in each.finds]
            return sa.select(*counts).select_from(each.rows)

        return self._texts.give("count", alike, make)


class AtOnce:
    """Carries small plans out on one PostgreSQL or SQLite database.

    Args:
        texts: the statements of a store.
        exchange: asks and changes its database.
        shallow: makes deep steps shallow.
    """

    def __init__(self, texts: Texts, exchange: Exchange, shallow: Shallow) -> None:
        self._texts, self._exchange, self._shallow = texts, exchange, shallow

    def find(self, steps: Sequence[Step], keys: KeySets) -> dict[str, list[Key]]:
        """Give the keys of the rows that each step finds now."""
        over_all = [s for s in steps if s.narrow == YES and self._shallow.goes_over(s)]
        found = {
            step.id: [key for part in self._shallow.keys_counted(step, keys) for key in part]
            for step in over_all
        }
        others, keys = self._shallow.about_few([s for s in steps if s.id not in found], keys)
        alike = _narrowed_alike(others)
        answers = self._exchange.read([(self._finding(one), ()) for one in alike], keys)
        for one, rows in zip(alike, answers, strict=True):
            found |= _told_apart(one, rows)
        return found

    def do(
        self, steps: Sequence[Step], keys: KeySets, sealed: Mapping[str, Sequence[Key]]
    ) -> Uncommitted:
        """Do the steps in order in one transaction; nothing is committed yet."""
        asked = [(self._doing(step), sealed.get(step.id, ())) for step in steps]
        changed, connection = self._exchange.write(asked, keys)
        by_step = {step.id: rows for step, rows in zip(steps, changed, strict=True)}
        return Uncommitted(changed=by_step, exchange=self._exchange, connection=connection)

    def left(
        self, steps: Sequence[Step], keys: KeySets, sealed: Mapping[str, Sequence[Key]]
    ) -> dict[str, int]:
        """Count what the steps should have left none of: by the same question, and by key."""
        asked = [(self._left(step), sealed.get(step.id, ())) for step in steps]
        answers = self._exchange.read(asked, keys)
        return {step.id: int(rows[0][0]) for step, rows in zip(steps, answers, strict=True)}

    def _finding(self, alike: Sequence[Step]) -> Written:
        """Give keys; of steps that are narrowed alike with, for each, whether it finds the row."""

        def make(compiler: Naming) -> sa.Executable:
            first, here = alike[0], compiler.here(alike[0].dataset)
            if len(alike) == 1:
                own = [here.column(name) for name in here.dataset.key]
                return sa.select(*own).where(counted(first, compiler, here))
            each = told(alike, compiler, here, used_twice=True)
            return sa.select(*each.keys, *each.finds).where(sa.or_(*each.finds))

        return self._texts.give("find", alike, make)

    def _doing(self, step: Step) -> Written:
        def make(compiler: Naming) -> sa.Executable:
            here = compiler.here(step.dataset)
            statement = Deeds(step=step, here=here, dialect=compiler.dialect).statement()
            mine = meant(step, compiler, here, sealed=step.sealed)
            own = [here.column(name) for name in here.dataset.key]
            known = (compiler.own_keys(here),) if step.sealed else ()
            done: sa.Executable = statement.where(*known, mine).returning(*own)
            return done

        return self._texts.give("do", (step,), make)

    def _left(self, step: Step) -> Written:
        def make(compiler: Naming) -> sa.Executable:
            here = compiler.here(step.dataset)
            own = [here.column(name) for name in here.dataset.key]
            asked = sa.select(*own).where(meant(step, compiler, here))
            if not step.sealed:
                return sa.select(sa.func.count()).select_from(asked.subquery())
            # apart, since OR would forbid an index to either
            again = meant(step, compiler, here, sealed=True)
            sealed = sa.select(*own).where(compiler.own_keys(here), again)
            return sa.select(sa.func.count()).select_from(sa.union(asked, sealed).subquery())

        return self._texts.give("left", (step,), make)


_Asked = TypeVar("_Asked", bound=Step | Doubt)


def _narrowed_alike(asked: Sequence[_Asked]) -> list[list[_Asked]]:
    """Give together what is about the same few rows of a dataset; apart what is about all."""
    found: dict[object, list[_Asked]] = {}
    for one in asked:
        rows = id(one) if one.narrow == YES else (one.narrow, one.scope)
        found.setdefault((one.dataset, rows), []).append(one)
    return list(found.values())


def _told_apart(alike: Sequence[Step], rows: Sequence[Key]) -> Mapping[str, list[Key]]:
    """Give to each step the keys of the rows that it finds."""
    if len(alike) == 1:
        return {alike[0].id: list(rows)}
    most = len(alike)
    return {one.id: [row[:-most] for row in rows if row[n - most]] for n, one in enumerate(alike)}


def _alone(one: Step | Doubt, compiler: Compiler, here: Here) -> sa.ColumnElement[bool]:
    return unknown(one, compiler, here) if isinstance(one, Doubt) else counted(one, compiler, here)


@dataclass(frozen=True, kw_only=True)
class Uncommitted:
    """What was changed in a transaction that is still open."""

    changed: Mapping[str, list[Key]]
    exchange: Exchange
    connection: PoolProxiedConnection

    def commit(self) -> None:
        """Commit.

        Raises:
            Refused: the database refused, or was lost.
        """
        self.exchange.commit(self.connection)

    def close(self) -> None:
        """Undo what was not committed, and let go of the connection."""
        self.exchange.let_go(self.connection)
