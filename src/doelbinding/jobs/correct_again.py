"""After a restore: what people had corrected is corrected again, and never over something newer.

Of each value the corrections are known in order of time: what it was, as a keyed hash, and what is
right, sealed. A restored row that holds what one of them found or wrote gets what the last one
wrote. A row that holds anything else was changed by somebody else, and is left for a human.

A backup from before a correction is from before all later ones too. So where a later one still
stands, an earlier one was not undone by a restore: somebody changed the value back, and it is left.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from doelbinding.binding.circumstances import Key
from doelbinding.binding.paths import PathError, Place, place
from doelbinding.jobs.corrections import forget_values, plan_of, was_hash
from doelbinding.plan.model import KeySets, Plan, PlanKind
from doelbinding.plan.transform import rectified
from doelbinding.policy.stores import Column
from doelbinding.records.models import PlanRecord, Rectification, Restore, Run
from doelbinding.rights.correction import Correction
from doelbinding.rights.found import FoundRow
from doelbinding.wiring import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectedAgain:
    """What is wrong again in a restored store, with the plan that corrects it.

    `otherwise`: how many values are neither right nor as they were, by `store.dataset.column`.
    `changed`: how many were changed back by somebody, since no restore can have done it.
    `forgotten`: how many right values are not kept any more, or not in the policy.
    `stood`: when the last correction was made that stands, or stood when the restore was begun.
    """

    plan: Plan
    keys: KeySets
    values: Mapping[str, int]
    otherwise: Mapping[str, int]
    changed: Mapping[str, int]
    stood: datetime | None
    forgotten: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class _Chain:
    """The corrections of one value, the last one last."""

    place: Place
    column: Column
    key: Key
    was: frozenset[str]
    rights: Sequence[Key]
    corrected_at: datetime


@dataclass(frozen=True, kw_only=True)
class _Looked:
    """A row that had been corrected: how it is to be corrected again, if it holds what is known.

    `stands`: it holds what is right, and what it did not hold before.
    """

    name: str
    correction: Correction | None
    corrected_at: datetime
    stands: bool


def look(workspace: Workspace, store: str, at: datetime) -> CorrectedAgain:
    """Find what people had corrected and is wrong again; change nothing."""
    forgotten: dict[str, int] = defaultdict(int)
    looked: list[_Looked] = []
    for name, records in _by_value(store):
        chain = _chain(workspace, records)
        if chain is None:
            forgotten[name] += 1
        else:
            looked += (_looked(workspace, name, chain, row) for row in _rows(workspace, chain))
    stood = _stood(store, looked)
    wrong: dict[tuple[str, Key], list[Correction]] = defaultdict(list)
    otherwise: dict[str, int] = defaultdict(int)
    changed: dict[str, int] = defaultdict(int)
    for one in looked:
        if one.correction is None:
            otherwise[one.name] += 1
        elif one.correction.rows and stood is not None and one.corrected_at <= stood:
            changed[one.name] += 1
        elif one.correction.rows:
            wrong[one.name, one.correction.right].append(one.correction)
    corrections = [_together(many) for many in wrong.values()]
    plan, keys = plan_of(workspace, corrections, at, None)
    values: dict[str, int] = defaultdict(int)
    for correction in corrections:
        values[correction.name] += len(correction.rows)
    return CorrectedAgain(
        plan=plan,
        keys=keys,
        values=values,
        otherwise=otherwise,
        changed=changed,
        stood=stood,
        forgotten=forgotten,
    )


def _stood(store: str, looked: Sequence[_Looked]) -> datetime | None:
    """Give when the last correction was made that stands; of an open restore, that stood then."""
    begun = Restore.objects.filter(store=store, ended_at=None).first()
    if begun is not None:
        return begun.stood_at
    return max((one.corrected_at for one in looked if one.stands), default=None)


def forget_done(workspace: Workspace, restore: Restore) -> None:
    """Let go of the right values beside plans of a restore that do not run any more."""
    made = PlanRecord.objects.filter(kind=PlanKind.RECTIFICATION.value, restore=restore)
    for record in made.exclude(run__state=Run.State.RUNNING):
        forget_values(workspace, record)


def _by_value(store: str) -> Iterator[tuple[str, list[Rectification]]]:
    """Yield the corrections of each value, in order of time, with the name of its column."""
    found: dict[tuple[str, bytes], list[Rectification]] = defaultdict(list)
    for one in Rectification.objects.filter(store=store).order_by("corrected_at", "id"):
        name = f"{one.store}.{one.dataset}.{one.column}"
        found[name, bytes(one.row_hash)].append(one)
    for (name, _), records in found.items():
        yield name, records


def _chain(workspace: Workspace, records: Sequence[Rectification]) -> _Chain | None:
    """Read the corrections of a value; none when the last right one is not kept, or not mapped."""
    last = records[-1]
    if last.value_sealed is None:
        return None
    try:
        here = place(workspace.policy, f"{last.store}.{last.dataset}")
        column = here.dataset.column(last.column)
    except (PathError, KeyError):  # the policy does not name it any more
        return None
    opened: list[dict[str, Any]] = [
        workspace.records.sealer.open("rectification", one.value_sealed)
        for one in records
        if one.value_sealed is not None
    ]
    return _Chain(
        place=here,
        column=column,
        key=tuple(opened[-1]["key"]),
        was=frozenset(one["was"] for one in opened),
        rights=[tuple(one["right"]) for one in opened],
        corrected_at=last.corrected_at,
    )


def _rows(workspace: Workspace, chain: _Chain) -> Iterator[FoundRow]:
    where = dict(zip(chain.place.dataset.key, chain.key, strict=True))
    for row in workspace.stores[chain.place.store.id].rows(chain.place.ref, where):
        yield FoundRow(place=chain.place, key=chain.key, row=row)


def _looked(workspace: Workspace, name: str, chain: _Chain, row: FoundRow) -> _Looked:
    found = _correction(workspace, chain, row)
    held = row.row[chain.column.name]
    return _Looked(
        name=name,
        correction=found,
        corrected_at=chain.corrected_at,
        stands=found is not None
        and not found.rows
        and was_hash(workspace, found, held) not in chain.was,
    )


def _correction(workspace: Workspace, chain: _Chain, row: FoundRow) -> Correction | None:
    """Give the correction of a row, of no rows if it is right; none if it holds something else."""
    *earlier, right = chain.rights
    one = Correction(place=chain.place, column=chain.column, right=right, rows=(row,))
    held = row.row[chain.column.name]
    if _is(right, chain.column, held):
        return Correction(place=chain.place, column=chain.column, right=right, rows=())
    known = was_hash(workspace, one, held) in chain.was
    return one if known or any(_is(past, chain.column, held) for past in earlier) else None


def _is(right: Key, column: Column, held: object) -> bool:
    return rectified([right], column.type, held) == held


def _together(many: Sequence[Correction]) -> Correction:
    rows = tuple(row for one in many for row in one.rows)
    first = many[0]
    return Correction(place=first.place, column=first.column, right=first.right, rows=rows)
