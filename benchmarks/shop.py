"""A web shop of eleven tables, in the size wanted, with its policy."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import cache

from benchmarks.customers import POLICIES
from benchmarks.server import Connection, Server, analysed, execute, read_sql
from doelbinding.plan.identifiers import WEAK
from doelbinding.policy.load import load
from doelbinding.policy.model import Policy
from doelbinding.stores.sql.identify import serving_indexes

AT = datetime(2026, 1, 15, 12, tzinfo=UTC)
SEED = "bench_shop"
_PEOPLE = 10_000
_TABLES = (
    "address", "customer", "employee", "login", "order_item", "orders", "payment_card", "product",
    "report", "service_request", "visit",
)  # fmt: skip


def create(server: Server, people: int, database: str = SEED, *, indexed: bool = False) -> None:
    """Make the shop; `indexed` adds what Doelbinding's way of looking people up wants."""
    server.create(database)
    with server.connect(database) as connection:
        execute(connection, resized(read_sql("shop/create"), people))
        for statement in _identifying_indexes() if indexed else ():
            execute(connection, statement)
    analysed(server, database)


def _identifying_indexes() -> Iterator[str]:
    """Yield the indexes per identifying column that `preflight` names."""
    for _, dataset in policy().datasets():
        for column in dataset.columns:
            kind = column.identifier
            if kind is not None and kind not in WEAK:
                yield from serving_indexes(dataset.table, column.name, kind, column, "postgresql")


def resized(written: str, people: int) -> str:
    """Give the file for another number of people; every number in it follows from theirs."""
    wanted = {
        _PEOPLE * n // 2: people * n // 2 for n in (2, 3, 4, 10, 20, 40)
    } | {9_900: people * 99 // 100, 20_050: people * 2 + 50}  # fmt: skip

    def number(found: re.Match[str]) -> str:
        return str(wanted.get(int(found[0]), found[0]))

    return re.sub(r"\b\d{4,6}\b", number, written)


@cache
def policy() -> Policy:
    """Give the shop's policy."""
    return load(POLICIES / "shop")


def email(person: int) -> str:
    """Give the address of a person of the shop."""
    return f"customer-{person}@example.com"


def some_people(people: int, count: int) -> Sequence[int]:
    """Give people spread over the shop, also over the households at its end."""
    return [(n * people) // count + 1 for n in range(count)]


def left(connection: Connection) -> list[object]:
    """Give the number of rows and a hash of all that is in them, per table."""
    asked = "SELECT count(*), sum(hashtextextended({0}::text, 0)) FROM {0}"
    return [
        (name, execute(connection, asked.format(name)).fetchone()) for name in _TABLES
    ]  # fmt: skip
