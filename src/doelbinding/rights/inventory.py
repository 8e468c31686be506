"""Everything found of a person, value by value, each with why it is there (Art. 15, R-IX.1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from doelbinding.binding.circumstances import Circumstances, Hold, HoldKind
from doelbinding.binding.justification import Justification, PhaseState
from doelbinding.binding.justify import Interpreter
from doelbinding.plan.ports import Store
from doelbinding.policy.activity import Activity, Phase
from doelbinding.policy.model import Policy
from doelbinding.policy.organisation import Controller, Recipient
from doelbinding.policy.stores import Column
from doelbinding.rights.found import Found, FoundRow
from doelbinding.rights.reading import Reading


class Standing(StrEnum):
    """Why a value is there: justified, or found all the same."""

    JUSTIFIED = "justified"
    HELD = "held"
    UNDATED = "undated"
    OVERDUE = "overdue"
    UNBOUND = "unbound"
    WITH_ROW = "with-row"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A phase that justifies a value, or may: until when, as far as dates tell."""

    controller: str
    activity: Activity
    phase: Phase
    until: date | None
    certain: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundValue:
    """One value with its standing, its reasons and the recipients it goes to."""

    column: Column
    value: object = field(repr=False)
    standing: Standing
    reasons: tuple[Reason, ...]
    recipients: tuple[Recipient, ...]
    holds: tuple[HoldKind, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RowReport:
    """A row with its values."""

    found: FoundRow
    values: tuple[FoundValue, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """Everything found of a person at one controller at one instant."""

    controller: Controller
    at: datetime
    found: Found
    rows: tuple[RowReport, ...]

    def values(self) -> Iterator[tuple[FoundRow, FoundValue]]:
        """Yield every value with its row."""
        for row in self.rows:
            for value in row.values:
                yield row.found, value


def take_inventory(
    *,
    policy: Policy,
    controller: Controller,
    found: Found,
    stores: Mapping[str, Store],
    circumstances: Circumstances,
    at: datetime,
) -> Inventory:
    """Give the justification of everything found, justified or not."""
    reading = found.reading or Reading(stores, controller.country)
    interpreter = Interpreter(policy=policy, reader=reading, at=at, circumstances=circumstances)
    taker = _Taker(policy, controller, interpreter)
    rows = tuple(taker.row(row) for row in found.rows)
    return Inventory(controller=controller, at=at, found=found, rows=rows)


@dataclass(frozen=True, slots=True)
class _Taker:
    policy: Policy
    controller: Controller
    interpreter: Interpreter

    def row(self, found: FoundRow) -> RowReport:
        """Give a row's values; facts of the row come after its personal values."""
        dataset = found.place.dataset
        columns = sorted(dataset.columns, key=lambda c: not c.personal)
        values = (self.value(found, c) for c in columns if found.row[c.name] not in (None, ""))
        return RowReport(found=found, values=tuple(values))

    def value(self, found: FoundRow, column: Column) -> FoundValue:
        held = found.row[column.name]
        if not column.personal:
            return FoundValue(
                column=column, value=held, standing=Standing.WITH_ROW, reasons=(), recipients=()
            )
        why = self.interpreter.justify(found.place, found.row, column.name)
        reasons = tuple(self._reasons(why))
        return FoundValue(
            column=column,
            value=held,
            standing=_standing(why),
            reasons=reasons,
            recipients=tuple(self._recipients(column, reasons)),
            holds=tuple({h.kind for h in why.kept_by if isinstance(h, Hold)}),
        )

    def _reasons(self, why: Justification) -> Iterator[Reason]:
        for state in why.phases:
            ours = state.controller in (self.controller.id, "")
            if ours and state.justifies is not False:
                yield _reason(state)

    def _recipients(self, column: Column, reasons: tuple[Reason, ...]) -> Iterator[Recipient]:
        named = dict.fromkeys(r for reason in reasons for r in reason.activity.recipients)
        for recipient_id in named:
            recipient = self.policy.recipient_by_id[recipient_id]
            here = not recipient.controllers or self.controller.id in recipient.controllers
            if here and column.category in recipient.receives:
                yield recipient


def _reason(state: PhaseState) -> Reason:
    return Reason(
        controller=state.controller,
        activity=state.activity,
        phase=state.phase,
        until=state.until,
        certain=state.justifies is True,
    )


def _standing(why: Justification) -> Standing:
    bound = [state.justifies for state in why.phases]
    if True in bound and why.prohibited is False:
        return Standing.JUSTIFIED
    if why.kept_by:
        return Standing.HELD
    if why.truth is None:
        return Standing.UNDATED
    return Standing.OVERDUE if why.phases else Standing.UNBOUND
