"""The files that the values of an answer name: whoever answers adds a copy of each."""

from __future__ import annotations

from doelbinding.policy.vocabulary import Right
from doelbinding.rights.answer.portability import rests_on_what_was_given
from doelbinding.rights.inventory import FoundValue, Inventory, RowReport


def named_files(inventory: Inventory, right: Right) -> frozenset[tuple[str, str]]:
    """Give the files that an answer to a request names, each by its folder and its name."""
    return frozenset(
        (value.column.file_in, str(value.value))
        for report in inventory.rows
        for value in report.values
        if value.column.file_in is not None
        and value.value not in (None, "", value.column.replace_with)
        and _is_in(report, value, right)
    )


def _is_in(report: RowReport, value: FoundValue, right: Right) -> bool:
    if value.column.name in report.of_others:
        return False
    if right is not Right.PORTABILITY:
        return True
    return report.found.place.dataset.source is None and rests_on_what_was_given(value.reasons)
