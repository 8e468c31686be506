"""What stands in a large plan twice is written once, and read back as it was (R-X.1)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from doelbinding.binding.circumstances import NOTHING_SAID
from doelbinding.binding.expression import Defined
from doelbinding.plan import sharing
from doelbinding.plan.document import (
    NotAPlan,
    document,
    fingerprint,
    fingerprint_of,
    parse,
    written,
)
from doelbinding.plan.model import Plan
from doelbinding.retention.planner import Planner
from tests.integration.one_night import policy_of
from tests.integration.test_webs import web


def _plan(tables: int) -> Plan:
    at = datetime(2026, 11, 23, tzinfo=UTC)
    return Planner(policy=policy_of(web(tables)), at=at, circumstances=NOTHING_SAID).retention("0")


def test_a_plan_grows_with_the_tables_and_not_with_the_ways_between_them() -> None:
    assert len(written(_plan(40))) < 3 * len(written(_plan(20)))


@pytest.mark.parametrize("tables", [3, 20])
def test_what_is_written_is_read_back(tables: int) -> None:
    plan = _plan(tables)
    assert parse(written(plan)) == plan
    assert ("defined" in document(plan)) is (tables == 20)


def test_a_plan_that_was_written_out_before_has_the_fingerprint_that_was_approved(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plan = _plan(14)
    monkeypatch.setattr(sharing, "MOST_WRITTEN_OUT", 10**9)
    before = written(replace(plan))
    monkeypatch.undo()
    assert written(plan) != before
    assert parse(before) == plan
    assert fingerprint_of(before) == fingerprint_of(json.dumps(json.loads(before)).encode())
    assert fingerprint_of(before) != fingerprint(plan)


def test_a_part_that_is_not_defined_is_refused() -> None:
    plan = _plan(3)
    first, *others = plan.steps
    with pytest.raises(NotAPlan):
        parse(written(replace(plan, steps=(replace(first, needed=Defined(at=0)), *others))))
