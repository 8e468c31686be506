"""Killed while values change and files go, and run again: the same end (ADR 0018; R-VI.9, R-IX.3).

A value that is changed twice would be wrong (a pseudonym of a pseudonym), and a file must never be
there when no row names it any more, nor be gone while a row stays for good that does.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.integration.deaths import Killed
from tests.integration.forked import run
from tests.integration.guests import GREG, KEY, WORLD, with_files
from tests.integration.mill import DAY, build, database


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def killed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Killed:
    """A folder with files, a key and a retention plan; on PostgreSQL databases `guests_…`."""
    place = tmp_path_factory.mktemp("ready") / "guests"
    if request.param == "sqlite":
        folder, address, url = build(place, world=WORLD), {}, None
    else:
        server: sa.URL = request.getfixturevalue("hurried")
        folder = build(place, server, "guests", WORLD)
        records = database(server, "guests_records").set(drivername="postgresql")
        address = {"DOELBINDING_DATABASE_URL": records.render_as_string(hide_password=False)}
        url = server.render_as_string(hide_password=False)
    with_files(folder)
    for command in (("keys", "make", KEY), ("plan", "--at", DAY)):
        done = run(*command, folder=folder, **address)
        assert done.returncode == 0, done.stderr
    return Killed(ready=folder, least=70, sample=4, server=url, databases="guests")


def test_an_erasure_that_changes_values_and_removes_files_killed_anywhere_ends_the_same(
    tmp_path: Path, killed: Killed
) -> None:
    whole = killed.holds(tmp_path, "subject", "erase", *GREG, "--at", DAY, "--yes")
    assert whole["kept"] == ["photos/3.jpg", "photos/a/1.jpg", "photos/both.jpg",
                             "scans/2.pdf", "scans/3.pdf"]  # fmt: skip


def test_retention_that_changes_values_and_removes_files_killed_anywhere_ends_the_same(
    tmp_path: Path, killed: Killed
) -> None:
    (plan,) = (killed.ready / "plans").glob("*.json")
    fingerprint = plan.stem.rpartition("-")[2]
    whole = killed.holds(tmp_path, "apply", fingerprint, "--approve", fingerprint)
    assert whole["kept"] == ["photos/3.jpg", "photos/a/1.jpg", "scans/3.pdf"]
