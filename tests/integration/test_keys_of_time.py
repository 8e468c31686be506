"""Rows of a table that is partitioned by time have a time in their key, as PostgreSQL asks."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from doelbinding.plan import atonce
from doelbinding.plan.model import Deed, Emptied
from doelbinding.plan.transform import Transformer
from doelbinding.plan.transformation import Pseudonymise
from doelbinding.policy.stores import Column, ColumnType
from doelbinding.policy.stores import Store as Mapped
from doelbinding.stores.sql.store import SqlStore
from tests.integration.forked import run
from tests.integration.mill import ANNA, DAY, GUEST_HOUSE, POLICY, World, build
from tests.integration.one_table import ENDED, done, left, say, step
from tests.integration.one_table import mapped as people

KINDS = ("timestamp", "timestamptz", "date")
HOUSE = (
    GUEST_HOUSE
    + """\
        columns:
          - {name: id, type: integer}
          - {name: email, category: email, identifier: email}
        events: {contact.last: {latest_of: [{dataset: visit, column: at}]}}
        bindings: [{activity: customers, columns: ['*']}]
      - id: visit
        label: {en: Visits}
        table: visit
        key: [id, at]
        subject: {to: guest, columns: [guest_id]}
        columns:
          - {name: id, type: integer}
          - {name: at, type: KIND}
          - {name: guest_id, type: integer}
          - {name: note, category: history}
        events: {contact.last: {column: at}}
        bindings: [{activity: customers, columns: ['*']}]
"""
)
TABLES = (
    "CREATE TABLE guest (id INTEGER PRIMARY KEY, email VARCHAR(80))",
    (
        "CREATE TABLE visit (id INTEGER, at KIND, guest_id INTEGER REFERENCES guest, note TEXT, "
        "PRIMARY KEY (id, at)) PARTITION BY RANGE (at)"
    ),
    "CREATE TABLE visit_old PARTITION OF visit FOR VALUES FROM (MINVALUE) TO ('2024-01-01')",
    "CREATE TABLE visit_new PARTITION OF visit FOR VALUES FROM ('2024-01-01') TO (MAXVALUE)",
    "INSERT INTO guest VALUES (1, 'anna@example.com'), (2, 'ben@example.com')",
    (
        "INSERT INTO visit VALUES (1, '2020-02-03 04:05:06.789', 1, 'a'), (1, '2026-01-02 "
        "03:04:05.678901', 1, 'b'), (2, '2026-01-02 03:04:05', 2, 'c'), (3, '2020-01-01', 2, 'd')"
    ),
)


@pytest.fixture(params=KINDS)
def folder(request: pytest.FixtureRequest, postgresql_uri: str, tmp_path: Path) -> Path:
    kind = request.param
    server = sa.make_url(postgresql_uri).set(drivername="postgresql+psycopg")
    told = HOUSE.replace("KIND", {"timestamptz": "instant"}.get(kind, kind))
    tables = tuple(one.replace("KIND", kind) for one in TABLES)
    world = World(policy={"policy": POLICY, "house": told}, tables={"house": tables})
    return build(tmp_path / "mill", server, "timed", world)


def does(folder: Path, *command: str) -> str:
    done = run(*command, folder=folder)
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def database(folder: Path) -> sa.Engine:
    url = re.search(r'url = "(.*)"', (folder / "doelbinding.toml").read_text())
    assert url
    return sa.create_engine(url[1], poolclass=sa.NullPool)


def write(folder: Path, statement: str) -> None:
    say(database(folder), statement)


def notes(folder: Path) -> list[str]:
    engine = database(folder)
    return [str(note) for (note,) in left(engine, "SELECT note FROM visit ORDER BY id, at")]


def test_what_has_ended_goes_and_what_is_held_stays(folder: Path) -> None:
    said = ("--reason", "a claim", "--review", "2027-05-01")
    held = re.search(r"hold-\w+", does(folder, "subject", "hold", *ANNA, *said, "--at", DAY))
    assert held
    planned(folder)
    assert notes(folder) == ["a", "b", "c"]
    does(folder, "subject", "lift", held[0])
    planned(folder)
    assert notes(folder) == ["b", "c"]


def planned(folder: Path) -> None:
    plan = re.search(r"^plan ([0-9a-f]{64})$", does(folder, "plan", "--at", DAY), re.MULTILINE)
    assert plan
    assert "verified" in does(folder, "apply", plan[1], "--approve", plan[1])


def test_a_row_is_named_corrected_and_erased_by_its_key(folder: Path) -> None:
    found = re.findall(r"house\.visit +(1,\S+(?: \S+)?)  ", does(folder, "subject", "find", *ANNA))
    assert len(found) == 2
    new = next(key for key in found if "2026" in key)
    assert "justified" in does(folder, "why", "house.visit.note", new, "--at", DAY)
    does(
        folder, "subject", "rectify", *ANNA, "--set", "house.visit.note=x",
        "--row", f"house.visit:{new}", "--at", DAY, "--yes",
    )  # fmt: skip
    assert notes(folder) == ["a", "x", "c", "d"]
    does(folder, "subject", "erase", *ANNA, "--at", DAY, "--yes")
    assert notes(folder) == ["c", "d"]
    write(folder, TABLES[-2].replace(", (2, 'ben@example.com')", ""))
    write(folder, "INSERT INTO visit VALUES (1, '2026-01-02 03:04:05.678901', 1, 'b')")
    does(folder, "reapply", "house", "--yes")
    assert notes(folder) == ["c", "d"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("by_key", [False, True], ids=["at once", "by key"])
def test_many_rows_are_told_by_their_time(
    kind: str, postgresql: sa.Engine, monkeypatch: pytest.MonkeyPatch, *, by_key: bool
) -> None:
    if by_key:
        monkeypatch.setattr(atonce, "SMALL", -1)
    say(
        postgresql,
        f"CREATE TABLE person (id int, at {kind}, name text, mail text, ended date, "
        "PRIMARY KEY (id, at)) PARTITION BY RANGE (at)",
        "CREATE TABLE every PARTITION OF person DEFAULT",
        "INSERT INTO person SELECT mod(n, 7), timestamp '2000-01-01' + n * interval '1 day 1 us', "
        "'a', 'b', CASE WHEN mod(n, 3) > 0 THEN date '2010-01-01' END "
        "FROM generate_series(1, 1500) n",
        "ANALYZE",
    )
    told = {"timestamptz": ColumnType.INSTANT}.get(kind) or ColumnType(kind)
    store = SqlStore(
        mapped(Column(name="at", type=told)), postgresql, transformer=Transformer(keys=str.encode)
    )
    change = Emptied(column="name", transformation=Pseudonymise(key="k"))
    assert done(store, step(Deed.TRANSFORM, ENDED, change)).changed == {"s001": 1000}
    assert done(store, step(Deed.DELETE)).changed == {"s001": 1000}
    assert left(postgresql, "SELECT count(*), count(ended) FROM person") == [(500, 0)]


def mapped(at: Column) -> Mapped:
    (person,) = people().datasets
    keyed = replace(person, key=("id", "at"), columns=(*person.columns, at))
    return replace(people(), datasets=(keyed,))
