"""Whether a table would take right values, as far as its catalogue and questions tell.

Nothing is written, and no row is locked. What only writing shows, as what a trigger makes of it, a
rehearsal tells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from doelbinding.binding.circumstances import Key
from doelbinding.plan.model import Emptied
from doelbinding.plan.ports import Obstacle
from doelbinding.stores.sql.computed import AS_TEXT
from doelbinding.stores.sql.inspecting import inspector_of
from doelbinding.stores.sql.preflight.constraints import checks
from doelbinding.stores.sql.preflight.fitting import called, types_of, unfit
from doelbinding.stores.sql.preflight.obstacles import refuses
from doelbinding.stores.sql.preflight.supposing import mentions
from doelbinding.stores.sql.preflight.uniqueness import Unique, uniques
from doelbinding.stores.sql.tables import Here, bound, column_of, other_rows

_ONE: sa.ColumnElement[int] = sa.literal_column("1")


class _Named(sa.types.UserDefinedType[Any]):
    """A type by the name that the catalogue gives it."""

    cache_ok = True

    def __init__(self, name: str) -> None:
        self.name = name

    def get_col_spec(self, **_: object) -> str:
        """Give its name."""
        return self.name


@dataclass(frozen=True, kw_only=True)
class Supposed:
    """A new value in a column of some rows of a table.

    `again`: gives what the value read back would be corrected to.
    """

    connection: sa.Connection
    ref: str
    here: Here
    column: str
    value: Any
    keys: Sequence[Key]
    again: Callable[[object], object]

    def refused(self) -> Iterator[Obstacle]:
        """Yield why the table would not take it."""
        if not self._there:
            return
        if self.value is None and not self._there["nullable"]:
            yield self._says(f"column {self.column!r} may not be null")
            return
        told = Emptied(column=self.column, replacement=self._plain)
        if any(unfit(self.connection, self.here.dataset, [told])):
            kind = called(self._there["type"])
            yield self._says(f"column {self.column!r} is {kind}, which that value does not fit")
            return
        if self._is_spelt_otherwise():
            yield self._says(
                f"the database would hold another value in {self.column!r} (it rounds, orders or "
                "spells it in its own way): write it as the database does"
            )
        for name, said in checks(self.connection, self.here.dataset):
            if self._breaks(said):
                yield self._says(f"CHECK constraint {name!r} forbids it in {self.column!r}")
        for unique in sorted(uniques(self.connection, self.here.dataset), key=repr):
            if self._clashes(unique):
                named = ", ".join(sorted(unique.columns))
                yield self._says(f"({named}) is unique, and another row would be the same")
        yield from self._dangling()

    def _says(self, message: str) -> Obstacle:
        return refuses(self.ref, message, "give a value that it takes")

    @property
    def _plain(self) -> str | int | None:
        if self.value is None or isinstance(self.value, str):
            return self.value
        return int(self.value) if isinstance(self.value, int) else str(self.value)

    @cached_property
    def _there(self) -> dict[str, Any]:
        dataset = self.here.dataset
        found = inspector_of(self.connection).get_columns(dataset.table, schema=dataset.schema_)
        return next((dict(one) for one in found if one["name"] == self.column), {})

    @cached_property
    def _written(self) -> sa.ColumnElement[Any]:
        """The value as the column would hold it."""
        value = bound(self.value)
        match self.connection.dialect.name:
            case "postgresql":
                kind = types_of(self.connection, self.here.dataset, [self.column])[self.column]
                text = None if self.value is None else str(self.value)
                return sa.cast(sa.cast(bound(text), sa.Text), _Named(kind))
            case "sqlite" if not isinstance(self._there["type"], sa.types.NullType):
                return sa.cast(value, _Named(str(self._there["type"])))
            case _:
                return value

    def _is_spelt_otherwise(self) -> bool:
        """Tell whether PostgreSQL would hold another value of its own type, as one rounded."""
        texts = isinstance(
            getattr(self._there["type"], "data_type", self._there["type"]), sa.String
        )
        if self.connection.dialect.name != "postgresql" or self.value is None or texts:
            return False
        as_text = self.here.dataset.column(self.column).type in AS_TEXT
        held = sa.cast(self._written, sa.Text) if as_text else self._written
        told = self._asked(sa.select(held))
        return told is not None and self.again(told) != told

    def _breaks(self, said: str) -> bool:
        """Tell whether a check is false for one of the rows, were the value in it."""
        dialect, dataset = self.connection.dialect, self.here.dataset
        if not mentions(said, self.column, dialect):
            return False
        found = inspector_of(self.connection).get_columns(dataset.table, schema=dataset.schema_)
        others = [
            self.here.column(one["name"]).label(one["name"])
            for one in found
            if one["name"] != self.column and mentions(said, one["name"], dialect)
        ]
        row = sa.select(self._written.label(self.column), *others).where(self._mine(self.here.rows))
        held = sa.text(f"NOT ({said})".replace(":", "\\:"))
        return self._asked(sa.select(_ONE).select_from(row.subquery()).where(held)) is not None

    def _clashes(self, unique: Unique) -> bool:
        """Tell whether another row would be the same in what is unique."""
        if self.column not in unique.columns or unique.partial or unique.expressions:
            return False
        if self.value is None and not unique.nulls_too:
            return False
        rows, others = self.here.rows, other_rows(self.here.dataset)
        alike = [
            column_of(others, name) == column_of(rows, name)
            for name in unique.beyond([self.column])
        ]
        theirs = column_of(others, self.column)
        taken = theirs.is_(None) if self.value is None else theirs == self._written
        key = self.here.dataset.key
        itself = sa.and_(*(column_of(others, name) == column_of(rows, name) for name in key))
        asked: sa.Select[Any] = (
            sa.select(_ONE)
            .select_from(rows.join(others, sa.and_(sa.not_(itself), *alike)))
            .where(self._mine(rows), sa.or_(taken, self._mine(others)))
        )
        return self._asked(asked) is not None

    def _dangling(self) -> Iterator[Obstacle]:
        """Yield the table that would have to have the value, and has not."""
        dataset = self.here.dataset
        if self.value is None:
            return
        for key in inspector_of(self.connection).get_foreign_keys(
            dataset.table, schema=dataset.schema_
        ):
            if key["constrained_columns"] == [self.column]:
                other = sa.table(key["referred_table"], schema=key["referred_schema"])
                (name,) = key["referred_columns"]
                there = sa.exists(
                    sa.select(_ONE)
                    .select_from(other)
                    .where(column_of(other, name) == self._written)
                )
                if self._asked(sa.select(sa.case((there, 1), else_=0))) == 0:
                    yield self._says(
                        f"no row of {key['referred_table']} has it, to which it refers"
                    )

    def _mine(self, rows: sa.FromClause) -> sa.ColumnElement[bool]:
        key = self.here.dataset.key
        return sa.or_(
            *(
                sa.and_(*(column_of(rows, n) == bound(p) for n, p in zip(key, one, strict=True)))
                for one in self.keys
            )
        )

    def _asked(self, asked: sa.Select[Any]) -> Any:
        """Give the first answer; none also where the database cannot be asked that."""
        try:
            with self.connection.begin_nested():
                return self.connection.execute(asked.limit(1)).scalar()
        except SQLAlchemyError:
            return None
