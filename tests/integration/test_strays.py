"""What may be somebody's and leads to nobody is told, and never left out in silence (R-IX.8)."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from doelbinding.cli.subject import show_found
from doelbinding.plan.identifiers import parse_identifier
from doelbinding.policy.model import Policy
from doelbinding.rights.found import Astray, Found
from doelbinding.rights.locate import Locator, Wanted
from doelbinding.stores.sql.store import SqlStore
from tests.integration.mill import POLICY
from tests.integration.one_night import policy_of
from tests.integration.one_table import say
from tests.integration.readers import mapped_notes, mapped_readers

MAIL = "{name: mail, category: email, identifier: email}"
READERS = mapped_readers(MAIL)
DATASETS = READERS + mapped_notes(MAIL)
ANNA = "email:anna@example.com"
CREATE_READER = (
    "CREATE TABLE reader (code VARCHAR(9) PRIMARY KEY, name VARCHAR(9), mail VARCHAR(40), "
    "status VARCHAR(9), own VARCHAR(9))"
)
LETTERS = """\
      - id: letter
        label: {en: Letters}
        table: letter
        key: [id]
        subjects: [{to: reader, columns: [sender]}, {to: reader, columns: [receiver]}]
        columns:
          - {name: id, type: integer}
          - {name: sender}
          - {name: receiver}
          - {name: name, category: name, identifier: name}
          - {name: mail, category: email, identifier: email}
        bindings: [{activity: news, columns: ['*']}]
"""
MILL = POLICY[POLICY.index("  - id: mill\n    name") : POLICY.index("person_categories:")]
BOTH = POLICY.replace(MILL, MILL + MILL.replace("id: mill", "id: bakery"))
OWN = "controller: {column: own, values: {m: mill, b: bakery}}"
OWNED = mapped_readers(MAIL, "{name: own}").replace("controller: mill", OWN)
THINGS = f"""\
      - id: thing
        label: {{en: Things}}
        table: thing
        key: [id]
        {OWN}
        subject: {{to: reader, columns: [code]}}
        columns:
          - {{name: id, type: integer}}
          - {{name: code}}
          - {{name: text, category: history}}
          - {{name: own}}
        bindings: [{{activity: news, columns: ['*']}}]
      - id: note
        label: {{en: Notes}}
        table: note
        key: [id]
        subject: {{to: thing, columns: [thing]}}
        columns:
          - {{name: id, type: integer}}
          - {{name: thing, type: integer}}
          - {{name: mail, category: email, identifier: email}}
        bindings: [{{activity: news, columns: ['*']}}]
"""
BORN = mapped_notes(
    "{name: name, category: name, identifier: name}",
    "{name: born, type: date, category: history, identifier: birth-date}",
)


def search(
    engine: sa.Engine, policy: Policy, *wanted: str, controller: str = "mill"
) -> list[Found]:
    """Search for several people, each by one or more identifiers."""
    store = SqlStore(policy.stores[0], engine)
    locator = Locator(
        policy=policy,
        controller=policy.controller_by_id[controller],
        stores={"s": store},
        at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    people = [[parse_identifier(one) for one in known.split()] for known in wanted]
    found = locator.find_many([Wanted(identifiers=known) for known in people])
    store.close()
    return found


def found_in(engine: sa.Engine, *notes: str, wanted: str = ANNA, datasets: str = DATASETS) -> Found:
    collated = "COLLATE NOCASE" if engine.dialect.name == "sqlite" else ""
    code = f"VARCHAR(9) {collated}"
    say(
        engine,
        f"CREATE TABLE reader (code {code} PRIMARY KEY, name VARCHAR(9), mail VARCHAR(40), "
        "status VARCHAR(9))",
        f"CREATE TABLE note (id INTEGER PRIMARY KEY, code {code}, mail VARCHAR(40))",
        "INSERT INTO reader VALUES ('A', 'Anna', 'anna@example.com', 'Yes'), "
        "('B', 'Bob', 'bob@example.com', 'Yes')",
        f"INSERT INTO note VALUES {', '.join(notes)}",  # noqa: S608 - our own text
    )
    (found,) = search(engine, policy_of(datasets), wanted)
    return found


def told(found: Found) -> dict[object, Astray]:
    return {stray.key[0]: stray.why for stray in found.strays}


def keys(found: Found) -> list[object]:
    return sorted(row.key[0] for row in found.rows if row.place.dataset.id == "note")


@pytest.mark.parametrize("name", ["sqlite", "mariadb"])
def test_a_row_that_refers_in_another_case_is_in_doubt(
    name: str, request: pytest.FixtureRequest
) -> None:
    engine = request.getfixturevalue(name)
    found = found_in(engine, "(1, 'A', NULL)", "(2, 'a', NULL)", "(3, 'b', NULL)", "(4, 'B', NULL)")
    assert keys(found) == [1]
    assert told(found) == {2: Astray.LOOSELY}
    assert found.doubtful == 1


@pytest.mark.parametrize("notes", ["NOCASE", "BINARY", "RTRIM"])
@pytest.mark.parametrize(
    ("readers", "told_of", "his"),
    [("NOCASE", [2], [1]), ("RTRIM", [], [1, 3]), ("BINARY", [], [1])],
)
def test_what_a_foreign_key_of_sqlite_takes_for_theirs_is_found_or_told(
    readers: str, told_of: list[int], his: list[int], notes: str, sqlite: sa.Engine
) -> None:
    """A key compares as what it refers to, and a question as the column that is asked."""
    say(
        sqlite,
        CREATE_READER.replace(" PRIMARY", f" COLLATE {readers} PRIMARY"),
        f"CREATE TABLE note (id INTEGER PRIMARY KEY, code VARCHAR(9) COLLATE {notes} "
        "REFERENCES reader, mail VARCHAR(40))",
        "INSERT INTO reader VALUES ('A', 'Anna', 'anna@example.com', '', ''), "
        "('B', 'Bob', 'bob@example.com', '', '')",
    )
    for note in ("1, 'A'", "2, 'a'", "3, 'A '", "4, 'B'"):
        taken = int(note[0]) in {1, 4, *told_of, *his}
        insert = f"INSERT INTO note VALUES ({note}, NULL)"  # noqa: S608 - our own text
        with nullcontext() if taken else pytest.raises(sa.exc.IntegrityError):
            say(sqlite, insert)
    (found,) = search(sqlite, policy_of(DATASETS), ANNA)
    assert (keys(found), told(found)) == (his, dict.fromkeys(told_of, Astray.LOOSELY))


@pytest.mark.parametrize(
    ("readers", "notes"), [("NOCASE", "NOCASE"), ("NOCASE", "BINARY"), ("BINARY", "NOCASE")]
)
@pytest.mark.parametrize("rows", [2, 700])
def test_without_a_foreign_key_it_is_told_by_either_collation(
    readers: str, notes: str, rows: int, sqlite: sa.Engine
) -> None:
    say(
        sqlite,
        CREATE_READER.replace(" PRIMARY", f" COLLATE {readers} PRIMARY"),
        f"CREATE TABLE note (id INTEGER, code VARCHAR(9) COLLATE {notes}, mail VARCHAR(40))",
        f"WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {rows}) "  # noqa: S608
        "INSERT INTO reader SELECT 'A' || n, 'Anna', 'anna@example.com', '', '' FROM n",
        "INSERT INTO note SELECT row_number() OVER (), code, NULL FROM reader",
        "INSERT INTO note VALUES (1001, 'a1', NULL), (1002, 'a2', NULL), (1003, 'a999', NULL)",
    )
    (found,) = search(sqlite, policy_of(DATASETS), ANNA)
    assert keys(found) == list(range(1, rows + 1))
    assert told(found) == dict.fromkeys([1001, 1002], Astray.LOOSELY)


def test_where_texts_are_compared_exactly_another_case_is_another(postgresql: sa.Engine) -> None:
    found = found_in(postgresql, "(1, 'A', NULL)", "(2, 'a', NULL)")
    assert (keys(found), told(found)) == ([1], {})


@pytest.mark.parametrize("name", ["sqlite", "postgresql", "mariadb"])
def test_a_row_that_holds_an_identifier_and_leads_to_nobody_is_in_doubt(
    name: str, request: pytest.FixtureRequest
) -> None:
    engine = request.getfixturevalue(name)
    found = found_in(
        engine,
        "(1, 'A', 'anna@example.com')",
        "(2, NULL, 'Anna@Example.com')",
        "(3, 'Z', 'anna@example.com')",
        "(4, 'Z', 'bob@example.com')",
        "(5, NULL, NULL)",
    )
    assert keys(found) == [1]
    assert told(found) == {2: Astray.NOWHERE, 3: Astray.NOWHERE}


def test_whoever_looks_is_told_which_rows_and_what_to_mend(
    sqlite: sa.Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    notes = ("(1, 'A', NULL)", "(2, 'a', NULL)", "(3, NULL, 'anna@example.com')")
    show_found(found_in(sqlite, *notes))
    told = " ".join(capsys.readouterr().out.split())
    assert "ambiguous: s.note:2 refers to theirs by a text that only the database takes" in told
    assert "ambiguous: s.note:3 holds that email, and leads to nobody" in told
    assert "anna@example.com" not in told


def test_nobody_is_found_by_what_leads_to_nobody_and_it_is_told(sqlite: sa.Engine) -> None:
    note = "(1, NULL, 'guest@example.com')"
    found = found_in(sqlite, note, wanted="email:guest@example.com")
    assert found.rows == ()
    assert told(found) == {1: Astray.NOWHERE}


def test_a_person_of_whom_nothing_says_whose_they_are_is_in_doubt(sqlite: sa.Engine) -> None:
    owned = "controller: {column: name, values: {Bob: mill}}"
    datasets = DATASETS.replace("controller: mill", owned)
    found = found_in(sqlite, "(1, 'A', 'anna@example.com')", datasets=datasets)
    assert found.rows == ()
    assert told(found) == {"A": Astray.NOBODYS}
    assert found.strays[0].by == "email"


@pytest.mark.parametrize(
    ("name", "exact", "folding"),
    [("sqlite", "BINARY", "NOCASE"), ("mariadb", "utf8mb4_bin", "utf8mb4_general_ci")],
)
def test_a_row_that_refers_to_somebody_else_is_theirs_alone(
    name: str, exact: str, folding: str, request: pytest.FixtureRequest
) -> None:
    engine = request.getfixturevalue(name)
    say(
        engine,
        CREATE_READER.replace(" PRIMARY", f" COLLATE {exact} PRIMARY"),
        f"CREATE TABLE note (id INTEGER, code VARCHAR(9) COLLATE {folding}, mail VARCHAR(40))",
        "INSERT INTO reader VALUES ('A', 'Anna', 'anna@example.com', '', ''), "
        "('a', 'Bob', 'bob@example.com', '', '')",
        "INSERT INTO note VALUES (1, 'A', NULL), (2, 'a', NULL)",
    )
    bob, policy = "email:bob@example.com", policy_of(DATASETS)
    together = search(engine, policy, ANNA, bob)
    assert [(keys(one), told(one)) for one in together] == [([1], {}), ([2], {})]
    assert together == [found for one in (ANNA, bob) for found in search(engine, policy, one)]


def test_a_row_that_may_lead_to_several_and_leads_to_nobody_is_in_doubt(sqlite: sa.Engine) -> None:
    """Of one that leads to Bob, and to Anna by a text that is not hers, she is told too."""
    say(
        sqlite,
        CREATE_READER,
        "CREATE TABLE letter (id INTEGER, sender TEXT COLLATE NOCASE, receiver TEXT, name, mail)",
        "INSERT INTO reader VALUES ('A', 'Anna', 'anna@example.com', '', ''), "
        "('B', 'Bob', 'bob@example.com', '', '')",
        "INSERT INTO letter VALUES (1, 'Z', 'Y', NULL, 'anna@example.com'), "
        "(2, NULL, NULL, NULL, 'anna@example.com'), (3, 'A', 'B', NULL, NULL), "
        "(4, 'a', 'B', NULL, NULL)",
    )
    anna, bob = search(sqlite, policy_of(READERS + LETTERS), ANNA, "email:bob@example.com")
    assert told(anna) == {1: Astray.NOWHERE, 2: Astray.NOWHERE, 4: Astray.LOOSELY}
    assert told(bob) == {}


@pytest.mark.parametrize(
    ("collation", "hers", "held"),
    [
        ("utf8mb4_unicode_520_ci", "o", "ø"),
        ("utf8mb4_general_ci", "\U0001f600", "\U0001f601"),
        ("utf8mb4_unicode_ci", "a", "a\x01"),
        ("utf8mb4_danish_ci", "aa", "å"),
        ("utf8mb4_roman_ci", "u", "v"),
    ],
)
def test_what_only_a_collation_takes_for_hers_is_told_beside_what_is_asked_for_another(
    collation: str, hers: str, held: str, mariadb: sa.Engine
) -> None:
    """Which texts a collation takes for the same is known to it alone."""
    say(
        mariadb,
        CREATE_READER,
        f"CREATE TABLE letter (id INTEGER, sender VARCHAR(9) COLLATE {collation}, "
        "receiver VARCHAR(9), name VARCHAR(9), mail VARCHAR(40))",
        f"INSERT INTO reader VALUES ('{hers}', 'Anna', 'anna@example.com', '', ''), "  # noqa: S608
        "('B', 'Bob', 'bob@example.com', '', '')",
        f"INSERT INTO letter VALUES (1, '{held}', 'B', NULL, NULL)",  # noqa: S608 - our own text
    )
    policy, bob = policy_of(READERS + LETTERS), "email:bob@example.com"
    anna, his = search(mariadb, policy, ANNA, bob)
    assert (told(anna), told(his)) == ({1: Astray.LOOSELY}, {})
    assert search(mariadb, policy, ANNA) == [anna]


CITEXT = """\
CREATE TYPE citext;
CREATE FUNCTION citextin(cstring) RETURNS citext LANGUAGE internal IMMUTABLE STRICT AS 'textin';
CREATE FUNCTION citextout(citext) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
CREATE TYPE citext (INPUT = citextin, OUTPUT = citextout, LIKE = text, CATEGORY = 'S');
CREATE CAST (citext AS text) WITHOUT FUNCTION AS IMPLICIT;
CREATE FUNCTION citext_eq(citext, citext) RETURNS bool LANGUAGE sql IMMUTABLE STRICT
  AS 'SELECT lower($1::text) = lower($2::text)';
CREATE OPERATOR = (LEFTARG = citext, RIGHTARG = citext, FUNCTION = citext_eq)
"""
"""What the extension of that name does, which the test's server lacks."""


@pytest.mark.parametrize(
    ("name", "collation", "hers", "his"),
    [
        ("mariadb", "utf8mb4_unicode_520_ci", "o", "ø"),
        ("mariadb", "utf8mb4_roman_ci", "u", "v"),
        ("mariadb", "utf8mb4_unicode_ci", "a", "a\x01"),
        ("mariadb", "utf8mb4_unicode_ci", "あ", "ア"),
        ("postgresql", "", "A", "a"),
    ],
)
def test_what_is_exactly_that_of_one_is_told_to_another_whom_it_may_lead_to(
    name: str, collation: str, hers: str, his: str, request: pytest.FixtureRequest
) -> None:
    """A column leads to readers and to members, and keys of both are asked for in one question."""
    engine = request.getfixturevalue(name)
    kind = f"VARCHAR(9) COLLATE {collation}"
    if name == "postgresql":
        kind = "citext"
        say(engine, *CITEXT.split(";\n"))
    say(
        engine,
        CREATE_READER,
        CREATE_READER.replace("TABLE reader", "TABLE member"),
        f"CREATE TABLE letter (id INTEGER, sender {kind}, "
        "receiver VARCHAR(9), name VARCHAR(9), mail VARCHAR(40))",
        f"INSERT INTO reader VALUES ('{hers}', 'Anna', 'anna@example.com', '', '')",  # noqa: S608
        f"INSERT INTO member VALUES ('{his}', 'Bob', 'bob@example.com', '', '')",  # noqa: S608
        f"INSERT INTO letter VALUES (1, '{his}', NULL, NULL, NULL)",  # noqa: S608 - our own text
    )
    members = READERS.replace("id: reader", "id: member").replace("table: reader", "table: member")
    letters = LETTERS.replace("to: reader, columns: [receiver]", "to: member, columns: [sender]")
    policy, bob = policy_of(READERS + members + letters), "email:bob@example.com"
    anna, him = search(engine, policy, ANNA, bob)
    assert (told(anna), told(him)) == ({1: Astray.LOOSELY}, {})
    assert search(engine, policy, ANNA) == [anna]


def test_what_is_ambiguous_for_its_name_is_counted_once(sqlite: sa.Engine) -> None:
    say(
        sqlite,
        CREATE_READER,
        "CREATE TABLE letter (id INTEGER, sender TEXT COLLATE NOCASE, receiver TEXT, name, mail)",
        "INSERT INTO reader VALUES ('A', 'Anna', 'anna@example.com', '', '')",
        "INSERT INTO letter VALUES (1, 'a', NULL, 'Anna B', 'a@example.com'), "
        "(2, 'a', NULL, 'Bob', 'anna@example.com')",
    )
    letters = LETTERS.replace("key: [id]", "key: [id]\n        controller: mill")
    policy = policy_of(READERS + letters)
    (found,) = search(sqlite, policy, f"{ANNA} name:Anna")
    assert [person.key for person in found.ambiguous] == [(2,)]
    assert told(found) == {1: Astray.LOOSELY}
    assert found.doubtful == 2


def test_what_leads_to_another_controllers_row_is_not_told(sqlite: sa.Engine) -> None:
    """Also where that row, on the way, leads to nobody."""
    say(
        sqlite,
        CREATE_READER,
        "CREATE TABLE thing (id INTEGER, code TEXT, text TEXT, own TEXT)",
        "CREATE TABLE note (id INTEGER, thing INTEGER, mail TEXT)",
        "INSERT INTO thing VALUES (1, NULL, '', 'b'), (2, NULL, '', 'm')",
        "INSERT INTO note VALUES (1, 1, 'anna@example.com'), (2, 2, 'anna@example.com'), "
        "(3, NULL, 'anna@example.com')",
    )
    policy = policy_of(OWNED + THINGS, BOTH)
    mill, bakery = (search(sqlite, policy, ANNA, controller=one)[0] for one in ("mill", "bakery"))
    assert told(mill) == {2: Astray.NOWHERE, 3: Astray.NOWHERE}
    assert told(bakery) == {1: Astray.NOWHERE, 3: Astray.NOWHERE}


def test_who_has_no_name_is_not_told_to_all_who_were_born_that_day(sqlite: sa.Engine) -> None:
    say(
        sqlite,
        CREATE_READER,
        "CREATE TABLE note (id INTEGER, code TEXT, name TEXT, born DATE)",
        "INSERT INTO note VALUES (1, NULL, 'Anna', '1980-01-02'), (2, NULL, NULL, '1980-01-02'), "
        "(3, NULL, 'Bob', '1980-01-02'), (4, NULL, 'Anna', '1980-01-03')",
    )
    (found,) = search(sqlite, policy_of(READERS + BORN), "name-and-birth:Anna/1980-01-02")
    assert told(found) == {1: Astray.NOWHERE}


def test_a_row_that_only_the_database_finds_keeps_none_from_being_found_by_what_it_holds(
    sqlite: sa.Engine,
) -> None:
    """Letters are asked for by whom they lead to and by what they hold in one statement."""
    say(
        sqlite,
        CREATE_READER,
        "CREATE TABLE letter (id INTEGER, sender TEXT COLLATE NOCASE, receiver TEXT, name, mail)",
        "INSERT INTO reader VALUES ('A', 'Anna', 'anna@example.com', '+353 1 234 5678', '')",
        "INSERT INTO letter VALUES (1, 'a', 'Z', NULL, NULL), "
        "(2, 'Z', 'Z', NULL, 'anna@example.com')",
    )
    phones = READERS.replace(
        "{name: status}", "{name: status, category: history, identifier: phone}"
    )
    (found,) = search(sqlite, policy_of(phones + LETTERS), "phone:+35312345678")
    assert told(found) == {1: Astray.LOOSELY, 2: Astray.NOWHERE}


def test_what_may_lead_to_several_of_whom_nothing_says_whose_they_are_is_in_doubt(
    sqlite: sa.Engine,
) -> None:
    say(
        sqlite,
        CREATE_READER,
        "CREATE TABLE letter (id INTEGER, sender TEXT, receiver TEXT, name TEXT, mail TEXT)",
        "INSERT INTO reader VALUES ('C', 'Cas', NULL, '', NULL)",
        "INSERT INTO letter VALUES (1, 'C', NULL, NULL, 'anna@example.com')",
    )
    (found,) = search(sqlite, policy_of(OWNED + LETTERS, BOTH), ANNA)
    assert found.rows == ()
    assert told(found) == {1: Astray.NOBODYS}
