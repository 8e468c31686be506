"""A small plan carried out at once: found, done in one transaction, read back, in few exchanges.

The deeds are those of the long way, statement by statement: each repeats its predicate on the row
it changes. What is found and what is read back comes over connections that never write.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import sqlalchemy as sa

from doelbinding.binding.circumstances import Key
from doelbinding.plan.model import Doubt, KeySets, Step
from doelbinding.plan.ports import Refused
from doelbinding.policy.stores import Store
from doelbinding.stores.sql.compile import Compiler
from doelbinding.stores.sql.deeds import Deeds
from doelbinding.stores.sql.meant import counted, meant
from doelbinding.stores.sql.questions import unknown
from doelbinding.stores.sql.readers import Readers
from doelbinding.stores.sql.written import Texts, Written, own_keys

_LOST = ("57P", "08")  # the server stops, the connection fails; without a state it is gone


class AtOnce:
    """Carries small plans out on one PostgreSQL database.

    Args:
        store: as the policy maps it.
        engine: of the database.
        readers: its reading connections.
    """

    def __init__(self, store: Store, engine: sa.Engine, readers: Readers) -> None:
        self._id = store.id
        self._engine, self._readers = engine, readers
        self._texts = Texts(store, engine.dialect)

    def can(self, steps: Sequence[Step], doubts: Sequence[Doubt]) -> bool:
        """Tell whether every statement about these can be kept as text."""
        return all(map(self._texts.can, steps)) and all(map(self._texts.can, doubts))

    def find(
        self, steps: Sequence[Step], doubts: Sequence[Doubt], keys: KeySets
    ) -> tuple[dict[str, list[Key]], list[int]]:
        """Give the keys of the rows that each step finds now, and how many rows are in doubt."""
        asked: list[tuple[Written, Sequence[Key]]] = [(self._finding(s), ()) for s in steps]
        asked += [(self._doubting(doubt), ()) for doubt in doubts]
        with self._readers.connection() as driver, self._refusing():
            found = _pipelined(driver, asked, keys)
        by_step = {step.id: rows for step, rows in zip(steps, found, strict=False)}
        return by_step, [int(rows[0][0]) for rows in found[len(steps) :]]

    def do(
        self, steps: Sequence[Step], keys: KeySets, found: Mapping[str, Sequence[Key]]
    ) -> dict[str, list[Key]]:
        """Do the steps in order in one transaction, on the rows found; give the keys changed."""
        asked = [(self._doing(step), found[step.id]) for step in steps]
        pooled = self._engine.raw_connection()
        try:
            with self._refusing():
                changed = _pipelined(pooled.driver_connection, asked, keys, transaction=True)
        except BaseException:
            with suppress(self._engine.dialect.loaded_dbapi.Error):  # lost: nothing to roll back
                pooled.rollback()
            raise
        finally:
            pooled.close()
        return {step.id: rows for step, rows in zip(steps, changed, strict=True)}

    def left(
        self, steps: Sequence[Step], keys: KeySets, found: Mapping[str, Sequence[Key]]
    ) -> dict[str, int]:
        """Count what the steps should have left none of: by the same question, and by key."""
        asked = [(self._left(step), found[step.id]) for step in steps]
        with self._readers.connection() as driver, self._refusing():
            answers = _pipelined(driver, asked, keys)
        return {step.id: int(rows[0][0]) for step, rows in zip(steps, answers, strict=True)}

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        driver = self._engine.dialect.loaded_dbapi
        try:
            yield
        except driver.Error as error:
            state = getattr(error, "sqlstate", None)
            named = f"{type(error).__name__} {state or ''}".strip()
            failed = isinstance(error, driver.OperationalError)
            if failed and (state or _LOST[0]).startswith(_LOST):
                raise Refused(
                    f"store {self._id!r} was lost ({named}): whether this batch was changed is not "
                    "known; run the same plan again, which goes on from what is there"
                ) from None
            raise Refused(
                f"store {self._id!r} refused a statement ({named}): nothing of this batch was "
                "changed; mend the cause and run the same plan again"
            ) from None

    def _finding(self, step: Step) -> Written:
        def make(compiler: Compiler) -> sa.Executable:
            here = compiler.here(step.dataset)
            own = [here.column(name) for name in here.dataset.key]
            return sa.select(*own).where(counted(step, compiler, here))

        return self._texts.give("find", step, make)

    def _doing(self, step: Step) -> Written:
        def make(compiler: Compiler) -> sa.Executable:
            here = compiler.here(step.dataset)
            statement = Deeds(step=step, here=here, dialect="postgresql").statement()
            mine = meant(step, compiler, here, sealed=step.sealed)
            own = [here.column(name) for name in here.dataset.key]
            done: sa.Executable = statement.where(own_keys(here), mine).returning(*own)
            return done

        return self._texts.give("do", step, make)

    def _doubting(self, doubt: Doubt) -> Written:
        def make(compiler: Compiler) -> sa.Executable:
            here = compiler.here(doubt.dataset)
            return (
                sa.select(sa.func.count())
                .select_from(here.rows)
                .where(unknown(doubt, compiler, here))
            )

        return self._texts.give("doubt", doubt, make)

    def _left(self, step: Step) -> Written:
        def make(compiler: Compiler) -> sa.Executable:
            here = compiler.here(step.dataset)
            left = meant(step, compiler, here)
            if step.sealed:
                again = meant(step, compiler, here, sealed=True)
                left = sa.or_(left, sa.and_(own_keys(here), again))
            return sa.select(sa.func.count()).select_from(here.rows).where(left)

        return self._texts.give("left", step, make)


def _pipelined(
    driver: Any,
    asked: Sequence[tuple[Written, Sequence[Key]]],
    keys: KeySets,
    *,
    transaction: bool = False,
) -> list[list[Key]]:
    """Send all statements before waiting for the first answer; together if in a transaction."""
    with driver.pipeline():
        if transaction:
            driver.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        cursors = [
            driver.execute(written.text, written.values(keys, own), prepare=True)
            for written, own in asked
        ]
        if transaction:
            driver.commit()
    return [cursor.fetchall() for cursor in cursors]
