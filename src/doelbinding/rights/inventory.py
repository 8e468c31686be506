"""Everything found of a person, value by value, each with why it is there (Art. 15, R-IX.1)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from doelbinding.binding.among import among
from doelbinding.binding.bound import Bound, Columns
from doelbinding.binding.circumstances import (
    Circumstances,
    Hold,
    HoldKind,
    Key,
    Restriction,
    Subjects,
)
from doelbinding.binding.judge import Judge
from doelbinding.binding.justification import Justification, PhaseState, Row
from doelbinding.binding.kleene import Truth
from doelbinding.binding.paths import Place
from doelbinding.plan.collector import collector_paused
from doelbinding.plan.ends import transformation
from doelbinding.plan.standing_in import stands_in
from doelbinding.plan.transform import has_ended
from doelbinding.plan.transformation import Pseudonymise, innermost
from doelbinding.policy.activity import Activity, Phase
from doelbinding.policy.model import Policy
from doelbinding.policy.organisation import Controller, Recipient
from doelbinding.policy.stores import Binding, Column
from doelbinding.rights.found import Found, FoundRow
from doelbinding.rights.reading import Reading


class Standing(StrEnum):
    """Why a value is there: justified, or found all the same.

    `lessened` and `pseudonym`: nothing justifies it, and it has ended as the policy says.
    """

    JUSTIFIED = "justified"
    HELD = "held"
    UNDATED = "undated"
    OVERDUE = "overdue"
    UNBOUND = "unbound"
    LESSENED = "lessened"
    PSEUDONYM = "pseudonym"
    WITH_ROW = "with-row"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A phase that justifies a value, or may: until when, as far as dates tell."""

    controller: str
    activity: Activity
    phase: Phase
    until: date | None
    certain: bool


class FoundValue(NamedTuple):
    """One value with its standing, its reasons and the recipients it goes to.

    Of a row that leads to others too, all of that is as if it led to the person alone.
    `for_others`: the value stays for one of the others, whatever becomes of it for the person.
    `restricted`: a restriction keeps it, justified or not (Art. 18). `tells`: it tells how long
    restricted values may be there. `stopped`: what somebody said within a day ended what it was
    for, and no night has come since. A named tuple, since an answer has thousands of them.
    """

    column: Column
    value: object
    standing: Standing
    reasons: tuple[Reason, ...]
    recipients: tuple[Recipient, ...]
    holds: tuple[HoldKind, ...] = ()
    restricted: bool = False
    tells: bool = False
    stopped: bool = False
    for_others: bool = False

    def __repr__(self) -> str:
        """Show what it is, and never the value."""
        return f"FoundValue({self.column.name}, {self.standing.value})"


_Said = tuple[
    Standing, tuple[Reason, ...], tuple[Recipient, ...], tuple[HoldKind, ...], bool, bool, bool
]
_Stands = tuple[Standing, tuple[Reason, ...], tuple[HoldKind, ...], bool, bool, bool]
_ENDABLE = frozenset({Standing.OVERDUE, Standing.UNBOUND})
_WITH_ROW: _Said = (Standing.WITH_ROW, (), (), (), False, False, False)
_A_NIGHT = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowReport:
    """A row with its values, and the reasons for which columns that hold nothing keep it.

    `empty` is told of rows of the person alone, and so is `kept`: a hold or restriction keeps the
    row, for what it tells or for a column that holds nothing. `of_others`: columns by which a row
    that others share leads to them and not to the person, so that their values say who these are.
    """

    found: FoundRow
    values: tuple[FoundValue, ...]
    empty: tuple[Reason, ...] = ()
    kept: bool = False
    of_others: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """Everything found of a person at one controller at one instant.

    `judge`: who judged it, if that was here.
    """

    controller: Controller
    at: datetime
    found: Found
    rows: tuple[RowReport, ...]
    judge: Judge | None = field(default=None, repr=False, compare=False)

    def values(self) -> Iterator[tuple[FoundRow, FoundValue]]:
        """Yield every value with its row."""
        for row in self.rows:
            for value in row.values:
                yield row.found, value

    def binding(self, row: FoundRow, column: Column) -> Iterator[Binding]:
        """Yield the bindings of a column that hold by a way on which the row is the person's."""
        for one in row.place.dataset.bindings:
            if column.name in one.columns and self._led_by(row, one.through):
                yield one

    def _led_by(self, row: FoundRow, through: tuple[str, ...]) -> bool:
        if not through or self.judge is None:
            return True
        subjects = self.found.subjects
        return any(
            self.controller in controllers and key in subjects.get(ref, ())
            for there in self.judge.persons_of(row.place, row.row, through)
            for controllers, ref, key in self.judge.people(*there)
        )


def take_inventories(
    *,
    policy: Policy,
    controller: Controller,
    found: Sequence[Found],
    reading: Reading,
    circumstances: Circumstances,
    at: datetime,
) -> list[Inventory]:
    """Give the justification of everything found of people who were searched for together.

    Args:
        policy: of the version in force.
        controller: whose people they are.
        found: everything found of each, justified or not.
        reading: the stores; that of the search remembers what judging reads.
        circumstances: what was said.
        at: the instant.
    """
    judge = Judge(policy=policy, reader=reading, at=at, circumstances=circumstances)
    return _taken(judge, controller, found)


def under(inventories: Sequence[Inventory], circumstances: Circumstances) -> list[Inventory]:
    """Take inventories that were taken together once more, under other circumstances.

    Raises:
        ValueError: they were not judged here.
    """
    if not inventories:
        return []
    first = inventories[0]
    if first.judge is None:
        raise ValueError("an inventory that nobody judged cannot be taken once more")
    judge = first.judge.under(circumstances)
    return _taken(judge, first.controller, [one.found for one in inventories])


def _taken(judge: Judge, controller: Controller, found: Sequence[Found]) -> list[Inventory]:
    taker = _Taker(judge.policy, controller, judge)
    with collector_paused():
        return [
            Inventory(
                controller=controller,
                at=judge.at,
                found=one,
                rows=tuple(taker.rows(one)),
                judge=judge,
            )
            for one in found
        ]


class _Taker:
    """Takes the inventory row by row; what columns bound alike have in common is said once."""

    def __init__(self, policy: Policy, controller: Controller, judge: Judge) -> None:
        self._policy, self._controller, self._judge = policy, controller, judge
        self._columns: dict[str, Columns] = {}
        self._said: dict[tuple[int, str | None], _Said] = {}
        self._standings: dict[int, _Stands] = {}
        self._received: dict[tuple[str | None, tuple[int, ...]], tuple[Recipient, ...]] = {}

    def rows(self, found: Found) -> Iterator[RowReport]:
        """Yield the rows of a person, each with its values; of nobody known, as for everybody."""
        alone = shared = _Sides(own=self._judge)
        if found.people and any(row.others for row in found.rows):
            shared = _sides(self._judge, self._controller, found.subjects)
        for row in found.rows:
            report = self._row(row, shared if row.others else alone)
            if row.others and found.people:
                report = replace(report, of_others=self._of_others(row, found.subjects))
            yield report

    def _of_others(self, found: FoundRow, subjects: Subjects) -> frozenset[str]:
        """Give the columns by which a row leads to other people and not to these."""
        here, row, judge = found.place, found.row, self._judge
        theirs: set[str] = set()
        others: set[str] = set()
        for lead in here.leads:
            holds = lead.when is None or judge.test(lead.when, here, row) is True
            if holds and not lead.sharing:
                led = (
                    self._controller in controllers and key in subjects.get(ref, ())
                    for other in judge.related(here, lead.link, row)
                    for controllers, ref, key in judge.people(lead.place, other)
                )
                (theirs if any(led) else others).update(mine for mine, _ in lead.link.pairs)
        return frozenset(others - theirs)

    def _row(self, found: FoundRow, sides: _Sides) -> RowReport:
        """Give a row's values; facts of the row come after its personal values."""
        here, row = found.place, found.row
        columns = self._columns.get(here.ref)
        if columns is None:
            columns = self._columns[here.ref] = self._judge.columns(here)
        judged: dict[int, tuple[Justification, bool]] = {}
        values, empty = [], []
        for column, number in columns:
            held = row[column.name]
            if held is None or held == "":
                if number is not None:
                    empty.append(number)
                continue
            said, for_others = _WITH_ROW, False
            if number is not None:
                if number not in judged:
                    judged[number] = sides.judge(here, row, self._judge.groups(here)[number])
                why, for_others = judged[number]
                said = self._said.get((id(why), column.category)) or self._say(why, column)
                if not for_others and _only_found(said):
                    if stands_in(column, held):
                        continue
                    if column.ends_as is not None:
                        said = (_ended(here, column, held, said[0]), *said[1:])
            values.append(FoundValue(column, held, *said, for_others))
        unsaid = () if found.others else sorted({*empty} - judged.keys())
        bare = [sides.judge(here, row, self._judge.groups(here)[number])[0] for number in unsaid]
        reasons = [reason for why in bare for reason in self._standing(why)[1]]
        kept = not found.others and (
            any(why.kept_by or why.tells_for for why in bare)
            or self._judge.kept_row(here, row) is True
        )
        return RowReport(found=found, values=tuple(values), empty=tuple(reasons), kept=kept)

    def _say(self, why: Justification, column: Column) -> _Said:
        """Say of a justification what it means for values of one category."""
        found = self._standings.get(id(why))
        if found is None:
            found = self._standings[id(why)] = self._standing(why)
        standing, reasons, holds, restricted, tells, stopped = found
        gets = self._recipients(column, reasons)
        said = (standing, reasons, gets, holds, restricted, tells, stopped)
        self._said[id(why), column.category] = said
        return said

    def _standing(self, why: Justification) -> _Stands:
        """Say of a justification what it means for values of whatever category."""
        justifies = [state.justifies for state in why.phases]
        ours = (self._controller.id, "")
        allowed = why.prohibited is False
        reasons = tuple(
            [
                _reason(state, certain=answer is True and allowed)
                for state, answer in zip(why.phases, justifies, strict=True)
                if answer is not False and state.controller in ours
            ]
            if why.prohibited is not True
            else ()
        )
        return (
            _standing(why, justifies),
            reasons,
            tuple({h.kind for h in why.kept_by if isinstance(h, Hold)}),
            any(isinstance(one, Restriction) for one in why.kept_by),
            bool(why.tells_for),
            any(state.controller in ours and self._stopped(state) for state in why.phases),
        )

    def _stopped(self, state: PhaseState) -> bool:
        """Tell whether only what was said within a day ended a phase."""
        since = self._judge.at - _A_NIGHT
        ended_by = (*state.stops, *state.doubts)
        return state.lives is not False and any(one.set_at > since for one in ended_by)

    def _recipients(self, column: Column, reasons: tuple[Reason, ...]) -> tuple[Recipient, ...]:
        """Give who receives values of a category for these reasons."""
        mark = column.category, tuple([id(reason.activity) for reason in reasons])
        found = self._received.get(mark)
        if found is None:
            found = self._received[mark] = tuple(self._receiving(column, reasons))
        return found

    def _receiving(self, column: Column, reasons: tuple[Reason, ...]) -> Iterator[Recipient]:
        named = dict.fromkeys(r for reason in reasons for r in reason.activity.recipients)
        for recipient_id in named:
            recipient = self._policy.recipient_by_id[recipient_id]
            here = not recipient.controllers or self._controller.id in recipient.controllers
            if here and column.category in recipient.receives:
                yield recipient


@dataclass(frozen=True, slots=True)
class _Sides:
    """Who judges a row as if it were the person's alone, and as if it were the others' alone."""

    own: Judge
    others: Judge | None = None

    def judge(self, here: Place, row: Row, group: Bound) -> tuple[Justification, bool]:
        """Give a value's justification for the person, and whether it stays for the others."""
        why = self.own.judge(here, row, group)
        if self.others is None:
            return why, False
        return why, self.others.judge(here, row, group).truth is not False


def _sides(judge: Judge, controller: Controller, subjects: Subjects) -> _Sides:
    def own(controllers: Sequence[Controller], ref: str, key: Key | None) -> bool:
        return controller in controllers and key in subjects.get(ref, ())

    def other(controllers: Sequence[Controller], ref: str, key: Key | None) -> bool:
        return not own(controllers, ref, key)

    return _Sides(among(judge, own), among(judge, other))


def _reason(state: PhaseState, *, certain: bool) -> Reason:
    return Reason(
        controller=state.controller,
        activity=state.activity,
        phase=state.phase,
        until=state.until,
        certain=certain,
    )


def _only_found(said: _Said) -> bool:
    """Tell whether nothing keeps a value, save the seal of a request."""
    standing, reasons, _, holds, restricted, tells, _ = said
    sealed = set(holds) == {HoldKind.SEAL} and not (restricted or tells)
    return standing in _ENDABLE or (standing is Standing.HELD and not reasons and sealed)


def _ended(here: Place, column: Column, held: object, otherwise: Standing) -> Standing:
    """Tell whether a value that nothing justifies is what its column's values end as."""
    change = transformation(here, column)
    if change is None or not has_ended(change, held):
        return otherwise
    pseudonymous = isinstance(innermost(change), Pseudonymise)
    return Standing.PSEUDONYM if pseudonymous else Standing.LESSENED


def _standing(why: Justification, justifies: Sequence[Truth]) -> Standing:
    if True in justifies and why.prohibited is False:
        return Standing.JUSTIFIED
    if why.kept_by or why.tells_for:
        return Standing.HELD
    if why.truth is None:
        return Standing.UNDATED
    return Standing.OVERDUE if why.phases else Standing.UNBOUND
