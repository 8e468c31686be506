"""Stores in which something failed or was left out, and was not done since.

A run that was verified says nothing of a store in which another was not. Retention, requests and
restores are held apart: that one person was erased does not show that a night was complete.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from doelbinding.evidence.entry import Entry
from doelbinding.evidence.schema import EntryKind

_RETENTION = "retention"
_Place = tuple[str, str]
"""What a run was for, and a store; no store where evidence does not tell."""


@dataclass(kw_only=True)
class Standing:
    """What is known after some entries, of which `failed` and `left_out` are not made good."""

    failed: set[_Place] = field(default_factory=set)
    left_out: set[_Place] = field(default_factory=set)
    _plans: dict[object, tuple[_Place, ...]] = field(default_factory=dict)
    _runs: dict[object, tuple[_Place, ...]] = field(default_factory=dict)

    def read(self, entry: Entry) -> None:
        """Take in the next entry."""
        match entry.kind:
            case EntryKind.PLAN_MADE:
                self._planned(entry)
            case EntryKind.RUN_STARTED:
                about = self._plans.get(entry.data["plan"])
                self._runs[entry.data["run"]] = about or tuple(_places(_RETENTION, entry))
            case EntryKind.RUN_VERIFIED:
                self._made_good(self._of_run(entry))
            case EntryKind.RUN_NOT_VERIFIED:
                self.failed.update(self._of_run(entry))
            case EntryKind.NIGHT_LEFT_OUT:
                self.left_out.update(_places(_RETENTION, entry))
            case _:
                pass

    def _planned(self, entry: Entry) -> None:
        occasion = str(entry.data["occasion"])
        about = self._plans[entry.data["plan"]] = tuple(_places(occasion, entry))
        if occasion == _RETENTION and not entry.data["rows"]:
            self._made_good(about)

    def _of_run(self, entry: Entry) -> tuple[_Place, ...]:
        return self._runs.get(entry.data["run"], tuple(_places(_RETENTION, entry)))

    def _made_good(self, places: Iterable[_Place]) -> None:
        for place in places:
            self.failed.discard(place)
            self.left_out.discard(place)


def _places(occasion: str, entry: Entry) -> Iterator[_Place]:
    stores = entry.data.get("stores")
    for store in stores if isinstance(stores, (list, tuple)) and stores else [""]:
        yield occasion, str(store)


def standing(entries: Iterable[Entry]) -> Standing:
    """Give what is not made good after all entries."""
    found = Standing()
    for entry in entries:
        found.read(entry)
    return found
