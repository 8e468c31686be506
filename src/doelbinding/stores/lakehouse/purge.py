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
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from doelbinding.plan.grades import Again, Erased, Grade, least, soonest
from doelbinding.plan.ports import Refused, StoreError
from doelbinding.policy.stores import Dataset
from doelbinding.stores.lakehouse.folders import count_folders_without_data, take_empty_folders
from doelbinding.stores.lakehouse.leftovers import Leftovers
from doelbinding.stores.lakehouse.partitions import local
from doelbinding.stores.lakehouse.preflight import detail
from doelbinding.stores.lakehouse.session import Lake
from doelbinding.stores.lakehouse.tables import Format, Table
from doelbinding.stores.lakehouse.terms import give_back_terms, keeping_nothing

KEEP_HOURS = 168
"""What Delta itself keeps unless told otherwise: a reader may still be on an older version."""

_A_NIGHT = 24
_PLAIN = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, kw_only=True)
class Kept:
    """How long older versions are kept, as of now; and by when what is purged was deleted.

    `gone_by` is none where it is deleted just now.
    """

    hours: int
    gone_by: datetime | None = None
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def until(self) -> datetime:
        """The instant before which no version is kept."""
        return self.now - timedelta(hours=self.hours)

    @property
    def gone(self) -> datetime:
        """By when what is purged was deleted."""
        return self.gone_by or self.now

    @property
    def waits(self) -> bool:
        """Whether versions from before then are still kept."""
        return self.gone > self.until

    def later(self, hours: int) -> Again:
        """Give that so many hours after now a purge may come further."""
        return Again(gone_by=self.gone, at=datetime.now(UTC) + timedelta(hours=hours))


def purge(
    lake: Lake, datasets: Sequence[Dataset], tables: Mapping[str, Table], kept: Kept
) -> Erased:
    """Purge datasets' tables of older versions than are kept, and tell how far gone it is."""
    found = {one.id: _purged(lake, one, tables[one.id], kept) for one in datasets}
    where: dict[str, list[str]] = {}
    for name, one in found.items():
        if one.still:
            where.setdefault(one.still, []).append(name)
    return Erased(
        grade=least(one.grade for one in found.values()),
        still="; ".join(f"{', '.join(names)}: {told}" for told, names in where.items()) or None,
        again=soonest(one.again for one in found.values()),
    )


def versions_kept(lake: Lake, tables: Sequence[Table], hours: int) -> timedelta | None:
    """Give how long after a night the last older version of any table is gone, at the latest.

    None of Iceberg, of which only trying tells whether the engine expires snapshots, and where
    nothing vacuums.
    """
    formats = {detail(lake, table, "Provider") for table in tables}
    if Format.ICEBERG.value in formats or find_spec("deltalake") is None:
        return None
    return timedelta(hours=hours + _A_NIGHT) if hours else timedelta()


def _purged(lake: Lake, dataset: Dataset, table: Table, kept: Kept) -> Erased:
    try:
        if detail(lake, table, "Provider") == Format.ICEBERG.value:
            return _iceberg(lake, table, kept)
        return _delta(lake, dataset, table, kept)
    except StoreError as error:
        return Erased(grade=Grade.DELETED, still=f"not vacuumed: {error}", again=kept.later(0))


def _delta(lake: Lake, dataset: Dataset, table: Table, kept: Kept) -> Erased:
    try:
        from deltalake import DeltaTable  # noqa: PLC0415 - an extra
        from deltalake.exceptions import DeltaError  # noqa: PLC0415
    except ImportError:
        still = "not vacuumed: pip install 'doelbinding[lakehouse]'"
        return Erased(grade=Grade.DELETED, still=still, again=kept.later(0))
    where = table.path or detail(lake, table, "Location") or ""
    opened = partial(DeltaTable, local(where))
    try:
        give_back_terms(opened)
        _without_marks(lake, table, opened())
        return _cleaned(opened, dataset, kept)
    except (DeltaError, OSError, ValueError) as error:
        still = f"not vacuumed: its files cannot be cleaned ({type(error).__name__})"
        return Erased(grade=Grade.DELETED, still=still, again=kept.later(0))


def _cleaned(opened: Callable[..., Any], dataset: Dataset, kept: Kept) -> Erased:
    """Clean the files of a Delta table, and tell how far gone things are."""
    _vacuum(opened(), kept.hours)
    if Leftovers(opened()).holds_another_table:
        still = "perhaps still in files that no version names: another table is in its folder"
        return Erased(grade=Grade.DELETED, still=still)
    _take_nameless(opened, kept)
    found = _log_cleaned(opened, kept)
    return _folders_cleaned(opened(), dataset, found, kept)


def _log_cleaned(opened: Callable[..., Any], kept: Kept) -> Erased:
    """Shorten the log of a Delta table to the versions that are kept."""
    if not kept.hours:
        Leftovers(opened()).take_change_feed()
        _shorten_log(opened)
        return _told(Leftovers(opened()).nameless(), kept)
    if kept.gone_by is not None:
        _begin_log_at(opened, Leftovers(opened()).version_at(kept.until))
    left = Leftovers(opened())
    if kept.waits or left.taken_out_by(kept.gone):
        still = f"still in older versions, which are kept for {kept.hours} hours (`keep_hours`)"
        return Erased(grade=Grade.DELETED, still=still, again=_when_too_old(opened, kept))
    if left.tells_values_taken_out(kept.gone):
        still = "perhaps still in its log, which tells values of files that were taken out"
        return Erased(grade=Grade.DELETED, still=still, again=kept.later(24))
    return _told(left.nameless(kept.gone), kept)


def _folders_cleaned(held: Any, dataset: Dataset, found: Erased, kept: Kept) -> Erased:
    """Remove the folders of partitions that have gone; tell where their names may still be."""
    telling = [name for name in held.metadata().partition_columns if _may_tell(dataset, name)]
    if held.table_uri.startswith("file:"):
        folder = Path(local(held.table_uri))
        take_empty_folders(folder)
        left, again = count_folders_without_data(folder), kept.later(24)
        still = (
            f"still in the name{'s' * (left > 1)} of {left} folder{'s' * (left > 1)} without data "
            "that cannot be removed"
        )
    else:
        left, again = 1, None
        still = "perhaps still in the names of folders, if its file system keeps empty ones"
    if not (telling and left) or found.grade is Grade.DELETED:
        return found
    still = f"{still}: it is partitioned by {', '.join(telling)}"
    return Erased(grade=Grade.DELETED, still=still, again=again)


def _may_tell(dataset: Dataset, name: str) -> bool:
    """Whether a column of a table may tell something of a person: all but what is said not to."""
    plain = {one.name for one in dataset.columns if not one.personal} - set(dataset.key)
    return name not in plain


def _begin_log_at(opened: Callable[..., Any], version: int | None) -> None:
    """Let the checkpoint of a version take the place of the log before it."""
    if version is None:
        return
    opened(version=version).create_checkpoint()
    older = Leftovers(opened())
    older.take_change_feed(version)
    older.take_log_before(version)


def _when_too_old(opened: Callable[..., Any], kept: Kept) -> Again:
    """Give when a version that comes after what was deleted is too old to be kept.

    The entry of a version tells what it took out, so where none comes after, one is written, as the
    last one was. That changes nothing that others who write meanwhile would have to read again.
    """
    if Leftovers(opened()).ends_with_taking_out:
        held = opened()
        held.create_write_transaction([], mode="append", schema=held.schema())
    left = Leftovers(opened())
    gone = kept.gone_by or max(kept.now, left.written_at)  # by the clock of the files
    since = max(gone, left.written_after(gone))
    return Again(gone_by=gone, at=since + timedelta(hours=kept.hours))


def _told(left: int, kept: Kept) -> Erased:
    if left:
        still = (
            f"perhaps still in {left} file{'s' * (left > 1)} that no version names, of a write "
            f"that broke off or goes on: gone with a purge {KEEP_HOURS} hours later"
        )
        hours = 24 if kept.hours else KEEP_HOURS
        return Erased(grade=Grade.DELETED, still=still, again=kept.later(hours))
    return Erased(grade=Grade.OUT_OF_SNAPSHOTS)


def _vacuum(held: Any, hours: int, **manner: bool) -> list[str]:
    """Remove files that were taken out so long ago; `full`: those that nothing names any more."""
    told: dict[str, bool] = {"dry_run": False, **manner}
    removed: list[str] = held.vacuum(hours, enforce_retention_duration=False, **told)
    return removed


def _take_nameless(opened: Callable[..., Any], kept: Kept) -> None:
    """Remove old files that nothing names any more, save those that a version has that is kept.

    The engine knows of these by what its last checkpoint says was taken out, which is for as long
    as the table would have it, and that may be less.
    """
    hours = max(kept.hours, KEEP_HOURS)
    left, old = Leftovers(opened()), _vacuum(opened(), hours, full=True, dry_run=True)
    if left.taken_out_since(kept.until).isdisjoint(old):
        _vacuum(opened(), hours, full=True)
    else:
        left.take_unless_taken_out_since(kept.until, old)


def _without_marks(lake: Lake, table: Table, held: Any) -> None:
    """Have files written anew whose rows are only marked as deleted (deletion vectors)."""
    if any(batch.num_rows for batch in held.deletion_vectors()):
        lake.ask(f"REORG TABLE {table.address} APPLY (PURGE)")


def _shorten_log(opened: Callable[[], Any]) -> None:
    """Let a checkpoint take the place of all log entries, and the table keep its log as before."""
    with keeping_nothing(opened) as short:
        short.create_checkpoint()
        short.cleanup_metadata()
        Leftovers(short).take_old_log()


def _iceberg(lake: Lake, table: Table, kept: Kept) -> Erased:
    """Expire snapshots and remove what they alone needed, where the engine can."""
    unable = "still in older snapshots: this engine cannot expire them; do so with another"
    if len(table.name) < 2 or not all(_PLAIN.fullmatch(part) for part in table.name):  # noqa: PLR2004
        return Erased(grade=Grade.DELETED, still=unable)
    catalog, name = table.name[0], ".".join(table.name[1:])
    until = kept.until.strftime("%Y-%m-%d %H:%M:%S")
    told = f"table => '{name}', older_than => TIMESTAMP '{until}'"
    try:
        lake.ask(f"CALL {catalog}.system.expire_snapshots({told}, retain_last => 1)")
    except Refused:
        return Erased(grade=Grade.DELETED, still=unable)
    if kept.waits:
        still = f"still in older snapshots, which are kept for {kept.hours} hours (`keep_hours`)"
        again = Again(gone_by=kept.gone, at=kept.gone + timedelta(hours=kept.hours))
        return Erased(grade=Grade.DELETED, still=still, again=again)
    return Erased(
        grade=Grade.VACUUMED, still="perhaps still in orphan files: run remove_orphan_files"
    )
