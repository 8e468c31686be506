"""`python -m benchmarks`: measure, print a table, and write JSON for whoever compares."""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from benchmarks import access, commands, decisions, erasure, evidence, nightly, retention, said
from benchmarks.measuring import QUICK, Line, Sizes
from benchmarks.server import Server
from benchmarks.showing import markdown
from doelbinding.wiring import start_embedded, stop_embedded

ALL = {
    "retention": retention,
    "nightly": nightly,
    "access": access,
    "erasure": erasure,
    "said": said,
    "evidence": evidence,
    "decisions": decisions,
    "commands": commands,
}


def main(words: Sequence[str] | None = None) -> None:
    """Measure what was asked for."""
    asked = _options().parse_args(words)
    sizes = QUICK if asked.quick else Sizes()
    given = {name: getattr(asked, name) for name in asdict(sizes)}
    sizes = replace(sizes, **{name: value for name, value in given.items() if value is not None})
    start = perf_counter()
    lines = []
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        place = Path(folder) / "pg"
        try:
            server = Server(uri=start_embedded(place))
            if asked.quick:
                server.hurry()
            for line in _measured(server, asked.only or list(ALL), sizes):
                lines.append(line)
                print(markdown([line], heading=len(lines) == 1), flush=True)
        finally:
            stop_embedded(place)
    took = perf_counter() - start
    print(f"\nmeasured in {took:.0f} s")
    if asked.json is not None:
        asked.json.write_text(json.dumps(_document(lines, sizes, took), indent=1), encoding="utf-8")


def _measured(server: Server, names: Sequence[str], sizes: Sizes) -> Iterator[Line]:
    for name in names:
        yield from ALL[name].measure(server, sizes)


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure Doelbinding beside SQL written by hand (benchmarks/sql).",
    )
    parser.add_argument(
        "--quick", action="store_true", help="small sizes and no fsync: only to see that it works"
    )
    parser.add_argument("--only", nargs="+", choices=ALL, help="these benchmarks alone")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the lines here too")
    for name, value in asdict(Sizes()).items():
        parser.add_argument(f"--{name}", type=int, help=f"default {value:,}")
    return parser


def _document(lines: Sequence[Line], sizes: Sizes, took: float) -> dict[str, object]:
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": took,
        "machine": {
            "cores": os.cpu_count(),
            "system": platform.platform(),
            "python": platform.python_version(),
        },
        "sizes": asdict(sizes),
        "lines": [line.document() for line in lines],
    }


if __name__ == "__main__":
    main()
