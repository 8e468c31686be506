"""Killed at every boundary, and run again: the same end, each fact said once (DESIGN §2, §5)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.test_story import run
from tests.integration.boundaries import KILLED
from tests.integration.mill import ANNA, DAY, build

ROOT = Path(__file__).parents[2]
LEAST = 40
"""Fewer boundaries than this would show that they are no longer seen."""


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a retention plan; its records exist, so that no run makes the tables."""
    folder = build(tmp_path_factory.mktemp("ready") / "mill")
    assert run("plan", "--at", DAY, folder=folder).returncode == 0
    return folder


def deaths(tmp_path: Path, ready: Path, *command: str) -> Iterator[dict[str, Any]]:
    """Yield what the folder holds undisturbed, then after each death and running again.

    In two processes, each taking every second boundary.
    """
    halves = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.integration.boundaries", str(tmp_path / str(half)),
             str(ready), f"{half}/2", *command],
            cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        for half in (0, 1)
    ]  # fmt: skip
    printed = [half.communicate(timeout=600)[0] for half in halves]
    assert [half.returncode for half in halves] == [0, 0]
    for lines in printed:
        yield from map(json.loads, lines.splitlines())


def holds_at_every_boundary(tmp_path: Path, ready: Path, *command: str) -> None:
    found = list(deaths(tmp_path, ready, *command))
    whole = found[0]
    assert whole["status"] == 0
    assert whole["count"] >= LEAST
    died = [one for one in found if one["boundary"]]
    assert {one["boundary"] for one in died} == set(range(1, whole["count"] + 1))
    same = ("status", "rows", "facts", "ledger", "open", "sealed", "files")
    for one in died:
        assert one["died"] == KILLED
        for what in same:
            assert one[what] == whole[what], (one["boundary"], what)
        assert not one["early"], f"said to be verified while rows remained: {one['boundary']}"


def test_an_erasure_over_three_stores_killed_anywhere_resumes_as_the_same_case(
    tmp_path: Path, ready: Path
) -> None:
    who = (*ANNA, "--at", DAY, "--yes")
    holds_at_every_boundary(tmp_path, ready, "subject", "erase", *who)


def test_retention_with_aggregated_events_and_shared_parents_killed_anywhere_ends_the_same(
    tmp_path: Path, ready: Path
) -> None:
    (plan,) = (ready / "plans").glob("*.json")
    fingerprint = plan.stem.rpartition("-")[2]
    holds_at_every_boundary(tmp_path, ready, "apply", fingerprint, "--approve", fingerprint)
