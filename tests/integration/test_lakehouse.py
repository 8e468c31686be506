"""What a lakehouse must do besides what the oracle shows: literals, preflight, purging."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable, write_deltalake

from doelbinding.binding.expression import NO, YES, Compare, Comparison
from doelbinding.plan.grades import Again, Grade
from doelbinding.plan.journal import MemoryJournal
from doelbinding.plan.model import Deed, Emptied, NamedFile, Plan, PlanKind, Step
from doelbinding.plan.ports import Changed, Gravity, Refused, Unreachable
from doelbinding.plan.run import Bound, run
from doelbinding.plan.transform import PSEUDONYM, Transformer
from doelbinding.plan.transformation import KeepFirst, Pseudonymise, Transformation
from doelbinding.policy.stores import Column, ColumnType, Dataset, Store
from doelbinding.stores.lakehouse.connect import connect
from doelbinding.stores.lakehouse.dialect import literal
from doelbinding.stores.lakehouse.purge import KEEP_HOURS
from doelbinding.stores.lakehouse.session import Lake
from doelbinding.stores.lakehouse.store import LakehouseStore
from doelbinding.stores.lakehouse.tables import Format, Table
from doelbinding.stores.outside import Address, CannotConnect
from doelbinding.wiring import NotConfigured, Workspace
from tests.integration.lakehouse import insert, make_table, sail

PEOPLE = Dataset(
    id="people",
    table="people",
    key=("id",),
    label={},
    person=True,
    columns=(
        Column(name="id", type=ColumnType.INTEGER),
        Column(name="mail", category="contact", identifier="email"),
        Column(name="phone", category="contact", identifier="phone"),
    ),
)
MAPPED = Store(id="lake", label={}, country="NL", datasets=(PEOPLE,))
GONE, KEPT = "aa.gone@erased.example", "bb.kept@here.example"
ROWS = [
    {"id": 1, "mail": GONE, "phone": "+31 20 555 0100"},
    {"id": 2, "mail": KEPT, "phone": None},
]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with sail() as where:
        yield where


@pytest.fixture
def lake(url: str) -> Iterator[Lake]:
    made = Lake(store="lake", url=url)
    yield made
    made.close()


def store_of(lake: Lake, kind: Format, folder: Path, keep_hours: int = 0) -> LakehouseStore:
    table = make_table(lake, PEOPLE, kind, folder / "people", ROWS)
    return LakehouseStore(MAPPED, lake, {"people": table}, keep_hours=keep_hours)


def step(deed: Deed = Deed.DELETE, mail: str = GONE, expected: int = 1) -> Step:
    return Step(
        id="s1",
        store="lake",
        dataset="people",
        controller=None,
        deed=deed,
        needed=NO,
        narrow=Compare(column="mail", by=Comparison.EQUALS, value=mail),
        columns=(Emptied(column="mail"),) if deed is Deed.EMPTY else (),
        expected=expected,
    )


def plan(*steps: Step) -> Plan:
    at = datetime(2026, 11, 23, tzinfo=UTC)
    return Plan(kind=PlanKind.RETENTION, policy="0" * 64, at=at, steps=steps)


def holders(folder: Path, text: str) -> set[str]:
    """Give the kinds of files in which a text is: Parquet decoded, logs and statistics read."""
    found = set()
    for path in (p for p in folder.rglob("*") if p.is_file()):
        if path.suffix == ".parquet":
            held = str(pq.read_table(path).to_pylist())  # type: ignore[no-untyped-call]
        else:
            held = path.read_bytes().decode("utf-8", "replace")
        if text in held:
            found.add(path.suffix)
    return found


# -- literals ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        "O'Brien",
        "'; DROP TABLE people; --",
        "back\\slash \\n \\'",
        '"`%s :name ${x} {y} ? \x00 \n\r\t',
        "é ß 漢字 \U0001f600",
        "",
        True,
        -(2**63),
        2**63 - 1,
        Decimal("-12.340"),
        date(1, 1, 1),
        date(9999, 12, 31),
        datetime.fromisoformat("2026-03-29 02:30:00.000001"),
    ],
)
def test_every_value_comes_back_as_it_went_in(value: object, lake: Lake) -> None:
    assert lake.ask(f"SELECT {literal(value)}")[0][0] == value


def test_an_instant_is_the_same_in_every_zone(lake: Lake) -> None:
    moment = datetime.fromisoformat("2026-07-01T01:30:00+02:00")
    asked = lake.ask(f"SELECT CAST({literal(moment)} AS STRING)")
    assert asked[0][0] == "2026-06-30 23:30:00"


# -- deeds ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(Format))
@pytest.mark.parametrize("deed", [Deed.DELETE, Deed.EMPTY])
def test_what_is_announced_before_is_told_after(
    kind: Format, deed: Deed, lake: Lake, tmp_path: Path
) -> None:
    store, announced = store_of(lake, kind, tmp_path), []
    changed = list(store.execute(step(deed), {}, None, announced.append))
    assert announced == [[(1,)]]
    assert [(one.rows, one.keys) for one in changed] == [(1, [(1,)])]
    assert store.remaining(step(deed), {}, None) == 0
    left = {row["id"]: row["mail"] for row in store.rows("lake.people", {})}
    assert left == ({2: KEPT} if deed is Deed.DELETE else {1: None, 2: KEPT})
    assert list(store.execute(step(deed), {}, None, announced.append)) == []


def lessened(column: str, change: Transformation) -> Step:
    emptied = Emptied(column=column, transformation=change)
    return replace(step(Deed.TRANSFORM), columns=(emptied,), narrow=YES, expected=2)


@pytest.mark.parametrize("kind", list(Format))
def test_values_are_changed_where_nothing_has_moved_since(
    kind: Format, lake: Lake, tmp_path: Path
) -> None:
    store, shorter = store_of(lake, kind, tmp_path), lessened("mail", KeepFirst(length=2))
    address = store.tables["people"].address
    assert store.survey([shorter], {})["s1"].rows == 2

    def meanwhile(_: object) -> None:
        lake.ask(f"UPDATE {address} SET mail = {literal('changed since')} WHERE id = 2")  # noqa: S608 - ours

    (changed,) = store.execute(shorter, {}, None, meanwhile)
    assert changed == Changed(rows=1, keys=[(1,)])
    assert mails(store) == {1: "aa", 2: "changed since"}
    assert store.remaining(shorter, {}, None) == 1
    (changed,) = store.execute(shorter, {}, None)
    assert (changed.rows, mails(store), store.remaining(shorter, {}, None)) == (
        1,
        {1: "aa", 2: "ch"},
        0,
    )
    assert list(store.execute(shorter, {}, None)) == []


@pytest.mark.parametrize("kind", list(Format))
def test_a_pseudonym_needs_its_key(kind: Format, lake: Lake, tmp_path: Path) -> None:
    named = lessened("mail", Pseudonymise(key="k"))
    with pytest.raises(Refused, match="the key 'k' is not there"):
        store_of(lake, kind, tmp_path).survey([named], {})
    store = LakehouseStore(
        MAPPED,
        lake,
        {"people": Table(path=str(tmp_path / "people"), format=kind)},
        transformer=Transformer(keys=lambda _: b"secret"),
    )
    assert [one.rows for one in store.execute(named, {}, None)] == [2]
    assert all(PSEUDONYM.fullmatch(str(mail)) for mail in mails(store).values())


def mails(store: LakehouseStore) -> dict[object, object]:
    return {row["id"]: row["mail"] for row in store.rows("lake.people", {})}


def test_people_are_found_by_what_is_alike(lake: Lake, tmp_path: Path) -> None:
    store = store_of(lake, Format.DELTA, tmp_path)
    insert(
        lake,
        store.tables["people"].address,
        PEOPLE,
        [
            {"id": 3, "mail": " AA.Gone@ERASED.example\t", "phone": "0031-20-5550100"},
            {"id": 4, "mail": "aa.gone@erased.example.org", "phone": "020 555 0101"},
        ],
    )
    by_mail = store.match("lake.people", "mail", "email", [GONE])
    assert sorted(row["id"] for row in by_mail) == [1, 3]  # type: ignore[type-var]
    by_phone = store.match("lake.people", "phone", "phone", ["+31205550100"], "NL")
    assert sorted(row["id"] for row in by_phone) == [1, 3]  # type: ignore[type-var]


# -- preflight -----------------------------------------------------------------------------------


def refusals(store: LakehouseStore) -> list[str]:
    found = store.preflight([step()])
    return [one.message for one in found if one.gravity is Gravity.REFUSES]


def test_a_sound_table_is_not_refused(lake: Lake, tmp_path: Path) -> None:
    assert store_of(lake, Format.DELTA, tmp_path).preflight([step()]) == []


def test_a_missing_table_is_refused(lake: Lake, tmp_path: Path) -> None:
    table = Table(path=str(tmp_path / "nowhere"), format=Format.DELTA)
    store = LakehouseStore(MAPPED, lake, {"people": table})
    (message,) = refusals(store)
    assert message.startswith("there is no table")
    with pytest.raises(Refused, match=r"lake.people: there is no table .* correct it under"):
        store.survey([step()], {})


@pytest.mark.parametrize("other", [{"id": 1}, {"id": None}])
def test_a_key_that_does_not_tell_rows_apart_is_refused(
    other: dict[str, object], lake: Lake, tmp_path: Path
) -> None:
    store = store_of(lake, Format.ICEBERG, tmp_path)
    insert(lake, store.tables["people"].address, PEOPLE, [{**ROWS[1], **other}])
    (message,) = refusals(store)
    assert message.startswith("the key (id) is missing in")


def test_columns_of_another_type_or_not_there_or_not_told_are_said(
    lake: Lake, tmp_path: Path
) -> None:
    folder = tmp_path / "people"
    lake.ask(
        "CREATE TABLE odd (id BIGINT, mail STRUCT<a: STRING>, extra STRING) "
        f"USING delta LOCATION 'file://{folder}'"
    )
    table = Table(path=str(folder), format=Format.DELTA)
    found = LakehouseStore(MAPPED, lake, {"people": table}).preflight([step()])
    assert {(one.gravity, one.message) for one in found} == {
        (
            Gravity.REFUSES,
            "column 'mail' is of type struct<a:string>, the policy says text",
        ),
        (Gravity.REFUSES, "the table has no column 'phone'"),
        (Gravity.WARNS, "column 'extra' is not in the policy"),
    }


@pytest.mark.parametrize("kind", list(Format))
def test_a_table_that_is_partitioned_by_personal_data_is_told(
    kind: Format, lake: Lake, tmp_path: Path
) -> None:
    name = f"parted_{kind.value}"
    lake.ask(
        f"CREATE TABLE {name} (id BIGINT, mail STRING, phone STRING) USING {kind.value} "
        f"PARTITIONED BY (mail) LOCATION 'file://{tmp_path}/{name}'"
    )
    store = LakehouseStore(MAPPED, lake, {"people": Table(name=(name,))})
    (told,) = store.preflight([step()])
    assert told.gravity is Gravity.WARNS
    assert told.message.startswith("it is partitioned by 'mail', which holds personal data")
    (told,) = partitioned(lake, tmp_path).preflight([step()])
    assert told.message.startswith("it is partitioned by 'mail', which holds personal data")


def test_a_table_of_another_format_is_refused(lake: Lake, tmp_path: Path) -> None:
    lake.ask(
        "CREATE TABLE plain (id BIGINT, mail STRING, phone STRING) "
        f"USING parquet LOCATION 'file://{tmp_path}/plain/'"
    )
    lake.ask("INSERT INTO plain VALUES (1, 'x', 'y')")
    store = LakehouseStore(MAPPED, lake, {"people": Table(name=("plain",))})
    assert refusals(store) == ["its format is parquet, neither Delta nor Iceberg"]


def test_files_that_rows_name_are_refused(lake: Lake, tmp_path: Path) -> None:
    with_files = replace(step(), files=(NamedFile(column="mail", root="scans"),))
    with pytest.raises(Refused, match=r"lake\.people: files that rows of a lakehouse name"):
        store_of(lake, Format.DELTA, tmp_path).survey([with_files], {})


def test_a_server_that_does_not_answer_is_said_to_be_unreachable() -> None:
    with pytest.raises(Unreachable, match="check that Spark Connect runs"):
        Lake(store="lake", url="sc://127.0.0.1:1").ask("SELECT 1")


def test_what_the_engine_says_of_a_statement_stays_out_of_our_error(lake: Lake) -> None:
    with pytest.raises(Refused) as told:
        lake.ask("SELECT 'jan@secret.example' FROM nowhere")
    assert "secret" not in str(told.value)
    assert told.value.__cause__ is None


# -- physical deletion ---------------------------------------------------------------------------


@pytest.mark.parametrize("deed", [Deed.DELETE, Deed.EMPTY])
def test_in_delta_a_deleted_value_is_gone_from_files_and_log_after_the_purge(
    deed: Deed, lake: Lake, tmp_path: Path
) -> None:
    store = store_of(lake, Format.DELTA, tmp_path)
    list(store.execute(step(deed), {}, None))
    assert holders(tmp_path, GONE) == {".parquet", ".json"}, "deleted, and still there"
    assert store.purge(["people"]).grade is Grade.OUT_OF_SNAPSHOTS
    assert holders(tmp_path, GONE) == set()
    assert holders(tmp_path, KEPT), "what was kept is still there"
    assert KEPT in {row["mail"] for row in store.rows("lake.people", {})}


def test_a_file_that_no_version_names_any_more_goes_when_it_is_old(
    lake: Lake, tmp_path: Path
) -> None:
    """A checkpoint forgets what was taken out; a write that broke off tells nothing."""
    store = store_of(lake, Format.DELTA, tmp_path)
    nameless = tmp_path / "people" / "part-forgotten.parquet"
    pq.write_table(pa.table({"mail": [GONE]}), nameless)  # type: ignore[no-untyped-call]
    list(store.execute(step(), {}, None))
    young = store.purge(["people"])
    assert young.grade is Grade.DELETED
    assert str(young.still).startswith("people: perhaps still in 1 file that no version names")
    assert holders(tmp_path, GONE), "it may be of a write that goes on"
    week_ago = nameless.stat().st_mtime - (KEEP_HOURS + 1) * 3600
    os.utime(nameless, (week_ago, week_ago))
    assert store.purge(["people"]).grade is Grade.OUT_OF_SNAPSHOTS
    assert holders(tmp_path, GONE) == set()


def test_another_table_in_the_folder_of_a_delta_table_is_left_alone(
    lake: Lake, tmp_path: Path
) -> None:
    store = store_of(lake, Format.DELTA, tmp_path)
    make_table(lake, PEOPLE, Format.DELTA, tmp_path / "people" / "inner", ROWS)
    for path in (tmp_path / "people" / "inner").rglob("*.parquet"):
        os.utime(path, (0, 0))
    list(store.execute(step(), {}, None))
    erased = store.purge(["people"])
    assert erased.grade is Grade.DELETED
    assert "another table is in its folder" in str(erased.still)
    inner = LakehouseStore(MAPPED, lake, {"people": Table(
        path=str(tmp_path / "people" / "inner"), format=Format.DELTA)})  # fmt: skip
    assert len(list(inner.rows("lake.people", {}))) == len(ROWS)


def test_the_change_feed_of_a_delta_table_keeps_nothing(lake: Lake, tmp_path: Path) -> None:
    """Its files have rows as they were before they were changed."""
    store = store_of(lake, Format.DELTA, tmp_path)
    folder = str(tmp_path / "people")
    DeltaTable(folder).alter.set_table_properties({"delta.enableChangeDataFeed": "true"})
    DeltaTable(folder).delete(f"mail = '{GONE}'")
    assert list(tmp_path.glob("people/_change_data/*.parquet"))
    (tmp_path / "people" / "_delta_log" / f"{1:020}.crc").write_text(GONE)
    assert store.purge(["people"]).grade is Grade.OUT_OF_SNAPSHOTS
    assert holders(tmp_path, GONE) == set()


def test_the_purge_leaves_a_delta_table_that_goes_on(lake: Lake, tmp_path: Path) -> None:
    store = store_of(lake, Format.DELTA, tmp_path)
    outcome = run(plan(step()), {"lake": store}, {}, MemoryJournal(), bound=Bound())
    assert outcome.erased["lake"].grade is Grade.OUT_OF_SNAPSHOTS
    insert(lake, store.tables["people"].address, PEOPLE, [{"id": 9, "mail": "c", "phone": None}])
    list(store.execute(step(mail="c"), {}, None))
    assert [row["id"] for row in store.rows("lake.people", {})] == [2]
    logs = sorted((tmp_path / "people" / "_delta_log").glob("*.json"))
    settings = [json.loads(line) for log in logs for line in log.read_text().splitlines()]
    kept = [one["metaData"]["configuration"] for one in settings if "metaData" in one]
    assert kept[-1]["delta.logRetentionDuration"] == "interval 30 days"
    assert kept[-1]["delta.deletedFileRetentionDuration"] == "interval 1 week"


DYING = """
import os, sys
from pathlib import Path
from doelbinding.stores.lakehouse.leftovers import Leftovers
from tests.integration.test_lakehouse import *

take = Leftovers.take_old_log

def die(left):
    if sys.argv[2] == "after":
        take(left)
    os._exit(137)

Leftovers.take_old_log = die
table = Table(path=sys.argv[1], format=Format.DELTA)
lake = Lake(store="lake", url="sc://127.0.0.1:1")
LakehouseStore(MAPPED, lake, {"people": table}, keep_hours=0).purge(["people"])
"""
OWN_TERMS = {
    "delta.logRetentionDuration": "interval 90 days",
    "delta.deletedFileRetentionDuration": "interval 60 days",
}


@pytest.mark.parametrize("keep_hours", [0, KEEP_HOURS])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_purge_that_dies_does_not_lose_how_long_a_table_keeps_its_log(
    when: str, keep_hours: int, lake: Lake, tmp_path: Path
) -> None:
    folder = tmp_path / "people"
    store = store_of(lake, Format.DELTA, tmp_path, keep_hours)
    DeltaTable(folder).alter.set_table_properties(OWN_TERMS)
    list(store.execute(step(), {}, None))
    root = Path(__file__).parents[2]
    dying = [sys.executable, "-c", DYING, str(folder), when]
    died = subprocess.run(dying, cwd=root, check=False)
    assert died.returncode == 137
    assert set(DeltaTable(folder).metadata().configuration.values()) == {"interval 0 seconds"}
    assert [row["id"] for row in store.rows("lake.people", {})] == [2]
    store.purge(["people"])
    assert DeltaTable(folder).metadata().configuration == OWN_TERMS
    own = {**OWN_TERMS, "delta.logRetentionDuration": "interval 2 days"}
    DeltaTable(folder).alter.set_table_properties(own)
    store.purge(["people"])
    assert DeltaTable(folder).metadata().configuration == own
    assert not list(folder.glob("_delta_log/*terms*"))


NINE = pa.table({"id": pa.array([9]), "mail": ["z"], "phone": pa.array([None], "string")})
"""One more row, by a writer that is not ours."""


def purged_once(lake: Lake, place: Path) -> tuple[LakehouseStore, Path, Again]:
    """Give a Delta table of which older versions are kept, where it is, and when to purge again."""
    store = store_of(lake, Format.DELTA, place, KEEP_HOURS)
    list(store.execute(step(), {}, None))
    again = store.purge(["people"]).again
    assert again is not None
    return store, place / "people", again


def aged(folder: Path, hours: int) -> None:
    """Make a Delta table as it would be if nobody had touched it for so long."""
    for path in (one for one in folder.rglob("*") if one.is_file()):
        at = path.stat().st_mtime - hours * 3600
        if path.suffix == ".json":
            lines = [json.loads(line) for line in path.read_text().splitlines()]
            for told in (one["remove"] for one in lines if "remove" in one):
                told["deletionTimestamp"] -= hours * 3_600_000
            path.write_text("\n".join(map(json.dumps, lines)))
        if ".checkpoint." in path.name:
            held = pq.read_table(path)  # type: ignore[no-untyped-call]
            rows = held.to_pylist()
            for told in (one["remove"] for one in rows if one["remove"] is not None):
                told["deletionTimestamp"] -= hours * 3_600_000
            pq.write_table(pa.Table.from_pylist(rows, held.schema), path)  # type: ignore[no-untyped-call]
        os.utime(path, (at, at))


@pytest.mark.parametrize("changes", [False, True], ids=["untouched", "with its changes"])
def test_what_older_versions_have_goes_once_they_are_kept_no_more(
    changes: bool, lake: Lake, tmp_path: Path
) -> None:
    """And versions that others wrote meanwhile stay for as long as versions do."""
    store, folder = store_of(lake, Format.DELTA, tmp_path, KEEP_HOURS), tmp_path / "people"
    if changes:
        DeltaTable(folder).alter.set_table_properties({"delta.enableChangeDataFeed": "true"})
        DeltaTable(folder).delete(f"mail = '{GONE}'")  # Sail merges no table that has a feed
    else:
        list(store.execute(step(), {}, None))
    first = store.purge(["people"]).again
    assert first is not None
    assert first.at - first.gone_by >= timedelta(hours=KEEP_HOURS)
    aged(folder, hours=KEEP_HOURS - 1)
    gone_by = first.gone_by - timedelta(hours=KEEP_HOURS - 1)
    early = store.purge(["people"], gone_by)
    assert (early.grade, early.again is None) == (Grade.DELETED, False)
    assert holders(folder, GONE) == {".parquet", ".json"}
    aged(folder, hours=2)
    write_deltalake(folder, NINE, mode="append")
    with_young = DeltaTable(folder).version()
    DeltaTable(folder).delete("id = 9")
    last = store.purge(["people"], gone_by - timedelta(hours=2))
    assert (last.grade, last.still, last.again) == (Grade.OUT_OF_SNAPSHOTS, None, None)
    assert holders(folder, GONE) == set()
    young = DeltaTable(folder, version=with_young).to_pyarrow_table().to_pylist()
    assert {9} < {row["id"] for row in young}
    feed = [pq.read_table(path)["id"].to_pylist() for path in folder.glob("_change_data/*")]  # type: ignore[no-untyped-call]
    assert feed == ([[9]] if changes else [])
    assert KEPT in {row["mail"] for row in store.rows("lake.people", {})}


def test_what_is_kept_in_several_tables_goes_from_each_as_soon_as_from_one(
    lake: Lake, tmp_path: Path
) -> None:
    names = ["one", "two", "three"]
    each = [replace(PEOPLE, id=name, table=name) for name in names]
    tables = {one.id: make_table(lake, one, Format.DELTA, tmp_path / one.id, ROWS) for one in each}
    mapped = replace(MAPPED, datasets=tuple(each))
    store = LakehouseStore(mapped, lake, tables, keep_hours=KEEP_HOURS)
    for name in names:
        list(store.execute(replace(step(), dataset=name), {}, None))
    first = store.purge(names).again
    assert first is not None
    aged(tmp_path, hours=KEEP_HOURS + 1)
    erased = store.purge(names, first.gone_by - timedelta(hours=KEEP_HOURS + 1))
    assert (erased.grade, erased.again) == (Grade.OUT_OF_SNAPSHOTS, None)
    assert holders(tmp_path, GONE) == set()


def test_asking_early_or_after_others_took_rows_out_puts_nothing_off(
    lake: Lake, tmp_path: Path
) -> None:
    store, folder, first = purged_once(lake, tmp_path)
    version = DeltaTable(folder).version()
    assert store.purge(["people"], first.gone_by).again == first
    assert DeltaTable(folder).version() == version
    write_deltalake(folder, NINE, mode="append")
    DeltaTable(folder).delete("id = 9")
    assert store.purge(["people"], first.gone_by).again == first


def test_the_version_that_a_purge_writes_disturbs_no_other_writer(
    lake: Lake, tmp_path: Path
) -> None:
    store, folder = store_of(lake, Format.DELTA, tmp_path, KEEP_HOURS), tmp_path / "people"
    list(store.execute(step(), {}, None))
    writer, before = DeltaTable(folder), DeltaTable(folder).metadata().configuration
    store.purge(["people"])
    assert DeltaTable(folder).version() > writer.version()
    write_deltalake(writer, NINE, mode="append")
    assert sorted(mails(store)) == [2, 9]  # type: ignore[type-var]
    assert DeltaTable(folder).metadata().configuration == before


def test_a_table_whose_files_were_copied_since_is_not_taken_for_purged(
    lake: Lake, tmp_path: Path
) -> None:
    """The copies are young, what their log tells is old."""
    store, folder, first = purged_once(lake, tmp_path)
    aged(folder, hours=KEEP_HOURS + 1)
    for path in (one for one in folder.rglob("*") if one.is_file()):
        os.utime(path)
    erased = store.purge(["people"], first.gone_by - timedelta(hours=KEEP_HOURS + 1))
    assert holders(folder, GONE) == {".json"}
    assert (erased.grade, erased.again is None) == (Grade.DELETED, False)
    assert erased.again is not None
    aged(folder, hours=KEEP_HOURS + 1)
    erased = store.purge(["people"], erased.again.gone_by)
    assert (erased.grade, erased.again) == (Grade.OUT_OF_SNAPSHOTS, None)
    assert holders(folder, GONE) == set()


def test_a_log_that_the_engine_shortens_sooner_than_versions_are_kept_is_purged_too(
    lake: Lake, tmp_path: Path
) -> None:
    store, folder = store_of(lake, Format.DELTA, tmp_path, KEEP_HOURS), tmp_path / "people"
    daily = {"delta.logRetentionDuration": "interval 1 day"}
    DeltaTable(folder).alter.set_table_properties(daily)
    list(store.execute(step(), {}, None))
    first = store.purge(["people"]).again
    assert first is not None
    gone_by = first.gone_by
    for day in range(8):
        aged(folder, hours=24)
        gone_by -= timedelta(hours=24)
        more = pa.table({"id": [100 + day], "mail": ["z"], "phone": pa.array([None], "string")})
        write_deltalake(folder, more, mode="append")
        DeltaTable(folder).create_checkpoint()
        DeltaTable(folder).cleanup_metadata()
    erased = store.purge(["people"], gone_by)
    assert (erased.grade, erased.still, erased.again) == (Grade.OUT_OF_SNAPSHOTS, None, None)
    assert holders(folder, GONE) == set()


def test_a_partition_that_is_named_by_a_deleted_value_is_waited_for(
    lake: Lake, tmp_path: Path
) -> None:
    """A checkpoint has files that were taken out for as long as the table keeps these."""
    folder = tmp_path / "people"
    people = pa.table({"id": [1, 2], "mail": [GONE, KEPT], "phone": ["1", "2"]})
    kept = {"delta.deletedFileRetentionDuration": "interval 30 days"}
    write_deltalake(folder, people, partition_by=["mail"], configuration=kept)
    table = Table(path=str(folder), format=Format.DELTA)
    store = LakehouseStore(MAPPED, lake, {"people": table}, keep_hours=KEEP_HOURS)
    list(store.execute(step(), {}, None))
    first = store.purge(["people"]).again
    assert first is not None
    aged(folder, hours=KEEP_HOURS + 1)
    erased = store.purge(["people"], first.gone_by - timedelta(hours=KEEP_HOURS + 1))
    assert erased.grade is Grade.DELETED
    assert "tells values of files that were taken out" in str(erased.still)
    assert erased.again is not None


def partitioned(lake: Lake, place: Path, keep_hours: int = 0) -> LakehouseStore:
    """Give a Delta table of which each value of `mail` is the name of a folder."""
    people = pa.table({"id": [1, 2], "mail": [GONE, KEPT], "phone": ["1", "2"]})
    write_deltalake(place / "people", people, partition_by=["mail"])
    table = Table(path=str(place / "people"), format=Format.DELTA)
    return LakehouseStore(MAPPED, lake, {"people": table}, keep_hours=keep_hours)


def folders_of(place: Path) -> list[str]:
    return sorted(unquote(one.name) for one in place.rglob("mail=*"))


def test_no_folder_of_a_partition_bears_the_name_of_a_deleted_value(
    lake: Lake, tmp_path: Path
) -> None:
    store = partitioned(lake, tmp_path)
    (gone,) = tmp_path.glob("people/mail=*gone*")
    (gone / ".part-0.snappy.parquet.crc").write_bytes(b"a checksum as Hadoop writes them")
    list(store.execute(step(), {}, None))
    assert store.purge(["people"]).grade is Grade.OUT_OF_SNAPSHOTS
    assert folders_of(tmp_path) == [f"mail={KEPT}"]


def test_a_folder_of_a_version_that_is_kept_stays(lake: Lake, tmp_path: Path) -> None:
    store = partitioned(lake, tmp_path, keep_hours=24)
    list(store.execute(step(), {}, None))
    assert store.purge(["people"]).grade is Grade.DELETED
    assert folders_of(tmp_path) == [f"mail={GONE}", f"mail={KEPT}"]


def test_a_folder_that_cannot_be_removed_is_said_to_bear_the_name(
    lake: Lake, tmp_path: Path
) -> None:
    store = partitioned(lake, tmp_path)
    (gone,) = tmp_path.glob("people/mail=*gone*")
    (gone / "_SUCCESS").touch()
    list(store.execute(step(), {}, None))
    erased = store.purge(["people"])
    assert (erased.grade, erased.again is None) == (Grade.DELETED, False)
    assert "in the name of 1 folder" in str(erased.still)
    assert "partitioned by mail" in str(erased.still)


def test_what_a_writer_tells_of_files_that_it_took_out_is_waited_for(
    lake: Lake, tmp_path: Path
) -> None:
    """Some give the least and greatest values, and a checkpoint keeps them."""
    store, folder = store_of(lake, Format.DELTA, tmp_path, KEEP_HOURS), tmp_path / "people"
    kept = {"delta.deletedFileRetentionDuration": "interval 30 days"}
    DeltaTable(folder).alter.set_table_properties(kept)
    list(store.execute(step(), {}, None))
    entry = folder / "_delta_log" / f"{DeltaTable(folder).version():020}.json"
    lines = [json.loads(line) for line in entry.read_text().splitlines()]
    for told in (one["remove"] for one in lines if "remove" in one):
        told["stats"] = json.dumps({"numRecords": 2, "minValues": {"mail": GONE}})
    entry.write_text("\n".join(map(json.dumps, lines)))
    first = store.purge(["people"]).again
    assert first is not None
    aged(folder, hours=KEEP_HOURS + 1)
    gone_by = first.gone_by - timedelta(hours=KEEP_HOURS + 1)
    erased = store.purge(["people"], gone_by)
    assert holders(folder / "_delta_log", GONE) == {".parquet"}
    assert (erased.grade, erased.again is None) == (Grade.DELETED, False)
    assert "tells values of files that were taken out" in str(erased.still)
    aged(folder, hours=24 * 30)
    erased = store.purge(["people"], gone_by - timedelta(days=30))
    assert (erased.grade, erased.again) == (Grade.OUT_OF_SNAPSHOTS, None)
    assert holders(folder, GONE) == set()


def test_a_version_that_is_kept_longer_than_its_table_would_stays_readable(
    lake: Lake, tmp_path: Path
) -> None:
    """The engine's own checkpoints forget after a week what was taken out."""
    month = 24 * 30
    store, folder = store_of(lake, Format.DELTA, tmp_path, month), tmp_path / "people"
    aged(folder, hours=month + 24)
    before = DeltaTable(folder).version()
    list(store.execute(step(), {}, None))
    first = store.purge(["people"]).again
    assert first is not None
    nameless = folder / "part-forgotten.parquet"
    pq.write_table(pa.table({"mail": [GONE]}), nameless)  # type: ignore[no-untyped-call]
    os.utime(nameless, (0, 0))
    aged(folder, hours=24 * 10)
    DeltaTable(folder).create_checkpoint()
    gone_by = first.gone_by - timedelta(days=10)
    assert store.purge(["people"], gone_by).grade is Grade.DELETED
    old = DeltaTable(folder, version=before).to_pyarrow_table().to_pylist()
    assert GONE in {row["mail"] for row in old}
    assert not nameless.exists()
    aged(folder, hours=24 * 21)
    erased = store.purge(["people"], gone_by - timedelta(days=21))
    assert (erased.grade, erased.again) == (Grade.OUT_OF_SNAPSHOTS, None)
    assert holders(folder, GONE) == set()


def test_older_versions_that_are_kept_are_said_to_be(lake: Lake, tmp_path: Path) -> None:
    store = store_of(lake, Format.DELTA, tmp_path, keep_hours=24)
    outcome = run(plan(step()), {"lake": store}, {}, MemoryJournal(), bound=Bound())
    assert outcome.verified
    erased = outcome.erased["lake"]
    assert erased.grade is Grade.DELETED
    assert "kept for 24 hours" in str(erased.still)
    assert holders(tmp_path, GONE), "the older version has it"


def test_where_iceberg_cannot_expire_snapshots_it_is_said(lake: Lake, tmp_path: Path) -> None:
    store = store_of(lake, Format.ICEBERG, tmp_path)
    outcome = run(plan(step()), {"lake": store}, {}, MemoryJournal(), bound=Bound())
    assert outcome.verified
    erased = outcome.erased["lake"]
    assert erased.grade is Grade.DELETED
    assert "older snapshots" in str(erased.still)
    assert holders(tmp_path, GONE), "the older snapshot has it"


# -- address -------------------------------------------------------------------------------------


def test_a_token_comes_from_a_file_and_is_quoted(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("p@ss/w;x\n")
    told = {"token_file": "token", "tables": {"people": {"name": "main.crm.people"}}}
    address = Address(url="sc://spark:443/;use_ssl=true", home=tmp_path, settings=told)
    store = connect(MAPPED, address)
    assert store.lake.url == "sc://spark:443/;use_ssl=true;token=p%40ss%2Fw%3Bx"
    assert "p%40ss" not in repr(store.lake)
    assert store.tables["people"].address == "`main`.`crm`.`people`"


@pytest.mark.parametrize(
    "told",
    [
        {"tables": {"people": {"path": "/x"}}},
        {"tables": {"people": {"path": "/x", "format": "parquet"}}},
        {"tables": {"people": {"path": "/x", "name": "y"}}},
        {"tables": {"nobody": {"name": "y"}}},
        {"tables": {"people": "y"}},
        {"keep_hours": -1},
        {"token_env": "DOELBINDING_NO_SUCH_TOKEN"},
        {"token_file": "no/such/token"},
    ],
)
def test_an_address_that_cannot_be_used_is_refused(told: dict[str, object], tmp_path: Path) -> None:
    with pytest.raises(CannotConnect):
        connect(MAPPED, Address(url="sc://spark", home=tmp_path, settings=told))


def test_a_working_folder_connects_a_store_by_the_scheme_of_its_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = {"url": "sc://spark:15002", "tables": {"people": {"name": "crm.people"}}}
    store = Workspace(home=tmp_path, settings={"stores": {"lake": told}})._store(MAPPED)
    assert isinstance(store, LakehouseStore)
    assert store.lake.url == "sc://spark:15002"
    monkeypatch.setenv("DOELBINDING_STORE_LAKE_URL", "sc://other:15002")
    store = Workspace(home=tmp_path, settings={})._store(MAPPED)
    assert isinstance(store, LakehouseStore)
    assert store.lake.url == "sc://other:15002"
    with pytest.raises(NotConfigured, match="keep_hours"):
        Workspace(home=tmp_path, settings={"stores": {"lake": {"keep_hours": "x"}}})._store(MAPPED)
