"""What would go wrong with changed values and files, read from the engine's own catalogue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from doelbinding.plan.model import Deed, Emptied, Step
from doelbinding.plan.ports import Obstacle
from doelbinding.plan.transform import PSEUDONYM_LENGTH, NoKey, Transformer
from doelbinding.plan.transformation import (
    KeepFirst,
    Pseudonymise,
    StripText,
    Whole,
    Within,
    innermost,
    rectifies,
)
from doelbinding.policy.stores import Dataset, Store
from doelbinding.stores.files import FileRoots
from doelbinding.stores.sql.inspecting import inspector_of
from doelbinding.stores.sql.preflight.constraints import checks
from doelbinding.stores.sql.preflight.fitting import called, holds_texts
from doelbinding.stores.sql.preflight.lessened import lessened
from doelbinding.stores.sql.preflight.obstacles import refuses, warns
from doelbinding.stores.sql.preflight.supposing import mentions
from doelbinding.stores.sql.tables import table

_TEXTS = (KeepFirst, Pseudonymise, StripText)


def is_told_apart(step: Step) -> bool:
    """Tell whether there is more to look at than a table's catalogue: changed values, or files."""
    return bool(step.files) or any(one.transformation is not None for one in step.columns)


def ending_obstacles(
    connection: sa.Connection,
    store: Store,
    steps: Sequence[Step],
    transformer: Transformer,
    files: FileRoots,
) -> list[Obstacle]:
    """Give what refuses or endangers the steps that change values or remove files."""
    found: dict[Obstacle, None] = {}
    for step in steps:
        dataset = store.dataset(step.dataset)
        for one in _files(step, files):
            found[one] = None
        changes = any(one.transformation is not None for one in step.columns)
        if step.deed is Deed.DELETE or not changes or not _there(connection, dataset):
            continue
        look = _Look(connection=connection, ref=step.ref, dataset=dataset, transformer=transformer)
        for emptied in step.columns:
            for one in look.obstacles(emptied):
                found[one] = None
    for dataset in {step.dataset: store.dataset(step.dataset) for step in steps}.values():
        mine = [step for step in steps if step.dataset == dataset.id]
        if _there(connection, dataset):
            found |= dict.fromkeys(lessened(connection, f"{store.id}.{dataset.id}", dataset, mine))
    return list(found)


def _files(step: Step, files: FileRoots) -> Iterator[Obstacle]:
    for one in step.files:
        folder = files.folders.get(one.root)
        if folder is None or not folder.is_dir():
            yield refuses(
                step.ref,
                f"column {one.column!r} names files in {one.root!r}, and no such folder is there",
                f"add [files.{one.root}] with `folder` to doelbinding.toml",
            )


def _there(connection: sa.Connection, dataset: Dataset) -> bool:
    return inspector_of(connection).has_table(dataset.table, schema=dataset.schema_)


@dataclass(frozen=True, kw_only=True)
class _Look:
    """Looks at the columns of one table."""

    connection: sa.Connection
    ref: str
    dataset: Dataset
    transformer: Transformer

    def obstacles(self, emptied: Emptied) -> Iterator[Obstacle]:
        name, change = emptied.written, emptied.transformation
        if change is None or rectifies(change):  # what a right value meets is found by rehearsing
            return
        each = innermost(change)
        if isinstance(each, Pseudonymise):
            yield from self._key(each.key)
        if isinstance(each, _TEXTS) and not isinstance(change, Within):
            yield from [*self._no_text(name)] or [*self._room(name, each)]
        yield from self._constraints(name)
        if isinstance(change, Within):
            yield from self._documents(name)

    def _key(self, name: str) -> Iterator[Obstacle]:
        try:
            self.transformer.keys(name)
        except NoKey as error:
            yield warns(self.ref, "values end under a key that is not there", str(error))

    def _no_text(self, name: str) -> Iterator[Obstacle]:
        """Yield that a column holds no texts, which is what is left of its values."""
        column = self._column(name)
        if not holds_texts(self.connection, self.dataset, column):
            yield refuses(
                self.ref,
                f"column {name!r} is {called(column['type'])}, and what is left of its values is "
                "text",
                "let it end empty, or make it a text",
            )

    def _room(self, name: str, each: Whole) -> Iterator[Obstacle]:
        if not isinstance(each, Pseudonymise):
            return
        length = getattr(self._column(name).get("type"), "length", None)
        if isinstance(length, int) and length < PSEUDONYM_LENGTH:
            yield refuses(
                self.ref,
                f"column {name!r} holds {length} characters, a pseudonym has {PSEUDONYM_LENGTH}",
                "widen the column, or let it end otherwise",
            )

    def _constraints(self, name: str) -> Iterator[Obstacle]:
        schema, inspector = self.dataset.schema_, inspector_of(self.connection)
        keys = inspector.get_foreign_keys(self.dataset.table, schema=schema)
        if any(name in key["constrained_columns"] for key in keys):
            yield refuses(
                self.ref,
                f"column {name!r} is a foreign key, and its values would be changed",
                "take `ends_as` out, and name it under `references`",
            )
        for _, said in checks(self.connection, self.dataset):
            if mentions(said, name, self.connection.dialect):
                yield warns(
                    self.ref,
                    f"a CHECK constraint reads column {name!r}, whose values are changed",
                    "see that it allows what is left; if it does not, the run stops there",
                )

    def _documents(self, name: str) -> Iterator[Obstacle]:
        """Count what is no document: nothing can be found in it, so nothing is taken out."""
        if self.connection.dialect.name not in {"sqlite", "mysql", "mariadb"}:
            return
        rows = table(self.dataset)
        held = rows.c[name]
        broken = sa.func.json_valid(held) == sa.literal_column("0")
        asked = sa.select(sa.func.count()).select_from(rows).where(held.is_not(None), broken)
        count = int(self.connection.execute(asked).scalar_one())
        if count:
            yield warns(
                self.ref,
                f"column {name!r} holds {count} texts that are no JSON: what is in them stays",
                "mend or empty them",
            )

    def _column(self, name: str) -> dict[str, Any]:
        columns = inspector_of(self.connection).get_columns(
            self.dataset.table, schema=self.dataset.schema_
        )
        return next((dict(column) for column in columns if column["name"] == name), {})
