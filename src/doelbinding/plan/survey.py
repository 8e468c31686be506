"""Counting what a drafted plan would do, and leaving out what does nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from doelbinding.plan import atonce
from doelbinding.plan.carry import with_carried
from doelbinding.plan.model import Doubt, KeySets, Plan, PlanKind, Step, key_digest
from doelbinding.plan.ports import CountsAtOnce, Store, Tally


def surveyed(draft: Plan, stores: Mapping[str, Store], keys: KeySets, secret: bytes) -> Plan:
    """Give the plan with expected counts, without steps that would find nothing.

    Args:
        draft: steps and doubts still at zero.
        stores: every store that the draft names or asks.
        keys: the key sets its predicates refer to.
        secret: keys the digests, which tell a changed key set without telling its keys.
    """
    named = tuple(key_digest(name, keys[name], secret) for name in sorted(keys))
    keys = with_carried(draft, stores, keys)
    if draft.kind is PlanKind.ERASURE:
        return replace(atonce.counted(draft, stores, keys), keys=named)
    tallies: dict[str, Tally] = {}
    unknown: dict[int, int] = {}
    for store_id in dict.fromkeys(
        [*(step.store for step in draft.steps), *(doubt.store for doubt in draft.doubts)]
    ):
        mine = [step for step in draft.steps if step.store == store_id]
        theirs = [n for n, doubt in enumerate(draft.doubts) if doubt.store == store_id]
        doubted = [draft.doubts[n] for n in theirs]
        found, rows = _counted(stores[store_id], mine, doubted, keys)
        tallies |= found
        unknown |= zip(theirs, rows, strict=True)
    steps = tuple(
        replace(step, expected=tallies[step.id].rows, oldest=tallies[step.id].oldest)
        for step in draft.steps
        if tallies[step.id].rows
    )
    doubts = tuple(
        replace(doubt, rows=unknown[n]) for n, doubt in enumerate(draft.doubts) if unknown[n]
    )
    return replace(draft, steps=steps, doubts=doubts, keys=named)


def _counted(
    store: Store, steps: Sequence[Step], doubts: Sequence[Doubt], keys: KeySets
) -> tuple[Mapping[str, Tally], Sequence[int]]:
    if isinstance(store, CountsAtOnce):
        return store.survey_at_once(steps, doubts, keys)
    return store.survey(steps, keys), [store.doubtful(doubt, keys) for doubt in doubts]
