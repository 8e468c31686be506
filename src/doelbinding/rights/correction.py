"""What a rectification is made of: what is asked, and the rows and right value of a column."""

from __future__ import annotations

from dataclasses import dataclass, field

from doelbinding.binding.circumstances import Key
from doelbinding.binding.paths import Place
from doelbinding.plan.identifiers import NAME, normalise
from doelbinding.policy.stores import Column, Dataset
from doelbinding.rights.found import FoundRow


class NotCorrectable(Exception):
    """What is to be corrected cannot be: the message says what, where and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A value said to be wrong: `store.dataset.column`, and what is right (none: nothing is)."""

    column: str
    right: str | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A column of some rows of the person, and the right value as a key of one part, or of none."""

    place: Place
    column: Column
    right: Key = field(repr=False)
    rows: tuple[FoundRow, ...]

    @property
    def name(self) -> str:
        """The column's full name."""
        return f"{self.place.ref}.{self.column.name}"


def joining(dataset: Dataset) -> frozenset[str]:
    """Give the columns that rows are told or joined by."""
    joining = {*dataset.key}
    for columns in (
        *(path.columns for path in dataset.paths),
        *(reference.columns for reference in dataset.references),
    ):
        joining |= set(columns)
    if dataset.controller is not None and not isinstance(dataset.controller, str):
        joining.add(dataset.controller.column)
    return frozenset(joining)


def are_alike(one: Column, other: Column) -> bool:
    """Tell whether columns hold values of the same kind."""
    if one.identifier:
        return other.identifier == one.identifier
    return other.category == one.category


def compared(value: object, kind: str | None, country: str | None) -> str | None:
    """Give a value as others of its kind are compared with it; nothing where it says nothing."""
    if value is None or value == "":
        return None
    if kind is None or kind == NAME:
        return str(value).strip()
    return normalise(kind, str(value), country)
