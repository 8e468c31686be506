"""Which rights a person has, by the basis of each activity (GDPR Art. 7, 15-22, 77; R-IX).

Access, rectification, erasure, restriction and complaint always exist. Portability goes with
consent or contract, objection with a public task or legitimate interests and, absolutely, with
direct marketing; withdrawal with consent, review by a human with a decision by machine alone.
What a request for erasure does is in `law.erasure`, and can be had from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from doelbinding.law import wording
from doelbinding.law.erasure import (
    Decision,
    ErasureGround,
    Outcome,
    decide_erasure,
    rests_on_explicit_consent,
)
from doelbinding.policy.activity import Activity, Basis
from doelbinding.policy.text import Text
from doelbinding.policy.vocabulary import LawfulBasis, Right

__all__ = [
    "Decision",
    "ErasureGround",
    "Outcome",
    "Standing",
    "decide_erasure",
    "may_object",
    "portable",
    "rights_of",
    "rights_of_activity",
]

_PORTABLE = {LawfulBasis.CONSENT, LawfulBasis.CONTRACT, LawfulBasis.PRE_CONTRACT}
_OBJECTABLE = {LawfulBasis.PUBLIC_TASK, LawfulBasis.LEGITIMATE_INTERESTS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Whether a right exists, why or why not, and under which article.

    `absolute`: it is not weighed against anything.
    """

    right: Right
    exists: bool
    article: str
    reason: Text
    absolute: bool = False


def rights_of(
    activity: Activity, basis: Basis, *, by_machine: bool = True
) -> Mapping[Right, Standing]:
    """Give each right's standing under one basis of an activity.

    Args:
        activity: what is done with the data.
        basis: the ground of one of its phases.
        by_machine: whether the data are processed automatically; those in a database are.
    """
    return MappingProxyType(
        {
            Right.ACCESS: _always(Right.ACCESS, "GDPR 15", wording.ACCESS),
            Right.RECTIFICATION: _always(Right.RECTIFICATION, "GDPR 16", wording.RECTIFICATION),
            Right.ERASURE: _erasure(basis),
            Right.RESTRICTION: _always(Right.RESTRICTION, "GDPR 18", wording.RESTRICTION),
            Right.PORTABILITY: portable(basis, by_machine=by_machine),
            Right.OBJECTION: may_object(basis),
            Right.WITHDRAW_CONSENT: _withdrawal(basis),
            Right.HUMAN_REVIEW: _human_review(activity),
            Right.COMPLAINT: _always(Right.COMPLAINT, "GDPR 77", wording.COMPLAINT),
        }
    )


def rights_of_activity(activity: Activity, *, by_machine: bool = True) -> Mapping[Right, Standing]:
    """Give each right's standing under the whole activity: it exists where any phase gives it.

    An absolute standing comes before one that is weighed.

    Raises:
        ValueError: the activity has no phase, so no basis.
    """
    if not activity.phases:
        raise ValueError(f"activity {activity.id!r} has no phase: without a basis no right follows")
    each = [rights_of(activity, p.basis, by_machine=by_machine) for p in activity.phases]
    return MappingProxyType(
        {
            right: max((rights[right] for rights in each), key=lambda s: (s.exists, s.absolute))
            for right in Right
        }
    )


def portable(basis: Basis, *, by_machine: bool = True) -> Standing:
    """Tell whether values under this basis can be taken along (Art. 20(1)).

    Only those that the person gave or that were observed of them; that is told per value.
    """
    if basis.kind not in _PORTABLE and not rests_on_explicit_consent(basis):
        return _no(Right.PORTABILITY, "GDPR 20(1)(a)", wording.NO_PORTABILITY_BASIS)
    if not by_machine:
        return _no(Right.PORTABILITY, "GDPR 20(1)(b)", wording.NO_PORTABILITY_ON_PAPER)
    return _always(Right.PORTABILITY, "GDPR 20(1)", wording.PORTABILITY)


def may_object(basis: Basis) -> Standing:
    """Tell whether a person can object under this basis, and whether that is weighed (Art. 21)."""
    if basis.direct_marketing:
        return Standing(
            right=Right.OBJECTION,
            exists=True,
            article="GDPR 21(2), 21(3)",
            reason=wording.OBJECTION_TO_MARKETING,
            absolute=True,
        )
    if basis.kind in _OBJECTABLE:
        return _always(Right.OBJECTION, "GDPR 21(1)", wording.OBJECTION)
    return _no(Right.OBJECTION, "GDPR 21(1)", wording.NO_OBJECTION)


def _erasure(basis: Basis) -> Standing:
    if basis.kind is LawfulBasis.LEGAL_OBLIGATION:
        return _always(Right.ERASURE, "GDPR 17, 17(3)(b)", wording.ERASURE_UNDER_STATUTE)
    return _always(Right.ERASURE, "GDPR 17", wording.ERASURE)


def _withdrawal(basis: Basis) -> Standing:
    if basis.kind is LawfulBasis.CONSENT or rests_on_explicit_consent(basis):
        return Standing(
            right=Right.WITHDRAW_CONSENT,
            exists=True,
            article="GDPR 7(3)",
            reason=wording.WITHDRAW,
            absolute=True,
        )
    return _no(Right.WITHDRAW_CONSENT, "GDPR 7(3)", wording.NO_WITHDRAWAL)


def _human_review(activity: Activity) -> Standing:
    if activity.automation is not None and activity.automation.solely_automated:
        return _always(Right.HUMAN_REVIEW, "GDPR 22(3)", wording.HUMAN_REVIEW)
    return _no(Right.HUMAN_REVIEW, "GDPR 22(1)", wording.NO_AUTOMATED_DECISION)


def _always(right: Right, article: str, reason: Text) -> Standing:
    return Standing(right=right, exists=True, article=article, reason=reason)


def _no(right: Right, article: str, reason: Text) -> Standing:
    return Standing(right=right, exists=False, article=article, reason=reason)
