"""Erasure by basis: what a request for erasure does to one phase of an activity (GDPR Art. 17).

| basis | outcome |
|---|---|
| consent, or explicit consent for special data | stop: 17(1)(b) |
| direct marketing, on any basis | stop at once, unweighed: 21(2)-(3), 17(1)(c) |
| living contract, or steps towards one | keep while necessary: no ground of 17(1) is met |
| public task, legitimate interests | an objection: stop, unless compelling grounds: 21(1) |
| legal obligation | keep exactly what it demands: 17(3)(b) |
| vital interests | keep while necessary |

What no longer lives stops on every basis (17(1)(a)). A claim that data are unlawful, or that a law
demands their erasure, is looked into first, unless the controller shows why it fails; once a
ground is established, only a legal duty keeps the data (17(3)(b)).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from doelbinding.law import wording
from doelbinding.policy.activity import Basis
from doelbinding.policy.text import Text
from doelbinding.policy.vocabulary import LawfulBasis, SpecialCategoryGround


class ErasureGround(StrEnum):
    """The grounds of Article 17(1), by their letter; a person need not name one."""

    NO_LONGER_NECESSARY = "a"
    CONSENT_WITHDRAWN = "b"
    OBJECTION = "c"
    UNLAWFUL = "d"
    LEGAL_DUTY_TO_ERASE = "e"
    CHILD_ONLINE = "f"

    @property
    def article(self) -> str:
        """Where the ground stands: `GDPR 17(1)(a)`."""
        return f"GDPR 17(1)({self.value})"


class Outcome(StrEnum):
    """What becomes of a phase: it ends, it goes on, or a human decides by the deadline."""

    STOP = "stop"
    KEEP = "keep"
    WEIGH = "weigh"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a request does to one phase, why, and under which article.

    `suspends`: the data are not used until the outcome is known. `lasting`: newer data of the same
    person are refused too, as after an objection to direct marketing.
    """

    outcome: Outcome
    article: str
    reason: Text
    suspends: bool = False
    lasting: bool = False


NOT_SHOWN_TO_BE_NEEDED = Decision(
    outcome=Outcome.STOP, article="GDPR 17(1)(a)", reason=wording.NOT_SHOWN_TO_BE_NEEDED
)
CONSENT_ENDS = Decision(outcome=Outcome.STOP, article="GDPR 17(1)(b)", reason=wording.CONSENT_ENDS)
MARKETING_ENDS = Decision(
    outcome=Outcome.STOP,
    article="GDPR 21(2), 21(3), 17(1)(c)",
    reason=wording.MARKETING_ENDS,
    lasting=True,
)
CONTRACT_LIVES = Decision(
    outcome=Outcome.KEEP, article="GDPR 17(1)(a), 6(1)(b)", reason=wording.CONTRACT_LIVES
)
STATUTE_DEMANDS = Decision(
    outcome=Outcome.KEEP, article="GDPR 17(3)(b), 6(1)(c)", reason=wording.STATUTE_DEMANDS
)
VITAL_INTEREST = Decision(
    outcome=Outcome.KEEP, article="GDPR 17(1)(a), 6(1)(d)", reason=wording.VITAL_INTEREST
)
OBJECTION_PREVAILS = Decision(
    outcome=Outcome.STOP, article="GDPR 21(1), 17(1)(c)", reason=wording.OBJECTION_PREVAILS
)
OBJECTION_WEIGHED = Decision(
    outcome=Outcome.WEIGH,
    article="GDPR 21(1), 17(1)(c), 18(1)(d)",
    reason=wording.OBJECTION_WEIGHED,
    suspends=True,
)

_EXAMINED = {ErasureGround.UNLAWFUL, ErasureGround.LEGAL_DUTY_TO_ERASE}


def decide_erasure(
    basis: Basis,
    ground: ErasureGround | None,
    *,
    alive: bool,
    compelling: Text | str | None = None,
    weighed: bool = True,
    established: bool = False,
    special: bool = False,
) -> Decision:
    """Decide what a request for erasure does to a phase.

    Args:
        basis: the phase's basis.
        ground: the ground of Art. 17(1) that the person names, if any.
        alive: whether the phase certainly lives for any value; else it is unknown.
        compelling: the compelling grounds that the controller shows (Art. 21(1)), or why a claim
            under 17(1)(d) or (e) fails, if it does.
        weighed: whether the weighing of an objection is over: not shown by then is not there.
        established: whether the controller found that the ground named is met.
        special: whether the value is of a special category, which needs its ground of Art. 9 too.
    """
    if not alive:
        return NOT_SHOWN_TO_BE_NEEDED
    if basis.kind is LawfulBasis.CONSENT or (special and rests_on_explicit_consent(basis)):
        return CONSENT_ENDS
    if basis.direct_marketing:
        return MARKETING_ENDS
    if ground is not None and basis.kind is not LawfulBasis.LEGAL_OBLIGATION:
        if established:
            return _granted(ground)
        if ground in _EXAMINED and _in_words(compelling) is None:
            return _examined(ground)
    return _by_basis(basis, compelling, weighed=weighed)


def _by_basis(basis: Basis, compelling: Text | str | None, *, weighed: bool) -> Decision:
    match basis.kind:
        case LawfulBasis.CONSENT:
            return CONSENT_ENDS
        case LawfulBasis.CONTRACT | LawfulBasis.PRE_CONTRACT:
            return CONTRACT_LIVES
        case LawfulBasis.LEGAL_OBLIGATION:
            return STATUTE_DEMANDS
        case LawfulBasis.VITAL_INTERESTS:
            return VITAL_INTEREST
        case LawfulBasis.PUBLIC_TASK | LawfulBasis.LEGITIMATE_INTERESTS:
            return _objection(compelling, weighed=weighed)
        case _:
            assert_never(basis.kind)


def rests_on_explicit_consent(basis: Basis) -> bool:
    """Tell whether special categories are used with explicit consent (Art. 9(2)(a))."""
    special = basis.special
    return special is not None and special.ground is SpecialCategoryGround.EXPLICIT_CONSENT


def _granted(ground: ErasureGround) -> Decision:
    return Decision(outcome=Outcome.STOP, article=ground.article, reason=wording.CLAIM_GRANTED)


def _examined(ground: ErasureGround) -> Decision:
    return Decision(
        outcome=Outcome.WEIGH,
        article=f"{ground.article}, 18(1)(b)",
        reason=wording.CLAIM_EXAMINED,
        suspends=True,
    )


def _objection(compelling: Text | str | None, *, weighed: bool) -> Decision:
    shown = _in_words(compelling)
    if shown is None:
        return OBJECTION_PREVAILS if weighed else OBJECTION_WEIGHED
    return Decision(outcome=Outcome.KEEP, article="GDPR 21(1), 17(1)(c)", reason=shown)


def _in_words(compelling: Text | str | None) -> Text | None:
    """Give the reason with the grounds shown in it; nothing shown, or only blanks, is no reason."""
    if compelling is None:
        return None
    if isinstance(compelling, Mapping):
        given = {tag: why.strip() for tag, why in compelling.items() if why.strip()}
        if not given:
            return None
        any_ = next(iter(given.values()))
    else:
        given, any_ = {}, compelling.strip()
        if not any_:
            return None
    return wording.text(
        nl=wording.COMPELLING["nl"].format(why=given.get("nl", any_)),
        en=wording.COMPELLING["en"].format(why=given.get("en", any_)),
        fr=wording.COMPELLING["fr"].format(why=given.get("fr", any_)),
    )
