"""One table of people, a plan on it, and its run: for what databases do behind our back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

import sqlalchemy as sa

from doelbinding.binding.expression import Compare, Comparison, Expression, Since
from doelbinding.plan.journal import MemoryJournal
from doelbinding.plan.model import Deed, Emptied, Plan, PlanKind, Step
from doelbinding.plan.run import Bound, Outcome, run
from doelbinding.plan.survey import surveyed
from doelbinding.policy.stores import Column, ColumnType, Dataset
from doelbinding.policy.stores import Store as Mapped
from doelbinding.stores.sql.store import SqlStore

COLUMNS = (
    Column(name="id", type=ColumnType.INTEGER),
    Column(name="name", category="n"),
    Column(name="mail", category="n"),
    Column(name="ended", type=ColumnType.DATE),
)
ENDED = Since(
    column="ended",
    day=date(2020, 1, 1),
    zone="Europe/Amsterdam",
    earliest=date(1950, 1, 1),
    latest=date(2150, 1, 1),
    when_null=True,
)
IS_K = Compare(column="kind", by=Comparison.EQUALS, value="K")
TABLE = (
    "CREATE TABLE person (id INTEGER PRIMARY KEY, name VARCHAR(40), mail VARCHAR(40), ended DATE)"
)
ROWS = (
    "INSERT INTO person VALUES (1,'a','a','2010-01-01'),(2,'b','b','2011-01-01'),(3,'c','c',NULL)"
)


def say(engine: sa.Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def mapped(
    columns: Sequence[Column] = COLUMNS, *others: Dataset, schema: str | None = None
) -> Mapped:
    person = Dataset(
        id="person",
        table="person",
        key=("id",),
        label={},
        person=True,
        columns=tuple(columns),
        schema_=schema,
    )
    return Mapped(id="s", label={}, country="NL", datasets=(person, *others))


def step(
    deed: Deed, needed: Expression = ENDED, *columns: Emptied, name: str = "s001", expected: int = 0
) -> Step:
    return Step(
        id=name,
        store="s",
        dataset="person",
        controller=None,
        deed=deed,
        needed=needed,
        columns=columns,
        expected=expected,
    )


def plan(*steps: Step) -> Plan:
    at = datetime(2026, 11, 23, tzinfo=UTC)
    return Plan(kind=PlanKind.RETENTION, policy="0" * 64, at=at, steps=steps)


class Meddled(MemoryJournal):
    """A journal that lets somebody else act when a step starts, after the catalogue was read."""

    def __init__(self, meddle: Callable[[], None]) -> None:
        super().__init__()
        self._meddle = meddle

    def intend(self, step: str) -> None:
        super().intend(step)
        self._meddle()


def done(store: SqlStore, *steps: Step, meddle: Callable[[], None] | None = None) -> Outcome:
    """Plan and run steps; one by one, as a run that was begun before, where somebody meddles."""
    made = surveyed(plan(*steps), {"s": store}, {}, b"secret")
    journal = MemoryJournal() if meddle is None else Meddled(meddle)
    if meddle is not None:
        for step in made.steps:
            MemoryJournal.intend(journal, step.id)
    return run(made, {"s": store}, {}, journal, bound=Bound(share=0.0))


def left(
    engine: sa.Engine, asked: str = "SELECT * FROM person ORDER BY id"
) -> list[tuple[object, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(asked)]


def renamed(one: Step, name: str) -> Step:
    return replace(one, id=name)
