"""Retention in plain words, in each language (R-X.7, R-VI)."""

# ruff: noqa: RUF001 - French writes a typographic apostrophe

from __future__ import annotations

import pytest

from doelbinding.law.language.terms import has_words, period_in_words, rule_in_words
from doelbinding.law.language.wording import wording
from doelbinding.policy.retention import parse_period, parse_rule


@pytest.mark.parametrize(
    ("written", "nl", "en", "fr"),
    [
        ("P1Y", "1 jaar", "1 year", "1 an"),
        ("P10Y", "10 jaar", "10 years", "10 ans"),
        ("P1M", "1 maand", "1 month", "1 mois"),
        ("P18M", "18 maanden", "18 months", "18 mois"),
        ("P1Y6M", "1 jaar en 6 maanden", "1 year and 6 months", "1 an et 6 mois"),
        ("P4W", "4 weken", "4 weeks", "4 semaines"),
        ("P7D", "1 week", "1 week", "1 semaine"),
        ("P1D", "1 dag", "1 day", "1 jour"),
        ("P30D", "30 dagen", "30 days", "30 jours"),
        ("P0D", "", "", ""),
    ],
)
def test_a_period_is_written_out_in_each_language(written: str, nl: str, en: str, fr: str) -> None:
    period = parse_period(written)
    said = [period_in_words(period, wording(language)) for language in ("nl", "en", "fr")]
    assert said == [nl, en, fr]


@pytest.mark.parametrize(
    ("rule", "nl", "en", "fr"),
    [
        (
            "after relation.ended keep P5Y",
            "5 jaar na het einde van de relatie",
            "5 years after the end of the relationship",
            "5 ans après la fin de la relation",
        ),
        (
            "after end_of_financial_year(invoice.date) keep P10Y",
            "10 jaar na het einde van het boekjaar (30 juni) waarin de factuurdatum valt",
            (
                "10 years after the end of the financial year (30 June) "
                "in which the invoice date falls"
            ),
            (
                "10 ans après la clôture de l’exercice comptable (30 juin) "
                "au cours duquel tombe la date de la facture"
            ),
        ),
        (
            "after end_of_financial_year(something.else) keep P1Y",
            "1 jaar na het einde van het desbetreffende boekjaar (30 juni)",
            "1 year after the end of the financial year concerned (30 June)",
            "1 an après la clôture de l’exercice comptable concerné (30 juin)",
        ),
        (
            "while newsletter.subscribed",
            "zolang u op de nieuwsbrief bent geabonneerd",
            "as long as you are subscribed to the newsletter",
            "tant que vous êtes abonné à la lettre d’information",
        ),
        (
            "until aml.obligation_met",
            "totdat aan de wettelijke verplichting is voldaan",
            "until the legal obligation has been met",
            "jusqu’à ce que l’obligation légale soit remplie",
        ),
        (
            "after case.closed keep P0D",
            "tot en met de afsluiting van het dossier",
            "until the file is closed",
            "jusqu’à l’événement suivant : la clôture du dossier",
        ),
    ],
)
def test_a_rule_is_written_out_in_each_language(rule: str, nl: str, en: str, fr: str) -> None:
    parsed = parse_rule(rule)
    said = [rule_in_words(parsed, "06-30", wording(language)) for language in ("nl", "en", "fr")]
    assert said == [nl, en, fr]


@pytest.mark.parametrize("rule", ["after a.b keep P1Y", "while a.b", "until a.b"])
def test_an_event_without_words_is_named_and_known_to_have_none(rule: str) -> None:
    for language in ("nl", "en", "fr"):
        assert "a.b" in rule_in_words(parse_rule(rule), "12-31", wording(language))
        assert not has_words(parse_rule(rule), wording(language))


def test_a_financial_year_that_ends_in_february_has_no_false_date() -> None:
    said = rule_in_words(
        parse_rule("after end_of_financial_year(invoice.date) keep P1Y"), "02-29", wording("nl")
    )
    assert "(laatste dag van februari)" in said
