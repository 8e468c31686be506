"""A store outside our tree: a folder with a file of JSON lines per dataset, as the how-to makes it.

Files have no questions of their own, so they are read into SQLite in memory, which answers with the
compiler that all databases share; what it changed is written back before it is told.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import sqlalchemy as sa

from doelbinding.binding.circumstances import Key
from doelbinding.binding.expression import Branch, Elsewhere
from doelbinding.binding.justification import Row
from doelbinding.binding.kleene import Truth
from doelbinding.plan.grades import Erased, Grade
from doelbinding.plan.model import Doubt, KeySets, Step
from doelbinding.plan.ports import Announce, Changed, Obstacle, Tally, Unreachable
from doelbinding.policy.stores import ColumnType, Dataset
from doelbinding.policy.stores import Store as Mapped
from doelbinding.stores.outside import Address, CannotConnect
from doelbinding.stores.sql.engine import make_engine
from doelbinding.stores.sql.store import SqlStore

_NUMBERS = {
    ColumnType.INTEGER: sa.Integer(),
    ColumnType.DECIMAL: sa.Numeric(),
    ColumnType.EPOCH_SECONDS: sa.Integer(),
    ColumnType.EPOCH_MILLISECONDS: sa.Integer(),
}


class JsonLines:
    """Fulfils `plan.ports.Store` and `plan.grades.Purges` for files of JSON lines."""

    def __init__(self, mapped: Mapped, folder: Path) -> None:
        self.id = mapped.id
        self.mapped = mapped
        self.folder = folder
        self._held: SqlStore | None = None

    @property
    def _sql(self) -> SqlStore:
        if self._held is None:
            name = f"file:{uuid4().hex}?mode=memory&cache=shared"
            engine = make_engine(sa.URL.create("sqlite", database=name, query={"uri": "true"}))
            for dataset in self.mapped.datasets:
                self._load(engine, dataset)
            self._held = SqlStore(self.mapped, engine)
        return self._held

    def _load(self, engine: sa.Engine, dataset: Dataset) -> None:
        columns = [
            sa.Column(
                one.name,
                _NUMBERS.get(one.type, sa.Text()),
                primary_key=one.name in dataset.key,
                autoincrement=False,
            )
            for one in dataset.columns
        ]
        table = sa.Table(dataset.table, sa.MetaData(), *columns)
        try:
            lines = self._path(dataset).read_text(encoding="utf-8").split("\n")
        except OSError as error:
            raise Unreachable(
                f"store {self.id!r}: the file of {dataset.id} cannot be read "
                f"({type(error).__name__}): check the folder in doelbinding.toml"
            ) from None
        with engine.begin() as connection:
            table.create(connection)
            rows = [json.loads(line) for line in lines if line]
            if rows:
                connection.execute(sa.insert(table), rows)

    def _save(self, dataset: Dataset) -> None:
        """Write a file anew beside the old one, and put it in its place in one go."""
        path = self._path(dataset)
        beside = path.with_suffix(".new")
        with beside.open("w", encoding="utf-8") as file:
            for row in self._sql.rows(f"{self.id}.{dataset.id}", {}):
                file.write(json.dumps(dict(row), ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)

    def _path(self, dataset: Dataset) -> Path:
        return self.folder / f"{dataset.table}.jsonl"

    def execute(
        self,
        step: Step,
        keys: KeySets,
        sealed: Sequence[Key] | None,
        announce: Announce | None = None,
    ) -> Iterator[Changed]:
        for changed in self._sql.execute(step, keys, sealed, announce):
            self._save(self.mapped.dataset(step.dataset))
            yield changed

    def close(self) -> None:
        """Forget what was read; the next use reads the files again."""
        held, self._held = self._held, None
        if held is not None:
            held.close()

    def purge(self, datasets: Sequence[str], gone_by: datetime | None = None) -> Erased:
        return Erased(grade=Grade.VACUUMED, still="still in blocks that the file system has freed")

    def preflight(self, steps: Sequence[Step]) -> list[Obstacle]:
        return self._sql.preflight(steps)

    def survey(self, steps: Sequence[Step], keys: KeySets) -> Mapping[str, Tally]:
        return self._sql.survey(steps, keys)

    def doubtful(self, doubt: Doubt, keys: KeySets) -> int:
        return self._sql.doubtful(doubt, keys)

    def select_keys(self, step: Step, keys: KeySets) -> Iterator[list[Key]]:
        return self._sql.select_keys(step, keys)

    def remaining(self, step: Step, keys: KeySets, sealed: Sequence[Key] | None) -> int:
        return self._sql.remaining(step, keys, sealed)

    def rows(self, ref: str, where: Mapping[str, object]) -> Sequence[Row]:
        return self._sql.rows(ref, where)

    def match(
        self, ref: str, column: str, kind: str, values: Sequence[str], country: str | None = None
    ) -> Sequence[Row]:
        return self._sql.match(ref, column, kind, values, country)

    def values(self, ref: str, column: str) -> Iterator[str | int]:
        return self._sql.values(ref, column)

    def answers(self, elsewhere: Elsewhere, branch: Branch) -> Iterator[tuple[str | int, Truth]]:
        return self._sql.answers(elsewhere, branch)


def connect(mapped: Mapped, address: Address) -> JsonLines:
    """Make the store of an address such as `jsonl:exports/crm`."""
    folder = address.home / address.url.partition(":")[2]
    if not folder.is_dir():
        raise CannotConnect(f"{folder} is not a folder: write jsonl:FOLDER")
    return JsonLines(mapped, folder)
