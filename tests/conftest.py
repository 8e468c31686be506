"""What holds for every test.

In CI a skipped test is a failure: what is not run is not shown. Properties are about what holds,
not about how busy the machine is, so Hypothesis keeps no deadlines.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Generator

import pytest
from hypothesis import settings

settings.register_profile("doelbinding", deadline=None, print_blob=True)
settings.load_profile("doelbinding")

gc.set_threshold(50_000, 20, 100)  # expressions and statements are many: a fifth of the time else

IN_CI = bool(os.environ.get("CI"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if not hasattr(report, "wasxfail"):
        _insist(report, item.nodeid)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _insist(report, collector.nodeid)
    return report


def _insist(report: pytest.TestReport | pytest.CollectReport, what: str) -> None:
    """Turn a skip into a failure in CI."""
    if IN_CI and report.skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{what} was skipped, and in CI a skipped test is a failure: {reason}"
