"""A role with just the rights that `grants` prints can do a run and a request, and nothing more."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mssql, mysql, oracle, sqlite
from sqlalchemy.exc import OperationalError, ProgrammingError

from doelbinding.plan.model import Deed, Emptied
from doelbinding.policy.load import load
from doelbinding.policy.stores import Column, ColumnType, Inside
from doelbinding.stores.sql.grants import grants
from doelbinding.stores.sql.store import SqlStore
from tests.integration.forked import run
from tests.integration.mill import ANNA, DAY, TABLES, build
from tests.integration.one_table import COLUMNS, ENDED, mapped, say, step

PASSWORD = "p@ss/w"  # noqa: S105 - what is promised to work


def connects_as_least(folder: Path, driver: str, prefix: str, query: Mapping[str, object]) -> None:
    """Let a folder reach its stores as the role with the printed rights."""
    ((name, value),) = query.items()
    sections = [
        f'[stores.{store}]\ndrivername = "{driver}"\nusername = "least"\n'
        f'password_file = "password"\ndatabase = "{prefix}_{store}"\n'
        f'query = {{ {name} = "{value}" }}\n'
        for store in TABLES
    ]
    (folder / "doelbinding.toml").write_text("\n".join(sections))
    (folder / "password").write_text(f"{PASSWORD}\n")


@pytest.fixture(scope="module")
def granted(
    tmp_path_factory: pytest.TempPathFactory, postgresql_uri: str
) -> Iterator[tuple[Path, sa.URL]]:
    """A folder whose stores are reached by a role with the printed rights, and how it connects."""
    server = sa.make_url(postgresql_uri).set(drivername="postgresql+psycopg")
    folder = build(tmp_path_factory.mktemp("least") / "mill", server, "least")
    printed = {store: does(folder, "grants", store, "--role", "least") for store in TABLES}
    administer(server, "DROP ROLE IF EXISTS least")
    administer(server, f"CREATE ROLE least LOGIN PASSWORD '{PASSWORD}'")
    for store, statements in printed.items():
        database = server.set(database=f"least_{store}")
        administer(database, *re.findall(r"^GRANT .*;$", statements, re.MULTILINE))
    connects_as_least(folder, "postgresql+psycopg", "least", {"host": server.query["host"]})
    yield folder, server.set(username="least", password=PASSWORD)
    for store in TABLES:
        administer(server.set(database=f"least_{store}"), "DROP OWNED BY least CASCADE")
    administer(server, "DROP OWNED BY least CASCADE", "DROP ROLE least")


def administer(url: sa.URL, *statements: str) -> None:
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))
    engine.dispose()


def does(folder: Path, *command: str) -> str:
    done = run(*command, folder=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_printed_rights_are_enough(granted: tuple[Path, sa.URL]) -> None:
    folder, _ = granted
    found = re.search(r"^plan ([0-9a-f]{64})$", does(folder, "plan", "--at", DAY), re.MULTILINE)
    assert found is not None
    assert "finds none left" in does(folder, "apply", found[1], "--approve", found[1])
    assert "finds none left" in does(folder, "subject", "erase", *ANNA, "--at", DAY, "--yes")


@pytest.mark.parametrize(
    ("store", "statement"),
    [
        ("crm", "INSERT INTO customer (id) VALUES (99)"),
        ("crm", "UPDATE customer SET id = 99 WHERE id = 1"),
        ("crm", "UPDATE contact SET customer_id = 2"),
        ("crm", "UPDATE customer SET address_id = NULL"),
        ("crm", "TRUNCATE contact"),
        ("crm", "SELECT * FROM secret"),
        ("mail", "UPDATE reader SET active = 1"),
        ("mail", "DROP TABLE reader"),
        ("mail", "ALTER TABLE reader ADD COLUMN more integer"),
    ],
)
def test_the_role_can_do_no_more(granted: tuple[Path, sa.URL], store: str, statement: str) -> None:
    folder, role = granted
    assert folder.exists()
    owner = role.set(username="postgres", password=None, database=f"least_{store}")
    administer(owner, "CREATE TABLE IF NOT EXISTS secret (id integer)")
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
        administer(role.set(database=f"least_{store}"), statement)


@pytest.fixture(scope="module")
def policy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("policy") / "mill") / "policy"


def test_other_databases_get_their_own_words(policy: Path) -> None:
    crm = load(policy).store_by_id["crm"]
    for dialect in (mysql.dialect(), mssql.dialect()):  # type: ignore[no-untyped-call]
        printed = grants(crm, dialect, "least")
        assert "GRANT SELECT (id, street) ON address TO least;" in printed
        assert "GRANT UPDATE (street) ON address TO least;" in printed
        assert "GRANT DELETE ON address TO least;" in printed
    printed = grants(crm, oracle.dialect(), "least")  # type: ignore[no-untyped-call]
    assert "GRANT SELECT ON address TO least;" in printed
    assert "GRANT UPDATE (street) ON address TO least;" in printed
    assert all(line.startswith("--") for line in grants(crm, sqlite.dialect(), "least"))  # type: ignore[no-untyped-call]


def test_a_right_that_older_servers_do_not_know_is_printed_as_a_comment(policy: Path) -> None:
    crm = load(policy).store_by_id["crm"]
    printed = grants(crm, sa.create_engine("postgresql+psycopg://").dialect, "least")
    assert printed[-1] == "-- GRANT MAINTAIN ON customer, contact, address TO least;"


def test_names_that_need_quotes_get_them(policy: Path) -> None:
    crm = load(policy).store_by_id["crm"]
    printed = grants(crm, sa.create_engine("postgresql+psycopg://").dialect, 'x"; DROP')
    assert all(line.endswith('TO "x""; DROP";') for line in printed if line.startswith("GRANT"))


def test_the_printed_rights_are_enough_on_mariadb(tmp_path: Path, mariadb_url: sa.URL) -> None:
    root = mariadb_url.set(database=None)
    folder = build(tmp_path / "mill", root, "least-priv")
    role = "least@localhost"
    administer(
        root, f"DROP USER IF EXISTS {role}", f"CREATE USER {role} IDENTIFIED BY '{PASSWORD}'"
    )
    for store in TABLES:
        printed = does(folder, "grants", store, "--role", role)
        database = root.set(database=f"least-priv_{store}")
        administer(database, *re.findall(r"^GRANT .*;$", printed, re.MULTILINE))
    where = {"unix_socket": root.query["unix_socket"]}
    connects_as_least(folder, "mariadb+pymysql", "least-priv", where)
    assert "finds none left" in does(folder, "nightly", "--approve-up-to", "100")
    assert "finds none left" in does(folder, "subject", "erase", *ANNA, "--yes")
    least = root.set(username="least", password=PASSWORD, database="least-priv_crm")
    for statement in ("UPDATE customer SET id = 99", "INSERT INTO customer (id) VALUES (99)"):
        with pytest.raises(OperationalError, match="denied"):
            administer(least, statement)


def test_names_are_printed_as_an_administrator_writes_them() -> None:
    columns = [
        Column(name="id", type=ColumnType.INTEGER),
        Column(name="100%", category="n"),
        Column(name="card", type=ColumnType.JSON),
        Column(name="mail", category="n", inside=Inside(column="card", path="$.mail")),
    ]
    store, url = mapped(columns, schema="my shop"), "postgresql+psycopg://"
    printed = "\n".join(grants(store, sa.create_engine(url).dialect, "least"))
    assert 'GRANT SELECT (id, "100%", card, ctid) ON "my shop".person TO least;' in printed
    assert 'GRANT UPDATE ("100%", card) ON "my shop".person TO least;' in printed


TRAPS = (
    (
        "CREATE TABLE person (id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL, "
        "mail VARCHAR(40) UNIQUE CHECK (char_length(mail) > 3), ended DATE, boss INTEGER, "
        "short VARCHAR(40) GENERATED ALWAYS AS (lower(name)) STORED, "
        "CONSTRAINT polite CHECK (name <> '-'), "
        "FOREIGN KEY (boss) REFERENCES person (id) ON DELETE CASCADE)"
    ),
    (
        "CREATE TABLE visit (id INTEGER PRIMARY KEY, person INTEGER, "
        "FOREIGN KEY (person) REFERENCES person (id) ON DELETE CASCADE)"
    ),
    (
        "CREATE TABLE letter (id INTEGER PRIMARY KEY, person INTEGER NOT NULL, "
        "FOREIGN KEY (person) REFERENCES person (id))"
    ),
    "CREATE VIEW people AS SELECT * FROM person",
)
LEAST = {
    "postgresql": (
        (
            (
                "DO $$ BEGIN IF to_regrole('lesser') IS NOT NULL THEN "
                "DROP OWNED BY lesser; END IF; END $$"
            ),
            "DROP ROLE IF EXISTS lesser",
        ),
        f"CREATE ROLE lesser LOGIN PASSWORD '{PASSWORD}'",
        "lesser",
    ),
    "mariadb": (
        ("DROP USER IF EXISTS lesser@localhost",),
        f"CREATE USER lesser@localhost IDENTIFIED BY '{PASSWORD}'",
        "lesser@localhost",
    ),
}


@pytest.mark.parametrize("name", ["postgresql", "mariadb"])
def test_what_stands_in_the_way_is_seen_with_the_printed_rights(
    name: str, request: pytest.FixtureRequest
) -> None:
    owner: sa.Engine = request.getfixturevalue(name)
    say(owner, *TRAPS)
    columns = (*COLUMNS, Column(name="short", category="n"))
    steps = [
        step(Deed.DELETE),
        step(
            Deed.EMPTY,
            ENDED,
            *(Emptied(column=one, replacement="-") for one in ("name", "mail", "short")),
            name="s002",
        ),
    ]
    drop, create, role = LEAST[name]
    say(owner, *drop, create)
    printed = grants(mapped(columns), owner.dialect, role)
    say(owner, *(one for one in printed if one.startswith("GRANT")))
    least = sa.create_engine(owner.url.set(username="lesser", password=PASSWORD))
    by_owner, by_least = (
        {one.message for one in SqlStore(mapped(columns), engine).preflight(steps)}
        for engine in (owner, least)
    )
    least.dispose()
    say(owner, *drop)
    assert len(by_owner) > len(TRAPS)
    assert by_owner <= by_least
