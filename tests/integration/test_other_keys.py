"""Records that machines share are used with the keys they were begun with, or not at all."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.integration.forked import run
from tests.integration.mill import ANNA, DAY, build

ERASE = ("subject", "erase", *ANNA, "--yes", "--at", DAY)


@pytest.fixture
def first(tmp_path: Path) -> Path:
    """A folder that began records which others may share."""
    folder = build(tmp_path / "first")
    assert run("plan", "--at", DAY, folder=folder, **records(tmp_path)).returncode == 0
    return folder


def records(folder: Path) -> dict[str, str]:
    return {"DOELBINDING_DATABASE_URL": f"sqlite:///{folder / 'shared.sqlite3'}"}


def held(folder: Path) -> int:
    with sa.create_engine(records(folder)["DOELBINDING_DATABASE_URL"]).connect() as connection:
        return connection.scalar(sa.text("SELECT count(*) FROM records_evidenceentry")) or 0


@pytest.mark.parametrize("missing", ["evidence.pem", "records.key"])
def test_no_key_is_made_anew_for_records_that_have_one(
    first: Path, tmp_path: Path, missing: str
) -> None:
    second = build(tmp_path / "second")
    keys = second / ".doelbinding" / "keys"
    shutil.copytree(first / ".doelbinding" / "keys", keys)
    (keys / missing).unlink()
    before = held(tmp_path)
    done = run(*ERASE, folder=second, **records(tmp_path))
    assert done.returncode == 2
    assert f"it has no {missing}. Copy that folder" in done.stderr
    assert not (keys / missing).exists()
    assert held(tmp_path) == before
    shutil.copy(first / ".doelbinding" / "keys" / missing, keys)
    assert run(*ERASE, folder=second, **records(tmp_path)).returncode == 0


def test_nothing_is_erased_with_keys_of_other_records(first: Path, tmp_path: Path) -> None:
    assert run(*ERASE, folder=first, **records(tmp_path)).returncode == 0
    second = build(tmp_path / "second")
    assert run("plan", "--at", DAY, folder=second).returncode == 0  # makes keys of its own
    before = held(tmp_path)
    done = run(*ERASE, folder=second, **records(tmp_path))
    assert done.returncode == 2
    assert "the records were begun with other keys than" in done.stderr
    assert held(tmp_path) == before


def test_a_policy_of_another_name_does_not_go_on_with_a_log(first: Path, tmp_path: Path) -> None:
    assert run(*ERASE, folder=first, **records(tmp_path)).returncode == 0
    policy = next(
        one for one in (first / "policy").rglob("*.yaml") if "id: mill\n" in one.read_text()
    )
    policy.write_text(policy.read_text().replace("id: mill\n", "id: tower\n", 1))
    done = run("plan", "--at", DAY, folder=first, **records(tmp_path))
    assert done.returncode == 2
    assert "the log in the records is 'mill.doelbinding'" in done.stderr
