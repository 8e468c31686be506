"""Kills a command at each boundary, and runs it again.

Run as a program in a process of its own: it imports everything once, and forks for each run, so
that a thousand deaths take minutes. Prints a line of JSON for the run that nothing disturbed, and
for each death what is held after the command was run again.

    python -m tests.integration.boundaries FOLDER READY [--part 0/2] … -- COMMAND…
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

from tests.integration.dying import Boundaries, watch_driver, watch_files, watch_frameworks
from tests.integration.places import Place, made_from


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
            status = 1
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
        opened(folder)
        boundaries = Boundaries(deadly)
        watch_files(boundaries)
        (watch_driver if self.on_postgresql else watch_frameworks)(boundaries)
        at_once = _seen_at_once()
        try:
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
        opening._migrate = lambda: None


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
    if told["step_by_step"]:
        from doelbinding.plan import atonce

        atonce.SMALL = -1  # so that every plan is a large one
    place = made_from(told)
    killing = Killing(place=place, command=told["command"], on_postgresql=bool(told["server"]))
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


def _died_at(number: int, killing: Killing, whole: dict[str, Any]) -> dict[str, Any]:
    place = killing.place
    place.restore()
    died, _ = killing.forked(number)
    ended = (place.rows(), place.kept()) == (whole["rows"], whole["kept"])
    early = place.done() and not ended
    again = 0 if place.answered() else killing.forked(None)[0]
    return {"died": died, "early": early, "status": again, **place.held()}


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
    parser.add_argument("--step-by-step", action="store_true", help="as a large plan is run")
    parser.add_argument("--server", help="address of the PostgreSQL server; none: SQLite")
    parser.add_argument("--templates", help="how the databases begin from which copies are made")
    parser.add_argument("--prefix", help="how the copies begin")
    parser.add_argument("command", nargs="+")
    return vars(parser.parse_args())


if __name__ == "__main__":
    main()
