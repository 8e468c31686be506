"""What follows from a policy alone, worked out once while it is in use."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from doelbinding.policy.model import Policy

_Made = TypeVar("_Made")
_MOST = 8
"""Policies in use at once; a process has one, and tests have many in turn."""


def once_per_policy(make: Callable[[Policy], _Made]) -> Callable[[Policy], _Made]:
    """Give `make` with what it made of the policies in use remembered, each by being the same one.

    A policy is not compared: that would take longer than what is saved.
    """
    known: dict[int, tuple[Policy, _Made]] = {}

    def made(policy: Policy) -> _Made:
        found = known.get(id(policy))
        if found is None or found[0] is not policy:
            if len(known) >= _MOST:
                known.clear()
            found = known[id(policy)] = policy, make(policy)
        return found[1]

    return made
