"""A small policy in three languages, and one invented person's rows on every footing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

from doelbinding.binding.circumstances import HoldKind, Key
from doelbinding.binding.paths import place
from doelbinding.policy import activity as act
from doelbinding.policy import organisation as org
from doelbinding.policy import stores as st
from doelbinding.policy.model import Policy, Version
from doelbinding.policy.vocabulary import (
    ChangeReason,
    Collection,
    LawfulBasis,
    RecipientKind,
    Right,
    TransferGround,
)
from doelbinding.rights.answer import Case
from doelbinding.rights.found import Astray, Found, FoundRow, Person, Stray
from doelbinding.rights.inventory import FoundValue, Inventory, Reason, RowReport, Standing

LANGUAGES = ("nl", "en", "fr")
AT = datetime(2024, 6, 3, 9, tzinfo=UTC)
Values = dict[str, FoundValue]


def text(nl: str, en: str = "", fr: str = "") -> dict[str, str]:
    return {"nl": nl, "en": en or f"{nl} (en)", "fr": fr or f"{nl} (fr)"}


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
        name=text("Toezicht", "Authority", "Autorité"),
        url="https://authority.example",
        address="Plein 1",
    ),
    court=text("de rechtbank", "the court", "le tribunal"),
    financial_year_end="12-31",
    languages=LANGUAGES,
    timezone="Europe/Amsterdam",
)


def _activity(
    id_: str, name: dict[str, str], *phases: act.Phase, how: Collection, **more: object
) -> act.Activity:
    purposes = [act.Purpose(id=p.purpose, label=text(f"doel {p.purpose}"), dpv="x") for p in phases]
    fields: dict[str, object] = {
        "recipients": ("host", "helper"),
        "automation": act.Automation(solely_automated=False),
        **more,
    }
    return act.Activity(
        id=id_,
        name=name,
        summary=text(f"over {id_}"),
        purposes=tuple(purposes),
        phases=phases,
        data=("name", "contact"),
        sources=(act.Source(collection=how, label=text(f"bron {id_}")),),
        **fields,  # type: ignore[arg-type]
    )


def _phase(purpose: str, basis: act.Basis, rule: str, statute: str = "") -> act.Phase:
    law = text(statute) if statute else None
    return act.Phase(
        id="active",
        purpose=purpose,
        basis=basis,
        terms=(act.Term(rule=rule, statute=law),),
        criteria=text(f"zolang {purpose} duurt"),
    )


RELATION = _activity(
    "relation",
    text("Klantcontact", "Customer contact", "Contact avec les clients"),
    _phase(
        "keep-up",
        act.Basis(kind=LawfulBasis.LEGITIMATE_INTERESTS, interest=text("goed contact")),
        "after relation.ended keep P5Y",
    ),
    how=Collection.DIRECT,
)
NEWS = _activity(
    "news",
    text("Nieuwsbrief", "Newsletter", "Lettre d’information"),  # noqa: RUF001 - French
    _phase(
        "send",
        act.Basis(kind=LawfulBasis.CONSENT, withdrawal=text("een klik"), direct_marketing=True),
        "while newsletter.subscribed",
    ),
    how=Collection.DIRECT,
)
TAX = _activity(
    "tax",
    text("Boekhouding", "Accounting", "Comptabilité"),
    _phase(
        "books",
        act.Basis(kind=LawfulBasis.LEGAL_OBLIGATION, statute=text("belastingwet")),
        "after invoice.date keep P7Y",
        "Belastingwet art. 52",
    ),
    how=Collection.DERIVED,
)
ORDERS = _activity(
    "orders",
    text("Bestellingen", "Orders", "Commandes"),
    _phase("deliver", act.Basis(kind=LawfulBasis.CONTRACT), "while relation.active"),
    how=Collection.OBSERVED,
)
INQUIRY = _activity(
    "inquiry",
    text("Geheim onderzoek"),
    _phase("probe", act.Basis(kind=LawfulBasis.LEGAL_OBLIGATION), "until probe.closed"),
    how=Collection.INDIRECT,
    recipients=("secret-office",),
)
ACTIVITIES = (RELATION, NEWS, TAX, ORDERS, INQUIRY)


def _column(name: str, nl: str, category: str | None = "name", **more: object) -> st.Column:
    return st.Column(name=name, label=text(nl), category=category, **more)  # type: ignore[arg-type]


def _binding(activity: act.Activity, *columns: str) -> st.Binding:
    return st.Binding(activity=activity.id, columns=columns)


STORE = st.Store(
    id="crm",
    label=text("Klantenbestand", "Customer database", "Fichier clients"),
    country="DE",
    kept_by="host",
    timezone="Europe/Amsterdam",
    backups="P35D",
    datasets=(
        st.Dataset(
            id="person",
            table="person",
            key=("nr",),
            controller="acme",
            person=True,
            label=text("Klanten", "Customers", "Clients"),
            columns=(
                _column("nr", "Klantnummer", None, type=st.ColumnType.INTEGER),
                _column("name", "Naam"),
                _column("phone", "Telefoon", "contact"),
                _column("remark", "Opmerking"),
                _column("born", "Geboren op", type=st.ColumnType.DATE_TEXT),
                _column("vip", "Vaste klant", type=st.ColumnType.BOOLEAN),
                _column("stray", "Los veld"),
            ),
            bindings=(
                _binding(RELATION, "name", "phone", "remark", "born", "vip"),
                _binding(TAX, "name"),
            ),
        ),
        st.Dataset(
            id="letter",
            table="letter",
            key=("nr",),
            subject=st.Subject(to="person", columns=("person_nr",)),
            label=text("Nieuwsbrieven", "Newsletters", "Lettres"),
            columns=(
                _column("nr", "Nummer", None, type=st.ColumnType.INTEGER),
                _column("email", "E-mail", "contact"),
                _column("topic", "Onderwerp", "contact"),
            ),
            bindings=(_binding(NEWS, "email", "topic"),),
        ),
        st.Dataset(
            id="score",
            table="score",
            key=("nr",),
            subject=st.Subject(to="person", columns=("person_nr",)),
            label=text("Scores", "Scores", "Scores"),
            source=text("Onze berekening", "Our calculation", "Notre calcul"),
            columns=(
                _column("nr", "Nummer", None, type=st.ColumnType.INTEGER),
                _column("score", "Score", type=st.ColumnType.DECIMAL),
            ),
            bindings=(_binding(ORDERS, "score"),),
        ),
        st.Dataset(
            id="home",
            table="home",
            key=("nr",),
            subject=st.Subject(shared_by="person", columns=("home_nr",)),
            label=text("Adressen", "Addresses", "Adresses"),
            columns=(
                _column("nr", "Nummer", None, type=st.ColumnType.INTEGER),
                _column("street", "Straat", "contact"),
            ),
            bindings=(_binding(RELATION, "street"), _binding(INQUIRY, "street")),
        ),
        st.Dataset(
            id="visit",
            table="visit",
            key=("nr",),
            person=True,
            controller="acme",
            label=text("Bezoeken", "Visits", "Visites"),
            columns=(_column("nr", "Nummer", None), _column("ip", "IP-adres", "contact")),
        ),
    ),
)


def _recipient(id_: str, country: str, **more: object) -> org.Recipient:
    return org.Recipient(
        id=id_,
        name=text(f"Bedrijf {id_}"),
        kind=RecipientKind.PROCESSOR,
        country=country,
        service=text(f"dienst {id_}"),
        receives=("name", "contact"),
        **more,  # type: ignore[arg-type]
    )


POLICY = Policy(
    id="acme",
    group="Acme",
    title=text("Privacy"),
    version=Version(
        number="1", effective_on=date(2023, 1, 1), reason=ChangeReason.LAW, note=text("Eerste")
    ),
    languages=LANGUAGES,
    controllers=(CONTROLLER,),
    person_categories=(),
    data_categories=(
        act.DataCategory(id="name", label=text("Namen"), dpv="https://w3id.org/dpv/pd#Name"),
        act.DataCategory(id="contact", label=text("Contact"), dpv="https://w3id.org/dpv/pd#C"),
    ),
    activities=ACTIVITIES,
    recipients=(
        _recipient("host", "DE"),
        _recipient("helper", "CH", transfer="help-ch"),
        _recipient("secret-office", "NL"),
    ),
    transfers=(
        org.Transfer(
            id="help-ch",
            country="CH",
            ground=TransferGround.ADEQUACY,
            safeguard=text("besluit 2000/518/EG"),
            copy=text("op eur-lex"),
        ),
    ),
    stores=(STORE,),
)


def case(language: str = "nl", right: Right = Right.ACCESS) -> Case:
    return Case(
        id="case-1",
        right=right,
        controller=CONTROLLER,
        language=language,
        received_on=date(2024, 6, 1),
        due_on=date(2024, 7, 1),
        answered_on=date(2024, 6, 3),
    )


def reason(activity: act.Activity, until: date | None = None, *, certain: bool = True) -> Reason:
    return Reason(
        controller="acme",
        activity=activity,
        phase=activity.phases[0],
        until=until,
        certain=certain,
    )


def row(
    dataset: str,
    key: Key,
    values: Mapping[str, tuple[object, Standing, tuple[Reason, ...]]],
    *,
    others: bool = False,
    holds: Mapping[str, tuple[HoldKind, ...]] | None = None,
) -> RowReport:
    """Give a row of the sample with its values, each with standing and reasons.

    `others`: it leads to somebody else too, for whom all of it stays.
    """
    here = place(POLICY, f"crm.{dataset}")
    held = {"nr": (key[0], Standing.WITH_ROW, ()), **values}
    found = FoundRow(
        place=here,
        key=key,
        row={name: value for name, (value, _, _) in held.items()},
        by=("email",),
        others=others,
    )
    recipients = {r.id: r for r in POLICY.recipients}
    return RowReport(
        found=found,
        values=tuple(
            FoundValue(
                column=here.dataset.column(name),
                value=value,
                standing=standing,
                reasons=reasons,
                recipients=tuple(recipients[r] for one in reasons for r in one.activity.recipients),
                holds=(holds or {}).get(name, ()),
                for_others=others and name != "nr",
            )
            for name, (value, standing, reasons) in held.items()
        ),
    )


def inventory(*rows: RowReport, ambiguous: int = 0, strays: int = 0) -> Inventory:
    visit = place(POLICY, "crm.visit")
    doubtful = [
        Person(place=visit, key=(n,), row={"nr": n, "ip": "198.51.100.7"}) for n in range(ambiguous)
    ]
    found = Found(
        people=tuple(
            Person(place=r.found.place, key=r.found.key, row=r.found.row)
            for r in rows
            if r.found.place.dataset.person
        ),
        rows=tuple(r.found for r in rows),
        ambiguous=tuple(doubtful),
        strays=tuple(
            Stray(place=visit, key=(100 + n,), why=Astray.NOWHERE, by="email")
            for n in range(strays)
        ),
        searched=tuple(f"crm.{dataset.id}" for dataset in STORE.datasets),
    )
    return Inventory(controller=CONTROLLER, at=AT, found=found, rows=rows)


ENDS = date(2029, 5, 4)
PERSON = row(
    "person",
    (7,),
    {
        "name": (
            "Ada <b>Lovelace</b>",
            Standing.JUSTIFIED,
            (reason(RELATION, ENDS), reason(TAX, date(2027, 12, 31))),
        ),
        "phone": ("+31 20 000 0000", Standing.JUSTIFIED, (reason(RELATION, ENDS),)),
        "remark": ('=HYPERLINK("x")', Standing.OVERDUE, ()),
        "born": ("1985-12-10", Standing.UNDATED, (reason(RELATION, certain=False),)),
        "vip": (1, Standing.HELD, ()),
        "stray": ("los", Standing.UNBOUND, ()),
    },
    holds={"vip": (HoldKind.LEGAL_CLAIM,)},
)
LETTER = row(
    "letter",
    (70,),
    {
        "email": ("ada@example.com", Standing.JUSTIFIED, (reason(NEWS),)),
        "topic": ("rekenen", Standing.HELD, ()),
    },
)
SCORE = row("score", (71,), {"score": (4.5, Standing.JUSTIFIED, (reason(ORDERS),))})
HOME = row("home", (72,), {"street": ("Dorpsstraat 1", Standing.OVERDUE, ())}, others=True)
EVERYTHING = inventory(PERSON, LETTER, SCORE, HOME, ambiguous=2)
