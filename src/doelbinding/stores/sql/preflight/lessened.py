"""Where what is left of two values that tell less would be the same in rows that must differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sqlalchemy as sa

from doelbinding.plan.model import Emptied, Step
from doelbinding.plan.ports import Obstacle
from doelbinding.plan.transformation import Pseudonymise, Rectify, Within
from doelbinding.policy.stores import Dataset
from doelbinding.stores.sql.preflight.obstacles import refuses, warns
from doelbinding.stores.sql.preflight.uniqueness import Unique, uniques


def lessened(
    connection: sa.Connection, ref: str, dataset: Dataset, steps: Sequence[Step]
) -> Iterator[Obstacle]:
    """Yield where a table forbids that; what its key has part in stays apart by the key."""
    less = [one.column for step in steps for one in step.columns if _tells_less(one)]
    for unique in sorted(uniques(connection, dataset), key=repr) if less else ():
        read = [name for name in dict.fromkeys(less) if unique.reads(name)]
        if read and not unique.columns >= set(dataset.key):
            yield _may_be_the_same(ref, unique, read)


def _tells_less(one: Emptied) -> bool:
    """Tell whether two values may end as one: two pseudonyms do not; a document tells no row."""
    apart = Pseudonymise | Rectify | Within
    return one.transformation is not None and not isinstance(one.transformation, apart)


def _may_be_the_same(ref: str, unique: Unique, columns: Sequence[str]) -> Obstacle:
    kind = (
        f"column {columns[0]!r} is" if len(columns) == 1 else f"columns ({', '.join(columns)}) are"
    )
    left, advice = (
        "what is left of two values may be the same",
        "let it end as a pseudonym, or empty",
    )
    among = unique.among(columns)
    if not among:
        return refuses(ref, f"{kind} unique, and {left}", advice)
    return warns(
        ref,
        f"{kind} unique {among}, and {left}",
        f"if two rows come to be the same, the run stops there: {advice}",
    )
