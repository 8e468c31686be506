"""Store `crm`: customers, contacts, their shared addresses, and anti-money-laundering files."""

from datetime import date
from random import Random
from typing import Final

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

from doelbinding.demo import words
from doelbinding.demo.boundaries import BoundaryRow, Spot, spots_by_state, spots_by_term
from doelbinding.demo.cast import GERRIT, MARIJKE, OMAR, PIETER, SANNE, SANNE_HOME, SHARED_MAILBOX
from doelbinding.demo.dates import DAY, IMPLAUSIBLE, add_years, draw_day, draw_time, wall_time
from doelbinding.demo.identifiers import recase
from doelbinding.demo.people import Address, Household, Person, Relation, happens
from doelbinding.demo.store import Rows, Store

METADATA: Final = MetaData()

ADRES: Final = Table(
    "adres",
    METADATA,
    Column("adres_id", Integer, primary_key=True, autoincrement=False),
    Column("straat", String(80), nullable=False),
    Column("huisnr", String(12)),
    Column("postcode", String(10)),
    Column("plaats", String(60)),
    Column("land", String(2), nullable=False),
)
KLANT: Final = Table(
    "klant",
    METADATA,
    Column("klantnr", Integer, primary_key=True, autoincrement=False),
    Column("bv_code", String(4), nullable=False),
    Column("soort", String(1), nullable=False),
    Column("naam", String(80), nullable=False),
    Column("voornaam", String(40)),
    Column("functie", String(60)),
    Column("tel", String(30)),
    Column("adres_id", Integer, ForeignKey("adres.adres_id"), index=True),
    Column("relatie_start", Date),
    Column("relatie_einde", Date, index=True),
    Column("laatste_contact", Date, index=True),
    Column("opm", Text),
    CheckConstraint("soort IN ('K', 'P', 'L', 'D')", name="klant_soort"),
)
KLANT_EMAIL: Final = Table(
    "klant_email",
    METADATA,
    Column("klantnr", Integer, ForeignKey("klant.klantnr"), primary_key=True),
    Column("volgnr", Integer, primary_key=True),
    Column("email", String(120), nullable=False, index=True),
    Column("is_hoofd", Boolean, nullable=False),
)
CONTACTMOMENT: Final = Table(
    "contactmoment",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("klantnr", Integer, ForeignKey("klant.klantnr"), nullable=False, index=True),
    Column("tijdstip", DateTime, nullable=False),
    Column("kanaal", String(10)),
    Column("notitie", Text),
)
AML_DOSSIER: Final = Table(
    "aml_dossier",
    METADATA,
    Column("klantnr", Integer, ForeignKey("klant.klantnr"), primary_key=True),
    Column("volgnr", Integer, primary_key=True),
    Column("id_doc_nr", String(20)),
    Column("bevindingen", Text),
    Column("verplichting_vervuld_op", Date),
    Column("status", String(8), nullable=False),
    CheckConstraint("status IN ('OPEN', 'VERVULD')", name="aml_status"),
)


def cast(at: date, into: Rows) -> None:
    """Add the people who are the same in every run."""
    _add_address(into, SANNE_HOME)
    home = SANNE_HOME.adres_id
    sanne = _cast_relation(SANNE, start=add_years(at, -14), end=add_years(at, -2))
    _add_klant(into, SANNE, sanne, home, "Sanne verhuisd? Pieter (partner) neemt soms op.")
    _add_email(into, SANNE.number, 1, "Sanne.deVries@Example.com")
    _add_email(into, SANNE.number, 2, SANNE.other_email or "")
    for i, years in enumerate((9, 3), start=1):
        into.add(
            CONTACTMOMENT,
            id=SANNE.number * 10 + i,
            klantnr=SANNE.number,
            tijdstip=wall_time(add_years(at, -years), 10, 30),
            kanaal="TEL",
            notitie="Sanne de Vries belde over een levering; Pieter nam eerst op.",
        )
    ends = {PIETER: None, MARIJKE: None, OMAR: add_years(at, -1), GERRIT: add_years(at, -6)}
    for person, end in ends.items():
        relation = _cast_relation(person, start=add_years(at, -8), end=end)
        _add_klant(into, person, relation, home if person is PIETER else None, None)
        _add_email(into, person.number, 1, person.email)
    _add_email(into, MARIJKE.number, 2, SHARED_MAILBOX)
    _add_email(into, OMAR.number, 2, SHARED_MAILBOX.title())
    _add_aml(into, GERRIT.number, GERRIT.name, None)


def _cast_relation(person: Person, *, start: date, end: date | None) -> Relation:
    return Relation(
        klantnr=person.number,
        controller="NL01",
        kind="K",
        start=start,
        end=end,
        last_contact=end,
    )


def boundary(at: date, into: Rows) -> list[BoundaryRow]:
    """Add customers (R-VI.1) and files (R-VI.3) at the edge of their terms."""
    found = []
    for spot in spots_by_term(1, at, 5):
        _add_spot(into, spot, start=add_years(spot.start, -3), end=spot.start)
        found.append(spot.row("crm", KLANT, klantnr=spot.number))
    for spot in spots_by_state(3, at):
        _add_spot(into, spot, start=add_years(at, -4), end=None)
        met = spot.start if spot.expired else None
        _add_aml(into, spot.number, spot.name, met)
        found.append(
            spot.row("crm", AML_DOSSIER, dated=met is not None, klantnr=spot.number, volgnr=1)
        )
    return found


def household(home: Household, draw: Random, at: date, into: Rows) -> None:
    """Add a household's address and those of its members whom the CRM knows."""
    known = [(person, relation) for person in home.members for relation in person.relations]
    if known:
        _add_address(into, home.address)
    for person, relation in known:
        at_home = relation.kind in "KP" and happens(draw, 0.9)
        note = draw.choice((*words.REMARKS, None, None, None))
        _add_klant(
            into,
            person,
            relation,
            home.address.adres_id if at_home else None,
            _fill(draw, note, person) if note else None,
        )
        _add_emails(into, draw, person, relation)
        _add_contacts(into, draw, person, relation, at)
        if relation.kind == "K" and happens(draw, 0.08):
            last = at - DAY
            met = draw_day(draw, relation.start, last) if happens(draw, 0.7) else None
            _add_aml(into, relation.klantnr, person.name, met)


def _add_emails(into: Rows, draw: Random, person: Person, relation: Relation) -> None:
    addresses = [recase(draw, person.email)]
    if person.other_email:
        addresses.append(person.other_email)
    if happens(draw, 0.04):  # a mailbox of the company, used by several colleagues
        addresses.append(f"info@{person.company}")
    for i, email in enumerate(addresses, start=1):
        _add_email(into, relation.klantnr, i, email)


def _add_contacts(into: Rows, draw: Random, person: Person, relation: Relation, at: date) -> None:
    last = relation.last_contact
    if last is None or last == IMPLAUSIBLE:
        last = at - DAY
    for i in range(draw.randint(0, 4)):
        day = draw_day(draw, relation.start, last) if i else last
        into.add(
            CONTACTMOMENT,
            id=relation.klantnr * 100 + i,
            klantnr=relation.klantnr,
            tijdstip=draw_time(draw, day),
            kanaal=draw.choice(words.CHANNELS),
            notitie=_fill(draw, draw.choice(words.CONTACT_NOTES), person),
        )


def _fill(draw: Random, sentence: str, person: Person) -> str:
    return sentence.format(who=person.name, colleague=draw.choice(words.COLLEAGUES))


def _add_address(into: Rows, address: Address) -> None:
    into.add(
        ADRES,
        adres_id=address.adres_id,
        straat=address.street,
        huisnr=address.house,
        postcode=address.postcode,
        plaats=address.town,
        land=address.country,
    )


def _add_klant(
    into: Rows, person: Person, relation: Relation, home: int | None, note: str | None
) -> None:
    into.add(
        KLANT,
        klantnr=relation.klantnr,
        bv_code=relation.controller,
        soort=relation.kind,
        naam=person.last_name,
        voornaam=person.first_name,
        functie=person.job,
        tel=person.phone,
        adres_id=home,
        relatie_start=relation.start,
        relatie_einde=relation.end,
        laatste_contact=relation.last_contact,
        opm=note,
    )


def _add_spot(into: Rows, spot: Spot, *, start: date, end: date | None) -> None:
    home = Address(
        adres_id=spot.number,
        street="Grensweg",
        house=str(spot.number),
        postcode=words.TOWNS[spot.controller][0][0],
        town=words.TOWNS[spot.controller][0][1],
        country=words.COUNTRIES[spot.controller],
    )
    _add_address(into, home)
    into.add(
        KLANT,
        klantnr=spot.number,
        bv_code=spot.controller,
        soort="K",
        naam=spot.name,
        voornaam="Toets",
        functie=None,
        tel=None,
        adres_id=home.adres_id,
        relatie_start=start,
        relatie_einde=end,
        laatste_contact=end,
        opm=None,
    )
    _add_email(into, spot.number, 1, spot.email)


def _add_email(into: Rows, klantnr: int, volgnr: int, email: str) -> None:
    into.add(KLANT_EMAIL, klantnr=klantnr, volgnr=volgnr, email=email, is_hoofd=volgnr == 1)


def _add_aml(into: Rows, klantnr: int, name: str, met: date | None) -> None:
    finding = words.FINDINGS[klantnr % len(words.FINDINGS)]
    into.add(
        AML_DOSSIER,
        klantnr=klantnr,
        volgnr=1,
        id_doc_nr=f"SPECI{klantnr:07d}",
        bevindingen=finding.format(who=name, colleague=words.COLLEAGUES[0]),
        verplichting_vervuld_op=met,
        status="VERVULD" if met else "OPEN",
    )


STORE: Final = Store(
    name="crm", metadata=METADATA, cast=cast, boundary=boundary, household=household
)
