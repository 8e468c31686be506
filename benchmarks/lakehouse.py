"""Delta and Iceberg tables in Sail: a plan and its run, against statements by hand.

By hand: one count, and the engine's own DELETE. Ours also looks at the table (its key is counted,
since nothing keeps it unique), counts before and after, and reads back.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from time import perf_counter

from benchmarks.measuring import Line, Sizes, insist_equal
from benchmarks.server import Server
from doelbinding.binding.expression import Since
from doelbinding.plan.grades import left_as_is
from doelbinding.plan.journal import MemoryJournal
from doelbinding.plan.model import Deed, Plan, PlanKind, Step
from doelbinding.plan.run import Bound, run
from doelbinding.plan.survey import surveyed
from doelbinding.policy.stores import Column, ColumnType, Dataset, Store
from doelbinding.stores.lakehouse.session import Lake
from doelbinding.stores.lakehouse.store import LakehouseStore
from doelbinding.stores.lakehouse.tables import Format, Table

_CUSTOMER = Dataset(
    id="customer",
    table="customer",
    key=("id",),
    label={},
    person=True,
    columns=(
        Column(name="id", type=ColumnType.INTEGER),
        Column(name="ended", type=ColumnType.DATE),
        Column(name="mail", category="contact"),
        Column(name="name", category="contact"),
    ),
)
_STORE = Store(id="lake", label={}, country="NL", datasets=(_CUSTOMER,))
_BOUNDARY = date(2020, 1, 1)
_DUE = 30


def measure(server: Server, sizes: Sizes) -> Iterator[Line]:
    """Measure both formats."""
    del server
    from pysail.spark import SparkConnectServer  # noqa: PLC0415 - for development

    sail = SparkConnectServer("127.0.0.1", 0)
    sail.start(background=True)
    host, port = sail.listening_address
    lake = Lake(store="lake", url=f"sc://{host}:{port}")
    with tempfile.TemporaryDirectory(prefix="bench-lake-") as folder:
        for kind in Format:
            yield from _of(kind, lake, Path(folder), sizes.rows)
    lake.close()
    sail.stop()


def _of(kind: Format, lake: Lake, folder: Path, rows: int) -> Iterator[Line]:
    ours, theirs = (_made(lake, kind, folder / f"{kind.value}-{n}", rows) for n in range(2))
    store = LakehouseStore(_STORE, lake, {"customer": ours})
    named = f"lakehouse, {kind.value.title()}, {rows:,} rows, {_DUE} % due"
    due = f"FROM {theirs.address} WHERE ended < DATE '{_BOUNDARY}'"
    lake.ask(f"SELECT count(*) {due}")  # both sides have seen the files
    counted = _seconds(lambda: lake.ask(f"SELECT count(*), min(ended) {due}"))
    start = perf_counter()
    plan = surveyed(_draft(), {"lake": store}, {}, b"benchmark")
    yield Line(
        benchmark=named,
        what="plan; by hand: a count and a minimum",
        ours=perf_counter() - start,
        by_hand=counted,
    )
    by_hand = _seconds(lambda: lake.ask(f"DELETE {due}"))
    deeds = perf_counter()
    outcome = run(plan, {"lake": store}, {}, MemoryJournal(), bound=Bound(), purge=left_as_is)
    took = perf_counter() - deeds
    sums = "SELECT count(*), sum(id) FROM"
    left = [lake.ask(f"{sums} {one.address}")[0] for one in (ours, theirs)]
    insist_equal(
        "rows left, and whether none is left to do",
        (*left[0], outcome.verified),
        by_hand=(*left[1], True),
    )
    yield Line(
        benchmark=named,
        what="apply, with key check, three counts and verification; by hand: DELETE",
        ours=took,
        by_hand=by_hand,
    )


def _made(lake: Lake, kind: Format, folder: Path, rows: int) -> Table:
    name = f"made_{folder.name.replace('-', '_')}"
    lake.ask(
        f"CREATE TABLE {name} (id BIGINT, ended DATE, mail STRING, name STRING) "
        f"USING {kind.value} LOCATION 'file://{folder}'"
    )
    lake.ask(
        f"INSERT INTO {name} SELECT id, "  # noqa: S608 - numbers of our own
        f"CASE WHEN id % 100 < {_DUE} THEN DATE '2015-06-01' ELSE DATE '2025-06-01' END, "
        f"concat('p', CAST(id AS STRING), '@mail.example'), concat('Name ', CAST(id AS STRING)) "
        f"FROM range({rows})"
    )
    lake.ask(f"DROP TABLE {name}")
    return Table(path=str(folder), format=kind)


def _draft() -> Plan:
    needed = Since(
        column="ended",
        day=_BOUNDARY,
        zone="Europe/Amsterdam",
        earliest=date(1950, 1, 1),
        latest=date(2150, 1, 1),
    )
    step = Step(
        id="1", store="lake", dataset="customer", controller="nl", deed=Deed.DELETE, needed=needed
    )
    at = datetime(2026, 11, 23, tzinfo=UTC)
    return Plan(kind=PlanKind.RETENTION, policy="0" * 64, at=at, steps=(step,))


def _seconds(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


def main() -> None:
    """Measure as many rows as the first word says."""
    import sys  # noqa: PLC0415

    from benchmarks.showing import markdown  # noqa: PLC0415

    rows = int(sys.argv[1]) if len(sys.argv) > 1 else Sizes().rows
    for line in measure(Server(uri=""), Sizes(rows=rows)):
        print(markdown([line], heading=False), flush=True)


if __name__ == "__main__":
    main()
