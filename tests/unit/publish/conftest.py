"""A policy as small as one that can be published: one company, one activity."""

from __future__ import annotations

from datetime import date

import pytest

from doelbinding.policy import activity as act
from doelbinding.policy import organisation as org
from doelbinding.policy.model import Policy, Version
from doelbinding.policy.vocabulary import (
    ChangeReason,
    Collection,
    LawfulBasis,
    Provision,
    RecipientKind,
)


def text(words: str) -> dict[str, str]:
    return {"nl": f"{words} (nl)", "en": f"{words} (en)", "fr": f"{words} (fr)"}


CONTROLLER = org.Controller(
    id="acme",
    name="Acme B.V.",
    country="NL",
    address="Laan 1, 1000 AA Amsterdam",
    email="info@acme.example",
    website="https://acme.example",
    officer=org.Officer(
        name="A. Officer", email="dpo@acme.example", form="https://acme.example/contact"
    ),
    authority=org.Authority(
        name=text("Authority"), url="https://authority.example", address="Plein 1"
    ),
    court=text("Court"),
    financial_year_end="06-30",
    languages=("nl", "en", "fr"),
    timezone="Europe/Amsterdam",
)

NEWS = act.Activity(
    id="news",
    name=text("News <b>bold</b>"),
    summary=text("Summary"),
    purposes=(
        act.Purpose(id="news.send", label=text("Send"), dpv="https://w3id.org/dpv#Marketing"),
        act.Purpose(id="news.prove", label=text("Prove"), dpv="https://w3id.org/dpv#Purpose"),
    ),
    phases=(
        act.Phase(
            id="active",
            purpose="news.send",
            basis=act.Basis(
                kind=LawfulBasis.CONSENT, withdrawal=text("One click"), direct_marketing=True
            ),
            terms=(act.Term(rule="while newsletter.subscribed"),),
            criteria=text("As long as you read it"),
        ),
        act.Phase(
            id="archive",
            purpose="news.prove",
            basis=act.Basis(
                kind=LawfulBasis.LEGAL_OBLIGATION, statute=text("Telecommunications act")
            ),
            terms=(
                act.Term(rule="after consent.withdrawn keep P1Y", persons=("reader",)),
                act.Term(
                    rule="after end_of_financial_year(invoice.date) keep P7Y",
                    statute=text("Tax act"),
                ),
            ),
            criteria=text("Some years"),
        ),
    ),
    persons=("reader",),
    data=("email", "health"),
    sources=(act.Source(collection=Collection.DIRECT, label=text("You")),),
    recipients=("mailer",),
    provision=Provision.VOLUNTARY,
    consequence=text("No news"),
    automation=act.Automation(solely_automated=False),
    no_further_purpose=True,
    security=("encryption",),
)


@pytest.fixture
def policy() -> Policy:
    return Policy(
        id="acme",
        group="Acme",
        title=text("Privacy"),
        version=Version(
            number="1",
            effective_on=date(2023, 11, 29),
            reason=ChangeReason.LAW,
            note=text("The first"),
        ),
        languages=("nl", "en", "fr"),
        controllers=(CONTROLLER,),
        person_categories=(
            act.PersonCategory(id="reader", label=text("Readers"), dpv="https://w3id.org/dpv#User"),
        ),
        data_categories=(
            act.DataCategory(id="email", label=text("E-mail"), dpv="https://w3id.org/dpv/pd#Email"),
            act.DataCategory(
                id="health", label=text("Health"), dpv="https://w3id.org/dpv/pd#H", special=True
            ),
        ),
        activities=(NEWS,),
        measures=(act.Measure(id="encryption", label=text("Encryption"), dpv="x"),),
        recipients=(
            org.Recipient(
                id="mailer",
                name=text("Mailer"),
                kind=RecipientKind.PROCESSOR,
                country="FR",
                service=text("Sends mail"),
                receives=("email", "health", "other"),
            ),
        ),
    )
