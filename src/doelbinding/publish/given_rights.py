"""The rights that an activity gives, from the bases of its phases (R-IX, R-X.8).

`law.rights` says what each basis gives. Where all phases agree the right is shown once; where they
differ it is shown with the purposes for which it holds.
"""

from __future__ import annotations

from doelbinding.law.rights import rights_of
from doelbinding.policy.activity import Activity
from doelbinding.policy.model import Policy
from doelbinding.policy.text import Text
from doelbinding.policy.vocabulary import Right
from doelbinding.publish.facts import RightFact
from doelbinding.publish.wording import Wording


def rights_given(activity: Activity, policy: Policy, wording: Wording) -> tuple[RightFact, ...]:
    """Give the rights of an activity in the order of the law; a right it lacks is left out."""
    return tuple(fact for right in Right for fact in _given(right, activity, policy, wording))


def _given(right: Right, activity: Activity, policy: Policy, wording: Wording) -> list[RightFact]:
    purposes_by_article: dict[str, list[str]] = {}
    reasons: dict[str, Text] = {}
    for phase in activity.phases:
        standing = rights_of(activity, phase.basis)[right]
        if standing.exists:
            label = wording.say(policy.purpose_by_id[phase.purpose].label)
            purposes = purposes_by_article.setdefault(standing.article, [])
            if label not in purposes:
                purposes.append(label)
            reasons[standing.article] = standing.reason
    everywhere = len(purposes_by_article) == 1 and all(
        rights_of(activity, phase.basis)[right].exists for phase in activity.phases
    )
    return [
        RightFact(
            right=right.value,
            label=wording.ui(f"right.{right.value}"),
            article=wording.article(article),
            meaning=wording.say(reasons[article]),
            purposes=() if everywhere else tuple(purposes),
        )
        for article, purposes in purposes_by_article.items()
    ]
