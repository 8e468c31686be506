"""Store `web`: newsletter, contact form, and the visits that the site's log keeps."""

from datetime import date, datetime
from random import Random
from typing import Final

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

from doelbinding.demo import words
from doelbinding.demo.boundaries import SIDES, BoundaryRow, Spot, spots_by_state
from doelbinding.demo.cast import SANNE
from doelbinding.demo.dates import DAY, SPAN, add_years, draw_day, draw_time, wall_time
from doelbinding.demo.identifiers import ip_address, recase
from doelbinding.demo.people import Household, Person, Role, happens
from doelbinding.demo.store import Rows, Store

METADATA: Final = MetaData()
STATES: Final = ("ACTIVE", "PENDING", "UNSUBSCRIBED", "BOUNCED")

NIEUWSBRIEF: Final = Table(
    "nieuwsbrief",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("bv_code", String(4), nullable=False),
    Column("email", String(120), nullable=False, index=True),
    Column("naam", String(120)),
    Column("status", String(12), nullable=False, index=True),
    Column("dubbele_optin_op", DateTime),
    Column("uitgeschreven_op", DateTime),
    CheckConstraint(f"status IN {STATES}", name="nieuwsbrief_status"),
)
CONTACTFORMULIER: Final = Table(
    "contactformulier",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("bv_code", String(4), nullable=False),
    Column("naam", String(120)),
    Column("email", String(120), nullable=False, index=True),
    Column("bericht", Text),
    Column("ontvangen_op", DateTime, nullable=False),
    Column("beantwoord_op", DateTime, index=True),
)
BEZOEK: Final = Table(
    "bezoek",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("ip", String(45), nullable=False),
    Column("user_agent", String(200)),
    Column("email", String(120), index=True),
    Column("tijdstip", DateTime, nullable=False, index=True),
)


def cast(at: date, into: Rows) -> None:
    """Add Sanne, who reads the newsletter and had her question answered."""
    asked = at - 40 * DAY
    into.add(
        NIEUWSBRIEF,
        id=SANNE.number,
        bv_code="NL01",
        email=SANNE.email,
        naam=SANNE.name,
        status="ACTIVE",
        dubbele_optin_op=wall_time(add_years(at, -3)),
        uitgeschreven_op=None,
    )
    into.add(
        CONTACTFORMULIER,
        id=SANNE.number,
        bv_code="NL01",
        naam=SANNE.name,
        email="Sanne.DeVries@example.com",
        bericht="Kunt u mij zeggen welke gegevens u van mij hebt? Groet, Sanne de Vries",
        ontvangen_op=wall_time(asked, 20, 15),
        beantwoord_op=wall_time(asked + 2 * DAY, 9),
    )
    into.add(
        BEZOEK,
        id=SANNE.number,
        ip="192.0.2.47",
        user_agent=words.USER_AGENTS[0],
        email=SANNE.email,
        tijdstip=wall_time(asked, 20, 10),
    )


def boundary(at: date, into: Rows) -> list[BoundaryRow]:
    """Add subscriptions (R-VI.7) and questions (R-VI.9) that just ended, or have not."""
    found = []
    for spot in spots_by_state(7, at):
        into.add(
            NIEUWSBRIEF,
            id=spot.number,
            bv_code=spot.controller,
            email=spot.email,
            naam=spot.name,
            status="UNSUBSCRIBED" if spot.expired else "ACTIVE",
            dubbele_optin_op=wall_time(add_years(at, -2)),
            uitgeschreven_op=_ended(spot),
        )
        found.append(spot.row("web", NIEUWSBRIEF, dated=spot.expired, id=spot.number))
    for spot in spots_by_state(9, at):
        into.add(
            CONTACTFORMULIER,
            id=spot.number,
            bv_code=spot.controller,
            naam=spot.name,
            email=spot.email,
            bericht=f"Vraag van {spot.name}",
            ontvangen_op=wall_time(at - 10 * DAY),
            beantwoord_op=_ended(spot),
        )
        found.append(spot.row("web", CONTACTFORMULIER, dated=spot.expired, id=spot.number))
    return found


def _ended(spot: Spot) -> datetime | None:
    """Return the last second of yesterday, the first of today, or nothing."""
    moments = (wall_time(spot.start, 23, 59, 59), wall_time(spot.start, 0), None)
    return moments[SIDES.index(spot.side)]


def household(home: Household, draw: Random, at: date, into: Rows) -> None:
    """Add what the members left behind on the site."""
    for person in home.members:
        if Role.SUBSCRIBER in person.roles:
            _add_subscriber(into, draw, person, at)
        if Role.ENQUIRER in person.roles:
            _add_enquirer(into, draw, person, at)
        if Role.VISITOR in person.roles:
            _add_visits(into, draw, person, at)


def _add_subscriber(into: Rows, draw: Random, person: Person, at: date) -> None:
    started = draw_time(draw, draw_day(draw, at - SPAN, at - 2 * DAY))
    state = draw.choices(STATES, (62, 8, 25, 5))[0]
    ended = draw_time(draw, draw_day(draw, started.date() + DAY, at - DAY))
    into.add(
        NIEUWSBRIEF,
        id=person.number * 10,
        bv_code=person.relations[-1].controller if person.relations else person.controller,
        email=recase(draw, person.email),
        naam=person.name if happens(draw, 0.7) else None,
        status=state,
        dubbele_optin_op=None if state == "PENDING" else started,
        uitgeschreven_op=ended if state == "UNSUBSCRIBED" else None,
    )


def _add_enquirer(into: Rows, draw: Random, person: Person, at: date) -> None:
    received = draw_time(draw, draw_day(draw, at - SPAN, at - 20 * DAY))
    answered = draw_time(draw, received.date() + draw.randint(1, 15) * DAY)
    question = draw.choice(words.QUESTIONS)
    into.add(
        CONTACTFORMULIER,
        id=person.number * 10,
        bv_code=person.controller,
        naam=person.name,
        email=recase(draw, person.other_email or person.email),
        bericht=question.format(who=person.name, colleague=draw.choice(words.COLLEAGUES)),
        ontvangen_op=received,
        beantwoord_op=answered if happens(draw, 0.85) else None,
    )


def _add_visits(into: Rows, draw: Random, person: Person, at: date) -> None:
    ip = ip_address(draw)
    for i in range(draw.randint(1, 5)):
        into.add(
            BEZOEK,
            id=person.number * 10 + i,
            ip=ip,
            user_agent=draw.choice(words.USER_AGENTS),
            email=person.email if happens(draw, 0.3) else None,
            tijdstip=draw_time(draw, draw_day(draw, add_years(at, -2), at - DAY)),
        )


STORE: Final = Store(
    name="web", metadata=METADATA, cast=cast, boundary=boundary, household=household
)
