"""Rights and erasure by basis (R-IX; DESIGN "Erasure by basis")."""

from __future__ import annotations

import pytest

from doelbinding.law import wording
from doelbinding.law.rights import (
    Decision,
    ErasureGround,
    Outcome,
    decide_erasure,
    may_object,
    portable,
    rights_of,
    rights_of_activity,
)
from doelbinding.policy.activity import (
    Activity,
    Automation,
    Basis,
    Phase,
    Purpose,
    SpecialCategoryBasis,
)
from doelbinding.policy.vocabulary import LawfulBasis, Right, SpecialCategoryGround

ALWAYS = {Right.ACCESS, Right.RECTIFICATION, Right.ERASURE, Right.RESTRICTION, Right.COMPLAINT}
KINDS = list(LawfulBasis)


def activity(*bases: Basis, automated: bool = False) -> Activity:
    return Activity(
        id="a",
        name={"en": "A"},
        summary={"en": "A"},
        purposes=(Purpose(id="p", label={"en": "P"}, dpv="dpv:P"),),
        phases=tuple(
            Phase(id=f"phase-{n}", purpose="p", basis=basis) for n, basis in enumerate(bases)
        ),
        automation=Automation(solely_automated=automated),
    )


def special(kind: LawfulBasis) -> Basis:
    return Basis(
        kind=kind,
        special=SpecialCategoryBasis(
            ground=SpecialCategoryGround.EXPLICIT_CONSENT, explanation={"en": "asked"}
        ),
    )


@pytest.mark.parametrize("kind", KINDS)
def test_some_rights_exist_whatever_the_basis(kind: LawfulBasis) -> None:
    rights = rights_of(activity(), Basis(kind=kind))
    assert set(rights) == set(Right)
    assert {right for right in ALWAYS if rights[right].exists} == ALWAYS


@pytest.mark.parametrize("kind", KINDS)
def test_portability_needs_consent_or_contract_and_a_machine(kind: LawfulBasis) -> None:
    basis = Basis(kind=kind)
    given = kind in {LawfulBasis.CONSENT, LawfulBasis.CONTRACT, LawfulBasis.PRE_CONTRACT}
    assert portable(basis).exists is given
    assert not portable(basis, by_machine=False).exists


@pytest.mark.parametrize("kind", KINDS)
def test_objection_goes_with_public_task_and_legitimate_interests(kind: LawfulBasis) -> None:
    weighed = kind in {LawfulBasis.PUBLIC_TASK, LawfulBasis.LEGITIMATE_INTERESTS}
    assert may_object(Basis(kind=kind)).exists is weighed
    assert not may_object(Basis(kind=kind)).absolute
    assert may_object(Basis(kind=kind, direct_marketing=True)).absolute


@pytest.mark.parametrize("kind", KINDS)
def test_consent_is_withdrawn_only_where_it_was_asked(kind: LawfulBasis) -> None:
    standing = rights_of(activity(), Basis(kind=kind))[Right.WITHDRAW_CONSENT]
    assert standing.exists is (kind is LawfulBasis.CONSENT)


def test_explicit_consent_for_special_data_is_consent_too() -> None:
    rights = rights_of(activity(), special(LawfulBasis.LEGITIMATE_INTERESTS))
    assert rights[Right.WITHDRAW_CONSENT].exists
    assert rights[Right.PORTABILITY].exists


def test_human_review_goes_with_decisions_by_machine_alone() -> None:
    basis = Basis(kind=LawfulBasis.CONTRACT)
    assert rights_of(activity(automated=True), basis)[Right.HUMAN_REVIEW].exists
    assert not rights_of(activity(), basis)[Right.HUMAN_REVIEW].exists


def test_right_exists_for_an_activity_when_any_of_its_phases_gives_it() -> None:
    two = activity(
        Basis(kind=LawfulBasis.LEGITIMATE_INTERESTS),
        Basis(kind=LawfulBasis.LEGAL_OBLIGATION),
        Basis(kind=LawfulBasis.CONSENT, direct_marketing=True),
    )
    rights = rights_of_activity(two)
    assert rights[Right.OBJECTION].absolute
    assert rights[Right.PORTABILITY].exists
    with pytest.raises(ValueError, match="no phase"):
        rights_of_activity(activity())


GROUNDS: list[ErasureGround | None] = [None, *ErasureGround]


def outcome(kind: LawfulBasis, ground: ErasureGround | None, **more: object) -> Decision:
    return decide_erasure(Basis(kind=kind), ground, alive=True, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("ground", GROUNDS)
def test_what_no_longer_lives_is_erased_on_every_basis(
    kind: LawfulBasis, ground: ErasureGround | None
) -> None:
    decision = decide_erasure(Basis(kind=kind), ground, alive=False, compelling="because")
    assert (decision.outcome, decision.article) == (Outcome.STOP, "GDPR 17(1)(a)")


@pytest.mark.parametrize("ground", GROUNDS)
def test_consent_ends_whatever_is_asked(ground: ErasureGround | None) -> None:
    decision = outcome(LawfulBasis.CONSENT, ground, compelling="we would rather not")
    assert (decision.outcome, decision.article) == (Outcome.STOP, "GDPR 17(1)(b)")
    assert not decision.lasting


@pytest.mark.parametrize("kind", [k for k in KINDS if k is not LawfulBasis.CONSENT])
@pytest.mark.parametrize("ground", GROUNDS)
def test_direct_marketing_stops_at_once_and_for_good(
    kind: LawfulBasis, ground: ErasureGround | None
) -> None:
    basis = Basis(kind=kind, direct_marketing=True)
    decision = decide_erasure(basis, ground, alive=True, compelling="money", weighed=False)
    assert decision.outcome is Outcome.STOP
    assert decision.lasting
    assert "21(3)" in decision.article


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("established", [False, True])
def test_legal_obligation_keeps_exactly_what_it_demands(
    ground: ErasureGround | None,
    *,
    established: bool,
) -> None:
    decision = outcome(LawfulBasis.LEGAL_OBLIGATION, ground, established=established)
    assert decision.outcome is Outcome.KEEP
    assert "17(3)(b)" in decision.article


@pytest.mark.parametrize("kind", [LawfulBasis.CONTRACT, LawfulBasis.PRE_CONTRACT])
@pytest.mark.parametrize("ground", [None, ErasureGround.OBJECTION, ErasureGround.CONSENT_WITHDRAWN])
def test_living_contract_keeps_what_it_needs(
    kind: LawfulBasis, ground: ErasureGround | None
) -> None:
    assert outcome(kind, ground).outcome is Outcome.KEEP


def test_vital_interests_keep_while_necessary() -> None:
    assert outcome(LawfulBasis.VITAL_INTERESTS, None).outcome is Outcome.KEEP


@pytest.mark.parametrize("kind", [LawfulBasis.PUBLIC_TASK, LawfulBasis.LEGITIMATE_INTERESTS])
@pytest.mark.parametrize("ground", [None, ErasureGround.OBJECTION])
def test_erasure_under_an_interest_is_an_objection(
    kind: LawfulBasis, ground: ErasureGround | None
) -> None:
    waiting = outcome(kind, ground, weighed=False)
    assert (waiting.outcome, waiting.suspends) == (Outcome.WEIGH, True)
    assert outcome(kind, ground).outcome is Outcome.STOP
    assert outcome(kind, ground, compelling="  ").outcome is Outcome.STOP
    assert outcome(kind, ground, compelling={"nl": " "}).outcome is Outcome.STOP
    kept = outcome(kind, ground, compelling="a claim is pending")
    assert kept.outcome is Outcome.KEEP
    assert all("a claim is pending" in words for words in kept.reason.values())


def test_compelling_grounds_are_told_in_the_persons_language() -> None:
    kept = outcome(
        LawfulBasis.LEGITIMATE_INTERESTS, None, compelling={"nl": "er loopt een zaak", "fr": ""}
    )
    assert kept.reason["nl"].endswith("er loopt een zaak")
    assert kept.reason["fr"].endswith("er loopt een zaak")


@pytest.mark.parametrize("ground", [ErasureGround.UNLAWFUL, ErasureGround.LEGAL_DUTY_TO_ERASE])
def test_claim_that_data_are_unlawful_is_looked_into(ground: ErasureGround) -> None:
    claimed = outcome(LawfulBasis.CONTRACT, ground)
    assert (claimed.outcome, claimed.suspends) == (Outcome.WEIGH, True)
    granted = outcome(LawfulBasis.CONTRACT, ground, established=True)
    assert (granted.outcome, granted.article) == (Outcome.STOP, ground.article)
    refuted = outcome(LawfulBasis.CONTRACT, ground, compelling="the contract was signed")
    assert refuted.outcome is Outcome.KEEP


def test_special_data_go_when_explicit_consent_does() -> None:
    basis = special(LawfulBasis.CONTRACT)
    ground = ErasureGround.CONSENT_WITHDRAWN
    assert decide_erasure(basis, ground, alive=True, special=True).outcome is Outcome.STOP
    assert decide_erasure(basis, ground, alive=True).outcome is Outcome.KEEP


def test_every_sentence_exists_in_three_languages() -> None:
    texts = {name: value for name, value in vars(wording).items() if name.isupper()}
    assert texts
    for name, value in texts.items():
        assert set(value) == {"nl", "en", "fr"}, name
        assert all(words.strip() for words in value.values()), name
