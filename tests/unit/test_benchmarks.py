"""`make bench` runs, and both sides of every comparison do the same work."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from benchmarks.measuring import Line, Measure, Target
from benchmarks.shop import resized
from benchmarks.showing import TIMES, amount, markdown

ROOT = Path(__file__).parents[2]
TINY = (
    "--rows", "2000", "--people", "20", "--erasures", "1", "--entries", "200", "--values", "100",
)  # fmt: skip


def test_every_benchmark_compares_equal_results(tmp_path: Path) -> None:
    file = tmp_path / "lines.json"
    command = [sys.executable, "-m", "benchmarks", "--quick", *TINY, "--json", str(file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    lines = json.loads(file.read_text(encoding="utf-8"))["lines"]
    named = {line["benchmark"].split(",")[0] for line in lines}
    assert named == {
        "retention", "retention of a shop", "nightly", "access", "erasure", "evidence on SQLite",
        "decision in the process", "command line",
    }  # fmt: skip
    assert all(line["ratio"] > 0 for line in lines if line["by_hand"] is not None)


def test_a_target_is_met_by_ratio_or_by_amount() -> None:
    def line(target: Target) -> Line:
        return Line(benchmark="b", what="w", ours=3.0, by_hand=2.0, target=target)

    assert line(Target(at_most=1.5)).met is True
    assert line(Target(at_most=1.4)).met is False
    assert line(Target(at_most=2.9, of=Measure.AMOUNT)).met is False
    assert Line(benchmark="b", what="w", ours=3.0).met is None


def test_the_table_tells_units_and_what_is_missed() -> None:
    missed = Line(benchmark="b", what="w", ours=0.003, by_hand=0.001, target=Target(at_most=1.5))
    cells = markdown([missed], heading=False).split(" | ")
    assert cells[2:7] == ["3 ms", "1 ms", f"3.00{TIMES}", f"≤ 1.5{TIMES}", "**no**"]
    assert amount(82.4, "MB") == "82 MB"
    assert amount(2.5e-5, "s") == "25 µs"


def test_the_shop_keeps_its_proportions_in_another_size() -> None:
    written = "generate_series(1,200000) WHERE c > 9900 AND k <= 10000 -- 20050 4000000000000000"
    smaller = "generate_series(1,2000) WHERE c > 99 AND k <= 100 -- 250 4000000000000000"
    assert resized(written, 100) == smaller
    assert resized(written, 10_000) == written
