"""A run of one store says nothing of another that failed or was left out (R-II.7)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from doelbinding.evidence.entry import Entry
from doelbinding.evidence.schema import EntryKind
from doelbinding.jobs.standing import standing

NOW = datetime(2026, 11, 29, 2, 30, tzinfo=UTC)
CRM, SHOP = ("retention", "crm"), ("retention", "shop")


def planned(plan: int, *stores: str, rows: int = 3, occasion: str = "retention") -> list[Entry]:
    told = {"plan": f"{plan:064x}", "policy": "0" * 64, "occasion": occasion, "rows": rows}
    data = {**told, "instant": "2026-11-29T02:30:00.000000Z", "stores": list(stores)}
    return [Entry(index=0, at=NOW, kind=EntryKind.PLAN_MADE, data=data)]


def ran(plan: int, *, verified: bool) -> list[Entry]:
    run = {"run": f"run-{plan}"}
    ended = (
        (EntryKind.RUN_VERIFIED, {**run, "rows": 3})
        if verified
        else (EntryKind.RUN_NOT_VERIFIED, {**run, "reason": "rows_remain"})
    )
    started = (EntryKind.RUN_STARTED, {**run, "plan": f"{plan:064x}"})
    return [Entry(index=0, at=NOW, kind=kind, data=data) for kind, data in (started, ended)]


def left_out(*stores: str) -> list[Entry]:
    data = {"stores": list(stores), "reason": "store_failed"}
    return [Entry(index=0, at=NOW, kind=EntryKind.NIGHT_LEFT_OUT, data=data)]


FAILED = [*planned(1, "crm"), *ran(1, verified=False)]


@pytest.mark.parametrize(
    ("later", "failed"),
    [
        ([], {CRM}),
        ([*planned(2, "shop"), *ran(2, verified=True)], {CRM}),
        ([*planned(2, "crm"), *ran(2, verified=True)], set()),
        ([*planned(2, "crm", "shop"), *ran(2, verified=True)], set()),
        (planned(2, "crm", rows=0), set()),
        (planned(2, "crm"), {CRM}),
        ([*planned(2, "crm", occasion="request"), *ran(2, verified=True)], {CRM}),
    ],
    ids=[
        "nothing",
        "another-store",
        "the-same",
        "both",
        "nothing-to-do",
        "only-planned",
        "request",
    ],
)
def test_a_store_that_was_not_verified_is_made_good_by_a_later_run_of_it_alone(
    later: list[Entry], failed: set[tuple[str, str]]
) -> None:
    assert standing([*FAILED, *later]).failed == failed


def test_a_store_that_a_night_left_out_is_so_until_it_is_done() -> None:
    night = [*left_out("crm", "shop"), *planned(1, "mail"), *ran(1, verified=True)]
    assert standing(night).left_out == {CRM, SHOP}
    next_ = [*planned(2, "crm"), *ran(2, verified=True), *planned(3, "shop", rows=0)]
    assert not standing([*night, *next_]).left_out
