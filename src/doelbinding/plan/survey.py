"""Counting what a drafted plan would do, and leaving out what does nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from doelbinding.plan.carry import with_carried
from doelbinding.plan.model import KeySets, Plan, key_digest
from doelbinding.plan.ports import Store, Tally


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
    tallies: dict[str, Tally] = {}
    for store_id in dict.fromkeys(step.store for step in draft.steps):
        mine = [step for step in draft.steps if step.store == store_id]
        tallies |= stores[store_id].survey(mine, keys)
    steps = tuple(
        replace(step, expected=tallies[step.id].rows, oldest=tallies[step.id].oldest)
        for step in draft.steps
        if tallies[step.id].rows
    )
    doubts = tuple(
        replace(doubt, rows=rows)
        for doubt in draft.doubts
        if (rows := stores[doubt.store].doubtful(doubt, keys))
    )
    return replace(draft, steps=steps, doubts=doubts, keys=named)
