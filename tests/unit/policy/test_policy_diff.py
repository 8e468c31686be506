"""What changed between two versions is said part by part, for whom, and whether to tell (R-0.3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from policy_samples import policies

from doelbinding.policy.canonical import document
from doelbinding.policy.diff import Change, Kind, Owed, compare, touching
from doelbinding.policy.load import load
from doelbinding.policy.model import Policy

ORG, ACT, CRM = "organisation.yaml", "activities.yaml", "stores/crm.yaml"
Rewrite = Callable[[str, str, str], int]

NEW_PROCESSOR = """
  - id: analytics
    name: {nl: Telbedrijf, en: Counting Co}
    kind: processor
    country: DE
    service: {nl: tellen, en: counting}
    receives: [contact]

transfers:"""
SELLING = """    purposes:
      - {id: selling, label: {nl: verkopen}, dpv: "https://w3id.org/dpv#Sell"}
      - {id: news,"""


@pytest.fixture
def changes(folder: Path, small: Policy, rewrite: Rewrite) -> Callable[..., tuple[Change, ...]]:
    def made(*edits: tuple[str, str, str]) -> tuple[Change, ...]:
        for edit in edits:
            rewrite(*edit)
        return compare(small, load(folder))

    return made


def test_the_same_policy_has_no_changes(small: Policy) -> None:
    assert compare(small, small) == ()


def test_the_version_itself_is_not_a_change(changes) -> None:
    assert changes((ORG, "number: 1.0", "number: 1.1"), (ORG, "2024-01-01", "2024-06-01")) == ()


# what is edited; then what is said of it: where, whether and why people must be told, the article
TOLD = {
    "longer-retention": (
        [(ACT, "after last.contact keep P3Y", "after last.contact keep P4Y")],
        "activity customer-relations, phase active, retention", Owed.RETENTION, "GDPR 13(2)(a)",
    ),
    "other-event": (
        [(ACT, "after last.contact keep P3Y", "after relation.ended keep P3Y")],
        "activity customer-relations, phase active, retention", Owed.RETENTION, "GDPR 13(2)(a)",
    ),
    "shorter-retention": (
        [(ACT, "after last.contact keep P3Y", "after last.contact keep P35M")],
        "activity customer-relations, phase active, retention", None, None,
    ),
    "same-retention-in-months": (
        [(ACT, "after last.contact keep P3Y", "after last.contact keep P36M")],
        "activity customer-relations, phase active, retention", None, None,
    ),
    "new-purpose": (
        [(ACT, "    purposes:\n      - {id: news,", SELLING)],
        "activity newsletter, purpose selling", Owed.PURPOSE, "GDPR 13(3)",
    ),
    "new-use": (
        [(ACT, "uses: [invoices, accounts]", "uses: [invoices, accounts, news]")],
        "activity invoicing, phase active, use for news", Owed.PURPOSE, "GDPR 13(3)",
    ),
    "use-ended": (
        [(ACT, "uses: [invoices, accounts]", "uses: [invoices]")],
        "activity invoicing, phase active, use for accounts", None, None,
    ),
    "other-basis": (
        [(ACT, "basis: {kind: contract}", "basis: {kind: legitimate-interests}")],
        "activity invoicing, phase active, basis, kind", Owed.BASIS, "GDPR 13(1)(c)",
    ),
    "other-basis-from-elsewhere": (
        [(ACT, "collection: direct", "collection: indirect"),
         (ACT, "kind: legitimate-interests", "kind: public-task")],
        "activity customer-relations, phase active, basis, kind", Owed.BASIS, "GDPR 14(1)(c)",
    ),
    "no-withdrawal": (
        [(ACT, "          withdrawal: {nl: Klik op afmelden., en: Click unsubscribe.}\n", "")],
        "activity newsletter, phase active, basis, withdrawal", Owed.RIGHTS, "GDPR 13(2)(b)",
    ),
    "objection-no-longer-absolute": (
        [(ACT, "direct_marketing: true", "direct_marketing: false")],
        "activity newsletter, phase active, basis, direct marketing", Owed.RIGHTS,
        "GDPR 13(2)(b)",
    ),
    "new-recipient": (
        [(ORG, "\ntransfers:", NEW_PROCESSOR),
         (ACT, "recipients: [mailer]", "recipients: [mailer, analytics]")],
        "activity newsletter, recipient analytics", Owed.RECIPIENT, "GDPR 13(1)(e)",
    ),
    "recipient-gone": (
        [(ACT, "recipients: [mailer]", "recipients: []")],
        "activity newsletter, recipient mailer", None, None,
    ),
    "recipient-receives-more": (
        [(ORG, "receives: [contact]", "receives: [contact, financial]")],
        "recipient mailer, receives data category financial", Owed.RECIPIENT,
        "GDPR 13(1)(e), 14(1)(e)",
    ),
    "new-transfer": (
        [(ORG, "    receives: [contact, financial]",
          "    receives: [contact, financial]\n    transfer: mailer-us")],
        "recipient hosting, transfer", Owed.TRANSFER, "GDPR 13(1)(f), 14(1)(f)",
    ),
    "other-ground-of-transfer": (
        [(ORG, "ground: standard-contractual-clauses", "ground: derogation")],
        "transfer mailer-us, ground", Owed.TRANSFER, "GDPR 13(1)(f), 14(1)(f)",
    ),
    "new-category": (
        [(ACT, "data: [contact]", "data: [contact, financial]")],
        "activity customer-relations, data category financial", Owed.CATEGORY, "GDPR 13(1)",
    ),
    "automated": (
        [(ACT, "automation: {solely_automated: false}", "automation: {solely_automated: true}")],
        "activity customer-relations, automation, solely automated", Owed.AUTOMATION,
        "GDPR 13(2)(f)",
    ),
    "new-controller-of-an-activity": (
        [(ORG, "performed: false", "performed: true"),
         (ACT, "    controllers: [windvaan-nl]\n", "")],
        "activity newsletter, controllers", Owed.PURPOSE, "GDPR 13(3)",
    ),
    "other-officer": (
        [(ORG, "name: J. de Vries", "name: P. Jansen")],
        "controller windvaan-nl, officer, name", None, None,
    ),
    "other-paths-of-a-binding": (
        [(CRM, "phases: [archive], columns: [STRAAT]",
          "phases: [archive], columns: [STRAAT], through: [invoice]")],
        "store crm, dataset address, binding of invoicing, through", None, None,
    ),
    "other-column": (
        [(CRM, "{name: SOORT}", "{name: SOORT, replace_with: X}")],
        "store crm, dataset contact, column SOORT, replace with", None, None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TOLD)
def test_what_people_must_be_told_of(changes, name: str) -> None:
    edits, what, owed, article = TOLD[name]
    made = changes(*edits)
    [change] = [c for c in made if c.what == what]
    assert (change.owed, change.article) == (owed, article)
    assert change.matters is (owed is not None)
    assert change.substance
    assert [c.what for c in made if c.matters] == [what] * change.matters


def test_a_change_says_before_and_after_and_for_whom(changes) -> None:
    [change] = changes((ACT, "after last.contact keep P3Y", "after last.contact keep P4Y"))
    assert change.kind is Kind.CHANGED
    assert change.before == "after relation.ended keep P5Y; after last.contact keep P3Y"
    assert change.after == "after relation.ended keep P5Y; after last.contact keep P4Y"
    assert change.persons == ("prospect",)
    assert change.controllers == ("windvaan-nl", "windvaan-no")
    assert touching([change], "customer") == ()


def test_retention_is_compared_as_it_works_out_for_each_controller(changes) -> None:
    """The Norwegian deviation stands, so that only the Dutch term becomes longer."""
    [change] = changes((ACT, "invoice.date) keep P10Y", "invoice.date) keep P12Y"))
    assert change.controllers == ("windvaan-nl",)
    assert change.matters


def test_a_deviation_that_changes_touches_its_controller_alone(changes) -> None:
    [change] = changes((ORG, "invoice.date) keep P5Y", "invoice.date) keep P4Y"))
    assert change.controllers == ("windvaan-no",)
    assert not change.matters


def test_another_wording_is_no_change_of_substance(changes) -> None:
    [change] = changes((ACT, "en: We send you news.", "en: We mail you news."))
    assert change.what == "activity newsletter, summary, en"
    assert (change.before, change.after) == ("We send you news.", "We mail you news.")
    assert not change.substance
    assert not change.matters


def test_the_name_of_a_statute_is_wording(changes) -> None:
    [change] = changes((ORG, "en: Bookkeeping Act § 13", "en: Bookkeeping Act section 13"))
    assert change.what == "activity invoicing, phase archive, retention"
    assert not change.substance


def test_a_new_translation_is_an_addition_of_words(changes) -> None:
    [change] = changes((ACT, "en: We send you news.}", "en: We send you news., fr: Voici}"))
    assert (change.kind, change.what) == (Kind.ADDED, "activity newsletter, summary, fr")


def test_a_new_activity_is_a_new_purpose_for_its_people(small: Policy) -> None:
    fewer = replace(small, activities=small.activities[:2])
    [added] = [c for c in compare(fewer, small) if c.path == ("activities", "newsletter")]
    assert (added.kind, added.owed) == (Kind.ADDED, Owed.PURPOSE)
    assert added.persons == ("customer", "prospect")
    assert added.controllers == ("windvaan-nl",)
    [removed] = [c for c in compare(small, fewer) if c.path == ("activities", "newsletter")]
    assert (removed.kind, removed.owed) == (Kind.REMOVED, None)


def test_a_new_controller_must_be_told_of(small: Policy) -> None:
    fewer = replace(small, controllers=small.controllers[:1])
    [added] = [c for c in compare(fewer, small) if c.matters]
    assert (added.what, added.owed) == ("controller windvaan-no", Owed.CONTROLLER)
    assert added.controllers == ("windvaan-no",)


@pytest.mark.parametrize("kind", ["activities", "controllers", "recipients", "stores"])
def test_another_order_is_no_change_of_substance(small: Policy, kind: str) -> None:
    turned = replace(small, **{kind: tuple(reversed(getattr(small, kind)))})
    assert not any(change.substance for change in compare(small, turned))


@given(policies(), policies())
@settings(deadline=None, max_examples=50)
def test_nothing_is_overlooked(old: Policy, new: Policy) -> None:
    """No change exactly when the documents are the same, save for the version."""
    same = replace(old, version=new.version)
    assert bool(compare(old, new)) is (document(same) != document(new))
