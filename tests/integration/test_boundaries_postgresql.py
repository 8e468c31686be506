"""Killed at boundaries of PostgreSQL and run again: the same end, each fact once (DESIGN §2)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.integration.deaths import Killed
from tests.integration.forked import run
from tests.integration.mill import ANNA, DAY, build, database

WAYS = pytest.mark.parametrize("by_step", [False, True], ids=["at-once", "by-step"])


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory, hurried: sa.URL) -> Killed:
    """A folder with a retention plan; its stores and records are databases `ready_…`."""
    folder = build(tmp_path_factory.mktemp("ready") / "mill", hurried, "ready")
    records = database(hurried, "ready_records").set(drivername="postgresql")
    address = {"DOELBINDING_DATABASE_URL": records.render_as_string(hide_password=False)}
    assert run("plan", "--at", DAY, folder=folder, **address).returncode == 0
    url = hurried.render_as_string(hide_password=False)
    return Killed(ready=folder, least=40, sample=5, server=url)


@WAYS
def test_an_erasure_over_three_databases_killed_anywhere_resumes_as_the_same_case(
    tmp_path: Path, killed: Killed, *, by_step: bool
) -> None:
    killed = replace(killed, by_step=by_step)
    whole = killed.holds(tmp_path, "subject", "erase", *ANNA, "--at", DAY, "--yes")
    assert whole["at_once"] is not by_step


def test_a_list_killed_anywhere_goes_on_with_each_case_once(tmp_path: Path, killed: Killed) -> None:
    people = tmp_path / "list.csv"
    people.write_text("email\nanna@example.com\ncas@example.com\n", encoding="utf-8")
    killed = replace(killed, options=("--cases", "2"), sample=4)
    asked = ("--controller", "mill", "--at", DAY, "--yes")
    whole = killed.holds(tmp_path, "subject", "erase-many", str(people), *asked)
    assert whole["at_once"]


@WAYS
def test_retention_over_three_databases_killed_anywhere_ends_the_same(
    tmp_path: Path, killed: Killed, *, by_step: bool
) -> None:
    (plan,) = (killed.ready / "plans").glob("*.json")
    fingerprint = plan.stem.rpartition("-")[2]
    killed = replace(killed, by_step=by_step)
    whole = killed.holds(tmp_path, "apply", fingerprint, "--approve", fingerprint)
    assert whole["at_once"] is not by_step
