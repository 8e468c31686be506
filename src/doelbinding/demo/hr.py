"""Store `hr`: applicants with their files and interviews, and employees."""

from datetime import date, datetime
from hashlib import sha256
from random import Random
from typing import Final
from uuid import UUID

from sqlalchemy import Column, Date, DateTime, ForeignKey, Integer, MetaData, String, Table, Text

from doelbinding.demo import words
from doelbinding.demo.boundaries import BoundaryRow, Side, spots_by_term
from doelbinding.demo.cast import SANNE
from doelbinding.demo.dates import DAY, add_years, draw_day, draw_time, epoch, wall_time
from doelbinding.demo.identifiers import recase, slug
from doelbinding.demo.people import Household, Person, Role, happens
from doelbinding.demo.store import Rows, Store

METADATA: Final = MetaData()
CLOCK: Final[dict[Side, tuple[int, int, int]]] = {
    "before": (23, 59, 59),  # the last second that has expired
    "on": (0, 0, 0),  # the first that has not
    "after": (12, 0, 0),
}

KANDIDAAT: Final = Table(
    "kandidaat",
    METADATA,
    Column("kandidaat_id", String(36), primary_key=True),
    Column("bv_code", String(4), nullable=False),
    Column("naam", String(120), nullable=False),
    Column("email", String(120), nullable=False, index=True),
    Column("telefoon", String(30)),
    Column("laatste_contact_epoch", Integer, index=True),
)
CV_BESTAND: Final = Table(
    "cv_bestand",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column(
        "kandidaat_id",
        String(36),
        ForeignKey("kandidaat.kandidaat_id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("bestandsnaam", String(160), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("grootte", Integer, nullable=False),
    Column("geupload_op", DateTime, nullable=False),
)
GESPREK: Final = Table(
    "gesprek",
    METADATA,
    Column("kandidaat_id", String(36), ForeignKey("kandidaat.kandidaat_id"), primary_key=True),
    Column("ronde", Integer, primary_key=True),
    Column("datum", Date),
    Column("gesprekspartner", String(80)),
    Column("verslag", Text),
)
MEDEWERKER: Final = Table(
    "medewerker",
    METADATA,
    Column("pers_nr", Integer, primary_key=True, autoincrement=False),
    Column("bv_code", String(4), nullable=False),
    Column("naam", String(120), nullable=False),
    Column("email", String(120), index=True),
    Column("in_dienst", Date, nullable=False),
    Column("uit_dienst", Date),
)


def cast(at: date, into: Rows) -> None:
    """Add Sanne, who applied less than a year ago."""
    contact = at - 300 * DAY
    key = _fixed_id(SANNE.number)
    _add_candidate(into, key, SANNE, email=SANNE.email, contact=epoch(wall_time(contact, 15)))
    for i, name in enumerate(("CV_Sanne_de_Vries.pdf", "diploma_S_de_Vries.pdf"), start=1):
        _add_file(into, SANNE.number * 10 + i, key, name, wall_time(contact - 30 * DAY))
    into.add(
        GESPREK,
        kandidaat_id=key,
        ronde=1,
        datum=contact - 10 * DAY,
        gesprekspartner="Karin",
        verslag="Sanne maakt een rustige indruk; noemt partner Pieter en de kinderen.",
    )


def boundary(at: date, into: Rows) -> list[BoundaryRow]:
    """Add applicants at the edge of their two years, to the second (R-VI.6)."""
    found = []
    for spot in spots_by_term(6, at, 2):
        key = _fixed_id(spot.number)
        earlier = spot.start - 20 * DAY
        into.add(
            KANDIDAAT,
            kandidaat_id=key,
            bv_code=spot.controller,
            naam=spot.name,
            email=spot.email,
            telefoon=None,
            laatste_contact_epoch=epoch(wall_time(spot.start, *CLOCK[spot.side])),
        )
        _add_file(into, spot.number, key, f"cv_{spot.number}.pdf", wall_time(earlier))
        into.add(
            GESPREK,
            kandidaat_id=key,
            ronde=1,
            datum=earlier,
            gesprekspartner="Thijs",
            verslag=f"{spot.name}: geen vervolg.",
        )
        found.append(spot.row("hr", KANDIDAAT, kandidaat_id=key))
    return found


def household(home: Household, draw: Random, at: date, into: Rows) -> None:
    """Add the members who applied, or who work here."""
    for person in home.members:
        if Role.APPLICANT in person.roles:
            _add_applicant(into, draw, person, at)
        if Role.EMPLOYEE in person.roles:
            _add_employee(into, draw, person, at)


def _add_applicant(into: Rows, draw: Random, person: Person, at: date) -> None:
    key = str(UUID(int=draw.getrandbits(128), version=4))
    last = draw_day(draw, add_years(at, -6), at - DAY)
    contact = draw.choices((epoch(draw_time(draw, last)), None, 0), (94, 4, 2))[0]
    _add_candidate(into, key, person, email=recase(draw, person.email), contact=contact)
    for i in range(draw.randint(1, 2)):
        name = f"CV {person.name} v{i + 1}.pdf" if i else f"{slug(person.last_name)}_cv.docx"
        _add_file(into, person.number * 10 + i, key, name, draw_time(draw, last - (40 - i) * DAY))
    for number in range(1, draw.randint(0, 2) + 1):
        late = happens(draw, 0.15)  # the interview was the last contact, and nobody noted it
        day = draw_day(draw, last, at - DAY) if late else last - (20 // number) * DAY
        colleague = draw.choice(words.COLLEAGUES)
        into.add(
            GESPREK,
            kandidaat_id=key,
            ronde=number,
            datum=None if happens(draw, 0.03) else day,
            gesprekspartner=colleague,
            verslag=draw.choice(words.INTERVIEW_NOTES).format(who=person.name, colleague=colleague),
        )


def _add_employee(into: Rows, draw: Random, person: Person, at: date) -> None:
    hired = draw_day(draw, add_years(at, -15), at - 30 * DAY)
    left = draw_day(draw, hired, at - DAY) if happens(draw, 0.5) else None
    into.add(
        MEDEWERKER,
        pers_nr=person.number,
        bv_code=person.controller,
        naam=person.name,
        email=person.email,
        in_dienst=hired,
        uit_dienst=left,
    )


def _fixed_id(number: int) -> str:
    """Return the key of somebody whom tests and tutorials know."""
    return f"00000000-0000-4000-8000-{number:012d}"


def _add_candidate(
    into: Rows, key: str, person: Person, *, email: str, contact: int | None
) -> None:
    into.add(
        KANDIDAAT,
        kandidaat_id=key,
        bv_code=person.controller,
        naam=person.name,
        email=email,
        telefoon=person.phone,
        laatste_contact_epoch=contact,
    )


def _add_file(into: Rows, number: int, key: str, name: str, uploaded: datetime) -> None:
    into.add(
        CV_BESTAND,
        id=number,
        kandidaat_id=key,
        bestandsnaam=name,
        sha256=sha256(f"{number} {name}".encode()).hexdigest(),
        grootte=20_000 + number % 9_000,
        geupload_op=uploaded,
    )


STORE: Final = Store(
    name="hr", metadata=METADATA, cast=cast, boundary=boundary, household=household
)
