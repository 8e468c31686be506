"""A controller's rows that lead to a person at another are found, and the other's are not (R-IX.1).

A club keeps accounts; a lottery keeps its draws for the club's members, and has no other persons.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from doelbinding.binding.circumstances import Circumstances, Stop, StopKind
from doelbinding.plan.identifiers import parse_identifier
from doelbinding.rights.found import Astray, Found
from doelbinding.rights.lasting import remembering, with_newer_rows
from doelbinding.rights.locate import Locator, NotIncluded, Wanted
from doelbinding.stores.sql.store import SqlStore
from tests.integration.forked import forked, planned
from tests.integration.mill import DAY, POLICY, World, build
from tests.integration.one_night import AT, STORE, policy_of
from tests.integration.one_table import say

CLUB = POLICY[POLICY.index("  - id: mill\n    name") : POLICY.index("person_categories:")]
LOTTERY = CLUB.replace("id: mill", "id: lottery").replace("Mill Ltd", "Lottery Ltd")
BOTH = POLICY.replace(CLUB, CLUB + LOTTERY)
DATASETS = """\
      - id: account
        label: {en: Accounts}
        table: account
        key: [id]
        controller: mill
        person: true
        columns:
          - {name: id, type: integer}
          - {name: name, category: name, identifier: name}
          - {name: email, category: email, identifier: email}
          - {name: iban, category: address, identifier: iban}
          - {name: seen, type: date-text}
        events: {contact.last: {column: seen}}
        bindings: [{activity: customers, columns: ['*']}]
      - id: talk
        label: {en: Talks}
        table: talk
        key: [id]
        subject: {to: account, columns: [account_id]}
        columns:
          - {name: id, type: integer}
          - {name: account_id, type: integer}
          - {name: words, category: history}
        bindings: [{activity: customers, columns: ['*']}]
      - id: entry
        label: {en: Entries}
        table: entry
        key: [id]
        controller: lottery
        subject: {to: account, columns: [account_id]}
        columns:
          - {name: id, type: integer}
          - {name: account_id, type: integer}
          - {name: payee, category: name}
          - {name: email, category: email, identifier: email}
          - {name: number, category: history}
          - {name: remark, category: history}
          - {name: drawn, type: date-text}
          - {name: news}
        events: {contact.last: {column: drawn}, order.placed: {column: drawn}}
        states: {subscribed: {column: news, equals: "Yes"}}
        bindings:
          - {activity: customers, columns: [payee, email]}
          - {activity: orders, columns: [number]}
          - {activity: news, columns: [remark]}
      - id: tip
        label: {en: Tips}
        table: tip
        key: [id]
        controller: lottery
        subject: {to: talk, columns: [talk_id]}
        columns:
          - {name: id, type: integer}
          - {name: talk_id, type: integer}
          - {name: tip, category: history}
        bindings: [{activity: customers, columns: ['*']}]
"""
CREATE = (
    (
        "CREATE TABLE account (id INTEGER PRIMARY KEY, name VARCHAR(40), email VARCHAR(80), "
        "iban VARCHAR(40), seen VARCHAR(10))"
    ),
    (
        "CREATE TABLE talk (id INTEGER PRIMARY KEY, account_id INTEGER, words VARCHAR(80), "
        "FOREIGN KEY (account_id) REFERENCES account (id))"
    ),
    (
        "CREATE TABLE entry (id INTEGER PRIMARY KEY, account_id INTEGER, payee VARCHAR(40), "
        "email VARCHAR(80), number VARCHAR(9), remark VARCHAR(40), drawn VARCHAR(10), "
        "news VARCHAR(9), FOREIGN KEY (account_id) REFERENCES account (id))"
    ),
    (
        "CREATE TABLE tip (id INTEGER PRIMARY KEY, talk_id INTEGER, tip VARCHAR(40), "
        "FOREIGN KEY (talk_id) REFERENCES talk (id))"
    ),
)
IBAN = "NL91ABNA0417164300"
ROWS = (
    (
        "INSERT INTO account VALUES "
        "(1, 'Anna Bos', 'anna@example.com', 'NL91ABNA0417164300', '2026-01-01'), "
        "(2, 'Ben Bos', 'ben@example.com', NULL, '2026-01-01')"
    ),
    "INSERT INTO talk VALUES (5, 1, 'for the club only'), (6, 2, 'x')",
    (
        "INSERT INTO entry VALUES "
        "(10, 1, 'A. Bos', NULL, '777', 'lucky', '2026-06-01', 'Yes'), "
        "(11, 2, 'B. Bos', NULL, '778', 'x', '2026-06-01', 'Yes')"
    ),
    "INSERT INTO tip VALUES (20, 5, 'seven'), (21, 6, 'x')",
)
WORLD = World(
    policy={"policy": BOTH, "store": STORE.replace("P0D", "P35D") + DATASETS},
    tables={"s": (*CREATE, *ROWS)},
)
ANNA = ("--id", "email:anna@example.com", "--controller", "lottery")


LONG_AGO = (
    "UPDATE account SET seen = '2010-01-01'",
    "UPDATE entry SET drawn = '2010-01-01', news = 'No'",
)
OVERDUE = World(policy=WORLD.policy, tables={"s": (*CREATE, *ROWS, *LONG_AGO)})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return build(tmp_path / "club", world=WORLD)


@pytest.fixture
def overdue(tmp_path: Path) -> Path:
    """Give a folder in which nothing is justified any more."""
    return build(tmp_path / "club", world=OVERDUE)


def does(folder: Path, *command: str) -> str:
    done = forked(folder, *command)
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def asked(folder: Path, right: str, *options: str) -> str:
    """Make a request of Anna at the lottery; give the name of its case."""
    before = {path.name for path in (folder / "answers").glob("*")}
    does(folder, "subject", right, *ANNA, *options, "--at", DAY)
    (case,) = {path.name for path in (folder / "answers").glob("*")} - before
    return case


def retained(folder: Path) -> None:
    plan = planned(folder)
    does(folder, "apply", plan, "--approve", plan)


def contents(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    with closing(sqlite3.connect(folder / "stores" / "s.sqlite")) as store:
        return {
            name: sorted(store.execute(f"SELECT * FROM {name}"))  # noqa: S608
            for name in ("account", "talk", "entry", "tip")
        }


def letter(folder: Path, case: str) -> str:
    return " ".join((folder / "answers" / case / "letter.txt").read_text().split())


def search(
    engine: sa.Engine,
    *wanted: str,
    controller: str = "lottery",
    include: tuple[tuple[str, tuple[int, ...]], ...] = (),
    datasets: str = DATASETS,
) -> Found:
    policy = policy_of(datasets, BOTH)
    store = SqlStore(policy.stores[0], engine)
    locator = Locator(
        policy=policy,
        controller=policy.controller_by_id[controller],
        stores={"s": store},
        at=AT,
    )
    known = [parse_identifier(one) for one in wanted]
    (found,) = locator.find_many([Wanted(identifiers=known, include=include)])
    store.close()
    return found


def rows(found: Found) -> list[str]:
    return sorted(f"{row.place.dataset.id} {row.key[0]}" for row in found.rows)


def doubtful(found: Found) -> list[str]:
    return sorted(f"{one.place.dataset.id} {one.key[0]}" for one in found.ambiguous)


MAIL = "email:anna@example.com"


def test_they_are_found_through_the_others_rows(everywhere: sa.Engine) -> None:
    """Also through a row on the way; the person is named by the other's row, and it is not told."""
    say(everywhere, *CREATE, *ROWS)
    found = search(everywhere, MAIL)
    assert rows(found) == ["entry 10", "tip 20"]
    assert found.subjects == {"s.account": frozenset({(1,)})}
    assert found.searched == ("s.entry", "s.tip")
    assert rows(search(everywhere, MAIL, controller="mill")) == ["account 1", "talk 5"]


def test_whoever_has_none_is_nobody_there(sqlite: sa.Engine) -> None:
    say(sqlite, *CREATE, *ROWS, "DELETE FROM entry WHERE id = 10", "DELETE FROM tip WHERE id = 20")
    found = search(sqlite, MAIL)
    assert (found.people, found.rows, found.ambiguous) == ((), (), ())


def test_many_are_each_found_as_if_alone(sqlite: sa.Engine) -> None:
    say(sqlite, *CREATE, *ROWS)
    policy = policy_of(DATASETS, BOTH)
    store = SqlStore(policy.stores[0], sqlite)
    locator = Locator(
        policy=policy,
        controller=policy.controller_by_id["lottery"],
        stores={"s": store},
        at=AT,
    )
    wanted = (MAIL, "email:nobody@example.com", "email:ben@example.com")
    found = locator.find_many([Wanted(identifiers=[parse_identifier(one)]) for one in wanted])
    assert [rows(one) for one in found] == [["entry 10", "tip 20"], [], ["entry 11", "tip 21"]]


def test_an_identifier_in_ones_own_row_leads_to_all_of_its_person(sqlite: sa.Engine) -> None:
    say(sqlite, *CREATE, *ROWS, "UPDATE entry SET email = 'ann@home.example' WHERE id = 10")
    assert rows(search(sqlite, "email:ann@home.example")) == ["entry 10", "tip 20"]


def test_what_the_others_row_holds_leads_nowhere(sqlite: sa.Engine) -> None:
    """Else an answer would tell that the club knows two accounts to be of one person."""
    say(
        sqlite,
        *CREATE,
        *ROWS,
        "UPDATE account SET iban = 'NL91ABNA0417164300', name = 'Anna Bos' WHERE id = 2",
    )
    assert rows(search(sqlite, MAIL)) == ["entry 10", "tip 20"]
    assert rows(search(sqlite, MAIL, controller="mill")) == [
        "account 1", "account 2", "talk 5", "talk 6",
    ]  # fmt: skip


def test_what_ones_own_row_holds_leads_on(sqlite: sa.Engine) -> None:
    say(
        sqlite,
        *CREATE,
        *ROWS,
        "UPDATE entry SET email = 'ben@example.com' WHERE id = 10",
        "UPDATE account SET name = 'Anna Bos' WHERE id = 2",
    )
    assert rows(search(sqlite, MAIL)) == ["entry 10", "entry 11", "tip 20", "tip 21"]


SHARED = "UPDATE account SET email = 'anna@example.com' WHERE id = 2"


def test_a_mailbox_of_two_names_there_is_for_a_human(sqlite: sa.Engine) -> None:
    say(sqlite, *CREATE, *ROWS, SHARED)
    found = search(sqlite, MAIL)
    assert (rows(found), doubtful(found)) == ([], ["account 1", "account 2"])
    assert found.in_doubt(lambda here: here.dataset.id == "entry").ambiguous == 2
    included = search(sqlite, MAIL, include=(("s.account", (1,)),))
    assert (rows(included), doubtful(included)) == (["entry 10", "tip 20"], ["account 2"])
    named = search(sqlite, MAIL, "name:Ben Bos")
    assert (rows(named), doubtful(named)) == (["entry 11", "tip 21"], ["account 1"])


def test_so_is_one_shared_with_somebody_of_whom_one_has_nothing(sqlite: sa.Engine) -> None:
    """Of these nothing is told, and they cannot be included."""
    say(sqlite, *CREATE, *ROWS, SHARED, "DELETE FROM entry WHERE id = 11", "DELETE FROM tip")
    found = search(sqlite, MAIL)
    assert (rows(found), doubtful(found)) == ([], ["account 1"])
    named = search(sqlite, MAIL, "name:Anna Bos")
    assert (rows(named), doubtful(named)) == (["entry 10"], [])
    with pytest.raises(NotIncluded):
        search(sqlite, MAIL, include=(("s.account", (2,)),))


OWN = """\
      - id: guest
        label: {en: Guests}
        table: guest
        key: [id]
        controller: lottery
        person: true
        columns:
          - {name: id, type: integer}
          - {name: name, category: name, identifier: name}
          - {name: email, category: email, identifier: email}
          - {name: seen, type: date-text}
        events: {contact.last: {column: seen}}
        bindings: [{activity: customers, columns: ['*']}]
"""
GUEST = "CREATE TABLE guest (id INTEGER PRIMARY KEY, name VARCHAR(40), email TEXT, seen TEXT)"


def test_ones_own_people_stay_found_beside_others_of_whom_one_has_nothing(
    sqlite: sa.Engine,
) -> None:
    say(
        sqlite,
        *CREATE,
        GUEST,
        "INSERT INTO guest VALUES (7, 'Cas Bos', 'anna@example.com', '2026-01-01')",
        *ROWS,
        "DELETE FROM entry WHERE id = 10",
        "DELETE FROM tip",
    )
    found = search(sqlite, MAIL, datasets=DATASETS + OWN)
    assert (rows(found), doubtful(found)) == (["guest 7"], [])


def test_ones_own_and_the_others_people_are_told_apart_together(sqlite: sa.Engine) -> None:
    say(
        sqlite,
        *CREATE,
        GUEST,
        "INSERT INTO guest VALUES (7, 'Cas Bos', 'anna@example.com', '2026-01-01')",
        *ROWS,
    )
    found = search(sqlite, MAIL, datasets=DATASETS + OWN)
    assert (rows(found), doubtful(found)) == ([], ["account 1", "guest 7"])
    named = search(sqlite, MAIL, "name:Cas Bos", datasets=DATASETS + OWN)
    assert (rows(named), doubtful(named)) == (["guest 7"], ["account 1"])


UNKNOWN = DATASETS.replace(
    "controller: mill", "controller: {column: iban, values: {m: mill}}"
).replace("category: address, identifier: iban", "category: address")


def test_a_person_of_whom_nothing_tells_the_controller_is_passed_and_told(
    sqlite: sa.Engine,
) -> None:
    say(sqlite, *CREATE, *ROWS)
    found = search(sqlite, MAIL, datasets=UNKNOWN)
    assert rows(found) == ["entry 10", "tip 20"]
    assert [(one.key, one.why) for one in found.strays] == [((1,), Astray.NOBODYS)]


def test_what_says_nothing_of_its_own_controller_is_not_ones_own(sqlite: sa.Engine) -> None:
    codes = "controller: {column: news, values: {'Yes': lottery, 'No': mill}}"
    datasets = DATASETS.replace("controller: lottery", codes, 1)
    say(sqlite, *CREATE, *ROWS, "UPDATE entry SET news = 'x' WHERE id = 10")
    assert rows(search(sqlite, MAIL, datasets=datasets)) == ["tip 20"]
    say(sqlite, "UPDATE entry SET news = 'Yes' WHERE id = 10")
    assert rows(search(sqlite, MAIL, datasets=datasets)) == ["entry 10", "tip 20"]


def test_a_row_that_only_the_database_takes_for_one_of_theirs_is_told(sqlite: sa.Engine) -> None:
    loose = [one.replace("account_id INTEGER", "account_id TEXT COLLATE NOCASE") for one in CREATE]
    loose[0] = loose[0].replace("id INTEGER", "id TEXT COLLATE NOCASE")
    datasets = DATASETS.replace("{name: account_id, type: integer}", "{name: account_id}")
    datasets = datasets.replace("{name: id, type: integer}", "{name: id}", 1)
    say(
        sqlite,
        *loose,
        "INSERT INTO account VALUES ('a', 'Anna Bos', 'anna@example.com', NULL, '2026-01-01')",
        "INSERT INTO entry (id, account_id) VALUES (1, 'A'), (2, 'a')",
    )
    found = search(sqlite, MAIL, datasets=datasets)
    assert rows(found) == ["entry 2"]
    assert [(one.key, one.why) for one in found.strays] == [((1,), Astray.LOOSELY)]


def test_a_lasting_stop_covers_the_rows_of_later(sqlite: sa.Engine) -> None:
    say(sqlite, *CREATE, *ROWS)
    policy = policy_of(DATASETS, BOTH)
    store = SqlStore(policy.stores[0], sqlite)
    stop = Stop(
        id="one", controller="lottery", kind=StopKind.OBJECTION,
        phases=frozenset({"news/subscribed"}), set_at=AT, subjects={},
    )  # fmt: skip
    said = Circumstances(stops=(remembering(stop, [parse_identifier(MAIL)]),))
    (now,) = with_newer_rows(said, policy, {"s": store}, AT).stops
    assert now.subjects == {"s.account": frozenset({(1,)})}
    store.close()


def test_nothing_of_the_others_is_in_an_answer(folder: Path) -> None:
    shown = does(folder, "subject", "find", *ANNA, "--at", DAY)
    assert "s.entry" in shown
    assert "account" not in shown
    case = asked(folder, "access")
    access = json.loads((folder / "answers" / case / "access.json").read_text())
    told = json.dumps(access)
    assert all(value in told for value in ("A. Bos", "777", "lucky", "seven"))
    page = (folder / "answers" / case / "index.html").read_text()
    for text in (told, page):
        assert not any(value in text for value in ("anna@", IBAN, "for the club only", "Anna Bos"))
    moved = (folder / "answers" / asked(folder, "portability")).glob("*.json")
    held = "".join(one.read_text() for one in moved)
    assert "lucky" in held
    assert "777" not in held


def test_the_seal_of_a_request_keeps_ones_own_rows_alone(overdue: Path) -> None:
    case = asked(overdue, "access")
    before = contents(overdue)
    retained(overdue)
    after = contents(overdue)
    assert [row[0] for row in after["account"]] == [1], "needed by the entry"
    assert after["account"][0][1:4] == (None, None, None)
    assert after["entry"] == before["entry"][:1]
    does(overdue, "subject", "answer", case)
    retained(overdue)
    assert not any(contents(overdue).values())


@pytest.mark.parametrize("engine", ["sqlite", "postgresql_uri", "mariadb_server"])
def test_they_are_erased_and_the_others_rows_are_not(
    engine: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """A law keeps the number; the letter tells it, and the night after leaves both as they are."""
    server = None
    if engine != "sqlite":
        url = sa.make_url(request.getfixturevalue(engine))
        server = url if engine == "mariadb_server" else url.set(drivername="postgresql+psycopg")
    folder = build(tmp_path / "club", server, "club", WORLD)
    case = asked(folder, "erase", "--yes")
    said = letter(folder, case)
    assert "no data about you" not in said
    assert "Companies Act" in said
    shown = does(folder, "subject", "find", *ANNA, "--at", DAY)
    assert "1 row" in shown
    retained(folder)
    for controller, found in (("mill", "2 rows"), ("lottery", "1 row")):
        again = ("subject", "find", "--id", MAIL, "--controller", controller, "--at", DAY)
        assert found in does(folder, *again)
    if server is None:
        left = contents(folder)
        assert left["account"][0] == (1, "Anna Bos", "anna@example.com", IBAN, "2026-01-01")
        assert left["talk"][0] == (5, 1, "for the club only")
        assert left["entry"][0] == (10, 1, None, None, "777", None, "2026-06-01", "Yes")
        assert left["entry"][1][0] == 11
        assert [row[0] for row in left["tip"]] == [21]


HOUSE = """\
      - id: house
        label: {en: Houses}
        table: house
        key: [id]
        subjects: [{shared_by: account, columns: [iban]}, {shared_by: entry, columns: [number]}]
        columns:
          - {name: id}
          - {name: street, category: address}
        bindings: [{activity: customers, columns: ['*']}]
"""


def test_what_their_person_shares_at_both_stays_for_the_other(tmp_path: Path) -> None:
    """The same person is somebody else there, so that nothing is said to be erased that stays."""
    leading = DATASETS.replace("iban, category: address", "iban")
    leading = leading.replace("number, category: history", "number")
    leading = leading.replace("columns: [number]", "columns: [remark]")
    policy = {"policy": BOTH, "store": STORE.replace("P0D", "P35D") + leading + HOUSE}
    tables = (
        *CREATE,
        *ROWS,
        "CREATE TABLE house (id VARCHAR(40) PRIMARY KEY, street VARCHAR(40))",
        "INSERT INTO house VALUES ('NL91ABNA0417164300', 'Lane 1'), ('777', 'Lane 2')",
        "INSERT INTO entry (id, account_id, number) VALUES (12, 1, 'NL91ABNA0417164300')",
    )
    folder = build(tmp_path / "club", world=World(policy=policy, tables={"s": tables}))
    said = letter(folder, asked(folder, "erase", "--yes"))
    assert "Houses: in 1 record, only street" in said
    assert "stay as long as we need them for that person" in said
    with closing(sqlite3.connect(folder / "stores" / "s.sqlite")) as store:
        left = store.execute("SELECT id, street FROM house ORDER BY id").fetchall()
    assert left == [("777", None), (IBAN, "Lane 1")]


def test_what_people_share_is_found_where_it_is_judged_whatever_it_names(
    sqlite: sa.Engine,
) -> None:
    """An erasure would end it there, and not tell it."""
    named = DATASETS + HOUSE.replace("key: [id]", "key: [id]\n        controller: lottery")
    say(
        sqlite,
        *CREATE,
        *ROWS,
        "CREATE TABLE house (id TEXT PRIMARY KEY, street TEXT)",
        "INSERT INTO house VALUES ('NL91ABNA0417164300', 'Lane 1')",
    )
    assert f"house {IBAN}" in rows(search(sqlite, MAIL, controller="mill", datasets=named))
    assert rows(search(sqlite, MAIL, datasets=named)) == ["entry 10", "tip 20"]


def test_an_erasure_at_the_other_leaves_ones_own_rows(folder: Path) -> None:
    before = contents(folder)
    does(
        folder, "subject", "erase", "--id", MAIL, "--controller", "mill", "--yes", "--at", DAY,
    )  # fmt: skip
    after = contents(folder)
    assert after["account"][0] == (1, None, None, None, "2026-01-01")
    assert (after["entry"], after["tip"]) == (before["entry"], before["tip"])


def test_many_are_erased_from_a_list(folder: Path) -> None:
    (folder / "list.csv").write_text("email\nanna@example.com\nben@example.com\n")
    does(
        folder, "subject", "erase-many", str(folder / "list.csv"),
        "--controller", "lottery", "--yes", "--at", DAY,
    )  # fmt: skip
    left = contents(folder)
    assert [row[2] for row in left["entry"]] == [None, None]
    assert left["tip"] == []
    assert [row[1] for row in left["account"]] == ["Anna Bos", "Ben Bos"]


def test_what_a_backup_brings_back_goes_again(folder: Path) -> None:
    store = folder / "stores" / "s.sqlite"
    backup = store.read_bytes()
    asked(folder, "erase", "--yes")
    erased = contents(folder)
    store.write_bytes(backup)
    does(folder, "reapply", "s", "--yes")
    assert contents(folder) == erased


def test_a_hold_keeps_ones_own_rows_alone(overdue: Path) -> None:
    does(
        overdue, "subject", "hold", *ANNA, "--reason", "a claim", "--review", "2037-05-23",
        "--at", DAY,
    )  # fmt: skip
    assert "kept by hold-" in does(overdue, "subject", "find", *ANNA, "--at", DAY)
    before = contents(overdue)
    retained(overdue)
    after = contents(overdue)
    assert after["entry"] == before["entry"][:1]
    assert after["tip"] == before["tip"][:1]
    assert after["account"] == [(1, None, None, None, "2010-01-01")], "needed by the entry"
    assert after["talk"] == [(5, 1, None)], "needed by the tip"


def test_a_restriction_keeps_ones_own_rows_alone(overdue: Path) -> None:
    case = asked(overdue, "restrict", "--ground", "unlawful-processing")
    assert "account" not in letter(overdue, case).lower()
    before = contents(overdue)
    retained(overdue)
    after = contents(overdue)
    assert after["entry"] == before["entry"][:1]
    assert after["account"] == [(1, None, None, None, "2010-01-01")]


def test_a_right_value_is_set_in_ones_own_rows(folder: Path) -> None:
    """Also where a mistake is in a name by which the other's row still goes."""
    case = asked(folder, "rectify", "--set", "s.entry.payee=Anna de Boer", "--yes")
    assert "Anna de Boer" in letter(folder, case)
    before = contents(build(folder.parent / "other", world=WORLD))
    after = contents(folder)
    assert after["entry"][0][2] == "Anna de Boer"
    assert (after["account"], after["talk"]) == (before["account"], before["talk"])
    refused = forked(
        folder, "subject", "rectify", *ANNA, "--set", "s.account.name=Anna de Boer", "--at", DAY
    )
    assert "nothing of this person was found in s.account" in refused.stderr
