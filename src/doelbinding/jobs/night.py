"""What a night without a human is: its terms, what it did, and what it left undone, with why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from doelbinding.jobs.grounds import PlanStale
from doelbinding.jobs.plans import MadePlan
from doelbinding.jobs.purging import Purged
from doelbinding.plan.journal import Progress
from doelbinding.plan.model import Plan
from doelbinding.plan.ports import Obstacle, StoreError
from doelbinding.plan.run import Outcome, OutOfTime, Stopped, Surprise


class TooMany(Stopped):
    """More rows would go than may without a human."""

    def __init__(self, made: Sequence[MadePlan], most: int, done: int = 0) -> None:
        rows = done + sum(one.plan.rows for one in made)
        apply = " and ".join(f"`doelbinding apply {one.fingerprint[:12]}`" for one in made)
        read = "the plan, and" if len(made) == 1 else "the plans, and"
        right = "it is right" if len(made) == 1 else "they are right"
        more = "nothing more" if done else "nothing"
        super().__init__(
            f"{rows} rows would go, and {most} may without a human: {more} was changed; "
            f"read {read} {apply} if {right}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """Stores in which a night did not do, or not finish, what was to be done; why, as a sentence.

    `reason` is the word for it in evidence.
    """

    stores: frozenset[str]
    why: str
    reason: str


class NotAll(Stopped):
    """A night that did what it could, and not all."""

    def __init__(self, undone: Sequence[Undone]) -> None:
        lines = [f"not done in {', '.join(sorted(one.stores))}: {one.why}" for one in undone]
        if any(one.reason != "too_many" for one in undone):
            lines.append("all else that was to be done is done; the next night takes this up")
        super().__init__("\n".join(lines))


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """What a night did: the runs of earlier nights that it finished, then its own; and what not.

    `purged` is what it took further of what earlier runs deleted. `followed` are the runs, by their
    place, after which what was left was planned anew and carried out.
    """

    plans: tuple[Plan, ...]
    outcomes: tuple[Outcome, ...]
    undone: tuple[Undone, ...]
    purged: tuple[Purged, ...]
    followed: frozenset[int] = frozenset()

    @property
    def verified(self) -> bool:
        """Whether nothing was left out, and reading back found nothing left in the end."""
        ended = (one for n, one in enumerate(self.outcomes) if n not in self.followed)
        return not self.undone and all(outcome.verified for outcome in ended)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How a night is to be: as of when, how many rows may go, in whose name, who hears of it.

    `told` hears what stands in the way of plans, or endangers them, whatever becomes of the night.
    """

    at: datetime
    most: int
    by: str
    progress: Progress
    told: Callable[[Sequence[Obstacle]], None]


def reason_of(why: Exception) -> str:
    """Give the word that evidence has for it."""
    reasons: Mapping[type[Exception], str] = {
        StoreError: "store_failed", TooMany: "too_many", OutOfTime: "out_of_time",
        PlanStale: "changed", Surprise: "changed",
    }  # fmt: skip
    return next((word for kind, word in reasons.items() if isinstance(why, kind)), "stopped")
