"""Telling people apart by their names, though each store writes a name in its own way.

Rows that share an identifier and whose names disagree are never taken for one person: a household's
mailbox finds several people, and so does a company's. When in doubt, a human decides.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from itertools import combinations

from doelbinding.binding.justification import Row
from doelbinding.plan.identifiers import NAME
from doelbinding.policy.json_path import Every, parse_path
from doelbinding.policy.stores import Column, Dataset

Words = frozenset[str]


def words_of(dataset: Dataset, row: Row) -> Words:
    """Give the words of the name in a row; none when it holds no name, or an emptied one.

    A first name that has the category of a name by which people are found is part of the name; what
    a list in a document holds is not: several people may stand in it, such as somebody's children.
    """
    columns = [column for column in dataset.columns if column.identifier == NAME]
    alike = {column.category for column in columns} - {None}
    columns += [
        c for c in dataset.columns if c.category in alike and c not in columns and not _listed(c)
    ]
    held = (
        row[c.name] for c in columns if row[c.name] not in (None, c.replace_with, *c.null_values)
    )
    return frozenset(word for value in held for word in words_in(str(value)))


def _listed(column: Column) -> bool:
    return column.inside is not None and Every.EVERY in parse_path(column.inside.path)


def words_in(name: str) -> Words:
    """Give the words of a name without accents, capitals and punctuation."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return frozenset(re.findall(r"[^\W_]+", plain.casefold()))


def agree(one: Words, other: Words) -> bool:
    """Tell whether two names may be one person's: the shorter in the longer, initials counting."""
    shorter, longer = sorted((one, other), key=len)
    return all(any(_same(word, there) for there in longer) for word in shorter)


def all_agree(names: Collection[Words]) -> bool:
    """Tell whether names may all be one person's."""
    return all(agree(one, other) for one, other in combinations(set(names), 2))


def _same(word: str, other: str) -> bool:
    return word == other or (min(len(word), len(other)) == 1 and word[0] == other[0])
