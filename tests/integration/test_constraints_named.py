"""Where a constraint refuses a statement, it is named, and no value is."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from doelbinding.stores.sql.causes import cause
from tests.integration.one_table import say

ALL = pytest.mark.parametrize("name", ["sqlite", "postgresql", "mariadb"])
VALUE = "for key 'x' CONSTRAINT `y` of Anna"
TABLES = (
    "CREATE TABLE base (id INTEGER PRIMARY KEY)",
    (
        "CREATE TABLE leaf (id INTEGER PRIMARY KEY, base INTEGER, word VARCHAR(60) NOT NULL, "
        "size INTEGER, CONSTRAINT one_word UNIQUE (word), CONSTRAINT small CHECK (size < 9), "
        "CONSTRAINT on_base FOREIGN KEY (base) REFERENCES base (id))"
    ),
    "INSERT INTO base VALUES (1)",
)
BREAKS = {
    "INSERT INTO leaf VALUES (2, NULL, :value, 1)": ("one_word", "leaf.word", "UNIQUE"),
    "UPDATE leaf SET size = 10": ("small",),
    "UPDATE leaf SET word = NULL": ("word",),
    "DELETE FROM base": ("on_base", "foreign key"),
}


@ALL
@pytest.mark.parametrize("statement", BREAKS)
def test_the_constraint_is_named(name: str, statement: str, request: pytest.FixtureRequest) -> None:
    engine: sa.Engine = request.getfixturevalue(name)
    say(engine, *TABLES)
    told = {"value": VALUE}
    with engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO leaf VALUES (1, 1, :value, 1)"), told)
    with pytest.raises(sa.exc.DBAPIError) as refused, engine.begin() as connection:
        connection.execute(sa.text(statement), told if "value" in statement else {})
    said = cause(refused.value)
    assert any(one in said for one in BREAKS[statement])
    assert "Anna" not in said


@pytest.mark.parametrize("name", ["postgresql", "mariadb"])
def test_its_table_too(name: str, request: pytest.FixtureRequest) -> None:
    engine: sa.Engine = request.getfixturevalue(name)
    say(engine, *TABLES, "INSERT INTO leaf VALUES (1, 1, 'a', 1)")
    with pytest.raises(sa.exc.DBAPIError) as refused:
        say(engine, "DELETE FROM base")
    assert "on_base" in cause(refused.value)
    assert "of table" in cause(refused.value)
    assert "leaf" in cause(refused.value)
