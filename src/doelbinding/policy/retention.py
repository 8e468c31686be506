"""Retention rules as people write them, and the periods in them.

A rule maps the start that the data give to an end, and reads like the policy's own sentence:

    after relation.ended keep P5Y
    after end_of_financial_year(invoice.date) keep P10Y
    while newsletter.subscribed
    until aml.obligation_met

Every rule is monotone in its start, so that it can be inverted into one cutoff (`binding.cutoff`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_NAME = r"[a-z][a-z0-9_-]*(?:\.[a-z][a-z0-9_-]*)*"
_AFTER = re.compile(
    rf"after\s+(?:(?P<year>end_of_financial_year)\(\s*(?P<dated>{_NAME})\s*\)|(?P<event>{_NAME}))"
    r"\s+keep\s+(?P<period>\S+)"
)
_STATE = re.compile(rf"(?P<word>while|until)\s+(?P<state>{_NAME})")
_PERIOD = re.compile(r"P(?=\d)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?")

_HELP = (
    "write `after EVENT keep PERIOD`, `after end_of_financial_year(EVENT) keep PERIOD`, "
    "`while STATE` or `until STATE`"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A calendar period (ISO 8601 duration of years, months, weeks, days)."""

    years: int = 0
    months: int = 0
    days: int = 0

    def __str__(self) -> str:
        parts = ((self.years, "Y"), (self.months, "M"), (self.days, "D"))
        return "P" + ("".join(f"{n}{unit}" for n, unit in parts if n) or "0D")


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """Keep for `keep` after the event, or after the end of the financial year it falls in."""

    event: str
    keep: Period
    end_of_financial_year: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class While:
    """Keep as long as the state holds."""

    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Until:
    """Keep as long as the state does not hold yet."""

    state: str


Rule = After | While | Until


@lru_cache(maxsize=4096)
def parse_period(written: str) -> Period:
    """Read an ISO 8601 duration such as `P5Y` or `P1Y6M`.

    Raises:
        ValueError: it is not a duration in years, months, weeks and days.
    """
    match = _PERIOD.fullmatch(written.strip())
    if match is None:
        raise ValueError(f"{written!r} is not a period: write for instance P5Y, P18M or P30D")
    years, months, weeks, days = (int(part or 0) for part in match.groups())
    if years > 200 or months > 2400 or weeks > 10_400 or days > 73_000:  # noqa: PLR2004
        raise ValueError(f"{written!r} is longer than two centuries: write a period that ends")
    return Period(years=years, months=months, days=weeks * 7 + days)


@lru_cache(maxsize=4096)
def parse_rule(written: str) -> Rule:
    """Read a retention rule.

    Raises:
        ValueError: the text is none of the four forms.
    """
    text = " ".join(written.split())
    if match := _AFTER.fullmatch(text):
        return After(
            event=match["dated"] or match["event"],
            keep=parse_period(match["period"]),
            end_of_financial_year=bool(match["year"]),
        )
    if match := _STATE.fullmatch(text):
        kind = While if match["word"] == "while" else Until
        return kind(state=match["state"])
    raise ValueError(f"{written!r} is not a retention rule: {_HELP}")
