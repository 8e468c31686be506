"""What commands say when they cannot do what was asked: where, and what to write instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.forked import run
from tests.integration.guests import KEY, WORLD, with_files
from tests.integration.mill import DAY, build


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("said") / "guests", world=WORLD)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (
            "house.photo",
            "house.photo is a dataset: name a column of it too, such as house.photo.id",
        ),
        ("house", "'house' names no value: write STORE.DATASET.COLUMN"),
        ("house.photo.fil", "house.photo has no column 'fil'; it has: id, guest_id, file, taken"),
        ("house.phot.file", "there is no dataset 'house.phot'; the policy has: house.guest"),
    ],
)
def test_a_value_named_wrongly_is_told_how_to_be_named(folder: Path, value: str, told: str) -> None:
    done = run("why", value, "1", folder=folder)
    assert done.returncode == 2
    assert told in done.stderr


def test_what_stands_in_brackets_is_printed(folder: Path) -> None:
    assert run("keys", "make", KEY, folder=folder).returncode == 0
    printed = run("plan", "--at", DAY, folder=folder).stdout
    assert "add [files.photos] with `folder` to doelbinding.toml" in printed
    with_files(folder)
    assert "[files." not in run("plan", "--at", DAY, folder=folder).stdout


def test_a_folder_for_a_bundle_is_said(folder: Path) -> None:
    done = run("verify", str(folder), folder=folder)
    assert done.returncode == 2
    assert done.stderr == f"error: {folder}: Is a directory\n"
