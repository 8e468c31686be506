"""Keys are found as their column's type reads them, however people write them (R-X.1)."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.integration.forked import run
from tests.integration.mill import DAY, GUEST_HOUSE, POLICY, World, build

HOUSE = (
    GUEST_HOUSE
    + """\
        columns:
          - {name: id, type: %s}
          - {name: email, category: email, identifier: email}
          - {name: came, type: date}
        events:
          contact.last: {column: came}
        bindings:
          - {activity: customers, columns: ['*']}
"""
)
UUID = "0b9f3c9e-11d2-4e4b-9f6a-3c1d2e4f5a6b"
NONE = "house.guest has no row with that key: write it as `doelbinding subject find` shows it"


def house(folder: Path, server: sa.URL | None, kind: str, mapped: str, *keys: str) -> Path:
    """Give a folder whose guests have keys of some type, mapped as another."""
    tables = [f"CREATE TABLE guest (id {kind} PRIMARY KEY, email VARCHAR(80), came DATE)"]
    tables += [f"INSERT INTO guest (id, came) VALUES ('{key}', '{DAY}')" for key in keys]  # noqa: S608
    world = World(
        policy={"policy": POLICY, "house": HOUSE % mapped}, tables={"house": tuple(tables)}
    )
    return build(folder / "mill", server, "keys", world)


def why(folder: Path, key: str) -> str:
    """Give which row `why` tells of, or what it says where it finds none."""
    done = run("why", "house.guest.email", key, "--at", DAY, folder=folder)
    if done.returncode:
        return done.stderr.strip()
    told = done.stdout.splitlines()[0]
    return told.removeprefix("house.guest.email of ").removesuffix(f", on {DAY}")


@pytest.fixture
def postgresql_server(postgresql_uri: str) -> sa.URL:
    return sa.make_url(postgresql_uri).set(drivername="postgresql+psycopg")


def test_postgresql_finds_a_uuid_in_any_of_its_spellings(
    postgresql_server: sa.URL, tmp_path: Path
) -> None:
    folder = house(tmp_path, postgresql_server, "uuid", "text", UUID)
    for written in (UUID, UUID.upper(), f"{{{UUID}}}", UUID.replace("-", ""), f" {UUID}"):
        assert why(folder, written) == UUID
    for other in ("nonsense", UUID.replace("0b", "0c")):
        assert NONE in why(folder, other)


def test_postgresql_finds_a_day_and_a_number_as_their_types_read_them(
    postgresql_server: sa.URL, tmp_path: Path
) -> None:
    days = house(tmp_path / "days", postgresql_server, "date", "date", "2024-02-01")
    assert why(days, "2024-2-1") == "2024-02-01"
    assert NONE in why(days, "soon")
    numbers = house(tmp_path / "numbers", postgresql_server, "bigint", "integer", "42", "7")
    assert why(numbers, "0042") == "42"
    assert "holds whole numbers" in why(numbers, "4_2")


def test_postgresql_tells_texts_apart_by_case_and_by_blanks(
    postgresql_server: sa.URL, tmp_path: Path
) -> None:
    folder = house(tmp_path, postgresql_server, "varchar(9)", "text", "k", "k ", "K", "m")
    for written in ("k", "k ", "K"):
        assert why(folder, written) == written
    assert why(folder, " m ") == "m"
    assert NONE in why(folder, "M")


def test_sqlite_finds_texts_as_they_are_written(tmp_path: Path) -> None:
    folder = house(tmp_path, None, "varchar(36)", "text", UUID, "k", "k ")
    assert why(folder, "k ") == "k "
    assert NONE in why(folder, UUID.upper())


def test_mariadb_finds_the_row_that_it_takes_a_key_for(
    mariadb_server: sa.URL, tmp_path: Path
) -> None:
    texts = house(tmp_path / "texts", mariadb_server, "varchar(9)", "text", "Anna")
    assert why(texts, "ANNA") == "Anna"
    uuids = house(tmp_path / "uuids", mariadb_server, "uuid", "text", UUID)
    assert why(uuids, UUID.upper()) == UUID
