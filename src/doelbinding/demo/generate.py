"""Fill five databases with the people of a group of companies, the same every time.

Rows depend on the number of people, the seed and the day alone. People are drawn and written in
parts, so memory stays flat; each store draws from its own source of chance, so one store's schema
can change without disturbing another's rows.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from itertools import islice
from random import Random
from typing import Final

from sqlalchemy import Connection, Engine, inspect, text

from doelbinding.demo import crm, erp, events, hr, web
from doelbinding.demo.boundaries import BoundaryRow
from doelbinding.demo.people import Household, draw_households
from doelbinding.demo.store import Rows, Store

STORES: Final[tuple[Store, ...]] = (crm.STORE, erp.STORE, events.STORE, hr.STORE, web.STORE)
PART: Final = 2_000  # households written at a time


class NotEmptyError(Exception):
    """A database for the demonstration already holds tables that would be written to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many rows were written, per store and table."""

    rows: Mapping[str, Mapping[str, int]]

    @property
    def total(self) -> int:
        """All rows of all stores."""
        return sum(sum(tables.values()) for tables in self.rows.values())


def generate(engines: Mapping[str, Engine], *, people: int, seed: int, at: date) -> Counts:
    """Create the tables of every store and fill them.

    Args:
        engines: an engine per store name, each with an empty database.
        people: how many persons to draw, besides the cast and the boundary rows.
        seed: where chance starts.
        at: the day on which the data is as it is; all dates are relative to it.

    Raises:
        NotEmptyError: a table already exists; nothing was written.
    """
    counted = {store.name: Counter[str]() for store in STORES}
    with ExitStack() as stack:
        open_ = {s.name: stack.enter_context(engines[s.name].begin()) for s in STORES}
        for store in STORES:
            _refuse_existing(open_[store.name], store)
        for name, rows in _all_rows(people, seed, at, open_):
            counted[name].update(rows)
        for store in STORES:
            _analyse(open_[store.name], store)
    return Counts(rows={name: dict(tables) for name, tables in counted.items()})


def boundary_rows(at: date) -> tuple[BoundaryRow, ...]:
    """Return every row that lies within a day of the end of its term, for data made for `at`."""
    return tuple(row for store in STORES for row in store.boundary(at, Rows()))


def _all_rows(
    people: int, seed: int, at: date, open_: Mapping[str, Connection]
) -> Iterator[tuple[str, dict[str, int]]]:
    chances = {store.name: Random(f"{seed}:{store.name}") for store in STORES}  # noqa: S311 - invented data
    for store in STORES:
        store.metadata.create_all(open_[store.name])
        fixed = Rows()
        store.cast(at, fixed)
        store.boundary(at, fixed)
        yield store.name, _insert(open_[store.name], store, fixed)
    draw = Random(f"{seed}:people")  # noqa: S311 - invented data
    for part in _parts(draw_households(people, draw, at), PART):
        for store in STORES:
            rows = Rows()
            for home in part:
                store.household(home, chances[store.name], at, rows)
            yield store.name, _insert(open_[store.name], store, rows)


def _refuse_existing(connection: Connection, store: Store) -> None:
    existing = set(inspect(connection).get_table_names()) & set(store.metadata.tables)
    if existing:
        raise NotEmptyError(
            f"store {store.name}: {connection.engine.url.database} already has "
            f"{', '.join(sorted(existing))}; give an empty database"
        )


def _insert(connection: Connection, store: Store, rows: Rows) -> dict[str, int]:
    """Insert parents before children, and return how many rows went where."""
    inserted = {}
    for table in store.metadata.sorted_tables:
        if values := rows.of(table):
            connection.execute(table.insert(), values)
        inserted[table.name] = len(values)
    return inserted


def _analyse(connection: Connection, store: Store) -> None:
    """Gather statistics, table by table: all at once would lock catalogs that databases share."""
    quote = connection.dialect.identifier_preparer.format_table
    for table in store.metadata.sorted_tables:
        connection.execute(text(f"ANALYZE {quote(table)}"))


def _parts(households: Iterable[Household], size: int) -> Iterator[list[Household]]:
    iterator = iter(households)
    while part := list(islice(iterator, size)):
        yield part
