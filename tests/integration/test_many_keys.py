"""Keys by the thousand are looked for as few are, in whatever form they go in (engine findings)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from psycopg.sql import Literal

from doelbinding.binding.circumstances import Key
from doelbinding.binding.expression import NO, KeyIn
from doelbinding.plan import atonce
from doelbinding.plan.journal import MemoryJournal
from doelbinding.plan.model import Deed, PlanKind
from doelbinding.plan.run import Bound, run
from doelbinding.plan.survey import surveyed
from doelbinding.stores.sql import lists
from doelbinding.stores.sql.engine import make_engine
from doelbinding.stores.sql.lists import can_be_listed, in_list
from doelbinding.stores.sql.store import SqlStore
from doelbinding.stores.sql.widths import of_width
from tests.integration.one_table import ROWS, TABLE, left, mapped, plan, say, step

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
    engine = make_engine(sa.make_url(postgresql_uri).set(drivername="postgresql+psycopg"))
    with engine.connect() as connection:

        def found(values: list[object]) -> object:
            asked = sa.text("SELECT pg_typeof(:n)::text, 1 = any(:n), 2 = any(:n)")
            return tuple(connection.execute(asked, {"n": of_width(values, bits)}).one())

        assert found([1, largest]) == (f"{kind}[]", True, False)
        assert found([1, 3]) == (f"{kind}[]", True, False)  # whatever else would hold them
        assert found([1, beyond])[1:] == (True, False)  # type: ignore[index]
    engine.dispose()


@pytest.mark.parametrize(
    ("kind", "array"), [("smallint", "int2[]"), ("integer", "int4[]"), ("bigint", "int8[]")]
)
@pytest.mark.parametrize("at_once", [True, False])
def test_statements_have_keys_as_wide_as_their_column(
    postgresql: sa.Engine,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    array: str,
    at_once: bool,
) -> None:
    """Else PostgreSQL compares each row with each of them: slow, and seen nowhere else.

    At once with keys that were sealed, too, and step by step.
    """
    if not at_once:
        monkeypatch.setattr(atonce, "SMALL", -1)
    say(postgresql, TABLE.replace("INTEGER", kind), ROWS)
    sent: list[set[str]] = []
    monkeypatch.setattr(psycopg.Cursor, "execute", _arrays_into(sent))
    stores, keys = {"s": SqlStore(mapped(), postgresql)}, {"only": frozenset({(1,), (2,)})}
    whom = KeyIn(columns=("id",), keys="only")
    only = replace(step(Deed.DELETE, NO), narrow=whom, sealed=at_once)
    made = surveyed(replace(plan(only), kind=PlanKind.ERASURE), stores, keys, b"secret")
    assert run(made, stores, keys, MemoryJournal(), bound=Bound(share=0.0)).verified
    assert left(postgresql, "SELECT id FROM person") == [(3,)]
    assert len(sent) > 2
    assert all(array in arrays for arrays in sent), sent  # beside them stand a batch's own keys


def _arrays_into(sent: list[set[str]]) -> Callable[..., Any]:
    """Give what keeps of each statement about people the types of the arrays that go in."""
    execute = psycopg.Cursor.execute

    def keeping(cursor: psycopg.Cursor, query: Any, params: Any = None, **more: Any) -> Any:
        if "person.id" in str(query):
            given = params.values() if isinstance(params, dict) else params or ()
            arrays = [Literal(one).as_string(cursor) for one in given if isinstance(one, list)]
            if arrays:
                sent.append({written.rpartition("::")[2] for written in arrays})
        return execute(cursor, query, params, **more)

    return keeping
