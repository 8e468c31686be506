"""Several processes at once: on one plan, case or person; others beside a night (DESIGN §2).

They are held up until all are in the middle of it or are told, so that they do meet. Each ends well
or says in a sentence what to do; given again, all is done and every row was counted once.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from tests.acceptance.test_story import COMMAND
from tests.integration.deaths import EVERY
from tests.integration.forked import run
from tests.integration.mill import ANNA, DAY, build, database
from tests.integration.test_faults import CHANGED, is_done, planned, rows
from tests.integration.test_kill import JOURNAL, killed

GATE = (
    "CREATE SCHEMA aside",
    "CREATE TABLE aside.gate AS SELECT 1",
    (
        "CREATE FUNCTION aside.waiting() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN WHILE "
        "EXISTS (SELECT FROM aside.gate) LOOP PERFORM pg_sleep(0.02); END LOOP; RETURN NULL; END $$"
    ),
    "CREATE TRIGGER waiting BEFORE {deed} ON customer EXECUTE FUNCTION aside.waiting()",
)
BY_NAME = ("--id", "name:Anna", "--id", "email:anna@example.com", "--controller", "mill")


@dataclass(frozen=True, kw_only=True)
class Mill:
    """A working folder on PostgreSQL, whose records are there too, or in a file."""

    folder: Path
    server: sa.URL
    address: dict[str, str]

    def start(self, *command: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [str(COMMAND), "-C", str(self.folder), *command],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**os.environ, **self.address},
        )  # fmt: skip

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return run(*command, folder=self.folder, **self.address)

    @contextmanager
    def held_up(self, deed: str = "DELETE") -> Iterator[psycopg.Connection[Any]]:
        """Hold up whoever deletes customers, in the middle of it, until the gate is opened."""
        url = self.server.set(drivername="postgresql", database="beside_crm")
        with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as other:
            for statement in GATE:
                other.execute(statement.format(deed=deed).encode())
            yield other

    def wait(self, running: Sequence[subprocess.Popen[str]]) -> None:
        """Wait until each process is held up, or waits for the rows of one that is."""
        asked = (
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'doelbinding' "
            "AND datname = 'beside_crm' AND (wait_event = 'PgSleep' OR wait_event_type = 'Lock')"
        )
        url = self.server.set(drivername="postgresql").render_as_string(hide_password=False)
        until = time.monotonic() + 90
        with psycopg.connect(url, autocommit=True) as watching:
            while watching.execute(asked.encode()).fetchone() != (len(running),):
                assert time.monotonic() < until, "they do not meet"
                for one in running:
                    assert one.poll() is None, one.communicate()
                time.sleep(0.02)

    def asked(self, question: str) -> str:
        """Ask the records something that has one answer."""
        if self.address:
            with psycopg.connect(self.address["DOELBINDING_DATABASE_URL"]) as records:
                ((answer,),) = records.execute(question.encode()).fetchall()
        else:
            with closing(sqlite3.connect(self.folder / ".doelbinding/records.sqlite3")) as file:
                ((answer,),) = file.execute(question).fetchall()
        return str(answer)

    def entries(self) -> list[Any]:
        asked = 'SELECT data FROM records_evidenceentry ORDER BY "index"'
        if self.address:
            with psycopg.connect(self.address["DOELBINDING_DATABASE_URL"]) as records:
                return [json.loads(data) for (data,) in records.execute(asked.encode())]
        with closing(sqlite3.connect(self.folder / ".doelbinding/records.sqlite3")) as records:
            return [json.loads(data) for (data,) in records.execute(asked)]

    def counted(self) -> int:
        """Give how many rows evidence says were changed."""
        return sum(e["data"]["rows"] for e in self.entries() if e["kind"] == "step.done")


EITHER = pytest.mark.parametrize("mill", ["beside", "in-a-file"], indirect=True)
BESIDE = EITHER if EVERY else pytest.mark.parametrize("mill", ["beside"], indirect=True)


@pytest.fixture
def mill(request: pytest.FixtureRequest, tmp_path: Path, postgresql_uri: str) -> Mill:
    server = sa.make_url(postgresql_uri).set(drivername="postgresql+psycopg")
    folder, address = build(tmp_path / "mill", server, "beside"), {}
    if request.param == "beside":
        url = database(server, "beside_records").set(drivername="postgresql")
        address = {"DOELBINDING_DATABASE_URL": url.render_as_string(hide_password=False)}
    return Mill(folder=folder, server=server, address=address)


def ended(running: Sequence[subprocess.Popen[str]]) -> list[tuple[int, str]]:
    """Wait for processes; each ends well, or says what to do."""
    told = []
    for one in running:
        printed, said = one.communicate(timeout=120)
        assert one.returncode in {0, 2}, said + printed
        assert "Traceback" not in said
        assert one.returncode == 0 or "again" in said or "make a new plan" in said, said
        told.append((one.returncode, said))
    return told


@EITHER
def test_whoever_comes_first_makes_the_records_and_the_others_wait(mill: Mill) -> None:
    for one in [mill.start("plan", "--at", DAY) for _ in range(3)]:
        _, said = one.communicate(timeout=120)
        assert one.returncode == 0, said
    assert [entry["kind"] for entry in mill.entries()] == ["plan.made"]


@EITHER
def test_of_two_workers_on_one_plan_one_carries_it_out_and_the_other_is_told(mill: Mill) -> None:
    plan = planned(mill.folder, **mill.address)
    with mill.held_up() as other:
        first = mill.start("apply", plan, "--approve", plan)
        mill.wait([first])  # in the middle of its one transaction
        second = mill.run("apply", plan, "--approve", plan)
        assert second.returncode == 2
        assert "another process is carrying this out" in second.stderr
        other.execute("DELETE FROM aside.gate")
        assert ended([first])[0][0] == 0
    is_done(mill.server, mill.entries(), "beside")
    kinds = Counter(entry["kind"] for entry in mill.entries())
    assert kinds["plan.approved"] == kinds["run.started"] == kinds["run.verified"] == 1
    assert kinds["step.intended"] == kinds["step.done"] == 6
    assert kinds["step.unknown"] == 0


@BESIDE
def test_two_requests_of_the_same_person_at_once_erase_each_row_once(mill: Mill) -> None:
    """Asked for in two ways, so that they are two cases."""
    before = rows(mill.server, "beside")
    asked = [("subject", "erase", *who, "--at", DAY, "--yes") for who in (ANNA, BY_NAME)]
    with mill.held_up() as other:
        both = [mill.start(*one) for one in asked]
        mill.wait(both)
        other.execute("DELETE FROM aside.gate")
        ended(both)
    for one in asked:
        done = mill.run(*one)
        assert done.returncode == 0, done.stderr + done.stdout
    assert _answered_all(mill)
    assert mill.counted() == _differing(before, rows(mill.server, "beside"))
    assert [row for row in rows(mill.server, "beside")["crm.customer"] if row[1] == "Anna"] == []


def _beside(mill: Mill, first: tuple[str, ...], second: tuple[str, ...]) -> None:
    """Have the first held up in its deeds until the second meets it, then give both again."""
    with mill.held_up() as other:
        both = [mill.start(*first)]
        mill.wait(both)
        both.append(mill.start(*second))  # planned after what the first said, or it is stale
        mill.wait(both)
        other.execute("DELETE FROM aside.gate")
        ended(both)
    for one in (first, second):
        done = mill.run(*one)
        assert done.returncode == 0, done.stderr + done.stdout


@BESIDE
def test_a_request_beside_a_night_takes_nothing_twice(mill: Mill) -> None:
    before = rows(mill.server, "beside")
    erase = ("subject", "erase", *ANNA, "--at", DAY, "--yes")
    night = ("nightly", "--approve-up-to", "100")
    _beside(mill, erase, night)
    assert _answered_all(mill)
    after = rows(mill.server, "beside")
    assert mill.counted() == _differing(before, after)
    assert {row[0] for row in after["crm.customer"]} == {2, 7}


@BESIDE
def test_of_two_workers_that_resume_a_rectification_one_does_it_and_the_other_is_told(
    mill: Mill,
) -> None:
    values = ("--set", "crm.customer.email=ann@example.com", "--everywhere")
    moment = (*JOURNAL, "intend", "1", "after")
    command = ("subject", "rectify", *ANNA, *values, "--at", DAY, "--yes")
    killed(mill.folder, moment, *command, **mill.address)
    case = mill.asked("SELECT id FROM records_request")
    with mill.held_up("UPDATE") as other:
        one = mill.start("subject", "resume", case)
        mill.wait([one])
        second = mill.run("subject", "resume", case)
        assert (second.returncode, "another process" in second.stderr) == (2, True)
        other.execute("DELETE FROM aside.gate")
        assert ended([one])[0][0] == 0
    emails = [row[2] for row in rows(mill.server, "beside")["crm.customer"] if row[1] == "Anna"]
    assert emails == ["ann@example.com"] * 2
    kinds = Counter(entry["kind"] for entry in mill.entries())
    assert kinds["request.received"] == kinds["request.answered"] == kinds["run.started"] == 1
    assert kinds["run.verified"] == 1
    assert mill.counted() == 5


@BESIDE
def test_reapplying_beside_a_night_takes_nothing_twice(mill: Mill) -> None:
    database(mill.server, "older_crm", "beside_crm")
    erased = mill.run("subject", "erase", *ANNA, "--at", DAY, "--yes")
    assert erased.returncode == 0, erased.stderr
    counted = mill.counted()
    database(mill.server, "beside_crm", "older_crm")
    before = rows(mill.server, "beside")
    again, night = ("reapply", "crm", "--yes"), ("nightly", "--approve-up-to", "100")
    _beside(mill, again, night)
    after = rows(mill.server, "beside")
    assert mill.counted() - counted == _differing(before, after)
    assert {row[0] for row in after["crm.customer"]} == {2, 7}
    (said,) = [e["data"] for e in mill.entries() if e["kind"] == "store.reapplied"][:1]
    assert (said["returned"], said["rows"]) == (6, 6)


def _answered_all(mill: Mill) -> bool:
    kinds = Counter(entry["kind"] for entry in mill.entries())
    return kinds["request.received"] == kinds["request.answered"] > 0


def _differing(before: dict[str, list[Any]], after: dict[str, list[Any]]) -> int:
    """Give how many rows are gone or were changed."""
    return sum(len(set(before[ref]) - set(after[ref])) for ref in CHANGED)
