"""How a plan counts on PostgreSQL: by indexes when few rows go, and in fewer words when many do."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from doelbinding.binding.expression import YES, Since
from doelbinding.plan.model import Deed, Doubt, Step
from doelbinding.policy.stores import Column, ColumnType, Dataset, Store
from doelbinding.stores.sql.engine import make_engine
from doelbinding.stores.sql.store import SqlStore

DAY = Column(name="day", type=ColumnType.DATE)
COLUMNS = (Column(name="id", type=ColumnType.INTEGER), DAY)
ROWS = Dataset(id="row", table="counted_row", key=("id",), label={}, columns=COLUMNS)
MAPPED = Store(id="s", label={}, country="NL", datasets=(ROWS,))
NEEDED = Since(
    column="day",
    day=date(2020, 1, 1),
    zone="Europe/Amsterdam",
    earliest=date(1950, 1, 1),
    latest=date(2150, 1, 1),
)
STEP = Step(
    id="s001", store="s", dataset="row", controller=None, deed=Deed.DELETE, needed=NEEDED, scope=YES
)
DOUBT = Doubt(store="s", dataset="row", controller=None, scope=YES, values=(NEEDED,))


@pytest.mark.parametrize(("late", "spans"), [(99, 4), (5, 2)], ids=["few go", "many go"])
def test_spans_are_joined_only_where_the_table_is_read_whole(
    postgresql_url: sa.URL, late: int, spans: int
) -> None:
    """Told in fewer words a whole table seems cheap to read, where an index would serve better."""
    engine = make_engine(postgresql_url)
    said: list[str] = []
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TABLE counted_row (id int PRIMARY KEY, day date, x text)"
        )
        filled = (
            "INSERT INTO counted_row SELECT n, CASE WHEN n % 100 < %s THEN date '2026-01-01' "
            "ELSE date '2010-01-01' END, repeat('x', 200) FROM generate_series(1, 40000) n"
        )
        connection.exec_driver_sql(filled.replace("n % 100", "n %% 100"), (late,))
        connection.exec_driver_sql("CREATE INDEX ON counted_row (day)")
        connection.exec_driver_sql("ANALYZE counted_row")
    event.listen(engine, "before_cursor_execute", lambda *told: said.append(told[2]))
    tallies, unknown = SqlStore(MAPPED, engine).survey_at_once([STEP], [DOUBT], {})
    engine.dispose()
    assert (tallies["s001"].rows, unknown) == (400 * (100 - late), [0])
    (asked,) = (one for one in said if "GROUP BY" in one and "EXPLAIN" not in one)
    where = asked.rpartition("WHERE")[2].partition("GROUP BY")[0]
    assert where.count("<") + where.count(">") == spans
