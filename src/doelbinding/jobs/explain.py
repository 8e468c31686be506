"""Why do we still have this? One value, and everything that keeps it or ends it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from doelbinding.binding.circumstances import Key
from doelbinding.binding.justification import Justification, Row
from doelbinding.binding.justify import Interpreter
from doelbinding.binding.paths import Place, place, places
from doelbinding.jobs.said import said_by
from doelbinding.plan.ends import transformation
from doelbinding.plan.ports import TakesAlike
from doelbinding.plan.transformation import Transformation
from doelbinding.plan.written import parts_of
from doelbinding.policy.organisation import Controller
from doelbinding.policy.stores import Column
from doelbinding.rights.found import key_of
from doelbinding.rights.reading import Reading
from doelbinding.wiring import Workspace

_LARGEST = 2**64
_WHOLE = re.compile(r"[-+]?[0-9]{1,99}")


class NoSuchValue(Exception):
    """There is no such column in the policy, or no such row in the store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A value's justification, whose it is, and when something happens next.

    `key` is as its store has it. `leads`: whether its row leads to anybody who is there.
    """

    place: Place
    column: Column
    row: Row
    key: Key
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
    row = _row(workspace, here, parts)
    interpreter = Interpreter(
        policy=workspace.policy,
        reader=Reading(workspace.stores),
        at=at,
        circumstances=said_by(workspace, at),
    )
    return Explanation(
        place=here,
        column=column,
        row=row,
        key=key_of(here, row),
        controllers=interpreter.controllers(here, row) or (),
        why=interpreter.justify(here, row, name),
        stays=interpreter.stays(here, row),
        leads=_leads(interpreter, here, row),
    )


def _row(workspace: Workspace, here: Place, parts: Sequence[str]) -> Row:
    """Give the row with a key: as it is written, or else the one that its store takes it for."""
    store = workspace.stores[here.store.id]
    ask = store.alike if isinstance(store, TakesAlike) else store.rows
    columns = [here.dataset.column(name) for name in here.dataset.key]
    alike: dict[Key, Row] = {}
    for spelt in dict.fromkeys((tuple(parts), tuple(part.strip() for part in parts))):
        key = tuple(_typed(column, part) for column, part in zip(columns, spelt, strict=True))
        for row in ask(here.ref, dict(zip(here.dataset.key, key, strict=True))):
            held = key_of(here, row)
            if held == key:
                return row
            alike[held] = row
    if not alike:
        raise NoSuchValue(
            f"{here.ref} has no row with that key: write it as `doelbinding subject find` shows it"
        )
    if len(alike) > 1:
        raise NoSuchValue(
            f"{here.ref} has no row with exactly that key, and its store takes it for that of "
            f"{len(alike)} rows: write it as `doelbinding subject find` shows it"
        )
    return next(iter(alike.values()))


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
    if not column.type.is_whole:
        return part
    if not _WHOLE.fullmatch(part.strip()):
        raise NoSuchValue(f"key column {column.name} holds whole numbers")
    number = int(part)
    if abs(number) >= _LARGEST:
        raise NoSuchValue(f"key column {column.name} holds whole numbers of at most 64 bits")
    return number
