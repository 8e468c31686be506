"""Which rows a step means, and what it does to them: the parts of every statement about a step."""

from __future__ import annotations

from functools import partial
from typing import Any

import sqlalchemy as sa

from doelbinding.binding.assuming import Assuming, Known, lifted
from doelbinding.binding.expression import YES, Certain, Comparison, Expression, Not
from doelbinding.binding.expression import sealed as once_sealed
from doelbinding.binding.simplify import all_of
from doelbinding.plan.model import Deed, Emptied, Step
from doelbinding.stores.sql.compile import Compiler
from doelbinding.stores.sql.may_hold import may_hold
from doelbinding.stores.sql.tables import Here, bound
from doelbinding.stores.sql.texts import compared_exactly
from doelbinding.stores.sql.truth import is_not_true
from doelbinding.stores.sql.visits import among_visited, are_deep


def meant(
    step: Step, compiler: Compiler, here: Here, *, sealed: bool = False
) -> sa.ColumnElement[bool]:
    """Give what makes a row one the step is about; sealed keys stand in for `narrow`."""
    if not sealed and are_deep((step.needed,), compiler):
        known = all_of(step.narrow, step.scope)
        return among_visited(compiler, here, known, partial(meant_among, step))
    if sealed:
        asked = all_of(step.scope, gone(step, once_sealed(step.needed)))
    else:
        asked = sought(step, compiler, step.needed)
    found, changing = compiler.certainly(asked, here, wanted=True), to_change(step, compiler, here)
    return sa.and_(found, *changing) if changing else found


def to_change(step: Step, compiler: Compiler, here: Here) -> list[sa.ColumnElement[bool]]:
    """Give what tells that a row holds something the step changes."""
    if step.deed is Deed.EMPTY:
        holding = (
            holds_something(here, one, folds=compiler.folds(here, one.column))
            for one in step.columns
        )
        return [sa.or_(*holding)]
    if step.deed is Deed.TRANSFORM:
        return [_may_change(here, one, compiler.dialect) for one in step.columns]
    return []


def _may_change(here: Here, emptied: Emptied, dialect: str) -> sa.ColumnElement[bool]:
    """Give a condition that is true at least of rows whose value would change."""
    if emptied.transformation is None:
        raise ValueError(f"nothing is made of {emptied.column}")
    held, column = here.column(emptied.written), here.dataset.column(emptied.written)
    return may_hold(held, column, emptied.transformation, dialect)


def counted(step: Step, compiler: Compiler, here: Here) -> sa.ColumnElement[bool]:
    """Give what makes a row count for the step: meant, and not found by an earlier step."""
    if are_deep(asked_by(step), compiler):
        known = all_of(step.narrow, step.scope)
        return among_visited(compiler, here, known, partial(counted_among, step))
    return sa.and_(meant(step, compiler, here), *not_before(step, compiler, here))


def asked_by(step: Step) -> tuple[Expression, ...]:
    """Give what is asked in order to count a step's rows."""
    return (step.needed,) if step.unless is None else (step.needed, step.unless)


def counted_among(step: Step, compiler: Compiler, here: Here) -> sa.ColumnElement[bool]:
    """Give what makes a row count that is known to be in the step's scope and narrowed to it."""
    return sa.and_(meant_among(step, compiler, here), *not_before(step, compiler, here))


def meant_among(step: Step, compiler: Compiler, here: Here) -> sa.ColumnElement[bool]:
    """Give what makes a row meant that is known to be in the step's scope and narrowed to it."""
    asked = left_of(step, compiler, gone(step, step.needed))
    return sa.and_(compiler.certainly(asked, here, wanted=True), *to_change(step, compiler, here))


def not_before(step: Step, compiler: Compiler, here: Here) -> list[sa.ColumnElement[bool]]:
    """Give what tells that no earlier step finds the row."""
    left = left_before(step, compiler, here)
    return [] if left is None else [is_not_true(left)]


def left_before(step: Step, compiler: Compiler, here: Here) -> sa.ColumnElement[bool] | None:
    """Give what tells that an earlier step finds the row, if one may."""
    if step.unless is None:
        return None
    earlier = left_of(step, compiler, gone(step, step.unless))
    return compiler.certainly(earlier, here, wanted=True)


def gone(step: Step, needed: Expression) -> Expression:
    """Give when what is needed is not there: certainly, or also where that is unknown."""
    return Not(part=Certain(part=needed)) if step.unknown_goes else Not(part=needed)


def sought(step: Step, compiler: Compiler, needed: Expression) -> Expression:
    """Give when a row is the step's: in its scope and narrowed to it, and not needed any more."""
    if step.narrow == YES:
        return all_of(step.scope, gone(step, needed))
    told = left_of(step, compiler, gone(step, needed))
    return lifted(all_of(step.narrow, step.scope, told), compiler.keyed)


def left_of(step: Step, compiler: Compiler, asked: Expression) -> Expression:
    """Give what is left to ask of a row that is known to be in the step's scope and narrowed."""
    if step.narrow == YES:
        return asked
    known = Known().adding((step.narrow, step.scope), compiler.keyed)
    assuming = Assuming(keyed=compiler.keyed, references=not compiler.doing)
    return assuming.simplify(asked, known, step.dataset)


def holds_something(here: Here, emptied: Emptied, *, folds: bool) -> sa.ColumnElement[bool]:
    """Give whether there is anything to empty in a column; `folds`: its own `=` is not exact."""
    held, stands_in = here.column(emptied.column), emptied.replacement
    if stands_in is None:
        return held.is_not(None)
    if isinstance(stands_in, str):
        return compared_exactly(held, Comparison.DIFFERS, stands_in, folds=folds)
    return held != bound(stands_in)


def stand_in(here: Here, emptied: Emptied) -> sa.ColumnElement[Any]:
    """Give what stands in for a value; where that is a constant, what was null stays so."""
    if emptied.replacement is None:
        return sa.null()
    held = here.column(emptied.column)
    return sa.case((held.is_(None), held), else_=bound(emptied.replacement))
