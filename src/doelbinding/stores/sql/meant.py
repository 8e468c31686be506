"""Which rows a step means, and what it does to them: the parts of every statement about a step."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from doelbinding.binding.expression import YES, Expression
from doelbinding.binding.expression import sealed as once_sealed
from doelbinding.plan.model import Deed, Emptied, Step
from doelbinding.stores.sql.compile import Compiler, Here
from doelbinding.stores.sql.may_hold import may_hold
from doelbinding.stores.sql.tables import bound
from doelbinding.stores.sql.truth import is_not_true


def meant(
    step: Step, compiler: Compiler, here: Here, *, sealed: bool = False
) -> sa.ColumnElement[bool]:
    """Give what makes a row one the step is about; sealed keys stand in for `narrow`."""
    needed = once_sealed(step.needed) if sealed else step.needed
    parts = [goes(step, needed, compiler, here)]
    if step.scope != YES:
        parts.insert(0, compiler.certainly(step.scope, here, wanted=True))
    if step.narrow != YES and not sealed:
        parts.insert(0, compiler.certainly(step.narrow, here, wanted=True))
    if step.deed is Deed.EMPTY:
        parts.append(sa.or_(*(holds_something(here, one) for one in step.columns)))
    if step.deed is Deed.TRANSFORM:
        parts += [_may_change(here, one, compiler.dialect) for one in step.columns]
    return sa.and_(*parts)


def _may_change(here: Here, emptied: Emptied, dialect: str) -> sa.ColumnElement[bool]:
    """Give a condition that is true at least of rows whose value would change."""
    if emptied.transformation is None:
        raise ValueError(f"nothing is made of {emptied.column}")
    held, column = here.column(emptied.written), here.dataset.column(emptied.written)
    return may_hold(held, column, emptied.transformation, dialect)


def counted(step: Step, compiler: Compiler, here: Here) -> sa.ColumnElement[bool]:
    """Give what makes a row count for the step: meant, and not found by an earlier step."""
    found = meant(step, compiler, here)
    if step.unless is None:
        return found
    return sa.and_(found, is_not_true(goes(step, step.unless, compiler, here)))


def goes(step: Step, needed: Expression, compiler: Compiler, here: Here) -> sa.ColumnElement[bool]:
    """Give when what is needed is not there: certainly, or also where that is unknown."""
    if step.unknown_goes:
        return is_not_true(compiler.certainly(needed, here, wanted=True))
    return compiler.certainly(needed, here, wanted=False)


def holds_something(here: Here, emptied: Emptied) -> sa.ColumnElement[bool]:
    """Give whether there is anything to empty in a column."""
    held = here.column(emptied.column)
    return held.is_not(None) if emptied.replacement is None else held != bound(emptied.replacement)


def stand_in(here: Here, emptied: Emptied) -> sa.ColumnElement[Any]:
    """Give what stands in for a value; where that is a constant, what was null stays so."""
    if emptied.replacement is None:
        return sa.null()
    held = here.column(emptied.column)
    return sa.case((held.is_(None), held), else_=bound(emptied.replacement))
