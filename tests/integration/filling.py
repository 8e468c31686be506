"""A PostgreSQL server whose files may grow no further: for it, and for whom it serves, a full disk.

The postmaster ignores SIGXFSZ, "so that ulimit violations work like disk full" (its own words), and
each server process inherits its limit. A table that is larger than a segment of WAL is full at its
last page, then, while everything else goes on.
"""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

PAGES = 2_100
"""More pages than a segment of WAL has (16 MiB), since a limit holds for every file."""
_LARGEST = 8_072
"""Bytes in a row with which a page is full."""


@dataclass(frozen=True, kw_only=True)
class Full:
    """A table that has no room but on its last page.

    Args:
        database: which of the databases: `shop`, `records`.
        table: the table's name.
        fill: a row's values in SQL; `{size}` stands for the bytes in it, `{n}` for its number.
        unit: about how many bytes a row needs.
        clear: what tells the number of a row, in SQL.
        room: for how many more rows there is room.
    """

    database: str
    table: str
    fill: str
    unit: int
    clear: str
    room: int = 0

    def statements(self) -> Iterator[str]:
        """Yield what leaves no room on any page: small rows on the first, then large ones."""
        into = f"INSERT INTO {self.table}"
        small, large = (self.fill.format(size=size, n="n") for size in (0, _LARGEST))
        middle = self.fill.format(size=_LARGEST - 48, n="n")
        page = f"{into} VALUES ({small}) RETURNING ctid::text INTO page; "
        more = f"LOOP n := n + 1; {page} EXIT WHEN page NOT LIKE '(0,%'; END LOOP; n := n + 1; "
        yield (
            f"DO $$ DECLARE n int := 1000; page text; BEGIN {more} {into} VALUES ({middle}); END $$"
        )
        yield f"{into} SELECT {large} FROM generate_series(10000, {10000 + PAGES}) AS n"  # noqa: S608

    def filled(self, connection: psycopg.Connection[Any]) -> int:
        """Fill a last page but for so many rows, and give the size of the table."""
        last = self.fill.format(size=_LARGEST - self.room * self.unit, n=_LAST)
        connection.execute("SET session_replication_role = replica")  # no foreign keys
        filling = f"INSERT INTO {self.table} VALUES ({last})"  # noqa: S608
        connection.execute(filling.encode())
        asked = f"SELECT pg_relation_size('{self.table}')"
        found = connection.execute(asked.encode()).fetchone()
        return int(found[0]) if found is not None else 0

    def cleared(self, connection: psycopg.Connection[Any]) -> None:
        """Take away what fills the last page."""
        clearing = f"DELETE FROM {self.table} WHERE {self.clear} = {_LAST}"  # noqa: S608
        connection.execute(clearing.encode())


_LAST = 999_999


def postmaster(connection: psycopg.Connection[Any]) -> int:
    """Give the id of the process from which all of a server's start."""
    found = connection.execute("SHOW data_directory").fetchone()
    assert found is not None
    return int((Path(found[0]) / "postmaster.pid").read_text().splitlines()[0])


@contextmanager
def no_file_beyond(server: int, size: int) -> Iterator[None]:
    """Let no process that a server starts from now on make a file larger than so many bytes."""
    _limited(server, size)
    try:
        yield
    finally:
        _limited(server, resource.RLIM_INFINITY)


def _limited(process: int, size: int) -> None:
    """Limit the files of a process, as whoever owns it: root alone may not do it for others."""
    owner = Path(f"/proc/{process}").stat()
    child = os.fork()
    if not child:
        status = 1
        try:
            if os.geteuid() != owner.st_uid:
                os.setgroups([])
                os.setgid(owner.st_gid)
                os.setuid(owner.st_uid)
            resource.prlimit(process, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
            status = 0
        finally:
            os._exit(status)
    _, ended = os.waitpid(child, 0)
    assert ended == 0, "the limit of the server's files cannot be set"
