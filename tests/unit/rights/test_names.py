"""What counts as the name of whoever a row is about (R-IX.8)."""

from __future__ import annotations

import pytest

from doelbinding.plan.identifiers import NAME
from doelbinding.policy.endings import Inside
from doelbinding.policy.stores import Column, ColumnType, Dataset
from doelbinding.rights.names import words_of


@pytest.mark.parametrize(
    ("path", "words"),
    [("$.kids[*].name", {"ann", "bos"}), ("$.called", {"ann", "bos", "mia"})],
)
def test_names_in_a_list_are_not_the_persons_own(path: str, words: set[str]) -> None:
    dataset = Dataset(
        id="party",
        table="party",
        key=("id",),
        label={},
        person=True,
        controller="acme",
        columns=(
            Column(name="id", type=ColumnType.INTEGER),
            Column(name="name", category="name", identifier=NAME),
            Column(name="more", type=ColumnType.JSON),
            Column(name="inner", category="name", inside=Inside(column="more", path=path)),
        ),
    )
    row = {"id": 1, "name": "Ann Bos", "more": None, "inner": "Mia"}
    assert words_of(dataset, row) == words
