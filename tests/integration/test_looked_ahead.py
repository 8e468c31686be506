"""`plan` says what stands in the way also where nothing goes yet (R-II.5)."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.integration.forked import run
from tests.integration.mill import DAY, MILL, build

LATER = "not in the way of this plan, but of a later one:"
REFUSAL = "refuses: shop.buyer: column 'remark' may not be null"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made, *filled = MILL.tables["shop"]
    strict = made.replace("remark VARCHAR(80)", "remark VARCHAR(80) NOT NULL")
    return build(
        tmp_path / "mill", world=replace(MILL, tables={**MILL.tables, "shop": (strict, *filled)})
    )


def _planned(folder: Path) -> list[str]:
    done = run("plan", "--at", DAY, folder=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_what_is_in_the_way_of_a_plan_is_said_of_that_plan(folder: Path) -> None:
    told = _planned(folder)
    assert LATER not in told
    assert [line.startswith(REFUSAL) for line in told].count(True) == 1


def test_what_will_be_in_the_way_is_said_of_a_table_without_rows(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "stores" / "shop.sqlite")) as shop, shop:
        shop.execute("DELETE FROM buyer")
    told = _planned(folder)
    after = told[told.index(LATER) + 1 :]
    assert [line.startswith(REFUSAL) for line in after].count(True) == 1
    assert not any(line.startswith("refuses:") for line in told[: told.index(LATER)])


def test_where_nothing_will_be_in_the_way_nothing_is_said(tmp_path: Path) -> None:
    assert LATER not in _planned(build(tmp_path / "mill"))
