"""The earliest start among the rows a step finds, for people who read the plan."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from doelbinding.binding.conditions import is_null
from doelbinding.binding.expression import And, AnyOf, Certain, Expression, Not, Or, Since, Up
from doelbinding.binding.paths import Link
from doelbinding.stores.sql.compile import Compiler
from doelbinding.stores.sql.tables import Here
from doelbinding.stores.sql.times import well_formed


def oldest_start(
    expression: Expression, here: Here, compiler: Compiler
) -> sa.ColumnElement[Any] | None:
    """Give the first start date the expression reads, as a scalar; none where it reads none."""
    match expression:
        case Since():
            return _start(expression, here, compiler)
        case And() | Or():
            starts = (oldest_start(part, here, compiler) for part in expression.parts)
            return next((start for start in starts if start is not None), None)
        case Not() | Certain():
            return oldest_start(expression.part, here, compiler)
        case Up():
            return _elsewhere(expression.part, expression.link, here, compiler)
        case AnyOf():
            mine = next((b for b in expression.branches if b.elsewhere is None), None)
            return None if mine is None else _elsewhere(mine.part, mine.link, here, compiler)
        case _:
            return None


def _start(since: Since, here: Here, compiler: Compiler) -> sa.ColumnElement[Any]:
    held: sa.ColumnElement[Any] = here.column(since.column)
    column = here.dataset.column(since.column)
    form = well_formed(held, column, compiler.dialect)
    if form is not None and not column.type.is_epoch:
        held = sa.case((form, held))
    if not column.null_values:
        return held
    said = compiler.certainly(is_null(column), here, wanted=False)
    return sa.case((said, held))


def _elsewhere(
    part: Expression, link: Link | None, here: Here, compiler: Compiler
) -> sa.ColumnElement[Any] | None:
    if link is None:
        return oldest_start(part, here, compiler)
    there = compiler.there(here, link)
    found = oldest_start(part, there, compiler)
    if found is None:
        return None
    joined = [there.column(b) == here.column(a) for a, b in link.pairs]
    asked = sa.select(sa.func.max(found)).select_from(there.rows).where(*joined)
    return asked.correlate_except(there.rows).scalar_subquery()
