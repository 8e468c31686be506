"""An objection lasts, also when its person comes back under another key (Art. 21(3), R-IX.6).

Stops cover people by the keys of their rows. Who objects to direct marketing and is then
subscribed again, or bought with a list, gets a new row with a new key. So a lasting stop also
remembers the identifiers by which its person asked, sealed with their keys: sealed and not
hashed, since stores are searched by them, through their indexes. Whenever stops are looked at,
rows found by them are covered too. Who shares a mailbox under another name is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from doelbinding.binding.circumstances import Circumstances, Key, Stop
from doelbinding.plan.identifiers import NEVER_ENOUGH, Identifier
from doelbinding.plan.ports import Store
from doelbinding.policy.model import Policy
from doelbinding.rights.locate import Locator, Wanted
from doelbinding.rights.scope import Scope

_REMEMBERED = "identifier:"
"""Stands before a kind where the name of a dataset would; no dataset is named so."""


def remembering(stop: Stop, identifiers: Sequence[Identifier]) -> Stop:
    """Give a stop that remembers by what its person is found, if it lasts."""
    if not stop.kind.lasts:
        return stop
    known = dict(stop.subjects)
    for one in identifiers:
        name = f"{_REMEMBERED}{one.kind}"
        known[name] = known.get(name, frozenset()) | {(one.value,)}
    return replace(stop, subjects=known)


def with_newer_rows(
    said: Circumstances, policy: Policy, stores: Mapping[str, Store], at: datetime
) -> Circumstances:
    """Give what was said, lasting stops covering the rows that their people have by now."""
    if not any(identifiers_of(stop) for stop in said.stops):
        return said
    covered = {stop.id: stop for stop in said.stops}
    for controller in policy.controllers:
        scope = Scope(policy=policy, controller=controller, stores=stores, at=at)
        mine = [s for s in said.stops if s.controller == controller.id]
        asked = [(s, [i for i in identifiers_of(s) if i.kind in scope.kinds]) for s in mine]
        asked = [(s, known) for s, known in asked if {i.kind for i in known} - NEVER_ENOUGH]
        if asked:
            locator = Locator(policy=policy, controller=controller, stores=stores, at=at)
            found = locator.find_many([Wanted(identifiers=known) for _, known in asked])
            for (stop, _), theirs in zip(asked, found, strict=True):
                covered[stop.id] = _covering(stop, theirs.subjects)
    return replace(said, stops=tuple(_forgetful(covered[stop.id]) for stop in said.stops))


def identifiers_of(stop: Stop) -> list[Identifier]:
    """Give by what a lasting stop knows its person again."""
    return [
        Identifier(name.removeprefix(_REMEMBERED), str(key[0]))
        for name, keys in stop.subjects.items()
        if name.startswith(_REMEMBERED)
        for key in sorted(keys)
    ]


def _covering(stop: Stop, subjects: Mapping[str, frozenset[Key]]) -> Stop:
    both = dict(stop.subjects)
    for ref, keys in subjects.items():
        both[ref] = both.get(ref, frozenset()) | keys
    return replace(stop, subjects=both)


def _forgetful(stop: Stop) -> Stop:
    return replace(stop, subjects=dict(keys_of_rows(stop)))


def keys_of_rows(stop: Stop) -> Iterator[tuple[str, frozenset[Key]]]:
    """Yield, per dataset, the keys of those whom a stop is about, without what it remembers."""
    for ref, keys in stop.subjects.items():
        if not ref.startswith(_REMEMBERED):
            yield ref, keys
