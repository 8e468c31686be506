"""A small world in one store whose values end as less than they were, and whose rows name files.

Every way in which a value may end, in a table whose rows stay; files named by rows that stay and by
rows that go, one of them by two rows.
"""

from __future__ import annotations

from pathlib import Path

from tests.integration.mill import GUEST_HOUSE, POLICY, World

KEY = "guests-2026"
GREG = ("--id", "email:greg@example.com", "--controller", "mill")

GUESTS = (
    """\
pseudonym_keys:
  - {id: guests-2026, label: {en: Guests}, destroy_by: 2030-12-31}
"""
    + GUEST_HOUSE
    + """\
        collected: came
        when_unjustified: empty
        columns:
          - {name: id, type: integer}
          - {name: name, category: name, identifier: name}
          - {name: email, category: email, identifier: email, ends_as: {pseudonym: guests-2026}}
          - {name: born, type: date, category: history, ends_as: {generalise: year}}
          - {name: nights, type: integer, category: history, ends_as: {band: 10}}
          - {name: postcode, category: address, ends_as: {keep_first: 2}}
          - {name: remark, category: history, ends_as: {strip: text}}
          - {name: details, type: json}
          - {name: phone, category: address, inside: {column: details, path: $.contact.phone}}
          - {name: passport, category: name, file_in: scans}
          - {name: came, type: date-text}
        events:
          contact.last: {column: came}
        bindings: [{activity: customers, columns: ['*']}]
      - id: photo
        label: {en: Photographs}
        table: photo
        key: [id]
        subject: {to: guest, columns: [guest_id]}
        collected: taken
        columns:
          - {name: id, type: integer}
          - {name: guest_id, type: integer}
          - {name: file, category: name, file_in: photos}
          - {name: taken, type: date-text, category: history}
        events:
          contact.last: {column: taken}
        bindings: [{activity: customers, columns: ['*']}]
"""
)

_PEOPLE = ((1, "Greg", "2020-03-01"), (2, "Hana", "2021-05-05"), (3, "Ivo", "2026-02-02"))

TABLES = (
    (
        "CREATE TABLE guest (id INTEGER PRIMARY KEY, name VARCHAR(80), email VARCHAR(80), "
        "born DATE, nights INTEGER, postcode VARCHAR(10), remark VARCHAR(200), details TEXT, "
        "passport VARCHAR(80), came VARCHAR(10))"
    ),
    (
        "CREATE TABLE photo (id INTEGER PRIMARY KEY, "
        "guest_id INTEGER REFERENCES guest (id), file VARCHAR(80), taken VARCHAR(10))"
    ),
    "CREATE INDEX photo_guest ON photo (guest_id)",
    *(
        f"INSERT INTO guest VALUES ({n}, '{name}', '{name.lower()}@example.com', "  # noqa: S608
        f"'198{n}-02-28', {n}7, '12{n}4 AB', '{name} rang 020-1234567', "
        f'\'{{"contact": {{"phone": "020-1234567"}}, "n": {n}}}\', '
        f"'{n}.pdf', '{came}')"
        for n, name, came in _PEOPLE
    ),
    (
        "INSERT INTO photo VALUES (1, 1, 'a/1.jpg', '2020-03-01'), (2, 1, 'both.jpg', "
        "'2020-03-01'), (3, 2, 'both.jpg', '2021-05-05'), (4, 2, 'gone.jpg', '2021-05-05'), "
        "(5, 3, '3.jpg', '2026-02-02'), (6, 3, 'a/1.jpg', '2026-02-02')"
    ),
)

WORLD = World(
    policy={"policy": POLICY, "house": GUESTS},
    tables={"house": TABLES},
    configuration='\n[files.photos]\nfolder = "files/photos"\n'
    '\n[files.scans]\nfolder = "files/scans"\n',
)


def with_files(folder: Path) -> Path:
    """Put the files that rows name into a working folder, but for one that is missing."""
    for name in ("photos/a/1.jpg", "photos/both.jpg", "photos/3.jpg",
                 "scans/1.pdf", "scans/2.pdf", "scans/3.pdf"):  # fmt: skip
        path = folder / "files" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, encoding="utf-8")
    return folder
