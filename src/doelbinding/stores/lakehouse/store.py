"""A lakehouse as a store: the same plans, counted, written by MERGE, and read back.

A table format writes whole files anew, so a step is one transaction where nobody asks for keys.
What the engine says it wrote is not believed; what was changed is found by reading.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa

from doelbinding.binding.circumstances import Key
from doelbinding.binding.expression import Branch, Elsewhere
from doelbinding.binding.justification import Row
from doelbinding.binding.kleene import Truth
from doelbinding.plan.grades import Erased
from doelbinding.plan.model import Deed, Doubt, KeySets, Step
from doelbinding.plan.ports import Announce, Changed, Obstacle, Refused, Tally
from doelbinding.plan.transform import NoKey, Transformer
from doelbinding.policy.stores import Column, ColumnType
from doelbinding.policy.stores import Store as Mapped
from doelbinding.stores.explaining import explained
from doelbinding.stores.lakehouse.compiler import LakeCompiler
from doelbinding.stores.lakehouse.computed import LakeComputed
from doelbinding.stores.lakehouse.dialect import NAME, SparkDialect, written
from doelbinding.stores.lakehouse.flatten import flattened, seen, start_in
from doelbinding.stores.lakehouse.identify import matching
from doelbinding.stores.lakehouse.preflight import obstacles
from doelbinding.stores.lakehouse.purge import KEEP_HOURS, Kept, purge, versions_kept
from doelbinding.stores.lakehouse.session import Lake
from doelbinding.stores.lakehouse.tables import Table
from doelbinding.stores.lakehouse.writing import merge
from doelbinding.stores.sql.carry import answers_of, read_answers, values_of
from doelbinding.stores.sql.compile import Compiler
from doelbinding.stores.sql.computed import Change
from doelbinding.stores.sql.inside import with_values_inside
from doelbinding.stores.sql.meant import asked_by, counted, holds_something, meant
from doelbinding.stores.sql.questions import as_date, unknown
from doelbinding.stores.sql.tables import Here, bound
from doelbinding.stores.sql.truth import is_not_true

BATCH = 5_000
"""Keys in one statement. More are written in several, each of which writes files anew."""

_AS_TEXT = {ColumnType.DATE, ColumnType.TIMESTAMP, ColumnType.INSTANT}


class LakehouseStore:
    """Fulfils `plan.ports.Store` for tables behind one Spark Connect server."""

    def __init__(
        self,
        mapped: Mapped,
        lake: Lake,
        tables: Mapping[str, Table],
        *,
        batch: int = BATCH,
        keep_hours: int = KEEP_HOURS,
        transformer: Transformer = Transformer(),  # noqa: B008 - frozen
    ) -> None:
        self.id = mapped.id
        self.mapped = mapped
        self.lake = lake
        self.tables = tables
        self.batch = batch
        self.keep_hours = keep_hours
        self.transformer = transformer
        self.dialect = SparkDialect(
            {(one.schema_, one.table): tables[one.id].address for one in mapped.datasets}
        )

    def preflight(self, steps: Sequence[Step]) -> list[Obstacle]:
        """Look at the tables themselves for what would go wrong; with no steps, whether one can."""
        if not steps:
            self.lake.ask("SELECT 1")
        return obstacles(self.lake, self.mapped, self.tables, steps)

    def survey(self, steps: Sequence[Step], keys: KeySets) -> Mapping[str, Tally]:
        """Count what each step would find now, in one question per dataset; change nothing."""
        try:
            return self._surveyed(steps, keys)
        except Refused as refused:
            raise explained(refused, partial(self.preflight, steps)) from None

    def _surveyed(self, steps: Sequence[Step], keys: KeySets) -> Mapping[str, Tally]:
        compiler = self._compiler(keys)
        found: dict[str, Tally] = {}
        self._refuse_files(steps)
        for step in steps:
            if step.deed is Deed.TRANSFORM:
                found[step.id] = self._tally_computed(step, compiler)
        others = [step for step in steps if step.deed is not Deed.TRANSFORM]
        for dataset in dict.fromkeys(step.dataset for step in others):
            mine = [step for step in others if step.dataset == dataset]
            (row,) = self._ask(_survey(mine, compiler))
            for n, step in enumerate(mine):
                found[step.id] = Tally(rows=row[2 * n] or 0, oldest=as_date(row[2 * n + 1]))
        return found

    def doubtful(self, doubt: Doubt, keys: KeySets) -> int:
        """Count the rows of which it is unknown whether they are justified."""
        inner, (found,) = seen(
            self._compiler(keys),
            doubt.dataset,
            doubt.values,
            lambda compiler, here: [unknown(doubt, compiler, here)],
            (),
        )
        return self._number(inner, found)

    def select_keys(self, step: Step, keys: KeySets) -> Iterator[list[Key]]:
        """Give the keys of the rows a step finds, in batches."""
        inner, (found,) = seen(
            self._compiler(keys),
            step.dataset,
            asked_by(step),
            lambda compiler, here: [meant(step, compiler, here)],
            self.mapped.dataset(step.dataset).key,
        )
        batch: list[Key] = []
        for key in self._keys_in(inner, found, step.dataset):
            batch.append(key)
            if len(batch) == self.batch:
                yield batch
                batch = []
        if batch:
            yield batch

    def execute(
        self,
        step: Step,
        keys: KeySets,
        sealed: Sequence[Key] | None,
        announce: Announce | None = None,
    ) -> Iterator[Changed]:
        """Do the step: at once if nobody asks for the keys, else so many keys at a time."""
        compiler = self._compiler(keys, doing=True)
        here = compiler.here(step.dataset)
        predicate = meant(step, compiler, here, sealed=sealed is not None)
        if sealed is None and announce is None and step.deed is not Deed.TRANSFORM:
            yield from self._at_once(step, here, predicate)
            return
        computed = self._computed(step, compiler) if step.deed is Deed.TRANSFORM else None
        chosen = list(self._stream_keys(here, predicate)) if sealed is None else sealed
        for chunk in self._chunks(chosen):
            if computed is not None:
                mine = sa.and_(compiler.key_in(_own_key(here), chunk), predicate)
                yield from self._transform(computed, mine, announce)
                continue
            yield from self._by_key(
                step=step,
                compiler=compiler,
                here=here,
                predicate=predicate,
                chunk=chunk,
                announce=announce,
            )

    def _at_once(
        self, step: Step, here: Here, predicate: sa.ColumnElement[bool]
    ) -> Iterator[Changed]:
        before = self._count(here, predicate)
        if before:
            self._merge(step, here, predicate)
            yield Changed(rows=before - self._count(here, predicate))

    def _by_key(
        self,
        *,
        step: Step,
        compiler: LakeCompiler,
        here: Here,
        predicate: sa.ColumnElement[bool],
        chunk: Sequence[Key],
        announce: Announce | None,
    ) -> Iterator[Changed]:
        own = _own_key(here)
        mine = sa.and_(compiler.key_in(own, chunk), predicate)
        found = list(self._stream_keys(here, mine))
        if not found:
            return
        if announce is not None:
            announce(found)
        self._merge(step, here, mine)
        still = sa.and_(compiler.key_in(own, found), _not_done(step, here))
        left = set(self._stream_keys(here, still))
        changed = [key for key in found if key not in left]
        yield Changed(rows=len(changed), keys=changed)

    def _transform(
        self, computed: LakeComputed, mine: sa.ColumnElement[bool], announce: Announce | None
    ) -> Iterator[Changed]:
        """Read values, and write what is made of them; what was written is read again."""
        changes = list(self._changes(computed, mine))
        if not changes:
            return
        if announce is not None:
            announce([change.key for change in changes])
        self.lake.ask(computed.merge(changes, mine))
        own = _own_key(computed.here)
        these = computed.compiler.key_in(own, [change.key for change in changes])
        size = len(own)
        now = {tuple(r[:size]): r[size + 1] for r in self.lake.ask(computed.question(these))}
        done = [one.key for one in changes if one.key in now and now[one.key] == one.new]
        yield Changed(rows=len(done), keys=done)

    def _changes(
        self,
        computed: LakeComputed,
        mine: sa.ColumnElement[bool],
    ) -> Iterator[Change]:
        yield from self._made(computed, computed.question(mine))

    def _made(self, computed: LakeComputed, question: str) -> Iterator[Change]:
        try:
            yield from computed.changes(self.lake.stream(question))
        except NoKey as error:
            raise Refused(f"store {self.id!r}: {error}; without it no value is changed") from None

    def _computed(self, step: Step, compiler: LakeCompiler) -> LakeComputed:
        (one,) = step.columns
        address = self.tables[step.dataset].address
        return LakeComputed(
            step=step,
            here=compiler.here(step.dataset),
            compiler=compiler,
            transformer=self.transformer,
            address=address,
            held_as=dict(self.lake.columns(address))[one.written],
        )

    def _tally_computed(self, step: Step, compiler: LakeCompiler) -> Tally:
        """Count the rows whose value would change, one by one, in memory that stays the same."""
        rows, least = 0, None
        computed = self._computed(step, compiler)
        for change in self._made(computed, computed.counting(asked_by(step))):
            rows += 1
            dated = None if change.oldest is None else as_date(change.oldest)
            least = dated if least is None or (dated is not None and dated < least) else least
        return Tally(rows=rows, oldest=least)

    def remaining(self, step: Step, keys: KeySets, sealed: Sequence[Key] | None) -> int:
        """Count what the step should have left none of; of sealed rows, also any that is left."""
        compiler = self._compiler(keys, doing=True)
        here = compiler.here(step.dataset)
        question = meant(step, compiler, here)
        left = self._left(step, compiler, question)
        again = meant(step, compiler, here, sealed=True)
        for chunk in self._chunks(sealed or ()):
            mine = compiler.key_in(_own_key(here), chunk)
            left += self._left(step, compiler, sa.and_(mine, again, is_not_true(question)))
        return left

    def _left(self, step: Step, compiler: LakeCompiler, mine: sa.ColumnElement[bool]) -> int:
        if step.deed is Deed.TRANSFORM:
            return sum(1 for _ in self._changes(self._computed(step, compiler), mine))
        return self._count(compiler.here(step.dataset), mine)

    def rows(self, ref: str, where: Mapping[str, object]) -> Sequence[Row]:
        """Give the rows of a dataset whose columns equal the values."""
        here = self._here(ref)
        equal = [here.column(name) == bound(value) for name, value in where.items()]
        return self._rows(here, sa.and_(sa.true(), *equal))

    def match(
        self, ref: str, column: str, kind: str, values: Sequence[str], country: str | None = None
    ) -> Sequence[Row]:
        """Give the rows whose identifying column holds one of the normalised values of a kind."""
        here = self._here(ref)
        asked, judge = matching(here, column, kind, values, country)
        return [row for row in self._rows(here, asked) if judge(row[column])]

    def values(self, ref: str, column: str) -> Iterator[str | int]:
        """Yield each value that a column of a dataset holds, once."""
        asked = values_of(self._here(ref), column, NAME)
        for row in self.lake.stream(written(asked, self.dialect)):
            yield row[0]

    def answers(self, elsewhere: Elsewhere, branch: Branch) -> Iterator[tuple[str | int, Truth]]:
        """Yield per value of an identifying column what the branch's rows with it say."""
        compiler = self._compiler({})
        here = compiler.here(elsewhere.ref.partition(".")[2])
        asked = answers_of(here, elsewhere.column, branch, compiler)
        yield from read_answers(self.lake.stream(written(asked, self.dialect)))

    def purge(self, datasets: Sequence[str], gone_by: datetime | None = None) -> Erased:
        """Take deleted values out of versions older than `keep_hours`."""
        mapped = [self.mapped.dataset(one) for one in datasets]
        kept = Kept(hours=self.keep_hours, gone_by=gone_by)
        return purge(self.lake, mapped, self.tables, kept)

    def versions_kept(self, datasets: Sequence[str]) -> timedelta | None:
        """Give how long older versions are kept of some tables; none where that is not known."""
        return versions_kept(self.lake, [self.tables[one] for one in datasets], self.keep_hours)

    def close(self) -> None:
        """End the session; the next use begins a new one."""
        self.lake.close()

    def _refuse_files(self, steps: Sequence[Step]) -> None:
        """Refuse what a lakehouse cannot do: removing files that rows name.

        Raises:
            Refused: a step's rows name files.
        """
        for step in steps:
            if step.files:
                raise Refused(
                    f"{step.ref}: files that rows of a lakehouse name are not removed: leave "
                    "`file_in` out, and see to the files by other means"
                )

    def _compiler(self, keys: KeySets, *, doing: bool = False) -> LakeCompiler:
        return LakeCompiler(
            store=self.mapped, dialect=NAME, keys=keys, doing=doing, spark=self.dialect
        )

    def _here(self, ref: str) -> Here:
        return self._compiler({}).here(ref.partition(".")[2])

    def _ask(self, asked: sa.Select[Any]) -> list[Any]:
        return self.lake.ask(written(asked, self.dialect))

    def _count(self, here: Here, predicate: sa.ColumnElement[bool]) -> int:
        inner, (found,) = flattened(here, [predicate], (), self.dialect)
        return self._number(inner, found)

    def _number(self, inner: sa.Subquery, found: sa.ColumnElement[bool]) -> int:
        asked = sa.select(sa.func.count()).select_from(inner).where(found)
        return int(self._ask(asked)[0][0])

    def _stream_keys(self, here: Here, predicate: sa.ColumnElement[bool]) -> Iterator[Key]:
        inner, (found,) = flattened(here, [predicate], here.dataset.key, self.dialect)
        yield from self._keys_in(inner, found, here.dataset.id)

    def _keys_in(
        self, inner: sa.Subquery, found: sa.ColumnElement[bool], dataset: str
    ) -> Iterator[Key]:
        key = self.mapped.dataset(dataset).key
        asked = sa.select(*(inner.c[name] for name in key)).where(found)
        for row in self.lake.stream(written(asked, self.dialect)):
            yield tuple(row)

    def _merge(self, step: Step, here: Here, mine: sa.ColumnElement[bool]) -> None:
        address = self.tables[step.dataset].address
        self.lake.ask(merge(step, here, mine, address, self.dialect))

    def _chunks(self, keys: Sequence[Key]) -> Iterator[Sequence[Key]]:
        for start in range(0, len(keys), self.batch):
            yield keys[start : start + self.batch]

    def _rows(self, here: Here, predicate: sa.ColumnElement[bool]) -> list[Row]:
        held = [one for one in here.dataset.columns if one.inside is None]
        asked = sa.select(*(_read(here, one) for one in held))
        asked = asked.select_from(here.rows).where(predicate)
        names = [one.name for one in held]
        rows = (dict(zip(names, row, strict=True)) for row in self._ask(asked))
        return [with_values_inside(here.dataset, row) for row in rows]


def _survey(steps: Sequence[Step], compiler: LakeCompiler) -> sa.Select[Any]:
    """Ask for the number of rows and the earliest start of several steps at once."""

    def telling(asking: Compiler, here: Here) -> list[sa.ColumnElement[Any]]:
        told: list[sa.ColumnElement[Any]] = []
        for step in steps:
            told.append(counted(step, asking, here))
            start = start_in(step.needed, here, compiler)
            told.append(sa.null() if start is None else start)
        return told

    asked_of = [one for step in steps for one in asked_by(step)]
    inner, told = seen(compiler, steps[0].dataset, asked_of, telling, ())
    any_ = sa.or_(*told[::2])  # so that files are passed over whose statistics rule them out
    told[::2] = [sa.case((found, _ONE), else_=_NONE) for found in told[::2]]
    labelled = [one.label(f"told_{n}") for n, one in enumerate(told)]
    asked = sa.select(*labelled).select_from(inner).where(any_).subquery("asked")
    outer: list[sa.ColumnElement[Any]] = []
    for n in range(0, len(told), 2):
        count, least = asked.c[f"told_{n}"], asked.c[f"told_{n + 1}"]
        outer += [sa.func.sum(count), sa.func.min(sa.case((count == _ONE, least)))]
    return sa.select(*outer)


_ONE: sa.ColumnElement[int] = sa.literal_column("1")
_NONE: sa.ColumnElement[int] = sa.literal_column("0")


def _not_done(step: Step, here: Here) -> sa.ColumnElement[bool]:
    """Give whether the deed is still to be done to a row that is there."""
    if step.deed is Deed.DELETE:
        return sa.true()
    return sa.or_(*(holds_something(here, one, folds=False) for one in step.columns))


def _own_key(here: Here) -> list[sa.ColumnElement[Any]]:
    return [here.column(name) for name in here.dataset.key]


def _read(here: Here, column: Column) -> sa.ColumnElement[Any]:
    held = here.column(column.name)
    return (sa.cast(held, sa.Text) if column.type in _AS_TEXT else held).label(column.name)
