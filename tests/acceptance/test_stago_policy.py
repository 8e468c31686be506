"""The Stago policy says all that its source promises, lawfully and in three languages."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from doelbinding.law.findings import Finding, check
from doelbinding.policy.activity import Activity, Phase
from doelbinding.policy.load import load
from doelbinding.policy.model import Policy
from doelbinding.policy.vocabulary import LawfulBasis, RecipientKind, Role

FOLDER = Path(__file__).parents[2] / "examples" / "stago" / "policy"
LANGUAGES = {"nl", "en", "fr"}
TODAY, LATER = date(2026, 11, 23), date(2028, 3, 1)

ACTIVITIES = {
    "R-IV.1": "customer-relations",
    "R-IV.2": "events",
    "R-IV.3": "records-management",
    "R-IV.4": "aml",
    "R-IV.5": "invoicing",
    "R-IV.6": "accounting",
    "R-IV.7": "applications",
    "R-IV.8": "newsletter",
    "R-IV.9": "supplier-relations",
    "R-IV.10": "contact-form",
}
TERMS = [
    ("R-VI.1", "customer-relations", "customer", "after relation.ended keep P5Y"),
    ("R-VI.2", "events", "customer", "after relation.ended keep P3Y"),
    ("R-VI.2", "events", "prospect", "after contact.last keep P3Y"),
    ("R-VI.3", "aml", "customer", "until aml.obligation_met"),
    ("R-VI.4", "invoicing", "customer", "after end_of_financial_year(invoice.date) keep P10Y"),
    ("R-VI.5", "accounting", "customer", "after end_of_financial_year(booking.date) keep P10Y"),
    ("R-VI.6", "applications", "applicant", "after contact.last keep P2Y"),
    ("R-VI.7", "newsletter", "subscriber", "while newsletter.subscribed"),
    ("R-VI.8", "supplier-relations", "supplier", "after relation.ended keep P5Y"),
    ("R-VI.9", "contact-form", "correspondent", "until request.answered"),
]
PROMISES = [
    *(f"R-II.{n}" for n in range(1, 15)),
    *(f"R-VI.{n}" for n in range(1, 11)),
    *(f"R-VII.{n}" for n in range(1, 8)),
    *(f"R-VIII.{n}" for n in range(1, 3)),
    *(f"R-IX.{n}" for n in range(1, 13)),
    *(f"R-XI.{n}" for n in range(1, 4)),
    *("R-I.1", "R-I.2", "R-I.3", "R-0.2", "R-0.3", "R-0.4", "R-X.12", "R-X.13"),
]

SECTIONS = [
    *("controller", "promises", "data", "purposes", "bases", "retention"),
    *("access", "location", "rights", "information", "security"),
]


@cache
def stago() -> Policy:
    return load(FOLDER)


def findings(on: date) -> list[Finding]:
    """What a check finds: of the policy, and of its map of the stores."""
    return list(check(stago(), on=on))


@pytest.mark.parametrize("on", [TODAY, LATER])
def test_nothing_is_found_wrong(on: date) -> None:
    assert [f"{f.id} {f.subject} {f.message}" for f in findings(on)] == []


def test_three_affiliates_differ_where_their_law_does() -> None:
    assert {c.country for c in stago().controllers} == {"NL", "BE", "FR"}
    assert {c.financial_year_end for c in stago().controllers} == {"12-31", "06-30", "03-31"}
    assert all(controller.deviations for controller in stago().controllers)
    belgian = stago().controller_by_id["stago-be"]
    assert not stago().performs(belgian, stago().activity_by_id["employment"])


def test_an_affiliate_is_also_processor_for_clients() -> None:  # R-I.3
    clients = stago().controller_by_id["stago-fr"].processes_for
    known = stago().data_category_by_id
    assert len(clients) == 2
    assert all(known[category] for client in clients for category in client.categories)


@pytest.mark.parametrize(("requirement", "activity"), ACTIVITIES.items())
def test_each_purpose_is_an_activity(requirement: str, activity: str) -> None:
    assert activity in stago().activity_by_id, requirement


@pytest.mark.parametrize(("requirement", "activity", "person", "rule"), TERMS)
def test_each_retention_rule_is_stated(
    requirement: str, activity: str, person: str, rule: str
) -> None:
    for controller in stago().controllers:
        assert rule in rules(activity, person, controller.id), (requirement, controller.id)


def rules(activity_id: str, person: str, controller_id: str) -> list[str]:
    policy = stago()
    activity, controller = (
        policy.activity_by_id[activity_id],
        policy.controller_by_id[controller_id],
    )
    return [
        term.rule
        for phase in activity.phases
        for term in policy.terms_of(controller, activity, phase)
        if not term.persons or person in term.persons
    ]


def test_a_legal_duty_lasts_as_long_as_the_law_of_the_country_says() -> None:  # R-VI.4, R-VI.5
    for activity in ("invoicing", "accounting"):
        for controller in stago().controllers:
            for phase, rule in statutory(activity, controller.id):
                assert phase.basis.kind is LawfulBasis.LEGAL_OBLIGATION
                expected = {"NL": "P7Y", "BE": "P10Y184D", "FR": "P10Y"}[controller.country]
                assert rule.endswith(expected)


def statutory(activity_id: str, controller_id: str) -> Iterator[tuple[Phase, str]]:
    policy = stago()
    activity, controller = (
        policy.activity_by_id[activity_id],
        policy.controller_by_id[controller_id],
    )
    phase = activity.phase("statutory")
    yield from ((phase, t.rule) for t in policy.terms_of(controller, activity, phase))


def test_gaps_of_the_source_are_declared_choices() -> None:  # R-VI.10
    choices = {choice.id for choice in stago().choices}
    assert {"employees-term", "third-parties-term", "files-term"} <= choices
    assert rules("employment", "employee", "stago-nl")
    assert rules("records-management", "third-party", "stago-nl")


@pytest.mark.parametrize(
    ("requirement", "activity", "phase", "basis"),
    [
        ("R-V.1", "employment", "active", LawfulBasis.CONTRACT),
        ("R-V.2", "applications", "active", LawfulBasis.PRE_CONTRACT),
        ("R-V.3", "customer-relations", "active", LawfulBasis.LEGITIMATE_INTERESTS),
        ("R-V.4", "aml", "active", LawfulBasis.LEGAL_OBLIGATION),
        ("R-V.4", "newsletter", "active", LawfulBasis.CONSENT),
    ],
)
def test_each_basis_is_that_of_the_source(
    requirement: str, activity: str, phase: str, basis: LawfulBasis
) -> None:
    assert stago().activity_by_id[activity].phase(phase).basis.kind is basis, requirement


def test_direct_marketing_is_marked() -> None:  # R-V.3
    marked = {(a.id, p.id) for a, p in phases() if p.basis.direct_marketing}
    assert marked == {
        ("customer-relations", "prospecting"),
        ("events", "invitation"),
        ("newsletter", "active"),
    }


def phases() -> Iterator[tuple[Activity, Phase]]:
    yield from ((activity, phase) for activity in stago().activities for phase in activity.phases)


def test_no_machine_decides_alone() -> None:  # R-IX.7
    for activity in stago().activities:
        assert activity.automation is not None
        assert not activity.automation.solely_automated
        assert activity.role is Role.CONTROLLER


def test_data_go_to_processors_and_authorities_only() -> None:  # R-II.11
    kinds = {recipient.kind for recipient in stago().recipients}
    assert kinds == {RecipientKind.PROCESSOR, RecipientKind.AUTHORITY}


def test_the_kinds_of_service_of_the_source_are_there() -> None:  # R-VII.6
    assert {"web-hosting", "data-storage", "system-maintenance"} <= set(stago().recipient_by_id)


@pytest.mark.parametrize("requirement", PROMISES)
def test_each_promise_has_a_control(requirement: str) -> None:
    promises = {promise.id: promise for promise in stago().promises}
    assert promises[requirement.lower().replace(".", "-")].controls


TO_BE_SEEN = ["R-0.4", "R-I.2", "R-II.2", "R-II.4", "R-II.6", "R-VII.4", "R-X.12", "R-XI.3"]
RIGHTS_TO_BE_SEEN = [f"R-IX.{n}" for n in (2, 5, 6, 7, 8, 9, 10, 11)]


@pytest.mark.parametrize("requirement", TO_BE_SEEN + RIGHTS_TO_BE_SEEN)
def test_a_promise_about_what_people_do_is_not_shown_by_paper_or_by_any_answer(
    requirement: str,
) -> None:  # R-II.7
    promises = {promise.id: promise for promise in stago().promises}
    shown_by = {control.id: control.shown_by for control in stago().controls}
    controls = promises[requirement.lower().replace(".", "-")].controls
    assert any("control.assessed" in shown_by[control] for control in controls)


def test_no_control_is_shown_by_nothing() -> None:  # R-II.7
    assert [control.id for control in stago().controls if not control.shown_by] == []


def test_every_passage_of_the_policy_page_is_there() -> None:
    assert [section.id for section in stago().sections] == SECTIONS


@cache
def texts() -> list[tuple[str, dict[str, str]]]:
    """Every text of the files, with where it stands."""
    return [
        (f"{file.name}: {where}", text)
        for file in sorted(FOLDER.rglob("*.yaml"))
        if file.parent.name != "stores"
        for where, text in texts_in(yaml.safe_load(file.read_text("utf-8")), "")
    ]


def texts_in(part: Any, where: str) -> Iterator[tuple[str, dict[str, str]]]:
    if isinstance(part, dict) and part and set(part) <= LANGUAGES:
        yield where, part
    elif isinstance(part, dict | list):
        for key, value in part.items() if isinstance(part, dict) else enumerate(part):
            yield from texts_in(value, f"{where}.{key}")


def test_every_text_is_there_in_three_languages() -> None:
    assert len(texts()) > 400
    lacking = [where for where, text in texts() if not all(text.get(tag) for tag in LANGUAGES)]
    assert lacking == []


def test_people_are_addressed_politely() -> None:
    for where, text in texts():
        assert not re.search(r"\b(jij|jouw|je)\b", text["nl"], re.IGNORECASE), where
        assert not re.search(r"\b(tu|ton|tes)\b", text["fr"], re.IGNORECASE), where


def test_identifiers_are_those_of_dpv() -> None:  # R-III.1
    policy = stago()
    named = [*policy.person_categories, *policy.data_categories, *policy.measures]
    purposes = policy.purpose_by_id.values()
    for item in (*named, *purposes):
        assert re.fullmatch(r"https://w3id\.org/dpv(/pd)?#[A-Z][A-Za-z]+", item.dpv), item.id
        assert not item.dpv.endswith("SellDataToThirdParties")


def test_persons_and_companies_are_invented() -> None:
    for controller in stago().controllers:
        addresses = [controller.email, controller.website, controller.officer.email]
        contacts = [client.contact for client in controller.processes_for]
        for address in (*addresses, controller.officer.form, *contacts):
            assert re.search(r"\.example(/|$)", address)


def test_no_sentence_is_the_source_s() -> None:
    """Compare runs of eight Dutch words with a sample of those of the source, kept as hashes."""
    source = base64.b64decode(SOURCE)
    known = {source[n : n + 4] for n in range(0, len(source), 4)}
    for where, text in texts():
        words = re.findall(r"\w+", text["nl"].lower())
        for n in range(len(words) - 7):
            run = " ".join(words[n : n + 8])
            assert hashlib.sha256(run.encode()).digest()[1:5] not in known, f"{where}: {run}"


SOURCE = (
    "AH6dGgFtmioCaxhDA+HjzgP27N0EMZW7BDkuLgWIRCoIiWrZCODsTwlLM0sKLr7SCmqAWQt+mUcLmgbpDMI5xg5kEggO"
    "mqOuD1JbHhJ+dR4TggIbFE2iKxWp8RQWGt+YFtEwXxe9ujwX8DiwGIr+Nhi6hUQZ9N3wG4Wm0hwne0Ee0wamHvRk4x8D"
    "6o0fCdeYIKnVOiFKhE0h1Y0GI9DhVCRYow0nl6wyKCAQrCgmcscpEzpQKanYEiyDaAYszDCcLOkb6y0gpuct3SqPLfDp"
    "eC9sMf8wpYdWMOrfTjEuF04xWh+tMklxkTS/AXY1klCQNZqpHzZT04w3lNCTN83HRTfQthQ4NJi+OD6G7j08osQ9YXIe"
    "PwoYzkHStzFCuCzMQsS8tkN3/C5EdQ2BRaFFqEbeOA1HmMkuST63XEvltJ5MMmvnTKXiuU9+Vr9QWFsaUU2n/VFOtwlR"
    "wOsaUvdAKFRPuUxWMxkeVp11JFb5V2VYKCo+WINgMFoeL1tafWjAXWfOll1xXZJd7Dp8Xg/Knl4ZU01f/cgeYCbyGGCv"
    "xdNhUS5NYhken2LYnNpjbIt0ZRlgRmWSPGFmDzgjaBWaA2h77rtqIi5ga2ABmGweSBFsgfWrbL0Ob2z+vZFvY30pcQpY"
    "N3GSFaFyA5/5ctuvZ3MJOIB0I2C8dO53GHXa4lR2RXeydpRvLHbOBcl3aQfPeIhwRXn+hq16weiEfDEMrXxZ+Ex9KxcU"
    "fcwn1H3kX8Z+C5bmfjtCu37K5up/BDb4fwXya3+I5XmAjT+chQgDNIVfR3iGer71huioP4fgSeyIEYNRiMfBUIspAVON"
    "MrnVjkky/JBCTv2ROP1xkV0RQ5IJN7+SDpeJkwTedpRYP7SX8dFjmx7T7ZwpXjWcMD5jnGoxeJ0JcXid7EYjngt8Up6L"
    "AJiff2J+n/ZXoqBFAeqgeocgoLl+QqIFC4OiMYRmopj5FaKqU/ii5ThhoyaNNqNPKZ+l0DuTpeVCR6Y0Zg6nxIRSqHee"
    "m6ijZ6qpP0qQq21qEK1dAZmukfd/rsOikq7zSHiyPABJswVr/7NT8nu1DcFttR1QyrUvJ8e1qtLfte8jkrcIZ1q3S8mj"
    "uJ1OWbizste53mWWugD8vrpJpky6kbhtuthX4Ls74he7tIGqvFE4wLzkQ4q8+222vT5mpb9SxZ6/m/xrwYixxsGt6PbE"
    "CBGHxHB1vMSXf0HEoBRSxi+p9Ma0lITH7S2cyNR/YskSsJPJhVgUybF87MonDB3Kxw1JyyzeIMxthEfNuCpzzgYjUs9M"
    "7jXPrZZ30iOoH9Ps/xTWUHFB2G2fDtjLhP/aFrrp2lD+1Np3U9DavB5T2vHgQts/evXbTa8025ZGnNufQqDdPV6Z3mLd"
    "Nd6M9dTguVAR44p3Y+PcXXTkMwoF5Dq7JOSK65Dkpn2g5Z4xNeYNa83me/cL54JVPugdY2nons4A6eq4Desscirrc7BE"
    "7Ga8cO1Rb6ft7Qou7j5u5O8Ex6DvHDV78REpXvG8rArzyBoc8+F/X/WoRYT29bgp+BN3qPiKsKj4msrt+o/BkvsqM9v7"
    "qv/d++N4ofyG51f+uVe3/xvAZw=="
)
"""The first bytes of the hash of every eighth run, or so, of eight words of the source."""
