"""What a run writes down while it goes, so that another can go on from it; here also in memory."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Protocol

from doelbinding.binding.circumstances import Key
from doelbinding.plan.grades import Erased
from doelbinding.plan.model import Step
from doelbinding.plan.ports import Changed

Progress = Callable[[Step, int], None]
"""Is told of a step and of the rows it changed since it was told last."""


class Journal(Protocol):
    """What must outlive the process: intent, sealed keys, outcomes. Fulfilled by the records."""

    @property
    def announced(self) -> bool:
        """Whether the rows that a batch may change must be told before it changes them."""
        ...

    def sealed_keys(self, step: str) -> list[Key] | None:
        """Give the keys sealed for a step, if they were."""
        ...

    def seal(self, step: str, keys: Sequence[Key]) -> None:
        """Keep a step's keys, encrypted, until the run is verified."""
        ...

    def done_rows(self, step: str) -> int | None:
        """Give how many rows a step has changed; none if it never started."""
        ...

    def begun(self) -> Collection[str]:
        """Give the steps that started and did not finish: of their last batch nothing is known."""
        ...

    def found(self, step: str, rows: int) -> None:
        """Record how many rows a step finds before it starts."""
        ...

    def recount(self, step: str, left: int) -> None:
        """Record what a step that was interrupted must have changed, from what it leaves."""
        ...

    def intend(self, step: str) -> None:
        """Record that a step starts."""
        ...

    def announce(self, step: Step, keys: Sequence[Key]) -> None:
        """Record the rows that a batch may change, before it does."""
        ...

    def changed(self, step: Step, changed: Changed) -> None:
        """Record what a committed batch changed, of the rows announced last if any were."""
        ...

    def finished(self, step: str) -> None:
        """Record that a step found no more rows."""
        ...

    def interrupted(self, step: str) -> None:
        """Record that it is unknown whether the last batch of a step was committed."""
        ...

    def verified(self, left: Mapping[str, int], erased: Mapping[str, Erased]) -> None:
        """Record, per step, how many rows reading back still found; destroys sealed keys at 0.

        `erased` tells how far gone what was removed is, per store.
        """
        ...


class MemoryJournal:
    """A journal that lasts as long as the process: for trying out, and for tests."""

    announced = False

    def __init__(self) -> None:
        self._sealed: dict[str, list[Key]] = {}
        self._rows: dict[str, int] = {}
        self.left: dict[str, int] = {}

    def sealed_keys(self, step: str) -> list[Key] | None:
        """Give the keys sealed for a step, if they were."""
        return self._sealed.get(step)

    def seal(self, step: str, keys: Sequence[Key]) -> None:
        """Keep a step's keys."""
        self._sealed[step] = list(keys)

    def done_rows(self, step: str) -> int | None:
        """Give how many rows a step has changed; none if it never started."""
        return self._rows.get(step)

    def intend(self, step: str) -> None:
        """Record that a step starts."""
        self._rows.setdefault(step, 0)

    def begun(self) -> Collection[str]:
        """Nothing outlives the process, so nothing was begun before."""
        return ()

    def found(self, step: str, rows: int) -> None:
        """Nothing to keep."""

    def recount(self, step: str, left: int) -> None:
        """Nothing to keep."""

    def announce(self, step: Step, keys: Sequence[Key]) -> None:
        """Nothing to keep."""

    def changed(self, step: Step, changed: Changed) -> None:
        """Record the rows that a committed batch changed."""
        self._rows[step.id] += changed.rows

    def finished(self, step: str) -> None:
        """Nothing to keep."""

    def interrupted(self, step: str) -> None:
        """Nothing to keep."""

    def verified(self, left: Mapping[str, int], erased: Mapping[str, Erased]) -> None:
        """Record how many rows reading back still found."""
        del erased
        self.left = dict(left)
