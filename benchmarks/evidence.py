"""Appending to the evidence log in the records' SQLite, beside bare inserts of the same bytes."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import perf_counter

from benchmarks.measuring import Line, Measure, Sizes, Target, insist_equal
from benchmarks.server import Server, statements
from doelbinding.evidence.schema import EntryKind
from doelbinding.records.opening import Records, open_records

_BATCHES = (500, 10)
_ENOUGH = 10_000  # appends a second, in batches (DESIGN §8)


def measure(_server: Server, sizes: Sizes) -> Iterator[Line]:
    """Yield the time of appending entries in large batches and in small ones."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        records = open_records(Path(folder), log_name="benchmark.doelbinding")
        for batch in _BATCHES:
            count = sizes.entries if batch == max(_BATCHES) else sizes.entries // 20
            large = batch == max(_BATCHES)
            start = records.log.store.size()
            ours = _appended(records, count, batch)
            written = list(records.log.store.leaves(start, start + count))
            hashes = list(records.log.store.hashes(start, start + count))
            insist_equal("the entries written", len(written), count)
            rows = list(zip(range(count), written, hashes, strict=True))
            by_hand = _inserted(Path(folder) / f"by-hand-{batch}.sqlite3", rows, batch)
            yield Line(
                benchmark="evidence on SQLite",
                what=f"{count:,} entries in batches of {batch}; by hand: INSERT of the same bytes",
                ours=ours,
                by_hand=by_hand,
                target=Target(at_most=count / _ENOUGH, of=Measure.AMOUNT) if large else None,
                note=f"{count / ours:,.0f} a second",
            )
        start_signing = perf_counter()
        records.checkpoint()
        yield Line(
            benchmark="evidence on SQLite",
            what=f"a checkpoint over {records.log.store.size():,} new entries",
            ours=perf_counter() - start_signing,
        )


def _appended(records: Records, count: int, batch: int) -> float:
    entry = (EntryKind.STEP_DONE, {"run": "run-benchmark", "step": 1, "rows": 1000})
    start = perf_counter()
    for first in range(0, count, batch):
        records.log.append_many([entry] * min(batch, count - first))
    return perf_counter() - start


def _inserted(path: Path, rows: Sequence[tuple[int, bytes, bytes]], batch: int) -> float:
    """Insert with the settings the records have: a write-ahead log, synchronised at each commit."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    create, insert = statements("evidence/append")
    connection.execute(create)
    start = perf_counter()
    for first in range(0, len(rows), batch):
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(insert, rows[first : first + batch])
        connection.execute("COMMIT")
    spent = perf_counter() - start
    connection.close()
    return spent
