"""Text compares by its characters, whatever a collation takes for the same (DESIGN §1)."""

from __future__ import annotations

import sqlite3

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from doelbinding.binding.circumstances import Key
from doelbinding.binding.expression import Compare, Comparison, Referred
from doelbinding.binding.paths import Link
from doelbinding.plan.model import Deed, Emptied
from doelbinding.plan.ports import Answered, Lookup
from doelbinding.plan.run import ObstaclesFound
from doelbinding.policy.stores import Column, ColumnType, Dataset, Subject
from doelbinding.stores.sql import visits
from doelbinding.stores.sql.comparing import comparing_in
from doelbinding.stores.sql.identify import question
from doelbinding.stores.sql.store import SqlStore
from tests.integration.one_night import night, planned, policy_of
from tests.integration.one_table import COLUMNS, ENDED, done, left, mapped, say, step
from tests.integration.readers import mapped_notes, mapped_readers

Ids = dict[Key, list[object]]
FOLDING = pytest.mark.parametrize(
    ("name", "collated"), [("sqlite", "COLLATE NOCASE"), ("mariadb", "")]
)
DATASETS = mapped_readers() + mapped_notes("{name: words, category: history}")
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
    with pytest.raises(
        ObstaclesFound, match=r"rows of 'note' refer to it by texts in \(note.code\)"
    ):
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


@pytest.mark.parametrize("columns", [("code",), ("id", "code")])
def test_of_no_keys_none_are_found(columns: tuple[str, ...], everywhere: sa.Engine) -> None:
    say(everywhere, "CREATE TABLE note (id INTEGER, code VARCHAR(9), words VARCHAR(9))")
    say(everywhere, "INSERT INTO note VALUES (1, 'a', 'x')")
    none = Lookup(ref="s.note", columns=columns, keys=[])
    assert ids_by(everywhere, none) == [[]]
    assert ids_by(everywhere, none, Lookup(ref="s.note", columns=("id",), keys=[(1,)])) == [[], [1]]


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


ALIKE = [*"AaBcoø?", "á", "A ", "straße", "STRASSE", "\uff23", "d'%"]
"""Texts that some collation takes for another of them."""


@pytest.mark.parametrize(
    ("name", "collated"),
    [
        ("sqlite", "TEXT COLLATE NOCASE"),
        ("sqlite", "TEXT COLLATE RTRIM"),
        ("mariadb", "VARCHAR(9)"),
        ("mariadb", "VARCHAR(9) COLLATE utf8mb4_unicode_ci"),
        ("mariadb", "VARCHAR(9) COLLATE utf8mb4_unicode_nopad_ci"),
        ("postgresql", "VARCHAR(9)"),
        ("postgresql", "CHAR(9)"),
    ],
)
@pytest.mark.parametrize("columns", [("code",), ("code", "words"), ("code", "id")])
def test_keys_asked_at_once_find_what_each_finds_alone(
    name: str, collated: str, columns: tuple[str, ...], request: pytest.FixtureRequest
) -> None:
    engine: sa.Engine = request.getfixturevalue(name)
    say(engine, f"CREATE TABLE note (id INTEGER PRIMARY KEY, code {collated}, words {collated})")
    with engine.begin() as connection:
        rows = [{"n": n, "text": text} for n, text in enumerate(ALIKE)]
        connection.execute(sa.text("INSERT INTO note VALUES (:n, :text, 'w')"), rows)
        connection.execute(sa.text("INSERT INTO note VALUES (99, 'e', 'W'), (98, 'b', 'w')"))
    rest: list[Key] = {"code": [()], "words": [("w",), ("W",)], "id": [(0,), (1,), (99,), (98,)]}[
        columns[-1]
    ]
    keys = [(text, *more) for text in (*ALIKE, "E", "none") for more in rest]
    store = SqlStore(policy_of(DATASETS).stores[0], engine)
    with store.gathering() as gather:
        for some in (keys, keys[::2], keys[1::2]):
            (found,), (loosely,) = told(gather([Lookup(ref="s.note", columns=columns, keys=some)]))
            for key in some:
                alone = told(gather([Lookup(ref="s.note", columns=columns, keys=[key])]))
                exactly, others = (one[0].get(key) for one in alone)
                assert (found.get(key), loosely.get(key)) == (exactly, others), key


def test_keys_of_another_type_than_their_column_are_asked_so_whatever_names_there_are(
    everywhere: sa.Engine,
) -> None:
    quote = everywhere.dialect.identifier_preparer.quote
    number, text = quote("asked_0"), quote("per%cent :x")
    say(
        everywhere,
        f"CREATE TABLE asked (asked INTEGER PRIMARY KEY, {number} INTEGER, {text} VARCHAR(9))",
        "INSERT INTO asked VALUES (1, 10, 'x'), (2, 20, 'y'), (3, 10, 'y'), (4, 30, 'x')",
    )
    columns = (
        Column(name="asked", type=ColumnType.INTEGER),
        Column(name="asked_0", type=ColumnType.INTEGER),
        Column(name="per%cent :x"),
    )
    dataset = Dataset(id="asked", table="asked", key=("asked",), label={}, columns=columns)
    store, both = SqlStore(mapped(COLUMNS, dataset), everywhere), ("asked_0", "per%cent :x")
    lookups = [
        Lookup(ref="s.asked", columns=("asked_0",), keys=[("10",), ("20",)]),
        Lookup(ref="s.asked", columns=both, keys=[("10", "x"), ("10", "y"), ("20", "z")]),
    ]
    with store.gathering() as gather:
        answered = [*gather(lookups).rows, *(gather([one]).rows[0] for one in lookups)]
    found = [{k: [row["asked"] for row in rows] for k, rows in one.items()} for one in answered]
    assert found == [{("10",): [1, 3], ("20",): [2]}, {("10", "x"): [1], ("10", "y"): [3]}] * 2


def test_keys_that_only_a_parameter_finds_are_asked_one_by_one(mariadb: sa.Engine) -> None:
    """MariaDB takes 20 for a year, and not from a column of numbers."""
    say(
        mariadb,
        "CREATE TABLE note (id INTEGER PRIMARY KEY, code YEAR, words VARCHAR(9))",
        "INSERT INTO note VALUES (1, 2020, ''), (2, 2021, ''), (3, 2022, '')",
    )
    keys: list[Key] = [("20",), ("2021",)]
    with SqlStore(policy_of(DATASETS).stores[0], mariadb).gathering() as gather:
        (found,), _ = told(gather([Lookup(ref="s.note", columns=("code",), keys=keys)]))
    assert found == {("20",): [1], ("2021",): [2]}


@pytest.mark.parametrize("keyed", [("NOCASE", "RTRIM"), ("BINARY", "NOCASE")])
def test_rows_refer_by_several_columns_under_the_collations_of_what_they_refer_to(
    keyed: tuple[str, str], sqlite: sa.Engine
) -> None:
    one, two = keyed
    say(
        sqlite,
        f"CREATE TABLE person (id INTEGER PRIMARY KEY, a TEXT COLLATE {one}, b TEXT COLLATE {two})",
        "CREATE TABLE note (id INTEGER PRIMARY KEY, a TEXT, b TEXT COLLATE NOCASE)",
        "INSERT INTO note VALUES (1, 'A', 'B'), (2, 'a', 'B'), (3, 'A', 'b'), (4, 'A', 'B '), "
        "(5, 'a', 'B '), (6, 'a', 'b'), (7, 'C', 'D')",
    )
    texts = (Column(name="id", type=ColumnType.INTEGER), Column(name="a"), Column(name="b"))
    way = Subject(to="person", columns=("a", "b"), references=("a", "b"))
    note = Dataset(id="note", table="note", key=("id",), label={}, columns=texts, subject=way)
    lookups = [
        Lookup(ref="s.note", columns=("a", "b"), keys=[("A", "B"), ("C", "D")][:n]) for n in (1, 2)
    ]
    with SqlStore(mapped(texts, note), sqlite).gathering() as gather:
        answers = [told(gather([lookup])) for lookup in lookups]
    folds = keyed == ("NOCASE", "RTRIM")
    found = {("A", "B"): [1, 4] if folds else [1]}
    loosely = {("A", "B"): [2, 3, 5, 6] if folds else [3]}
    assert answers == [([found], [loosely]), ([{**found, ("C", "D"): [7]}], [loosely])]


@pytest.mark.parametrize("readers", ["RTRIM", "BINARY"])
@pytest.mark.parametrize("notes", ["RTRIM", "BINARY"])
def test_blanks_at_the_end_are_not_hashed(readers: str, notes: str, sqlite: sa.Engine) -> None:
    """SQLite 3.40 makes an index of its own for a join, and before that hashes a text's length."""
    say(
        sqlite,
        f"CREATE TABLE reader (code TEXT COLLATE {readers} PRIMARY KEY, name TEXT, status TEXT)",
        f"CREATE TABLE note (id INTEGER PRIMARY KEY, code TEXT COLLATE {notes}, words TEXT)",
        "WITH RECURSIVE n(n) AS (SELECT 100 UNION ALL SELECT n + 1 FROM n WHERE n < 999) "
        "INSERT INTO note SELECT n, n, '' FROM n",
    )
    plain: list[Key] = [(str(n),) for n in range(100, 1000)]
    padded: list[Key] = [(f"{n} ",) for n in range(100, 1000)]
    with SqlStore(policy_of(DATASETS).stores[0], sqlite).gathering() as gather:
        (found,), _ = told(gather([Lookup(ref="s.note", columns=("code",), keys=plain + padded)]))
    all_ids = [[n] for n in range(100, 1000)]
    assert [found.get(key) for key in plain] == all_ids
    if "RTRIM" in {readers, notes}:
        assert [found.get(key) for key in padded] == all_ids
    else:
        assert not found.keys() & set(padded)


def test_many_keys_of_several_lookups_fit_in_what_a_database_takes(everywhere: sa.Engine) -> None:
    """SQLite may take 32,766 parameters, and PostgreSQL 65,535."""
    say(
        everywhere,
        "CREATE TABLE note (id INTEGER PRIMARY KEY, code VARCHAR(9), words VARCHAR(9))",
        "INSERT INTO note VALUES (1, '1', '2'), (2, '2', '1'), (3, '3', '3')",
    )
    if everywhere.dialect.name == "sqlite":
        _take_at_most(everywhere, 32_766)
    pairs: list[Key] = [(str(n), str(n % 7)) for n in range(4500)]
    lookups = [
        Lookup(ref="s.note", columns=columns, keys=pairs)
        for columns in (("code", "words"), ("words", "code")) * 2
    ]
    assert ids_by(everywhere, *lookups) == [[3], [3]] * 2


def _take_at_most(engine: sa.Engine, parameters: int) -> None:
    engine.dispose()
    limit = sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER
    event.listen(engine, "connect", lambda driver, _: driver.setlimit(limit, parameters))


def told(answered: Answered) -> tuple[list[Ids], list[Ids]]:
    """Give by key which rows are found, exactly and loosely."""
    exactly, loosely = (
        [
            {key: sorted(row["id"] for row in rows) for key, rows in one.items()}  # type: ignore[type-var]
            for one in answers or [{}]
        ]
        for answers in (answered.rows, answered.loosely)
    )
    return exactly, loosely


@pytest.mark.parametrize("loose", [0, 1, 5000])
@FOLDING
def test_rows_that_only_the_database_finds_cost_no_statement_per_key(
    loose: int, name: str, collated: str, request: pytest.FixtureRequest
) -> None:
    made: sa.Engine = request.getfixturevalue(name)
    say(made, f"CREATE TABLE note (id INTEGER PRIMARY KEY, code VARCHAR(9) {collated}, words TEXT)")
    with made.begin() as connection:
        rows = [{"n": n, "code": f"{'k' if n < loose else 'K'}{n}"} for n in range(5000)]
        connection.execute(sa.text("INSERT INTO note VALUES (:n, :code, '')"), rows)
    lookup = Lookup(ref="s.note", columns=("code",), keys=[(f"K{n}",) for n in range(5000)])
    store, asked = SqlStore(policy_of(DATASETS).stores[0], made), list[str]()
    if name == "sqlite":
        made.dispose()
        event.listen(made, "connect", lambda driver, _: driver.set_trace_callback(asked.append))
    with store.gathering() as gather:
        before = _selects(made, asked)
        exactly, loosely = told(gather([lookup]))
        assert _selects(made, asked) - before == (1 if loose == 0 else 2)
    assert loosely[0] == {(f"K{n}",): [n] for n in range(loose)}
    assert exactly[0] == {(f"K{n}",): [n] for n in range(loose, 5000)}


def _selects(engine: sa.Engine, asked: list[str]) -> int:
    """Count what was asked: SQLite tells it as it goes, and MariaDB counts it for all."""
    if engine.dialect.name == "sqlite":
        return sum(one.startswith("SELECT note") for one in asked)
    return int(str(left(engine, "SHOW GLOBAL STATUS LIKE 'Com_select'")[0][1]))


@pytest.mark.parametrize("columns", [("code",), ("code", "id")])
def test_texts_that_a_column_cannot_hold_are_not_found_and_stop_nothing(
    columns: tuple[str, ...], mariadb: sa.Engine
) -> None:
    """MariaDB compares no text with a column of another character set that cannot hold it."""
    say(
        mariadb,
        "CREATE TABLE note (id INTEGER PRIMARY KEY, code VARCHAR(9) CHARACTER SET latin1, "
        "words VARCHAR(9))",
        "INSERT INTO note VALUES (1, 'café', ''), (2, 'l', ''), (3, 'CAFÉ', ''), (4, 'L', '')",
    )
    texts = ("café", "l", "ł", "名前")
    keys: list[Key] = [(text, n)[: len(columns)] for text in texts for n in (1, 2, 3, 4)]
    exactly = {"café": [1], "l": [2]}
    loosely = {"café": [3], "l": [4]}
    by_id = Lookup(ref="s.note", columns=("id",), keys=[(2,)])
    with SqlStore(policy_of(DATASETS).stores[0], mariadb).gathering() as gather:
        for some in (keys, keys[:8], keys[8:], keys[8:9]):
            asked = Lookup(ref="s.note", columns=columns, keys=list(dict.fromkeys(some)))
            (found, two), others = told(gather([asked, by_id]))
            held = {str(key[0]) for key in some}
            assert _by_text(found) == {text: exactly[text] for text in texts[:2] if text in held}
            assert _by_text(others[0]) == {
                text: loosely[text] for text in texts[:2] if text in held
            }
            assert two == {(2,): [2]}


def _by_text(found: Ids) -> dict[str, list[object]]:
    return {str(key[0]): ids for key, ids in found.items()}
