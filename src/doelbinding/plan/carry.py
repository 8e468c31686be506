"""What rows of one store say, carried to another by the identifiers of people.

Databases are joined in no other way. The question is asked where the rows are, per identifier; the
answers come as sets of the values that the asking dataset itself holds, so that its own database
compares them exactly, however it would normalise them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from doelbinding.binding.circumstances import Key
from doelbinding.binding.expression import Branch, Elsewhere, Expression, carried_in
from doelbinding.binding.kleene import Truth, either
from doelbinding.plan.collected import with_collected
from doelbinding.plan.identifiers import normalise
from doelbinding.plan.model import Doubt, KeySets, Plan, Step
from doelbinding.plan.ports import Store


def with_carried(plan: Plan, stores: Mapping[str, Store], keys: KeySets) -> KeySets:
    """Give the key sets with those that the plan's predicates ask of other stores, or beforehand.

    Raises:
        StoreError: a store that is asked cannot be read; nothing was changed.
    """
    keys = with_collected(plan, stores, keys)
    if len(stores) == 1:
        return keys
    parts: list[Step | Doubt] = [*plan.steps, *plan.doubts]
    branches = {
        branch.name: branch for one in parts for e in _asked(one) for branch in carried_in(e)
    }
    found = dict(keys)
    for name, branch in branches.items():
        if branch.elsewhere is not None:
            sets = _carried(branch, branch.elsewhere, stores)
            found |= {f"{name}/{word}": held for word, held in sets.items()}
    return found


def _asked(one: Step | Doubt) -> Iterator[Expression]:
    yield one.scope
    yield one.narrow
    if isinstance(one, Doubt):
        yield from one.values
    else:
        yield one.needed
        if one.unless is not None:
            yield one.unless


def _carried(
    branch: Branch, elsewhere: Elsewhere, stores: Mapping[str, Store]
) -> dict[str, frozenset[Key]]:
    """Give the values here whose rows there are living, unknown, or known at all."""
    ours = _by_identifier(
        elsewhere.kind, stores[_store(elsewhere.own_ref)].values(elsewhere.own_ref, elsewhere.own)
    )
    answers: dict[str, Truth] = {}
    for value, truth in stores[_store(elsewhere.ref)].answers(elsewhere, branch):
        identifier = normalise(elsewhere.kind, str(value))
        if identifier in ours:
            known = identifier in answers
            answers[identifier] = either((answers[identifier], truth)) if known else truth
    return {
        "living": _values(ours, (i for i, truth in answers.items() if truth is True)),
        "unknown": _values(ours, (i for i, truth in answers.items() if truth is None)),
        "known": _values(ours, answers),
    }


def _by_identifier(kind: str, values: Iterable[str | int]) -> dict[str, list[str | int]]:
    found: dict[str, list[str | int]] = defaultdict(list)
    for value in values:
        if identifier := normalise(kind, str(value)):
            found[identifier].append(value)
    return found


def _values(ours: Mapping[str, list[str | int]], identifiers: Iterable[str]) -> frozenset[Key]:
    return frozenset((value,) for one in identifiers for value in ours[one])


def _store(ref: str) -> str:
    return ref.partition(".")[0]
