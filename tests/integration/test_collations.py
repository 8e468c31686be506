"""Text compares by its characters, whatever a collation takes for the same (DESIGN §1)."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from doelbinding.binding.expression import Compare, Comparison, Referred
from doelbinding.binding.paths import Link
from doelbinding.plan.model import Deed, Emptied
from doelbinding.plan.ports import Lookup
from doelbinding.plan.run import ObstaclesFound
from doelbinding.policy.stores import Column, ColumnType, Dataset
from doelbinding.stores.sql import visits
from doelbinding.stores.sql.comparing import comparing_in
from doelbinding.stores.sql.identify import question
from doelbinding.stores.sql.store import SqlStore
from tests.integration.one_night import night, planned, policy_of
from tests.integration.one_table import COLUMNS, ENDED, done, left, mapped, say, step

FOLDING = pytest.mark.parametrize(
    ("name", "collated"), [("sqlite", "COLLATE NOCASE"), ("mariadb", "")]
)
DATASETS = """\
      - id: reader
        label: {en: Readers}
        table: reader
        key: [code]
        controller: mill
        person: true
        columns:
          - {name: code}
          - {name: name, category: name}
          - {name: status}
        states:
          subscribed: {column: status, equals: "Yes"}
        bindings: [{activity: news, columns: ['*']}]
      - id: note
        label: {en: Notes}
        table: note
        key: [id]
        subject: {to: reader, columns: [code]}
        columns:
          - {name: id, type: integer}
          - {name: code}
          - {name: words, category: history}
        bindings: [{activity: news, columns: ['*']}]
"""
READERS = (
    "INSERT INTO reader VALUES ('A', 'a', 'No'), ('B', 'b', 'yes'), "
    "('C', 'c', 'Yes'), ('D', 'd', 'YES'), ('E', 'e', 'Yes')"
)
NOTES = "INSERT INTO note VALUES (1, 'A', 'x'), (2, 'a', 'y'), (3, 'C', 'z'), (4, 'c', 'z')"


@pytest.fixture
def engine(name: str, collated: str, request: pytest.FixtureRequest) -> sa.Engine:
    made: sa.Engine = request.getfixturevalue(name)
    say(
        made,
        f"CREATE TABLE reader (code VARCHAR(9) {collated} PRIMARY KEY, name VARCHAR(9), "
        f"status VARCHAR(9) {collated})",
        f"CREATE TABLE note (id INTEGER PRIMARY KEY, code VARCHAR(9) {collated}, words VARCHAR(9))",
        READERS,
        NOTES,
    )
    return made


@FOLDING
def test_what_differs_in_case_alone_is_another(engine: sa.Engine) -> None:
    assert night(engine, DATASETS).verified
    assert left(engine, "SELECT code FROM reader ORDER BY code") == [("C",), ("E",)]


@FOLDING
def test_a_row_that_leads_to_nobody_is_not_judged_by_one_that_leads_to_somebody(
    engine: sa.Engine,
) -> None:
    _, plan = planned(engine, DATASETS)
    assert {one.dataset: one.rows for one in plan.doubts} == {"note": 2}
    night(engine, DATASETS)
    assert left(engine, "SELECT id FROM note ORDER BY id") == [(2,), (3,), (4,)]


@pytest.mark.parametrize("act", ["", " ON DELETE CASCADE", " ON DELETE SET NULL"])
@pytest.mark.parametrize(
    ("kind", "collated", "other"),
    [
        ("sqlite", "COLLATE NOCASE", "a"),
        ("sqlite", "COLLATE RTRIM", "A "),
        ("mariadb", "", "a"),
        ("mariadb", "", "A "),
    ],
)
def test_a_key_that_holds_between_texts_that_differ_is_refused_until_they_are_alike(
    kind: str, collated: str, other: str, act: str, request: pytest.FixtureRequest
) -> None:
    made: sa.Engine = request.getfixturevalue(kind)
    code = f"VARCHAR(9) {collated}"
    say(
        made,
        f"CREATE TABLE reader (code {code} PRIMARY KEY, name VARCHAR(9), status VARCHAR(9))",
        f"CREATE TABLE note (id INTEGER PRIMARY KEY, code {code}, words VARCHAR(9), "
        f"FOREIGN KEY (code) REFERENCES reader (code){act})",
        READERS,
        "INSERT INTO note VALUES (1, 'A', 'x'), (2, 'OTHER', 'y')".replace("OTHER", other),
    )
    with pytest.raises(ObstaclesFound, match=r"rows of 'note' refer to it by texts in \(code\)"):
        night(made, DATASETS)
    assert len(left(made, "SELECT id FROM note WHERE code IS NOT NULL")) == 2
    say(made, "UPDATE note SET code = 'A'")
    assert night(made, DATASETS).verified
    assert left(made, "SELECT id FROM note") == []
    assert left(made, "SELECT code FROM reader ORDER BY code") == [("C",), ("E",)]


@FOLDING
def test_rows_are_found_for_a_request_as_a_plan_finds_them(engine: sa.Engine) -> None:
    store = SqlStore(policy_of(DATASETS).stores[0], engine)
    for keys in ([("A",)], [("A",), ("C",)]):
        with store.gathering() as gather:
            answered = gather([Lookup(ref="s.note", columns=("code",), keys=keys)])
        (found,), (loosely,) = answered.rows, answered.loosely
        assert {row["code"] for rows in found.values() for row in rows} == {k for (k,) in keys}
        others = {row["code"] for rows in loosely.values() for row in rows}
        assert others == {k.lower() for (k,) in keys}


def test_folding_is_seen_through_domains_and_asked_closely(postgresql: sa.Engine) -> None:
    say(
        postgresql,
        "CREATE DOMAIN citext AS text",  # as the type of that name, which the test's server lacks
        "CREATE DOMAIN handle AS citext",
        "CREATE TABLE person (id int PRIMARY KEY, name handle, mail text, ended date)",
    )
    store = SqlStore(mapped(), postgresql)
    with postgresql.connect() as connection:
        assert comparing_in(connection, store.mapped).folding == {("person", "name")}
    assert not store.can_at_once([step(Deed.DELETE)])
    say(postgresql, "ALTER TABLE person ALTER name TYPE text")
    assert SqlStore(mapped(), postgresql).can_at_once([step(Deed.DELETE)])


def test_the_case_of_a_tables_name_hides_no_collation(sqlite: sa.Engine) -> None:
    say(sqlite, "CREATE TABLE Person (id INTEGER PRIMARY KEY, name TEXT COLLATE NOCASE)")
    with sqlite.connect() as connection:
        assert ("person", "name") in comparing_in(connection, mapped()).folding


@pytest.mark.parametrize("kind", ["phone", "iban", "national-number", "email", "customer-number"])
def test_patterns_are_asked_under_a_collation_that_knows_them(kind: str) -> None:
    asked = question("mail", kind, Column(name="mail"), "postgresql")
    for part in (asked.plain, asked.beyond or ""):
        for word in ("regexp_replace(mail::text,", "mail::text ~"):
            assert word not in part


@FOLDING
def test_what_differs_from_its_stand_in_in_case_is_emptied(
    name: str, collated: str, request: pytest.FixtureRequest
) -> None:
    made: sa.Engine = request.getfixturevalue(name)
    say(
        made,
        f"CREATE TABLE person (id INTEGER PRIMARY KEY, name VARCHAR(9) {collated}, "
        "mail VARCHAR(9), ended VARCHAR(10))",
        "INSERT INTO person VALUES (1,'GONE','a','2010-01-01'),(2,'gone','b','2010-01-01')",
    )
    store = SqlStore(mapped(), made)
    empties = step(Deed.EMPTY, ENDED, Emptied(column="name", replacement="gone"))
    assert store.survey([empties], {})["s001"].rows == 1
    assert done(store, empties).verified
    assert left(made, "SELECT name FROM person ORDER BY id") == [("gone",), ("gone",)]


@pytest.mark.parametrize("most", [60, 0])
@pytest.mark.parametrize(
    ("collations", "held", "going"),
    [
        (("RTRIM", "RTRIM"), "b ", 1),  # by SQLite 3.40 hashed with the blank
        (("NOCASE", "BINARY"), "B", 1),
        (("BINARY", "NOCASE"), "B", 2),
    ],
)
def test_rows_refer_to_others_by_the_collation_of_what_they_refer_to(
    collations: tuple[str, str], held: str, going: int, most: int, *,
    sqlite: sa.Engine, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(visits, "MOST_WRITTEN_OUT", most)
    referred, refers = collations
    say(
        sqlite,
        "CREATE TABLE person (id INTEGER PRIMARY KEY, "
        f"name TEXT COLLATE {referred} UNIQUE, mail TEXT, ended DATE)",
        f"CREATE TABLE note (id INTEGER PRIMARY KEY, name TEXT COLLATE {refers}, mail TEXT)",
        "INSERT INTO person VALUES (1, 'a', 'x', NULL), (2, 'b', 'x', NULL)",
        "INSERT INTO note VALUES (1, 'HELD', 'stays'), (2, 'a', 'goes')".replace("HELD", held),
    )
    columns = (Column(name="id", type=ColumnType.INTEGER), Column(name="name"), Column(name="mail"))
    note = Dataset(id="note", table="note", key=("id",), label={}, columns=columns)
    stays = Compare(column="mail", by=Comparison.EQUALS, value="stays")
    needed = Referred(link=Link(dataset="note", pairs=(("name", "name"),)), stays=stays)
    empties = step(Deed.EMPTY, needed, Emptied(column="mail"), name="s002")
    steps = [step(Deed.DELETE, needed), empties]
    store = SqlStore(mapped(COLUMNS, note), sqlite)
    assert [one.rows for one in store.survey(steps, {}).values()] == [going, going]
    assert list(store.count_at_once(steps, [], {})[0]) == [going, going]
    assert [len(one) for one in store.find_at_once(steps, {}).values()] == [going, going]
    assert sum(map(len, store.select_keys(steps[0], {}))) == going


def ids_by(engine: sa.Engine, *lookups: Lookup) -> list[list[object]]:
    """Give what each lookup finds exactly, when all are asked at once."""
    store = SqlStore(policy_of(DATASETS).stores[0], engine)
    with store.gathering() as gather:
        answered = gather(lookups).rows
    return [sorted(row["id"] for rows in one.values() for row in rows) for one in answered]  # type: ignore[type-var]


def test_of_keys_asked_in_parts_none_is_lost_where_a_later_part_folds(sqlite: sa.Engine) -> None:
    say(
        sqlite,
        "CREATE TABLE note (id INTEGER, code TEXT COLLATE NOCASE, words TEXT)",
        "INSERT INTO note VALUES (1, 'K1', ''), (2, 'k5999', '')",
    )
    keys = [(f"K{n}",) for n in range(6000)]
    assert ids_by(sqlite, Lookup(ref="s.note", columns=("code",), keys=keys)) == [[1]]


@pytest.mark.parametrize(
    ("name", "padded"),
    [
        ("sqlite", "TEXT COLLATE RTRIM"),
        ("mariadb", "VARCHAR(9)"),
        ("postgresql", "CHAR(9)"),
    ],
)
def test_a_row_that_was_asked_for_otherwise_too_is_found_by_its_padded_key(
    name: str, padded: str, request: pytest.FixtureRequest
) -> None:
    engine: sa.Engine = request.getfixturevalue(name)
    say(
        engine,
        f"CREATE TABLE note (id INTEGER, code {padded}, words VARCHAR(9))",
        "INSERT INTO note VALUES (1, 'A  ', ''), (2, 'A', ''), (3, 'B', '')",
    )
    by_code = Lookup(ref="s.note", columns=("code",), keys=[("A",)])
    by_id = Lookup(ref="s.note", columns=("id",), keys=[(1,), (2,), (3,)])
    assert ids_by(engine, by_code, by_id) == [[1, 2], [1, 2, 3]]
