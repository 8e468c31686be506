"""A world: a policy, the rows of its tables, what people said, and an instant."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from typing import Any

from doelbinding.binding.circumstances import Circumstances
from doelbinding.policy.model import Policy
from doelbinding.policy.organisation import Authority, Controller, Deviation, Officer

_MOST_SHOWN = 25_000
"""Characters: of more Hypothesis warns, and where warnings are errors that hides what failed."""


@dataclass(frozen=True, repr=False)
class World:
    policy: Policy
    tables: dict[str, list[dict[str, object]]]
    circumstances: Circumstances
    at: datetime

    def __repr__(self) -> str:
        """Show what differs from world to world, and no default, as far as Hypothesis takes it."""
        said = brief(self.circumstances)
        rows = {ref: [_told(row) for row in rows] for ref, rows in self.tables.items() if rows}
        activities = brief(self.policy.activities)
        datasets = "\n".join(brief(d) for _, d in self.policy.datasets())
        return f"{self.at}\n{activities}\n{datasets}\n{rows}\n{said}"[:_MOST_SHOWN]

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        printer.text(repr(self))


def _told(row: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in row.items() if value is not None}


def brief(part: object) -> str:
    """Show a frozen value without the fields that hold their default."""
    if isinstance(part, tuple):
        return f"({', '.join(brief(one) for one in part)})"
    if isinstance(part, dict):
        return f"{{{', '.join(f'{name}: {brief(one)}' for name, one in part.items())}}}"
    if not is_dataclass(part):
        return str(part)
    told = ((f.name, getattr(part, f.name), f.default) for f in fields(part))
    words = (
        f"{name}={brief(value)}" for name, value, usual in told if value not in (usual, {}, ())
    )
    return f"{type(part).__name__}({', '.join(words)})"


def controller(
    name: str, country: str, year_end: str, zone: str, deviations: tuple[Deviation, ...] = ()
) -> Controller:
    return Controller(
        id=name,
        name=name,
        country=country,
        address="-",
        email="a@example.com",
        website="https://example.com",
        officer=Officer(name="o", email="o@example.com", form="https://example.com/f"),
        authority=Authority(name={"en": "a"}, url="https://example.com", address="-"),
        court={"en": "c"},
        financial_year_end=year_end,
        languages=("en",),
        timezone=zone,
        deviations=deviations,
    )
