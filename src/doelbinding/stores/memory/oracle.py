"""The rules applied to tables in memory, row by row, with none of the compiler's thinking.

What is left is decided on the state before anything changes: a row goes when nothing of it is
justified and no row that stays needs it; a value goes when it is certainly not justified; and a
reference that is said to be emptied goes with the row it names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from doelbinding.binding.justification import Row
from doelbinding.binding.justify import Interpreter
from doelbinding.binding.kleene import Truth
from doelbinding.binding.paths import Place, every_place
from doelbinding.plan.documents import read_value
from doelbinding.plan.ends import transformation
from doelbinding.plan.transform import Transformer
from doelbinding.plan.transformation import Own, StripText, innermost
from doelbinding.policy.json_path import parse_path
from doelbinding.policy.stores import Column
from doelbinding.stores.memory.tables import MemoryTables

About = Callable[[Place, Row], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The tables after, and how many rows hold a value of which it is unknown."""

    after: MemoryTables
    undated: dict[str, int]


def apply_rules(
    interpreter: Interpreter,
    before: MemoryTables,
    about: About = lambda _place, _row: True,
    *,
    unknown_goes: About = lambda _place, _row: False,
    transformer: Transformer = Transformer(),  # noqa: B008 - frozen
) -> Outcome:
    """Give what is left of the tables when every unjustified value has gone.

    Args:
        interpreter: reads `before`.
        before: the tables; not changed.
        about: which rows are meant at all (one person's, say).
        unknown_goes: of which rows what is unknown goes too.
        transformer: changes values that do not just go, with the keys at hand.
    """
    rules = _Rules(
        interpreter=interpreter,
        about=about,
        unknown_goes=unknown_goes,
        transformer=transformer,
    )
    after, undated = {ref: list(rows) for ref, rows in before.tables.items()}, {}
    for here in every_place(interpreter.policy):
        kept, doubtful = [], 0
        for row in before.tables.get(here.ref, []):
            left, unknown = rules.left(here, row)
            doubtful += unknown
            if left is not None:
                kept.append(dict(left))
        after[here.ref], undated[here.ref] = kept, doubtful
    return Outcome(after=MemoryTables(tables=after), undated=undated)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rules:
    interpreter: Interpreter
    about: About
    unknown_goes: About
    transformer: Transformer

    def left(self, here: Place, row: Row) -> tuple[Row | None, bool]:
        """Give what is left of a row, and whether a value of it is undated."""
        if not self.about(here, row) or not here.dataset.personal_columns:
            return self._released(here, row), False
        if not here.top.shared and self.interpreter.controllers(here, row) is None:
            return self._released(here, row), True
        truths = {
            column.name: self.interpreter.justify(here, row, column.name).truth
            for column in here.dataset.personal_columns
        }
        unknown = None in truths.values()
        if self._goes(here, row):
            return None, unknown
        left = self._released(here, row)
        for name, truth in truths.items():
            if truth in self._unneeded(here, row) and row[name] is not None:
                left |= self._ended(here, row, left, here.dataset.column(name))
        return left, unknown

    def _ended(self, here: Place, row: Row, left: Row, column: Column) -> Mapping[str, object]:
        """Give what the columns hold once a value is ended as the policy says.

        What identifies the person is read as it was before anything changed.
        """
        change = transformation(here, column)
        if change is None:
            return {column.name: column.replace_with}
        own: list[object] = []
        each = innermost(change)
        if isinstance(each, StripText):
            own = [self._identifying(here, row, one) for one in each.own]
        written = column.name if column.inside is None else column.inside.column
        changed = self.transformer.of(change, left[written], own)
        if column.inside is None:
            return {written: changed}
        steps = parse_path(column.inside.path)
        return {written: changed, column.name: read_value(changed, steps)}

    def _identifying(self, here: Place, row: Row, own: Own) -> object:
        """Give the value of an identifying column, here or up along the links."""
        for link in own.links:
            found = self.interpreter.related(here, link, row)
            if not found:
                return None
            here, row = here.neighbour(link.dataset), found[0]
        return row[own.column]

    def _unneeded(self, here: Place, row: Row) -> tuple[Truth, ...]:
        return (False, None) if self.unknown_goes(here, row) else (False,)

    def _goes(self, here: Place, row: Row) -> bool:
        """Tell whether a row goes: nothing of it stays, and nothing that needs it does."""
        if not self.about(here, row) or not here.dataset.goes_when_unjustified:
            return False
        if not here.top.shared and self.interpreter.controllers(here, row) is None:
            return False
        if self.interpreter.own_truth(here, row) not in self._unneeded(here, row):
            return False
        return all(self._goes(place, other) for place, other in self.interpreter.needing(here, row))

    def _released(self, here: Place, row: Row) -> dict[str, object]:
        """Give a row without the references that are emptied, whoever it belongs to."""
        left = dict(row)
        for reference in here.released:
            target = here.neighbour(reference.to)
            named = self.interpreter.related(here, here.referred(reference), row)
            if any(self._goes(target, other) for other in named):
                left |= dict.fromkeys(reference.columns)
        return left
