"""Measurements as a Markdown table, which also reads well in a terminal."""

from __future__ import annotations

from collections.abc import Iterable

from benchmarks.measuring import Line, Measure

_HEADING = (
    "| benchmark | what | Doelbinding | by hand | ratio | target | met | |\n"
    "|---|---|---:|---:|---:|---:|---|---|"
)
_MET = {True: "yes", False: "**no**", None: ""}
TIMES = "\N{MULTIPLICATION SIGN}"
_UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"))


def markdown(lines: Iterable[Line], *, heading: bool = True) -> str:
    """Give a table of the lines."""
    return "\n".join([*([_HEADING] if heading else []), *(_row(line) for line in lines)])


def _row(line: Line) -> str:
    cells = (
        line.benchmark,
        line.what,
        amount(line.ours, line.unit),
        "" if line.by_hand is None else amount(line.by_hand, line.unit),
        "" if line.ratio is None else f"{line.ratio:.2f}{TIMES}",
        _target(line),
        _MET[line.met],
        line.note,
    )
    return f"| {' | '.join(cells)} |"


def _target(line: Line) -> str:
    if line.target is None:
        return ""
    if line.target.of is Measure.RATIO:
        return f"≤ {line.target.at_most:g}{TIMES}"
    return f"≤ {amount(line.target.at_most, line.unit)}"


def amount(value: float, unit: str) -> str:
    """Write an amount in a unit that suits its size."""
    if unit != "s":
        return f"{value:.0f} {unit}"
    for size, name in _UNITS:
        if value >= size:
            return f"{value / size:.3g} {name}"
    return f"{value * 1e6:.2g} µs"
