"""Rows that are in partitions of the table mapped, or in its heirs, are treated like its own."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import sqlalchemy as sa

from doelbinding.binding.expression import NO, YES
from doelbinding.plan import atonce
from doelbinding.plan.grades import Grade
from doelbinding.plan.model import Deed, Emptied, Step
from doelbinding.policy.stores import Dataset
from doelbinding.policy.stores import Store as Mapped
from doelbinding.stores.sql import batches
from doelbinding.stores.sql.store import SqlStore
from tests.integration.one_table import COLUMNS, ENDED, ROWS, TABLE, done, left, mapped, say, step

DELETES = step(Deed.DELETE)
EMPTIES = step(Deed.EMPTY, ENDED, Emptied(column="name"), Emptied(column="mail", replacement="-"))
PARTITIONED = (
    TABLE + " PARTITION BY RANGE (id)",
    "CREATE TABLE low PARTITION OF person FOR VALUES FROM (0) TO (2)",
    ("CREATE TABLE high PARTITION OF person FOR VALUES FROM (2) TO (900) PARTITION BY HASH (id)"),
    "CREATE TABLE even PARTITION OF high FOR VALUES WITH (MODULUS 2, REMAINDER 0)",
    "CREATE TABLE odd PARTITION OF high FOR VALUES WITH (MODULUS 2, REMAINDER 1)",
    "CREATE TABLE rest PARTITION OF person DEFAULT",
)
INHERITED = (TABLE, "CREATE TABLE former (born date) INHERITS (person)")
MANY = (
    "INSERT INTO {} SELECT n, 'n', 'm', CASE WHEN mod(n, 3) = 0 THEN NULL "
    "ELSE date '2010-01-01' END FROM generate_series({}, {}) n"
)
VISITS = (
    "CREATE TABLE visit (id int PRIMARY KEY, p int REFERENCES {} (id) ON DELETE CASCADE)",
    "CREATE INDEX ON visit (p)",
)
AUDITED = (
    "CREATE TABLE audit (name text)",
    (
        "CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN INSERT INTO audit VALUES (OLD.name); RETURN OLD; END'"
    ),
)


def _told(engine: sa.Engine, *steps: Step, store: Mapped | None = None) -> list[str]:
    found = SqlStore(store or mapped(), engine).preflight(steps or (DELETES,))
    return [f"{one.gravity}: {one.message}: {one.remedy}" for one in found]


@pytest.mark.parametrize(
    "made",
    [
        (*PARTITIONED, MANY.format("person", 1, 1500)),
        (*INHERITED, MANY.format("person", 1, 30), MANY.format("former", 31, 1500)),
        (*INHERITED, MANY.format("former", 1, 1500)),
    ],
    ids=["partitions", "heirs", "heirs of an empty table"],
)
@pytest.mark.parametrize("at_once", [True, False], ids=["at once", "in ranges"])
def test_rows_of_every_part_go(
    made: Sequence[str], postgresql: sa.Engine, monkeypatch: pytest.MonkeyPatch, *, at_once: bool
) -> None:
    if not at_once:
        monkeypatch.setattr(atonce, "SMALL", -1)
        monkeypatch.setattr(batches, "KEYS", 10)
        monkeypatch.setattr(batches, "PAGES", 2)
    say(postgresql, *made, "ANALYZE")
    outcome = done(SqlStore(mapped(), postgresql), DELETES)
    assert outcome.verified
    assert outcome.changed == {"s001": 1000}
    assert outcome.erased["s"].grade is Grade.VACUUMED
    assert left(postgresql, "SELECT count(*), count(ended) FROM person") == [(500, 0)]
    not_vacuumed = "SELECT relid FROM pg_stat_user_tables JOIN pg_class ON oid = relid WHERE "
    assert left(postgresql, not_vacuumed + "relkind = 'r' AND vacuum_count = 0") == []


@pytest.mark.parametrize(
    ("made", "to"),
    [
        ((*PARTITIONED, *VISITS), "low"),
        ((*INHERITED, "ALTER TABLE former ADD PRIMARY KEY (id)", *VISITS), "former"),
        (
            (
                TABLE.replace("person", "people") + " PARTITION BY RANGE (id)",
                "CREATE TABLE person PARTITION OF people DEFAULT",
                *VISITS,
            ),
            "people",
        ),
    ],
    ids=["to a partition", "to an heir", "to the whole of which the mapped table is a part"],
)
def test_a_cascade_by_a_key_to_a_part_is_found(
    made: Sequence[str], to: str, postgresql: sa.Engine
) -> None:
    say(postgresql, *(one.format(to) for one in made))
    found = " ".join(_told(postgresql))
    assert "refuses: deleting here also deletes rows of 'visit' (ON DELETE CASCADE)" in found


def test_a_key_that_a_part_has_is_one_of_the_whole(postgresql: sa.Engine) -> None:
    say(
        postgresql,
        TABLE,
        "CREATE TABLE visit (id int, person_id int) PARTITION BY RANGE (id)",
        "CREATE TABLE visit_old PARTITION OF visit DEFAULT",
        "ALTER TABLE visit_old ADD FOREIGN KEY (person_id) REFERENCES person (id)",
        "CREATE INDEX ON visit (person_id)",
    )
    assert any("'visit_old' refers to it and is not in the policy" in o for o in _told(postgresql))
    visit = Dataset(id="visit", table="visit", key=("id",), label={}, columns=(COLUMNS[0],))
    found = _told(postgresql, store=mapped(COLUMNS, visit))
    (one,) = [one for one in found if "visit" in one]
    assert one.startswith("refuses: 'visit' refers to it by (person_id), which the policy does not")


@pytest.mark.parametrize(
    ("made", "on"), [(PARTITIONED, "low"), (INHERITED, "former")], ids=["partition", "heir"]
)
def test_a_trigger_of_a_part_is_told(made: Sequence[str], on: str, postgresql: sa.Engine) -> None:
    each = "EXECUTE FUNCTION keep()"
    say(
        postgresql,
        *made,
        *AUDITED,
        f"CREATE TRIGGER keeps BEFORE DELETE ON {on} FOR EACH ROW {each}",
        f"CREATE TRIGGER never AFTER DELETE ON {on} FOR EACH STATEMENT {each}",
        f"CREATE TRIGGER whole AFTER DELETE ON person FOR EACH STATEMENT {each}",
    )
    found = [one for one in _told(postgresql) if "trigger" in one]
    assert any(f"'keeps' acts on it by way of {on} before" in one for one in found)
    assert any("'whole' acts on it:" in one for one in found)
    assert not any("'never'" in one for one in found)


def test_constraints_of_a_part_are_looked_at(postgresql: sa.Engine) -> None:
    say(
        postgresql,
        *PARTITIONED,
        "CREATE UNIQUE INDEX ON even (mail)",
        "ALTER TABLE odd ADD CONSTRAINT named CHECK (name IS NOT NULL)",
    )
    found = " ".join(_told(postgresql, EMPTIES))
    assert "refuses: column 'mail' is unique" in found
    assert "refuses: CHECK constraint 'named' forbids NULL in column 'name'" in found


def test_a_row_that_would_have_no_partition_to_go_to_is_told(postgresql: sa.Engine) -> None:
    say(
        postgresql,
        "CREATE TABLE person (id int, name text, mail text, ended date) PARTITION BY LIST (mail)",
        "CREATE TABLE a PARTITION OF person FOR VALUES IN ('a')",
    )
    found = _told(postgresql, EMPTIES)
    assert any("is partitioned by (mail)" in one for one in found)
    assert not any("is partitioned by" in one for one in _told(postgresql))


def test_rows_in_a_foreign_table_are_refused(postgresql: sa.Engine) -> None:
    say(
        postgresql,
        "DROP FOREIGN DATA WRAPPER IF EXISTS far CASCADE",
        "CREATE FOREIGN DATA WRAPPER far",
        "CREATE SERVER far FOREIGN DATA WRAPPER far",
        TABLE.replace(" PRIMARY KEY", "") + " PARTITION BY RANGE (id)",
        "CREATE FOREIGN TABLE there PARTITION OF person DEFAULT SERVER far",
    )
    assert any("rows of it are in foreign tables (there)" in one for one in _told(postgresql))


def test_a_key_that_two_rows_have_in_different_tables_is_refused(postgresql: sa.Engine) -> None:
    say(postgresql, *INHERITED, ROWS)
    assert not any(one.startswith("refuses") for one in _told(postgresql))
    say(postgresql, "INSERT INTO former VALUES (1, 'other', 'o', NULL, NULL)")
    found = _told(postgresql)
    assert any("rows in it and in tables that inherit from it (former) have" in o for o in found)


@pytest.mark.parametrize(
    ("made", "part"), [(PARTITIONED, "odd"), (INHERITED, "former")], ids=["partition", "heir"]
)
def test_a_whole_and_its_part_are_not_both_mapped(
    made: Sequence[str], part: str, postgresql: sa.Engine
) -> None:
    say(postgresql, *made)
    other = Dataset(id="other", table=part, key=("id",), label={}, columns=COLUMNS)
    store = mapped(COLUMNS, other)
    found = " ".join(_told(postgresql, store=store))
    assert "refuses: rows of it are also rows of 'other'" in found
    alone = Step(
        id="s001",
        store="s",
        dataset="other",
        controller=None,
        deed=Deed.DELETE,
        needed=NO,
        scope=YES,
    )
    assert "refuses: rows of it are also rows of 'person'" in " ".join(
        _told(postgresql, alone, store=store)
    )


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("postgresql", "CREATE UNIQUE INDEX one_mail ON person (mail) WHERE ended IS NULL"),
        ("sqlite", "CREATE UNIQUE INDEX one_mail ON person (mail) WHERE ended IS NULL"),
        ("postgresql", "ALTER TABLE person ADD EXCLUDE USING hash (mail WITH =)"),
    ],
)
def test_what_is_unique_among_some_rows_is_told_and_forbids_nothing(
    name: str, made: str, request: pytest.FixtureRequest
) -> None:
    engine = request.getfixturevalue(name)
    say(engine, TABLE, made)
    (found,) = _told(engine, EMPTIES)
    assert found.startswith("warns: column 'mail' is unique among some rows, or in part")
