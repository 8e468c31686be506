"""Why do we still have this? One value, and everything that keeps it or ends it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from doelbinding.binding.justification import Justification, Row
from doelbinding.binding.justify import Interpreter
from doelbinding.binding.paths import Place, place, places
from doelbinding.jobs.said import said_by
from doelbinding.plan.ends import transformation
from doelbinding.plan.transformation import Transformation
from doelbinding.plan.written import parts_of
from doelbinding.policy.organisation import Controller
from doelbinding.policy.stores import Column, ColumnType
from doelbinding.rights.reading import Reading
from doelbinding.wiring import Workspace

_LARGEST = 2**63


class NoSuchValue(Exception):
    """There is no such column in the policy, or no such row in the store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A value's justification, whose it is, and when something happens next.

    `leads`: whether its row leads to anybody who is there.
    """

    place: Place
    column: Column
    row: Row
    controllers: tuple[Controller, ...]
    why: Justification
    stays: bool | None
    leads: bool

    @property
    def change(self) -> Transformation | None:
        """What becomes of the value once nothing justifies it; none: it goes."""
        return transformation(self.place, self.column)

    @property
    def next_end(self) -> date | None:
        """The last day of the living phase that ends first, where several end by their dates."""
        ends = {state.until for state in self.why.phases if state.justifies and state.until}
        return min(ends) if len(ends) > 1 else None

    @property
    def last_end(self) -> date | None:
        """The day from which nothing justifies the value, if dates tell."""
        living = [state for state in self.why.phases if state.justifies is not False]
        if not living or any(state.until is None for state in living):
            return None
        return max(state.until for state in living if state.until) + timedelta(days=1)


def explain(workspace: Workspace, value: str, key: str, at: datetime) -> Explanation:
    """Explain one value, named `store.dataset.column`, of the row with that key.

    Raises:
        NoSuchValue: there is no such dataset, column or row.
        PathError: there is no such dataset.
    """
    ref, name = _named(workspace, value)
    here = place(workspace.policy, ref)
    try:
        column = here.dataset.column(name)
    except KeyError:
        known = ", ".join(c.name for c in here.dataset.columns)
        raise NoSuchValue(f"{ref} has no column {name!r}; it has: {known}") from None
    parts = parts_of(key)
    if len(parts) != len(here.dataset.key):
        raise NoSuchValue(
            f"the key of {ref} is ({', '.join(here.dataset.key)}): give its parts with commas, "
            "a part that has a comma itself in double quotes"
        )
    where = {
        n: _typed(here.dataset.column(n), part)
        for n, part in zip(here.dataset.key, parts, strict=True)
    }
    rows = workspace.stores[here.store.id].rows(ref, where)
    if not rows:
        raise NoSuchValue(f"{ref} has no row with that key")
    interpreter = Interpreter(
        policy=workspace.policy,
        reader=Reading(workspace.stores),
        at=at,
        circumstances=said_by(workspace, at),
    )
    return Explanation(
        place=here,
        column=column,
        row=rows[0],
        controllers=interpreter.controllers(here, rows[0]) or (),
        why=interpreter.justify(here, rows[0], name),
        stays=interpreter.stays(here, rows[0]),
        leads=_leads(interpreter, here, rows[0]),
    )


def _leads(interpreter: Interpreter, here: Place, row: Row) -> bool:
    """Tell whether a row leads to somebody: each row on the way up is there."""
    if here.top.shared:
        return any(_leads(interpreter, *one) for one in interpreter.persons_of(here, row))
    if here.parent is None:
        return True
    parent = interpreter.up(here, row)
    return parent is not None and _leads(interpreter, here.parent, parent)


def _named(workspace: Workspace, value: str) -> tuple[str, str]:
    """Give the dataset and the column that a value is named by."""
    for one in places(workspace.policy):
        if one.ref == value:
            first, *others = (column.name for column in one.dataset.columns)
            raise NoSuchValue(
                f"{value} is a dataset: name a column of it too, such as {value}.{first}; it has: "
                f"{', '.join([first, *others])}"
            )
    ref, _, name = value.rpartition(".")
    if "." not in ref:
        raise NoSuchValue(f"{value!r} names no value: write STORE.DATASET.COLUMN")
    return ref, name


def _typed(column: Column, part: str) -> str | int:
    if column.type is not ColumnType.INTEGER:
        return part.strip()
    try:
        number = int(part)
    except ValueError:
        raise NoSuchValue(f"key column {column.name} holds whole numbers") from None
    if abs(number) >= _LARGEST:
        raise NoSuchValue(f"key column {column.name} holds whole numbers of at most 64 bits")
    return number
