"""A request for rectification: which rows hold what is wrong, and where else it stands (R-IX.2).

Only values that are asked for are corrected. Where the same wrong value stands in other columns of
the same kind is told, and corrected too when that is asked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from doelbinding.binding.circumstances import Key
from doelbinding.binding.paths import Place, place
from doelbinding.plan.identifiers import NAME, Identifier, NotAnIdentifier, normalise
from doelbinding.policy.model import Policy
from doelbinding.policy.organisation import Controller
from doelbinding.rights.correction import Asked, Correction, NotCorrectable, are_alike, compared
from doelbinding.rights.elsewhere import elsewhere, insist_found, insist_not_joined, merged
from doelbinding.rights.found import Found, InDoubt
from doelbinding.rights.right_value import correctable, right_value


@dataclass(frozen=True, slots=True, kw_only=True)
class Correcting:
    """What a request corrects, and where else the same wrong values stand."""

    corrections: tuple[Correction, ...]
    elsewhere: tuple[Correction, ...]


def correcting(
    policy: Policy,
    controller: Controller,
    found: Found,
    asked: Sequence[Asked],
    rows: Collection[tuple[str, Key]] = (),
    *,
    everywhere: bool = False,
) -> Correcting:
    """Say what is corrected of what was found.

    Raises:
        NotCorrectable: a column, a row or a value cannot be; or the person would not be found any
            more where a value stays as it is.
    """
    wanted = {one.column: one for one in asked}
    if len(wanted) != len(asked):
        raise NotCorrectable("a column is set twice: say one right value for each")
    corrections = [_correction(policy, found, one, rows, controller.country) for one in asked]
    _insist_named(rows, corrections)
    others = [
        other
        for one in corrections
        for other in elsewhere(found, one, frozenset(wanted), controller.country)
    ]
    if everywhere:  # that one place should hold nothing says nothing of another
        spread = [one for one in others if one.right or one.column.identifier]
        corrections = merged([*corrections, *spread])
        others = [one for one in others if one not in spread]
    insist_found(found, corrections, others)
    insist_not_joined(found, corrections, controller.country)
    return Correcting(corrections=tuple(corrections), elsewhere=tuple(others))


def identifiers_after(
    asked: Sequence[Asked], policy: Policy, country: str | None
) -> Iterator[Identifier]:
    """Yield by what the person is found once the values are right."""
    for one in asked:
        ref, _, name = one.column.rpartition(".")
        column = place(policy, ref).dataset.column(name)
        if column.identifier and column.identifier != NAME and one.right:
            try:
                value = normalise(column.identifier, one.right, country)
            except NotAnIdentifier:
                continue
            yield Identifier(column.identifier, value)


def left_in_doubt(found: Found, corrections: Sequence[Correction]) -> InDoubt:
    """Count what may be the person's, and may hold a value such as was wrong."""

    def concerned(here: Place) -> bool:
        return any(
            are_alike(one.column, column)
            for one in corrections
            for column in here.dataset.personal_columns
        )

    return found.in_doubt(concerned)


def _correction(
    policy: Policy,
    found: Found,
    asked: Asked,
    rows: Collection[tuple[str, Key]],
    country: str | None,
) -> Correction:
    ref, _, name = asked.column.rpartition(".")
    if "." not in ref:
        raise NotCorrectable(f"{asked.column!r} names no column: write store.dataset.column=VALUE")
    here = place(policy, ref)
    column = correctable(here, name)
    right = right_value(column, asked)
    named = {tuple(map(str, key)) for other, key in rows if other == ref}
    mine = [row for row in found.rows if row.place.ref == ref]
    meant = [row for row in mine if not named or tuple(map(str, row.key)) in named]
    if not mine:
        raise NotCorrectable(f"nothing of this person was found in {ref}")
    if named and len(meant) != len(named):
        raise NotCorrectable(f"a row named of {ref} is not the person's: see `subject find`")
    if not named and any(row.others for row in meant):
        raise NotCorrectable(
            f"a row of {ref} is somebody else's too: say with --row that it is to be corrected for "
            "both"
        )
    if column.inside is not None and any(row.row[name] is None for row in meant):
        raise NotCorrectable(
            f"a row of {ref} has nothing at {column.inside.path} of its document, and nothing is "
            "added to a document: correct it in the application, or name other rows with --row"
        )
    wrong = {compared(row.row[name], column.identifier, country) for row in meant}
    if not named and len(wrong) > 1:
        raise NotCorrectable(
            f"the person's {len(meant)} rows of {ref} hold different values in {name!r}: say with "
            f"--row {ref}:KEY which of them are wrong"
        )
    return Correction(place=here, column=column, right=right, rows=tuple(meant))


def _insist_named(rows: Collection[tuple[str, Key]], corrections: Sequence[Correction]) -> None:
    unused = {ref for ref, _ in rows} - {one.place.ref for one in corrections}
    if unused:
        raise NotCorrectable(f"--row names a row of {min(unused)}, of which nothing is corrected")
