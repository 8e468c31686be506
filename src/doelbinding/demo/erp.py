"""Store `erp`: debtors, orders, invoices, the ledger, and suppliers."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from random import Random
from typing import Final

from sqlalchemy import (
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

from doelbinding.demo import words
from doelbinding.demo.boundaries import (
    BoundaryRow,
    spots_by_financial_year,
    spots_by_term,
)
from doelbinding.demo.cast import SANNE, SANNE_HOME
from doelbinding.demo.columns import Instant, Money
from doelbinding.demo.dates import (
    DAY,
    IMPLAUSIBLE,
    add_years,
    draw_day,
    draw_time,
    instant,
    wall_time,
)
from doelbinding.demo.identifiers import iban, recase
from doelbinding.demo.people import Household, Person, Relation, happens
from doelbinding.demo.store import Rows, Store

METADATA: Final = MetaData()

DEBITEUR: Final = Table(
    "debiteur",
    METADATA,
    Column("bv_code", String(4), primary_key=True),
    Column("debnr", Integer, primary_key=True, autoincrement=False),
    Column("klantnr", Integer, index=True),  # of the CRM: another database, so no foreign key
    Column("naam", String(120), nullable=False),
    Column("email", String(120), index=True),
    Column("iban", String(34)),
    Column("adresregel", String(160)),
)
ORDERS: Final = Table(
    "orders",
    METADATA,
    Column("order_id", String(20), primary_key=True),
    Column("bv_code", String(4), nullable=False),
    Column("debnr", Integer, nullable=False),
    Column("besteld_op", Instant, nullable=False),
    Column("notitie", Text),
    ForeignKeyConstraint(["bv_code", "debnr"], ["debiteur.bv_code", "debiteur.debnr"]),
    Index("orders_debiteur", "bv_code", "debnr"),
)
ORDER_REGEL: Final = Table(
    "order_regel",
    METADATA,
    Column(
        "order_id",
        String(20),
        ForeignKey("orders.order_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("regelnr", Integer, primary_key=True),
    Column("artikel", String(20), nullable=False),
    Column("aantal", Integer, nullable=False),
)
FACTUUR: Final = Table(
    "factuur",
    METADATA,
    Column("factuurnr", String(24), primary_key=True),
    Column("bv_code", String(4), nullable=False),
    Column("debnr", Integer, nullable=False),
    Column("order_id", String(20), ForeignKey("orders.order_id"), index=True),
    Column("factuurdatum", Date, index=True),
    Column("naam_op_factuur", String(120), nullable=False),
    Column("adres_op_factuur", String(160)),
    Column("bedrag", Money, nullable=False),
    ForeignKeyConstraint(["bv_code", "debnr"], ["debiteur.bv_code", "debiteur.debnr"]),
    Index("factuur_debiteur", "bv_code", "debnr"),
)
GROOTBOEK: Final = Table(
    "grootboek",
    METADATA,
    Column("boeking_id", Integer, primary_key=True, autoincrement=False),
    Column("bv_code", String(4), nullable=False),
    Column("factuurnr", String(24), ForeignKey("factuur.factuurnr"), index=True),
    Column("boekdatum", String(10), nullable=False, index=True),  # 'YYYY-MM-DD', '' when unknown
    Column("omschrijving", Text, nullable=False),
    Column("bedrag", Money, nullable=False),
)
LEVERANCIER: Final = Table(
    "leverancier",
    METADATA,
    Column("levnr", Integer, primary_key=True, autoincrement=False),
    Column("bv_code", String(4), nullable=False),
    Column("bedrijf", String(80), nullable=False),
    Column("contactpersoon", String(120)),
    Column("email", String(120), index=True),
    Column("tel", String(30)),
    Column("relatie_einde", Date, index=True),
    Column("diensten", Text),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Debtor:
    """Somebody who gets invoices from one controller."""

    controller: str
    debnr: int
    klantnr: int | None
    name: str
    email: str | None
    address: str


def cast(at: date, into: Rows) -> None:
    """Add Sanne, who bought things for years."""
    debtor = Debtor(
        controller="NL01",
        debnr=SANNE.number,
        klantnr=SANNE.number,
        name=SANNE.name,
        email=SANNE.email,
        address=SANNE_HOME.line,
    )
    _add_debtor(into, debtor)
    for i, years in enumerate((13, 12, 8, 4, 3), start=1):
        day, order, invoice = add_years(at, -years), f"O-SANNE-{i}", f"F-SANNE-{i}"
        _add_order(into, debtor, order, moment=wall_time(day, 11), note="t.a.v. Sanne", lines=2)
        _add_invoice(into, debtor, invoice, order=order, day=day, cents=i * 10_050)
        label = f"Fact. {invoice} S. de Vries"
        _add_booking(into, SANNE.number * 10 + i, "NL01", invoice=invoice, day=day, label=label)


def boundary(at: date, into: Rows) -> list[BoundaryRow]:
    """Add invoices (R-VI.4), bookings (R-VI.5) and suppliers (R-VI.8) at their edges."""
    found = []
    for spot in spots_by_financial_year(4, at, 10):
        number = f"F-GRENS-{spot.number}"
        debtor = Debtor(
            controller=spot.controller,
            debnr=spot.number,
            klantnr=None,
            name=spot.name,
            email=spot.email,
            address=f"Grensweg {spot.number}",
        )
        _add_debtor(into, debtor)
        _add_invoice(into, debtor, number, order=None, day=spot.start, cents=10_000)
        found.append(spot.row("erp", FACTUUR, factuurnr=number))
    for spot in spots_by_financial_year(5, at, 10):
        label = f"Memoriaal {spot.name}"
        _add_booking(into, spot.number, spot.controller, invoice=None, day=spot.start, label=label)
        found.append(spot.row("erp", GROOTBOEK, boeking_id=spot.number))
    for spot in spots_by_term(8, at, 5):
        into.add(
            LEVERANCIER,
            levnr=spot.number,
            bv_code=spot.controller,
            bedrijf="grens.example",
            contactpersoon=spot.name,
            email=spot.email,
            tel=None,
            relatie_einde=spot.start,
            diensten=None,
        )
        found.append(spot.row("erp", LEVERANCIER, levnr=spot.number))
    return found


def household(home: Household, draw: Random, at: date, into: Rows) -> None:
    """Add what the members bought, or sold."""
    for person in home.members:
        for relation in person.relations:
            match relation.kind:
                case "K":
                    debtor = _draw_debtor(draw, person, relation, home.address.line)
                    _add_debtor(into, debtor)
                    _add_sales(into, draw, debtor, relation, at)
                case "L":
                    _add_supplier(into, draw, person, relation)
                case _:
                    pass


def _draw_debtor(draw: Random, person: Person, relation: Relation, address: str) -> Debtor:
    return Debtor(
        controller=relation.controller,
        debnr=relation.klantnr + 5,
        klantnr=relation.klantnr if happens(draw, 0.85) else None,  # lost in a migration
        name=person.name,
        email=recase(draw, person.email) if happens(draw, 0.9) else None,
        address=address,
    )


def _add_sales(into: Rows, draw: Random, debtor: Debtor, relation: Relation, at: date) -> None:
    last = relation.end
    if last is None or last == IMPLAUSIBLE:
        last = at - DAY
    for i in range(draw.randint(0, 4)):
        number, day = relation.klantnr * 10 + i, draw_day(draw, relation.start, last)
        order = f"O{number}"
        note = draw.choice(words.ORDER_NOTES)
        colleague = draw.choice(words.COLLEAGUES)
        _add_order(
            into,
            debtor,
            order,
            moment=draw_time(draw, day),
            note=note.format(who=debtor.name, colleague=colleague) if happens(draw, 0.4) else None,
            lines=draw.randint(1, 3),
        )
        if happens(draw, 0.9):
            source = order if happens(draw, 0.85) else None
            _bill(into, draw, debtor, number=number, order=source, day=day, at=at)


def _bill(
    into: Rows,
    draw: Random,
    debtor: Debtor,
    *,
    number: int,
    order: str | None,
    day: date,
    at: date,
) -> None:
    """Add an invoice, the booking of it, and perhaps a payment that names no invoice."""
    bv, cents = debtor.controller, draw.randint(1_000, 500_000)
    invoice = f"{bv}-{day.year}-{number}"
    dated = IMPLAUSIBLE if happens(draw, 0.01) else day
    _add_invoice(into, debtor, invoice, order=order, day=dated, cents=cents)
    label = f"Fact. {invoice} {debtor.name}"
    _add_booking(into, number * 10, bv, invoice=invoice, day=day, label=label, cents=cents)
    if happens(draw, 0.4):
        paid = min(day + draw.randint(5, 60) * DAY, at - DAY)
        _add_booking(
            into,
            number * 10 + 1,
            bv,
            invoice=None,
            day=None if happens(draw, 0.04) else paid,
            label=f"Betaling {debtor.name}",
            cents=-cents,
        )


def _add_debtor(into: Rows, debtor: Debtor) -> None:
    into.add(
        DEBITEUR,
        bv_code=debtor.controller,
        debnr=debtor.debnr,
        klantnr=debtor.klantnr,
        naam=debtor.name,
        email=debtor.email,
        iban=iban(debtor.controller, debtor.debnr),
        adresregel=debtor.address,
    )


def _add_order(
    into: Rows, debtor: Debtor, order: str, *, moment: datetime, note: str | None, lines: int
) -> None:
    into.add(
        ORDERS,
        order_id=order,
        bv_code=debtor.controller,
        debnr=debtor.debnr,
        besteld_op=instant(moment),
        notitie=note,
    )
    for line in range(1, lines + 1):
        article = f"REAG-{(debtor.debnr + line) % 900:03d}"
        into.add(ORDER_REGEL, order_id=order, regelnr=line, artikel=article, aantal=line)


def _add_invoice(
    into: Rows, debtor: Debtor, invoice: str, *, order: str | None, day: date, cents: int
) -> None:
    into.add(
        FACTUUR,
        factuurnr=invoice,
        bv_code=debtor.controller,
        debnr=debtor.debnr,
        order_id=order,
        factuurdatum=day,
        naam_op_factuur=debtor.name,
        adres_op_factuur=debtor.address,
        bedrag=Decimal(cents) / 100,
    )


def _add_booking(
    into: Rows,
    number: int,
    controller: str,
    *,
    invoice: str | None,
    day: date | None,
    label: str,
    cents: int = 10_000,
) -> None:
    into.add(
        GROOTBOEK,
        boeking_id=number,
        bv_code=controller,
        factuurnr=invoice,
        boekdatum=day.isoformat() if day else "",
        omschrijving=label,
        bedrag=Decimal(cents) / 100,
    )


def _add_supplier(into: Rows, draw: Random, person: Person, relation: Relation) -> None:
    into.add(
        LEVERANCIER,
        levnr=relation.klantnr + 3,
        bv_code=relation.controller,
        bedrijf=person.company,
        contactpersoon=person.name,
        email=recase(draw, person.email),
        tel=person.phone,
        relatie_einde=relation.end,
        diensten=draw.choice(words.SERVICES),
    )


STORE: Final = Store(
    name="erp", metadata=METADATA, cast=cast, boundary=boundary, household=household
)
