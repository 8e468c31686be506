"""What a plan says that it does: a pseudonym is never called anonymous (GDPR recital 26)."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from doelbinding.binding.circumstances import NOTHING_SAID
from doelbinding.binding.expression import YES
from doelbinding.binding.paths import place
from doelbinding.plan.model import Deed, Emptied, NamedFile, Step
from doelbinding.plan.transform import Transformer, has_ended
from doelbinding.plan.transformation import (
    Band,
    Empty,
    Generalise,
    KeepFirst,
    Pseudonymise,
    StripText,
    Transformation,
    Within,
)
from doelbinding.plan.words import deed_in_words, recorded_as, why_in_doubt
from doelbinding.policy.endings import Grain
from doelbinding.policy.load import load
from doelbinding.policy.stores import ColumnType
from doelbinding.retention.planner import Planner

YEAR = Generalise(grain=Grain.YEAR, held=ColumnType.DATE)


def step(change: Transformation | None, *, test: str | None = None) -> Step:
    deed = Deed.EMPTY if change is None else Deed.TRANSFORM
    emptied = Emptied(column="c", transformation=change, test=test)
    return Step(
        id="s", store="s", dataset="d", controller=None, deed=deed, needed=YES, columns=(emptied,)
    )


@pytest.mark.parametrize(
    ("change", "said", "recorded"),
    [
        (None, "empty c", "empty"),
        (YEAR, "generalise c to its year", "generalise"),
        (Band(width=10), "generalise c to bands of 10", "generalise"),
        (KeepFirst(length=4), "keep the first 4 characters of c", "generalise"),
        (StripText(), "strip c of addresses, numbers and names", "generalise"),
        (
            Pseudonymise(key="k"),
            "pseudonymise c under the key k, which is not anonymous until that key is destroyed",
            "pseudonymise",
        ),
        (Within(document="d", path="$.a", each=Empty()), "empty c, at $.a in d", "empty"),
    ],
)
def test_a_step_says_exactly_what_it_does(
    change: Transformation | None, said: str, recorded: str
) -> None:
    assert deed_in_words(step(change)) == said
    assert recorded_as(step(change)) == recorded


def test_only_what_a_test_on_record_shows_is_recorded_as_anonymised() -> None:
    assert recorded_as(step(YEAR, test="t")) == "anonymise"
    assert recorded_as(step(Pseudonymise(key="k"), test="t")) == "pseudonymise"


def test_a_step_says_which_files_go() -> None:
    deleting = Step(
        id="s",
        store="s",
        dataset="d",
        controller=None,
        deed=Deed.DELETE,
        needed=YES,
        files=(NamedFile(column="photo", root="photos"),),
    )
    assert deed_in_words(deleting) == "remove the file that photo names; delete row"


def test_a_value_is_seen_to_have_ended() -> None:
    assert has_ended(YEAR, "1980-01-01")
    assert not has_ended(YEAR, "1980-02-01")
    done = Transformer(keys=lambda _: b"k").of(Pseudonymise(key="k"), "x")
    assert has_ended(Pseudonymise(key="k"), done)
    assert not has_ended(Pseudonymise(key="k"), "x")


def test_why_rows_are_in_doubt_is_told_as_far_as_their_question_tells() -> None:
    """Whose an invoice is, its contact's country tells; an address is whoever's invoices are."""
    policy = load(Path(__file__).parents[2] / "policies" / "small")
    at = datetime(2026, 11, 23, tzinfo=UTC)
    plan = Planner(policy=policy, at=at, circumstances=NOTHING_SAID).retention("0" * 64)
    told = [
        (doubt.dataset, why_in_doubt(doubt, place(policy, f"{doubt.store}.{doubt.dataset}")))
        for doubt in plan.doubts
    ]
    nobody = "nothing says whose they are"
    assert {one for one in told if one[0] == "contact"} == {
        ("contact", "undated"),
        ("contact", nobody),
    }
    assert {one for one in told if one[0] == "invoice"} == {
        ("invoice", "undated"),
        ("invoice", nobody),
    }
    assert {one for one in told if one[0] == "address"} == {
        ("address", "undated, or leading to nobody")
    }
