"""Values that Python does not have, or has otherwise, are read as their database means them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import sqlalchemy as sa

from doelbinding.binding import conditions
from doelbinding.plan.model import Deed
from doelbinding.policy.condition import Condition
from doelbinding.policy.stores import Column, ColumnType
from doelbinding.stores.sql.engine import make_engine
from doelbinding.stores.sql.store import SqlStore
from tests.integration.forked import forked
from tests.integration.mill import DAY, POLICY, World, build
from tests.integration.one_night import STORE
from tests.integration.one_table import COLUMNS, TABLE, mapped, say, step

_POSTGRESQL = {
    "numeric": ("'NaN'", "NaN"),
    "double precision": ("'-Infinity'", "-inf"),
    "date": ("'infinity'", "infinity"),
    "timestamptz": ("'-infinity'", "-infinity"),
    "timestamp": ("'20100-01-01'", "20100-01-01 00:00:00"),
    "time": ("'24:00:00'", "24:00:00"),
    "timetz": ("'24:00:00+02'", "24:00:00+02"),
    "interval": ("'1 year 2 mons'", "1 year 2 mons"),
    "jsonb": ("""'{"a": 1}'""", '{"a": 1}'),
    "inet": ("'10.0.0.1'", "10.0.0.1"),
    "int4range": ("'[1,5)'", "[1, 5)"),
    "mood": ("'sad'", "sad"),
    "pair": ("ROW('x', 1)", "(x,1)"),
    "bytea": (r"'\xdeadbeef'", "3q2+7w=="),
    "char(9)": ("'a'", "a"),
    "oid": ("7", 7),
}
_MARIADB = {
    "TIME": ("'-123:04:05'", "-123:04:05"),
    "YEAR": ("2020", 2020),
    "DATE": ("CAST(0 AS DATE)", "0000-00-00"),
    "BIT(3)": ("5", 5),
    "SET('a','b')": ("'a,b'", "a,b"),
    "UUID": ("'00000000-0000-4000-8000-000000000001'", "00000000-0000-4000-8000-000000000001"),
    "BIGINT UNSIGNED": ("18446744073709551615", 18446744073709551615),
    "VARBINARY(4)": ("x'00ff'", "AP8="),
}
_SQLITE = {
    "INTEGER": ("'abc'", "abc"),
    "TEXT": ("x'6162'", "YWI="),
    "REAL": ("9e999", "inf"),
    "DATE": ("2459000.5", 2459000.5),
}
_TYPES = {
    "postgresql": ("CREATE TYPE mood AS ENUM ('sad')", "CREATE TYPE pair AS (a text, b int)"),
}

_DATASET = """\
      - id: person
        label: {{en: People}}
        table: person
        key: [code, part]
        controller: mill
        person: true
        columns:
          - {{name: code}}
          - {{name: part, type: integer}}
          - {{name: email, category: email, identifier: email}}
          - {{name: status}}
          - {{name: score, type: decimal}}
          - {{name: seen, type: date}}
{columns}
        events:
          contact.last: {{column: seen}}
        states:
          subscribed: {{column: status, equals: ok}}
        bindings:
          - {{activity: customers, columns: ['*']}}
          - {{activity: news, columns: [email], when: {{column: score, more_than: 5}}}}
"""


def _world(kind: str, odd: dict[str, tuple[str, object]]) -> World:
    columns = "\n".join(f"          - {{name: c{n}, category: history}}" for n, _ in enumerate(odd))
    made = "".join(f", c{n} {type_}" for n, type_ in enumerate(odd))
    given = "".join(f", {value}" for value, _ in odd.values())
    number = "NaN" if kind == "postgresql" else "9"
    rows = (
        f"('k1', 1, 'one@example.com', 'ok', '{number}', '2020-01-01'{given}), "
        f"('k2', 1, 'two@example.com', 'ok', '{number}', '2026-01-01'{given}), "
        f"('k3', 1, 'three@example.com', 'no', '{number}', '2020-01-01'{given})"
    )
    return World(
        policy={"policy": POLICY, "s": STORE + _DATASET.format(columns=columns)},
        tables={
            "s": (
                *_TYPES.get(kind, ()),
                (
                    "CREATE TABLE person (code CHAR(9), part INTEGER, email VARCHAR(40), "
                    f"status CHAR(6), score NUMERIC, seen DATE{made}, PRIMARY KEY (code, part))"
                ),
                f"INSERT INTO person VALUES {rows}",  # noqa: S608 - our own text
            )
        },
    )


def _server(kind: str, request: pytest.FixtureRequest) -> sa.URL | None:
    if kind == "sqlite":
        return None
    if kind == "mariadb":
        url: sa.URL = request.getfixturevalue("mariadb_url")
        return url.set(database="mysql")
    uri = request.getfixturevalue("postgresql_uri")
    return sa.make_url(uri).set(drivername="postgresql+psycopg")


@pytest.mark.parametrize(
    ("kind", "odd"),
    [("postgresql", _POSTGRESQL), ("mariadb", _MARIADB), ("sqlite", _SQLITE)],
    ids=["postgresql", "mariadb", "sqlite"],
)
def test_people_get_the_values_that_python_does_not_have(
    kind: str, odd: dict[str, tuple[str, object]], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    server = _server(kind, request)
    folder = build(tmp_path / "w", server, "unusual", _world(kind, odd))
    two = ("--id", "email:two@example.com", "--controller", "mill")
    _does(folder, "subject", "access", *two, "--at", DAY)
    (answer,) = (folder / "answers").glob("*/access.json")
    (record,) = json.loads(answer.read_text())["datasets"][0]["records"]
    found = {one["field"]: one["value"] for one in record["values"]}
    assert [found[f"c{n}"] for n, _ in enumerate(odd)] == [said for _, said in odd.values()]
    if kind == "postgresql":
        _judged_alike(folder, server)


def _judged_alike(folder: Path, server: sa.URL | None) -> None:
    """Hold `why` to what a plan does: NaN is above 5, `char(n)` is compared without its blanks."""
    why = ("why", "s.person.email")
    assert "justified; it has no end date" in _does(folder, *why, "k1,1", "--at", DAY)
    assert "not justified any more" in _does(folder, *why, "k3,1", "--at", DAY)
    plan = re.search(r"^plan ([0-9a-f]{64})$", _does(folder, "plan", "--at", DAY), re.MULTILINE)
    assert plan is not None
    _does(folder, "apply", plan[1], "--approve", plan[1])
    assert server is not None
    engine = make_engine(server.set(database="unusual_s"))
    with engine.connect() as connection:
        left = connection.exec_driver_sql("SELECT code, email FROM person ORDER BY code").all()
    engine.dispose()
    assert [tuple(row) for row in left] == [("k1", "one@example.com"), ("k2", "two@example.com")]


def _does(folder: Path, *command: str) -> str:
    done = forked(folder, *command)
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


@pytest.mark.parametrize("name", ["sqlite", "postgresql", "mariadb"])
def test_a_text_that_is_no_day_can_stand_for_none(
    name: str, request: pytest.FixtureRequest
) -> None:
    """Exactly: a blank is none of the null values, whatever a collation says of blanks."""
    engine = request.getfixturevalue(name)
    say(engine, TABLE.replace("ended DATE", "ended VARCHAR(10)"))
    days = ["''", "' '", "'0000-00-00'", "NULL", "'2010-01-01'", "'-'"]
    for number, day in enumerate(days):
        say(engine, f"INSERT INTO person VALUES ({number}, 'a', 'a', {day})")  # noqa: S608
    ended = Column(name="ended", type=ColumnType.DATE_TEXT, null_values=("", "0000-00-00"))
    store = SqlStore(mapped((*COLUMNS[:3], ended)), engine)
    dataset = store.mapped.datasets[0]
    for said, rows in ((True, 3), (False, 3)):
        asked = step(Deed.DELETE, conditions.tested(Condition(column="ended", null=said), dataset))
        assert store.survey([asked], {})[asked.id].rows == rows
