"""Which columns are corrected, and the right value as the type of its column has it (R-IX.2)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from doelbinding.binding.circumstances import Key
from doelbinding.binding.paths import Place
from doelbinding.binding.times import is_well_formed
from doelbinding.plan.identifiers import NAME, NotAnIdentifier, normalise
from doelbinding.policy.json_path import Every, parse_path
from doelbinding.policy.stores import Column, ColumnType
from doelbinding.rights.correction import Asked, NotCorrectable, joining

_TRUTHS = {"true": 1, "yes": 1, "1": 1, "false": 0, "no": 0, "0": 0}
_LARGEST = 2**63


def correctable(here: Place, name: str) -> Column:
    """Give a column whose values are corrected here.

    Raises:
        NotCorrectable: they are not; the message says what can be, or where to.
    """
    dataset = here.dataset
    known = [c.name for c in dataset.personal_columns if c.name not in joining(dataset)]
    if name not in known:
        why = (
            "is a key, or leads to other rows"
            if any(c.name == name for c in dataset.columns) and name in joining(dataset)
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


def right_value(column: Column, asked: Asked) -> Key:
    """Give the right value as its column's type has it; the value itself is not repeated."""
    if asked.right is None:
        return ()
    written, kind = asked.right, column.type
    if written == "":
        raise NotCorrectable(f"{asked.column} would be an empty text: use --clear {asked.column}")
    if written in map(str, column.null_values):
        raise NotCorrectable(f"{asked.column}: that value stands for nothing there: use --clear")
    right: str | int = written
    if kind.is_whole:
        right = _whole(asked.column, written)
    elif kind is ColumnType.BOOLEAN:
        if written.lower() not in _TRUTHS:
            raise NotCorrectable(f"{asked.column} is true or false")
        right = _TRUTHS[written.lower()]
    elif kind is ColumnType.DECIMAL:
        _insist_decimal(asked.column, written)
    elif kind is ColumnType.TIMESTAMP:
        right = _moment(asked.column, written)
    elif kind.is_day:
        _insist_day(asked.column, written, kind)
    _insist_identifies(column, asked.column, written)
    return (right,)


def _insist_day(name: str, written: str, kind: ColumnType) -> None:
    if not is_well_formed(written, kind):
        form = "20240131" if kind is ColumnType.DATE_DIGITS else "2024-01-31"
        raise NotCorrectable(f"{name} holds days: write it as {form}")
    try:
        date.fromisoformat(written)
    except ValueError:
        raise NotCorrectable(f"{name} holds days, and there is no such day") from None


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
