"""Values inside documents as columns of the rows that people and rules see."""

from __future__ import annotations

from collections.abc import Mapping

from doelbinding.binding.justification import Row
from doelbinding.plan.documents import read_value
from doelbinding.policy.json_path import parse_path
from doelbinding.policy.stores import Dataset


def with_values_inside(dataset: Dataset, row: Mapping[str, object]) -> Row:
    """Give a row with its values inside documents, each under its own name."""
    found = dict(row)
    for column in dataset.columns:
        if column.inside is not None:
            steps = parse_path(column.inside.path)
            found[column.name] = read_value(row[column.inside.column], steps)
    return found
