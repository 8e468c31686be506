"""Predicates for Spark: those of every store, with what Spark says otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from doelbinding.binding.expression import Referred
from doelbinding.stores.lakehouse.dialect import SparkDialect
from doelbinding.stores.sql.compile import Compiler
from doelbinding.stores.sql.tables import Here, bound, table

TARGET = "target"


@dataclass(frozen=True, kw_only=True)
class LakeCompiler(Compiler):
    """The compiler of `stores.sql` over tables that always go by a name of their own.

    `spark`: writes its statements down.
    """

    spark: SparkDialect

    def here(self, dataset_id: str) -> Here:
        """Give a dataset's own table, as the target of a statement."""
        found = self._targets.get(dataset_id)
        if found is None:
            dataset = self.store.dataset(dataset_id)
            found = Here(dataset=dataset, rows=table(dataset).alias(TARGET))
            self._targets[dataset_id] = found
        return found

    def key_in(
        self, columns: Sequence[sa.ColumnElement[Any]], keys: Sequence[Any]
    ) -> sa.ColumnElement[bool]:
        """Give whether columns hold one of the keys.

        Those of several parts stand in a list that is looked up: thousands of ORs are more than an
        engine's parser bears.
        """
        if len(columns) == 1 or not keys:
            return super().key_in(columns, keys)
        parts: list[sa.ColumnClause[Any]] = [sa.column(f"part_{n}") for n in range(len(columns))]
        told = [tuple(bound(part) for part in key) for key in keys]
        listed = sa.values(*parts, name="listed").data(told)
        same = (held == listed.c[part.name] for held, part in zip(columns, parts, strict=True))
        asked: sa.Select[Any] = sa.select(sa.literal_column("1")).select_from(listed).where(*same)
        return asked.correlate_except(listed).exists()

    def _referred(self, referred: Referred, here: Here, *, wanted: bool) -> sa.ColumnElement[bool]:
        """Ask whether a row that refers here stays: where the question stands, by no other name."""
        if self.doing:
            return super()._referred(referred, here, wanted=wanted)
        there = self.there(here, referred.link)
        found = self._exists(here, there, referred.link, self._stay(referred, there, wanted=wanted))
        return found if wanted else sa.not_(found)
