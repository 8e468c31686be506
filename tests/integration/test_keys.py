"""Keys for pseudonyms: outside the policy, made once, destroyed with evidence (GDPR recital 26)."""

from __future__ import annotations

import shutil
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from doelbinding.cli.demo import prepare
from doelbinding.plan.transform import NoKey
from doelbinding.records.pseudonym_keys import KeyRefused, PseudonymKeys
from tests.integration.forked import run

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DECLARED = """\
pseudonym_keys:
  - {id: visits, label: {nl: Bezoeken, en: Visits, fr: Visites}, destroy_by: 2090-01-01}
"""


@pytest.fixture
def keys(tmp_path: Path) -> PseudonymKeys:
    return PseudonymKeys(folder=tmp_path / "pseudonyms")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys") / "demo"
    prepare(folder, people=5, seed=3, postgresql=False, at=date(2026, 11, 23))
    (folder / "policy" / "keys.yaml").write_text(DECLARED, encoding="utf-8")
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "demo")
    return tmp_path / "demo"


def test_a_key_is_made_once_and_read_by_its_owner_only(keys: PseudonymKeys) -> None:
    keys.make("visits")
    assert len(keys.material("visits")) == 32
    path = keys.folder / "visits.key"
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(KeyRefused, match="never overwritten"):
        keys.make("visits")
    path.chmod(0o644)
    with pytest.raises(KeyRefused, match="chmod 600"):
        keys.material("visits")


def test_a_destroyed_key_is_gone_and_its_name_is_never_used_again(keys: PseudonymKeys) -> None:
    keys.make("visits")
    assert keys.destroy("visits", NOW) == NOW
    assert not (keys.folder / "visits.key").exists()
    with pytest.raises(NoKey):
        keys.material("visits")
    with pytest.raises(KeyRefused, match="new name"):
        keys.make("visits")
    assert keys.destroy("visits", NOW.replace(year=2030)) == NOW


def test_a_destruction_that_died_halfway_is_finished(keys: PseudonymKeys) -> None:
    keys.make("visits")
    held = (keys.folder / "visits.key").read_bytes()
    keys.destroy("visits", NOW)
    (keys.folder / "visits.key").write_bytes(held)  # as a death before the removal leaves it
    keys.destroy("visits", NOW)
    assert not keys.exists("visits")


def test_a_destroyed_key_that_comes_back_is_not_used(keys: PseudonymKeys, folder: Path) -> None:
    keys.make("visits")
    held = (keys.folder / "visits.key").read_bytes()
    keys.destroy("visits", NOW)
    (keys.folder / "visits.key").write_bytes(held)  # as a restored folder brings it
    (keys.folder / "visits.key").chmod(0o600)
    with pytest.raises(NoKey, match="its file is there again: destroy it again"):
        keys.material("visits")
    kept = folder / ".doelbinding" / "keys" / "pseudonyms"
    assert run("keys", "make", "visits", folder=folder).returncode == 0
    held = (kept / "visits.key").read_bytes()
    assert run("keys", "destroy", "visits", "--yes", folder=folder).returncode == 0
    (kept / "visits.key").write_bytes(held)
    told = " ".join(run("keys", "list", folder=folder).stdout.split())
    assert "its file is there again" in told
    assert "has ended" not in told
    assert run("keys", "destroy", "visits", "--yes", folder=folder).returncode == 0
    assert "has ended" in run("keys", "list", folder=folder).stdout


def test_what_never_was_a_key_is_not_destroyed(keys: PseudonymKeys) -> None:
    with pytest.raises(NoKey):
        keys.destroy("visits", NOW)


def test_commands_say_that_a_pseudonym_is_personal_data_until_its_key_is_gone(
    folder: Path,
) -> None:
    assert run("keys", "make", "other", folder=folder).returncode == 2
    done = run("keys", "make", "visits", folder=folder)
    assert "is personal data until it is destroyed" in done.stdout
    assert "personal data" in run("keys", "list", folder=folder).stdout
    asked = run("keys", "destroy", "visits", folder=folder)
    assert asked.returncode == 2
    assert "--yes" in asked.stderr
    for _ in range(2):
        assert run("keys", "destroy", "visits", "--yes", folder=folder).returncode == 0
    assert "has ended" in run("keys", "list", folder=folder).stdout
    assert run("prove", folder=folder).returncode == 0
    entries = _entries(folder)
    assert sum('"key.destroyed"' in entry for entry in entries) == 1


def _entries(folder: Path) -> list[str]:
    (bundle,) = folder.rglob("*.zip")
    with zipfile.ZipFile(bundle) as archive:
        return archive.read("entries.jsonl").decode().splitlines()
