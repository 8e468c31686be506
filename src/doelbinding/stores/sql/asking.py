"""What lookups are in SQL: rows by the values of columns, or by what identifies people.

Statements are written once per dataset and question and kept as text, so that a database prepares
them once and no time goes into writing them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import sqlalchemy as sa

from doelbinding.binding.circumstances import Key
from doelbinding.plan.ports import Lookup
from doelbinding.policy.stores import Dataset
from doelbinding.stores.sql.comparing import Comparing
from doelbinding.stores.sql.identify import Question, question
from doelbinding.stores.sql.numbered import can_be_numbered, numbered
from doelbinding.stores.sql.tables import beginning
from doelbinding.stores.sql.taking import ends_in_blanks, may_be_loose
from doelbinding.stores.sql.texts import FOLDING

Statement = tuple[str, list[Any]]
"""A text, and its values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Text:
    """A dataset's columns, and the statement that reads them, up to its condition.

    What else it is to tell goes between what it selects and from where.
    """

    names: tuple[str, ...]
    selected: str
    table: str


class Asking:
    """Writes the questions of lookups in one database.

    Args:
        dialect: its own.
        select: gives what reads a dataset's rows.
        dataset: gives a dataset by its id.
        comparing: how SQLite compares; of others nothing more is asked.
    """

    def __init__(
        self,
        dialect: sa.Dialect,
        select: Callable[[Dataset], sa.Select[Any]],
        dataset: Callable[[str], Dataset],
        comparing: Comparing,
    ) -> None:
        self._dialect = dialect
        self._select = select
        self._datasets = dataset
        self._comparing = comparing
        self._texts: dict[str, _Text] = {}
        self._questions: dict[tuple[str, str, str], Question] = {}
        self._postgresql = dialect.name == "postgresql"
        self._mark = "?" if dialect.paramstyle == "qmark" else "%s"

    def written(self, lookups: Sequence[Lookup]) -> Statement:
        """Give the statement that asks for all that some lookups of one dataset find.

        Of each row it tells last which of the `marked` lookups find it.
        """
        text, marked = self._text(lookups[0].ref), set(self.marked(lookups))
        conditions, values = [], []
        marks, told = [], []
        for n, lookup in enumerate(lookups):
            condition, said = self._condition(lookup)
            conditions.append(condition)
            values += said
            if n in marked:
                marks.append(f", CASE WHEN {condition} THEN 1 ELSE 0 END")
                told += said
        wanted = f"{text.selected}{''.join(marks)} {text.table}"
        return f"{wanted} WHERE {' OR '.join(conditions)}", told + values

    def marked(self, lookups: Sequence[Lookup]) -> list[int]:
        """Give the places of lookups by texts that are asked together with others.

        Whether they find a row for whose sake another was asked, only the database knows.
        """
        if len(lookups) == 1:
            return []
        return [n for n, lookup in enumerate(lookups) if may_be_loose(lookup)]

    def numbered(self, lookup: Lookup) -> list[Statement]:
        """Give statements that tell last of each row by which key it was found, where they can."""
        dataset = self.dataset(lookup.ref)
        if not can_be_numbered(self._dialect, lookup.keys):
            return []
        statements = []
        for held in self.held(lookup):
            keys = numbered(self._dialect, dataset, lookup.columns, held, lookup.keys)
            selected = self._select(dataset).add_columns(sa.literal_column(keys.number))
            written = f"{selected.compile(dialect=self._dialect)} {keys.joined}"
            statements.append((written, keys.values))
        return statements

    def names(self, ref: str) -> tuple[str, ...]:
        """Give the names of the columns that are selected of a dataset."""
        return self._text(ref).names

    def folds(self, lookup: Lookup) -> bool:
        """Tell whether the database may find rows of one key by another, as padded ones."""
        dataset = lookup.ref.partition(".")[2]
        columns = {(dataset, name) for name in lookup.columns}
        dialect = self._dialect.name
        every = dialect in {"mariadb", "postgresql"} | FOLDING
        return every or not columns.isdisjoint(self._comparing.under) or ends_in_blanks(lookup)

    def _condition(self, lookup: Lookup) -> tuple[str, list[Any]]:
        if lookup.kind is not None:
            return self._alike(lookup, lookup.kind)
        conditions, values = [], []
        for held in self.held(lookup):
            condition, said = self._holds(held, lookup.keys)
            conditions.append(condition)
            values += said
        return " OR ".join(conditions), values

    def held(self, lookup: Lookup) -> list[tuple[str, ...]]:
        """Give the columns of a lookup as they are compared, once or more."""
        quoted = [(name, self._quoted(name)) for name in lookup.columns]
        under, dataset = self._comparing.under, lookup.ref.partition(".")[2]
        if not under:
            return [tuple(column for _, column in quoted)]
        return list(
            product(
                *(
                    [f"{column} COLLATE {one}" for one in under.get((dataset, name), ())]
                    or [column]
                    for name, column in quoted
                )
            )
        )

    def _holds(self, held: Sequence[str], keys: Sequence[Key]) -> tuple[str, list[Any]]:
        if len(held) == 1:
            return self._held_in(held[0], [key[0] for key in keys])
        one = f"({', '.join([self._mark] * len(held))})"
        marks = ", ".join([one] * len(keys))
        values = [part for key in keys for part in key]
        if self._dialect.name == "sqlite":
            marks = f"VALUES {marks}"
        return f"({', '.join(held)}) IN ({marks})", values

    def _held_in(self, held: str, values: Sequence[Any]) -> tuple[str, list[Any]]:
        if len(values) == 1:
            return f"{held} = {self._mark}", list(values)
        if self._postgresql:
            return f"{held} = ANY({self._mark})", [list(values)]
        return f"{held} IN ({', '.join([self._mark] * len(values))})", list(values)

    def _alike(self, lookup: Lookup, kind: str) -> tuple[str, list[Any]]:
        """Ask for at least the rows that are alike."""
        (name,) = lookup.columns
        document = self.dataset(lookup.ref).column(name).inside
        if document is not None:  # read from the document, and judged, here
            return f"{self._quoted(document.column)} IS NOT NULL", []
        asked = self._question(lookup.ref, name, kind)
        said: list[Any] = []
        for (value,) in lookup.keys:
            given = asked.said(str(value))
            if given is None:
                return f"{self._quoted(name)} IS NOT NULL", []
            said += given
        held, values = self._held_in(asked.plain, said) if said else ("1 = 0", [])
        return (held if asked.beyond is None else f"{held} OR {asked.beyond}"), values

    def _question(self, ref: str, name: str, kind: str) -> Question:
        asked = ref, name, kind
        if asked not in self._questions:
            column = self.dataset(ref).column(name)
            dialect = self._dialect.name
            self._questions[asked] = question(self._quoted(name), kind, column, dialect)
        return self._questions[asked]

    def _text(self, ref: str) -> _Text:
        if ref not in self._texts:
            dataset = self.dataset(ref)
            last = beginning("told", dataset)
            select = self._select(dataset).add_columns(sa.literal_column(last))
            written = str(select.compile(dialect=self._dialect))
            selected, _, rest = written.rpartition(f", {last} \nFROM ")
            names = tuple(column.name for column in dataset.own_columns)
            self._texts[ref] = _Text(names=names, selected=selected, table=f"FROM {rest}")
        return self._texts[ref]

    def dataset(self, ref: str) -> Dataset:
        """Give a dataset."""
        return self._datasets(ref.partition(".")[2])

    def _quoted(self, name: str) -> str:
        return str(self._dialect.identifier_preparer.quote(name))
