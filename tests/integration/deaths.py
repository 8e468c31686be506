"""What a command leaves that was killed and run again, held to what it leaves undisturbed.

With EVERY_BOUNDARY set in the environment the command dies at each boundary. Otherwise, where a
sample is asked for, it dies at some that are spread evenly and begin elsewhere each time.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.integration.dying import KILLED
from tests.integration.forked import BOUNDARIES, BY_STEP, ended, start

ROOT = Path(__file__).parents[2]
SAID = 2
"""How a command ends that says in a sentence what went wrong."""
EVERY = bool(os.environ.get("EVERY_BOUNDARY"))
SAME = (
    "status", "rows", "kept", "facts", "ledger", "open", "sealed", "values", "words", "letters",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Killed:
    """A command that is killed again and again, in two processes side by side.

    Args:
        ready: the working folder that each run starts from.
        least: fewer boundaries than this would show that they are no longer seen.
        sample: at how many of them it dies unless at every one; 0: always at every one.
        options: more for the program in `boundaries.py`.
        server: the address of the PostgreSQL server, with the databases `READY_…` to copy.
        ends: how a process may end that was disturbed.
        apart: kinds of entries that only a run has which was disturbed.
        free: what entries may say otherwise after one.
        halves: in how many processes.
        by_step: whether plans are carried out step by step, as large ones are.
    """

    ready: Path
    least: int
    sample: int = 0
    options: Sequence[str] = ()
    server: str | None = None
    databases: str = "ready"
    ends: Sequence[int] = (KILLED,)
    apart: Sequence[str] = ()
    free: Sequence[str] = ()
    halves: int = 2
    by_step: bool = False

    def holds(self, folder: Path, *command: str) -> dict[str, Any]:
        """Hold each death to the undisturbed run, which is given."""
        seed = random.randrange(1000)  # noqa: S311 - where a sample begins
        found = list(self._deaths(folder, command, seed))
        for one in found:
            one["facts"] = sorted(self._compared(one["facts"]))
        whole = found[0]
        assert whole["status"] == 0
        assert whole["count"] >= self.least
        died = [one for one in found if one["boundary"]]
        assert {one["boundary"] for one in died} == set(whole["sampled"])
        for one in died:
            where = f"boundary {one['boundary']} of {whole['count']}, seed {seed}"
            assert one["died"] in self.ends, (where, one["said"])
            assert one["died"] != SAID or "again" in one["said"], (where, one["said"])
            for what in SAME:
                assert one[what] == whole[what], (where, what, one["said"])
            assert not one["early"], f"said to be verified while rows remained: {where}"
        print(f"died at {len(died)} of {whole['count']} boundaries, seed {seed}")
        return {**whole, "died": [one["died"] for one in died]}

    def _compared(self, facts: Sequence[Any]) -> Iterator[Any]:
        """Yield facts without what is told otherwise after a run that was disturbed."""
        for fact, times in facts:
            kind, told = json.loads(fact)
            if kind not in self.apart:
                yield kind, sorted((k, v) for k, v in told.items() if k not in self.free), times

    def _deaths(self, folder: Path, command: Sequence[str], seed: int) -> Iterator[dict[str, Any]]:
        """Yield what is held undisturbed, then after each death and running again."""
        sample = 0 if EVERY else self.sample
        for half in range(self.halves):
            part = ("--part", f"{half}/{self.halves}", "--sample", str(sample), "--seed", str(seed))
            on = (*self._on_server(half), *self.options)
            start(half, BOUNDARIES, str(folder / str(half)), str(self.ready), *part, *on, "--",
                  *command, **BY_STEP if self.by_step else {})  # fmt: skip
        halves = [ended(half) for half in range(self.halves)]
        for half in halves:
            assert not half.returncode, half.stderr
            yield from map(json.loads, half.stdout.splitlines())

    def _on_server(self, half: int) -> Sequence[str]:
        if self.server is None:
            return ()
        databases = ("--templates", self.databases, "--prefix", f"half{half}")
        return ("--server", self.server, *databases)
