"""What justifies a value, as the plain reading finds it: terms, phases, and what else bears."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from doelbinding.binding.circumstances import (
    Hold,
    Restriction,
    Stop,
)
from doelbinding.binding.kleene import Truth, both, either, negate
from doelbinding.policy.activity import Activity, Phase, Term
from doelbinding.policy.stores import Prohibition

Row = Mapping[str, object]


class Reader(Protocol):
    """Looks up rows; times come as the column holds them, dates as `date`, text unread."""

    def rows(self, ref: str, where: Mapping[str, object]) -> Sequence[Row]:
        """Give the rows of a dataset whose columns equal the values; null equals nothing."""
        ...

    def match(self, ref: str, column: str, kind: str, value: str) -> Sequence[Row]:
        """Give the rows whose column holds the identifier, as identifiers of its kind compare."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TermState:
    """What one term says of a row: whether it lives, from which day, until which day.

    `applies`: whether the term is for this kind of person at all.
    """

    term: Term
    lives: Truth
    applies: Truth = True
    start: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseState:
    """What one phase says of a value of one controller.

    `doubts`: stops that end it where it is undated.
    """

    controller: str
    activity: Activity
    phase: Phase
    when: Truth
    terms: tuple[TermState, ...]
    stops: tuple[Stop, ...] = ()
    doubts: tuple[Stop, ...] = ()
    suspended: tuple[Restriction, ...] = ()

    @property
    def lives(self) -> Truth:
        """Whether the phase binds the value and has not ended, whatever was said."""
        return both((self.when, either([term.lives for term in self.terms])))

    @property
    def justifies(self) -> Truth:
        """Whether the phase justifies the value: it lives unstopped, or is being weighed."""
        if self.suspended:
            return False if self.doubts and self.when is None else self.when
        lives = self.lives
        ended = self.stops or (self.doubts and lives is None)
        return False if ended else lives

    @property
    def applicable(self) -> tuple[TermState, ...]:
        """The terms that are for this kind of person and row."""
        if self.when is False:
            return ()
        return tuple([term for term in self.terms if term.applies is not False])

    @property
    def until(self) -> date | None:
        """The last day of the phase; none while a term that lives has no date."""
        days = []
        for term in self.applicable:
            if term.until is not None:
                days.append(term.until)
            elif term.lives is not False:
                return None
        return max(days, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Justification:
    """Why a value may be there, or not: its phases and whatever else bears on it.

    `tells_for`: restrictions of other values, of which it tells how long they may be there.
    """

    phases: tuple[PhaseState, ...]
    kept_by: tuple[Hold | Restriction, ...] = ()
    tells_for: tuple[Restriction, ...] = ()
    perhaps_kept: bool = False
    prohibited: Truth = False
    prohibitions: tuple[Prohibition, ...] = ()

    @property
    def truth(self) -> Truth:
        """Whether the value is justified: yes, no or unknown."""
        bound = either(phase.justifies for phase in self.phases)
        kept = True if self.kept_by or self.tells_for else None if self.perhaps_kept else False
        return either((kept, both((negate(self.prohibited), bound))))
