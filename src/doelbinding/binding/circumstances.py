"""What people and controllers have said that bears on justification.

Stops, holds and restrictions belong to one controller and cover rows by the keys of the people
they lead to (`Subjects`). They live in the records; here they are plain data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

Key = tuple[str | int, ...]
Subjects = Mapping[str, frozenset[Key]]
"""Dataset of persons (`store.dataset`) to the keys of the people in it."""


class StopKind(StrEnum):
    """Why an activity ends for one person (DESIGN §1).

    `UNDATED` ends it only where nothing tells whether it goes on: who asked to be erased is not
    kept for a date that was lost.
    """

    CONSENT_WITHDRAWN = "consent-withdrawn"
    ERASURE = "erasure"
    OBJECTION = "objection"
    UNDATED = "undated"

    @property
    def lasts(self) -> bool:
        """Whether it also covers what is collected later: an objection does."""
        return self is StopKind.OBJECTION

    @property
    def ends_what_lives(self) -> bool:
        """Whether it ends a phase also where that certainly lives."""
        return self is not StopKind.UNDATED


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Ends the named phases (`activity/phase`) for some people at one controller.

    A request ends phases one by one, each by its basis: of invoicing, the archive may end while
    what the law demands goes on. Where stops of many people were joined, `since` tells by dataset
    and key when each was set, and `set_at` when the last was. `of_now`: it is being decided, so
    that whatever is there was there. `ahead` are rows that were there by then and bear a later
    date, by dataset and key, with that.
    """

    id: str
    controller: str
    kind: StopKind
    phases: frozenset[str]
    set_at: datetime
    subjects: Subjects
    since: Mapping[str, Mapping[Key, datetime]] | None = None
    of_now: bool = False
    ahead: Mapping[str, Mapping[Key, datetime]] = field(default_factory=dict)

    @property
    def covers_all(self) -> bool:
        """Whether it covers every row there is, whenever that was collected."""
        return self.kind.lasts or self.of_now

    @property
    def latest(self) -> datetime:
        """The moment after which it covers no row: the last that one there bore, if later."""
        later = (moment for held in self.ahead.values() for moment in held.values())
        return max((self.set_at, *later))


class HoldKind(StrEnum):
    """Why rows stay whatever else ends."""

    LEGAL_CLAIM = "legal-claim"
    INQUIRY = "inquiry"
    SEAL = "seal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Keeps the rows of some people: reason, owner and review date stand in the records."""

    id: str
    controller: str
    kind: HoldKind
    subjects: Subjects
    review_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Restriction:
    """Art. 18: the values are kept, and other uses are stopped.

    With `phases` it covers only values that those phases bind, while a claim is weighed; with
    `columns` (`store.dataset.column`) only values of those, as when their accuracy is contested.
    """

    id: str
    controller: str
    subjects: Subjects
    phases: frozenset[str] = frozenset()
    columns: frozenset[str] = frozenset()

    @property
    def of_everything(self) -> bool:
        """Whether it keeps whole rows, as a hold does."""
        return not self.phases and not self.columns

    def is_of(self, column: str) -> bool:
        """Tell whether it is of values of a column (`store.dataset.column`), whatever binds it."""
        return self.of_everything or column in self.columns


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """Every stop, hold and restriction in force."""

    stops: tuple[Stop, ...] = ()
    holds: tuple[Hold, ...] = ()
    restrictions: tuple[Restriction, ...] = ()

    def stops_of(self, controller: str, phase: str, dataset: str) -> Iterator[Stop]:
        """Yield the stops that end a phase (`activity/phase`), for people of one dataset.

        Those of nobody in it too, where it is named: what is asked is then the same for others.
        """
        for stop in self._bearing_on(controller, phase, dataset):
            if stop.kind.ends_what_lives:
                yield stop

    def doubts_of(self, controller: str, phase: str, dataset: str) -> Iterator[Stop]:
        """Yield the stops that end a phase where it is undated, for people of one dataset."""
        for stop in self._bearing_on(controller, phase, dataset):
            if not stop.kind.ends_what_lives:
                yield stop

    def asked_of(self, controller: str) -> Circumstances:
        """Give what bears on an erasure asked of a controller: there what is undated goes."""
        stops = tuple(
            one for one in self.stops if one.kind.ends_what_lives or one.controller != controller
        )
        return replace(self, stops=stops)

    def _bearing_on(self, controller: str, phase: str, dataset: str) -> Iterator[Stop]:
        for stop in self.stops:
            ends = stop.controller == controller and phase in stop.phases
            if ends and dataset in stop.subjects:
                yield stop

    def keeps_of(
        self,
        controller: str,
        dataset: str,
        keeping: Callable[[Restriction], bool],
    ) -> Iterator[Hold | Restriction]:
        """Yield the holds and restrictions that keep something, for people of one dataset.

        Args:
            controller: the one at whom they were set.
            dataset: of the people.
            keeping: tells of a restriction whether it keeps that (`binding.dating`).
        """
        keeps: tuple[Hold | Restriction, ...] = (
            *self.holds,
            *filter(keeping, self.restrictions),
        )
        for keep in keeps:
            if keep.controller == controller and keep.subjects.get(dataset):
                yield keep

    def suspensions_of(self, controller: str, phase: str, dataset: str) -> Iterator[Restriction]:
        """Yield the restrictions that suspend a phase, for people of one dataset."""
        for restriction in self.restrictions:
            suspends = restriction.controller == controller and phase in restriction.phases
            if suspends and restriction.subjects.get(dataset):
                yield restriction


def phase_name(activity: str, phase: str) -> str:
    """Name a phase of an activity as stops do."""
    return f"{activity}/{phase}"


NOTHING_SAID = Circumstances()


@dataclass(frozen=True, slots=True)
class KeySet:
    """A named set of keys that a predicate refers to; the keys stay out of the plan."""

    name: str
    keys: frozenset[Key] = field(repr=False)
