"""Spans of a column are joined only where what they count stays the same."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from doelbinding.binding.expression import Compare, Comparison
from doelbinding.plan.model import Deed, Emptied
from doelbinding.policy.stores import Column, ColumnType
from doelbinding.stores.sql.store import SqlStore
from tests.integration.one_table import COLUMNS, ENDED, ROWS, TABLE, mapped, say, step


def at_least(column: str, value: int) -> Compare:
    return Compare(column=column, by=Comparison.AT_LEAST, value=value)


@pytest.mark.parametrize(("kind", "below"), [("TEXT", 0), ("", 1), ("INTEGER", 2)])
def test_numbers_that_sqlite_holds_as_texts(kind: str, below: int, sqlite: sa.Engine) -> None:
    """To a column of texts 10 is before 5; there and anywhere a text is no number."""
    say(
        sqlite,
        f"CREATE TABLE person (id INTEGER PRIMARY KEY, name, mail, ended, size {kind})",
        "INSERT INTO person VALUES (1, '', '', NULL, 5), (2, '', '', NULL, '1')",
        "INSERT INTO person VALUES (3, '', '', NULL, 12)",
    )
    store = SqlStore(mapped((*COLUMNS, Column(name="size", type=ColumnType.INTEGER))), sqlite)
    empties = step(Deed.EMPTY, at_least("size", 9), Emptied(column="mail"), name="s002")
    steps = [step(Deed.DELETE, at_least("size", 10)), empties]
    alone = {one.id: store.survey([one], {})[one.id].rows for one in steps}
    assert alone == {"s001": below, "s002": below}
    assert {name: tally.rows for name, tally in store.survey(steps, {}).items()} == alone


@pytest.mark.parametrize("value", [20100601000000, 20300101000000])
def test_an_instant_that_is_compared_with_a_number_too(mariadb: sa.Engine, value: int) -> None:
    say(mariadb, TABLE.replace("DATE", "DATETIME"), ROWS)
    columns = (*COLUMNS[:-1], Column(name="ended", type=ColumnType.INSTANT))
    store = SqlStore(mapped(columns), mariadb)
    empties = step(Deed.EMPTY, at_least("ended", value), Emptied(column="mail"), name="s002")
    steps = [step(Deed.DELETE, ENDED), empties]
    alone = {one.id: store.survey([one], {})[one.id].rows for one in steps}
    assert {name: tally.rows for name, tally in store.survey(steps, {}).items()} == alone
