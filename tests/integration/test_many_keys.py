"""Keys by the thousand are looked for as few are, in whatever form they go in (engine findings)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa

from doelbinding.binding.circumstances import Key
from doelbinding.stores.sql import lists
from doelbinding.stores.sql.lists import can_be_listed, in_list
from doelbinding.stores.sql.widths import of_width

HELD = ("1", "01", "a", "A", "a ", "\u00e9", "e\u0301", "", "2.0", "9007199254740993", 'q"\\')
KEYS: Sequence[Key] = [
    *((text,) for text in HELD),
    *((n,) for n in range(1, 700)),
    (9007199254740993,),
]


@pytest.mark.parametrize("affinity", ["INTEGER", "TEXT", "NUMERIC", "REAL", ""])
def test_a_list_finds_in_sqlite_what_parameters_find(tmp_path: Path, affinity: str) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'keys.sqlite'}")
    column = sa.column("value", sa.types.NullType())  # as the list's own column is called
    with engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE TABLE held (value {affinity})")
        for text in (*HELD, *range(1, 5), 9007199254740993, 1.0, None):
            connection.exec_driver_sql("INSERT INTO held VALUES (?)", (text,))

        rows = sa.table("held", column)

        def found(condition: sa.ColumnElement[bool]) -> list[object]:
            asked = sa.select(sa.literal_column("held.rowid")).select_from(rows)
            return list(connection.execute(asked.where(condition)).scalars())

        numbers = affinity != "TEXT"
        keys = KEYS if numbers else [key for key in KEYS if isinstance(key[0], str)]
        assert can_be_listed(KEYS, [numbers]) is numbers
        given = [sa.bindparam(None, key[0], sa.types.NullType(), unique=True) for key in keys]
        by_parameters = found(column.in_(given))
        assert found(in_list([column], keys)) == by_parameters
        assert by_parameters
        pairs = [(*key, *key) for key in keys]
        by_parameters = found(sa.tuple_(column, column).in_(pairs))
        assert found(in_list([column, column], pairs)) == by_parameters
        assert by_parameters
    engine.dispose()


@pytest.mark.parametrize("part", ["a\0b", b"a", 1.5, 1 << 63])
def test_what_json_has_not_goes_in_as_parameters(part: object) -> None:
    few = [(n,) for n in range(lists._FEW + 1)]
    assert can_be_listed(few, [True])
    assert not can_be_listed([*few, (part,)], [True])


@pytest.mark.parametrize(("bits", "kind"), [(16, "smallint"), (32, "integer"), (64, "bigint")])
def test_numbers_go_in_as_the_column_has_them_where_they_fit(
    postgresql_uri: str, bits: int, kind: str
) -> None:
    """A reference may be narrower than what it refers to, or widened while we look."""
    largest = (1 << bits - 1) - 1
    beyond = min(largest + 1, (1 << 63) - 2)
    engine = sa.create_engine(sa.make_url(postgresql_uri).set(drivername="postgresql+psycopg"))
    with engine.connect() as connection:

        def found(values: list[object]) -> object:
            asked = sa.text("SELECT pg_typeof(:n)::text, 1 = any(:n), 2 = any(:n)")
            return tuple(connection.execute(asked, {"n": of_width(values, bits)}).one())

        assert found([1, largest]) == (f"{kind}[]", True, False)
        assert found([1, beyond])[1:] == (True, False)  # type: ignore[index]
    engine.dispose()
