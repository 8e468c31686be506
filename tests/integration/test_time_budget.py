"""A run that is given some minutes stops cleanly, and the same command goes on (DESIGN §2)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from doelbinding.cli.demo import prepare
from tests.acceptance.test_story import contents
from tests.integration.forked import planned, run

DAY = date(2026, 11, 23)


def test_a_run_whose_time_is_over_stops_and_goes_on(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    prepare(folder, people=15, seed=3, postgresql=False, at=DAY)
    plan = planned(folder)
    before = contents(folder)
    stopped = run("apply", plan, "--approve", plan, "--minutes", "0", folder=folder)
    assert stopped.returncode == 2
    assert "the time given is over" in stopped.stderr
    assert "Traceback" not in stopped.stderr
    midway = contents(folder)
    assert midway != before
    done = run("apply", plan, "--approve", plan, folder=folder)
    assert done.returncode == 0, done.stderr
    assert "finds none left" in done.stdout
    assert contents(folder) != midway
