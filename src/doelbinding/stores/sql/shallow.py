"""Deep steps made shallow: what they ask of rows further on is asked first, in rounds.

A request is about few rows, which are found by the people it is about: all of its steps are
answered in one pass. A step about everybody's rows goes over them in parts: those that would go if
nothing beyond the next rows kept them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from itertools import chain
from typing import TypeVar

import sqlalchemy as sa

from doelbinding.binding.circumstances import Key
from doelbinding.binding.expression import YES, Expression
from doelbinding.binding.simplify import all_of
from doelbinding.plan.model import Doubt, KeySets, Step
from doelbinding.plan.ports import Tally
from doelbinding.stores.sql.apart import Apart, Beyond, Parting, Question
from doelbinding.stores.sql.compile import Compiler
from doelbinding.stores.sql.meant import asked_by, counted, meant
from doelbinding.stores.sql.naming import Naming
from doelbinding.stores.sql.oldest import oldest_start
from doelbinding.stores.sql.questions import as_date, as_text
from doelbinding.stores.sql.rounds import InQuestion, Rounds, Unnamed, asked_at_once, unanswered
from doelbinding.stores.sql.tables import Here
from doelbinding.stores.sql.visits import MOST_WRITTEN_OUT
from doelbinding.stores.sql.written import Ask, Texts, Written

_Asked = TypeVar("_Asked", bound=Step | Doubt)
_Which = Callable[[Step, Compiler, Here], sa.ColumnElement[bool]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Steps to be asked of some rows only, with the key sets that their conditions name."""

    steps: Sequence[Step]
    rows: Sequence[Key]
    keys: KeySets


class Shallow:
    """Makes deep steps of one database shallow.

    Args:
        texts: the statements of the store.
        ask: asks them.
        parting: takes their conditions apart.
        transaction: gives a connection over which rows are read as they come.
    """

    def __init__(
        self,
        texts: Texts,
        ask: Ask,
        parting: Parting,
        transaction: Callable[[], AbstractContextManager[sa.Connection]],
    ) -> None:
        self._texts, self._ask, self._parting = texts, ask, parting
        self._transaction = transaction
        self._rounds = Rounds(parting, texts, ask)

    def is_deep(self, asked: Step | Doubt) -> bool:
        """Tell whether conditions written out would ask of other rows too often."""
        return sum(map(self._parting.written_out, _read(asked))) > MOST_WRITTEN_OUT

    def about_few(self, asked: Sequence[_Asked], keys: KeySets) -> tuple[Sequence[_Asked], KeySets]:
        """Give steps and doubts of a request, shallow, with all key sets that conditions name.

        Those about everybody's rows stay as they are.
        """
        deep = [one for one in asked if one.narrow != YES and self.is_deep(one)]
        if not deep:
            return asked, keys
        rows = list(self._in_question(deep, keys))
        try:
            answers = self._rounds.answers(rows, keys)
        except Unnamed:
            return asked, keys
        made = {id(one): self._with_answers(one) for one in deep}
        return [made.get(id(one), one) for one in asked], answers

    def goes_over(self, step: Step) -> bool:
        """Tell whether a step is deep and may be asked in parts: answers let it find no more."""
        return self.is_deep(step) and self._apart(step, step.needed).rises

    def parts(self, steps: Sequence[Step], keys: KeySets) -> Iterator[Part]:
        """Yield the rows that steps of one dataset may find, in parts that are answered."""
        beyond = self._beyond(steps)
        shallow = [self._with_answers(step) for step in steps]
        for rows in self._candidates(shallow, {**unanswered(beyond), **keys}):
            asked = InQuestion(dataset=steps[0].dataset, keys=rows, beyond=beyond)
            try:
                (told,) = self._rounds.told([asked], keys)
            except Unnamed:
                yield Part(steps=steps, rows=rows, keys=keys)
                continue
            for piece, answers in told.pieces(rows, self._seeking(shallow)):
                yield Part(steps=shallow, rows=piece, keys=answers)

    def tallies(self, steps: Sequence[Step], keys: KeySets) -> dict[int, Tally]:
        """Count what deep steps of one dataset find, by the identity of each."""
        found = {id(step): Tally(rows=0) for step in steps}
        for part in self.parts(steps, keys):
            asked = [
                (self._tallying(one, step.needed), part.rows)
                for one, step in zip(part.steps, steps, strict=True)
            ]
            for step, ((rows, oldest),) in zip(steps, self._ask(asked, part.keys), strict=True):
                tally = Tally(rows=rows, oldest=as_date(oldest))
                found[id(step)] = added(found[id(step)], tally)
        return found

    def keys_found(self, step: Step, keys: KeySets) -> Iterator[list[Key]]:
        """Yield the keys of the rows that a deep step is about, in parts."""
        return self._keys(step, keys, meant)

    def keys_counted(self, step: Step, keys: KeySets) -> Iterator[list[Key]]:
        """Yield the same, without those that an earlier step finds."""
        return self._keys(step, keys, counted)

    def _keys(self, step: Step, keys: KeySets, which: _Which) -> Iterator[list[Key]]:
        for part in self.parts([step], keys):
            (asked,) = part.steps
            (rows,) = self._ask([(self._finding(asked, which), part.rows)], part.keys)
            if rows:
                yield [tuple(row) for row in rows]

    def _in_question(self, deep: Sequence[Step | Doubt], keys: KeySets) -> Iterator[InQuestion]:
        """Yield all rows of the people a request is about, with what must be known beyond them."""
        alike: dict[object, list[Step | Doubt]] = {}
        for one in deep:
            alike.setdefault((one.dataset, one.narrow, one.scope), []).append(one)
        asked = [(self._narrowed(each[0]), ()) for each in alike.values()]
        for each, rows in zip(alike.values(), self._ask(asked, keys), strict=True):
            found = [tuple(row) for row in rows]
            yield InQuestion(dataset=each[0].dataset, keys=found, beyond=self._beyond(each))

    def _candidates(self, shallow: Sequence[Step], keys: KeySets) -> Iterator[list[Key]]:
        """Yield the rows that steps would find if it were so for none of the rows further on."""
        text, values = self._seeking(shallow).spelt(keys)
        size = asked_at_once(len(self._parting.key(shallow[0].dataset)))
        with self._transaction() as connection:
            streaming = connection.execution_options(yield_per=size)
            for rows in streaming.exec_driver_sql(text, values).partitions(size):
                yield [tuple(row) for row in rows]

    def _apart(self, one: Step | Doubt, part: Expression) -> Apart:
        return self._parting.of(Question(dataset=one.dataset, part=part))

    def _beyond(self, asked: Iterable[Step | Doubt]) -> tuple[Beyond, ...]:
        each = (self._apart(one, part).beyond for one in asked for part in _read(one))
        return tuple(dict.fromkeys(chain.from_iterable(each)))

    def _with_answers(self, one: _Asked) -> _Asked:
        """Give a step or doubt whose conditions name rows by what was answered of them."""
        if isinstance(one, Doubt):
            values = tuple(self._apart(one, value).expression for value in one.values)
            return replace(one, values=values)
        needed = self._apart(one, one.needed).expression
        unless = None if one.unless is None else self._apart(one, one.unless).expression
        return replace(one, needed=needed, unless=unless)

    def _narrowed(self, one: Step | Doubt) -> Written:
        known = all_of(one.narrow, one.scope)

        def make(compiler: Naming) -> sa.Executable:
            here = compiler.here(one.dataset)
            own = [here.column(name) for name in here.dataset.key]
            return sa.select(*own).where(compiler.certainly(known, here, wanted=True))

        return self._texts.of(("narrowed", one.dataset, known), make)

    def _seeking(self, shallow: Sequence[Step]) -> Written:
        def make(compiler: Naming) -> sa.Executable:
            here = compiler.here(shallow[0].dataset)
            own = [here.column(name) for name in here.dataset.key]
            found = [meant(step, compiler, here) for step in shallow]
            return sa.select(*own).where(sa.or_(*found)).order_by(*own)

        return self._texts.give("seek", shallow, make)

    def _tallying(self, step: Step, dated: Expression) -> Written:
        """Count what a step finds, and give its earliest start, which answers do not tell."""

        def make(compiler: Naming) -> sa.Executable:
            here = compiler.here(step.dataset)
            oldest = oldest_start(dated, here, compiler)
            least = None if oldest is None else sa.func.min(oldest)
            mine = counted(step, compiler, here)
            asked = sa.select(sa.func.count(), as_text(least, compiler.dialect))
            return asked.select_from(here.rows).where(compiler.own_keys(here), mine)

        written_of = ("tally", step.dataset, step.deed, step.columns, step.unknown_goes)
        read = (step.needed, step.scope, step.narrow, step.unless, dated)
        return self._texts.of((*written_of, *read), make)

    def _finding(self, step: Step, which: _Which) -> Written:
        def make(compiler: Naming) -> sa.Executable:
            here = compiler.here(step.dataset)
            own = [here.column(name) for name in here.dataset.key]
            return sa.select(*own).where(compiler.own_keys(here), which(step, compiler, here))

        return self._texts.give(f"{which.__name__} of these", (step,), make)


def by_dataset(steps: Iterable[Step]) -> list[list[Step]]:
    """Give steps together that are about the same dataset."""
    found: dict[str, list[Step]] = {}
    for step in steps:
        found.setdefault(step.dataset, []).append(step)
    return list(found.values())


def _read(asked: Step | Doubt) -> tuple[Expression, ...]:
    return asked.values if isinstance(asked, Doubt) else asked_by(asked)


def added(one: Tally, other: Tally) -> Tally:
    """Give the tally of two parts."""
    starts = [start for start in (one.oldest, other.oldest) if start is not None]
    return Tally(rows=one.rows + other.rows, oldest=min(starts, default=None))
