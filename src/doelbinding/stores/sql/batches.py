"""In which pieces a step is done: by keys when few rows go, by ranges of the table when many do.

Ranges of pages are the fastest form on PostgreSQL, ranges of the key on engines that store rows by
it. Each piece is one short transaction; every statement repeats the predicate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import sqlalchemy as sa

from doelbinding.stores.sql.descent import BELOW
from doelbinding.stores.sql.sizes import rows_estimated
from doelbinding.stores.sql.tables import Here, bound, qualified

Ask = Callable[[sa.Executable], Any]
"""Runs a question in a transaction of its own and gives the first column of the first row."""

PAGES = 1000
KEYS = 20_000
MANY = 0.02
"""The share of a table's rows beyond which reading ranges of it costs less than finding keys."""


def are_many(expected: int, here: Here, dialect: str, ask: Ask) -> bool:
    """Tell whether so many rows go that the table is best walked in ranges."""
    if expected <= KEYS:
        return False
    estimate = rows_estimated(here.dataset, dialect)
    counted = sa.select(sa.func.count()).select_from(here.rows)
    rows = ask(counted if estimate is None else estimate)
    return rows is not None and expected > MANY * float(rows)


def ranges(here: Here, dialect: str, ask: Ask) -> Iterator[sa.ColumnElement[bool]]:
    """Yield conditions that together meet every row of the table."""
    if dialect == "postgresql":
        yield from _pages(here, ask)
    else:
        yield from _keys(here, ask)


def _pages(here: Here, ask: Ask) -> Iterator[sa.ColumnElement[bool]]:
    """Yield ranges of pages, also of those by which the table grows meanwhile."""
    place: sa.ColumnElement[Any] = sa.literal_column(f"{_qualified(here)}.ctid")
    first, last = 0, int(ask(_size(here)))
    while first < last:
        for page in range(first, last, PAGES):
            beyond = min(page + PAGES, last)
            yield sa.and_(place >= _tid(page), place < _tid(beyond))
        first, last = last, int(ask(_size(here)))


def _size(here: Here) -> sa.Executable:
    """Give the question for the pages of a table, or of the largest among its parts.

    A place is one in each part, so that a range of pages meets rows of every part.
    """
    asked = (
        f"WITH RECURSIVE {BELOW} "  # noqa: S608 - our own text
        "SELECT max(pg_relation_size(id)) / current_setting('block_size')::int FROM below"
    )
    return sa.text(asked).bindparams(name=_qualified(here))


def _tid(page: int) -> sa.ColumnElement[Any]:
    return sa.cast(sa.bindparam(None, f"({page},0)", type_=sa.Text, unique=True), _Tid())


class _Tid(sa.types.UserDefinedType[Any]):
    """PostgreSQL's place of a row."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """Name the type in a cast."""
        return "tid"


def _keys(here: Here, ask: Ask) -> Iterator[sa.ColumnElement[bool]]:
    """Yield ranges of the key's first column, each of so many rows or one value."""
    own = here.column(here.dataset.key[0])
    last: object = None
    while True:
        asked = sa.select(own).order_by(own).offset(KEYS).limit(1)
        upto = ask(asked if last is None else asked.where(own > bound(last)))
        above = [] if last is None else [own > bound(last)]
        if upto is None:
            yield sa.and_(sa.true(), *above)
            return
        yield sa.and_(*above, own <= bound(upto))
        last = upto


def _qualified(here: Here) -> str:
    return qualified(here.dataset.table, here.dataset.schema_)
