"""A plan done step by step, in batches that each have a short transaction of their own.

So it goes with what is large, with computed values and files, and with what was begun before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property, partial, reduce
from typing import Any, Protocol

import sqlalchemy as sa

from doelbinding.binding.circumstances import Key
from doelbinding.binding.expression import Expression
from doelbinding.plan.model import Deed, KeySets, Step
from doelbinding.plan.ports import (
    Announce,
    Changed,
    Obstacle,
    Refused,
    TakenOtherwise,
    Tally,
)
from doelbinding.plan.transform import NoKey, Transformer
from doelbinding.policy.stores import Store
from doelbinding.stores.files import FileRoots
from doelbinding.stores.sql.batches import are_many, ranges
from doelbinding.stores.sql.compile import Compiler
from doelbinding.stores.sql.computed import Change, Computed
from doelbinding.stores.sql.deeds import Deeds
from doelbinding.stores.sql.meant import counted, meant
from doelbinding.stores.sql.oldest import oldest_start
from doelbinding.stores.sql.preflight.foreseen import Supposed
from doelbinding.stores.sql.questions import as_date
from doelbinding.stores.sql.shallow import Shallow, added
from doelbinding.stores.sql.tables import Here, bound
from doelbinding.stores.sql.touched import ENGINES, touched_columns
from doelbinding.stores.sql.transactions import Transactions
from doelbinding.stores.sql.truth import is_not_true
from doelbinding.stores.sql.visits import are_deep
from doelbinding.stores.sql.with_files import WithFiles

MOST_PARAMETERS = 30_000
LOOKED_FOR = 10
"""How many batches of keys are looked for at once, since looking costs more than changing."""


class Compilers(Protocol):
    """Gives a compiler for key sets."""

    def __call__(self, keys: KeySets, *, doing: bool = False) -> Compiler:
        """Give it; while `doing`, rows that go before a step's own are gone."""
        ...


class Stepwise:
    """Does the steps of one database.

    Args:
        mapped: the store in the policy.
        dialect: of the database.
        transactions: on it.
        compilers: for its statements.
        transformer: computes values.
        files: where the files are that rows name.
        shallow: makes deep steps shallow.
        batch: the most rows that one transaction changes by key.
    """

    def __init__(
        self,
        *,
        mapped: Store,
        dialect: str,
        transactions: Transactions,
        compilers: Compilers,
        transformer: Transformer,
        files: FileRoots,
        shallow: Shallow,
        batch: int,
    ) -> None:
        self._mapped, self._dialect, self._batch = mapped, dialect, batch
        self._transactions, self._compilers = transactions, compilers
        self._transformer, self._files, self._shallow = transformer, files, shallow

    def select_keys(self, step: Step, keys: KeySets) -> Iterator[list[Key]]:
        """Give the keys of the rows a step finds, in batches, in the order of the key.

        Where conditions are deep they are looked for once, since each look asks of all rows again.
        """
        if self._shallow.goes_over(step):
            yield from self._shallow.keys_found(step, keys)
            return
        compiler = self._compilers(keys)
        here = compiler.here(step.dataset)
        found = self._streamed_keys if are_deep((step.needed,), compiler) else self._next_chunks
        yield from found(here, meant(step, compiler, here))

    def execute(
        self,
        step: Step,
        keys: KeySets,
        sealed: Sequence[Key] | None,
        announce: Announce | None = None,
    ) -> Iterator[Changed]:
        """Do the step in short transactions; yield what was changed after each commit."""
        compiler = self._compilers(keys, doing=True)
        here = compiler.here(step.dataset)
        predicate = meant(step, compiler, here, sealed=sealed is not None)
        kept = self._touched.get(step.dataset, ())
        change = Deeds(step=step, here=here, dialect=self._dialect, kept=kept)
        if not step.row_by_row and self._walks(step, here, sealed, announce):
            for part in ranges(here, self._dialect, self._transactions.scalar):
                done = self._transactions.in_short(partial(change.rows, sa.and_(part, predicate)))
                yield Changed(rows=done)
            return
        own = self._own_key(here)
        if step.deed is Deed.TRANSFORM:
            yield from self._transform(self._computed(step, compiler), predicate, sealed, announce)
            return
        for chunk in self._chunks(here, predicate, sealed):
            mine = sa.and_(compiler.key_in(own, chunk), predicate)
            if announce is None and not step.files:
                yield Changed(rows=self._transactions.in_short(partial(change.rows, mine)))
                continue
            if announce is not None:
                announce(chunk)
            work = partial(change.keys, mine, compiler.key_in)
            if step.files:
                going = WithFiles(store=self._mapped, roots=self._files, step=step, here=here)
                work = partial(going.change, mine, work)
            keys_changed = self._transactions.in_short(work)
            yield Changed(rows=len(keys_changed), keys=keys_changed)

    def _walks(
        self, step: Step, here: Here, sealed: Sequence[Key] | None, announce: Announce | None
    ) -> bool:
        """Tell whether a step is done by walking its table in ranges."""
        if sealed is not None or announce is not None:
            return False
        return are_many(step.expected, here, self._dialect, self._transactions.scalar)

    def _transform(
        self,
        computed: Computed,
        predicate: sa.ColumnElement[bool],
        sealed: Sequence[Key] | None,
        announce: Announce | None,
    ) -> Iterator[Changed]:
        """Read values in batches, and write what is made of them; as `execute`."""
        here = computed.here
        own = self._own_key(here)
        for chunk in self._chunks(here, predicate, sealed):
            mine = sa.and_(computed.compiler.key_in(own, chunk), predicate)
            with self._transactions.one() as connection, self._with_keys():
                changes = list(computed.changes(connection.execute(computed.asked(mine))))
            if not changes:
                continue
            if announce is None:
                write = partial(computed.write_all, changes, predicate)
                yield Changed(rows=self._transactions.in_short(write))
                continue
            announce([change.key for change in changes])
            written = self._transactions.in_short(partial(computed.write, changes, predicate))
            yield Changed(rows=len(written), keys=written)

    def rehearse(self, steps: Sequence[Step], keys: KeySets) -> None:
        """Do transforming steps in a transaction, and undo it.

        Raises:
            Refused: the database does not take a value.
            TakenOtherwise: it holds another one than it was given.
        """
        compiler = self._compilers(keys, doing=True)
        with self._transactions.one() as connection:
            for step in steps:
                computed = self._computed(step, compiler)
                predicate = meant(step, compiler, computed.here)
                rows = connection.execute(computed.asked(predicate)).all()
                computed.write(list(computed.changes(rows)), predicate, connection)
                rows = connection.execute(computed.asked(predicate)).all()
                if any(True for _ in computed.changes(rows)):
                    raise TakenOtherwise(step.ref)
            undone = connection.get_transaction()
            if undone is not None:
                undone.rollback()

    def foresee(self, step: Step, keys: KeySets) -> list[Obstacle]:
        """Tell why a table would not take what a transforming step writes; write nothing."""
        compiler = self._compilers(keys, doing=True)
        computed, (one,) = self._computed(step, compiler), step.columns
        with self._transactions.one() as connection:
            rows = connection.execute(computed.asked(meant(step, compiler, computed.here))).all()
            by_value: dict[str, list[Change]] = {}
            for change in computed.changes(rows):
                by_value.setdefault(repr(change.new), []).append(change)
            supposed = [
                Supposed(
                    connection=connection,
                    ref=step.ref,
                    here=computed.here,
                    column=one.written,
                    value=changes[0].new,
                    keys=[change.key for change in changes],
                    again=computed.changed,
                )
                for changes in by_value.values()
            ]
            return [found for each in supposed for found in each.refused()]

    def tally_computed(self, step: Step, keys: KeySets) -> Tally:
        """Count the rows whose value would change, one by one, in memory that stays the same."""
        if not self._shallow.goes_over(step):
            return self._tallied(step, keys)
        found = (
            self._tallied(asked, part.keys, part.rows, dated=step.needed)
            for part in self._shallow.parts([step], keys)
            for asked in part.steps
        )
        return reduce(added, found, Tally(rows=0))

    def _tallied(
        self,
        step: Step,
        keys: KeySets,
        among: Sequence[Key] | None = None,
        dated: Expression | None = None,
    ) -> Tally:
        compiler = self._compilers(keys)
        here = compiler.here(step.dataset)
        mine = counted(step, compiler, here)
        if among is not None:
            mine = sa.and_(compiler.key_in(self._own_key(here), among), mine)
        oldest = oldest_start(dated or step.needed, here, compiler)
        if oldest is not None and self._dialect != "sqlite":
            oldest = sa.cast(oldest, sa.Text)
        computed, found = self._computed(step, compiler), Tally(rows=0)
        with self._transactions.one() as connection:
            for change in self._streamed(connection, computed, mine, oldest):
                found = added(found, Tally(rows=1, oldest=as_date(change.oldest)))
        return found

    def remaining(self, step: Step, keys: KeySets, sealed: Sequence[Key] | None) -> int:
        """Count what the step should have left none of.

        The same question at the same instant; for sealed rows also whether any of them is left.
        """
        compiler = self._compilers(keys, doing=True)
        here = compiler.here(step.dataset)
        question = meant(step, compiler, here)
        with self._transactions.one() as connection:
            left = self._left(connection, step, compiler, question)
            if sealed is None:
                return left
            again = meant(step, compiler, here, sealed=True)
            beyond = sa.and_(again, is_not_true(question))
            own = self._own_key(here)
            for chunk in self._chunks(here, again, sealed):
                mine = sa.and_(compiler.key_in(own, chunk), beyond)
                left += self._left(connection, step, compiler, mine)
        return left

    def _left(
        self,
        connection: sa.Connection,
        step: Step,
        compiler: Compiler,
        mine: sa.ColumnElement[bool],
    ) -> int:
        if step.deed is Deed.TRANSFORM:
            computed = self._computed(step, compiler)
            return sum(1 for _ in self._streamed(connection, computed, mine))
        return self._count(connection, compiler.here(step.dataset), mine)

    def _computed(self, step: Step, compiler: Compiler) -> Computed:
        here = compiler.here(step.dataset)
        return Computed(
            step=step,
            here=here,
            compiler=compiler,
            transformer=self._transformer,
            kept=self._touched.get(step.dataset, ()),
        )

    def _streamed(
        self,
        connection: sa.Connection,
        computed: Computed,
        mine: sa.ColumnElement[bool],
        oldest: sa.ColumnElement[Any] | None = None,
    ) -> Iterator[Change]:
        asked = computed.asked(mine, oldest)
        with self._with_keys():
            options = {"yield_per": self._batch}
            with connection.execute(asked, execution_options=options) as rows:
                yield from computed.changes(rows)

    @contextmanager
    def _with_keys(self) -> Iterator[None]:
        """Say in a store's words that a key for pseudonyms is not there.

        Raises:
            Refused: it is not.
        """
        try:
            yield
        except NoKey as error:
            raise Refused(
                f"store {self._mapped.id!r}: {error}; without it no value is changed"
            ) from None

    def _chunks(
        self, here: Here, predicate: sa.ColumnElement[bool], sealed: Sequence[Key] | None
    ) -> Iterator[list[Key]]:
        """Give the keys to change in batches: the sealed ones, or those the predicate finds."""
        if sealed is not None:
            size = self._size(here)
            for start in range(0, len(sealed), size):
                yield list(sealed[start : start + size])
            return
        yield from self._next_chunks(here, predicate)

    def _next_chunks(self, here: Here, predicate: sa.ColumnElement[bool]) -> Iterator[list[Key]]:
        """Give the keys that a predicate finds, looking again and again for those that follow."""
        last: Key | None = None
        size = self._size(here)
        while True:
            with self._transactions.one() as connection:
                found = self._next_keys(connection, here, predicate, last)
            for start in range(0, len(found), size):
                yield found[start : start + size]
            if len(found) < size * LOOKED_FOR:
                return
            last = found[-1]

    def _streamed_keys(self, here: Here, predicate: sa.ColumnElement[bool]) -> Iterator[list[Key]]:
        """Give the keys that a predicate finds, in one statement that only reads."""
        own = self._own_key(here)
        asked = sa.select(*own).where(predicate).order_by(*own)
        with self._transactions.one() as connection:
            rows = connection.execution_options(yield_per=self._size(here)).execute(asked)
            yield from ([tuple(found) for found in part] for part in rows.partitions())

    @cached_property
    def _touched(self) -> Mapping[str, tuple[str, ...]]:
        if self._dialect not in ENGINES:
            return {}
        with self._transactions.one() as connection:
            return touched_columns(connection, self._mapped)

    def _size(self, here: Here) -> int:
        """Give how many keys go into one statement: fewer where a key has many parts."""
        return min(self._batch, MOST_PARAMETERS // len(here.dataset.key))

    def _own_key(self, here: Here) -> list[sa.ColumnElement[Any]]:
        return [here.column(name) for name in here.dataset.key]

    def _next_keys(
        self,
        connection: sa.Connection,
        here: Here,
        predicate: sa.ColumnElement[bool],
        last: Key | None,
    ) -> list[Key]:
        own = self._own_key(here)
        asked = sa.select(*own).where(predicate).order_by(*own).limit(self._size(here) * LOOKED_FOR)
        if last is not None:
            asked = asked.where(_beyond(own, last))
        return [tuple(found) for found in connection.execute(asked)]

    def _count(
        self, connection: sa.Connection, here: Here, predicate: sa.ColumnElement[bool]
    ) -> int:
        asked = sa.select(sa.func.count()).select_from(here.rows).where(predicate)
        return int(connection.execute(asked).scalar_one())


def _beyond(own: Sequence[sa.ColumnElement[Any]], last: Key) -> sa.ColumnElement[bool]:
    if len(own) == 1:
        return own[0] > bound(last[0])
    return sa.tuple_(*own) > sa.tuple_(*(bound(part) for part in last))
