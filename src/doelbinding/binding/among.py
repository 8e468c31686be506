"""The plain reading of rows that people share, as if these led to some of them alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from doelbinding.binding.bound import Bound, Line
from doelbinding.binding.circumstances import Key
from doelbinding.binding.judge import Judge
from doelbinding.binding.justification import Justification, Row
from doelbinding.binding.living import LivingPhase
from doelbinding.binding.paths import Place
from doelbinding.policy.organisation import Controller

Whom = Callable[[Sequence[Controller], str, Key | None], bool]
"""Tells whether somebody is meant: at which controllers, by their dataset and key.

No key: the way to them breaks off.
"""


def among(judge: Judge, whom: Whom) -> Judge:
    """Give a judge of the same rows as if they led to some people alone."""
    return _Among(
        policy=judge.policy,
        reader=judge.reader,
        at=judge.at,
        circumstances=judge.circumstances,
        asked=judge.asked,
        days=judge.days,
        whole=judge,
        whom=whom,
    )


@dataclass(frozen=True, kw_only=True)
class _Among(Judge):
    """Answers as if rows led to some people alone; what does not depend on whom is shared."""

    whole: Judge
    whom: Whom

    def people(
        self, here: Place, row: Row
    ) -> Iterator[tuple[tuple[Controller, ...], str, Key | None]]:
        """Yield those meant to whom a row leads: controllers, the person's dataset, their key."""
        for controllers, ref, key in self.whole.people(here, row):
            if self.whom(controllers, ref, key):
                yield controllers, ref, key

    def persons_of(
        self, here: Place, row: Row, through: tuple[str, ...] = ()
    ) -> Iterator[tuple[Place, Row]]:
        """Yield the rows, each of one of those meant, to which a row leads in the end."""
        for place, other in self.whole.persons_of(here, row, through):
            controllers = self.whole.controllers(place, other) or ()
            if self.whom(controllers, place.top.ref, self._top_key(place, other)):
                yield place, other

    def groups(self, here: Place) -> tuple[Bound, ...]:
        """Give the personal columns of a dataset, those bound alike together."""
        return self.whole.groups(here)

    def living(self, line: Line, place: Place, controller: Controller) -> LivingPhase | None:
        """Give a phase at a controller, ready to be asked; none where they do not carry it out."""
        return self.whole.living(line, place, controller)

    @cached_property
    def known(self) -> dict[object, Justification]:
        """Keep justifications by what they are of: alike ones are one object."""
        return self.whole.known
