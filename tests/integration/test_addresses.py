"""What is wrong with an address is said, with what to do, and never a traceback or a secret."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from doelbinding.plan.ports import Unreachable
from doelbinding.stores.sql.causes import why_unreachable
from doelbinding.stores.sql.engine import make_engine
from doelbinding.stores.sql.store import SqlStore
from doelbinding.wiring import NotConfigured, open_workspace
from tests.integration.forked import run
from tests.integration.mill import TABLES, build
from tests.integration.one_table import mapped

WRONG = "p@ss/w"
PARTS = 'drivername = "postgresql+psycopg"\nhost = "localhost"\n'
OTHERS = "".join(f'[stores.{one}]\nurl = "sqlite:///stores/{one}.sqlite"\n' for one in TABLES)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return build(tmp_path / "mill")


def said(folder: Path, section: str, *, others: str = OTHERS) -> str:
    """Give the error for a section of the configuration, of the store `crm`."""
    kept = others.replace('[stores.crm]\nurl = "sqlite:///stores/crm.sqlite"\n', "")
    (folder / "doelbinding.toml").write_text(f"{section}\n{kept}")
    with pytest.raises(NotConfigured) as told:
        _ = open_workspace(folder).stores
    return str(told.value)


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ('[stores.crm]\nurl = "foo://x/y"', "begins with 'foo', which is no database known here"),
        ('[stores.crm]\nurl = "crm.sqlite"', "store 'crm' is not a database URL: write"),
        ('[stores.crm]\nurl = "jsonl:x"', "not a database URL: .* install the package that offers"),
        ('[stores.crm]\nurl = 3', "store 'crm' is not a database URL: write"),
        ('[stores]\ncrm = "sqlite:///x"', r"write \[stores.crm\] as a section"),
        (f'[stores.crm]\n{PARTS}databse = "x"', "has what is not known: databse; it takes"),
        ('[stores.crm]\nhost = "x"', "has no `drivername`; it takes"),
        (f'[stores.crm]\n{PARTS}query = "x"', r"write \[query\] as a section"),
        (f'[stores.crm]\n{PARTS}password_file = "nope"', "nope cannot be read .*: correct"),
        (f'[stores.crm]\n{PARTS}password_file = "policy"', "policy cannot be read .*: correct"),
        (f'[stores.crm]\n{PARTS}password_file = "binary"', "binary cannot be read .*: correct"),
        (f'[stores.crm]\n{PARTS}password_env = "NOPE"', "the environment has no NOPE"),
        ('[stores.crm]\nurl = "mssql+pyodbc://x/y"', "'pyodbc' .* is not installed: install it"),
    ],
)  # fmt: skip
def test_an_address_that_cannot_be_is_said(folder: Path, section: str, told: str) -> None:
    (folder / "binary").write_bytes(b"\xff\x00")
    others = OTHERS if not section.startswith("[stores]") else ""
    assert re.search(told, said(folder, section, others=others))


@pytest.mark.parametrize("drivername", ["postgresql+nope", "mariadb+nope"])
def test_a_driver_that_nobody_has_is_said(folder: Path, drivername: str) -> None:
    assert "postgresql+psycopg or mariadb+pymysql" in said(
        folder, f'[stores.crm]\nurl = "{drivername}://x/y"'
    )


def test_a_configuration_that_is_not_utf_8_is_said(folder: Path) -> None:
    (folder / "doelbinding.toml").write_bytes(b'policy = "\xff"')
    with pytest.raises(NotConfigured, match="not UTF-8, at byte 10"):
        open_workspace(folder)


def test_the_folder_that_has_no_configuration_is_named_in_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NotConfigured, match=f"^{re.escape(str(tmp_path))} has no doelbinding"):
        open_workspace(Path())


@pytest.mark.parametrize("name", ["a b#1.sqlite", "50%41.sqlite", "what?.sqlite", "é'x.sqlite"])
def test_a_sqlite_file_may_have_any_name(folder: Path, name: str) -> None:
    shutil.copy(folder / "stores" / "crm.sqlite", folder / name)
    before = set(folder.iterdir())
    store = SqlStore(mapped(), make_engine(sa.URL.create("sqlite", database=str(folder / name))))
    with store.transaction() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM customer"))
    store.close()
    assert set(folder.iterdir()) == before


def test_an_address_in_the_environment_is_relative_to_the_folder(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOELBINDING_STORE_CRM_URL", "sqlite:///stores/crm.sqlite")
    assert open_workspace(folder).stores["crm"].rows("crm.customer", {"id": 1})


def test_why_nobody_could_connect_is_said_without_the_secret(
    mariadb_url: sa.URL, tmp_path: Path
) -> None:
    cases = {
        "the password is wrong": mariadb_url.set(password=WRONG),
        "there is no such database": mariadb_url.set(database="nope"),
        "nobody answers": sa.make_url("postgresql+psycopg://r:p%40ss%2Fw@127.0.0.1:1/x"),
        "there is no such host": sa.make_url("postgresql+psycopg://r:p@ss%2Fw.invalid/x"),
        "there is no such file": sa.URL.create("sqlite", database=str(tmp_path / "nope")),
    }
    for told, url in cases.items():
        store = SqlStore(mapped(), make_engine(url))
        with pytest.raises(Unreachable, match=told) as error:
            store.rows("s.person", {"id": 1})
        assert "ss" not in str(error.value).replace("password", "").replace("address", "")
        store.close()


def test_a_setting_of_an_address_that_cannot_be_is_said(
    mariadb_url: sa.URL, postgresql_url: sa.URL
) -> None:
    cases = [
        (mariadb_url.set(query={"ssl_ca": "/nope"}), "a file that the address names cannot be"),
        (mariadb_url.set(query={"sslca": "x"}), "a setting that its driver does not know"),
        (postgresql_url.update_query_dict({"sslmod": "x"}), "a setting that its driver does not"),
        (postgresql_url.update_query_dict({"sslmode": "x"}), "or a value it does not take"),
    ]
    for url, told in cases:
        store = SqlStore(mapped(), make_engine(url))
        with pytest.raises(Unreachable, match=told):
            store.rows("s.person", {"id": 1})
        with pytest.raises(Unreachable, match=told):
            store.match("s.person", "email", "email", ["anna@example.com"])
        store.close()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ('root certificate file "/r/root.crt" does not exist\nEither provide', "`sslrootcert`"),
        ('server certificate for "a" does not match host name "b"', "another host's"),
        ("SSL error: certificate verify failed", "is not trusted"),
        ("server does not support SSL, but SSL was required", "TLS is asked for, and it has none"),
        ('FATAL:  database "x" does not exist', "there is no such database"),
    ],
)
def test_what_postgresql_says_of_certificates_is_told_apart(words: str, told: str) -> None:
    """In the driver's own words: the server from the wheel is built without TLS."""
    start = 'connection failed: connection to server at "127.0.0.1", port 5432 failed: '
    assert told in why_unreachable(psycopg.OperationalError(start + words))


def test_records_at_an_address_of_another_kind_are_said(folder: Path) -> None:
    done = run("plan", folder=folder, DOELBINDING_DATABASE_URL="foo://x")
    assert done.returncode == 2
    assert done.stderr.startswith("error: DOELBINDING_DATABASE_URL: 'foo' is not supported")
