"""What is killed, given up or restored ends the same where all is asked in rounds (ADR 0035)."""

from __future__ import annotations

import pytest

from tests.integration.test_boundaries import (
    ready,
    test_an_erasure_over_three_stores_killed_anywhere_resumes_as_the_same_case,
    test_retention_with_aggregated_events_and_shared_parents_killed_anywhere_ends_the_same,
)
from tests.integration.test_given_up import (
    stuck,
    test_a_changed_policy_does_not_leave_what_only_the_run_knows,
    test_a_row_that_somebody_on_hold_uses_since_stays,
    test_an_erasure_given_up_ends_the_address_of_whom_it_erased,
    test_what_a_changed_policy_keeps_stays,
    test_what_is_reapplied_and_given_up_ends_what_only_that_run_knows,
)
from tests.integration.test_reapply import (
    test_a_hold_set_since_keeps_what_a_restore_brought_back,
    test_what_people_had_erased_goes_again_after_a_restore,
    test_who_came_back_after_the_erasure_stays_after_a_restore,
)

__all__ = [
    "ready",
    "stuck",
    "test_a_changed_policy_does_not_leave_what_only_the_run_knows",
    "test_a_hold_set_since_keeps_what_a_restore_brought_back",
    "test_a_row_that_somebody_on_hold_uses_since_stays",
    "test_an_erasure_given_up_ends_the_address_of_whom_it_erased",
    "test_an_erasure_over_three_stores_killed_anywhere_resumes_as_the_same_case",
    "test_retention_with_aggregated_events_and_shared_parents_killed_anywhere_ends_the_same",
    "test_what_a_changed_policy_keeps_stays",
    "test_what_is_reapplied_and_given_up_ends_what_only_that_run_knows",
    "test_what_people_had_erased_goes_again_after_a_restore",
    "test_who_came_back_after_the_erasure_stays_after_a_restore",
]


@pytest.fixture(autouse=True)
def everything_is_deep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IN_ROUNDS", "1")
