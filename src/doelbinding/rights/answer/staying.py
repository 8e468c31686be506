"""Which of the rows found stay after an erasure, whatever of them went: for a value, or another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from doelbinding.binding.circumstances import Key
from doelbinding.binding.paths import Link
from doelbinding.rights.found import FoundRow

RowMark = tuple[str, Key]


def staying(rows: Sequence[FoundRow], for_values: Iterable[RowMark]) -> set[RowMark]:
    """Name the rows that stay.

    Args:
        rows: everything found.
        for_values: the rows of which a value stays.
    """
    stays = set(for_values)
    stays |= {_mark(row) for row in rows if not row.place.dataset.goes_when_unjustified}
    known = {_mark(row): row for row in rows}
    referred = _referred(rows)
    waiting = [known[mark] for mark in stays if mark in known]
    while waiting:
        for other in referred[_mark(waiting.pop())]:
            if _mark(other) not in stays:
                stays.add(_mark(other))
                waiting.append(other)
    return stays


def _referred(rows: Sequence[FoundRow]) -> dict[RowMark, list[FoundRow]]:
    """Give the rows that each row needs, of those found."""
    by_ref: dict[str, list[FoundRow]] = defaultdict(list)
    for row in rows:
        by_ref[row.place.ref].append(row)
    found: dict[RowMark, list[FoundRow]] = defaultdict(list)
    for here in by_ref.values():
        for needer in here[0].place.dependants:
            for row, other in _pairs(here, by_ref.get(needer.place.ref, ()), needer.link):
                found[_mark(other)].append(row)
    return found


def _pairs(
    here: Sequence[FoundRow], there: Sequence[FoundRow], link: Link
) -> Iterator[tuple[FoundRow, FoundRow]]:
    """Yield the rows that a link joins."""
    by_value: dict[tuple[object, ...], list[FoundRow]] = defaultdict(list)
    for other in there:
        by_value[tuple(other.row.get(column) for _, column in link.pairs)].append(other)
    for row in here:
        value = tuple(row.row.get(column) for column, _ in link.pairs)
        if None not in value:
            for other in by_value.get(value, ()):
                yield row, other


def _mark(row: FoundRow) -> RowMark:
    return row.place.ref, row.key
