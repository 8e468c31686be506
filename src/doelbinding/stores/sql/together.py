"""Steps and doubts about the same few rows, told in one statement: each condition is asked once.

What a step leaves to an earlier one is, as a rule, that one's own condition: a row is deleted, or
else emptied. A database would ask it for each anew, row by row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from doelbinding.binding.expression import Expression
from doelbinding.binding.simplify import all_of
from doelbinding.plan.model import Doubt, Step
from doelbinding.stores.sql.compile import Compiler
from doelbinding.stores.sql.meant import asked_by, gone, left_of, not_before, to_change
from doelbinding.stores.sql.questions import unknown_among
from doelbinding.stores.sql.tables import Here, beginning
from doelbinding.stores.sql.truth import is_not_true, is_true
from doelbinding.stores.sql.visits import Visiting, are_deep


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The rows that any of the steps may find, with what is told of each row.

    `finds`: for each step or doubt, in order, what is true of the rows it finds.
    """

    rows: sa.Subquery
    keys: Sequence[sa.ColumnElement[Any]]
    finds: Sequence[sa.ColumnElement[bool]]


def told(
    alike: Sequence[Step | Doubt], compiler: Compiler, here: Here, *, used_twice: bool
) -> Told:
    """Tell of every row which steps and doubts find it, of those narrowed to the same rows.

    Args:
        alike: the steps and doubts.
        compiler: of the statement.
        here: their dataset.
        used_twice: the statement uses what is told in several places.
    """
    known = all_of(alike[0].narrow, alike[0].scope)
    if are_deep(_asked(alike), compiler):
        visiting = Visiting.over(compiler, here, known)
        compiler, here = visiting, visiting.here(here.dataset.id)
    shared = _shared(alike, compiler)
    all_named, each_named = (beginning(name, here.dataset) for name in ("shared", "found"))
    asked = {
        mark: is_true(compiler.certainly(mark, here, wanted=True)).label(f"{all_named}{n}")
        for n, mark in enumerate(shared)
    }
    own = [here.column(name) for name in here.dataset.key]
    found = {
        n: is_true(sa.and_(*alone)).label(f"{each_named}{n}")
        for n, one in enumerate(alike)
        if (alone := _alone(one, shared, compiler, here))
    }
    columns = (*own, *asked.values(), *found.values())
    if isinstance(compiler, Visiting):
        asking = compiler.asking(*columns)
    else:
        asking = sa.select(*columns).where(compiler.certainly(known, here, wanted=True))
    if used_twice or shared:  # lest databases put the conditions back in each place
        asking = asking.offset(sa.literal_column("0"))
    rows = asking.subquery("told")
    finds: list[sa.ColumnElement[bool]] = []
    for n, one in enumerate(alike):
        finding: list[sa.ColumnElement[bool]] = [rows.c[found[n].name]] if n in found else []
        before = _before(one, compiler)
        if isinstance(one, Step) and _own(one, compiler) in asked:
            finding.append(rows.c[asked[_own(one, compiler)].name])
        if before in asked:
            finding.append(is_not_true(rows.c[asked[before].name]))
        finds.append(sa.and_(*finding))
    return Told(rows=rows, keys=[rows.c[name] for name in here.dataset.key], finds=finds)


def _asked(alike: Sequence[Step | Doubt]) -> Iterator[Expression]:
    for one in alike:
        yield from one.values if isinstance(one, Doubt) else asked_by(one)


def _alone(
    one: Step | Doubt, shared: Sequence[Expression], compiler: Compiler, here: Here
) -> list[sa.ColumnElement[bool]]:
    """Give what is asked for a step alone: all of it, save what is shared."""
    if isinstance(one, Doubt):
        return [unknown_among(one, compiler, here)]
    mine, changing = _own(one, compiler), to_change(one, compiler, here)
    asked = [] if mine in shared else [compiler.certainly(mine, here, wanted=True)]
    before = [] if _before(one, compiler) in shared else not_before(one, compiler, here)
    return [*asked, *changing, *before]


def _shared(alike: Sequence[Step | Doubt], compiler: Compiler) -> list[Expression]:
    """Give what steps leave to earlier ones that are among these."""
    steps = [one for one in alike if isinstance(one, Step)]
    own = {_own(step, compiler) for step in steps}
    before = dict.fromkeys(_before(step, compiler) for step in steps)
    return [mark for mark in before if mark is not None and mark in own]


def _own(step: Step, compiler: Compiler) -> Expression:
    return left_of(step, compiler, gone(step, step.needed))


def _before(one: Step | Doubt, compiler: Compiler) -> Expression | None:
    if isinstance(one, Doubt) or one.unless is None:
        return None
    return left_of(one, compiler, gone(one, one.unless))
