"""Values that end as less than they were, and files that go before their rows (R-VI.9, R-IX.3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from doelbinding.binding.circumstances import Circumstances
from doelbinding.plan.journal import MemoryJournal
from doelbinding.plan.model import Deed, Emptied, Plan
from doelbinding.plan.ports import Gravity, Refused
from doelbinding.plan.run import Bound, Outcome, run
from doelbinding.plan.survey import surveyed
from doelbinding.plan.transform import PSEUDONYM, Transformer
from doelbinding.plan.transformation import Pseudonymise
from doelbinding.policy.endings import Ending, Grain, Inside, Strip
from doelbinding.policy.model import Policy
from doelbinding.policy.stores import (
    Column,
    ColumnType,
    Dataset,
    Store,
    WhenUnjustified,
)
from doelbinding.retention.planner import Planner
from doelbinding.stores.files import FileRoots
from doelbinding.stores.sql.engine import make_engine
from doelbinding.stores.sql.store import SqlStore
from tests.integration.one_table import ENDED, ROWS, TABLE, mapped, say, step
from tests.unit.law.sample import clean

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
KEYS = Transformer(keys=lambda name: name.encode())
VISIT = Dataset(
    id="visit",
    table="visit",
    key=("id",),
    label={},
    person=True,
    controller="dutch",
    when_unjustified=WhenUnjustified.EMPTY,
    columns=(
        Column(name="id", type=ColumnType.INTEGER),
        Column(
            name="born",
            type=ColumnType.DATE,
            category="identification",
            ends_as=Ending(generalise=Grain.YEAR),
        ),
        Column(name="ip", category="identification", ends_as=Ending(pseudonym="k")),
        Column(name="name", category="identification", identifier="name"),
        Column(name="remark", category="identification", ends_as=Ending(strip=Strip.TEXT)),
        Column(name="doc", type=ColumnType.JSON),
        Column(
            name="mail",
            category="identification",
            inside=Inside(column="doc", path="$.contact.mail"),
        ),
    ),
)
PHOTO = Dataset(
    id="photo",
    table="photo",
    key=("id",),
    label={},
    person=True,
    controller="dutch",
    columns=(
        Column(name="id", type=ColumnType.INTEGER),
        Column(name="kept", category="identification"),
        Column(name="file", category="identification", file_in="photos"),
    ),
)


def policy(*datasets: Dataset) -> Policy:
    store = Store(id="s", label={}, country="NL", datasets=datasets)
    return replace(clean(), stores=(store,))


def write(engine: sa.Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def read(engine: sa.Engine, asked: str) -> list[tuple[object, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(asked)]


def visits(engine: sa.Engine, *, ip: str = "TEXT") -> SqlStore:
    kind = {"postgresql": "JSONB", "sqlite": "TEXT"}.get(engine.dialect.name, "JSON")
    write(
        engine,
        f"CREATE TABLE visit (id INTEGER PRIMARY KEY, born DATE, ip {ip}, name TEXT, "
        f"remark TEXT, doc {kind})",
        "INSERT INTO visit VALUES (1, '1980-02-29', '10.0.0.1', 'Sanne de Vries', "
        '\'Sanne belde 020-1234567\', \'{"contact": {"mail": "a@b.example"}, "n": 1}\'), '
        "(2, NULL, NULL, NULL, NULL, NULL)",
    )
    return SqlStore(policy(VISIT).stores[0], engine, transformer=KEYS)


def planned(store: SqlStore, of: Policy) -> Plan:
    planner = Planner(policy=of, at=AT, circumstances=Circumstances())
    return surveyed(planner.retention("0" * 64), {"s": store}, {}, b"secret")


def carried_out(store: SqlStore, of: Policy) -> Outcome:
    plan = planned(store, of)
    return run(plan, {"s": store}, {}, MemoryJournal(), bound=Bound())


def test_values_end_as_the_policy_says_and_a_second_run_finds_nothing(
    everywhere: sa.Engine,
) -> None:
    store, of = visits(everywhere), policy(VISIT)
    assert carried_out(store, of).verified
    (found,) = read(everywhere, "SELECT born, ip, name, remark, doc FROM visit WHERE id = 1")
    assert str(found[0]) == "1980-01-01"
    assert PSEUDONYM.fullmatch(str(found[1]))
    assert found[2] is None
    assert found[3] == "[…] belde […]"
    assert "a@b.example" not in str(found[4])
    assert "'n': 1" in str(found[4]) or '"n": 1' in str(found[4])
    assert planned(store, of).rows == 0


def test_a_value_that_somebody_changed_since_is_spared_and_found_again(
    everywhere: sa.Engine,
) -> None:
    store, of = visits(everywhere), policy(VISIT)
    plan = planned(store, of)
    (step,) = (s for s in plan.steps if s.columns[0].column == "remark")

    def meddle(_keys: object) -> None:
        write(everywhere, "UPDATE visit SET remark = 'other words, b@c.example' WHERE id = 1")

    assert [one.rows for one in store.execute(step, {}, None, meddle)] == [0]
    assert read(everywhere, "SELECT remark FROM visit WHERE id = 1") == [
        ("other words, b@c.example",)
    ]
    assert store.remaining(step, {}, None) == 1


def test_values_inside_documents_are_read_as_columns(everywhere: sa.Engine) -> None:
    row, empty = visits(everywhere).rows("s.visit", {})
    assert row["mail"] == "a@b.example"
    assert empty["mail"] is None


def test_a_key_that_is_not_there_stops_before_anything_is_changed(everywhere: sa.Engine) -> None:
    visits(everywhere)
    store = SqlStore(policy(VISIT).stores[0], everywhere)
    with pytest.raises(Refused, match="keys make k"):
        planned(store, policy(VISIT))


def test_pseudonyms_stay_ended_when_their_key_is_destroyed(everywhere: sa.Engine) -> None:
    assert carried_out(visits(everywhere), policy(VISIT)).verified
    assert planned(SqlStore(policy(VISIT).stores[0], everywhere), policy(VISIT)).rows == 0


def test_what_a_column_cannot_take_is_found_before(everywhere: sa.Engine) -> None:
    store = visits(everywhere, ip="VARCHAR(20) UNIQUE")
    write(everywhere, "CREATE UNIQUE INDEX visit_born ON visit (born)")
    steps = planned(store, policy(VISIT)).steps
    said = [one.message for one in store.preflight(steps) if one.gravity is Gravity.REFUSES]
    assert any("'born' is unique" in message for message in said)
    assert any("'ip' holds 20 characters" in message for message in said)


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ("office, born", ["column 'born' is unique together with (office), and what is left"]),
        ("id, born", []),
        ("office, ip", []),
    ],
)
def test_what_tells_less_and_is_unique_with_others_is_told(
    everywhere: sa.Engine, columns: str, told: list[str]
) -> None:
    """A pseudonym is as unique as its value was, and a key tells rows apart by itself."""
    store = visits(everywhere, ip="VARCHAR(80)")
    write(
        everywhere,
        "ALTER TABLE visit ADD COLUMN office VARCHAR(20)",
        f"CREATE UNIQUE INDEX visit_told ON visit ({columns})",
    )
    steps = planned(store, policy(VISIT)).steps
    said = [one for one in store.preflight(steps) if "unique" in one.message]
    assert [one.message[: len(begun)] for one, begun in zip(said, told, strict=True)] == told
    assert all(one.gravity is Gravity.WARNS for one in said)


# -- files ----------------------------------------------------------------------------------------


def photos(engine: sa.Engine, folder: Path, *names: str) -> SqlStore:
    write(engine, "CREATE TABLE photo (id INTEGER PRIMARY KEY, kept TEXT, file TEXT)")
    with engine.begin() as connection:
        for number, name in enumerate(names):
            values = {"id": number, "file": name}
            added = sa.text("INSERT INTO photo VALUES (:id, 'x', :file)")
            connection.execute(added, values)
    roots = FileRoots(folders={"photos": folder})
    return SqlStore(policy(PHOTO).stores[0], engine, files=roots, batch=1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "photos"
    (made / "a").mkdir(parents=True)
    (made / "a" / "one.jpg").write_bytes(b"face")
    (tmp_path / "secret.txt").write_text("not ours", encoding="utf-8")
    return made


def test_a_file_goes_with_its_row_and_a_missing_one_is_fine(
    everywhere: sa.Engine, folder: Path
) -> None:
    store = photos(everywhere, folder, "a/one.jpg", "a/gone.jpg", "nowhere/two.jpg", "")
    assert carried_out(store, policy(PHOTO)).verified
    assert not (folder / "a" / "one.jpg").exists()
    assert read(everywhere, "SELECT * FROM photo") == []


def test_a_file_stays_while_another_row_names_it(everywhere: sa.Engine, folder: Path) -> None:
    store = photos(everywhere, folder, "a/one.jpg", "a/one.jpg")
    (step,) = (s for s in planned(store, policy(PHOTO)).steps if s.files and not s.columns)
    deletions = store.execute(step, {}, None)
    assert next(deletions).rows == 1
    assert (folder / "a" / "one.jpg").exists()
    assert next(deletions).rows == 1
    assert not (folder / "a" / "one.jpg").exists()


def test_a_file_goes_though_a_row_names_one_that_differs_in_case(
    everywhere: sa.Engine, folder: Path
) -> None:
    store = photos(everywhere, folder, "a/one.jpg", "a/ONE.jpg")
    (step,) = (s for s in planned(store, policy(PHOTO)).steps if s.files and not s.columns)
    next(store.execute(step, {}, None))
    assert not (folder / "a" / "one.jpg").exists()


@pytest.mark.parametrize("name", ["../secret.txt", "/etc/hostname", "a/../../secret.txt", "out/x"])
def test_a_name_that_leads_out_of_the_folder_is_refused_and_the_row_stays(
    everywhere: sa.Engine, folder: Path, name: str
) -> None:
    (folder / "out").symlink_to(folder.parent)
    (folder.parent / "x").write_text("not ours", encoding="utf-8")
    store = photos(everywhere, folder, name)
    with pytest.raises(Refused, match="leads out of its folder") as refused:
        carried_out(store, policy(PHOTO))
    assert name not in str(refused.value)
    assert len(read(everywhere, "SELECT * FROM photo")) == 1
    assert (folder.parent / "secret.txt").exists()
    assert (folder.parent / "x").exists()


def test_a_file_that_cannot_be_removed_keeps_its_row(everywhere: sa.Engine, folder: Path) -> None:
    store = photos(everywhere, folder, "a")
    with pytest.raises(Refused, match="is a folder or a link"):
        carried_out(store, policy(PHOTO))
    assert len(read(everywhere, "SELECT * FROM photo")) == 1


def test_a_run_that_dies_between_file_and_row_is_finished_by_the_next(
    everywhere: sa.Engine, folder: Path
) -> None:
    store = photos(everywhere, folder, "a/one.jpg")
    plan = planned(store, policy(PHOTO))
    (folder / "a" / "one.jpg").unlink()  # as a death before the commit leaves it
    assert run(plan, {"s": store}, {}, MemoryJournal(), bound=Bound()).verified
    assert read(everywhere, "SELECT * FROM photo") == []


def test_a_folder_that_is_not_configured_is_found_before(
    everywhere: sa.Engine, folder: Path
) -> None:
    configured = photos(everywhere, folder, "a/one.jpg")
    store = SqlStore(configured.mapped, everywhere)
    steps = planned(store, policy(PHOTO)).steps
    (said, *_) = (o for o in store.preflight(steps) if o.gravity is Gravity.REFUSES)
    assert "[files.photos]" in said.remedy


def test_a_plan_without_a_key_does_not_speak_of_what_was_changed(tmp_path: Path) -> None:
    (tmp_path / "people.sqlite").touch()
    engine = make_engine(sa.make_url(f"sqlite:///{tmp_path / 'people.sqlite'}"))
    say(engine, TABLE, ROWS)
    ends = Emptied(column="name", transformation=Pseudonymise(key="k"))
    with pytest.raises(Refused, match=r"keys make k.*; without it no value is changed"):
        SqlStore(mapped(), engine).survey([step(Deed.TRANSFORM, ENDED, ends)], {})
    engine.dispose()
