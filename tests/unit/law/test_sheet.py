"""What a sheet owes, item by item (R-X.1 to R-X.14)."""

from __future__ import annotations

from typing import Any

import pytest

from doelbinding.law.sheet import ITEMS, State, sheet
from doelbinding.policy.activity import Source
from doelbinding.policy.vocabulary import Collection, Provision, Role

from .sample import clean, put, said


def states(activity: int, *breaks: tuple[tuple[str | int, ...], Any]) -> dict[str, State]:
    policy = clean()
    for path, value in breaks:
        policy = put(policy, path, value)
    items = sheet(policy, policy.controllers[0], policy.activities[activity])
    return {item.topic: state for item, state in items.items()}


def test_every_item_of_the_requirements_is_there() -> None:
    assert {item.requirement for item in ITEMS} == {f"R-X.{n}" for n in range(1, 15)}
    assert len({item.topic for item in ITEMS}) == len(ITEMS)
    assert all(item.article.startswith("GDPR") for item in ITEMS)


@pytest.mark.parametrize("activity", range(3))
def test_complete_policy_owes_nothing(activity: int) -> None:
    assert State.MISSING not in states(activity).values()


def test_what_does_not_apply_is_told_apart_from_what_is_there() -> None:
    relations, invoicing, newsletter = (states(n) for n in range(3))
    assert relations["legitimate interest"] is State.MET
    assert invoicing["legitimate interest"] is State.INAPPLICABLE
    assert newsletter["withdrawal of consent"] is State.MET
    assert relations["withdrawal of consent"] is State.INAPPLICABLE
    assert invoicing["source of the data"] is State.MET
    assert newsletter["source of the data"] is State.INAPPLICABLE
    assert invoicing["whether data must be given"] is State.INAPPLICABLE
    assert invoicing["categories of data"] is State.MET
    assert relations["transfers to third countries"] is State.MET
    assert newsletter["transfers to third countries"] is State.INAPPLICABLE


def test_store_outside_the_area_is_a_transfer_of_every_activity_in_it() -> None:
    outside = states(2, (("stores", 0, "country"), "GB"))
    assert outside["transfers to third countries"] is State.MISSING
    declared = (("stores", 0, "transfer"), "to-britain")
    told = states(2, (("stores", 0, "country"), "GB"), declared)
    assert told["transfers to third countries"] is State.MET


def test_recipient_of_another_controller_is_not_told_here() -> None:
    elsewhere = states(0, (("recipients", 0, "controllers"), ("french",)))
    assert elsewhere["transfers to third countries"] is State.INAPPLICABLE


def test_secrecy_limits_only_what_comes_from_others() -> None:
    limited = (("activities", 2, "secrecy_limit"), said("secret"))
    assert states(2, limited)["limit by professional secrecy"] is State.MISSING
    indirect = (
        ("activities", 2, "sources"),
        (Source(collection=Collection.INDIRECT, label=said("others")),),
    )
    assert states(2, limited, indirect)["limit by professional secrecy"] is State.MET


def test_consequence_is_told_unless_giving_is_voluntary() -> None:
    required = (("activities", 2, "provision"), Provision.STATUTORY)
    assert states(2, required)["whether data must be given"] is State.MISSING


def test_client_owes_the_sheet_of_what_is_done_for_it() -> None:
    as_processor = states(2, (("activities", 2, "role"), Role.PROCESSOR))
    assert set(as_processor.values()) == {State.INAPPLICABLE}
