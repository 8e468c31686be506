"""The statements that change rows, each telling how many or which it changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from doelbinding.binding.circumstances import Key
from doelbinding.plan.model import Deed, Step
from doelbinding.stores.sql.meant import stand_in
from doelbinding.stores.sql.tables import Here

KeyIn = Callable[[Sequence[sa.ColumnElement[Any]], Sequence[Key]], sa.ColumnElement[bool]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deeds:
    """What a step does to the rows that a condition finds.

    `kept`: columns that the database would change by itself.
    """

    step: Step
    here: Here
    dialect: str
    kept: Sequence[str] = ()

    def rows(self, mine: sa.ColumnElement[bool], connection: sa.Connection) -> int:
        """Change rows, and give how many."""
        return int(connection.execute(self.statement().where(mine)).rowcount)

    def keys(
        self, mine: sa.ColumnElement[bool], key_in: KeyIn, connection: sa.Connection
    ) -> list[Key]:
        """Change rows and give their keys; where UPDATE cannot tell them, they are locked first."""
        own = [self.here.column(name) for name in self.here.dataset.key]
        if self.dialect in _TELL:
            changed = connection.execute(self.statement().where(mine).returning(*own))
            return [tuple(found) for found in changed]
        asked = sa.select(*own).where(mine).with_for_update()
        found = [tuple(key) for key in connection.execute(asked)]
        if found:
            connection.execute(self.statement().where(key_in(own, found), mine))
        return found

    def statement(self) -> Any:
        """Give the statement, still without a condition on the rows."""
        target: Any = self.here.rows
        if self.step.deed is Deed.DELETE:
            return sa.delete(target)
        written = {one.column: stand_in(self.here, one) for one in self.step.columns}
        return sa.update(target).values(as_they_are(self.here, self.kept) | written)


def as_they_are(here: Here, columns: Sequence[str]) -> dict[str, sa.ColumnElement[Any]]:
    """Give what to write so that columns stay what they are."""
    return {name: here.column(name) for name in columns}


_TELL = frozenset({"postgresql", "sqlite"})
