"""What a plan asks beforehand: which rows were there when the people they lead to set a stop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from doelbinding.binding.circumstances import Stop
from doelbinding.binding.dated import Collected, questions
from doelbinding.binding.led_in_time import questions_by_way, told_by_number, told_by_way
from doelbinding.binding.numbered import Numbering, numbering, questions_by_number
from doelbinding.binding.paths import Place, Way
from doelbinding.policy.model import Policy


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Gives the questions of a plan about some datasets, under stops that were joined.

    `numbers` are how many numbers those have to whom a way leads; one, where it does not say.
    """

    policy: Policy
    about: Sequence[Place]
    stops: Sequence[Stop]
    numbers: Mapping[str, int]

    def collected(self) -> Iterator[Collected]:
        """Yield the questions which rows were there when their people set a stop."""
        levels = [here for here in self.about if here.dataset.collected is not None]
        for stop in self.stops:
            for level in levels:
                asking = questions_by_way if level.top.shared else questions
                yield from asking(stop, level, self._zone(stop))
        for level, way, told in self._ways():
            for stop in self.stops:
                if stop.id in told.stops:
                    yield from questions_by_number(stop, level, way, told, self._zone(stop))

    def numbered(self) -> tuple[Numbering, ...]:
        """Give how those are numbered to whom rows lead by what several may have."""
        return tuple({(told.ref, told.way): told for _, _, told in self._ways()}.values())

    def _ways(self) -> Iterator[tuple[Place, Way, Numbering]]:
        """Yield the dated datasets with each of their ways of which the other ends are numbered."""
        joined = [stop for stop in self.stops if stop.since and stop.kind.ends_what_lives]
        for level in self.about if joined else ():
            if level.dataset.collected is None or not told_by_way(level):
                continue
            for way in level.top.ways:
                ref = way.end.top.ref
                stops = tuple(stop.id for stop in joined if ref in (stop.since or {}))
                if stops and told_by_number(level, way):
                    yield level, way, numbering(way, stops, self.numbers.get(way.name, 1))

    def _zone(self, stop: Stop) -> str:
        return self.policy.controller_by_id[stop.controller].timezone
