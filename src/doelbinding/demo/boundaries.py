"""Rows at the edge of each term: one day before it, on it, and one day after.

For a term of years the edge lies in the start date: `before` expired yesterday night, `on` has its
last day today, `after` tomorrow. For a financial year it lies at the last closed year's end:
`before` and `on` fall in that year and have expired, `after` falls in the next. For a state,
`before` ended yesterday, `on` as day `at` began, and `after` has not ended.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from sqlalchemy import Table

from doelbinding.demo.dates import CONTROLLERS, DAY, first_running, last_closed_year

Side = Literal["before", "on", "after"]
SIDES: Final[tuple[Side, Side, Side]] = ("before", "on", "after")


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundaryRow:
    """A row with a known key, within a day of the end of its term.

    `start` is the date in the row from which the rule counts; None when a state has not ended.
    `expired` says whether the rule, taken alone, has ended on the day the data was made for.
    """

    store: str
    table: str
    key: Mapping[str, int | str]
    rule: str
    controller: str
    side: Side
    start: date | None
    expired: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place for one boundary row. Its number is 9, rule, controller 1-3 (4-6), side 1-3."""

    number: int
    rule: str
    controller: str
    side: Side
    start: date
    expired: bool

    @property
    def name(self) -> str:
        """A last name that says what the row is for."""
        return f"Grens {self.controller} {self.side}"

    @property
    def email(self) -> str:
        """An address that no other row has."""
        return f"{self.side}.{self.number}@grens.example"

    def row(self, store: str, table: Table, *, dated: bool = True, **key: int | str) -> BoundaryRow:
        """Name the row that was put in this place."""
        return BoundaryRow(
            store=store,
            table=table.name,
            key=key,
            rule=self.rule,
            controller=self.controller,
            side=self.side,
            start=self.start if dated else None,
            expired=self.expired,
        )


def spots_by_term(rule: int, at: date, years: int, *, group: int = 0) -> Iterator[Spot]:
    """Yield places around a term of years; `on` is the first start that is still kept."""
    first = first_running(at, years)
    for controller in CONTROLLERS:
        yield from _spots(rule, controller, first, expired=("before",), group=group)


def spots_by_financial_year(rule: int, at: date, years: int) -> Iterator[Spot]:
    """Yield places around the end of a financial year; `on` is its last day, expired with it."""
    for controller in CONTROLLERS:
        last = last_closed_year(controller, at, years)
        yield from _spots(rule, controller, last, expired=("before", "on"))


def spots_by_state(rule: int, at: date) -> Iterator[Spot]:
    """Yield places around a state that ended yesterday, ends on day `at`, or still lasts."""
    for controller in CONTROLLERS:
        yield from _spots(rule, controller, at, expired=("before", "on"))


def _spots(
    rule: int, controller: str, middle: date, *, expired: tuple[Side, ...], group: int = 0
) -> Iterator[Spot]:
    place = CONTROLLERS.index(controller) + 1 + 3 * group
    for i, side in enumerate(SIDES, start=1):
        yield Spot(
            number=9000 + 100 * rule + 10 * place + i,
            rule=f"R-VI.{rule}",
            controller=controller,
            side=side,
            start=middle + (i - 2) * DAY,
            expired=side in expired,
        )
