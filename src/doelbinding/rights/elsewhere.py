"""Where else a wrong value stands, and what its correction would tear apart (ADR 0023).

Stores are joined by what identifies people, so an identifier is corrected everywhere at once or not
at all, and a name only so that the rows of its person still agree.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from doelbinding.binding.circumstances import Key
from doelbinding.plan.identifiers import EMAIL, NAME
from doelbinding.policy.stores import Column, ColumnType
from doelbinding.rights.correction import (
    Correction,
    NotCorrectable,
    are_alike,
    compared,
    joining,
)
from doelbinding.rights.found import Found
from doelbinding.rights.names import all_agree, words_of


def elsewhere(
    found: Found, one: Correction, set_: frozenset[str], country: str | None
) -> Iterator[Correction]:
    """Yield the columns not asked for that hold the same wrong values, of the same kind."""
    kind = one.column.identifier
    wrong = {compared(row.row[one.column.name], kind, country) for row in one.rows} - {None}
    right = compared(one.right[0] if one.right else None, kind, country)
    by_column: dict[str, Correction] = {}
    for row in found.rows:
        if row.others:
            continue
        for column in row.place.dataset.personal_columns:
            name = f"{row.place.ref}.{column.name}"
            same = compared(row.row[column.name], kind, country) in wrong - {right}
            if (
                (are_alike(one.column, column) or _may_hold_it(one.column, column))
                and same
                and name not in set_
                and column.name not in joining(row.place.dataset)
                and column.file_in is None
            ):
                before = by_column.get(name)
                rows = (*(before.rows if before else ()), row)
                by_column[name] = Correction(
                    place=row.place, column=column, right=one.right, rows=rows
                )
    yield from by_column.values()


def _may_hold_it(one: Column, other: Column) -> bool:
    """Tell whether a text of whatever category may be an address: one of a table of many keys."""
    plain = other.identifier is None and other.type is ColumnType.TEXT
    return one.identifier == EMAIL and plain


def merged(corrections: Sequence[Correction]) -> list[Correction]:
    """Join corrections of the same column.

    Raises:
        NotCorrectable: they would set it to two values.
    """
    by_name: dict[str, Correction] = {}
    for one in corrections:
        before = by_name.get(one.name)
        if before is not None and before.right != one.right:
            raise NotCorrectable(f"{one.name} would get two right values: set it itself")
        rows = {row.key: row for row in (*(before.rows if before else ()), *one.rows)}
        by_name[one.name] = replace(one, rows=tuple(rows.values()))
    return list(by_name.values())


def insist_found(
    found: Found, corrections: Sequence[Correction], elsewhere: Sequence[Correction]
) -> None:
    """Refuse what would tear a person apart: stores are joined by identifiers and names."""
    torn = sorted({one.name for one in elsewhere if one.column.identifier not in {None, NAME}})
    if torn:
        raise NotCorrectable(
            f"the person is found by the same value in {', '.join(torn)}: correct it there too, "
            "with --everywhere"
        )
    after = dict[tuple[str, Key], dict[str, object]]()
    for one in corrections:
        for row in one.rows:
            mark = one.place.ref, row.key
            now = after.setdefault(mark, dict(row.row))
            now[one.column.name] = one.right[0] if one.right else None
    people = [person for person in found.people if person.ours]
    before_names = [words_of(p.place.dataset, p.row) for p in people]
    after_names = [
        words_of(p.place.dataset, after.get((p.place.ref, p.key), dict(p.row))) for p in people
    ]
    held = [words for words in after_names if words]
    if all_agree([words for words in before_names if words]) and not all_agree(held):
        named = sorted({p.place.ref for p in people if words_of(p.place.dataset, p.row)})
        raise NotCorrectable(
            "the name would differ from that in the person's other rows, which would then be taken "
            f"for somebody else's: set the name in each of {', '.join(named)}, as it is written "
            "there"
        )


def insist_not_joined(found: Found, corrections: Sequence[Correction], country: str | None) -> None:
    """Refuse a value by which rows are found that stands where it is not corrected as well."""
    joined: set[str] = set()
    for one in corrections:
        kind = one.column.identifier
        if kind in {None, NAME}:
            continue
        right = compared(one.right[0] if one.right else None, kind, country)
        wrong = {compared(row.row[one.column.name], kind, country) for row in one.rows}
        joined |= {
            f"{row.place.ref}.{column.name}"
            for row in found.rows
            for column in row.place.dataset.columns
            if column.identifier == kind and column.name in joining(row.place.dataset)
            if compared(row.row[column.name], kind, country) in wrong - {right, None}
        }
    if joined:
        raise NotCorrectable(
            f"the person is found by the same value in {', '.join(sorted(joined))}, which is a "
            "key, or leads to other rows: correct it first in the application that keeps it"
        )
