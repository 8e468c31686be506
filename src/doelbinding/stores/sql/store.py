"""A relational database as a store: counts, deeds in short transactions, and reading back.

Every statement repeats the predicate on the row it changes, whatever selected its key, so that a
row that came back to life since is spared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property, partial
from time import sleep
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

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
    Unreachable,
)
from doelbinding.plan.transform import NoKey, Transformer
from doelbinding.policy.stores import Dataset
from doelbinding.policy.stores import Store as Mapped
from doelbinding.stores.explaining import explained
from doelbinding.stores.files import FileRoots
from doelbinding.stores.sql.atonce import AtOnce, Counts
from doelbinding.stores.sql.batches import are_many, ranges
from doelbinding.stores.sql.carry import answers_of, read_answers, values_of
from doelbinding.stores.sql.catalogue import MARK_AND_CLOCK, Catalogue
from doelbinding.stores.sql.causes import cause, why_unreachable, will_pass
from doelbinding.stores.sql.clocks import clock_of, clocks_apart
from doelbinding.stores.sql.comparing import EXACTLY, Comparing, comparing_in
from doelbinding.stores.sql.compile import Compiler, Here
from doelbinding.stores.sql.computed import AS_TEXT, Change, Computed
from doelbinding.stores.sql.deeds import Deeds
from doelbinding.stores.sql.exchange import PAUSES, Exchange
from doelbinding.stores.sql.gather import Gatherer
from doelbinding.stores.sql.inside import with_values_inside
from doelbinding.stores.sql.meant import counted, meant
from doelbinding.stores.sql.oldest import oldest_start
from doelbinding.stores.sql.places import places
from doelbinding.stores.sql.preflight import obstacles
from doelbinding.stores.sql.preflight_endings import ending_obstacles, is_told_apart
from doelbinding.stores.sql.purge import purge
from doelbinding.stores.sql.questions import Question, as_date, counting, reading_back
from doelbinding.stores.sql.readers import Readers
from doelbinding.stores.sql.tables import bound, table
from doelbinding.stores.sql.touched import ENGINES, touched_columns
from doelbinding.stores.sql.truth import is_not_true
from doelbinding.stores.sql.visits import are_deep
from doelbinding.stores.sql.with_files import WithFiles
from doelbinding.stores.sql.written import Texts, Written, can_be_kept

BATCH = 5000
MOST_PARAMETERS = 30_000
Done = TypeVar("Done")
LOOKED_FOR = 10
"""How many batches of keys are looked for at once, since looking costs more than changing."""


class WillPass(Refused):
    """The database refused for a lock or a deadlock, which another moment may not meet."""


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
        self._catalogue = Catalogue()
        self._compilers: dict[bool, Compiler] = {}

    @property
    def dialect(self) -> str:
        """The database's kind: `sqlite`, `postgresql`, `mysql` (MariaDB too)."""
        name = self.engine.dialect.name
        return "mysql" if name == "mariadb" else name

    @contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """Give a connection in a short transaction, with failures said in our words.

        Raises:
            Unreachable: no connection.
            Refused: the database refused a statement.
        """
        try:
            connection = self.engine.connect()
        except SQLAlchemyError as error:
            raise self._unreachable(error) from None
        with connection:
            try:
                with connection.begin():
                    yield connection
            except SQLAlchemyError as error:
                raise self._refused(error) from None

    def _refused(self, error: SQLAlchemyError) -> Refused:
        if isinstance(error, DBAPIError) and error.connection_invalidated:
            return Refused(
                f"store {self.id!r} was lost ({cause(error)}): whether this batch was changed is "
                "not known; run the same plan again, which goes on from what is there"
            )
        kind = WillPass if will_pass(error) else Refused
        return kind(
            f"store {self.id!r} refused a statement ({cause(error)}): nothing of this batch was "
            "changed; mend the cause and run the same plan again"
        )

    def _unreachable(self, error: Exception) -> Unreachable:
        variable = f"DOELBINDING_STORE_{self.id.upper().replace('-', '_')}_URL"
        return Unreachable(
            f"store {self.id!r} cannot be reached ({why_unreachable(error)}): check that it runs, "
            f"and the address in doelbinding.toml or {variable}, and give the same command again"
        )

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
            tallies = self._counted(counting(asked, doubts, compiler))
            computed = {step.id: self._tally_computed(step, compiler) for step in others}
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

    def _counted(self, questions: Iterable[Question]) -> dict[int, Tally]:
        """Ask, and give the tallies by the identity of what was counted."""
        found: dict[int, Tally] = {}
        with self.transaction() as connection:
            for question in questions:
                asked = question.ask(connection, self.dialect)
                found |= {id(of): tally for of, tally in asked}
        return found

    def select_keys(self, step: Step, keys: KeySets) -> Iterator[list[Key]]:
        """Give the keys of the rows a step finds, in batches, in the order of the key.

        Where conditions are deep they are looked for once, since each look asks of all rows again.
        """
        compiler = self._compiler(keys)
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
        compiler = self._compiler(keys, doing=True)
        here = compiler.here(step.dataset)
        predicate = meant(step, compiler, here, sealed=sealed is not None)
        kept = self._touched.get(step.dataset, ())
        change = Deeds(step=step, here=here, dialect=self.dialect, kept=kept)
        if not step.row_by_row and self._walks(step, here, sealed, announce):
            for part in ranges(here, self.dialect, self._ask):
                done = self._in_short(partial(change.rows, sa.and_(part, predicate)))
                yield Changed(rows=done)
            return
        own = self._own_key(here)
        if step.deed is Deed.TRANSFORM:
            yield from self._transform(self._computed(step, compiler), predicate, sealed, announce)
            return
        for chunk in self._chunks(here, predicate, sealed):
            mine = sa.and_(compiler.key_in(own, chunk), predicate)
            if announce is None and not step.files:
                yield Changed(rows=self._in_short(partial(change.rows, mine)))
                continue
            if announce is not None:
                announce(chunk)
            work = partial(change.keys, mine, compiler.key_in)
            if step.files:
                going = WithFiles(store=self.mapped, roots=self.files, step=step, here=here)
                work = partial(going.change, mine, work)
            keys_changed = self._in_short(work)
            yield Changed(rows=len(keys_changed), keys=keys_changed)

    def _walks(
        self, step: Step, here: Here, sealed: Sequence[Key] | None, announce: Announce | None
    ) -> bool:
        """Tell whether a step is done by walking its table in ranges."""
        if sealed is not None or announce is not None:
            return False
        return are_many(step.expected, here, self.dialect, self._ask)

    def _ask(self, asked: sa.Executable) -> Any:
        with self.transaction() as connection:
            return connection.execute(asked).scalar()

    def _in_short(self, work: Callable[[sa.Connection], Done]) -> Done:
        """Do something in one transaction, and again a little later if a lock stood in the way."""
        for pause in PAUSES:
            try:
                with self.transaction() as connection:
                    return work(connection)
            except WillPass:
                sleep(pause)
        with self.transaction() as connection:
            return work(connection)

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
            with self.transaction() as connection, self._with_keys():
                changes = list(computed.changes(connection.execute(computed.asked(mine))))
            if not changes:
                continue
            if announce is None:
                yield Changed(rows=self._in_short(partial(computed.write_all, changes, predicate)))
                continue
            announce([change.key for change in changes])
            written = self._in_short(partial(computed.write, changes, predicate))
            yield Changed(rows=len(written), keys=written)

    def rehearse(self, steps: Sequence[Step], keys: KeySets) -> None:
        """Do transforming steps in a transaction, and undo it.

        Raises:
            Refused: the database does not take a value.
        """
        compiler = self._compiler(keys, doing=True)
        with self.transaction() as connection:
            for step in steps:
                computed = self._computed(step, compiler)
                predicate = meant(step, compiler, computed.here)
                rows = connection.execute(computed.asked(predicate)).all()
                computed.write(list(computed.changes(rows)), predicate, connection)
            undone = connection.get_transaction()
            if undone is not None:
                undone.rollback()

    def _computed(self, step: Step, compiler: Compiler) -> Computed:
        here = compiler.here(step.dataset)
        return Computed(
            step=step,
            here=here,
            compiler=compiler,
            transformer=self.transformer,
            kept=self._touched.get(step.dataset, ()),
        )

    def _tally_computed(self, step: Step, compiler: Compiler) -> Tally:
        """Count the rows whose value would change, one by one, in memory that stays the same."""
        here = compiler.here(step.dataset)
        mine = counted(step, compiler, here)
        oldest = oldest_start(step.needed, here, compiler)
        if oldest is not None and self.dialect != "sqlite":
            oldest = sa.cast(oldest, sa.Text)
        rows, least = 0, None
        with self.transaction() as connection:
            for change in self._streamed(connection, self._computed(step, compiler), mine, oldest):
                rows += 1
                start = as_date(change.oldest)
                least = start if least is None or (start is not None and start < least) else least
        return Tally(rows=rows, oldest=least)

    def _streamed(
        self,
        connection: sa.Connection,
        computed: Computed,
        mine: sa.ColumnElement[bool],
        oldest: sa.ColumnElement[Any] | None = None,
    ) -> Iterator[Change]:
        asked = computed.asked(mine, oldest)
        with self._with_keys():
            options = {"yield_per": self.batch}
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
            raise Refused(f"store {self.id!r}: {error}; nothing more was changed") from None

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
            with self.transaction() as connection:
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
        with self.transaction() as connection:
            rows = connection.execution_options(yield_per=self._size(here)).execute(asked)
            yield from ([tuple(found) for found in part] for part in rows.partitions())

    def remaining(self, step: Step, keys: KeySets, sealed: Sequence[Key] | None) -> int:
        """Count what the step should have left none of.

        The same question at the same instant; for sealed rows also whether any of them is left.
        """
        compiler = self._compiler(keys, doing=True)
        here = compiler.here(step.dataset)
        question = meant(step, compiler, here)
        with self.transaction() as connection:
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

    def rows(self, ref: str, where: Mapping[str, object]) -> Sequence[Row]:
        """Give the rows of a dataset whose columns equal the values."""
        dataset = self._dataset(ref)
        rows = table(dataset)
        asked = self._selection(dataset, rows).where(
            *(rows.c[name] == bound(value) for name, value in where.items())
        )
        with self.transaction() as connection:
            found = connection.execute(asked).mappings()
            rows_found = [row for row in map(dict, found) if _holds(row, where)]
            return [with_values_inside(dataset, row) for row in rows_found]

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
        return Readers(self.engine, self._unreachable)

    @cached_property
    def _gatherer(self) -> Gatherer:
        def select(dataset: Dataset) -> sa.Select[Any]:
            return self._selection(dataset, table(dataset))

        comparing = self._comparing if self.dialect == "sqlite" else EXACTLY
        return Gatherer(self.engine, select, self.mapped.dataset, comparing)

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

    def purge(self, datasets: Sequence[str]) -> Erased:
        """Take away what is left of deleted values, as far as the database lets us."""
        return purge(self.engine, [self.mapped.dataset(one) for one in datasets])

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
        return AtOnce(self._texts, self._exchange)

    @cached_property
    def _exchange(self) -> Exchange:
        return Exchange(self.id, self.engine, self._readers, self._unreachable)

    @cached_property
    def _counts(self) -> Counts:
        return Counts(self._texts, self._exchange.read if self.can_at_once(()) else self._answered)

    def _answered(
        self, asked: Sequence[tuple[Written, Sequence[Key]]], keys: KeySets
    ) -> list[Sequence[Any]]:
        with self.transaction() as connection:
            return [connection.exec_driver_sql(*one.spelt(keys)).all() for one, _ in asked]

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

    @cached_property
    def _touched(self) -> Mapping[str, tuple[str, ...]]:
        if self.dialect not in ENGINES:
            return {}
        with self.transaction() as connection:
            return touched_columns(connection, self.mapped)

    def _size(self, here: Here) -> int:
        """Give how many keys go into one statement: fewer where a key has many parts."""
        return min(self.batch, MOST_PARAMETERS // len(here.dataset.key))

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


def _holds(row: Mapping[str, object], where: Mapping[str, object]) -> bool:
    """Tell whether texts are the same, whatever a collation says."""
    texts = ((row[name], value) for name, value in where.items() if isinstance(value, str))
    return all(held == value for held, value in texts if isinstance(held, str))
