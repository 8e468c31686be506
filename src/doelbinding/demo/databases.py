"""Empty databases for the demonstration: files, or databases on one PostgreSQL server."""

from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Engine, create_engine, event, make_url, text

STORE_NAMES: Final = ("crm", "erp", "events", "hr", "web")


def create_files(folder: Path) -> dict[str, Engine]:
    """Make one empty SQLite file per store, replacing those of an earlier demonstration."""
    folder.mkdir(parents=True, exist_ok=True)
    engines = {}
    for name in STORE_NAMES:
        path = folder / f"{name}.sqlite"
        for leftover in (path, Path(f"{path}-wal"), Path(f"{path}-shm"), Path(f"{path}-journal")):
            leftover.unlink(missing_ok=True)
        engines[name] = create_engine(URL.create("sqlite", database=str(path)))
        event.listen(engines[name], "connect", _enforce_foreign_keys)
    return engines


def create_databases(server: str, *, prefix: str = "demo_") -> dict[str, Engine]:
    """Make one empty PostgreSQL database per store, replacing those with the same names.

    Args:
        server: a connection URI of a role that may create databases.
        prefix: what the names of the databases start with; it keeps others' databases safe.
    """
    if not prefix.isidentifier():
        raise ValueError(f"prefix {prefix!r}: use letters, digits and underscores, such as 'demo_'")
    url = make_url(server).set(drivername="postgresql+psycopg")
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        for name in STORE_NAMES:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{prefix}{name}" WITH (FORCE)'))
            connection.execute(text(f"CREATE DATABASE \"{prefix}{name}\" ENCODING 'UTF8'"))
    admin.dispose()
    return {name: create_engine(url.set(database=f"{prefix}{name}")) for name in STORE_NAMES}


def _enforce_foreign_keys(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
