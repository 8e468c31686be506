"""Kills a command at each boundary, or disturbs it otherwise, and runs it again.

Run as a program in a process of its own: it imports everything once, and forks for each run, so
that a thousand deaths take minutes. Prints a line of JSON for the run that nothing disturbed, and
for each death what is held after the command was run again.

    python -m tests.integration.boundaries FOLDER READY [--part 0/2] … -- COMMAND…

With `--cut` its connections to PostgreSQL are cut instead, at each statement: before the server
gets it, or after it has carried it out. With `--full` a table has no room for more rows.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from tests.integration.cutting import Proxy
from tests.integration.dying import Boundaries, watch_driver, watch_files, watch_frameworks
from tests.integration.filling import Full, no_file_beyond, postmaster
from tests.integration.places import OnPostgreSQL, Place, made_from

BROKEN = 70
"""How a process ends that met an exception that nobody expected (EX_SOFTWARE)."""


@dataclass(frozen=True, kw_only=True)
class Killing:
    """A command, where it runs, and how it is watched."""

    place: Place
    command: Sequence[str]
    on_postgresql: bool

    def forked(self, deadly: int | None) -> tuple[int, dict[str, Any]]:
        """Run the command in a fork; give its exit status and what it told, if it lived."""
        told, tell = os.pipe()
        child = os.fork()
        if not child:
            os.close(told)
            status = BROKEN
            try:
                status = self._run(deadly, tell)
            finally:  # a failure is said in the log beside the folder; nothing goes on from here
                if sys.exc_info()[0] is not None:
                    traceback.print_exc()
                    sys.stderr.flush()
                os._exit(status)
        os.close(tell)
        with os.fdopen(told) as heard:
            said = heard.read()
        _, status = os.waitpid(child, 0)
        self.place.settle()
        return os.waitstatus_to_exitcode(status), json.loads(said or "{}")

    def _run(self, deadly: int | None, tell: int) -> int:
        from doelbinding.cli.app import app
        from doelbinding.cli.errors import said
        from doelbinding.cli.reading import opened

        folder = self.place.folder
        log = os.open(folder.with_suffix(".log"), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(log, 1)
        os.dup2(log, 2)
        boundaries = Boundaries(deadly)
        at_once = _seen_at_once()
        try:
            opened(folder)  # where a connection is cut, it may be cut here
            self._watch(boundaries)
            status = int(app(["-C", str(folder), *self.command], standalone_mode=False) or 0)
        except Exception as error:
            message = said(error)
            if message is None:
                raise
            os.write(2, f"error: {message}\n".encode())
            status = 2
        boundaries.reach()
        sys.stdout.flush()
        told = {"count": boundaries.passed, "at_once": bool(at_once)}
        os.write(tell, json.dumps(told).encode())
        return status

    def _watch(self, boundaries: Boundaries) -> None:
        watch_files(boundaries)
        (watch_driver if self.on_postgresql else watch_frameworks)(boundaries)

    def warm(self) -> None:
        """Run once without dying, so that forks start with all that is imported and compiled."""
        import django

        os.environ["DOELBINDING_HOME"] = str(self.place.folder)
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

            app(["-C", str(self.place.folder), *self.command], standalone_mode=False)
        connections.close_all()
        for engine in made:
            engine.dispose()
        opening._migrate = lambda _state: None


@dataclass(frozen=True, kw_only=True)
class Cutting(Killing):
    """A command whose connection is cut at a statement; every database is reached by a proxy.

    A statement is two boundaries: before the server gets it, and after it has carried it out.
    """

    proxy: Proxy

    def forked(self, deadly: int | None) -> tuple[int, dict[str, Any]]:
        """Run the command in a fork while its connection is cut; give what it told."""
        statement, answered = (None, 0) if deadly is None else divmod(deadly + 1, 2)
        self.proxy.start(statement, answered=bool(answered))
        try:
            status, heard = super().forked(None)
        finally:
            count = self.proxy.stop()
        return status, {**heard, "count": 2 * count}

    def warm(self) -> None:
        """As it is for one that is killed, through the proxy too."""
        self.proxy.start(None, answered=False)
        try:
            super().warm()
        finally:
            self.proxy.stop()

    def _watch(self, boundaries: Boundaries) -> None:
        """Nothing dies of itself."""


@dataclass(frozen=True, kw_only=True)
class Filling(Killing):
    """A command that meets a full table: one after the other, each with a little more room."""

    fulls: Sequence[Full]

    def forked(self, deadly: int | None) -> tuple[int, dict[str, Any]]:
        """Run the command in a fork, with room on the disk or without."""
        if deadly is None:
            status, heard = super().forked(None)
            return status, {**heard, "count": len(self.fulls)}
        full = self.fulls[deadly - 1]
        place = self.place
        assert isinstance(place, OnPostgreSQL)
        place.copy()
        with place.connected_to(full.database) as connection:
            size = full.filled(connection)
            server = postmaster(connection)
        with place.connected_to(full.database) as reader, no_file_beyond(server, size):
            reader.execute("SET application_name = 'reader'")
            reader.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
            reader.execute("SELECT pg_current_snapshot()")  # no room is won from what is deleted
            found = super().forked(None)
        with place.connected_to(full.database) as connection:
            full.cleared(connection)
        return found

    def _watch(self, boundaries: Boundaries) -> None:
        """Nothing dies of itself."""


def _seen_at_once() -> list[bool]:
    """Note when a plan is carried out in one transaction per store."""
    from doelbinding.plan import atonce

    seen: list[bool] = []
    real = atonce.carry_out

    def noted(*given: Any, **named: Any) -> Any:
        seen.append(True)
        return real(*given, **named)

    atonce.carry_out = noted
    return seen


def sampled(count: int, sample: int, seed: int) -> list[int]:
    """Give boundaries spread evenly, at least so many; all of them for a sample of 0."""
    apart = max(1, count // sample) if sample else 1
    return [number for number in range(1, count + 1) if number % apart == seed % apart]


def main() -> None:
    """Die at each boundary asked for, run again, and print what is held then."""
    told = _arguments()
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    place = made_from(told)
    killing = _disturbed(told, place)
    place.restore()
    killing.warm()
    place.settle()
    place.restore()
    status, heard = killing.forked(None)
    whole = place.held()
    numbers = sampled(heard["count"], told["sample"], told["seed"])
    part, parts = map(int, told["part"].split("/"))
    tell({"boundary": 0, "status": status, "sampled": numbers, **heard, **whole})
    for number in numbers[part::parts]:
        tell({"boundary": number, **_died_at(number, killing, whole)})


def _disturbed(told: dict[str, Any], place: Place) -> Killing:
    given: dict[str, Any] = {
        "place": place, "command": told["command"], "on_postgresql": bool(told["server"]),
    }  # fmt: skip
    if told["full"]:
        fulls = [Full(**one) for one in json.loads(told["full"])]
        return Filling(fulls=fulls, **given)
    if told["cut"]:
        assert isinstance(place, OnPostgreSQL)
        proxy = Proxy(place.socket)
        place.reach_by(proxy.here)
        return Cutting(proxy=proxy, **given)
    return Killing(**given)


def _died_at(number: int, killing: Killing, whole: dict[str, Any]) -> dict[str, Any]:
    place = killing.place
    place.restore()
    log = place.folder.with_suffix(".log")
    began = log.stat().st_size
    died, _ = killing.forked(number)
    said = log.read_bytes()[began:].decode()
    ended = (place.rows(), place.kept()) == (whole["rows"], whole["kept"])
    early = (place.done() and not ended) or _differs(place, whole)
    again = 0 if place.answered() else killing.forked(None)[0]
    return {"died": died, "said": said, "early": early, "status": again, **place.held()}


def _differs(place: Place, whole: dict[str, Any]) -> bool:
    """Tell whether rows remain in a store that is said to be verified."""
    stores, rows = place.verified(), place.rows()
    return any(
        rows[table] != digest
        for table, digest in whole["rows"].items()
        if table.partition(".")[0] in stores
    )


def tell(line: dict[str, Any]) -> None:
    """Print a line of JSON at once."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def _arguments() -> dict[str, Any]:
    parser = argparse.ArgumentParser(prog="boundaries")
    parser.add_argument("folder", type=Path)
    parser.add_argument("ready", type=Path)
    parser.add_argument("--part", default="0/1", help="which of the boundaries: 0/2, every second")
    parser.add_argument("--sample", type=int, default=0, help="how many, spread evenly; 0: all")
    parser.add_argument("--seed", type=int, default=0, help="where the sample begins")
    parser.add_argument("--server", help="address of the PostgreSQL server; none: SQLite")
    parser.add_argument("--templates", help="how the databases begin from which copies are made")
    parser.add_argument("--prefix", help="how the copies begin")
    parser.add_argument("--cut", action="store_true", help="cut connections instead")
    parser.add_argument("--full", help="which tables are full instead: each `Full`, as JSON")
    parser.add_argument("--cases", type=int, default=1, help="how many cases are answered at last")
    parser.add_argument("--ended", help="the kind of entry that says that the command is done")
    parser.add_argument("command", nargs="+")
    return vars(parser.parse_args())


if __name__ == "__main__":
    main()
