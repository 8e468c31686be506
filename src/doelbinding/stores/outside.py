"""Stores that are connected by the scheme of their address, ours or a third party's.

A package offers one under the entry-point group `doelbinding.stores`; the name is the URL's scheme.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from doelbinding.plan.ports import Store
from doelbinding.plan.transform import Transformer
from doelbinding.policy.stores import Store as Mapped

GROUP = "doelbinding.stores"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a store is: its URL, its section of `doelbinding.toml`, and the working folder.

    `transformer` changes values that do not just go, with the keys of pseudonyms at hand.
    """

    url: str = field(repr=False)
    home: Path
    settings: Mapping[str, Any] = field(default_factory=dict, repr=False)
    transformer: Transformer = field(default_factory=Transformer)


class CannotConnect(ValueError):
    """An address does not say what the store needs; the message tells what to write."""


Connect = Callable[[Mapped, Address], Store]
"""Makes a store of what the policy says of it and where it is; raises `CannotConnect`."""


def connector(url: str) -> Connect | None:
    """Give what connects stores at such an address; none where no package offers it."""
    return _offered(url.partition(":")[0], tuple(sys.path))


@cache
def _offered(scheme: str, _where: tuple[str, ...]) -> Connect | None:
    for offered in entry_points(group=GROUP, name=scheme):
        connect: Connect = offered.load()
        return connect
    return None
