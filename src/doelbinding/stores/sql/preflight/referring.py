"""What rows that refer to a table mean for changing it: read from foreign keys of all schemas."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from doelbinding.plan.model import Deed, Step
from doelbinding.plan.ports import Obstacle
from doelbinding.policy.stores import Dataset, Store
from doelbinding.stores.sql.descent import place_of
from doelbinding.stores.sql.inspecting import inspector_of
from doelbinding.stores.sql.preflight.indexes import create_index, is_indexed
from doelbinding.stores.sql.preflight.obstacles import refuses, warns
from doelbinding.stores.sql.preflight.references import NotAllSeen, Referrer, referrers
from doelbinding.stores.sql.preflight.taken_alike import any_taken_alike
from doelbinding.stores.sql.preflight.uniqueness import uniques

_INDEXED = frozenset({"mysql", "mariadb"})
"""Engines that index every foreign key by themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Referring:
    """Looks at the foreign keys that point at one dataset's table; `ref`: how it is told."""

    connection: sa.Connection
    ref: str
    dataset: Dataset
    store: Store

    def obstacles(self, steps: Sequence[Step]) -> Iterator[Obstacle]:
        """Yield what foreign keys would do when the steps change the table."""
        deletes = any(step.deed is Deed.DELETE for step in steps)
        written = {one.written for step in steps for one in step.columns}
        if not deletes and not written:
            return
        try:
            found = list(referrers(self.connection, self._inspector, self.dataset))
        except NotAllSeen:
            yield refuses(
                self.ref,
                "this role cannot see which tables refer to it, though changing it acts on their "
                "rows",
                "GRANT PROCESS ON *.* to the role, which shows keys and no data, or let its owner "
                "do it",
            )
            return
        for referrer in found:
            yield from self._followed(referrer, written)
            if deletes:
                yield from self._deleted(referrer)
                yield from self._unindexed(referrer)
                yield from self._mismatched(referrer)
                yield from self._taken_alike(referrer)

    @property
    def _inspector(self) -> sa.Inspector:
        return inspector_of(self.connection)

    def _followed(self, referrer: Referrer, written: Collection[str]) -> Iterator[Obstacle]:
        """Yield what becomes of values that refer to a column whose values are changed."""
        changed = ", ".join(name for name in referrer.to if name in written)
        there = f"{referrer.name} ({', '.join(referrer.columns)})"
        if changed and referrer.follows:
            yield refuses(
                self.ref,
                f"changing ({changed}) also changes {there} (ON UPDATE {referrer.on_update}), "
                "justified or not",
                "let that key refer to the primary key, or take ON UPDATE away from it",
            )
        elif changed:
            yield warns(
                self.ref,
                f"{there} refers to ({changed}), which the database lets nobody change while a "
                "row refers to it",
                "let that key refer to the primary key; if it does not, the run may stop there",
            )

    def _deleted(self, referrer: Referrer) -> Iterator[Obstacle]:
        """Yield what becomes of rows that refer to a row that is deleted."""
        other = self._mapped(referrer)
        if other is None:
            yield refuses(
                self.ref,
                f"table {referrer.name!r} refers to it and is not in the policy",
                "map that table, so that its rows are considered",
            )
        elif not _considered(self.dataset, other, referrer):
            yield refuses(
                self.ref,
                f"{other.id!r} refers to it by ({', '.join(referrer.columns)}), which the policy "
                "does not tell",
                "give one of the two a `subject` path or an event along that reference; a path "
                "with `when` tells it of some rows only: name it under `references` too",
            )
        if referrer.cascades and other is None:
            yield refuses(
                self.ref,
                f"deleting here also deletes rows of {referrer.name!r} (ON DELETE CASCADE)",
                "map that table or take the cascade away",
            )

    def _unindexed(self, referrer: Referrer) -> Iterator[Obstacle]:
        dialect, columns = self.connection.dialect, referrer.columns
        if dialect.name in _INDEXED:
            return
        if not is_indexed(self._inspector, referrer.table, referrer.schema, columns):
            yield warns(
                self.ref,
                f"{referrer.name} ({', '.join(columns)}) has no index, so that each deletion "
                "reads that whole table",
                create_index(dialect, referrer.schema, referrer.table, columns),
            )

    def _mismatched(self, referrer: Referrer) -> Iterator[Obstacle]:
        """Yield a key of SQLite to columns that tell no row apart, which forbids deleting any."""
        if self.connection.dialect.name != "sqlite" or set(referrer.to) == set(self.dataset.key):
            return
        whole = [u.columns for u in uniques(self.connection, self.dataset) if not u.partial]
        if frozenset(referrer.to) not in whole:
            yield refuses(
                self.ref,
                f"{referrer.name} ({', '.join(referrer.columns)}) refers to "
                f"({', '.join(referrer.to)}), which is not unique: SQLite lets no row go then",
                "let that key refer to the primary key, or make what it refers to UNIQUE",
            )

    def _taken_alike(self, referrer: Referrer) -> Iterator[Obstacle]:
        """Yield that the key acts on rows which do not refer exactly to what goes."""
        other = self._mapped(referrer)
        if other is not None and any_taken_alike(
            self.connection, self.store, self.dataset, other, referrer
        ):
            table, mine = referrer.table, self.dataset.table
            to = ", ".join(f"{mine}.{name}" for name in referrer.to)
            columns = ", ".join(f"{table}.{name}" for name in referrer.columns)
            yield refuses(
                self.ref,
                f"rows of {other.id!r} refer to it by texts in ({columns}) that are not those in "
                f"({to}): the collation takes them for the same, so they would go with it or hold "
                "it, though exactly they lead to nobody",
                f"write them in ({columns}) as they are in ({to}), or give both a collation that "
                "is exact",
            )

    def _mapped(self, referrer: Referrer) -> Dataset | None:
        """Give the dataset of a table that refers, or in which its rows show."""
        usual = self._inspector.default_schema_name
        places = {(referrer.schema or usual, referrer.table), *referrer.part_of}
        own = (one for one in self.store.datasets if place_of(self.connection, one) in places)
        return next(own, None)


def _considered(dataset: Dataset, other: Dataset, referrer: Referrer) -> bool:
    """Tell whether the policy knows of a reference, so that what refers is looked at first.

    By its columns: a second reference between the same tables may lead to another person.
    """
    if other.id == dataset.id and not referrer.acts:
        return True
    always = (path for path in other.paths if path.when is None)
    told: list[Iterable[str]] = [path.columns for path in always if path.to == dataset.id]
    always = (path for path in dataset.paths if path.when is None)
    told += [path.columns for path in always if path.shared_by == other.id]
    told += [reference.columns for reference in other.references if reference.to == dataset.id]
    for event in dataset.events.values():
        told += [s.on for s in event.latest_of if s.dataset == other.id and s.on and not s.store]
    return any(set(columns) == set(referrer.columns) for columns in told)
