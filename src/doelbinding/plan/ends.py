"""From what a policy says of a column to what a step does to its values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from doelbinding.binding.paths import Link, Place
from doelbinding.plan.model import Emptied, NamedFile
from doelbinding.plan.standing_in import each_of, stands_in
from doelbinding.plan.transform import has_ended
from doelbinding.plan.transformation import (
    Band,
    Empty,
    Generalise,
    KeepFirst,
    Own,
    Pseudonymise,
    StripText,
    Transformation,
    Whole,
    Within,
)
from doelbinding.policy.stores import Column


def emptied(here: Place, name: str) -> Emptied:
    """Give what ends the values of a column of a dataset."""
    column = here.dataset.column(name)
    return Emptied(
        column=name,
        replacement=column.replace_with,
        transformation=transformation(here, column),
        test=None if column.ends_as is None else column.ends_as.test,
    )


def files_of(here: Place, names: Iterable[str] | None = None) -> tuple[NamedFile, ...]:
    """Give which of the columns named, or of all, name files."""
    wanted = None if names is None else set(names)
    return tuple(
        NamedFile(column=column.name, root=column.file_in)
        for column in here.dataset.own_columns
        if column.file_in is not None and (wanted is None or column.name in wanted)
    )


def set_apart(columns: Iterable[Emptied]) -> tuple[tuple[Emptied, ...], tuple[Emptied, ...]]:
    """Part the columns that one statement empties from those whose values are computed."""
    all_of_them = tuple(columns)
    plain = tuple(one for one in all_of_them if one.transformation is None)
    return plain, tuple(one for one in all_of_them if one.transformation is not None)


def transformation(here: Place, column: Column) -> Transformation | None:
    """Give what becomes of a value of the column; none when it is just emptied."""
    if column.inside is not None:
        inside = column.inside
        return Within(document=inside.column, path=inside.path, each=_whole(here, column))
    return None if column.ends_as is None else _whole(here, column)


def is_gone(here: Place, column: Column, held: object) -> bool:
    """Tell whether nothing is left of a value besides what stands in for it, or it ends as."""
    if held in (None, "") or stands_in(column, held):
        return True
    change = transformation(here, column)
    return change is not None and all(has_ended(change, one) for one in each_of(column, held))


def _whole(here: Place, column: Column) -> Whole:
    stand_in, ending = column.replace_with, column.ends_as
    if ending is None:
        return Empty(replacement=stand_in)
    if ending.generalise is not None:
        return Generalise(grain=ending.generalise, held=column.type, replacement=stand_in)
    if ending.band is not None:
        return Band(width=ending.band, replacement=stand_in)
    if ending.keep_first is not None:
        return KeepFirst(length=ending.keep_first, replacement=stand_in)
    if ending.pseudonym is not None:
        return Pseudonymise(key=ending.pseudonym)
    return StripText(own=tuple(own_identifiers(here)), replacement=stand_in)


def own_identifiers(here: Place) -> Iterator[Own]:
    """Yield the columns that identify a row's own person: here, and in the rows it refers to."""
    links: tuple[Link, ...] = ()
    for place in here.ways_up():
        for column in place.dataset.own_columns:
            if column.identifier is not None:
                yield Own(column=column.name, kind=column.identifier, links=links)
        if place.parent is not None:
            links = (*links, place.upward)
