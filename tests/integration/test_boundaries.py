"""Killed at every boundary, and run again: the same end, each fact said once (DESIGN §2, §5)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.deaths import Killed
from tests.integration.forked import run
from tests.integration.mill import ANNA, DAY, build


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a retention plan; its records exist, so that no run makes the tables."""
    folder = build(tmp_path_factory.mktemp("ready") / "mill")
    assert run("plan", "--at", DAY, folder=folder).returncode == 0
    return folder


def test_an_erasure_over_three_stores_killed_anywhere_resumes_as_the_same_case(
    tmp_path: Path, ready: Path
) -> None:
    who = (*ANNA, "--at", DAY, "--yes")
    Killed(ready=ready, least=40, sample=12).holds(tmp_path, "subject", "erase", *who)


def test_retention_with_aggregated_events_and_shared_parents_killed_anywhere_ends_the_same(
    tmp_path: Path, ready: Path
) -> None:
    (plan,) = (ready / "plans").glob("*.json")
    fingerprint = plan.stem.rpartition("-")[2]
    Killed(ready=ready, least=40, sample=12).holds(
        tmp_path, "apply", fingerprint, "--approve", fingerprint
    )
