"""What fails under a run on PostgreSQL, or on a full disk: said, and put right by running again."""

from __future__ import annotations

import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.acceptance.test_story import COMMAND
from tests.integration.forked import run
from tests.integration.mill import DAY, TABLES, build, database

AT_ONCE = """
import subprocess, sys
import sqlalchemy as sa
from doelbinding.stores.sql.store import SqlStore
url, *arguments = sys.argv[1:]
real, done = SqlStore.execute, []
def interrupted(self, *given, **named):
    for changed in real(self, *given, **named):
        yield changed
        if not done:
            done.append(True)
            engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
            with engine.connect() as other:
                other.execute(sa.text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE application_name = 'doelbinding'"
                ))
SqlStore.execute = interrupted
from doelbinding.cli import main
sys.argv[1:] = arguments
main()
"""


@pytest.fixture
def server(postgresql_uri: str) -> sa.URL:
    return sa.make_url(postgresql_uri).set(drivername="postgresql+psycopg")


@pytest.fixture
def folder(tmp_path: Path, server: sa.URL) -> Path:
    return build(tmp_path / "mill", server, "fault")


def planned(folder: Path, **environment: str) -> str:
    done = run("plan", "--at", DAY, folder=folder, **environment)
    found = re.search(r"^plan ([0-9a-f]{64})$", done.stdout, re.MULTILINE)
    assert found is not None, done.stderr
    return found[1]


def rows(server: sa.URL, prefix: str = "fault") -> dict[str, list[Any]]:
    found = {}
    for store in TABLES:
        engine = sa.create_engine(server.set(database=f"{prefix}_{store}"), poolclass=sa.NullPool)
        with engine.connect() as connection:
            for name in sa.inspect(connection).get_table_names():
                asked = connection.execute(sa.text(f"SELECT * FROM {name}"))  # noqa: S608
                found[f"{store}.{name}"] = sorted(map(tuple, asked), key=repr)
    return found


def entries(folder: Path) -> list[Any]:
    with closing(sqlite3.connect(folder / ".doelbinding" / "records.sqlite3")) as records:
        asked = 'SELECT data FROM records_evidenceentry ORDER BY "index"'
        return [json.loads(data) for (data,) in records.execute(asked)]


LEFT = {"crm.contact": [1, 2, 3, 8, 9], "crm.customer": [1, 2, 6, 7, 8],
        "crm.address": [1, 3, 4], "shop.buyer": [1, 2, 4], "mail.reader": [1, 3]}  # fmt: skip
CHANGED = {"crm.contact": 4, "mail.reader": 1, "shop.buyer": 2, "crm.customer": 3, "crm.address": 1}


def is_done(server: sa.URL, said: list[Any], prefix: str = "fault") -> None:
    """Hold what is left, and what evidence counts, to what an undisturbed run gives."""
    held = {ref: sorted(row[0] for row in found) for ref, found in rows(server, prefix).items()}
    assert held == LEFT
    steps = {e["data"]["step"]: e["data"] for e in said if e["kind"] == "step.intended"}
    counted: dict[str, int] = {}
    for entry in said:
        if entry["kind"] == "step.done":
            step = steps[entry["data"]["step"]]
            ref = f"{step['store']}.{step['dataset']}"
            counted[ref] = counted.get(ref, 0) + entry["data"]["rows"]
    assert counted == CHANGED
    assert [entry["kind"] for entry in said].count("run.verified") == 1


class Cutting:
    """Between client and server: forwards a COMMIT of a deletion, and then cuts, once."""

    def __init__(self, there: str) -> None:
        self._there = there
        self._deleted = False
        self.cut = False
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self._socket.listen()
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._socket.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._socket.accept()
                threading.Thread(target=self._forward, args=(client,), daemon=True).start()

    def _forward(self, client: socket.socket) -> None:
        server = socket.socket(socket.AF_UNIX)
        server.connect(self._there)
        threading.Thread(target=self._back, args=(server, client), daemon=True).start()
        with suppress(OSError), client, server:
            while said := client.recv(65536):
                self._deleted = self._deleted or b"DELETE FROM" in said
                if b"COMMIT" in said and self._deleted and not self.cut:
                    self.cut = True
                    client.shutdown(socket.SHUT_RDWR)  # the answer must not come through
                    server.sendall(said)
                    server.recv(65536)
                    return
                server.sendall(said)

    def _back(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while (said := server.recv(65536)) and not self.cut:
                client.sendall(said)


@pytest.fixture
def cutting(server: sa.URL) -> Iterator[Cutting]:
    proxy = Cutting(f"{server.query['host']}/.s.PGSQL.5432")
    yield proxy
    proxy.close()


def test_a_connection_cut_after_commit_was_sent_is_unknown_and_then_counted_once(
    folder: Path, server: sa.URL, cutting: Cutting
) -> None:
    plan = planned(folder)
    through = server.set(
        host="127.0.0.1", port=cutting.port, database="fault_crm", query={"sslmode": "disable"}
    )
    address = {"DOELBINDING_STORE_CRM_URL": through.render_as_string(hide_password=False)}
    done = run("apply", plan, "--approve", plan, folder=folder, **address)
    assert done.returncode == 2, done.stdout
    assert cutting.cut
    assert "give the same command again" in done.stderr
    unknown = [entry["kind"] for entry in entries(folder)].count("step.unknown")
    assert unknown == 3, "the three steps of the store share the transaction"
    assert run("apply", plan, "--approve", plan, folder=folder).returncode == 0
    is_done(server, entries(folder))


def test_a_server_that_ends_every_session_in_the_middle_is_said_and_gone_on_from(
    folder: Path, server: sa.URL
) -> None:
    plan = planned(folder)
    url = server.render_as_string(hide_password=False)
    apply = ("-C", str(folder), "apply", plan, "--approve", plan)
    done = subprocess.run(
        [sys.executable, "-c", AT_ONCE, url, *apply],
        capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, timeout=120,
    )  # fmt: skip
    assert done.returncode in {0, 2}, done.stderr
    assert "Traceback" not in done.stderr
    assert run("apply", plan, "--approve", plan, folder=folder).returncode == 0
    is_done(server, entries(folder))


def test_a_row_that_somebody_locks_is_said_and_gone_on_from(folder: Path, server: sa.URL) -> None:
    plan = planned(folder)
    engine = sa.create_engine(server.set(database="fault_crm"), poolclass=sa.NullPool)
    with engine.connect() as other:
        other.execute(sa.text("SELECT * FROM customer FOR UPDATE"))
        done = run("apply", plan, "--approve", plan, folder=folder)
        assert done.returncode == 2
        assert "refused a statement" in done.stderr
    assert run("apply", plan, "--approve", plan, folder=folder).returncode == 0
    is_done(server, entries(folder))


def test_two_workers_on_one_plan_with_records_on_postgresql_do_it_once(
    folder: Path, server: sa.URL
) -> None:
    records = database(server, "fault_records").set(drivername="postgresql")
    address = {"DOELBINDING_DATABASE_URL": records.render_as_string(hide_password=False)}
    plan = planned(folder, **address)
    workers = [
        subprocess.Popen(
            [str(COMMAND), "-C", str(folder), "apply", plan, "--approve", plan],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            env={**os.environ, **address},
        )
        for _ in range(2)
    ]  # fmt: skip
    said = [worker.communicate(timeout=120)[1] for worker in workers]
    for worker, told in zip(workers, said, strict=True):
        assert worker.returncode == 0 or "another process" in told, told
    held = {ref: sorted(row[0] for row in found) for ref, found in rows(server).items()}
    assert held == LEFT
    engine = sa.create_engine(records.set(drivername="postgresql+psycopg"), poolclass=sa.NullPool)
    with engine.connect() as connection:
        asked = connection.execute(sa.text("SELECT data FROM records_evidenceentry"))
        kinds = [json.loads(bytes(data))["kind"] for (data,) in asked]
    for kind in ("plan.made", "plan.approved", "run.started", "run.verified"):
        assert kinds.count(kind) == 1, kind
    assert kinds.count("step.intended") == kinds.count("step.done") == 6


@pytest.mark.parametrize("room", [0, 8, 24, 64, 128])
def test_a_full_disk_is_said_and_gone_on_from(tmp_path: Path, room: int) -> None:
    """No file may grow by more than so many KiB beyond the largest there is."""
    folder = build(tmp_path / "mill")
    plan = planned(folder)
    state = folder / ".doelbinding"
    with closing(sqlite3.connect(state / "records.sqlite3")) as records:
        records.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    most = max(path.stat().st_size for path in state.glob("*")) + room * 1024
    command = [str(COMMAND), "-C", str(folder), "apply", plan, "--approve", plan]
    done = subprocess.run(
        ["/bin/bash", "-c", f"ulimit -f {most // 1024}; exec \"$@\"", "-", *command],
        capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, timeout=120,
    )  # fmt: skip
    assert done.returncode in {0, 2}, done.stderr
    assert "Traceback" not in done.stderr
    assert run("apply", plan, "--approve", plan, folder=folder).returncode == 0
    with closing(sqlite3.connect(folder / "stores" / "crm.sqlite")) as crm:
        left = [key for (key,) in crm.execute("SELECT id FROM customer ORDER BY id")]
    assert left == LEFT["crm.customer"]
    kinds = [entry["kind"] for entry in entries(folder)]
    assert kinds.count("run.verified") == 1
    assert kinds.count("step.done") == 6


@pytest.mark.parametrize(
    ("days", "says"), [(1, "made in the future"), (-1, ""), (-8, "older than")]
)
def test_a_clock_that_is_off_by_days_lets_nothing_go_too_soon(
    tmp_path: Path, days: int, says: str
) -> None:
    folder = build(tmp_path / "mill")
    plan = planned(folder)
    with closing(sqlite3.connect(folder / ".doelbinding" / "records.sqlite3")) as records:
        records.execute(
            "UPDATE records_planrecord SET made_at = datetime('now', ?)", (f"{days} days",)
        )
        records.commit()
    done = run("apply", plan, "--approve", plan, folder=folder)
    assert done.returncode == (2 if says else 0), done.stderr
    assert says in done.stderr
