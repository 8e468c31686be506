"""Corrections as a plan: rows and right values are key sets, sealed beside it (ADR 0023).

A request for rectification makes one, and so does `reapply` after a restore.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from doelbinding.binding.circumstances import Key
from doelbinding.binding.expression import NO, KeyIn
from doelbinding.jobs.plans import digest_secret, read_plan
from doelbinding.plan.model import (
    RECTIFIED,
    RIGHT_VALUE,
    Deed,
    Emptied,
    KeySets,
    Plan,
    PlanKind,
    Step,
)
from doelbinding.plan.ports import Refused, Rehearses, TakenOtherwise
from doelbinding.plan.survey import surveyed
from doelbinding.plan.transformation import Rectify, Within
from doelbinding.records.envelope import keys_as_json
from doelbinding.records.models import PlanRecord
from doelbinding.rights.correction import Correction, NotCorrectable
from doelbinding.wiring import Workspace


def plan_of(
    workspace: Workspace, corrections: Sequence[Correction], at: datetime, case: str | None
) -> tuple[Plan, KeySets]:
    """Plan corrections; rows and right values are key sets, which are sealed beside the plan."""
    steps, keys = [], dict[str, frozenset[Key]]()
    for number, one in enumerate(corrections, 1):
        rows, right = f"{RECTIFIED}:{number}", f"{RIGHT_VALUE}:{number}"
        keys |= {rows: frozenset(row.key for row in one.rows), right: frozenset([one.right])}
        steps.append(_step(number, one, rows, right))
    plan = Plan(
        kind=PlanKind.RECTIFICATION,
        policy=workspace.fingerprint,
        at=at,
        steps=tuple(steps),
        case=case,
    )
    return surveyed(plan, workspace.stores, keys, digest_secret(workspace)), keys


def _step(number: int, one: Correction, rows: str, right: str) -> Step:
    column, inside = one.column, one.column.inside
    whole = Rectify(value=right, held=column.type)
    change: Rectify | Within = whole
    if inside is not None:
        change = Within(document=inside.column, path=inside.path, each=whole)
    return Step(
        id=f"s{number}",
        store=one.place.store.id,
        dataset=one.place.dataset.id,
        controller=None,
        deed=Deed.TRANSFORM,
        needed=NO,
        narrow=KeyIn(columns=one.place.dataset.key, keys=rows),
        columns=(Emptied(column=column.name, transformation=change),),
    )


def foresee(workspace: Workspace, plan: Plan, keys: KeySets) -> None:
    """Look whether each database would take the values, without writing or locking anything.

    Raises:
        NotCorrectable: one would not, as far as its catalogue tells.
    """
    told: list[str] = []
    for store_id in dict.fromkeys(step.store for step in plan.steps):
        store = workspace.stores[store_id]
        if isinstance(store, Rehearses):
            mine = [step for step in plan.steps if step.store == store_id]
            told += [f"{one.ref}: {one.message}: {one.remedy}" for one in store.foresee(mine, keys)]
    if told:
        raise NotCorrectable(
            f"this would be refused, and nothing was changed. {'; '.join(dict.fromkeys(told))}"
        )


def rehearse(workspace: Workspace, plan: Plan, keys: KeySets) -> None:
    """Have each database try, before anything is recorded: it may not take a value.

    Raises:
        NotCorrectable: one does not.
    """
    for store_id in dict.fromkeys(step.store for step in plan.steps):
        store = workspace.stores[store_id]
        if not isinstance(store, Rehearses):
            continue
        for step in plan.steps:
            if step.store == store_id:
                try:
                    store.rehearse([step], keys)
                except TakenOtherwise:
                    (one,) = step.columns
                    raise NotCorrectable(
                        f"the database would hold another value in {step.ref}.{one.column} than "
                        "the one given (it rounds, orders or spells it in its own way, as a UUID "
                        "in lower case, or a trigger changes it): nothing was changed. Write it as "
                        "the database does, or look at what changes it"
                    ) from None
                except Refused as refused:
                    (one,) = step.columns
                    raise NotCorrectable(
                        f"the database does not take that value for {step.ref}.{one.column} (too "
                        "long, not empty, not unique, or against another rule of the table): "
                        f"nothing was changed. {refused}"
                    ) from None


def was_hash(workspace: Workspace, one: Correction, value: object) -> str:
    """Give a keyed hash of a value that a column held."""
    hashed: bytes = workspace.records.sealer.keyed_hash("was", one.name, repr(value))
    return hashed.hex()


def forget_values(workspace: Workspace, record: PlanRecord) -> None:
    """Take the right values out of what is sealed beside a plan that was carried out."""
    _, keys = read_plan(workspace, record.fingerprint)
    left = {name: found for name, found in keys.items() if not name.startswith(RIGHT_VALUE)}
    record.keys_sealed = workspace.records.sealer.seal("keys", keys_as_json(left))
    record.save(update_fields=["keys_sealed"])
