"""Deep conditions asked in rounds: short questions about few rows, from those in question outwards.

First it is asked which rows lead on from those in question, dataset by dataset, and no further than
from rows of which the answer is not known without. Then the answers come back inwards. Each dataset
is asked once for each question, however many ways lead there; what nobody's rows lead to is not
asked at all, nor is its statement written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from doelbinding.binding.circumstances import Key
from doelbinding.binding.expression import Referred
from doelbinding.plan.model import KeySets
from doelbinding.stores.sql.apart import Apart, Beyond, Parting, Question
from doelbinding.stores.sql.naming import Naming
from doelbinding.stores.sql.tables import Here
from doelbinding.stores.sql.truth import is_not_true
from doelbinding.stores.sql.written import Ask, Texts, Written


class Unnamed(Exception):
    """Rows on the way have a key that is not theirs alone, or none: they cannot be named by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InQuestion:
    """Rows of a dataset, by their keys, and what must be known beyond them."""

    dataset: str
    keys: Sequence[Key]
    beyond: tuple[Beyond, ...]


class Rounds:
    """Answers what is asked of the rows beyond those in question.

    Args:
        parting: takes conditions apart.
        texts: the statements of the store.
        ask: asks them.
    """

    def __init__(self, parting: Parting, texts: Texts, ask: Ask) -> None:
        self._parting, self._texts, self._ask = parting, texts, ask

    def answers(self, asked: Sequence[InQuestion], keys: KeySets) -> KeySets:
        """Give the sets that answer what is beyond rows in question, and the others.

        Args:
            asked: these rows.
            keys: the sets that conditions name otherwise.

        Raises:
            Unnamed: rows on the way cannot be told by their keys.
        """
        found: dict[str, frozenset[Key]] = {}
        for one, told in zip(asked, self.told(asked, keys), strict=True):
            for name, rows in told.answers(one.keys).items():
                found[name] = rows | found.get(name, frozenset())
        return {**keys, **found}

    def told(self, asked: Sequence[InQuestion], keys: KeySets) -> list[Told]:
        """Give for each what is known beyond its rows; as `answers`."""
        asking = _Asking(parting=self._parting, texts=self._texts, ask=self._ask, keys=keys)
        return asking.told(asked)


def unanswered(beyond: Iterable[Beyond]) -> dict[str, frozenset[Key]]:
    """Give the sets of questions that were not asked: it is so for no row."""
    return {name: frozenset() for one in beyond for name in (one.certainly, one.perhaps)}


Answers = dict[Key, tuple[bool, bool]]
"""Of rows by their keys: whether it is certainly so, and whether it is not certainly not so.

Rows of which it is certainly not so are left out.
"""


@dataclass(kw_only=True)
class _Led:
    """What one link leads to from rows of a dataset.

    `rows`: keys of rows here, with those of the rows there. `told`: rows here of which it is known
    without.
    """

    rows: dict[Key, list[Key]] = field(default_factory=lambda: defaultdict(list))
    told: set[Key] = field(default_factory=set)

    def sets(self, beyond: Beyond, answers: Answers, among: Iterable[Key]) -> dict[str, set[Key]]:
        """Give the two sets that answer a question about some of the rows."""
        sure, maybe = set[Key](), set[Key]()
        for here in among:
            if here in self.told:
                sure.add(here)
                maybe.add(here)
            for there in self.rows.get(here, ()):
                certainly, perhaps = answers.get(there, _NO)
                row = here if beyond.refer else there
                if certainly:
                    sure.add(row)
                if perhaps:
                    maybe.add(row)
        return {beyond.certainly: sure, beyond.perhaps: maybe}

    def concerned(self, answers: Answers) -> set[Key]:
        """Give the rows here that lead to one for which it may be so."""
        led = (
            here
            for here, rows in self.rows.items()
            if any(answers.get(there, _NO)[1] for there in rows)
        )
        return self.told.union(led)


_NO = (False, False)
_ANSWERS = {(sure, maybe): (sure, maybe) for sure in (False, True) for maybe in (False, True)}
"""Each answer once, since of a row to which many refer there are as many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is known beyond rows of a dataset, and the sets that conditions name otherwise."""

    keys: KeySets
    beyond: Sequence[Beyond]
    led: Mapping[Beyond, _Led]
    known: Mapping[Question, Answers]

    def answers(self, rows: Sequence[Key]) -> dict[str, frozenset[Key]]:
        """Give the sets that answer what is asked beyond some of the rows, with nothing else."""
        found = unanswered(self.beyond)
        for beyond, led in self.led.items():
            for name, told in led.sets(beyond, self.known.get(beyond.asked, {}), rows).items():
                found[name] |= told
        return found

    def pieces(
        self, rows: Sequence[Key], written: Written
    ) -> Iterator[tuple[Sequence[Key], KeySets]]:
        """Yield rows with the sets for them, as many as a statement takes.

        Sets that are the same whatever the rows are do not count: fewer rows make them no smaller.
        """
        same = written.parameters({**self.keys, **unanswered(self.beyond)}, ())
        yield from self._halved(rows, written, MOST_GIVEN + same)

    def _halved(
        self, rows: Sequence[Key], written: Written, most: int
    ) -> Iterator[tuple[Sequence[Key], KeySets]]:
        given = {**self.keys, **self.answers(rows)}
        if len(rows) > 1 and written.parameters(given, rows) > most:
            middle = len(rows) // 2
            yield from self._halved(rows[:middle], written, most)
            yield from self._halved(rows[middle:], written, most)
        else:
            yield rows, given


@dataclass(kw_only=True)
class _Asking:
    """One pass outwards and back."""

    parting: Parting
    texts: Texts
    ask: Ask
    keys: KeySets
    known: dict[Question, Answers] = field(default_factory=dict)
    wanted: dict[Question, dict[Key, Key]] = field(default_factory=lambda: defaultdict(dict))
    led: dict[Question, dict[Beyond, _Led]] = field(default_factory=dict)

    def told(self, asked: Sequence[InQuestion]) -> list[Told]:
        """Give for each what is known beyond its rows."""
        led = [self._lead(one.dataset, one.keys, one.beyond) for one in asked]
        order = self._in_order(asked)
        for question in order:
            self._outwards(question)
        for question in reversed(order):
            self._back(question)
        return [self._told(one.beyond, found) for one, found in zip(asked, led, strict=True)]

    def _told(self, beyond: Sequence[Beyond], led: Mapping[Beyond, _Led]) -> Told:
        return Told(keys=self.keys, beyond=beyond, led=led, known=self.known)

    def _in_order(self, asked: Sequence[InQuestion]) -> list[Question]:
        """Give the questions in an order in which each comes after all that lead to it."""
        found: dict[Question, None] = {}

        def visit(question: Question) -> None:
            if question not in found:
                for beyond in self.parting.of(question).beyond:
                    visit(beyond.asked)
                found[question] = None

        for one in asked:
            for beyond in one.beyond:
                visit(beyond.asked)
        return list(reversed(found))

    def _outwards(self, question: Question) -> None:
        """Ask of rows that were led to what is known without going further, and where they lead."""
        keys = list(self.wanted.get(question, ()))
        if not keys:
            return
        apart = self.parting.of(question)
        if apart.rises:
            del self.wanted[question]
        found = self.known[question] = self._judged(question, apart, keys, {})
        rest = [key for key in keys if not found.get(key, _NO)[0]] if apart.rises else keys
        if apart.beyond:
            self.led[question] = self._lead(question.dataset, rest, apart.beyond)

    def _back(self, question: Question) -> None:
        """Ask again of the rows that lead to others for which it may be so."""
        led = self.led.pop(question, None)
        if led is None:
            return
        apart = self.parting.of(question)
        if not apart.rises:
            again = list(self.wanted[question])
            self.known[question] = self._judged(question, apart, again, led)
            return
        concerned = {
            key
            for beyond, one in led.items()
            for key in one.concerned(self.known.get(beyond.asked, {}))
        }
        if concerned:
            self.known[question] |= self._judged(question, apart, list(concerned), led)

    def _judged(
        self, question: Question, apart: Apart, keys: Sequence[Key], led: Mapping[Beyond, _Led]
    ) -> Answers:
        """Say of rows whether a condition holds, by the answers there are."""
        written = self._judging(question, apart)
        told = self._told(apart.beyond, led)
        found: Answers = {}
        for part in _parts(keys):
            for piece, given in told.pieces(part, written):
                (rows,) = self.ask([(written, piece)], given)
                answers = {
                    tuple(key): _ANSWERS[bool(sure), bool(maybe)] for *key, sure, maybe in rows
                }
                if len(answers) < len(rows):
                    raise Unnamed
                found |= {key: answers[key] for key in piece if answers.get(key, _NO) != _NO}
        return found

    def _lead(
        self, dataset: str, keys: Sequence[Key], beyond: Sequence[Beyond]
    ) -> dict[Beyond, _Led]:
        """Ask where rows lead, and note the rows that they lead to."""
        found = {one: _Led() for one in beyond}
        for part in _parts(keys):
            asked = [(self._leading(dataset, one, MOST_LED), part) for one in beyond]
            for one, pairs in zip(beyond, self.ask(asked, self.keys), strict=True):
                self._take(dataset, one, part, pairs, found[one])
        return found

    def _take(
        self, dataset: str, one: Beyond, part: Sequence[Key], pairs: Sequence[Any], led: _Led
    ) -> None:
        size = len(self.parting.key(dataset))
        if len(pairs) > MOST_LED:
            told = self._anyway(dataset, one, part)
            led.told |= told
            rest = [key for key in part if key not in told]
            (pairs,) = self.ask([(self._leading(dataset, one, None), rest)], self.keys)
        wanted, own = self.wanted[one.asked], {key: key for key in part}
        for row in pairs:
            here, there = tuple(row[:size]), tuple(row[size:])
            if None in there:
                raise Unnamed
            if here in own:  # and not another that a collation takes for the same
                led.rows[own[here]].append(wanted.setdefault(there, there))

    def _anyway(self, dataset: str, one: Beyond, keys: Sequence[Key]) -> set[Key]:
        """Give the rows for which it is so whatever is asked further on, where many refer to them.

        Nothing is known so of rows that lead to others: each of these counts.
        """
        apart = self.parting.of(one.asked)
        if not (one.refer and apart.rises):
            return set()
        nothing = {**self.keys, **unanswered(apart.beyond)}
        (rows,) = self.ask([(self._referring(dataset, one, apart), keys)], nothing)
        return {tuple(row) for row in rows}

    def _judging(self, question: Question, apart: Apart) -> Written:
        def make(compiler: Naming) -> sa.Executable:
            here = compiler.here(question.dataset)
            sure = compiler.certainly(apart.expression, here, wanted=True)
            no = compiler.certainly(apart.expression, here, wanted=False)
            told = (_as_number(sure), _as_number(is_not_true(no)))
            return sa.select(*_own(here), *told).where(compiler.own_keys(here))

        return self.texts.of(("judge", question.dataset, apart.expression), make)

    def _leading(self, dataset: str, one: Beyond, most: int | None) -> Written:
        def make(compiler: Naming) -> sa.Executable:
            here = compiler.here(dataset)
            there = (
                compiler.referring(here, one.link) if one.refer else compiler.there(here, one.link)
            )
            joined = compiler.joined(here, there, one.link, closely=not one.refer)
            when = () if one.when is None else (compiler.certainly(one.when, there, wanted=True),)
            asked = sa.select(*_own(here), *_own(there)).where(
                compiler.own_keys(here), *joined, *when
            )
            return asked if most is None else asked.limit(most + 1)

        return self.texts.of(("lead", dataset, one.name, one.link, most), make)

    def _referring(self, dataset: str, one: Beyond, apart: Apart) -> Written:
        refers = Referred(link=one.link, stays=apart.expression, when=one.when)

        def make(compiler: Naming) -> sa.Executable:
            here = compiler.here(dataset)
            told = compiler.certainly(refers, here, wanted=True)
            return sa.select(*_own(here)).where(compiler.own_keys(here), told)

        return self.texts.of(("refer", dataset, refers), make)


def _own(here: Here) -> list[sa.ColumnElement[Any]]:
    return [here.column(name) for name in here.dataset.key]


def _as_number(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.case((condition, sa.literal_column("1")), else_=sa.literal_column("0"))


def _parts(keys: Sequence[Key]) -> Iterator[Sequence[Key]]:
    if keys:
        size = asked_at_once(len(keys[0]))
        yield from (keys[start : start + size] for start in range(0, len(keys), size))


def asked_at_once(parts: int) -> int:
    """Give about how many rows one statement asks, whose keys have so many parts."""
    return max(MOST_ASKED // parts, 1)


MOST_ASKED = 5_000
"""Rows that one statement asks about."""
MOST_LED = 25_000
"""Rows to which those of one statement lead before it is asked which of them need not be known."""
MOST_GIVEN = 15_000
"""Keys that go into one statement, where each is a parameter of its own."""
