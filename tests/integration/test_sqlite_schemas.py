"""What SQLite's schemas do behind a run's back is undone, or told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from doelbinding.plan.grades import Grade
from doelbinding.plan.model import Deed, Emptied, Step
from doelbinding.plan.ports import Gravity, Refused
from doelbinding.plan.transformation import KeepFirst
from doelbinding.policy.stores import Column, ColumnType, Dataset, Subject
from doelbinding.stores.sql.causes import cause
from doelbinding.stores.sql.store import SqlStore
from tests.integration.one_table import COLUMNS, ENDED, ROWS, TABLE, done, left, mapped, say, step

DELETES = step(Deed.DELETE)
NAME = Emptied(column="name")
MAIL = Emptied(column="mail", replacement="-")
EMPTIES = step(Deed.EMPTY, ENDED, NAME, MAIL)
SHORTENS = step(Deed.TRANSFORM, ENDED, Emptied(column="mail", transformation=KeepFirst(length=1)))
RARE = "zanzibarcruncher"


def _told(
    engine: sa.Engine,
    *steps: object,
    columns: tuple[Column, ...] = COLUMNS,
    others: tuple[Dataset, ...] = (),
) -> list[str]:
    found = SqlStore(mapped(columns, *others), engine).preflight(steps or (DELETES,))  # type: ignore[arg-type]
    return [f"{one.gravity}: {one.message}" for one in found]


@pytest.mark.parametrize(
    "made",
    [
        TABLE.replace("mail VARCHAR(40)", "mail TEXT UNIQUE ON CONFLICT REPLACE"),
        TABLE[:-1] + ', UNIQUE ("mail", ended) ON CONFLICT REPLACE)',
        TABLE[:-1] + ", CONSTRAINT one UNIQUE (ended, mail COLLATE NOCASE)\non  conflict replace)",
    ],
)
@pytest.mark.parametrize("deed", [EMPTIES, SHORTENS], ids=["emptied", "transformed"])
def test_a_row_that_a_stand_in_would_remove_is_seen_before(
    made: str, deed: object, sqlite: sa.Engine
) -> None:
    say(sqlite, made)
    found = _told(sqlite, deed)
    assert any("ON CONFLICT REPLACE, so what is written in (mail) may remove" in o for o in found)
    assert _told(sqlite, step(Deed.EMPTY, ENDED, NAME, Emptied(column="mail"))) == []
    assert _told(sqlite, DELETES) == []


def test_a_primary_key_on_conflict_replace_forbids_nothing(sqlite: sa.Engine) -> None:
    say(sqlite, TABLE.replace("PRIMARY KEY", "PRIMARY KEY ON CONFLICT REPLACE"))
    assert _told(sqlite, EMPTIES) == []


@pytest.mark.parametrize(
    "kind", ["TEXT PRIMARY KEY", "INT PRIMARY KEY", "INTEGER PRIMARY KEY DESC"]
)
def test_rows_without_a_key_are_refused(kind: str, sqlite: sa.Engine) -> None:
    say(sqlite, TABLE.replace("INTEGER PRIMARY KEY", kind), ROWS)
    assert not any("key" in one for one in _told(sqlite))
    say(sqlite, "INSERT INTO person VALUES (NULL, 'd', 'd', '2010-01-01')")
    assert any("rows of it have no key: (id) is null" in one for one in _told(sqlite))


def test_a_key_to_what_is_not_unique_is_refused(sqlite: sa.Engine) -> None:
    visit = "CREATE TABLE visit (id INTEGER PRIMARY KEY, m TEXT REFERENCES person (mail))"
    say(sqlite, TABLE, visit, "CREATE INDEX visit_m ON visit (m)")
    expected = "refers to (mail), which is not unique: SQLite lets no row go then"
    assert any(expected in one for one in _told(sqlite))
    say(sqlite, "CREATE UNIQUE INDEX one_mail ON person (mail)")
    assert not any(expected in one for one in _told(sqlite))


INDEXED = "CREATE VIRTUAL TABLE words USING {}(name, content={}person{}, content_rowid=id)"
FOLLOWED = (
    "CREATE VIRTUAL TABLE words USING fts5(name)",
    (
        "CREATE TRIGGER forgets AFTER DELETE ON person BEGIN "
        "DELETE FROM words WHERE rowid = OLD.id; END"
    ),
)


@pytest.mark.parametrize(
    "made",
    [
        (INDEXED.format("fts5", "'", "'"),),
        (INDEXED.format("fts5", "", ""),),
        ('CREATE VIRTUAL TABLE words USING fts4(content="person", name)',),
        FOLLOWED,
    ],
    ids=["fts5", "fts5 without quotes", "fts4", "followed by a trigger"],
)
@pytest.mark.parametrize("mode", ["DELETE", "WAL"])
def test_no_word_of_a_deleted_value_is_left_in_a_full_text_table(
    made: tuple[str, ...], mode: str, sqlite: sa.Engine, tmp_path: Path
) -> None:
    say(sqlite, TABLE, *made, ROWS)
    with sqlite.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA journal_mode = {mode}")
    say(sqlite, "UPDATE person SET name = 'zanzibarcruncher' WHERE id = 1")
    say(sqlite, "INSERT INTO words (rowid, name) SELECT id, name FROM person")
    assert not any("full-text" in one for one in _told(sqlite))
    outcome = done(SqlStore(mapped(), sqlite), DELETES)
    assert outcome.verified
    assert outcome.erased["s"].still is None
    asked = "SELECT rowid FROM words WHERE words MATCH '{}'"
    assert left(sqlite, asked.format(RARE)) == []
    assert left(sqlite, asked.format("c")) == [(3,)]
    sqlite.dispose()
    held = b"".join(file.read_bytes() for file in tmp_path.glob("one.sqlite3*"))
    assert RARE[4:].encode() not in held


def test_a_full_text_table_that_nothing_follows_is_told_before_and_after(
    sqlite: sa.Engine,
) -> None:
    say(sqlite, TABLE, ROWS, "CREATE VIRTUAL TABLE words USING fts5(name)")
    (found,) = _told(sqlite)
    assert found.startswith("warns: full-text table 'words' is not in the policy and may keep")
    outcome = done(SqlStore(mapped(), sqlite), DELETES)
    assert outcome.erased["s"].still == "still in full-text tables that have it (words)"


WORDS = "CREATE VIRTUAL TABLE words USING fts5(name)"
ADDS = (
    "CREATE TRIGGER learns AFTER INSERT ON person BEGIN "
    "INSERT INTO words (rowid, name) VALUES (NEW.id, NEW.name); END"
)


@pytest.mark.parametrize("deed", [DELETES, EMPTIES], ids=["deleted", "emptied"])
def test_a_full_text_table_that_only_learns_is_told_before_and_after(
    deed: Step, sqlite: sa.Engine
) -> None:
    """A trigger that names it is not yet one that takes out of it what goes."""
    say(sqlite, TABLE, WORDS, ADDS, ROWS)
    verb = "DELETE" if deed is DELETES else "UPDATE"
    assert any(f"no trigger upon {verb} takes it out there" in one for one in _told(sqlite, deed))
    outcome = done(SqlStore(mapped(), sqlite), deed)
    assert "still in full-text tables that have it (words)" in str(outcome.erased["s"].still)
    assert len(left(sqlite, "SELECT * FROM words")) == 3


def test_a_full_text_table_that_forgets_rows_is_told_where_values_are_emptied(
    sqlite: sa.Engine,
) -> None:
    say(sqlite, TABLE, *FOLLOWED, ROWS)
    assert not any("full-text" in one for one in _told(sqlite, DELETES))
    other = step(Deed.EMPTY, ENDED, MAIL)
    assert not any("full-text" in one for one in _told(sqlite, other)), "it has names only"
    assert any("no trigger upon UPDATE takes it out" in one for one in _told(sqlite, EMPTIES))


def test_a_full_text_table_with_a_quote_in_its_name_is_found_in_a_trigger(
    sqlite: sa.Engine,
) -> None:
    quoted = [one.replace("words", '"the ""words"""') for one in FOLLOWED]
    say(sqlite, TABLE, *quoted, ROWS)
    assert not any("full-text" in one for one in _told(sqlite))


def test_a_full_text_table_that_cannot_be_made_anew_keeps_nothing_else_from_being_tidied(
    sqlite: sa.Engine, tmp_path: Path
) -> None:
    broken = INDEXED.format("fts5", "'", "'").replace("words", "broken").replace("person", "away")
    say(sqlite, TABLE, ROWS, broken, INDEXED.format("fts5", "'", "'"))
    say(sqlite, "UPDATE person SET name = 'zanzibarcruncher' WHERE id = 1")
    say(sqlite, "INSERT INTO words (rowid, name) SELECT id, name FROM person")
    erased = done(SqlStore(mapped(), sqlite), DELETES).erased["s"]
    assert erased.grade is Grade.VACUUMED
    assert erased.still == "words of it in full-text tables that could not be made anew (broken)"
    sqlite.dispose()
    assert RARE[4:].encode() not in (tmp_path / "one.sqlite3").read_bytes()


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("words", "it is a virtual table, whose rows have no key"),
        ("words_content", "a virtual table keeps its own data in it"),
    ],
)
def test_a_full_text_table_itself_is_not_mapped(table: str, told: str, sqlite: sa.Engine) -> None:
    """Rows that go from its own tables would leave an index of what is not there."""
    say(sqlite, TABLE, ROWS, WORDS)
    columns = (Column(name="id", type=ColumnType.INTEGER), Column(name="c0", category="name"))
    other = Dataset(id="text", table=table, key=("id",), label={}, person=True, columns=columns)
    store = SqlStore(mapped(COLUMNS, other), sqlite)
    (found,) = (one for one in store.preflight([replace(DELETES, dataset="text")])
                if one.gravity is Gravity.REFUSES)  # fmt: skip
    assert found.message.startswith(told)


@pytest.mark.parametrize("written", ["visit", '"visit"', "[visit]"])
def test_a_trigger_that_copies_into_a_mapped_table_is_told(written: str, sqlite: sa.Engine) -> None:
    """The copy refers to a row that has gone, so that reading back does not find it."""
    say(
        sqlite,
        TABLE,
        ROWS,
        "CREATE TABLE visit (id INTEGER PRIMARY KEY, p INTEGER, name TEXT)",
        "CREATE TRIGGER keeps AFTER DELETE ON person BEGIN INSERT INTO visit (p, name) "
        "VALUES (OLD.id, OLD.name); END".replace("visit", written),
    )
    path = Subject(to="person", columns=("p",))
    columns = (COLUMNS[0], Column(name="p", type=ColumnType.INTEGER), COLUMNS[1])
    other = Dataset(id="visit", table="visit", key=("id",), label={}, columns=columns, subject=path)
    told = "trigger 'keeps' writes in 'visit' upon DELETE"
    assert any(told in one for one in _told(sqlite, DELETES, others=(other,)))
    assert not any(told in one for one in _told(sqlite, EMPTIES, others=(other,)))


def test_samples_that_the_planner_keeps_are_taken_anew(sqlite: sa.Engine) -> None:
    say(
        sqlite,
        TABLE,
        ROWS,
        "CREATE INDEX person_name ON person (name)",
        "PRAGMA writable_schema = ON",
        "CREATE TABLE sqlite_stat4 (tbl, idx, neq, nlt, ndlt, sample)",
        "INSERT INTO sqlite_stat4 VALUES ('person', 'person_name', '1', '0', '0', 'secret')",
        "PRAGMA writable_schema = OFF",
    )
    done(SqlStore(mapped(), sqlite), DELETES)
    assert left(sqlite, "SELECT * FROM sqlite_stat4 WHERE sample = 'secret'") == []


@pytest.mark.parametrize("more", [" STRICT", " WITHOUT ROWID", " STRICT, WITHOUT ROWID"])
def test_tables_of_every_make_are_emptied(more: str, sqlite: sa.Engine) -> None:
    text = TABLE.replace("VARCHAR(40)", "TEXT").replace("DATE", "TEXT")
    say(sqlite, text + more, ROWS)
    assert _told(sqlite, EMPTIES) == []
    assert done(SqlStore(mapped(), sqlite), EMPTIES).verified
    assert left(sqlite) == [
        (1, None, "-", "2010-01-01"),
        (2, None, "-", "2011-01-01"),
        (3, "c", "c", None),
    ]


@pytest.mark.parametrize(
    ("kind", "stands_in", "fits"),
    [
        ("INTEGER", "-", False),
        ("INT", "0", True),
        ("REAL", "-", False),
        ("REAL", 0, True),
        ("BLOB", "-", False),
        ("BLOB", None, True),
        ("TEXT", 0, True),
        ("ANY", "-", True),
    ],
)
def test_what_a_strict_table_does_not_take_is_refused(
    kind: str, stands_in: str | int | None, fits: bool, sqlite: sa.Engine
) -> None:
    text = TABLE.replace("VARCHAR(40)", "TEXT").replace("DATE", "TEXT")
    say(sqlite, text.replace("mail TEXT", f"mail {kind}") + " STRICT")
    say(sqlite, "INSERT INTO person VALUES (1, 'a', NULL, '2010-01-01')")
    columns = (*COLUMNS[:2], Column(name="mail", type=ColumnType.JSON), COLUMNS[3])
    ends = step(Deed.EMPTY, ENDED, Emptied(column="mail", replacement=stands_in))
    found = [one for one in _told(sqlite, ends, columns=columns) if "does not fit" in one]
    assert [one.startswith("refuses: column 'mail' is ") for one in found] == (
        [] if fits else [True]
    )
    if fits:
        assert done(SqlStore(mapped(columns), sqlite), ends).verified


def test_rows_that_refer_to_nobody_are_no_hindrance(sqlite: sa.Engine) -> None:
    """Others write the file with foreign keys off, which is how SQLite begins."""
    visit = "CREATE TABLE visit (id INTEGER PRIMARY KEY, p INTEGER REFERENCES person)"
    say(sqlite, TABLE, ROWS, visit, "CREATE INDEX visit_p ON visit (p)")
    with sqlite.connect() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.exec_driver_sql("INSERT INTO visit VALUES (1, 77), (2, 3)")
        connection.commit()
        connection.invalidate()
    path = Subject(to="person", columns=("p",))
    columns = (COLUMNS[0], Column(name="p", type=ColumnType.INTEGER))
    other = Dataset(id="visit", table="visit", key=("id",), label={}, columns=columns, subject=path)
    outcome = done(SqlStore(mapped(COLUMNS, other), sqlite), DELETES)
    assert (outcome.changed, outcome.verified) == ({"s001": 2}, True)
    assert left(sqlite, "SELECT p FROM visit ORDER BY id") == [(77,), (3,)]


@pytest.mark.parametrize("schema", ["archive", "temp"])
def test_another_file_is_a_store_of_its_own(schema: str, sqlite: sa.Engine) -> None:
    """Only who has opened a file can attach another to it."""
    say(sqlite, TABLE, ROWS)
    store = SqlStore(mapped(schema=schema), sqlite)
    (found,) = store.preflight([DELETES])
    assert found.message == f"the policy says schema {schema!r}, and a file of SQLite has none"
    with pytest.raises(Refused, match="what is in another file belongs to a store of its own"):
        store.survey([DELETES], {})
    assert done(SqlStore(mapped(schema="main"), sqlite), DELETES).verified


@pytest.mark.parametrize(
    "made", ["p INTEGER UNIQUE REFERENCES person", "p INTEGER, UNIQUE (p, id)"]
)
def test_an_index_that_unique_makes_serves_a_reference(made: str, sqlite: sa.Engine) -> None:
    reference = "" if "REFERENCES" in made else ", FOREIGN KEY (p) REFERENCES person"
    say(sqlite, TABLE, ROWS, f"CREATE TABLE visit (id INTEGER PRIMARY KEY, {made}{reference})")
    path = Subject(to="person", columns=("p",))
    columns = (COLUMNS[0], Column(name="p", type=ColumnType.INTEGER))
    other = Dataset(id="visit", table="visit", key=("id",), label={}, columns=columns, subject=path)
    assert _told(sqlite, others=(other,)) == []


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("PRAGMA max_page_count = 3", "OperationalError SQLITE_FULL, the disk is full"),
        (
            "PRAGMA query_only = ON",
            "OperationalError SQLITE_READONLY, the file, or its folder, may only be read",
        ),
        (
            (
                "CREATE TRIGGER no BEFORE INSERT ON person BEGIN "
                "SELECT RAISE(ABORT, 'UNIQUE constraint failed: zanzibar'); END"
            ),
            "IntegrityError SQLITE_CONSTRAINT",
        ),
    ],
)
def test_why_a_file_is_not_written_is_said_without_values(
    setting: str, told: str, sqlite: sa.Engine
) -> None:
    say(sqlite, TABLE)
    with sqlite.connect() as connection:
        connection.exec_driver_sql(setting)
        with pytest.raises(DBAPIError) as refused:
            connection.exec_driver_sql(
                "INSERT INTO person VALUES (1, hex(zeroblob(20000)), 'zanzibar', NULL)"
            )
        connection.invalidate()
    assert cause(refused.value) == told


def test_a_damaged_file_is_said_to_be_damaged(sqlite: sa.Engine, tmp_path: Path) -> None:
    say(sqlite, TABLE, "INSERT INTO person VALUES (1, 'a', 'b', '2010-01-01')")
    sqlite.dispose()
    file = tmp_path / "one.sqlite3"
    file.write_bytes(file.read_bytes()[:4096] + b"Z" * 4096)
    with pytest.raises(Refused, match="its file is damaged: see what PRAGMA integrity_check"):
        SqlStore(mapped(), sqlite).survey([DELETES], {})
