"""People who are the same in every run: the ones that tutorials and tests call by name.

Sanne de Vries is in every store. Pieter shares her home. Two colleagues share a mailbox. One
customer left long ago and is still under an anti-money-laundering inquiry.
"""

from typing import Final

from doelbinding.demo.people import Address, Person

SHARED_MAILBOX: Final = "info@labo-delta.example"

SANNE_HOME: Final = Address(
    adres_id=471,
    street="Voorbeeldweg",
    house="12A",
    postcode="1000 XX",
    town="Voorbeeldam",
    country="NL",
)


def _person(number: int, first: str, last: str, email: str, other: str | None = None) -> Person:
    return Person(
        number=number,
        controller="NL01",
        first_name=first,
        last_name=last,
        email=email,
        other_email=other,
        phone=f"020 000 {number}",
        job="klinisch bioloog",
        company="labo-delta.example",
        relations=(),
        roles=frozenset(),
    )


SANNE: Final = _person(
    4711, "Sanne", "de Vries", "sanne.devries@example.com", "s.de.vries@example.org"
)
PIETER: Final = _person(4712, "Pieter", "de Vries", "pieter.devries@example.com")
MARIJKE: Final = _person(4720, "Marijke", "Peters", "marijke.peters@labo-delta.example")
OMAR: Final = _person(4721, "Omar", "Haddad", "omar.haddad@labo-delta.example")
GERRIT: Final = _person(4730, "Gerrit", "Overtoom", "gerrit.overtoom@example.net")
