"""Gathers what each phase of an activity says: its purpose, its ground and how long it lasts."""

from __future__ import annotations

from doelbinding.law.language.terms import has_words, period_in_words, rule_in_words
from doelbinding.policy.activity import Activity, Basis, Phase, Term
from doelbinding.policy.retention import After
from doelbinding.publish import facts
from doelbinding.publish.desk import Desk


def phase_fact(desk: Desk, activity: Activity, phase: Phase) -> facts.PhaseFact:
    """Gather what a phase says, with the terms that hold for this controller."""
    say = desk.wording.say
    purposes = desk.policy.purpose_by_id
    purpose = purposes[phase.purpose]
    terms = desk.policy.terms_of(desk.controller, activity, phase)
    own = desk.policy.own_terms_of(desk.controller, activity, phase)
    return facts.PhaseFact(
        id=phase.id,
        purpose=facts.Named(id=purpose.id, label=say(purpose.label), dpv=purpose.dpv),
        basis=_basis(desk, phase.basis),
        terms=tuple(_term(desk, term) for term in terms),
        criteria=say(phase.criteria) if own is None else "",
        uses=tuple(say(purposes[use].label) for use in phase.uses),
    )


def _basis(desk: Desk, basis: Basis) -> facts.BasisFact:
    wording, say = desk.wording, desk.wording.say
    balancing, special = basis.balancing, basis.special
    return facts.BasisFact(
        kind=basis.kind.value,
        label=wording.ui(f"basis.{basis.kind.value}"),
        article=wording.article(basis.kind.article),
        dpv=basis.kind.dpv,
        statute=say(basis.statute),
        interest=say(basis.interest),
        balancing=say(balancing.outcome) if balancing else "",
        balanced_on=wording.date(balancing.assessed_on) if balancing else "",
        direct_marketing=basis.direct_marketing,
        withdrawal=say(basis.withdrawal),
        special_ground=wording.ui(f"special_ground.{special.ground.value}") if special else "",
        special_article=wording.article(special.ground.article) if special else "",
        special_explanation=say(special.explanation) if special else "",
    )


def _term(desk: Desk, term: Term) -> facts.TermFact:
    rule = term.parsed
    return facts.TermFact(
        rule=term.rule,
        words=rule_in_words(rule, desk.controller.financial_year_end, desk.wording),
        worded=has_words(rule, desk.wording),
        criteria=desk.wording.say(term.criteria),
        period=period_in_words(rule.keep, desk.wording) if isinstance(rule, After) else "",
        persons=tuple(
            desk.wording.say(desk.policy.person_category_by_id[id_].label) for id_ in term.persons
        ),
        statute=desk.wording.say(term.statute),
    )
