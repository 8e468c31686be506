"""Which rows were there when the people they lead to set a stop, asked before a plan is.

People who are in the same sets are asked about together, some moments in one question, so that
there are about as many questions as there are kinds of requests.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from doelbinding.binding.circumstances import Key
from doelbinding.binding.dated import ANY_MOMENT, Collected, asked_of
from doelbinding.binding.expression import NO, Or
from doelbinding.plan.model import Deed, KeySets, Plan, Step
from doelbinding.plan.numbering import with_numbers
from doelbinding.plan.ports import Store

_MOMENTS = 40
"""Moments in one question: more make it long, fewer make them many."""
_PEOPLE = 5000
"""People in one question: some databases take no more than 32,766 parameters."""


def with_collected(plan: Plan, stores: Mapping[str, Store], keys: KeySets) -> KeySets:
    """Give the key sets with those of the rows that were there in time.

    Only stores that the plan asks or changes are asked: no path leads out of one.

    Raises:
        StoreError: a store that is asked cannot be read; nothing was changed.
    """
    found: dict[str, set[Key]] = {one.name: set() for one in plan.collected}
    about = {step.store for step in plan.steps} | {doubt.store for doubt in plan.doubts}
    keys = with_numbers(plan, stores, keys, frozenset(about))
    for alike in _alike(plan.collected):
        store_id = alike[0].ref.partition(".")[0]
        if store_id not in about:
            continue
        store = stores[store_id]
        for names, moments in _together(alike, keys):
            rows = _asked(alike[0], moments, store)
            for name in names:
                found[name] |= rows
    return {**keys, **{name: frozenset(rows) for name, rows in found.items()}}


def _alike(questions: Sequence[Collected]) -> Iterator[list[Collected]]:
    """Yield the questions about one dataset that differ only in whom they are about."""
    found: dict[object, list[Collected]] = defaultdict(list)
    for one in questions:
        part = asked_of(one.part, one.people, "", ANY_MOMENT)
        found[one.ref, part].append(one)
    yield from found.values()


def _together(
    alike: Sequence[Collected], keys: KeySets
) -> Iterator[tuple[tuple[str, ...], list[tuple[str, frozenset[Key]]]]]:
    """Yield people who are in the same sets, by the moments at which they said what they did."""
    names: dict[Key, list[str]] = defaultdict(list)
    for one in alike:
        for key in keys.get(one.since, ()):
            names[key].append(one.name)
    found: dict[tuple[str, ...], dict[str, set[Key]]] = defaultdict(lambda: defaultdict(set))
    for key, theirs in names.items():
        *person, moment = key
        found[tuple(theirs)][str(moment)].add(tuple(person))
    for alike_named, by_moment in found.items():
        for moments in _parted(by_moment):
            yield alike_named, moments


def _parted(by_moment: Mapping[str, set[Key]]) -> Iterator[list[tuple[str, frozenset[Key]]]]:
    """Yield moments with their people, as many as go into one question."""
    some: list[tuple[str, frozenset[Key]]] = []
    people = 0
    for moment in sorted(by_moment):
        everybody = sorted(by_moment[moment], key=repr)
        for start in range(0, len(everybody), _PEOPLE):
            part = frozenset(everybody[start : start + _PEOPLE])
            if some and (len(some) == _MOMENTS or people + len(part) > _PEOPLE):
                yield some
                some, people = [], 0
            some.append((moment, part))
            people += len(part)
    if some:
        yield some


def _asked(
    one: Collected, moments: Sequence[tuple[str, frozenset[Key]]], store: Store
) -> frozenset[Key]:
    """Give the keys of the rows of some people that were there at the moment of each."""
    sets = {f"at{n}": people for n, (_, people) in enumerate(moments)}
    parts = (
        asked_of(one.part, one.people, f"at{n}", datetime.fromisoformat(moment))
        for n, (moment, _) in enumerate(moments)
    )
    store_id, _, dataset = one.ref.partition(".")
    step = Step(
        id="in-time",
        store=store_id,
        dataset=dataset,
        controller=None,
        deed=Deed.DELETE,
        needed=NO,
        narrow=Or(parts=tuple(parts)),  # none of these says another
    )
    return frozenset(key for batch in store.select_keys(step, sets) for key in batch)
