"""A measurement beside its yardstick, and how it is taken."""

from __future__ import annotations

import re
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any


class Measure(StrEnum):
    """What a target bounds."""

    RATIO = "ratio"
    AMOUNT = "amount"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The most that a ratio or an amount may be, by DESIGN §8."""

    at_most: float
    of: Measure = Measure.RATIO


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One measurement: seconds (or `unit`), the same by hand, and the target if there is one."""

    benchmark: str
    what: str
    ours: float
    by_hand: float | None = None
    target: Target | None = None
    unit: str = "s"
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times what it takes by hand."""
        return None if self.by_hand is None else self.ours / self.by_hand

    @property
    def met(self) -> bool | None:
        """Whether the target is met; none where there is no target."""
        if self.target is None:
            return None
        measured = self.ratio if self.target.of is Measure.RATIO else self.ours
        return measured is not None and measured <= self.target.at_most

    def document(self) -> dict[str, Any]:
        """Give the line for JSON."""
        return {
            "benchmark": self.benchmark,
            "what": self.what,
            "unit": self.unit,
            "ours": self.ours,
            "by_hand": self.by_hand,
            "ratio": self.ratio,
            "target": None if self.target is None else self.target.at_most,
            "target_of": None if self.target is None else self.target.of.value,
            "met": self.met,
            "note": self.note,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How much is measured; the defaults take under five minutes on two busy cores."""

    rows: int = 500_000
    people: int = 10_000
    erasures: int = 50
    many: int = 1_000
    entries: int = 20_000
    values: int = 20_000
    repeat: int = 3


QUICK = Sizes(rows=20_000, people=500, erasures=10, many=20, entries=2_000, values=2_000, repeat=1)


class Unequal(Exception):
    """The two sides did not do the same, so their times say nothing."""


def insist_equal(what: str, ours: object, by_hand: object) -> None:
    """Compare what both sides found or left.

    Raises:
        Unequal: they differ.
    """
    if ours != by_hand:
        raise Unequal(f"{what}: Doelbinding has {ours}, the SQL by hand {by_hand}")


def seconds(work: Callable[[], object]) -> float:
    """Time one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def best(work: Callable[[], object], repeat: int) -> float:
    """Time some calls and give the shortest; the first of several only warms caches up."""
    if repeat > 1:
        work()
    return min(seconds(work) for _ in range(max(repeat, 1)))


def forget_peak() -> None:
    """Start counting this process's peak of memory anew, where the kernel can (Linux)."""
    reset = Path("/proc/self/clear_refs")
    if reset.exists():
        reset.write_text("5", encoding="ascii")


def peak_megabytes() -> float:
    """Give the most memory this process has held since `forget_peak`, Python itself included."""
    status = Path("/proc/self/status")
    if status.exists():
        found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="ascii"))
        if found:
            return int(found[1]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)
