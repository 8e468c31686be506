"""The rules applied to tables in memory, row by row, with none of the compiler's thinking.

What is left is decided on the state before anything changes: a row goes when nothing of it is
justified and no row that stays refers to it; a value goes when it is certainly not justified.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from doelbinding.binding.justification import Row
from doelbinding.binding.justify import Interpreter
from doelbinding.binding.kleene import Truth
from doelbinding.binding.paths import Place, places
from doelbinding.stores.memory.tables import MemoryTables


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The tables after, and how many rows hold a value of which it is unknown."""

    after: MemoryTables
    undated: dict[str, int]


def apply_rules(
    interpreter: Interpreter,
    before: MemoryTables,
    about: Callable[[Place, Row], bool] = lambda _place, _row: True,
    *,
    unknown_goes: bool = False,
) -> Outcome:
    """Give what is left of the tables when every unjustified value has gone.

    Args:
        interpreter: reads `before`.
        before: the tables; not changed.
        about: which rows are meant at all (one person's, say).
        unknown_goes: whether what is unknown goes too, save in rows that people share.
    """
    after, undated = {ref: list(rows) for ref, rows in before.tables.items()}, {}
    for here in places(interpreter.policy):
        if not here.dataset.personal_columns:
            continue
        kept, doubtful = [], 0
        for row in before.tables.get(here.ref, []):
            if not about(here, row):
                kept.append(dict(row))
                continue
            goes = (False, None) if unknown_goes and not here.top.shared else (False,)
            left, unknown = _left(interpreter, here, row, goes, about)
            doubtful += unknown
            if left is not None:
                kept.append(dict(left))
        after[here.ref], undated[here.ref] = kept, doubtful
    return Outcome(after=MemoryTables(tables=after), undated=undated)


def _left(
    interpreter: Interpreter,
    here: Place,
    row: Row,
    goes: tuple[Truth, ...],
    about: Callable[[Place, Row], bool],
) -> tuple[Row | None, bool]:
    """Give what is left of a row, and whether a value of it is undated."""
    if not here.top.shared and interpreter.controllers(here, row) is None:
        return row, True
    truths = {
        column.name: interpreter.justify(here, row, column.name).truth
        for column in here.dataset.personal_columns
    }
    unknown = None in truths.values()
    if _row_goes(interpreter, here, row, goes, about):
        return None, unknown
    left = dict(row)
    for name, truth in truths.items():
        if truth in goes and left[name] is not None:
            left[name] = here.dataset.column(name).replace_with
    return left, unknown


def _row_goes(
    interpreter: Interpreter,
    here: Place,
    row: Row,
    goes: tuple[Truth, ...],
    about: Callable[[Place, Row], bool],
) -> bool:
    """Tell whether a row goes: nothing of it stays, and nothing that refers to it does."""
    if not about(here, row) or not here.dataset.goes_when_unjustified:
        return False
    if not here.top.shared and interpreter.controllers(here, row) is None:
        return False
    if interpreter.own_truth(here, row) not in goes:
        return False
    return all(
        _row_goes(interpreter, place, other, goes, about)
        for place, link in here.dependants
        for other in interpreter.related(here, link, row)
    )
