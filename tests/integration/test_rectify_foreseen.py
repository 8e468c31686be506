"""What a correction would meet is said before anything is tried, written or locked (R-IX.2)."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.integration.forked import forked
from tests.integration.mill import ANNA, DAY, GUEST_HOUSE, POLICY, World, build

HOUSE = (
    GUEST_HOUSE
    + """\
        columns:
          - {name: id, type: integer}
          - {name: email, category: email, identifier: email}
          - {name: nick, category: address}
          - {name: town, category: address}
          - {name: room, type: integer, category: address}
          - {name: paid, type: decimal, category: address}
          - {name: came, type: date, category: address}
        events:
          contact.last: {column: came}
        bindings:
          - {activity: customers, columns: ['*']}
"""
)
TABLES = (
    "CREATE TABLE town (name VARCHAR(9) PRIMARY KEY)",
    "INSERT INTO town VALUES ('Cork')",
    (
        "CREATE TABLE guest (id INTEGER PRIMARY KEY, email VARCHAR(80), nick VARCHAR(9) NOT NULL, "
        "town VARCHAR(9), room INTEGER, paid NUMERIC(6, 2), came DATE, "
        "FOREIGN KEY (town) REFERENCES town (name), UNIQUE (town, room), "
        "CHECK (room < 100), CHECK (nick <> town))"
    ),
    (
        "INSERT INTO guest VALUES (1, 'anna@example.com', 'a', 'Cork', 1, 10.50, '2026-01-02'), "
        "(2, 'ben@example.com', 'b', 'Cork', 2, NULL, '2026-01-02')"
    ),
)
WORLD = World(policy={"policy": POLICY, "house": HOUSE}, tables={"house": TABLES})
EVERYWHERE = {
    "nick=Cork": "CHECK constraint",
    "room=100": "CHECK constraint",
    "room=2": "(room, town) is unique, and another row would be the same",
    "town=Bray": "no row of town has it, to which it refers",
}
TYPED = {
    "nick=Annabella2": "'nick' is VARCHAR(9), which that value does not fit",
    "room=99999999999": "'room' is INTEGER, which that value does not fit",
    "came=2026-02-30": "house.guest.came holds days, and there is no such day",
}


def _rectify(folder: Path, said: str) -> tuple[int, str]:
    option = "--set" if "=" in said else "--clear"
    done = forked(folder, "subject", "rectify", *ANNA, option, f"house.guest.{said}", "--at", DAY)
    return done.returncode, done.stdout + done.stderr


def _held(url: sa.URL) -> list[object]:
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        rows = list(connection.exec_driver_sql("SELECT * FROM guest ORDER BY id"))
    engine.dispose()
    return rows


def _url(folder: Path) -> sa.URL:
    told = (folder / "doelbinding.toml").read_text().partition('url = "')[2].partition('"')[0]
    if told.startswith("sqlite"):
        return sa.make_url(f"sqlite:///{folder / told.removeprefix('sqlite:///')}")
    return sa.make_url(told)


def _says(folder: Path, wanted: dict[str, str]) -> None:
    before = _held(_url(folder))
    for said, told in wanted.items():
        status, printed = _rectify(folder, said)
        assert (status, told in printed) == (2, True), (said, printed)
    for fine in ("nick=Annie", "room=3", "paid=7.25", "town"):
        status, printed = _rectify(folder, fine)
        assert status == 0, printed
        assert "nothing was changed; add --yes to carry this out" in printed
    assert _held(_url(folder)) == before


def test_on_sqlite_while_somebody_else_writes(tmp_path: Path) -> None:
    folder = build(tmp_path / "mill", world=WORLD)
    engine = sa.create_engine(_url(folder))
    with engine.connect() as writer:
        writer.exec_driver_sql("BEGIN IMMEDIATE")
        _says(folder, {**EVERYWHERE, "nick": "'nick' may not be null"})
    engine.dispose()


@pytest.fixture
def postgresql_server(postgresql_uri: str) -> sa.URL:
    return sa.make_url(postgresql_uri).set(drivername="postgresql+psycopg")


def test_on_postgresql_while_somebody_else_has_the_rows(
    postgresql_server: sa.URL, tmp_path: Path
) -> None:
    folder = build(tmp_path / "mill", postgresql_server, "foreseen", WORLD)
    engine = sa.create_engine(_url(folder))
    with engine.connect() as writer:
        writer.exec_driver_sql("SELECT * FROM guest FOR UPDATE")
        _says(folder, {
            **EVERYWHERE,
            **TYPED,
            "nick": "'nick' may not be null",
            "paid=7.255": "the database would hold another value in 'paid'",
        })  # fmt: skip
    engine.dispose()


def test_a_privilege_that_is_missing_is_said(postgresql_server: sa.URL, tmp_path: Path) -> None:
    folder = build(tmp_path / "mill", postgresql_server, "unprivileged", WORLD)
    engine = sa.create_engine(_url(folder), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("DROP ROLE IF EXISTS reads_only")
        connection.exec_driver_sql("CREATE ROLE reads_only LOGIN PASSWORD 'r'")
        connection.exec_driver_sql("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reads_only")
    reads = _url(folder).set(username="reads_only", password="r")  # noqa: S106
    told = folder / "doelbinding.toml"
    own = _url(folder).render_as_string(hide_password=False)
    told.write_text(told.read_text().replace(own, reads.render_as_string(hide_password=False)))
    status, printed = _rectify(folder, "nick=Annie")
    assert status == 2
    assert "this role may not UPDATE (nick)" in printed
    assert "GRANT UPDATE (nick) ON guest" in printed
    with engine.connect() as connection:
        connection.exec_driver_sql("DROP OWNED BY reads_only")
        connection.exec_driver_sql("DROP ROLE reads_only")
    engine.dispose()


def test_on_mariadb_while_somebody_else_has_the_rows(
    mariadb_server: sa.URL, tmp_path: Path
) -> None:
    folder = build(tmp_path / "mill", mariadb_server, "foreseen", WORLD)
    engine = sa.create_engine(_url(folder))
    with engine.connect() as writer:
        writer.exec_driver_sql("SELECT * FROM guest FOR UPDATE")
        _says(folder, {**EVERYWHERE, "nick=Annabella2": TYPED["nick=Annabella2"]})
    engine.dispose()
