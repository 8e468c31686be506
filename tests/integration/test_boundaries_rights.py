"""Killed while values are corrected, restricted or put right after a restore, and run again.

The same end, each fact once, and nothing is said to be done before it is (DESIGN §2; Art. 16, 18).
All start from a folder whose store of customers was restored from a backup that is older than what
people had asked for: an erasure with its stops, a rectification, a restriction and a hold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.integration.deaths import Killed
from tests.integration.forked import forked
from tests.integration.mill import ANNA, DAY, build, database

AT = ("--at", DAY)
CAS, BEN, EVE = (
    ("--id", f"email:{name}@example.com", "--controller", "mill") for name in ("cas", "ben", "eve")
)
ASKED = (
    ("subject", "erase", *CAS, *AT, "--yes"),
    ("subject", "rectify", *ANNA, "--set", "crm.customer.email=ann@example.com", "--everywhere",
     "--set", "crm.contact.note=y", *AT, "--yes"),
    ("subject", "hold", *EVE, "--reason", "a claim", "--review", "2027-05-23", *AT),
    ("subject", "restrict", *BEN, "--ground", "accuracy-contested", "--column",
     "mail.reader.email", *AT),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What is killed, and the restriction that is in force."""

    killed: Killed
    restriction: str

    def holds(
        self, folder: Path, ended: str, *command: str, least: int, free: Sequence[str] = ()
    ) -> None:
        killed = replace(self.killed, options=("--ended", ended), least=least, free=free)
        killed.holds(folder, *command)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def restored(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Restored:
    place = tmp_path_factory.mktemp("rights") / "mill"
    if request.param == "sqlite":
        folder = build(place)
        file = folder / "stores" / "crm.sqlite"
        backup = file.read_bytes()
        restriction = _asked(folder, {})
        file.write_bytes(backup)
        return Restored(killed=Killed(ready=folder, least=0, sample=4), restriction=restriction)
    server: sa.URL = request.getfixturevalue("hurried")
    folder = build(place, server, "rights")
    records = database(server, "rights_records").set(drivername="postgresql")
    database(server, "older_crm", "rights_crm")
    address = {"DOELBINDING_DATABASE_URL": records.render_as_string(hide_password=False)}
    restriction = _asked(folder, address)
    database(server, "rights_crm", "older_crm")
    url = server.render_as_string(hide_password=False)
    killed = Killed(ready=folder, least=0, sample=4, server=url, databases="rights")
    return Restored(killed=killed, restriction=restriction)


def _asked(folder: Path, address: Mapping[str, str]) -> str:
    """Have people ask; give the restriction that was set."""
    for command in ASKED:
        done = forked(folder, *command, **address)
        assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout.rpartition("subject lift ")[2].split()[0]


def test_reapplying_what_people_had_asked_for_killed_anywhere_ends_the_same(
    tmp_path: Path, restored: Restored
) -> None:
    command = ("reapply", "crm", "--yes")
    restored.holds(tmp_path, "store.reapplied", *command, least=40, free=("instant",))


def test_a_rectification_killed_anywhere_resumes_as_the_same_case(
    tmp_path: Path, restored: Restored
) -> None:
    values = ("--set", "crm.customer.email=b@example.com", "--set", "crm.contact.note=y")
    command = ("subject", "rectify", *BEN, *values, "--everywhere", *AT, "--yes")
    restored.holds(tmp_path, "request.answered", *command, least=30)


def test_a_restriction_killed_anywhere_is_set_once_and_told(
    tmp_path: Path, restored: Restored
) -> None:
    column = ("--ground", "needed-for-claims", "--column", "crm.customer.email")
    command = ("subject", "restrict", *ANNA, *column, *AT)
    restored.holds(tmp_path, "request.answered", *command, least=10)


def test_a_restriction_whose_lifting_is_killed_anywhere_is_lifted_once(
    tmp_path: Path, restored: Restored
) -> None:
    told = ("--told", datetime.now(UTC).date().isoformat())
    command = ("subject", "lift", restored.restriction, *told)
    restored.holds(tmp_path, "restriction.lifted", *command, least=3)
