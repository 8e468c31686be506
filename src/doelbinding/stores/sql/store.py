"""A relational database as a store: counts, deeds in short transactions, and reading back.

Every statement repeats the predicate on the row it changes, whatever selected its key, so that a
row that came back to life since is spared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from functools import cached_property, partial
from typing import Any

import sqlalchemy as sa

from doelbinding.binding.circumstances import Key
from doelbinding.binding.expression import Branch, Elsewhere
from doelbinding.binding.justification import Row
from doelbinding.binding.kleene import Truth
from doelbinding.plan.atonce import Pending
from doelbinding.plan.grades import Erased
from doelbinding.plan.model import Deed, Doubt, KeySets, Step
from doelbinding.plan.ports import (
    Announce,
    Answered,
    Changed,
    Gravity,
    Lookup,
    Obstacle,
    Refused,
    Tally,
)
from doelbinding.plan.transform import Transformer
from doelbinding.policy.stores import Dataset
from doelbinding.policy.stores import Store as Mapped
from doelbinding.stores.explaining import explained
from doelbinding.stores.files import FileRoots
from doelbinding.stores.sql.apart import Parting
from doelbinding.stores.sql.asking import Asking
from doelbinding.stores.sql.atonce import AtOnce, Counts
from doelbinding.stores.sql.carry import answers_of, read_answers, values_of
from doelbinding.stores.sql.comparing import EXACTLY, Comparing, comparing_in
from doelbinding.stores.sql.compile import Compiler
from doelbinding.stores.sql.computed import AS_TEXT
from doelbinding.stores.sql.exchange import Exchange
from doelbinding.stores.sql.gather import Gatherer
from doelbinding.stores.sql.identify import can_be_held
from doelbinding.stores.sql.inside import with_values_inside
from doelbinding.stores.sql.left_out import tables_left_out
from doelbinding.stores.sql.places import places
from doelbinding.stores.sql.preflight.catalogue import MARK_AND_CLOCK, Catalogue
from doelbinding.stores.sql.preflight.clocks import clock_of, clocks_apart
from doelbinding.stores.sql.preflight.endings import ending_obstacles, is_told_apart
from doelbinding.stores.sql.preflight.look import obstacles
from doelbinding.stores.sql.purge import purge
from doelbinding.stores.sql.questions import Question, counting, reading_back
from doelbinding.stores.sql.readers import Readers
from doelbinding.stores.sql.shallow import Shallow, by_dataset
from doelbinding.stores.sql.stepwise import MOST_PARAMETERS, Stepwise
from doelbinding.stores.sql.tables import bound, table
from doelbinding.stores.sql.transactions import Transactions
from doelbinding.stores.sql.written import Asked, Texts, can_be_kept

BATCH = 5000


class SqlStore:
    """Fulfils `plan.ports.Store` for one database."""

    def __init__(
        self,
        mapped: Mapped,
        engine: sa.Engine,
        *,
        batch: int = BATCH,
        transformer: Transformer = Transformer(),  # noqa: B008 - frozen
        files: FileRoots = FileRoots(),  # noqa: B008 - frozen
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.id = mapped.id
        self.transformer = transformer
        self.files = files
        self._clock = clock
        self.mapped = mapped
        self.engine = engine
        self.batch = batch
        self._transactions = Transactions(mapped.id, engine)
        self._catalogue = Catalogue()
        self._compilers: dict[bool, Compiler] = {}
        self._emptied: set[str] = set()

    @property
    def dialect(self) -> str:
        """The database's kind: `sqlite`, `postgresql`, `mysql` (MariaDB too)."""
        name = self.engine.dialect.name
        return "mysql" if name == "mariadb" else name

    def transaction(self) -> AbstractContextManager[sa.Connection]:
        """Give a connection in a short transaction, with failures said in our words.

        Raises:
            Unreachable: no connection.
            Refused: the database refused a statement.
        """
        return self._transactions.one()

    def preflight(self, steps: Sequence[Step]) -> list[Obstacle]:
        """Look in the database's own catalogue for what would go wrong."""
        mark, clock = self._mark_and_clock()
        found = self._catalogue.obstacles(mark, steps, lambda: self._looked_up(steps))
        refused = {one.ref for one in found if one.gravity is Gravity.REFUSES}
        fine = [step for step in steps if step.ref not in refused]  # whose table may be read
        if any(map(is_told_apart, fine)):
            with self.transaction() as connection:
                found += ending_obstacles(
                    connection, self.mapped, fine, self.transformer, self.files
                )
        return found + clocks_apart(self.id, clock, self._clock())

    def _mark_and_clock(self) -> tuple[object, datetime | None]:
        """Give what changes as the catalogue does, and the database's time; none it does not tell.

        Both in one question, since each exchange costs as much as a request's deed.
        """
        if self.dialect == "postgresql":
            mark, seconds = self._exchange.row(MARK_AND_CLOCK)
            return mark, datetime.fromtimestamp(seconds, UTC)
        with self.transaction() as connection:
            return None, clock_of(connection)

    def _looked_up(self, steps: Sequence[Step]) -> list[Obstacle]:
        with self.transaction() as connection:
            return obstacles(connection, self.mapped, steps)

    def places(self) -> Mapping[str, frozenset[str]]:
        """Give, by dataset, names of the tables whose rows it has, whatever store asks."""
        return self._places

    @cached_property
    def _places(self) -> Mapping[str, frozenset[str]]:
        with self.transaction() as connection:
            return places(connection, self.mapped)

    def left_out(self) -> Sequence[str]:
        """Give the tables of the database that are in no dataset."""
        with self.transaction() as connection:
            return tables_left_out(connection, self.mapped)

    def survey(self, steps: Sequence[Step], keys: KeySets) -> Mapping[str, Tally]:
        """Count what each step would find now; change nothing."""
        return self.survey_at_once(steps, (), keys)[0]

    def doubtful(self, doubt: Doubt, keys: KeySets) -> int:
        """Count the rows of which it is unknown whether they are justified."""
        return self.survey_at_once((), (doubt,), keys)[1][0]

    def survey_at_once(
        self, steps: Sequence[Step], doubts: Sequence[Doubt], keys: KeySets
    ) -> tuple[Mapping[str, Tally], Sequence[int]]:
        """Count both, in as few questions as serve."""
        compiler = self._compiler(keys)
        asked = [step for step in steps if step.deed is not Deed.TRANSFORM]
        others = [step for step in steps if step.deed is Deed.TRANSFORM]
        try:
            deep = [step for step in asked if self._shallow.goes_over(step)]
            near = [step for step in asked if step not in deep]
            tallies = self._counted(counting(near, doubts, compiler))
            for steps_alike in by_dataset(deep):
                tallies |= self._shallow.tallies(steps_alike, keys)
            computed = {step.id: self._stepwise.tally_computed(step, keys) for step in others}
        except Refused as refused:
            raise explained(refused, partial(self.preflight, steps)) from None
        found = {step.id: tallies[id(step)] for step in asked} | computed
        return found, [tallies[id(doubt)].rows for doubt in doubts]

    def remaining_at_once(self, steps: Sequence[Step], keys: KeySets) -> Mapping[str, int]:
        """Count what unsealed steps should have left none of."""
        asked = [step for step in steps if step.deed is not Deed.TRANSFORM]
        tallies = self._counted(reading_back(asked, self._compiler(keys, doing=True)))
        found = {step.id: tallies[id(step)].rows for step in asked}
        others = [step for step in steps if step.deed is Deed.TRANSFORM]
        return found | {step.id: self.remaining(step, keys, None) for step in others}

    def select_keys(self, step: Step, keys: KeySets) -> Iterator[list[Key]]:
        """Give the keys of the rows a step finds, in batches, in the order of the key."""
        return self._stepwise.select_keys(step, keys)

    def execute(
        self,
        step: Step,
        keys: KeySets,
        sealed: Sequence[Key] | None,
        announce: Announce | None = None,
    ) -> Iterator[Changed]:
        """Do the step in short transactions; yield what was changed after each commit."""
        self._note_emptied([step])
        return self._stepwise.execute(step, keys, sealed, announce)

    def rehearse(self, steps: Sequence[Step], keys: KeySets) -> None:
        """Do transforming steps in a transaction, and undo it.

        Raises:
            Refused: the database does not take a value.
            TakenOtherwise: it holds another one than it was given.
        """
        self._stepwise.rehearse(steps, keys)

    def foresee(self, steps: Sequence[Step], keys: KeySets) -> list[Obstacle]:
        """Tell why the database would refuse transforming steps; write nothing, and lock no row."""
        found = [one for one in self.preflight(steps) if one.gravity is Gravity.REFUSES]
        refused = {one.ref for one in found}
        for step in steps:
            if step.ref not in refused:
                found += self._stepwise.foresee(step, keys)
        return found

    def remaining(self, step: Step, keys: KeySets, sealed: Sequence[Key] | None) -> int:
        """Count what the step should have left none of.

        The same question at the same instant; for sealed rows also whether any of them is left.
        """
        return self._stepwise.remaining(step, keys, sealed)

    @cached_property
    def _stepwise(self) -> Stepwise:
        return Stepwise(
            mapped=self.mapped,
            dialect=self.dialect,
            transactions=self._transactions,
            compilers=self._compiler,
            transformer=self.transformer,
            files=self.files,
            shallow=self._shallow,
            batch=self.batch,
        )

    def _counted(self, questions: Iterable[Question]) -> dict[int, Tally]:
        """Ask, and give the tallies by the identity of what was counted."""
        found: dict[int, Tally] = {}
        with self.transaction() as connection:
            for question in questions:
                asked = question.ask(connection, self.dialect)
                found |= {id(of): tally for of, tally in asked}
        return found

    def rows(self, ref: str, where: Mapping[str, object]) -> Sequence[Row]:
        """Give the rows of a dataset whose columns equal the values."""
        if not all(can_be_held(value, self.engine.dialect.name) for value in where.values()):
            return []
        with self.transaction() as connection:
            found = self._equal(connection, self._dataset(ref), where)
        return [row for row in found if _holds(row, where)]

    def alike(self, ref: str, where: Mapping[str, object]) -> Sequence[Row]:
        """Give the rows whose columns this database takes for equal to the values.

        None where a column's type has no such value.
        """
        with self.transaction() as connection:
            try:
                with connection.begin_nested():
                    return self._equal(connection, self._dataset(ref), where)
            except sa.exc.DataError:
                return []

    def _equal(
        self, connection: sa.Connection, dataset: Dataset, where: Mapping[str, object]
    ) -> list[Row]:
        rows = table(dataset)
        asked = self._selection(dataset, rows).where(
            *(rows.c[name] == bound(value) for name, value in where.items())
        )
        found = connection.execute(asked).mappings().all()
        return [with_values_inside(dataset, dict(row)) for row in found]

    def match(
        self, ref: str, column: str, kind: str, values: Sequence[str], country: str | None = None
    ) -> Sequence[Row]:
        """Give the rows whose identifying column holds one of the normalised values of a kind."""
        keys = [(value,) for value in dict.fromkeys(values)]
        asked = Lookup(ref=ref, columns=(column,), keys=keys, kind=kind, country=country)
        with self.gathering() as gather:
            (found,) = gather([asked]).rows
        return [row for rows in found.values() for row in rows]

    @contextmanager
    def gathering(self) -> Iterator[Callable[[Sequence[Lookup]], Answered]]:
        """Give what answers many lookups in few statements, each in a transaction of its own."""
        with self._readers.connection() as driver, self._gatherer.opened(driver) as gather:
            yield gather

    @cached_property
    def _readers(self) -> Readers:
        return Readers(self.engine, self._transactions.unreachable)

    @cached_property
    def _gatherer(self) -> Gatherer:
        def select(dataset: Dataset) -> sa.Select[Any]:
            return self._selection(dataset, table(dataset))

        comparing = self._comparing if self.dialect == "sqlite" else EXACTLY
        asking = Asking(self.engine.dialect, select, self.mapped.dataset, comparing)
        return Gatherer(self.engine, asking)

    def values(self, ref: str, column: str) -> Iterator[str | int]:
        """Yield each value that a column of a dataset holds, once."""
        compiler = self._compiler({})
        asked = values_of(compiler.here(self._dataset(ref).id), column, self.dialect)
        with self.transaction() as connection:
            yield from connection.execution_options(yield_per=self.batch).execute(asked).scalars()

    def answers(self, elsewhere: Elsewhere, branch: Branch) -> Iterator[tuple[str | int, Truth]]:
        """Yield per value of an identifying column what the branch's rows with it say."""
        compiler = self._compiler({})
        here = compiler.here(self._dataset(elsewhere.ref).id)
        asked = answers_of(here, elsewhere.column, branch, compiler)
        with self.transaction() as connection:
            rows = connection.execution_options(yield_per=self.batch).execute(asked)
            yield from read_answers(rows)

    def purge(self, datasets: Sequence[str], gone_by: datetime | None = None) -> Erased:
        """Take away what is left of deleted values, as far as the database lets us."""
        emptied = self._emptied if gone_by is None else datasets  # any may have been, by then
        return purge(self.engine, [self.mapped.dataset(one) for one in datasets], emptied, gone_by)

    def can_at_once(self, steps: Sequence[Step]) -> bool:
        """Tell whether the steps can be done in one transaction, by statements that are kept."""
        if self.dialect == "sqlite":
            few = sum(step.expected for step in steps) <= MOST_PARAMETERS // 4
            return few and all(map(can_be_kept, steps))
        if self.dialect != "postgresql" or self._comparing.folding:
            return False
        return all(map(can_be_kept, steps))

    def count_at_once(
        self, steps: Sequence[Step], doubts: Sequence[Doubt], keys: KeySets
    ) -> tuple[Sequence[int], Sequence[int]]:
        """Count the rows that each step finds now, and those of each doubt."""
        kept = [step for step in steps if can_be_kept(step)]
        others = [step for step in steps if not can_be_kept(step)]
        try:
            rows, unknown = self._counts.count(kept, doubts, keys)
        except Refused as refused:
            raise explained(refused, partial(self.preflight, steps)) from None
        tallies = self.survey(others, keys) if others else {}
        found = {step.id: n for step, n in zip(kept, rows, strict=True)}
        found |= {name: tally.rows for name, tally in tallies.items()}
        return [found[step.id] for step in steps], unknown

    def find_at_once(self, steps: Sequence[Step], keys: KeySets) -> Mapping[str, Sequence[Key]]:
        """Give the keys of the rows that each step finds now."""
        return self._at_once.find(steps, keys)

    def do_at_once(
        self, steps: Sequence[Step], keys: KeySets, sealed: Mapping[str, Sequence[Key]]
    ) -> Pending:
        """Do the steps in order in one transaction, those that are sealed on the rows given."""
        self._note_emptied(steps)
        return self._at_once.do(steps, keys, sealed)

    def left_at_once(
        self, steps: Sequence[Step], keys: KeySets, sealed: Mapping[str, Sequence[Key]]
    ) -> Mapping[str, int]:
        """Count what each step should have left none of, over connections that never write."""
        return self._at_once.left(steps, keys, sealed)

    @cached_property
    def _texts(self) -> Texts:
        return Texts(self.mapped, self.engine.dialect, self._comparing)

    @cached_property
    def _at_once(self) -> AtOnce:
        return AtOnce(self._texts, self._exchange, self._shallow)

    @cached_property
    def _exchange(self) -> Exchange:
        return Exchange(self.id, self.engine, self._readers, self._transactions.unreachable)

    @cached_property
    def _counts(self) -> Counts:
        return Counts(self._texts, self._ask, self._shallow)

    @cached_property
    def _shallow(self) -> Shallow:
        return Shallow(self._texts, self._ask, Parting(self.mapped), self.transaction)

    def _ask(self, asked: Asked, keys: KeySets) -> Sequence[Sequence[Any]]:
        if self.can_at_once(()):
            return self._exchange.read(asked, keys)
        with self.transaction() as connection:
            given = (one.spelt(keys, own) for one, own in asked)
            return [connection.exec_driver_sql(*statement).all() for statement in given]

    def _note_emptied(self, steps: Sequence[Step]) -> None:
        self._emptied |= {step.dataset for step in steps if step.deed is not Deed.DELETE}

    def close(self) -> None:
        """Let go of connections."""
        self.engine.dispose()

    def _dataset(self, ref: str) -> Dataset:
        return self.mapped.dataset(ref.partition(".")[2])

    def _selection(self, dataset: Dataset, rows: sa.TableClause) -> sa.Select[Any]:
        columns = []
        for column in dataset.own_columns:
            held: sa.ColumnElement[Any] = rows.c[column.name]
            if self.dialect != "sqlite" and column.type in AS_TEXT:
                held = sa.cast(held, sa.Text)
            columns.append(held.label(column.name))
        return sa.select(*columns)

    def _compiler(self, keys: KeySets, *, doing: bool = False) -> Compiler:
        """Give a compiler for these key sets: the last one, if it was for the same."""
        if self._compilers.get(doing) is None or self._compilers[doing].keys is not keys:
            self._compilers[doing] = Compiler(
                store=self.mapped,
                dialect=self.dialect,
                keys=keys,
                doing=doing,
                comparing=self._comparing,
            )
        return self._compilers[doing]

    @cached_property
    def _comparing(self) -> Comparing:
        with self.transaction() as connection:
            return comparing_in(connection, self.mapped)


def _holds(row: Mapping[str, object], where: Mapping[str, object]) -> bool:
    """Tell whether texts are the same, whatever a collation says."""
    texts = ((row[name], value) for name, value in where.items() if isinstance(value, str))
    return all(held == value for held, value in texts if isinstance(held, str))
