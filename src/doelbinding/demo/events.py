"""Store `events`: the calendar, attendees as synchronised from the CRM, and registrations."""

from datetime import date, datetime, timedelta
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
)

from doelbinding.demo import words
from doelbinding.demo.boundaries import BoundaryRow, spots_by_term
from doelbinding.demo.cast import SANNE
from doelbinding.demo.dates import CONTROLLERS, DAY, IMPLAUSIBLE, SPAN, add_years, wall_time
from doelbinding.demo.identifiers import recase
from doelbinding.demo.people import Household, Person, Relation, Role, happens
from doelbinding.demo.store import Rows, Store

METADATA: Final = MetaData()
EVERY: Final = timedelta(days=30)
PAST_EVENTS: Final = SPAN // EVERY
UPCOMING: Final = 901  # the number of the event that is still to come

EVENT: Final = Table(
    "event",
    METADATA,
    Column("event_id", Integer, primary_key=True, autoincrement=False),
    Column("titel", String(80), nullable=False),
    Column("datum", Date, nullable=False),
)
DEELNEMER: Final = Table(
    "deelnemer",
    METADATA,
    Column("deelnemer_id", Integer, primary_key=True, autoincrement=False),
    Column("bv_code", String(4), nullable=False),
    Column("email", String(120), nullable=False, index=True),
    Column("voornaam", String(40)),
    Column("achternaam", String(80)),
    Column("soort", String(1), nullable=False),
    Column("relatie_einde", Date, index=True),
    Column("laatste_contact", Date, index=True),
    CheckConstraint("soort IN ('K', 'P')", name="deelnemer_soort"),
)
INSCHRIJVING: Final = Table(
    "inschrijving",
    METADATA,
    Column("event_id", Integer, ForeignKey("event.event_id"), primary_key=True),
    Column(
        "deelnemer_id",
        Integer,
        ForeignKey("deelnemer.deelnemer_id"),
        primary_key=True,
        index=True,
    ),
    Column("ingeschreven_op", DateTime, nullable=False),
    Column("dieetwens", String(120)),
    Column("aanwezig", Boolean),
)


def cast(at: date, into: Rows) -> None:
    """Add the events of fifteen years, and Sanne at two controllers."""
    for number in range(1, PAST_EVENTS + 1):
        title = words.EVENTS[number % len(words.EVENTS)]
        into.add(EVENT, event_id=number, titel=f"{title} {number}", datum=_held(at, number))
    into.add(EVENT, event_id=UPCOMING, titel="Gebruikersdag (gepland)", datum=at + EVERY)
    spelling = {"NL01": "SANNE.DEVRIES@EXAMPLE.COM", "FR01": SANNE.email}
    for i, (controller, email) in enumerate(spelling.items(), start=1):
        number = SANNE.number * 10 + i
        into.add(
            DEELNEMER,
            deelnemer_id=number,
            bv_code=controller,
            email=email,
            voornaam=SANNE.first_name,
            achternaam=SANNE.last_name,
            soort="K" if controller == "NL01" else "P",
            relatie_einde=add_years(at, -2) if controller == "NL01" else None,
            laatste_contact=add_years(at, -1),
        )
        _register(into, at, number, _event_before(at, add_years(at, -i)), "glutenvrij (coeliakie)")


def boundary(at: date, into: Rows) -> list[BoundaryRow]:
    """Add customers and prospects at the edge of their three years (R-VI.2)."""
    found = []
    spots = {
        "K": spots_by_term(2, at, 3),
        "P": spots_by_term(2, at, 3, group=1),
    }
    for kind, places in spots.items():
        for spot in places:
            customer = kind == "K"
            into.add(
                DEELNEMER,
                deelnemer_id=spot.number,
                bv_code=spot.controller,
                email=spot.email,
                voornaam="Toets",
                achternaam=spot.name,
                soort=kind,
                relatie_einde=spot.start if customer else None,
                laatste_contact=spot.start - 400 * DAY if customer else spot.start,
            )
            _register(into, at, spot.number, _event_before(at, spot.start - 400 * DAY), None)
            found.append(spot.row("events", DEELNEMER, deelnemer_id=spot.number))
    return found


def household(home: Household, draw: Random, at: date, into: Rows) -> None:
    """Add the members who come to events, once for each controller they deal with."""
    for person in home.members:
        if Role.ATTENDEE not in person.roles:
            continue
        known: list[Relation | None] = [r for r in person.relations if r.kind in "KP"]
        for relation in known or [None]:
            _add_attendee(into, draw, person, relation, at)


def _add_attendee(
    into: Rows, draw: Random, person: Person, relation: Relation | None, at: date
) -> None:
    controller = relation.controller if relation else person.controller
    number = person.number * 10 + CONTROLLERS.index(controller)
    contact = relation.last_contact if relation else at - draw.randint(1, SPAN.days) * DAY
    into.add(
        DEELNEMER,
        deelnemer_id=number,
        bv_code=controller,
        email=recase(draw, person.email),
        voornaam=person.first_name,
        achternaam=person.last_name,
        soort=relation.kind if relation else "P",
        relatie_einde=relation.end if relation else None,
        laatste_contact=contact,
    )
    latest = at - DAY if contact in (None, IMPLAUSIBLE) else contact
    last_event = _event_before(at, latest or at)
    chosen = {min(last_event + draw.randint(0, 40), PAST_EVENTS) for _ in range(3)}
    for event in sorted(chosen):
        diet = draw.choice(words.DIETS) if happens(draw, 0.15) else None
        _register(into, at, number, event, diet, attended=happens(draw, 0.8))


def _register(
    into: Rows, at: date, attendee: int, event: int, diet: str | None, *, attended: bool = True
) -> None:
    into.add(
        INSCHRIJVING,
        event_id=event,
        deelnemer_id=attendee,
        ingeschreven_op=_registered(at, event, attendee),
        dieetwens=diet,
        aanwezig=attended,
    )


def _registered(at: date, event: int, attendee: int) -> datetime:
    return wall_time(_held(at, event) - (1 + attendee % 20) * DAY, 9, attendee % 60)


def _held(at: date, event: int) -> date:
    return at - event * EVERY


def _event_before(at: date, day: date) -> int:
    """Return the number of the last event held on or before a day."""
    return min(max(1, -((day - at) // EVERY)), PAST_EVENTS)


STORE: Final = Store(
    name="events", metadata=METADATA, cast=cast, boundary=boundary, household=household
)
