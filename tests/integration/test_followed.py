"""What only a run's own rows had kept goes in the same night, and in a plan of its own."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from sqlite3 import connect

from tests.integration import talks
from tests.integration.forked import forked
from tests.integration.mill import GUEST_HOUSE, POLICY, World, build
from tests.integration.restorable import entries
from tests.integration.test_kill import killed

TALKS = (
    GUEST_HOUSE
    + """\
        columns:
          - {name: id, type: integer}
          - {name: name, category: name}
          - {name: seen, type: date-text}
        events: {contact.last: {column: seen}}
        bindings: [{activity: customers, columns: ['*']}]
"""
    + talks.TALK
    + """\
          - {activity: customers, columns: ['*']}
"""
    + talks.MEMBER
)
NIGHT = ("nightly", "--approve-up-to")


def _folder(tmp_path: Path, *more: str) -> Path:
    """Give a talk of a guest who comes and one who went, whose part in it is newer, and his own."""
    today = datetime.now(UTC).date().isoformat()
    tables = (
        "CREATE TABLE guest (id INTEGER PRIMARY KEY, name TEXT, seen TEXT)",
        *talks.TABLES,
        f"INSERT INTO guest VALUES (1, 'Ann', '{today}'), (2, NULL, '2010-01-01')",  # noqa: S608
        "INSERT INTO talk VALUES (1, 'tea', 'x'), (2, 'jam', 'y')",
        "INSERT INTO member VALUES (1, 1, 1, 'a', '2010-01-01')",
        f"INSERT INTO member VALUES (2, 1, 2, 'b', '{today}'), (3, 2, 2, 'c', '{today}')",  # noqa: S608
        *more,
    )
    world = World(policy={"policy": POLICY, "house": TALKS}, tables={"house": tables})
    return build(tmp_path / "mill", world=world)


def _held(folder: Path) -> list[tuple[object, ...]]:
    with closing(connect(folder / "stores" / "house.sqlite")) as house:
        return house.execute("SELECT about, notes FROM talk").fetchall()


def test_what_a_run_left_is_planned_anew_at_once(tmp_path: Path) -> None:
    folder = _folder(tmp_path)
    done = forked(folder, *NIGHT, "3")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "house.talk: 1 row left, for which a next plan was made at once" in done.stdout
    assert "NOT VERIFIED" not in done.stdout
    assert _held(folder) == [(None, "-"), (None, "-")]
    assert [one["rows"] for one in entries(folder, "run.verified")] == [1]
    assert "nothing is there that nothing justifies" in forked(folder, *NIGHT, "3").stdout


def test_what_an_interrupted_night_left_is_planned_anew_too(tmp_path: Path) -> None:
    folder = _folder(tmp_path)
    killed(folder, ("doelbinding.plan.run", "Outcome", "__init__", "1", "before"), *NIGHT, "3")
    done = forked(folder, *NIGHT, "3")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "house.talk: 1 row left, for which a next plan was made at once" in done.stdout
    assert "NOT VERIFIED" not in done.stdout
    assert _held(folder) == [(None, "-"), (None, "-")]


def test_no_more_goes_so_than_may_without_a_human(tmp_path: Path) -> None:
    folder = _folder(tmp_path)
    done = forked(folder, *NIGHT, "2")
    assert (done.returncode, "NOT VERIFIED: house.talk: 1 row left" in done.stdout) == (1, True)
    assert _held(folder) == [("tea", "x"), (None, "-")]
    assert forked(folder, *NIGHT, "2").returncode == 0


def test_what_something_puts_back_is_planned_anew_once(tmp_path: Path) -> None:
    folder = _folder(
        tmp_path,
        "CREATE TRIGGER back AFTER UPDATE OF about ON talk WHEN new.about IS NULL BEGIN "
        "UPDATE talk SET about = old.about WHERE id = old.id; END",
    )
    done = forked(folder, *NIGHT, "99")
    assert done.returncode == 1
    assert done.stdout.count("house.talk: 2 rows left, for which a next plan was made") == 1
    assert done.stdout.count("NOT VERIFIED: house.talk: 2 rows left") == 1
    assert len(entries(folder, "run.started")) == 2
