"""The population: households of people who meet the group in several ways at once.

A person is drawn once; every store then tells its own part of the story, with its own numbers and
its own spelling of the e-mail address. Drawing goes household by household, so that any number of
people can be made in constant memory.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto
from random import Random
from typing import Final

from doelbinding.demo import words
from doelbinding.demo.dates import CONTROLLERS, DAY, IMPLAUSIBLE, SPAN, draw_day
from doelbinding.demo.identifiers import phone, slug

FIRST_NUMBER: Final = 1000  # smaller numbers are for the cast and the boundary rows


def happens(draw: Random, share: float) -> bool:
    """Draw yes in this share of the cases."""
    return draw.random() < share


class Role(Enum):
    """What somebody is to the group besides a relation in the CRM."""

    APPLICANT = auto()
    ATTENDEE = auto()
    SUBSCRIBER = auto()
    ENQUIRER = auto()
    VISITOR = auto()
    EMPLOYEE = auto()


ROLE_SHARES: Final = {
    Role.APPLICANT: 0.12,
    Role.ATTENDEE: 0.28,
    Role.SUBSCRIBER: 0.30,
    Role.ENQUIRER: 0.10,
    Role.VISITOR: 0.25,
    Role.EMPLOYEE: 0.0,  # drawn for people without a relation only
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a household lives."""

    adres_id: int
    street: str
    house: str
    postcode: str
    town: str
    country: str

    @property
    def line(self) -> str:
        """The address as an invoice shows it."""
        return f"{self.street} {self.house}, {self.postcode} {self.town}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """A relation with one controller; kind K customer, P prospect, L supplier, D third party."""

    klantnr: int
    controller: str
    kind: str
    start: date
    end: date | None
    last_contact: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody, with everything that more than one store knows."""

    number: int
    controller: str
    first_name: str
    last_name: str
    email: str
    other_email: str | None
    phone: str
    job: str
    company: str
    relations: tuple[Relation, ...]
    roles: frozenset[Role]

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    """People who share an address, and often a name."""

    address: Address
    members: tuple[Person, ...]


def draw_households(people: int, draw: Random, at: date) -> Iterator[Household]:
    """Draw households until they hold exactly `people` persons."""
    number, last = FIRST_NUMBER, FIRST_NUMBER + people
    while number < last:
        size = min(draw.choices((1, 2, 3, 4), (60, 25, 10, 5))[0], last - number)
        controller = draw.choices(CONTROLLERS, (60, 25, 15))[0]
        family = draw.choice(words.LAST_NAMES[controller])
        members = tuple(_draw_person(draw, number + i, controller, family, at) for i in range(size))
        yield Household(address=_draw_address(draw, number, controller), members=members)
        number += size


def _draw_address(draw: Random, number: int, controller: str) -> Address:
    postcode, town = draw.choice(words.TOWNS[controller])
    return Address(
        adres_id=number * 10,
        street=draw.choice(words.STREETS[controller]),
        house=f"{draw.randint(1, 240)}{draw.choice(('', '', '', 'A', ' bis'))}",
        postcode=postcode,
        town=town,
        country=words.COUNTRIES[controller],
    )


def _draw_person(draw: Random, number: int, controller: str, family: str, at: date) -> Person:
    first = draw.choice(words.FIRST_NAMES[controller])
    last = family if happens(draw, 0.8) else draw.choice(words.LAST_NAMES[controller])
    company = f"{draw.choice(words.COMPANIES)}-{number // 40}.example"
    relations = _draw_relations(draw, number, controller, at)
    mailbox = f"{slug(first)}.{slug(last)}.{number}"
    at_work = bool(relations) and relations[0].kind in "LD"
    domain = company if at_work else draw.choice(("example.com", "example.net", "example.org"))
    return Person(
        number=number,
        controller=controller,
        first_name=first,
        last_name=last,
        email=f"{mailbox}@{domain}",
        other_email=f"{slug(first)}{number}@example.org" if happens(draw, 0.2) else None,
        phone=phone(draw, controller),
        job=draw.choice(words.JOBS),
        company=company,
        relations=relations,
        roles=_draw_roles(draw, has_relation=bool(relations)),
    )


def _draw_roles(draw: Random, *, has_relation: bool) -> frozenset[Role]:
    roles = frozenset(role for role, share in ROLE_SHARES.items() if happens(draw, share))
    if has_relation or roles:
        return roles
    return frozenset({draw.choice((Role.EMPLOYEE, Role.APPLICANT, Role.SUBSCRIBER))})


def _draw_relations(draw: Random, number: int, controller: str, at: date) -> tuple[Relation, ...]:
    kind = draw.choices(("K", "P", "L", "D", ""), (55, 18, 6, 4, 17))[0]
    if not kind:
        return ()
    controllers = [controller]
    if happens(draw, 0.05):  # known at two affiliates, under one e-mail address
        controllers.append("BE01" if controller == "NL01" else "NL01")
    return tuple(
        _draw_relation(draw, number * 10 + i, each, kind, at) for i, each in enumerate(controllers)
    )


def _draw_relation(draw: Random, klantnr: int, controller: str, kind: str, at: date) -> Relation:
    start = draw_day(draw, at - SPAN, at - 60 * DAY)
    ended = kind != "P" and happens(draw, 0.6)
    end = draw_day(draw, start + 30 * DAY, at - DAY) if ended else None
    contact = draw_day(draw, start, end or at - DAY)
    return Relation(
        klantnr=klantnr,
        controller=controller,
        kind=kind,
        start=start,
        end=IMPLAUSIBLE if ended and happens(draw, 0.03) else end,
        last_contact=_spoil(draw, contact),
    )


def _spoil(draw: Random, day: date) -> date | None:
    """Lose a few percent of the dates, as years of migrations do."""
    return draw.choices((day, None, IMPLAUSIBLE), (95, 3, 2))[0]
