"""Kills a command before each statement that writes, each commit, each file, and runs it again.

Between two of these nothing on disk changes, so death before a statement that only reads is death
before the next that writes.

Run as a program in a process of its own: it imports everything once, and forks for each run, so
that a thousand deaths take minutes. A forked process dies by `os._exit`, which runs nothing more:
neither rollback nor `finally`; what the databases then hold is what kill -9 leaves.

    python -m tests.integration.boundaries FOLDER READY NUMBERS COMMAND…

FOLDER is made anew from READY before each run, always at the same place, since the records are
opened by place. NUMBERS are the boundaries to die at: `1,5,9`, or `0/2` for every second one.
Prints a line of JSON for each death: what the folder holds after the command was run again.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import sqlite3
import sys
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import closing, redirect_stdout
from functools import lru_cache
from pathlib import Path
from typing import Any

KILLED = 137
READS = ("SELECT", "PRAGMA", "EXPLAIN", "SHOW", "SET ", "BEGIN", "SAVEPOINT", "RELEASE")
_VARYING = ("case", "person", "plan", "run", "by", "hold", "owner", "informed")


def writes(statement: str) -> bool:
    """Tell whether a statement changes anything on disk."""
    return not statement.lstrip().upper().startswith(READS)


class Boundaries:
    """Counts boundaries, and dies at one of them."""

    def __init__(self, deadly: int | None) -> None:
        self.deadly = deadly
        self.passed = 0

    def statement(self, statement: str) -> None:
        """Pass a boundary if the statement writes."""
        if writes(statement):
            self.reach()

    def reach(self, *_given: Any, **_named: Any) -> None:
        """Pass a boundary, or die there."""
        self.passed += 1
        if self.passed == self.deadly:
            os._exit(KILLED)


def watch(boundaries: Boundaries) -> None:
    """Reach a boundary before each statement and commit of records and stores, and each file."""
    import sqlalchemy as sa
    from django.db import connection
    from django.db.backends.base.base import BaseDatabaseWrapper

    def execute(run: Callable[..., Any], statement: str, *given: Any) -> Any:
        boundaries.statement(statement)
        return run(statement, *given)

    def before(connection: Any, _cursor: Any, statement: str, *_given: Any) -> None:
        connection.info["wrote"] = connection.info.get("wrote") or writes(statement)
        boundaries.statement(statement)

    def committing(connection: Any) -> None:
        if connection.info.pop("wrote", False):
            boundaries.reach()

    connection.execute_wrappers.append(execute)
    _before(BaseDatabaseWrapper, "_commit", boundaries)
    sa.event.listen(sa.Engine, "before_cursor_execute", before)
    sa.event.listen(sa.Engine, "commit", committing)
    for name in ("write_bytes", "write_text", "replace", "unlink"):
        _before(Path, name, boundaries)


def _before(kind: type, name: str, boundaries: Boundaries) -> None:
    real = getattr(kind, name)

    def reached(*given: Any, **named: Any) -> Any:
        boundaries.reach()
        return real(*given, **named)

    setattr(kind, name, reached)


def forked(folder: Path, command: list[str], deadly: int | None) -> tuple[int, int]:
    """Run a command in a fork; give its exit status and how many boundaries it passed."""
    told, tell = os.pipe()
    child = os.fork()
    if not child:
        os.close(told)
        status = 1
        try:
            status = _run(folder, command, deadly, tell)
        finally:  # a failure is said in the log beside the folder; nothing goes on from here
            if sys.exc_info()[0] is not None:
                traceback.print_exc()
                sys.stderr.flush()
            os._exit(status)
    os.close(tell)
    with os.fdopen(told) as passed:
        count = passed.read()
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), int(count or 0)


def _run(folder: Path, command: list[str], deadly: int | None, tell: int) -> int:
    from doelbinding.cli.app import app
    from doelbinding.cli.errors import said
    from doelbinding.cli.reading import opened

    log = os.open(folder.with_suffix(".log"), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    opened(folder)
    boundaries = Boundaries(deadly)
    watch(boundaries)
    try:
        status = int(app(["-C", str(folder), *command], standalone_mode=False) or 0)
    except Exception as error:
        message = said(error)
        if message is None:
            raise
        os.write(2, f"error: {message}\n".encode())
        status = 2
    finally:
        sys.stdout.flush()
        os.write(tell, str(boundaries.passed).encode())
    return status


def restore(folder: Path, ready: Path) -> None:
    """Make the folder anew."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ready, folder)


def state(folder: Path) -> dict[str, Any]:
    """Give what a folder holds: rows, what evidence says, how large the ledger is, letters."""
    return {
        "rows": _rows(folder),
        "facts": _facts(folder),
        "ledger": _ask(folder, "SELECT store, dataset, count(*) FROM records_ledgerentry "
                               "GROUP BY store, dataset ORDER BY store, dataset"),
        "open": _ask(folder, "SELECT count(*) FROM records_request WHERE answered_at IS NULL"),
        "sealed": _ask(folder, "SELECT count(*) FROM records_steprun "
                               "WHERE keys_sealed IS NOT NULL"),
        "files": sorted(path.name for path in (folder / "answers").glob("*/*")),
    }  # fmt: skip


def done(folder: Path) -> bool:
    """Tell whether the records say that a run was verified or a case answered."""
    if not _migrated(folder):
        return False
    verified = _ask(folder, "SELECT count(*) FROM records_run WHERE state = 'verified'")
    return bool(verified[0][0]) or answered(folder)


def answered(folder: Path) -> bool:
    """Tell whether the case was answered already, so that the same request would be a new one."""
    asked = "SELECT count(*), count(answered_at) FROM records_request"
    ((count, closed),) = _ask(folder, asked) if _migrated(folder) else ((0, 0),)
    return bool(count) and count == closed


def _migrated(folder: Path) -> bool:
    asked = "SELECT count(*) FROM sqlite_master WHERE name = 'records_request'"
    return bool(_ask(folder, asked)[0][0])


def _rows(folder: Path) -> dict[str, str]:
    found = {}
    for file in sorted((folder / "stores").glob("*.sqlite")):
        with closing(sqlite3.connect(file)) as store:
            tables = store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            for (name,) in tables.fetchall():
                rows = sorted(store.execute(f"SELECT * FROM {name}").fetchall(), key=repr)  # noqa: S608
                found[f"{file.stem}.{name}"] = hashlib.sha256(repr(rows).encode()).hexdigest()
    return found


def _ask(folder: Path, question: str) -> list[Any]:
    with closing(sqlite3.connect(folder / ".doelbinding" / "records.sqlite3")) as records:
        return [list(row) for row in records.execute(question)]


def _facts(folder: Path) -> list[tuple[str, int]]:
    """Give each fact that evidence states and how often, without what differs from run to run."""
    asked = 'SELECT data FROM records_evidenceentry ORDER BY "index"'
    said: Counter[str] = Counter()
    for (data,) in _ask(folder, asked):
        entry = json.loads(data)
        told = {k: v for k, v in entry["data"].items() if k not in _VARYING}
        said[json.dumps([entry["kind"], told], sort_keys=True)] += 1
    return sorted(said.items())


def main() -> None:
    """Die at each boundary asked for, run again, and print what the folder holds then."""
    folder, ready, numbers, *command = sys.argv[1:]
    place, made = Path(folder).resolve(), Path(ready).resolve()
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    restore(place, made)
    warm(place, command)
    restore(place, made)
    status, count = forked(place, command, None)
    tell({"boundary": 0, "status": status, "count": count, **state(place)})
    part, slash, parts = numbers.partition("/")
    every = [n for n in range(1, count + 1) if n % int(parts) == int(part)] if slash else None
    whole = state(place)
    for number in every or map(int, numbers.split(",")):
        restore(place, made)
        died, _ = forked(place, command, number)
        early = done(place) and _rows(place) != whole["rows"]
        again = 0 if answered(place) else forked(place, command, None)[0]
        told = {"boundary": number, "died": died, "early": early, "status": again}
        tell({**told, **state(place)})


def tell(line: dict[str, Any]) -> None:
    """Print a line of JSON at once."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def warm(folder: Path, command: list[str]) -> None:
    """Run once without dying, so that forks start with all that is imported, read and compiled."""
    import django

    os.environ["DOELBINDING_HOME"] = str(folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "doelbinding.records.settings"
    django.setup()
    from django.db import connections

    from doelbinding import wiring
    from doelbinding.records import opening

    wiring.load_with_places = lru_cache(wiring.load_with_places)  # type: ignore[assignment]
    made, make = [], wiring.make_engine

    @lru_cache
    def keep(url: Any) -> Any:
        made.append(make(url))
        return made[-1]

    wiring.make_engine = keep
    with Path(os.devnull).open("w") as nothing, redirect_stdout(nothing):
        from doelbinding.cli.app import app

        app(["-C", str(folder), *command], standalone_mode=False)
    connections.close_all()
    for engine in made:
        engine.dispose()
    opening._migrate = lambda: None


if __name__ == "__main__":
    main()
