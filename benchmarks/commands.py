"""What somebody at a terminal waits for."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

from benchmarks.measuring import Line, Measure, Sizes, Target, best
from benchmarks.server import Server

_HELP = "from doelbinding.cli import main; main()"


def measure(_server: Server, sizes: Sizes) -> Iterator[Line]:
    """Yield the time of `doelbinding --help`, beside a bare interpreter."""
    yield Line(
        benchmark="command line",
        what="`doelbinding --help`; by hand: a Python that does nothing",
        ours=best(lambda: _python("-c", _HELP, "--help"), sizes.repeat),
        by_hand=best(lambda: _python("-c", "pass"), sizes.repeat),
        target=Target(at_most=0.3, of=Measure.AMOUNT),
    )


def _python(*words: str) -> None:
    command = [sys.executable, *words]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own
