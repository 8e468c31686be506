"""A small policy with nothing left open, and a way to break one thing in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import is_dataclass, replace
from datetime import date
from typing import Any

from doelbinding.policy.activity import (
    Activity,
    Automation,
    Balancing,
    Basis,
    DataCategory,
    Measure,
    PersonCategory,
    Phase,
    Purpose,
    Source,
    SpecialCategoryBasis,
    Term,
)
from doelbinding.policy.condition import Condition
from doelbinding.policy.model import Control, Policy, Promise, Section, Version
from doelbinding.policy.organisation import (
    Agreement,
    Assessment,
    Authority,
    ClientProcessing,
    Controller,
    Officer,
    Recipient,
    Transfer,
)
from doelbinding.policy.stores import (
    Binding,
    Column,
    ColumnType,
    ControllerColumn,
    Dataset,
    Event,
    EventSource,
    Store,
    Subject,
)
from doelbinding.policy.text import Text
from doelbinding.policy.vocabulary import (
    ChangeReason,
    Collection,
    LawfulBasis,
    Provision,
    RecipientKind,
    SpecialCategoryGround,
    TransferGround,
)

ON = date(2026, 11, 1)
DPV = "https://w3id.org/dpv#Purpose"


def said(words: str) -> Text:
    return {"nl": words, "en": words, "fr": words}


def put(thing: Any, path: tuple[str | int, ...], value: Any) -> Any:
    """Give the thing with another value at the end of a model path."""
    if not path:
        return value
    step, rest = path[0], path[1:]
    if is_dataclass(thing):
        return replace(thing, **{str(step): put(getattr(thing, str(step)), rest, value)})
    if isinstance(thing, Mapping):
        return {**thing, step: put(thing.get(step), rest, value)}
    assert isinstance(step, int)
    return (*thing[:step], put(thing[step], rest, value), *thing[step + 1 :])


def at(thing: Any, path: tuple[str | int, ...]) -> Any:
    """Give what stands at a model path."""
    for step in path:
        thing = getattr(thing, str(step)) if is_dataclass(thing) else thing[step]
    return thing


def controller(name: str, country: str, languages: tuple[str, ...]) -> Controller:
    return Controller(
        id=name,
        name=f"{name} company",
        country=country,
        address="1 Sample Street",
        email=f"{name}@company.example",
        website=f"https://{name}.company.example",
        officer=Officer(name="Officer", email="dpo@company.example", form="/contact"),
        authority=Authority(
            name=said("Authority"), url="https://authority.example", address="2 Sample Street"
        ),
        court=said("the court"),
        financial_year_end="12-31",
        languages=languages,
        timezone="Europe/Amsterdam",
    )


CLIENT = ClientProcessing(
    id="lab-hosting",
    client="Laboratory",
    country="BE",
    contact="lab@client.example",
    subject=said("hosting"),
    categories=("identification",),
    security=("encryption",),
    agreement=Agreement(reference="C-1", signed_on=date(2024, 1, 1), confidentiality=True),
)


def purpose(name: str) -> Purpose:
    return Purpose(id=name, label=said(name), dpv=DPV)


RELATIONS = Activity(
    id="relations",
    name=said("Relations"),
    summary=said("We keep in touch."),
    purposes=(purpose("keep-in-touch"), purpose("legal-claims")),
    phases=(
        Phase(
            id="active",
            purpose="keep-in-touch",
            basis=Basis(
                kind=LawfulBasis.LEGITIMATE_INTERESTS,
                interest=said("to serve customers"),
                balancing=Balancing(
                    outcome=said("light"), assessed_on=date(2024, 1, 1), reference="LIA-1"
                ),
                statute=said("Number Act, art. 1"),
                special=SpecialCategoryBasis(
                    ground=SpecialCategoryGround.LEGAL_CLAIMS, explanation=said("claims")
                ),
            ),
            terms=(
                Term(rule="after relation.ended keep P5Y", persons=("customer",)),
                Term(rule="after contact.last keep P3Y", persons=("prospect",)),
            ),
            criteria=said("five years, three for prospects"),
            uses=("keep-in-touch", "legal-claims"),
        ),
    ),
    persons=("customer", "prospect"),
    data=("identification", "health", "number", "letters", "order"),
    sources=(Source(collection=Collection.DIRECT, label=said("you")),),
    recipients=("host", "tax-office"),
    provision=Provision.CONTRACTUAL,
    consequence=said("no service"),
    automation=Automation(solely_automated=False),
    no_further_purpose=True,
    security=("encryption",),
)

INVOICING = Activity(
    id="invoicing",
    name=said("Invoicing"),
    summary=said("We send invoices."),
    purposes=(purpose("invoice"), purpose("bookkeeping")),
    phases=(
        Phase(
            id="active",
            purpose="invoice",
            basis=Basis(kind=LawfulBasis.CONTRACT),
            terms=(Term(rule="until invoice.paid"),),
            criteria=said("until it is paid"),
        ),
        Phase(
            id="archive",
            purpose="bookkeeping",
            basis=Basis(kind=LawfulBasis.LEGAL_OBLIGATION, statute=said("Tax Act, art. 52")),
            terms=(
                Term(
                    rule="after end_of_financial_year(invoice.date) keep P7Y",
                    statute=said("Tax Act, art. 52"),
                ),
            ),
            criteria=said("seven years"),
        ),
    ),
    persons=("customer",),
    data=("identification", "order"),
    sources=(Source(collection=Collection.INDIRECT, label=said("your employer")),),
    recipients=("host",),
    automation=Automation(
        solely_automated=True,
        logic=said("a score"),
        significance=said("credit"),
        consequences=said("prepayment"),
    ),
    further_purpose=said("statistics"),
    secrecy_limit=said("secrecy of the employer"),
    security=("encryption",),
)

NEWSLETTER = Activity(
    id="newsletter",
    name=said("Newsletter"),
    summary=said("We send news."),
    purposes=(purpose("news"),),
    phases=(
        Phase(
            id="active",
            purpose="news",
            basis=Basis(kind=LawfulBasis.CONSENT, withdrawal=said("click unsubscribe")),
            terms=(Term(rule="while newsletter.subscribed"),),
            criteria=said("as long as you subscribe"),
        ),
    ),
    persons=("prospect",),
    data=("identification",),
    sources=(Source(collection=Collection.DIRECT, label=said("you")),),
    controllers=("dutch",),
    no_recipients=True,
    provision=Provision.VOLUNTARY,
    automation=Automation(solely_automated=False),
    no_further_purpose=True,
    security=("encryption",),
)

CONTACT = Dataset(
    id="contact",
    table="CONTACT",
    key=("id",),
    label=said("contacts"),
    controller=ControllerColumn(column="bedrijf", values={"1": "dutch", "2": "french"}),
    person=True,
    columns=(
        Column(name="id", type=ColumnType.INTEGER),
        Column(name="bedrijf"),
        Column(name="soort"),
        Column(name="email", category="identification", identifier="email"),
        Column(name="einde", type=ColumnType.DATE),
        Column(name="gezondheid", category="health"),
        Column(name="bsn", category="number"),
        Column(name="brieven", category="letters"),
    ),
    events={
        "relation.ended": Event(column="einde", ongoing_if_null=True),
        "invoice.date": Event(latest_of=(EventSource(column="datum", dataset="invoice"),)),
        "contact.last": Event(
            latest_of=(
                EventSource(column="einde"),
                EventSource(column="datum", dataset="invoice"),
            )
        ),
    },
    persons={
        "customer": Condition(column="soort", equals="K"),
        "prospect": Condition(column="soort", equals="P"),
    },
    bindings=(
        Binding(activity="relations", columns=("email", "gezondheid", "bsn", "brieven")),
        Binding(activity="invoicing", columns=("email",), phases=("archive",)),
    ),
)
INVOICE = Dataset(
    id="invoice",
    table="INVOICE",
    key=("nr",),
    label=said("invoices"),
    subject=Subject(to="contact", columns=("contact_id",)),
    columns=(
        Column(name="nr", type=ColumnType.INTEGER),
        Column(name="contact_id", type=ColumnType.INTEGER),
        Column(name="datum", type=ColumnType.DATE, category="order"),
        Column(name="betaald", type=ColumnType.BOOLEAN),
    ),
    events={"invoice.date": Event(column="datum")},
    states={"invoice.paid": Condition(column="betaald", equals=True)},
    bindings=(
        Binding(activity="invoicing", columns=("datum",)),
        Binding(activity="relations", columns=("datum",)),
    ),
)
SUBSCRIPTION = Dataset(
    id="subscription",
    table="SUBSCRIPTION",
    key=("email",),
    label=said("subscriptions"),
    controller="dutch",
    person=True,
    columns=(
        Column(name="email", category="identification", identifier="email"),
        Column(name="actief", type=ColumnType.BOOLEAN),
    ),
    states={"newsletter.subscribed": Condition(column="actief", equals=True)},
    bindings=(Binding(activity="newsletter", columns=("email",)),),
)
COUNTRY_CODES = Dataset(
    id="codes", table="CODES", key=("code",), label=said("codes"), no_personal_data=True,
    columns=(Column(name="code"),),
)  # fmt: skip


def clean() -> Policy:
    """Give a policy in which no check finds anything."""
    dutch = replace(controller("dutch", "NL", ("nl", "en")), processes_for=(CLIENT,))
    return Policy(
        id="sample",
        group="Sample group",
        title=said("Policy"),
        version=Version(
            number="1",
            effective_on=date(2026, 1, 1),
            reason=ChangeReason.LAW,
            note=said("first"),
        ),
        languages=("nl", "en", "fr"),
        controllers=(dutch, controller("french", "FR", ("fr",))),
        person_categories=(
            PersonCategory(id="customer", label=said("customers"), dpv=DPV),
            PersonCategory(id="prospect", label=said("prospects"), dpv=DPV),
        ),
        data_categories=(
            DataCategory(id="identification", label=said("identification"), dpv=DPV),
            DataCategory(id="order", label=said("orders"), dpv=DPV),
            DataCategory(id="health", label=said("health"), dpv=DPV, special=True),
            DataCategory(id="number", label=said("number"), dpv=DPV, national_number=True),
            DataCategory(id="letters", label=said("letters"), dpv=DPV, secrecy=True),
        ),
        activities=(RELATIONS, INVOICING, NEWSLETTER),
        measures=(Measure(id="encryption", label=said("encryption"), dpv=DPV),),
        recipients=(
            Recipient(
                id="host",
                name=said("Host"),
                kind=RecipientKind.PROCESSOR,
                country="GB",
                service=said("hosting"),
                receives=("identification", "letters"),
                agreement=Agreement(
                    reference="A-1", signed_on=date(2024, 1, 1), confidentiality=True
                ),
                assessment=Assessment(
                    reference="T-1",
                    assessed_on=date(2026, 1, 1),
                    expires_on=date(2027, 1, 1),
                ),
                transfer="to-britain",
                covers_secrecy=True,
            ),
            Recipient(
                id="tax-office",
                name=said("Tax office"),
                kind=RecipientKind.AUTHORITY,
                country="NL",
                service=said("taxes"),
                receives=("identification",),
                required_by=said("Tax Act"),
            ),
        ),
        transfers=(
            Transfer(
                id="to-britain",
                country="GB",
                ground=TransferGround.ADEQUACY,
                safeguard=said("adequacy decision"),
                copy=said("on EUR-Lex"),
                decision="Implementing Decision (EU) 2021/1772",
            ),
        ),
        sections=(Section(id="promises", title=said("Promises"), body=said("We keep them.")),),
        promises=(Promise(id="ends", label=said("nothing forever"), controls=("retention",)),),
        controls=(Control(id="retention", label=said("retention"), shown_by=("check.DB201",)),),
        stores=(
            Store(
                id="crm",
                label=said("CRM"),
                country="NL",
                backups="P35D",
                datasets=(CONTACT, INVOICE, SUBSCRIPTION, COUNTRY_CODES),
            ),
        ),
    )
