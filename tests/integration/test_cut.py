"""A connection to PostgreSQL that is cut at any statement, before it comes or after it is done.

Records and stores alike. It is said in a sentence, and the same command, given again, reaches the
same end, with each fact once (DESIGN §2). After COMMIT was sent nobody knows whether it was done;
the same holds for each statement that stands alone. A vacuum that was cut leaves what was deleted
in free space, and the run says so: its grade is lower.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.integration.deaths import EVERY, SAID, Killed
from tests.integration.forked import run
from tests.integration.mill import ANNA, DAY, build, database

WAYS = [pytest.param(False, id="at-once"), pytest.param(True, id="by-step")]


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory, hurried: sa.URL) -> Killed:
    """A folder with a retention plan; its stores and records are databases `cut_…`."""
    folder = build(tmp_path_factory.mktemp("ready") / "mill", hurried, "cut")
    records = database(hurried, "cut_records").set(drivername="postgresql")
    address = {"DOELBINDING_DATABASE_URL": records.render_as_string(hide_password=False)}
    assert run("plan", "--at", DAY, folder=folder, **address).returncode == 0
    url = hurried.render_as_string(hide_password=False)
    return Killed(
        ready=folder, least=200, sample=4, server=url, databases="cut", ends=(0, SAID),
        apart=("step.unknown",), options=("--cut",), free=("grade",), halves=2 if EVERY else 1,
    )  # fmt: skip


@pytest.mark.parametrize("by_step", WAYS[:1] if not EVERY else WAYS)
def test_an_erasure_over_three_databases_cut_anywhere_resumes_as_the_same_case(
    tmp_path: Path, killed: Killed, *, by_step: bool
) -> None:
    killed = replace(killed, by_step=by_step)
    whole = killed.holds(tmp_path, "subject", "erase", *ANNA, "--at", DAY, "--yes")
    assert SAID in whole["died"]


@pytest.mark.parametrize("by_step", WAYS[1:] if not EVERY else WAYS)
def test_retention_over_three_databases_cut_anywhere_ends_the_same(
    tmp_path: Path, killed: Killed, *, by_step: bool
) -> None:
    (plan,) = (killed.ready / "plans").glob("*.json")
    fingerprint = plan.stem.rpartition("-")[2]
    killed = replace(killed, by_step=by_step)
    whole = killed.holds(tmp_path, "apply", fingerprint, "--approve", fingerprint)
    assert SAID in whole["died"]
