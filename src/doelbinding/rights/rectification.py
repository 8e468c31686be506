"""A request for rectification: which rows hold what is wrong, and where else it stands (R-IX.2).

Only values that are asked for are corrected. Where the same wrong value stands in other columns of
the same kind is told, and corrected too when that is asked. Stores are joined by what identifies
people, so an identifier is corrected everywhere at once or not at all, and a name only so that the
rows of its person still agree (ADR 0023).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation

from doelbinding.binding.circumstances import Key
from doelbinding.binding.paths import Place, place
from doelbinding.binding.times import is_well_formed
from doelbinding.plan.identifiers import EMAIL, NAME, Identifier, NotAnIdentifier, normalise
from doelbinding.policy.json_path import Every, parse_path
from doelbinding.policy.model import Policy
from doelbinding.policy.organisation import Controller
from doelbinding.policy.stores import Column, ColumnType, Dataset
from doelbinding.rights.found import Found, FoundRow, InDoubt
from doelbinding.rights.names import all_agree, words_of

_WHOLE = {ColumnType.INTEGER, ColumnType.EPOCH_SECONDS, ColumnType.EPOCH_MILLISECONDS}
_TRUTHS = {"true": 1, "yes": 1, "1": 1, "false": 0, "no": 0, "0": 0}
_LARGEST = 2**63


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
    elsewhere = [
        other
        for one in corrections
        for other in _elsewhere(found, one, frozenset(wanted), controller.country)
    ]
    if everywhere:  # that one place should hold nothing says nothing of another
        spread = [one for one in elsewhere if one.right or one.column.identifier]
        corrections = _merged([*corrections, *spread])
        elsewhere = [one for one in elsewhere if one not in spread]
    _insist_found(found, corrections, elsewhere)
    _insist_not_joined(found, corrections, controller.country)
    return Correcting(corrections=tuple(corrections), elsewhere=tuple(elsewhere))


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
            _are_alike(one.column, column)
            for one in corrections
            for column in here.dataset.personal_columns
        )

    return found.in_doubt(concerned)


# -- which rows -----------------------------------------------------------------------------------


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
    column = _column(here, name)
    right = _right(column, asked)
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
    wrong = {_compared(row.row[name], column.identifier, country) for row in meant}
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


def _column(here: Place, name: str) -> Column:
    dataset = here.dataset
    known = [c.name for c in dataset.personal_columns if c.name not in _joining(dataset)]
    if name not in known:
        why = (
            "is a key, or leads to other rows"
            if any(c.name == name for c in dataset.columns) and name in _joining(dataset)
            else "is no column with personal data"
        )
        raise NotCorrectable(f"{here.ref}.{name} {why}; there can be corrected: {', '.join(known)}")
    column = dataset.column(name)
    if column.type in {ColumnType.INSTANT, ColumnType.JSON}:
        raise NotCorrectable(
            f"{here.ref}.{name} is of type {column.type.value}, which is not corrected here: "
            "correct it in the application"
        )
    if column.file_in is not None:
        raise NotCorrectable(
            f"{here.ref}.{name} names a file, which would stay where it is under a name that "
            "nobody knows any more: correct it in the application, with its file"
        )
    if column.inside is not None and Every.EVERY in parse_path(column.inside.path):
        raise NotCorrectable(
            f"{here.ref}.{name} stands for several values in a document, so that nobody can say "
            "which is wrong: correct it in the application"
        )
    return column


def _joining(dataset: Dataset) -> frozenset[str]:
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


# -- the right value ------------------------------------------------------------------------------


def _right(column: Column, asked: Asked) -> Key:
    """Give the right value as its column's type has it; the value itself is not repeated."""
    if asked.right is None:
        return ()
    written, kind = asked.right, column.type
    if written == "":
        raise NotCorrectable(f"{asked.column} would be an empty text: use --clear {asked.column}")
    if written in map(str, column.null_values):
        raise NotCorrectable(f"{asked.column}: that value stands for nothing there: use --clear")
    right: str | int = written
    if kind in _WHOLE:
        right = _whole(asked.column, written)
    elif kind is ColumnType.BOOLEAN:
        if written.lower() not in _TRUTHS:
            raise NotCorrectable(f"{asked.column} is true or false")
        right = _TRUTHS[written.lower()]
    elif kind is ColumnType.DECIMAL:
        _insist_decimal(asked.column, written)
    elif kind is ColumnType.TIMESTAMP:
        right = _moment(asked.column, written)
    elif kind.is_day and not is_well_formed(written, kind):
        form = "20240131" if kind is ColumnType.DATE_DIGITS else "2024-01-31"
        raise NotCorrectable(f"{asked.column} holds days: write it as {form}")
    _insist_identifies(column, asked.column, written)
    return (right,)


def _whole(name: str, written: str) -> int:
    try:
        number = int(written)
    except ValueError:
        raise NotCorrectable(f"{name} holds whole numbers") from None
    if abs(number) >= _LARGEST:
        raise NotCorrectable(f"{name} holds whole numbers of at most 64 bits")
    return number


def _insist_decimal(name: str, written: str) -> None:
    try:
        finite = Decimal(written).is_finite()
    except InvalidOperation:
        finite = False
    if not finite:
        raise NotCorrectable(f"{name} holds numbers: write it as 12.50")


def _moment(name: str, written: str) -> str:
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is not None or moment.microsecond:
        raise NotCorrectable(f"{name} holds moments: write it as '2024-01-31 12:30:00'")
    return moment.isoformat(sep=" ")


def _insist_identifies(column: Column, name: str, written: str) -> None:
    if column.identifier in {None, NAME}:
        return
    try:
        normalise(str(column.identifier), written)
    except NotAnIdentifier as error:
        raise NotCorrectable(f"{name} identifies people by {column.identifier}: {error}") from None


# -- where else -----------------------------------------------------------------------------------


def _elsewhere(
    found: Found, one: Correction, set_: frozenset[str], country: str | None
) -> Iterator[Correction]:
    """Yield the columns not asked for that hold the same wrong values, of the same kind."""
    kind = one.column.identifier
    wrong = {_compared(row.row[one.column.name], kind, country) for row in one.rows} - {None}
    right = _compared(one.right[0] if one.right else None, kind, country)
    by_column: dict[str, Correction] = {}
    for row in found.rows:
        if row.others:
            continue
        for column in row.place.dataset.personal_columns:
            name = f"{row.place.ref}.{column.name}"
            same = _compared(row.row[column.name], kind, country) in wrong - {right}
            if (
                (_are_alike(one.column, column) or _may_hold_it(one.column, column))
                and same
                and name not in set_
                and column.name not in _joining(row.place.dataset)
                and column.file_in is None
            ):
                before = by_column.get(name)
                rows = (*(before.rows if before else ()), row)
                by_column[name] = Correction(
                    place=row.place, column=column, right=one.right, rows=rows
                )
    yield from by_column.values()


def _are_alike(one: Column, other: Column) -> bool:
    """Tell whether columns hold values of the same kind."""
    if one.identifier:
        return other.identifier == one.identifier
    return other.category == one.category


def _may_hold_it(one: Column, other: Column) -> bool:
    """Tell whether a text of whatever category may be an address: one of a table of many keys."""
    plain = other.identifier is None and other.type is ColumnType.TEXT
    return one.identifier == EMAIL and plain


def _compared(value: object, kind: str | None, country: str | None) -> str | None:
    if value is None or value == "":
        return None
    if kind is None or kind == NAME:
        return str(value).strip()
    return normalise(kind, str(value), country)


def _merged(corrections: Sequence[Correction]) -> list[Correction]:
    by_name: dict[str, Correction] = {}
    for one in corrections:
        before = by_name.get(one.name)
        if before is not None and before.right != one.right:
            raise NotCorrectable(f"{one.name} would get two right values: set it itself")
        rows = {row.key: row for row in (*(before.rows if before else ()), *one.rows)}
        by_name[one.name] = replace(one, rows=tuple(rows.values()))
    return list(by_name.values())


def _insist_found(
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
    before_names = [words_of(p.place.dataset, p.row) for p in found.people]
    after_names = [
        words_of(p.place.dataset, after.get((p.place.ref, p.key), dict(p.row)))
        for p in found.people
    ]
    held = [words for words in after_names if words]
    if all_agree([words for words in before_names if words]) and not all_agree(held):
        named = sorted({p.place.ref for p in found.people if words_of(p.place.dataset, p.row)})
        raise NotCorrectable(
            "the name would differ from that in the person's other rows, which would then be taken "
            f"for somebody else's: set the name in each of {', '.join(named)}, as it is written "
            "there"
        )


def _insist_not_joined(
    found: Found, corrections: Sequence[Correction], country: str | None
) -> None:
    """Refuse a value by which rows are found that stands where it is not corrected as well."""
    joined: set[str] = set()
    for one in corrections:
        kind = one.column.identifier
        if kind in {None, NAME}:
            continue
        right = _compared(one.right[0] if one.right else None, kind, country)
        wrong = {_compared(row.row[one.column.name], kind, country) for row in one.rows}
        joined |= {
            f"{row.place.ref}.{column.name}"
            for row in found.rows
            for column in row.place.dataset.columns
            if column.identifier == kind and column.name in _joining(row.place.dataset)
            if _compared(row.row[column.name], kind, country) in wrong - {right, None}
        }
    if joined:
        raise NotCorrectable(
            f"the person is found by the same value in {', '.join(sorted(joined))}, which is a "
            "key, or leads to other rows: correct it first in the application that keeps it"
        )
