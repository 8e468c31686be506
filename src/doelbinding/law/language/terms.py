"""Retention rules in plain words (Art. 13(2)(a), R-X.7): `10 jaar na het einde van het boekjaar`.

Events and states are names in a policy. The usual ones have words in `locale/`; for others the
criteria of the term or of its phase say what is meant, with the period; else the name is shown.
"""

from __future__ import annotations

from typing import assert_never

from doelbinding.law.language.wording import Wording
from doelbinding.policy.activity import Activity, Phase
from doelbinding.policy.model import Policy
from doelbinding.policy.organisation import Controller
from doelbinding.policy.retention import After, Period, Rule, Until, While


def period_in_words(period: Period, wording: Wording) -> str:
    """Write a period out: `1 jaar en 6 maanden`; empty for no time at all."""
    weeks, days = divmod(period.days, 7) if period.days % 7 == 0 else (0, period.days)
    parts = (
        ("period.years", period.years),
        ("period.months", period.months),
        ("period.weeks", weeks),
        ("period.days", days),
    )
    return wording.joined(wording.plural(key, number) for key, number in parts if number)


def rule_in_words(rule: Rule, financial_year_end: str, wording: Wording) -> str:
    """Write a rule out; the end of the financial year is the controller's own (MM-DD)."""
    match rule:
        case After():
            return _after(rule, financial_year_end, wording)
        case While(state=state):
            return _state("while", state, wording)
        case Until(state=state):
            return _state("until", state, wording)
        case _:
            assert_never(rule)


def criteria_in_words(
    policy: Policy, controller: Controller, activity: Activity, phase: Phase, wording: Wording
) -> str:
    """Give what the policy itself says of how long a phase lasts at a controller; may be nothing.

    The words of a phase are about its own terms, and not about those of a controller that deviates.
    """
    terms = policy.terms_of(controller, activity, phase)
    said = [wording.say(term.criteria) for term in terms]
    if not (said and all(said)) and policy.own_terms_of(controller, activity, phase) is None:
        said.insert(0, wording.say(phase.criteria))
    first, *more = dict.fromkeys(one for one in said if one) or ("",)
    return "; ".join((first, *more)) if more else first


def has_words(rule: Rule, wording: Wording) -> bool:
    """Tell whether the rule's event or state is one that has words of its own."""
    match rule:
        case After():
            return rule.end_of_financial_year or wording.known("events", rule.event) is not None
        case While(state=state):
            return wording.known("while", state) is not None
        case Until(state=state):
            return wording.known("until", state) is not None
        case _:
            assert_never(rule)


def _after(rule: After, financial_year_end: str, wording: Wording) -> str:
    period = period_in_words(rule.keep, wording)
    event = wording.known("events", rule.event)
    if rule.end_of_financial_year:
        ends = wording.year_end(financial_year_end)
        if event is None:
            return wording.ui("rule.financial_year_plain", period=period, ends=ends)
        return wording.ui("rule.financial_year", period=period, ends=ends, event=event)
    event = event or wording.ui("rule.event_unknown", name=rule.event)
    if not period:
        return wording.ui("rule.at_once", event=event)
    return wording.ui("rule.after", period=period, event=event)


def _state(word: str, state: str, wording: Wording) -> str:
    return wording.known(word, state) or wording.ui(f"rule.{word}_unknown", name=state)
