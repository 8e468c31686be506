"""What a run deleted and could not purge is purged by a later night, and evidence says so."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.integration.forked import forked, planned
from tests.integration.mill import build
from tests.integration.restorable import entries

NIGHT = ("nightly", "--approve-up-to", "100")
GONE = b"Ada Gone"
NOTHING = "of what runs deleted, no store has anything that a purge takes further"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give the mill, with a reader who goes tonight and whose name is like no other."""
    made = build(tmp_path / "mill")
    with closing(sqlite3.connect(made / "stores" / "mail.sqlite")) as mail, mail:
        mail.execute("PRAGMA journal_mode = WAL")
        name = GONE.decode()
        mail.execute("INSERT INTO reader VALUES (90, ?, NULL, 0, '2020-01-01')", [name])
    return made


def held(folder: Path) -> bool:
    """Tell whether the name is in any byte of the store's files."""
    return any(GONE in path.read_bytes() for path in folder.glob("stores/mail.sqlite*"))


def said(folder: Path, *command: str, status: int = 0) -> str:
    done = forked(folder, *command)
    assert done.returncode == status, done.stderr
    return done.stdout


def test_what_a_reader_stood_in_the_way_of_goes_the_next_night(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "stores" / "mail.sqlite")) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM reader").fetchone()
        told = said(folder, *NIGHT)
        assert "mail: deleted; not vacuumed: somebody reads the database" in told
        assert "(`nightly` or `purge` takes it further)" in told
        assert "mail: to be purged again from" in said(folder, "purge")
        assert held(folder)
        assert entries(folder, "store.purged") == []
    told = said(folder, *NIGHT)
    assert "mail: what 1 earlier run deleted is vacuumed" in told
    assert "nothing is there that nothing justifies" in told
    assert not held(folder)
    (run,) = (one for one in entries(folder, "run.verified") if one["stores"] == ["mail"])
    (entry,) = entries(folder, "store.purged")
    assert entry == {"store": "mail", "grade": "vacuumed", "runs": [run["run"]]}
    assert said(folder, "purge") == f"{NOTHING}\n"


def test_what_a_run_deleted_that_was_not_verified_is_purged_later(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "stores" / "mail.sqlite")) as mail, mail:
        mail.execute(
            "CREATE TRIGGER back AFTER DELETE ON reader WHEN old.id <> 90 BEGIN "
            "INSERT INTO reader VALUES (old.id, old.name, old.email, old.active, old.since); END"
        )
    assert "NOT VERIFIED: mail.reader" in said(folder, *NIGHT, status=1)
    assert held(folder)
    assert "mail: what 2 earlier runs deleted is vacuumed" in said(folder, "purge")
    assert not held(folder)


def test_applying_a_plan_again_leaves_it_to_a_later_purge_to_say_how_far_gone_it_is(
    folder: Path,
) -> None:
    with closing(sqlite3.connect(folder / "stores" / "mail.sqlite")) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM reader").fetchone()
        plan = planned(folder)
        said(folder, "apply", plan, "--approve", plan)
    said(folder, "apply", plan, "--approve", plan)
    assert not held(folder)
    assert "mail: what 1 earlier run deleted is vacuumed" in said(folder, "purge")
    (entry,) = entries(folder, "store.purged")
    assert (entry["store"], entry["grade"]) == ("mail", "vacuumed")


@pytest.mark.parametrize(
    ("store", "datasets", "unknown"),
    [("mail", ["letter", "reader"], "letter"), ("post", ["reader"], "reader")],
)
def test_of_what_the_policy_has_no_more_nothing_is_said_to_be_purged(
    store: str, datasets: list[str], unknown: str, folder: Path
) -> None:
    with closing(sqlite3.connect(folder / "stores" / "mail.sqlite")) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM reader").fetchone()
        said(folder, *NIGHT)
    with closing(sqlite3.connect(folder / ".doelbinding" / "records.sqlite3")) as records, records:
        changed = [store, json.dumps(datasets)]
        records.execute("UPDATE records_remains SET store = ?, datasets = ?", changed)
    told = (
        f"{store}: what 1 earlier run deleted is deleted; not known of {unknown}, which the policy"
    )
    assert told in said(folder, "purge")
    (entry,) = entries(folder, "store.purged")
    assert (entry["store"], entry["grade"]) == (store, "deleted")
    assert said(folder, "purge") == f"{NOTHING}\n"


def test_what_was_deleted_before_remains_were_kept_is_purged_once(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "stores" / "mail.sqlite")) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM reader").fetchone()
        said(folder, *NIGHT)
    with closing(sqlite3.connect(folder / ".doelbinding" / "records.sqlite3")) as records, records:
        records.execute("DELETE FROM records_remains")
        records.execute("DELETE FROM django_migrations WHERE name LIKE '0009_remains%'")
    told = said(folder, "purge")
    assert told == f"mail: what 1 earlier run deleted is vacuumed\n{NOTHING}\n"
    assert not held(folder)
    assert said(folder, "purge") == f"{NOTHING}\n"


def test_a_night_that_may_not_change_so_many_rows_purges_all_the_same(folder: Path) -> None:
    mail = folder / "stores" / "mail.sqlite"
    with closing(sqlite3.connect(mail)) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM reader").fetchone()
        said(folder, *NIGHT)
    with closing(sqlite3.connect(mail)) as reader, reader:
        reader.execute("INSERT INTO reader VALUES (91, 'Bo Late', NULL, 0, '2020-01-01')")
    told = said(folder, "nightly", "--approve-up-to", "0", status=2)
    assert "mail: what 1 earlier run deleted is vacuumed" in told
    assert not held(folder)
