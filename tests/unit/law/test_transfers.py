"""The European Economic Area and the adequacy decisions, as of a day (R-VIII.1, R-VIII.2)."""

from __future__ import annotations

from datetime import date

import pytest

from doelbinding.law.transfers import DECISIONS, adequacy, inside_eea

ON = date(2026, 11, 1)


@pytest.mark.parametrize("country", ["NL", "FR", "BE", "DE", "IS", "LI", "NO", "GR", "RE"])
def test_data_stay_inside_the_eea(country: str) -> None:
    assert inside_eea(country)
    assert adequacy(country, ON) is None


@pytest.mark.parametrize("country", ["GB", "CH", "US", "EL", "nl", ""])
def test_everything_else_is_outside(country: str) -> None:
    assert not inside_eea(country)


@pytest.mark.parametrize(
    ("country", "on", "reference"),
    [
        ("US", date(2015, 10, 5), "2000/520/EC"),
        ("US", date(2015, 10, 6), None),
        ("US", date(2020, 7, 15), "(EU) 2016/1250"),
        ("US", date(2020, 7, 16), None),
        ("US", date(2023, 7, 10), "(EU) 2023/1795"),
        ("GB", date(2021, 6, 27), None),
        ("GB", date(2031, 12, 27), "(EU) 2021/1772"),
        ("GB", date(2031, 12, 28), None),
        ("BR", date(2026, 1, 25), None),
        ("BR", date(2026, 1, 26), "(EU) 2026/179"),
        ("CN", ON, None),
    ],
)
def test_decision_holds_on_its_days_only(country: str, on: date, reference: str | None) -> None:
    decision = adequacy(country, on)
    assert (decision.reference if decision else None) == reference


def test_sixteen_countries_have_a_decision() -> None:
    living = {decision.country for decision in DECISIONS if decision.lives(ON)}
    assert living == set("AD AR BR CA CH FO GB GG IL IM JE JP KR NZ US UY".split())  # noqa: SIM905


def test_each_celex_number_follows_from_its_decision() -> None:
    for decision in DECISIONS:
        parts = decision.reference.removeprefix("(EU) ").split("/")
        assert decision.celex == f"3{decision.celex[1:5]}D{int(decision.celex[6:]):04}"
        assert {parts[0], parts[1]} >= {decision.celex[1:5], str(int(decision.celex[6:]))}
        assert decision.is_named_in(f"Decision {decision.reference} of the Commission")
        assert decision.is_named_in(f"CELEX {decision.celex}")
