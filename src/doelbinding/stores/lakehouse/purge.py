"""Taking deleted values out of older versions of a table: files, logs and their statistics.

A table format deletes by writing new files beside the old ones, which stay so that older versions
can be read, and its log keeps the least and greatest value of every column of every file. So a
deleted value is gone only when old files are vacuumed *and* old log entries are replaced by a
checkpoint. How long older versions are kept is for the operator to say (`keep_hours`).

Files that no entry of the log names go once they are as old as Delta itself would have them be:
younger ones may be of a write that goes on. While there are any, nothing is said to be gone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from doelbinding.plan.grades import Erased, Grade, least
from doelbinding.plan.ports import StoreError
from doelbinding.stores.lakehouse.leftovers import Leftovers
from doelbinding.stores.lakehouse.preflight import detail
from doelbinding.stores.lakehouse.session import Lake
from doelbinding.stores.lakehouse.tables import Format, Table

KEEP_HOURS = 168
"""What Delta itself keeps unless told otherwise: a reader may still be on an older version."""

_NONE = "interval 0 seconds"
_KEPT = {
    "delta.logRetentionDuration": "interval 30 days",
    "delta.deletedFileRetentionDuration": "interval 1 week",
}
"""How long a table keeps its log, and in it what was taken out, unless it says otherwise."""

_PLAIN = re.compile(r"[A-Za-z0-9_-]+")


def purge(lake: Lake, tables: Mapping[str, Table], keep_hours: int) -> Erased:
    """Purge datasets' tables of versions older than `keep_hours`, and tell how far gone it is."""
    found = {name: _purged(lake, table, keep_hours) for name, table in tables.items()}
    where: dict[str, list[str]] = {}
    for name, one in found.items():
        if one.still:
            where.setdefault(one.still, []).append(name)
    still = "; ".join(f"{', '.join(names)}: {told}" for told, names in where.items())
    return Erased(grade=least(one.grade for one in found.values()), still=still or None)


def _purged(lake: Lake, table: Table, keep_hours: int) -> Erased:
    try:
        if detail(lake, table, "Provider") == Format.ICEBERG.value:
            return _iceberg(lake, table, keep_hours)
        return _delta(lake, table, keep_hours)
    except StoreError as error:
        return Erased(grade=Grade.DELETED, still=f"not vacuumed: {error}")


def _delta(lake: Lake, table: Table, keep_hours: int) -> Erased:
    try:
        from deltalake import DeltaTable  # noqa: PLC0415 - an extra
        from deltalake.exceptions import DeltaError  # noqa: PLC0415
    except ImportError:
        still = "not vacuumed: pip install 'doelbinding[lakehouse]'"
        return Erased(grade=Grade.DELETED, still=still)
    where = table.path or detail(lake, table, "Location") or ""
    try:
        _without_marks(lake, table, DeltaTable(_local(where)))
        _vacuum(DeltaTable(_local(where)), keep_hours)
        if Leftovers(DeltaTable(_local(where))).holds_another_table:
            still = "perhaps still in files that no version names: another table is in its folder"
            return Erased(grade=Grade.DELETED, still=still)
        _vacuum(DeltaTable(_local(where)), max(keep_hours, KEEP_HOURS), full=True)
        if keep_hours:
            still = f"still in older versions, which are kept for {keep_hours} hours (`keep_hours`)"
            return Erased(grade=Grade.DELETED, still=still)
        Leftovers(DeltaTable(_local(where))).take_change_feed()
        _shorten_log(lambda: DeltaTable(_local(where)))
        left = Leftovers(DeltaTable(_local(where))).nameless()
    except (DeltaError, OSError, ValueError) as error:
        still = f"not vacuumed: its files cannot be cleaned ({type(error).__name__})"
        return Erased(grade=Grade.DELETED, still=still)
    if left:
        still = (
            f"perhaps still in {left} file{'s' * (left > 1)} that no version names, of a write "
            f"that broke off or goes on: gone with a run that comes {KEEP_HOURS} hours later"
        )
        return Erased(grade=Grade.DELETED, still=still)
    return Erased(grade=Grade.OUT_OF_SNAPSHOTS)


def _vacuum(held: Any, hours: int, *, full: bool = False) -> None:
    """Remove files that were taken out so long ago; `full`: those that nothing names any more."""
    held.vacuum(retention_hours=hours, enforce_retention_duration=False, dry_run=False, full=full)


def _without_marks(lake: Lake, table: Table, held: Any) -> None:
    """Have files written anew whose rows are only marked as deleted (deletion vectors)."""
    if any(batch.num_rows for batch in held.deletion_vectors()):
        lake.ask(f"REORG TABLE {table.address} APPLY (PURGE)")


def _shorten_log(opened: Callable[[], Any]) -> None:
    """Let a checkpoint take the place of all log entries, and the table keep its log as before."""
    held = opened()
    told = held.metadata().configuration
    before = {name: told.get(name, usual) for name, usual in _KEPT.items()}
    before = {name: _KEPT[name] if kept == _NONE else kept for name, kept in before.items()}
    held.alter.set_table_properties(dict.fromkeys(_KEPT, _NONE))
    short = opened()
    try:
        short.create_checkpoint()
        short.cleanup_metadata()
        Leftovers(short).take_old_log()
    finally:
        short.alter.set_table_properties(before)


def _iceberg(lake: Lake, table: Table, keep_hours: int) -> Erased:
    """Expire snapshots and remove what they alone needed, where the engine can."""
    unable = "still in older snapshots: this engine cannot expire them; do so with another"
    if len(table.name) < 2 or not all(_PLAIN.fullmatch(part) for part in table.name):  # noqa: PLR2004
        return Erased(grade=Grade.DELETED, still=unable)
    catalog, name = table.name[0], ".".join(table.name[1:])
    until = (datetime.now(UTC) - timedelta(hours=keep_hours)).strftime("%Y-%m-%d %H:%M:%S")
    told = f"table => '{name}', older_than => TIMESTAMP '{until}'"
    try:
        lake.ask(f"CALL {catalog}.system.expire_snapshots({told}, retain_last => 1)")
    except StoreError:
        return Erased(grade=Grade.DELETED, still=unable)
    if keep_hours:
        still = f"still in older snapshots, which are kept for {keep_hours} hours (`keep_hours`)"
        return Erased(grade=Grade.DELETED, still=still)
    return Erased(
        grade=Grade.VACUUMED, still="perhaps still in orphan files: run remove_orphan_files"
    )


def _local(where: str) -> str:
    """Give a path for a file URL; other addresses stay as they are."""
    parts = urlsplit(where)
    return url2pathname(parts.path) if parts.scheme == "file" else where
