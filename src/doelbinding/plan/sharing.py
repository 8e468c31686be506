"""A plan's document in which nothing large stands twice.

Where rows need rows that need others, conditions share most of their parts. In memory each of these
is there once; written out as a tree, a plan over a web of tables has millions of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace

from doelbinding.binding.expression import Defined, Expression, parts_of, walk, with_parts
from doelbinding.plan.model import Doubt, Plan, Step

_Make = Callable[[Expression], Expression]


def folded(plan: Plan) -> Plan:
    """Give the plan with what stands in it twice defined once, if it would be large otherwise."""
    sizes: dict[Expression, int] = {}
    roots = list(_expressions(plan))
    if sum(_size(root, sizes) for root in roots) <= MOST_WRITTEN_OUT:
        return plan
    times: Counter[Expression] = Counter(roots)
    for part in {part for root in roots for part in walk(root)}:
        times.update(parts_of(part))
    defined: list[Expression] = []
    known: dict[Expression, Expression] = {}

    def fold(part: Expression) -> Expression:
        if part not in known:
            made = with_parts(part, fold)
            if times[part] > 1 and sizes[part] >= LEAST_DEFINED:
                defined.append(made)
                made = Defined(at=len(defined) - 1)
            known[part] = made
        return known[part]

    return replace(_made_of(plan, fold), defined=tuple(defined))


def unfolded(plan: Plan) -> Plan:
    """Give a plan that was read with each part where it stands.

    Raises:
        ValueError: a part stands for one that is not defined before it.
    """
    found: list[Expression] = []

    def unfold(part: Expression) -> Expression:
        if not isinstance(part, Defined):
            return with_parts(part, unfold)
        if not 0 <= part.at < len(found):
            raise ValueError(f"part {part.at} is not defined")
        return found[part.at]

    for part in plan.defined:
        found.append(unfold(part))  # noqa: PERF401 - each is made of those before
    return replace(_made_of(plan, unfold), defined=())


def _size(expression: Expression, known: dict[Expression, int]) -> int:
    """Count the parts of an expression, each as often as it would be written."""
    if expression not in known:
        known[expression] = 1 + sum(_size(part, known) for part in parts_of(expression))
    return known[expression]


def _expressions(plan: Plan) -> Iterator[Expression]:
    for step in plan.steps:
        yield from (step.needed, step.scope, step.narrow)
        if step.unless is not None:
            yield step.unless
    for doubt in plan.doubts:
        yield from (doubt.scope, doubt.narrow, *doubt.values)


def _made_of(plan: Plan, make: _Make) -> Plan:
    return replace(
        plan,
        steps=tuple(_step_of(step, make) for step in plan.steps),
        doubts=tuple(_doubt_of(doubt, make) for doubt in plan.doubts),
    )


def _step_of(step: Step, make: _Make) -> Step:
    return replace(
        step,
        needed=make(step.needed),
        scope=make(step.scope),
        narrow=make(step.narrow),
        unless=None if step.unless is None else make(step.unless),
    )


def _doubt_of(doubt: Doubt, make: _Make) -> Doubt:
    return replace(
        doubt,
        scope=make(doubt.scope),
        narrow=make(doubt.narrow),
        values=tuple(map(make, doubt.values)),
    )


MOST_WRITTEN_OUT = 5_000
"""Parts that a plan may have before what stands twice is defined once: most have fewer."""
LEAST_DEFINED = 8
