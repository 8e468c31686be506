"""The log notices its own rollback against a checkpoint kept outside (DESIGN §4)."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.integration.forked import run
from tests.integration.mill import ANNA, DAY, build

HOLD = ("subject", "hold", *ANNA, "--reason", "a claim", "--review", "2027-05-23")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A folder with a history of checkpoints outside, and an older copy of its records."""
    folder = build(tmp_path_factory.mktemp("rollback") / "mill")
    outside = folder.parent / "outside" / "checkpoints.txt"
    configuration = folder / "doelbinding.toml"
    told = f'[evidence]\ncheckpoints = "{outside}"\n'
    configuration.write_text(configuration.read_text() + told)
    does(folder, *HOLD)
    older = folder.parent / "older"
    shutil.copytree(folder / ".doelbinding", older)
    does(folder, *HOLD)
    does(folder, "subject", "erase", *ANNA, "--yes", "--at", DAY)
    return folder, older


@pytest.fixture
def rolled_back(made: tuple[Path, Path], tmp_path: Path) -> Path:
    """A copy of the folder whose records, checkpoint and all, are those of before."""
    folder, older = made
    shutil.copytree(folder.parent, tmp_path / "all")
    here = tmp_path / "all" / "mill"
    shutil.rmtree(here / ".doelbinding")
    shutil.copytree(older, here / ".doelbinding")
    configuration = here / "doelbinding.toml"
    configuration.write_text(
        configuration.read_text().replace(str(folder.parent), str(tmp_path / "all"))
    )
    return here


def does(folder: Path, *command: str) -> str:
    done = run(*command, folder=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_records_older_than_a_checkpoint_outside_are_refused(rolled_back: Path) -> None:
    for command in (HOLD, ("plan",), ("prove",), ("recover",)):
        done = run(*command, folder=rolled_back)
        assert done.returncode == 2
        assert "the records are older than a checkpoint of their log" in done.stderr
        assert "See that DOELBINDING_DATABASE_URL names the records that are meant" in done.stderr
        assert "Traceback" not in done.stderr


def test_records_that_are_lost_are_noticed_beside_the_records_too(rolled_back: Path) -> None:
    for left in (rolled_back / ".doelbinding").glob("records.sqlite3*"):
        left.unlink()
    done = run("plan", folder=rolled_back, DOELBINDING_CHECKPOINTS=str(rolled_back / "none"))
    assert done.returncode == 2
    assert "1 entries were signed and 0 are here" in done.stderr


def test_records_that_were_rolled_back_and_went_on_are_noticed(
    rolled_back: Path, tmp_path: Path
) -> None:
    """As many entries as were signed, but others."""
    elsewhere = {"DOELBINDING_CHECKPOINTS": str(tmp_path / "elsewhere.txt")}
    for _ in range(20):
        assert run(*HOLD, folder=rolled_back, **elsewhere).returncode == 0
    done = run("plan", folder=rolled_back)
    assert done.returncode == 2
    assert "does not begin with the" in done.stderr


def test_going_on_with_older_records_is_said_in_evidence_and_overwrites_nothing(
    rolled_back: Path,
) -> None:
    outside = rolled_back.parent / "outside"
    history = (outside / "checkpoints.txt").read_text()
    assert "were signed and 1 are held" in does(rolled_back, "recover", "--yes")
    assert history in [kept.read_text() for kept in outside.iterdir()]
    does(rolled_back, "plan", "--at", DAY)
    does(rolled_back, "prove")
    bundle = rolled_back / "evidence.zip"
    assert "verified" in does(rolled_back, "verify", str(bundle))
    earlier = next(kept for kept in outside.iterdir() if kept.read_text() == history)
    assert run("verify", str(bundle), "--earlier", str(earlier)).returncode == 1


def test_a_history_of_checkpoints_is_only_added_to(made: tuple[Path, Path]) -> None:
    history = (made[0].parent / "outside" / "checkpoints.txt").read_text()
    does(made[0], *HOLD)
    later = (made[0].parent / "outside" / "checkpoints.txt").read_text()
    assert later.startswith(history)
    assert later != history


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ("data = replace(data, 'T', 'U')", "entry 1 is not what was signed"),
        ("data = replace(data, 'T', 'U'), hash = zeroblob(32)", "is not what was signed"),
        ('"index" = 1000', "entries were written and"),
    ],
    ids=["changed", "changed with its hash", "moved"],
)
def test_nothing_is_said_on_the_ground_of_entries_that_were_changed(
    made: tuple[Path, Path], tmp_path: Path, changed: str, said: str
) -> None:
    folder = shutil.copytree(made[0], tmp_path / "mill")
    does(folder, "promises")
    with closing(sqlite3.connect(folder / ".doelbinding" / "records.sqlite3")) as records:
        records.execute(f'UPDATE records_evidenceentry SET {changed} WHERE "index" = 1')  # noqa: S608
        records.commit()
    for command in ("promises", "prove"):
        done = run(command, folder=folder)
        assert done.returncode == 2
        assert said in done.stderr
        assert "Traceback" not in done.stderr
